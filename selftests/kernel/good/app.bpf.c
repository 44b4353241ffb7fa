// SPDX-License-Identifier: GPL-2.0-only
/* Sends on the oldest usable subflow, and any application may choose it. */
#include "../pick.h"

char _license[] SEC("license") = "GPL";

__u64 sends;

SEC("struct_ops")
int BPF_PROG(app_get_send, struct mptcp_sock *msk)
{
	__sync_fetch_and_add(&sends, 1);
	return pick_first(msk);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops app = {
	.get_send	= (void *)app_get_send,
	.flags		= MPTCP_EXT_F_APP,
	.name		= "app",
};
