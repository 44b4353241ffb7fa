// SPDX-License-Identifier: GPL-2.0-only
/* What happened is told; there is no decision to take. */
#include "send_first.h"

char _license[] SEC("license") = "GPL";

SEC("struct_ops")
int BPF_PROG(mark_in_event_get_send, struct mptcp_sock *msk)
{
	return send_first(msk);
}

SEC("struct_ops")
void BPF_PROG(mark_in_event_event, struct mptcp_sock *msk, struct mptcp_subflow_context *sf,
	      __u32 events)
{
	mptcp_subflow_set_scheduled(sf, true);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops mark_in_event = {
	.get_send	= (void *)mark_in_event_get_send,
	.subflow_event	= (void *)mark_in_event_event,
	.events		= MPTCP_SCHED_EV_ADDED,
	.name		= "mark_in_event",
};
