// SPDX-License-Identifier: GPL-2.0-only
/* Marks everything and returns anything; 0 every fourth time. */
#include <mptcp_bpf/common.bpf.h>

char _license[] SEC("license") = "GPL";

static int garbage(struct mptcp_sock *msk)
{
	__u32 dice = bpf_get_prandom_u32();
	struct mptcp_subflow_context *sf;

	mpx_for_each_subflow(msk, sf)
		mptcp_subflow_set_scheduled(sf, true);

	return dice & 3 ? (int)dice : 0;
}

SEC("struct_ops")
int BPF_PROG(garbage_get_send, struct mptcp_sock *msk)
{
	return garbage(msk);
}

SEC("struct_ops")
int BPF_PROG(garbage_get_retrans, struct mptcp_sock *msk)
{
	return garbage(msk);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops garbage_ops = {
	.get_send	= (void *)garbage_get_send,
	.get_retrans	= (void *)garbage_get_retrans,
	.name		= "garbage",
};
