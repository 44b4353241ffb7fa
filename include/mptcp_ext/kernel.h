/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/* What the running kernel has of the things policies need. */
#ifndef MPTCP_EXT_KERNEL_H
#define MPTCP_EXT_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

#include <mptcp_ext/policy.h>

enum mpx_kconfig_state {
	MPX_KCONFIG_UNKNOWN,	/* no readable configuration */
	MPX_KCONFIG_OFF,
	MPX_KCONFIG_MODULE,
	MPX_KCONFIG_ON,
};

struct mpx_kconfig_opt {
	const char *name;
	const char *why;
	enum mpx_kconfig_state state;
};

struct mpx_feature {
	const char *name;
	bool present;
};

struct mpx_features {
	char release[65];
	bool btf;			/* /sys/kernel/btf/vmlinux */
	bool bpffs;
	bool mptcp;			/* net.mptcp exists */
	bool enabled;			/* net.mptcp.enabled of this netns */
	bool netlink;			/* family "mptcp_ext" */
	int ext_version;		/* -1: unpatched kernel */
	char scheduler[MPX_NAME_SIZE];
	char available[4096];		/* names, separated by spaces */

	bool sched_ops;			/* struct_ops type mptcp_sched_ops */
	size_t member_cnt;		/* its members */
	struct mpx_feature *members;
	size_t kfunc_cnt;
	struct mpx_feature *kfuncs;
	size_t kconfig_cnt;
	struct mpx_kconfig_opt *kconfig;
	char kconfig_path[96];		/* where it was read, empty: nowhere */
	size_t cap_cnt;			/* capabilities needed to load */
	struct mpx_feature *caps;
};

struct mpx_features *mpx_features__read(void);
void mpx_features__free(struct mpx_features *feat);

/* Can policies be loaded into this kernel at all? */
bool mpx_features__usable(const struct mpx_features *feat);

#endif /* MPTCP_EXT_KERNEL_H */
