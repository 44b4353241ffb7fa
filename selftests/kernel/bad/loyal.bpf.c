// SPDX-License-Identifier: GPL-2.0-only
/* Marks the first subflow, dead or alive. */
#include "watch.h"

char _license[] SEC("license") = "GPL";

__u64 stale;
struct watch watch;

SEC("struct_ops")
int BPF_PROG(loyal_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf;

	watch_asked(&watch, msk);
	mptcp_set_timeout((struct sock *)msk);

	mpx_for_each_subflow(msk, sf) {
		if (sf->stale)
			__sync_fetch_and_add(&stale, 1);
		mptcp_subflow_set_scheduled(sf, true);
		break;
	}
	return 0;
}

SEC("struct_ops")
void BPF_PROG(loyal_release, struct mptcp_sock *msk)
{
	watch_left(&watch);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops loyal = {
	.get_send	= (void *)loyal_get_send,
	.release	= (void *)loyal_release,
	.name		= "loyal",
};
