// SPDX-License-Identifier: GPL-2.0-only
/* There is nothing to wait for yet. */
#include "send_first.h"

char _license[] SEC("license") = "GPL";

SEC("struct_ops")
int BPF_PROG(wait_in_init_get_send, struct mptcp_sock *msk)
{
	return send_first(msk);
}

SEC("struct_ops")
void BPF_PROG(wait_in_init_init, struct mptcp_sock *msk)
{
	bpf_mptcp_sched_wait(msk, 1000);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops wait_in_init = {
	.get_send	= (void *)wait_in_init_get_send,
	.init		= (void *)wait_in_init_init,
	.name		= "wait_in_init",
};
