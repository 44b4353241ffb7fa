// SPDX-License-Identifier: GPL-2.0-only
/* Only who is asked can ask for patience. */
#include "send_first.h"

char _license[] SEC("license") = "GPL";

SEC("struct_ops")
int BPF_PROG(wait_in_event_get_send, struct mptcp_sock *msk)
{
	return send_first(msk);
}

SEC("struct_ops")
void BPF_PROG(wait_in_event_event, struct mptcp_sock *msk, struct mptcp_subflow_context *sf,
	      __u32 events)
{
	bpf_mptcp_sched_wait(msk, 1000);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops wait_in_event = {
	.get_send	= (void *)wait_in_event_get_send,
	.subflow_event	= (void *)wait_in_event_event,
	.events		= MPTCP_SCHED_EV_ADDED,
	.name		= "wait_in_event",
};
