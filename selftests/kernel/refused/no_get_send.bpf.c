// SPDX-License-Identifier: GPL-2.0-only
/* The one callback that is required is missing. */
#include <mptcp_bpf/common.bpf.h>

char _license[] SEC("license") = "GPL";

SEC("struct_ops")
void BPF_PROG(no_get_send_init, struct mptcp_sock *msk)
{
}

SEC(".struct_ops.link")
struct mptcp_sched_ops no_get_send = {
	.init		= (void *)no_get_send_init,
	.name		= "no_get_send",
};
