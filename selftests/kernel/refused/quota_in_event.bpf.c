// SPDX-License-Identifier: GPL-2.0-only
/* A quota is part of a decision. */
#include "send_first.h"

char _license[] SEC("license") = "GPL";

SEC("struct_ops")
int BPF_PROG(quota_in_event_get_send, struct mptcp_sock *msk)
{
	return send_first(msk);
}

SEC("struct_ops")
void BPF_PROG(quota_in_event_event, struct mptcp_sock *msk, struct mptcp_subflow_context *sf,
	      __u32 events)
{
	bpf_mptcp_subflow_set_quota(sf, 1000);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops quota_in_event = {
	.get_send	= (void *)quota_in_event_get_send,
	.subflow_event	= (void *)quota_in_event_event,
	.events		= MPTCP_SCHED_EV_ADDED,
	.name		= "quota_in_event",
};
