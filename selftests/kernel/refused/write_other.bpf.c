// SPDX-License-Identifier: GPL-2.0-only
/* Only snd_burst and avg_pacing_rate are the scheduler's. */
#include <mptcp_bpf/common.bpf.h>

char _license[] SEC("license") = "GPL";

SEC("struct_ops")
int BPF_PROG(write_other_get_send, struct mptcp_sock *msk)
{
	msk->snd_nxt = 0;
	return 0;
}

SEC(".struct_ops.link")
struct mptcp_sched_ops write_other = {
	.get_send	= (void *)write_other_get_send,
	.name		= "write_other",
};
