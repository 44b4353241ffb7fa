// SPDX-License-Identifier: GPL-2.0-only
/*
 * redundant_tail: the lowest RTT among the subflows with congestion window room, as in
 * minrtt, while there is more to send than that one has room for. The last bytes, after
 * which the queue is empty, go to all that have room for them: nothing new waits for that
 * room, and it is the end of a message that everybody waits for.
 *
 * When TCP loses something on a path and nothing new is to be sent, what is not
 * acknowledged is sent again on the best other path, without waiting for a timeout: part
 * of a tail may have been on one alone, because the others were full.
 *
 * Backup subflows carry data only while no regular one is usable.
 */
#include <mptcp_bpf/common.bpf.h>
#include <mptcp_bpf/rescue.bpf.h>

char _license[] SEC("license") = "GPL";

MPX_POLICY("sched", "1", 0, "lowest RTT, and the end of what is queued on every path");
MPX_TUNABLE(tail_bytes, u32, 0, 1048576, 65536, "bytes", "the most that is an end");

/* All @bytes that are left, on all of the kind of @like that have room for them. */
static __always_inline int tail_send(struct mptcp_sock *msk, struct mptcp_subflow_context *like,
				     __u32 bytes)
{
	bool backup = mpx_is_backup(like);
	struct mptcp_subflow_context *sf;

	mpx_for_each_subflow(msk, sf) {
		if (!mptcp_subflow_active(sf) || mpx_is_backup(sf) != backup ||
		    mpx_timeouts(sf) || mpx_room_bytes(sf) < bytes)
			continue;
		mptcp_subflow_set_scheduled(sf, true);
	}
	return mpx_send(msk, like, bytes);
}

SEC("struct_ops")
int BPF_PROG(redundant_tail_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf, *pick = NULL;
	__u64 pending = mpx_pending(msk);
	bool any_regular = false;

	mpx_for_each_subflow(msk, sf) {
		if (!mptcp_subflow_active(sf))
			continue;
		if (mpx_is_backup(sf)) {
			if (any_regular)
				continue;
		} else if (!any_regular) {
			any_regular = true;
			pick = NULL;
		}
		if (mpx_has_room(sf) && mpx_is_faster(sf, pick))
			pick = sf;
	}

	if (!pick)
		return -EAGAIN;
	if (pending > tail_bytes || pending > mpx_room_bytes(pick))
		return mpx_send_room(msk, pick);
	return tail_send(msk, pick, pending);
}

SEC("struct_ops")
int BPF_PROG(redundant_tail_get_retrans, struct mptcp_sock *msk)
{
	return mpx_retrans_idle(msk);
}

SEC("struct_ops")
void BPF_PROG(redundant_tail_event, struct mptcp_sock *msk, struct mptcp_subflow_context *subflow,
	      __u32 events)
{
	struct mptcp_subflow_context *sf;
	__u64 bytes = mpx_unacked(msk);

	if (!bytes || bytes > tail_bytes || mpx_pending(msk)) {
		mpx_rescue(msk, subflow);
		return;
	}

	sf = mpx_stand_in(msk, subflow);
	if (sf && bpf_ksym_exists(bpf_mptcp_reinject))
		bpf_mptcp_reinject(sf, bytes);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops redundant_tail = {
	.get_send	= (void *)redundant_tail_get_send,
	.get_retrans	= (void *)redundant_tail_get_retrans,
	.subflow_event	= (void *)redundant_tail_event,
	.events		= MPTCP_SCHED_EV_LOSS,
	.flags		= MPTCP_SCHED_F_DUP,
	.name		= "redundant_tail",
};
