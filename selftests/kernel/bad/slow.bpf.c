// SPDX-License-Identifier: GPL-2.0-only
/* The right decision, after @burn_us of hard work, as fast as the machine may be. */
#include "../pick.h"
#include "watch.h"

char _license[] SEC("license") = "GPL";

MPX_POLICY("sched", "1", 0, "thinks for too long");
MPX_TUNABLE(burn_us, u32, 1, 100000, 20000, "us", "how long one decision takes");

/* Reading the clock takes 10 ns and more: this is over 100 ms, the verifier's limit apart. */
#define BURN_LOOPS	(1 << 23)

__u64 decisions;
struct watch watch;

static void burn(void)
{
	__u64 until = bpf_ktime_get_ns() + burn_us * 1000ULL;
	int i;

	bpf_for(i, 0, BURN_LOOPS) {
		if (bpf_ktime_get_ns() >= until)
			break;
	}
}

SEC("struct_ops")
int BPF_PROG(slow_get_send, struct mptcp_sock *msk)
{
	if (!__sync_fetch_and_add(&decisions, 1))
		watch.moved_ns = bpf_ktime_get_ns();
	burn();
	return pick_usable(msk);
}

SEC("struct_ops")
void BPF_PROG(slow_release, struct mptcp_sock *msk)
{
	watch_left(&watch);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops slow = {
	.get_send	= (void *)slow_get_send,
	.release	= (void *)slow_release,
	.name		= "slow",
};
