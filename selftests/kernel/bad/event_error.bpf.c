// SPDX-License-Identifier: GPL-2.0-only
/* Decides as it should, and gives up when a DATA_ACK is mentioned. */
#include "../pick.h"

char _license[] SEC("license") = "GPL";

__u64 told, releases;

SEC("struct_ops")
int BPF_PROG(event_error_get_send, struct mptcp_sock *msk)
{
	return pick_usable(msk);
}

SEC("struct_ops")
void BPF_PROG(event_error_event, struct mptcp_sock *msk, struct mptcp_subflow_context *sf,
	      __u32 events)
{
	__sync_fetch_and_add(&told, 1);
	bpf_mptcp_policy_error(msk, -77);
}

SEC("struct_ops")
void BPF_PROG(event_error_release, struct mptcp_sock *msk)
{
	__sync_fetch_and_add(&releases, 1);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops event_error = {
	.get_send	= (void *)event_error_get_send,
	.subflow_event	= (void *)event_error_event,
	.release	= (void *)event_error_release,
	.events		= MPTCP_SCHED_EV_ACKED,
	.name		= "event_error",
};
