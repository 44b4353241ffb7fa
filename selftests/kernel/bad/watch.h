/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When did a connection stop to move, and when did it leave its policy? For policies with one
 * connection at a time.
 */
#ifndef __WATCH_H
#define __WATCH_H

#include <mptcp_bpf/common.bpf.h>

struct watch {
	__u64 snd_una, snd_nxt;
	__u64 moved_ns;		/* last seen moving, or with bytes on a subflow that may deliver them */
	__u64 left_ns;
};

static __always_inline bool watch_in_flight(struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf;

	mpx_for_each_subflow(msk, sf) {
		const struct tcp_sock *tp = mpx_tcp(sf);

		if (mptcp_subflow_active(sf) && tp->snd_una != tp->write_seq)
			return true;
	}
	return false;
}

/* From get_send, which the kernel calls on each ACK of data while there is more to send. */
static __always_inline void watch_asked(struct watch *w, struct mptcp_sock *msk)
{
	bool in_flight = watch_in_flight(msk);

	if (msk->snd_una == w->snd_una && msk->snd_nxt == w->snd_nxt && !in_flight)
		return;

	w->snd_una = msk->snd_una;
	w->snd_nxt = msk->snd_nxt;
	w->moved_ns = bpf_ktime_get_ns();
}

/* From release. */
static __always_inline void watch_left(struct watch *w)
{
	w->left_ns = bpf_ktime_get_ns();
}

#endif /* __WATCH_H */
