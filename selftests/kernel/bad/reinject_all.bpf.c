// SPDX-License-Identifier: GPL-2.0-only
/* Whatever happens, and whenever it is asked: send it again, on every subflow. */
#include "../pick.h"

char _license[] SEC("license") = "GPL";

__u64 requests;

static __always_inline void reinject_everywhere(struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf;
	__u32 dice = bpf_get_prandom_u32();

	mpx_for_each_subflow(msk, sf)
		bpf_mptcp_reinject(sf, dice >> (dice & 31));
	__sync_fetch_and_add(&requests, 1);
}

SEC("struct_ops")
int BPF_PROG(reinject_all_get_send, struct mptcp_sock *msk)
{
	reinject_everywhere(msk);
	return pick_usable(msk);
}

SEC("struct_ops")
void BPF_PROG(reinject_all_event, struct mptcp_sock *msk, struct mptcp_subflow_context *sf,
	      __u32 events)
{
	reinject_everywhere(msk);
	bpf_mptcp_reinject(sf, ~0U);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops reinject_all = {
	.get_send	= (void *)reinject_all_get_send,
	.subflow_event	= (void *)reinject_all_event,
	.events		= MPTCP_SCHED_EV_ADDED | MPTCP_SCHED_EV_REMOVED | MPTCP_SCHED_EV_ACKED |
			  MPTCP_SCHED_EV_LOSS | MPTCP_SCHED_EV_RECOVERED | MPTCP_SCHED_EV_STALE |
			  MPTCP_SCHED_EV_PRIO,
	.name		= "reinject_all",
};
