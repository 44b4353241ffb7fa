// SPDX-License-Identifier: GPL-2.0-only
/*
 * Marks subflows that cannot carry data: joining, in SYN_SENT, stale, closing.
 * With @usable_too the others as well, so that the transfer can end.
 */
#include "watch.h"

char _license[] SEC("license") = "GPL";

MPX_POLICY("sched", "1", 0, "marks unusable subflows");
MPX_TUNABLE(usable_too, bool, 0, 1, 1, "", "mark the usable subflows too");

__u64 joining, syn_sent, stale, closing;
struct watch watch;

static void count(struct mptcp_subflow_context *sf)
{
	int state = sf->tcp_sock->__sk_common.skc_state;

	if (state == TCP_SYN_SENT)
		__sync_fetch_and_add(&syn_sent, 1);
	else if (sf->stale)
		__sync_fetch_and_add(&stale, 1);
	else if (state == TCP_ESTABLISHED)
		__sync_fetch_and_add(&joining, 1);
	else
		__sync_fetch_and_add(&closing, 1);
}

SEC("struct_ops")
int BPF_PROG(unusable_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf;

	watch_asked(&watch, msk);
	mpx_for_each_subflow(msk, sf) {
		if (mptcp_subflow_active(sf)) {
			if (!usable_too)
				continue;
		} else {
			count(sf);
		}
		mptcp_subflow_set_scheduled(sf, true);
	}
	return 0;
}

SEC("struct_ops")
void BPF_PROG(unusable_release, struct mptcp_sock *msk)
{
	watch_left(&watch);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops unusable = {
	.get_send	= (void *)unusable_get_send,
	.release	= (void *)unusable_release,
	.name		= "unusable",
};
