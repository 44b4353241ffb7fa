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
	/*
	 * Also unload what this library did not load. Where the kernel can disable
	 * policies itself, they are not asked any more without it, too.
	 */
	MPX_PANIC_FOREIGN = 1 << 0,
};

#define MPX_PANICKED_MAX 128	/* more than a kernel registers */

struct mpx_panicked {
	char name[MPX_NAME_SIZE];
	bool foreign;
	bool connections_known;
	uint32_t connections;		/* that used it when it was taken away */
};

struct mpx_panic_result {
	unsigned int netns_seen;
	unsigned int netns_reset;	/* had another default than "default" */
	unsigned int netns_failed;
	unsigned int unloaded;		/* policies that were taken away, see @policies */
	unsigned int failed;		/* policies that could not be */
	unsigned int foreign_left;
	unsigned int connections;	/* of these policies; what becomes of them: @by_kernel */
	unsigned int pins_removed;	/* of policies that were detached before */
	/*
	 * The kernel disabled the policies: live connections go on with "default".
	 * Otherwise they keep what they have until they close.
	 */
	bool by_kernel;
	struct mpx_panicked policies[MPX_PANICKED_MAX];	/* @unloaded of them */
};

/*
 * Way out: no BPF policy is asked any more, every reachable netns gets "default"
 * for new connections, and the pins are removed. Goes on after a failure and
 * returns the first. Doing it again changes nothing.
 */
int mpx_panic(unsigned int flags, struct mpx_panic_result *res);

#endif /* MPTCP_EXT_ASSIGN_H */
