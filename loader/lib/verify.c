// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * Loads a policy into the kernel, attaching nothing, and explains a refusal:
 * what the kernel lacks is found before it is tried, what the verifier
 * rejects is reduced to its reason and source line.
 */
#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/*
 * One log buffer a program, so that it is known which one was rejected.
 * libbpf asks for the log only after a failed load; the kernel keeps the end
 * of a log that is larger than this, and the reason is at the end.
 */
#define LOG_SIZE	(1u << 20)

/* Not an errno, but what the kernel returns for struct_ops types it does not know. */
#define ENOTSUPP_KERNEL	524

#define NEXT_PATCH	"apply kernel-patches/6.12 and boot that kernel"

struct logs {
	size_t cnt;
	char **buf;
};

static int check_kfuncs(const struct mpx_policy *pol)
{
	char list[512] = "";
	size_t i;

	for (i = 0; i < pol->kfunc_cnt; i++)
		if (!pol->kfuncs[i].optional && !mpx_btf_func(pol->kfuncs[i].name))
			mpx_name_list(list, sizeof(list), pol->kfuncs[i].name);
	if (!*list)
		return 0;
	return mpx_fail(-EOPNOTSUPP, "cannot load '%s': this kernel has no kfunc %s (run 'mptcp-pmctl features' for what it has)",
			pol->path, list);
}

static int check_members(const struct mpx_policy *pol, const struct btf *kbtf,
			 const struct btf_type *kops)
{
	char list[256] = "";
	size_t i, k;

	for (i = 0; i < pol->ops_cnt; i++) {
		const struct mpx_ops *ops = &pol->ops[i].pub;
		bool send = false;

		for (k = 0; k < ops->callback_cnt; k++) {
			send |= !strcmp(ops->callbacks[k].member, "get_send");
			if (!mpx_btf_member(kbtf, kops, ops->callbacks[k].member))
				mpx_name_list(list, sizeof(list), ops->callbacks[k].member);
		}
		if (*list)
			return mpx_fail(-EOPNOTSUPP, "cannot load '%s': %s of this kernel has no callback %s, which '%s' implements",
					pol->path, MPX_SCHED_OPS, list, ops->name);
		if (!send)
			return mpx_fail(-EINVAL, "cannot load '%s': '%s' has no get_send callback, which is required",
					pol->path, ops->name);
	}
	return 0;
}

static int check_kernel(const struct mpx_policy *pol)
{
	const struct btf_type *value, *ops;
	char text[32];
	const struct btf *btf;
	unsigned long have;
	uint32_t off;
	int err;

	err = mpx_btf_sched_ops(&btf, &value, &ops, &off);
	if (err == -EOPNOTSUPP)
		return mpx_fail(err, "cannot load '%s': kernel lacks %s (%s; 'mptcp-pmctl features' shows what is missing)",
				pol->path, MPX_SCHED_OPS, NEXT_PATCH);
	if (err == -ENOENT)
		return mpx_fail(-EOPNOTSUPP, "cannot load '%s': kernel has no type information (needs CONFIG_DEBUG_INFO_BTF=y)",
				pol->path);
	if (err)
		return mpx_fail(err, "cannot load '%s': cannot read /sys/kernel/btf/vmlinux: %s",
				pol->path, strerror(-err));
	if (pol->meta.ext_version) {
		err = mpx_sysctl_get("ext_version", text, sizeof(text));
		have = err < 0 ? 0 : strtoul(text, NULL, 10);
		if (have < pol->meta.ext_version)
			return mpx_fail(-EOPNOTSUPP, "cannot load '%s': it needs net.mptcp.ext_version %u, this kernel has %lu (boot a newer patched kernel)",
					pol->path, pol->meta.ext_version, have);
	}
	err = check_members(pol, btf, ops);
	return err ? err : check_kfuncs(pol);
}

static void free_logs(struct mpx_policy *pol, struct logs *logs)
{
	struct bpf_program *prog;
	size_t i;

	bpf_object__for_each_program(prog, pol->obj)
		bpf_program__set_log_buf(prog, NULL, 0);
	for (i = 0; i < logs->cnt; i++)
		free(logs->buf[i]);
	free(logs->buf);
}

static int give_logs(struct mpx_policy *pol, struct logs *logs)
{
	struct bpf_program *prog;

	logs->buf = calloc(pol->prog_cnt + 1, sizeof(*logs->buf));
	if (!logs->buf)
		return -ENOMEM;
	bpf_object__for_each_program(prog, pol->obj) {
		/* Untouched pages of it cost nothing. */
		char *buf = calloc(1, LOG_SIZE);

		if (!buf)
			return -ENOMEM;
		logs->buf[logs->cnt++] = buf;
		bpf_program__set_log_buf(prog, buf, LOG_SIZE);
	}
	return 0;
}

static int explain_log(struct mpx_policy *pol, const char *log, const char *prog, int err)
{
	struct mpx_verdict v;

	/* The buffer was too small for the whole log; that is not the program's error. */
	if (err == -ENOSPC)
		err = -EACCES;
	if (mpx_vlog_reduce(log, prog, &v))
		return mpx_fail(err, "cannot load '%s': the verifier rejects '%s': %s", pol->path, prog,
				strerror(-err));
	mpx_fail_detail(err, v.detail, log, "cannot load '%s': the verifier rejects '%s': %s",
			pol->path, prog, v.reason);
	free(v.detail);
	return err;
}

static int explain(struct mpx_policy *pol, struct logs *logs, int err)
{
	struct bpf_program *prog;
	const char *cause;
	size_t i = 0;

	/* Without these rights libbpf's own probing fails first, with other errors. */
	if (err == -EPERM || !mpx_has_cap(CAP_BPF) || !mpx_has_cap(CAP_PERFMON))
		return mpx_fail(-EPERM, "cannot load '%s': not permitted (needs CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN; run as root)",
				pol->path);
	bpf_object__for_each_program(prog, pol->obj) {
		if (*logs->buf[i])
			return explain_log(pol, logs->buf[i], bpf_program__name(prog), err);
		i++;
	}
	if (err == -ENOTSUPP_KERNEL && mpx_capture_find("failed to create"))
		return mpx_fail(-EOPNOTSUPP, "cannot load '%s': the kernel did not register %s when it started (see dmesg | grep struct_ops)",
				pol->path, MPX_SCHED_OPS);
	cause = mpx_capture_find("incompatible with vmlinux");
	if (cause)
		return mpx_fail(-EINVAL, "cannot load '%s': %s (declare it as include/mptcp_bpf/kfuncs.bpf.h does)",
				pol->path, cause);
	cause = mpx_capture_first();
	if (mpx_capture_find("Cannot find member") || mpx_capture_find("is not found in kernel BTF"))
		err = -EOPNOTSUPP;
	if (err <= -4000)
		err = -ENOEXEC;
	return mpx_fail(err, "cannot load '%s': %s", pol->path, *cause ? cause : strerror(-err));
}

int mpx_policy__verify(struct mpx_policy *pol)
{
	struct logs logs = { 0 };
	size_t i;
	int err;

	if (pol->about.verified)
		return 0;
	if (pol->tried)
		return mpx_fail(-EBUSY, "cannot load '%s': it was rejected before, open it anew",
				pol->path);
	err = check_kernel(pol);
	if (err)
		return err;
	pol->tried = true;
	err = give_logs(pol, &logs);
	if (err) {
		mpx_fail(err, "cannot load '%s': out of memory", pol->path);
		goto out_free;
	}
	mpx_capture_reset();
	err = bpf_object__load(pol->obj);
	if (err) {
		err = explain(pol, &logs, err);
		goto out_free;
	}
	for (i = 0; i < pol->ops_cnt && !err; i++)
		err = mpx_ops_ready(pol, &pol->ops[i]);
	if (!err)
		mpx_describe_loaded(pol);
out_free:
	free_logs(pol, &logs);
	return err;
}
