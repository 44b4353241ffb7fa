/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/*
 * What is stuck on a path that fails goes out again on another one, in subflow_event:
 * when TCP's first retransmission timeout is over, and not when MPTCP's own timer finds
 * an idle subflow. Not part of common.bpf.h: it takes events and reinjection.
 */
#ifndef __MPTCP_BPF_RESCUE_BPF_H
#define __MPTCP_BPF_RESCUE_BPF_H

/* The best subflow that can stand in for @failed, a backup one only if there is no other. */
static __always_inline struct mptcp_subflow_context *
mpx_stand_in(struct mptcp_sock *msk, const struct mptcp_subflow_context *failed)
{
	struct mptcp_subflow_context *sf, *pick = NULL;
	bool any_regular = false;

	mpx_for_each_subflow(msk, sf) {
		if (sf->subflow_id == failed->subflow_id || !mptcp_subflow_active(sf) ||
		    mpx_timeouts(sf))
			continue;
		if (mpx_is_backup(sf)) {
			if (any_regular)
				continue;
		} else if (!any_regular) {
			any_regular = true;
			pick = NULL;
		}
		if (mpx_is_faster(sf, pick))
			pick = sf;
	}
	return pick;
}

/*
 * For MPTCP_SCHED_EV_LOSS: if the retransmission timer of TCP has expired on @failed, and
 * it did not just lose a packet, as much as is stuck there is sent again, the oldest data
 * first.
 */
static __always_inline void mpx_rescue(struct mptcp_sock *msk, struct mptcp_subflow_context *failed)
{
	const struct tcp_sock *tp = mpx_tcp(failed);
	struct mptcp_subflow_context *sf;
	__u32 stuck = tp->write_seq - tp->snd_una;

	if (!mpx_timeouts(failed) || !bpf_ksym_exists(bpf_mptcp_reinject))
		return;

	sf = mpx_stand_in(msk, failed);
	if (sf)
		bpf_mptcp_reinject(sf, min(mpx_unacked(msk), (__u64)stuck));
}

#endif /* __MPTCP_BPF_RESCUE_BPF_H */
