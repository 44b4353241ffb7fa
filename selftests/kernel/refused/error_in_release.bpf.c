// SPDX-License-Identifier: GPL-2.0-only
/* An error of a connection that is over. */
#include "send_first.h"

char _license[] SEC("license") = "GPL";

SEC("struct_ops")
int BPF_PROG(error_in_release_get_send, struct mptcp_sock *msk)
{
	return send_first(msk);
}

SEC("struct_ops")
void BPF_PROG(error_in_release_release, struct mptcp_sock *msk)
{
	bpf_mptcp_policy_error(msk, -1);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops error_in_release = {
	.get_send	= (void *)error_in_release_get_send,
	.release	= (void *)error_in_release_release,
	.name		= "error_in_releas",
};
