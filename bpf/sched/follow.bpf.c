// SPDX-License-Identifier: GPL-2.0-only
/*
 * follow: send on the subflow on which data arrived last. For servers: the client
 * knows its links, and says by where it sends which one it wants to be used.
 *
 * That subflow is waited for when it is full, unless TCP's retransmission timer has
 * expired on it. While none has received anything: the lowest RTT among those with
 * congestion window room, a backup one only if no regular one is usable. What the
 * other side sends on a backup subflow is followed there: it has a reason.
 */
#include <mptcp_bpf/common.bpf.h>
#include <mptcp_bpf/rescue.bpf.h>

char _license[] SEC("license") = "GPL";

MPX_POLICY("sched", "1", 0, "the subflow on which data arrived last");

/* Did data arrive on it, and after what @than, which may be NULL, got? */
static __always_inline bool follow_later(struct mptcp_subflow_context *sf,
					 struct mptcp_subflow_context *than)
{
	const struct tcp_sock *tp = mpx_tcp(sf);

	/* a subflow that was silent so far has a time too, that of its handshake */
	if (!tp->bytes_received)
		return false;
	return !than || (__s32)(tp->inet_conn.icsk_ack.lrcvtime -
				mpx_tcp(than)->inet_conn.icsk_ack.lrcvtime) > 0;
}

SEC("struct_ops")
int BPF_PROG(follow_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf, *last = NULL, *pick = NULL;
	bool any_regular = false;

	mpx_for_each_subflow(msk, sf) {
		if (!mptcp_subflow_active(sf))
			continue;

		if (!mpx_timeouts(sf) && follow_later(sf, last))
			last = sf;
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

	if (!last)
		return pick ? mpx_send_room(msk, pick) : -EAGAIN;
	if (!mpx_has_room(last))
		return mpx_wait_for(msk, last);
	return mpx_send_room(msk, last);
}

SEC("struct_ops")
int BPF_PROG(follow_get_retrans, struct mptcp_sock *msk)
{
	return mpx_retrans_idle(msk);
}

SEC("struct_ops")
void BPF_PROG(follow_event, struct mptcp_sock *msk, struct mptcp_subflow_context *subflow,
	      __u32 events)
{
	mpx_rescue(msk, subflow);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops follow = {
	.get_send	= (void *)follow_get_send,
	.get_retrans	= (void *)follow_get_retrans,
	.subflow_event	= (void *)follow_event,
	.events		= MPTCP_SCHED_EV_LOSS,
	.name		= "follow",
};
