// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* Probes what the running kernel offers to policies. */
#include <errno.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "internal.h"

static const char *const kfuncs[] = {
	"bpf_iter_mptcp_subflow_new",
	"bpf_iter_mptcp_subflow_next",
	"bpf_iter_mptcp_subflow_destroy",
	"bpf_mptcp_subflow_ctx",
	"bpf_mptcp_subflow_tcp_sock",
	"mptcp_subflow_set_scheduled",
	"mptcp_subflow_active",
	"mptcp_set_timeout",
	"mptcp_wnd_end",
	"bpf_sk_stream_memory_free",
	"bpf_mptcp_subflow_queues_empty",
};

/* Members for policies that are no callbacks; the others are the kernel's bookkeeping. */
static const char *const plain_members[] = { "flags", "events", "name" };

static const struct mpx_kconfig_opt options[] = {
	{ "CONFIG_MPTCP", "Multipath TCP", MPX_KCONFIG_UNKNOWN },
	{ "CONFIG_MPTCP_IPV6", "Multipath TCP over IPv6", MPX_KCONFIG_UNKNOWN },
	{ "CONFIG_BPF_SYSCALL", "loading BPF programs", MPX_KCONFIG_UNKNOWN },
	{ "CONFIG_BPF_JIT", "struct_ops", MPX_KCONFIG_UNKNOWN },
	{ "CONFIG_MODULES", "struct_ops", MPX_KCONFIG_UNKNOWN },
	{ "CONFIG_DEBUG_INFO_BTF", "types of the kernel for the verifier", MPX_KCONFIG_UNKNOWN },
	{ "CONFIG_NET_NS", "policies per network namespace", MPX_KCONFIG_UNKNOWN },
	{ "CONFIG_INET_MPTCP_DIAG", "looking at connections", MPX_KCONFIG_UNKNOWN },
	{ "CONFIG_CGROUP_BPF", "policies per cgroup", MPX_KCONFIG_UNKNOWN },
};

static const struct {
	const char *name;
	unsigned int bit;
} caps[] = {
	{ "CAP_BPF", CAP_BPF },
	{ "CAP_PERFMON", CAP_PERFMON },
	{ "CAP_NET_ADMIN", CAP_NET_ADMIN },
};

static bool for_policies(const struct btf *btf, const struct btf_member *m, const char *name)
{
	const struct btf_type *t = btf__type_by_id(btf, m->type);
	size_t i;

	if (btf_is_ptr(t) && btf_is_func_proto(btf__type_by_id(btf, t->type)))
		return true;
	for (i = 0; i < mpx_array_size(plain_members); i++)
		if (!strcmp(name, plain_members[i]))
			return true;
	return false;
}

static int read_members(struct mpx_features *f, const struct btf *btf, const struct btf_type *ops)
{
	const struct btf_member *m = btf_members(ops);
	const char *name;
	int i;

	f->members = calloc(btf_vlen(ops) + 1u, sizeof(*f->members));
	if (!f->members)
		return -ENOMEM;
	for (i = 0; i < btf_vlen(ops); i++, m++) {
		name = btf__name_by_offset(btf, m->name_off);
		if (!for_policies(btf, m, name))
			continue;
		f->members[f->member_cnt].name = name;
		f->members[f->member_cnt++].present = true;
	}
	return 0;
}

static int read_btf(struct mpx_features *f)
{
	const struct btf_type *value, *ops;
	const struct btf *btf;
	uint32_t off;
	size_t i;
	int err = 0;

	f->btf = mpx_vmlinux() != NULL;
	f->sched_ops = !mpx_btf_sched_ops(&btf, &value, &ops, &off);
	if (f->sched_ops)
		err = read_members(f, btf, ops);
	f->kfunc_cnt = mpx_array_size(kfuncs);
	f->kfuncs = calloc(f->kfunc_cnt, sizeof(*f->kfuncs));
	if (err || !f->kfuncs)
		return -ENOMEM;
	for (i = 0; i < f->kfunc_cnt; i++) {
		f->kfuncs[i].name = kfuncs[i];
		/* A function of that name without the hook is not one for policies. */
		f->kfuncs[i].present = f->sched_ops && mpx_btf_func(kfuncs[i]);
	}
	return 0;
}

static int read_kconfig(struct mpx_features *f)
{
	char *text;
	size_t i;

	f->kconfig_cnt = mpx_array_size(options);
	f->kconfig = malloc(sizeof(options));
	if (!f->kconfig)
		return -ENOMEM;
	memcpy(f->kconfig, options, sizeof(options));
	text = mpx_kconfig_read(f->release, f->kconfig_path, sizeof(f->kconfig_path));
	if (!text)
		return 0;
	for (i = 0; i < f->kconfig_cnt; i++)
		f->kconfig[i].state = mpx_kconfig_lookup(text, f->kconfig[i].name);
	free(text);
	return 0;
}

bool mpx_has_cap(unsigned int bit)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	if (syscall(SYS_capget, &head, data))
		return false;
	if (data[bit / 32].effective & (1u << bit % 32))
		return true;
	/* What CAP_BPF and CAP_PERFMON allow, CAP_SYS_ADMIN allowed before they existed. */
	return (bit == CAP_BPF || bit == CAP_PERFMON) &&
	       (data[0].effective & (1u << CAP_SYS_ADMIN));
}

static int read_caps(struct mpx_features *f)
{
	size_t i;

	f->cap_cnt = mpx_array_size(caps);
	f->caps = calloc(f->cap_cnt, sizeof(*f->caps));
	if (!f->caps)
		return -ENOMEM;
	for (i = 0; i < f->cap_cnt; i++) {
		f->caps[i].name = caps[i].name;
		f->caps[i].present = mpx_has_cap(caps[i].bit);
	}
	return 0;
}

static void read_sysctls(struct mpx_features *f)
{
	char text[32];

	f->mptcp = mpx_sysctl_get("enabled", text, sizeof(text)) >= 0;
	f->enabled = f->mptcp && atoi(text);
	f->ext_version = -1;
	if (mpx_sysctl_get("ext_version", text, sizeof(text)) >= 0)
		f->ext_version = atoi(text);
	if (mpx_sysctl_get("scheduler", f->scheduler, sizeof(f->scheduler)) < 0)
		*f->scheduler = '\0';
	if (mpx_sysctl_get("available_schedulers", f->available, sizeof(f->available)) < 0)
		*f->available = '\0';
}

struct mpx_features *mpx_features__read(void)
{
	struct mpx_registry reg = { 0 };
	struct mpx_features *f;
	struct utsname uts;
	struct statfs st;
	int err;

	f = calloc(1, sizeof(*f));
	if (!f)
		goto out_nomem;
	if (!uname(&uts))
		snprintf(f->release, sizeof(f->release), "%s", uts.release);
	read_sysctls(f);
	f->bpffs = !statfs(MPX_BPFFS, &st) && st.f_type == BPF_FS_MAGIC;
	f->netlink = !mpx_genl_policies(&reg);
	free(reg.entries);
	err = read_btf(f);
	if (!err)
		err = read_kconfig(f);
	if (!err)
		err = read_caps(f);
	if (!err)
		return f;
	mpx_features__free(f);
out_nomem:
	mpx_fail(-ENOMEM, "cannot look at the kernel: out of memory");
	errno = ENOMEM;
	return NULL;
}

void mpx_features__free(struct mpx_features *f)
{
	if (!f)
		return;
	free(f->members);
	free(f->kfuncs);
	free(f->kconfig);
	free(f->caps);
	free(f);
}

bool mpx_features__usable(const struct mpx_features *f)
{
	return f->sched_ops && f->ext_version >= 0;
}
