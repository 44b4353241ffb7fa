/* SPDX-License-Identifier: GPL-2.0-only */
/* Right decisions, for policies that are about something else. */
#ifndef __PICK_H
#define __PICK_H

#include <mptcp_bpf/common.bpf.h>

/* Every usable subflow with room takes part. */
static __always_inline int pick_usable(struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf;
	int ret = -EAGAIN;

	mptcp_set_timeout((struct sock *)msk);

	mpx_for_each_subflow(msk, sf) {
		if (!mptcp_subflow_active(sf) || !bpf_sk_stream_memory_free(sf))
			continue;
		mptcp_subflow_set_scheduled(sf, true);
		ret = 0;
	}
	return ret;
}

/* The oldest usable subflow; while it is full it is waited for. */
static __always_inline int pick_first(struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf;

	mptcp_set_timeout((struct sock *)msk);

	mpx_for_each_subflow(msk, sf) {
		if (!mptcp_subflow_active(sf))
			continue;
		if (!bpf_sk_stream_memory_free(sf))
			return -EAGAIN;
		mptcp_subflow_set_scheduled(sf, true);
		return 0;
	}
	return -EAGAIN;
}

/* The oldest usable subflow with room. */
static __always_inline int pick_room(struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf;

	mptcp_set_timeout((struct sock *)msk);

	mpx_for_each_subflow(msk, sf) {
		if (!mptcp_subflow_active(sf) || !bpf_sk_stream_memory_free(sf))
			continue;
		mptcp_subflow_set_scheduled(sf, true);
		return 0;
	}
	return -EAGAIN;
}

#endif /* __PICK_H */
