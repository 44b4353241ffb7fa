// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decides as it should, and reports an error for some connections. Its exit, which
 * may sleep, keeps what it was told.
 */
#include "../pick.h"
#include "watch.h"
#include <bpf/bpf_endian.h>

char _license[] SEC("license") = "GPL";

MPX_POLICY("sched", "1", 0, "reports an error");
MPX_TUNABLE(error_code, s32, -4095, 4095, -22, "", "the error");
MPX_TUNABLE(after, u32, 0, 1073741824, 0, "bytes", "sent before the error");
MPX_TUNABLE(only_port, u32, 0, 65535, 0, "", "only for connections to this port; 0: for all");
MPX_TUNABLE(in_retrans, bool, 0, 1, 0, "", "from get_retrans, not from get_send");

struct exit_record {
	__u32 kind;
	__s32 code;
	__u32 token;
	__u64 time_ns, netns_cookie;
	char reason[64];
};

__u64 exits;
struct exit_record last;
struct watch watch;

static bool fails(const struct mptcp_sock *msk)
{
	const struct sock_common *skc = &((const struct sock *)msk)->__sk_common;

	if (msk->bytes_sent < after)
		return false;
	return !only_port || skc->skc_dport == bpf_htons(only_port);
}

SEC("struct_ops")
int BPF_PROG(error_get_send, struct mptcp_sock *msk)
{
	if (!in_retrans && fails(msk)) {
		watch.moved_ns = bpf_ktime_get_ns();
		bpf_mptcp_policy_error(msk, error_code);
		return 0;
	}
	return pick_usable(msk);
}

SEC("struct_ops")
int BPF_PROG(error_get_retrans, struct mptcp_sock *msk)
{
	if (in_retrans && fails(msk)) {
		watch.moved_ns = bpf_ktime_get_ns();
		bpf_mptcp_policy_error(msk, error_code);
		return 0;
	}
	return mpx_retrans_idle(msk);
}

SEC("struct_ops")
void BPF_PROG(error_release, struct mptcp_sock *msk)
{
	watch_left(&watch);
}

SEC("struct_ops.s")
void BPF_PROG(error_exit, struct mptcp_ext_exit_info *info)
{
	__sync_fetch_and_add(&exits, 1);
	last.kind = info->kind;
	last.code = info->code;
	last.token = info->token;
	last.time_ns = info->time_ns;
	last.netns_cookie = info->netns_cookie;
	bpf_probe_read_kernel_str(last.reason, sizeof(last.reason), info->reason);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops error = {
	.get_send	= (void *)error_get_send,
	.get_retrans	= (void *)error_get_retrans,
	.release	= (void *)error_release,
	.exit		= (void *)error_exit,
	.name		= "error",
};
