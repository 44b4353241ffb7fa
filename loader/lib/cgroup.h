/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/* A private cgroup (v2) below the caller's own. */
#ifndef MPX_CGROUP_H
#define MPX_CGROUP_H

#include <stddef.h>
#include <stdio.h>

#define MPX_CGROUP_PREFIX "mptcp-ext.run."

struct mpx_cgroup {
	int parent;	/* directories; -1: none */
	int dir;
	char name[sizeof(MPX_CGROUP_PREFIX) + 24];
};

/* On error nothing is left. */
int mpx_cgroup_create(struct mpx_cgroup *cg);
/* Move the calling process in; async-signal-safe, gives no message. */
int mpx_cgroup_enter(const struct mpx_cgroup *cg);
/* Move what is left back into the parent, and remove it. */
void mpx_cgroup_remove(struct mpx_cgroup *cg);

/* Where a whole cgroup2 hierarchy is mounted, out of /proc/self/mountinfo; -ENOENT. */
int mpx_cgroup_mount(FILE *mountinfo, char *buf, size_t size);
/* Remove cgroups whose creator is gone and that are empty. */
void mpx_cgroup_sweep(int parent);

#endif /* MPX_CGROUP_H */
