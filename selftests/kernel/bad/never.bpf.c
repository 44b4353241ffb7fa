// SPDX-License-Identifier: GPL-2.0-only
/* Says that all is well and marks nothing. */
#include "watch.h"

char _license[] SEC("license") = "GPL";

__u64 asked;
struct watch watch;

SEC("struct_ops")
int BPF_PROG(never_get_send, struct mptcp_sock *msk)
{
	__sync_fetch_and_add(&asked, 1);
	watch_asked(&watch, msk);
	return 0;
}

SEC("struct_ops")
void BPF_PROG(never_release, struct mptcp_sock *msk)
{
	watch_left(&watch);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops never = {
	.get_send	= (void *)never_get_send,
	.release	= (void *)never_release,
	.name		= "never",
};
