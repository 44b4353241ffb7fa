// SPDX-License-Identifier: GPL-2.0-only
/* subflow_event runs in softirq: it may not sleep. */
#include "send_first.h"

char _license[] SEC("license") = "GPL";

SEC("struct_ops")
int BPF_PROG(sleepable_event_get_send, struct mptcp_sock *msk)
{
	return send_first(msk);
}

SEC("struct_ops.s")
void BPF_PROG(sleepable_event_event, struct mptcp_sock *msk, struct mptcp_subflow_context *sf,
	      __u32 events)
{
}

SEC(".struct_ops.link")
struct mptcp_sched_ops sleepable_event = {
	.get_send	= (void *)sleepable_event_get_send,
	.subflow_event	= (void *)sleepable_event_event,
	.events		= MPTCP_SCHED_EV_ADDED,
	.name		= "sleepable_event",
};
