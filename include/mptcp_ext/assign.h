/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/*
 * Who uses which policy. State is written to the kernel and read back from
 * it; the library remembers nothing.
 *
 * A network namespace is named by @ns: NULL is the current one, a name under
 * /run/netns, a path (anything with a '/'), or a process id.
 */
#ifndef MPTCP_EXT_ASSIGN_H
#define MPTCP_EXT_ASSIGN_H

#include <stdbool.h>
#include <stddef.h>

#include <mptcp_ext/policy.h>

/* The policy that sockets created in @ns from now on get. */
int mpx_default_get(const char *ns, char name[MPX_NAME_SIZE]);

/* Change it and read it back; @old, unless NULL, gets what it was before. */
int mpx_default_set(const char *ns, const char *name, char old[MPX_NAME_SIZE]);

enum mpx_panic_flags {
	MPX_PANIC_FOREIGN = 1 << 0,	/* also unload what this library did not load */
};

struct mpx_panic_result {
	unsigned int netns_seen;
	unsigned int netns_reset;	/* had another default than "default" */
	unsigned int netns_failed;
	unsigned int unloaded;
	unsigned int failed;		/* policies that could not be unloaded */
	unsigned int foreign_left;
	unsigned int connections;	/* still on unloaded policies until they close */
};

/*
 * Way out: every reachable netns gets "default" for new connections, then all
 * BPF policies are unloaded. Goes on after a failure and returns the first.
 */
int mpx_panic(unsigned int flags, struct mpx_panic_result *res);

#endif /* MPTCP_EXT_ASSIGN_H */
