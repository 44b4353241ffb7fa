// SPDX-License-Identifier: GPL-2.0-only
/* Wants to know when a subflow comes, and when its priority changes; nothing else. */
#include "events.h"

char _license[] SEC("license") = "GPL";

#define WANTED	(MPTCP_SCHED_EV_ADDED | MPTCP_SCHED_EV_PRIO)

SEC("struct_ops")
int BPF_PROG(few_events_get_send, struct mptcp_sock *msk)
{
	return watched_send(msk);
}

SEC("struct_ops")
int BPF_PROG(few_events_get_retrans, struct mptcp_sock *msk)
{
	return watched_retrans(msk);
}

SEC("struct_ops")
void BPF_PROG(few_events_event, struct mptcp_sock *msk, struct mptcp_subflow_context *sf,
	      __u32 events)
{
	take_event(msk, sf, events, WANTED);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops few_events = {
	.get_send	= (void *)few_events_get_send,
	.get_retrans	= (void *)few_events_get_retrans,
	.subflow_event	= (void *)few_events_event,
	.events		= WANTED,
	.name		= "few_events",
};
