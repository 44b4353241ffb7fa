// SPDX-License-Identifier: GPL-2.0-only
/* Sends as it should and has no idea what to do when that gets lost. */
#include "../pick.h"

char _license[] SEC("license") = "GPL";

__u64 asked, releases;

SEC("struct_ops")
int BPF_PROG(no_retrans_get_send, struct mptcp_sock *msk)
{
	return pick_first(msk);
}

SEC("struct_ops")
int BPF_PROG(no_retrans_get_retrans, struct mptcp_sock *msk)
{
	__sync_fetch_and_add(&asked, 1);
	return 0;
}

SEC("struct_ops")
void BPF_PROG(no_retrans_release, struct mptcp_sock *msk)
{
	__sync_fetch_and_add(&releases, 1);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops no_retrans = {
	.get_send	= (void *)no_retrans_get_send,
	.get_retrans	= (void *)no_retrans_get_retrans,
	.release	= (void *)no_retrans_release,
	.name		= "no_retrans",
};
