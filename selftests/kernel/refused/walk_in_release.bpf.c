// SPDX-License-Identifier: GPL-2.0-only
/* The subflows of a connection that is over. */
#include "send_first.h"

char _license[] SEC("license") = "GPL";

SEC("struct_ops")
int BPF_PROG(walk_in_release_get_send, struct mptcp_sock *msk)
{
	return send_first(msk);
}

SEC("struct_ops")
void BPF_PROG(walk_in_release_release, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf;

	mpx_for_each_subflow(msk, sf)
		mptcp_subflow_set_scheduled(sf, true);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops walk_in_release = {
	.get_send	= (void *)walk_in_release_get_send,
	.release	= (void *)walk_in_release_release,
	.name		= "walk_in_release",
};
