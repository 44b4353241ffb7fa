// SPDX-License-Identifier: GPL-2.0-only
/* What is late already must not wait. */
#include "send_first.h"

char _license[] SEC("license") = "GPL";

SEC("struct_ops")
int BPF_PROG(wait_in_retrans_get_send, struct mptcp_sock *msk)
{
	return send_first(msk);
}

SEC("struct_ops")
int BPF_PROG(wait_in_retrans_get_retrans, struct mptcp_sock *msk)
{
	bpf_mptcp_sched_wait(msk, 1000);
	return send_first(msk);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops wait_in_retrans = {
	.get_send	= (void *)wait_in_retrans_get_send,
	.get_retrans	= (void *)wait_in_retrans_get_retrans,
	.name		= "wait_in_retrans",
};
