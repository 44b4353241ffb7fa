// SPDX-License-Identifier: GPL-2.0-only
/* It wants to be told, but nothing. */
#include "send_first.h"

char _license[] SEC("license") = "GPL";

SEC("struct_ops")
int BPF_PROG(no_events_get_send, struct mptcp_sock *msk)
{
	return send_first(msk);
}

SEC("struct_ops")
void BPF_PROG(no_events_event, struct mptcp_sock *msk, struct mptcp_subflow_context *sf,
	      __u32 events)
{
}

SEC(".struct_ops.link")
struct mptcp_sched_ops no_events = {
	.get_send	= (void *)no_events_get_send,
	.subflow_event	= (void *)no_events_event,
	.name		= "no_events",
};
