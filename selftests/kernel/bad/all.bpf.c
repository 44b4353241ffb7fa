// SPDX-License-Identifier: GPL-2.0-only
/* Marks every subflow, always. */
#include <mptcp_bpf/common.bpf.h>

char _license[] SEC("license") = "GPL";

static int mark_all(struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf;

	mpx_for_each_subflow(msk, sf)
		mptcp_subflow_set_scheduled(sf, true);
	return 0;
}

SEC("struct_ops")
int BPF_PROG(all_get_send, struct mptcp_sock *msk)
{
	return mark_all(msk);
}

SEC("struct_ops")
int BPF_PROG(all_get_retrans, struct mptcp_sock *msk)
{
	return mark_all(msk);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops all_ops = {
	.get_send	= (void *)all_get_send,
	.get_retrans	= (void *)all_get_retrans,
	.name		= "all",
};
