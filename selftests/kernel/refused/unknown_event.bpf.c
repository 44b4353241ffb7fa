// SPDX-License-Identifier: GPL-2.0-only
/* An event that this kernel does not know. */
#include "send_first.h"

char _license[] SEC("license") = "GPL";

SEC("struct_ops")
int BPF_PROG(unknown_event_get_send, struct mptcp_sock *msk)
{
	return send_first(msk);
}

SEC("struct_ops")
void BPF_PROG(unknown_event_event, struct mptcp_sock *msk, struct mptcp_subflow_context *sf,
	      __u32 events)
{
}

SEC(".struct_ops.link")
struct mptcp_sched_ops unknown_event = {
	.get_send	= (void *)unknown_event_get_send,
	.subflow_event	= (void *)unknown_event_event,
	.events		= MPTCP_SCHED_EV_ADDED | 1U << 7,
	.name		= "unknown_event",
};
