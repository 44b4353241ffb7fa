// SPDX-License-Identifier: GPL-2.0-only
/* exit is about the policy: it has no connection, and no subflows to walk. */
#include "send_first.h"

char _license[] SEC("license") = "GPL";

SEC("struct_ops")
int BPF_PROG(walk_in_exit_get_send, struct mptcp_sock *msk)
{
	return send_first(msk);
}

SEC("struct_ops.s")
void BPF_PROG(walk_in_exit_exit, struct mptcp_ext_exit_info *info)
{
	struct mptcp_subflow_context *sf;

	mpx_for_each_subflow(info, sf)
		mptcp_subflow_set_scheduled(sf, true);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops walk_in_exit = {
	.get_send	= (void *)walk_in_exit_get_send,
	.exit		= (void *)walk_in_exit_exit,
	.name		= "walk_in_exit",
};
