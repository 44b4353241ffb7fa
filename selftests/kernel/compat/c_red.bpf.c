// SPDX-License-Identifier: GPL-2.0-only
/* Marks every subflow, active or not; without F_DUP that is successive data. */
#include "kfuncs.h"

char _license[] SEC("license") = "GPL";

SEC("struct_ops")
int BPF_PROG(c_red_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf;

	bpf_for_each(mptcp_subflow, sf, (struct sock *)msk)
		mptcp_subflow_set_scheduled(sf, true);
	return 0;
}

SEC(".struct_ops.link")
struct mptcp_sched_ops c_red = {
	.get_send	= (void *)c_red_get_send,
	.name		= "c_red",
};
