/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/* Which subflow sends the oldest unacknowledged data again. */
#ifndef __MPTCP_BPF_RETRANS_BPF_H
#define __MPTCP_BPF_RETRANS_BPF_H

/*
 * The built-in scheduler's rule: the first usable subflow with nothing in its
 * queues; a backup one only when no other is idle and no busy one made progress
 * in the last period. Returns 0 with the subflow marked, or -EAGAIN.
 *
 * One difference: stale subflows are never picked, the core drops such marks.
 */
static __always_inline int mpx_retrans_idle(struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf, *pick = NULL, *backup = NULL;
	bool progress = false;

	mpx_for_each_subflow(msk, sf) {
		const struct tcp_sock *tp;

		if (!mptcp_subflow_active(sf))
			continue;

		tp = mpx_tcp(sf);
		if (tp->write_seq != tp->snd_una) {
			if (sf->stale_count <= 1)
				progress = true;
			continue;
		}

		if (mpx_is_backup(sf)) {
			if (!backup)
				backup = sf;
		} else if (!pick) {
			pick = sf;
		}
	}

	if (!pick && !progress)
		pick = backup;
	if (!pick)
		return -EAGAIN;

	mptcp_subflow_set_scheduled(pick, true);
	return 0;
}

#endif /* __MPTCP_BPF_RETRANS_BPF_H */
