// SPDX-License-Identifier: GPL-2.0-only
/* Says that all is well and marks nothing. */
#include <mptcp_bpf/common.bpf.h>

char _license[] SEC("license") = "GPL";

__u64 asked;

SEC("struct_ops")
int BPF_PROG(never_get_send, struct mptcp_sock *msk)
{
	__sync_fetch_and_add(&asked, 1);
	return 0;
}

SEC(".struct_ops.link")
struct mptcp_sched_ops never = {
	.get_send	= (void *)never_get_send,
	.name		= "never",
};
