// SPDX-License-Identifier: GPL-2.0-only
/* There is no connection to report an error of. */
#include "send_first.h"

char _license[] SEC("license") = "GPL";

SEC("struct_ops")
int BPF_PROG(error_in_exit_get_send, struct mptcp_sock *msk)
{
	return send_first(msk);
}

SEC("struct_ops.s")
void BPF_PROG(error_in_exit_exit, struct mptcp_ext_exit_info *info)
{
	bpf_mptcp_policy_error(NULL, -1);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops error_in_exit = {
	.get_send	= (void *)error_in_exit_get_send,
	.exit		= (void *)error_in_exit_exit,
	.name		= "error_in_exit",
};
