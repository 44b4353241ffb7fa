/* SPDX-License-Identifier: GPL-2.0-only */
/* A decision that nothing is wrong with, for policies that are refused for something else. */
#ifndef __SEND_FIRST_H
#define __SEND_FIRST_H

#include <mptcp_bpf/common.bpf.h>

static __always_inline int send_first(struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf;

	mpx_for_each_subflow(msk, sf) {
		mptcp_subflow_set_scheduled(sf, true);
		return 0;
	}
	return -EAGAIN;
}

#endif /* __SEND_FIRST_H */
