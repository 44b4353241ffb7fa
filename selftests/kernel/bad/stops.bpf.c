// SPDX-License-Identifier: GPL-2.0-only
/* Decides as it should until @after bytes are sent, and nothing from then on. */
#include "../pick.h"
#include "watch.h"

char _license[] SEC("license") = "GPL";

MPX_POLICY("sched", "1", 0, "stops in the middle");
MPX_TUNABLE(after, u32, 0, 1073741824, 200000, "bytes", "when to stop");

struct watch watch;

SEC("struct_ops")
int BPF_PROG(stops_get_send, struct mptcp_sock *msk)
{
	watch_asked(&watch, msk);
	if (msk->bytes_sent >= after)
		return 0;

	return pick_usable(msk);
}

SEC("struct_ops")
void BPF_PROG(stops_release, struct mptcp_sock *msk)
{
	watch_left(&watch);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops stops = {
	.get_send	= (void *)stops_get_send,
	.release	= (void *)stops_release,
	.name		= "stops",
};
