// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waits for a path that is fast enough, whatever happens meanwhile. None is, and
 * a wait verdict with nothing in flight has nobody who would ask again.
 */
#include "watch.h"

char _license[] SEC("license") = "GPL";

MPX_POLICY("sched", "1", 0, "waits for a path that is fast enough");
MPX_TUNABLE(max_srtt_us, u32, 0, 10000000, 1, "us", "the slowest path that will do");

struct watch watch;

SEC("struct_ops")
int BPF_PROG(waits_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf;

	watch_asked(&watch, msk);
	mpx_for_each_subflow(msk, sf) {
		if (!mptcp_subflow_active(sf) || mpx_srtt_us(sf) > max_srtt_us)
			continue;
		mptcp_subflow_set_scheduled(sf, true);
		return 0;
	}
	return -EAGAIN;
}

SEC("struct_ops")
void BPF_PROG(waits_release, struct mptcp_sock *msk)
{
	watch_left(&watch);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops waits = {
	.get_send	= (void *)waits_get_send,
	.release	= (void *)waits_release,
	.name		= "waits",
};
