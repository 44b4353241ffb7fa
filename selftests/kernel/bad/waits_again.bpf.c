// SPDX-License-Identifier: GPL-2.0-only
/* Asks for @wait_us of patience, again and again, and never sends. */
#include "watch.h"

char _license[] SEC("license") = "GPL";

MPX_POLICY("sched", "1", 0, "waits, then waits again");
MPX_TUNABLE(wait_us, u32, 0, 4294967295, 100, "us", "each time");

__u64 asked;
struct watch watch;

SEC("struct_ops")
int BPF_PROG(waits_again_get_send, struct mptcp_sock *msk)
{
	__sync_fetch_and_add(&asked, 1);
	watch_asked(&watch, msk);
	bpf_mptcp_sched_wait(msk, wait_us);
	return -EAGAIN;
}

SEC("struct_ops")
void BPF_PROG(waits_again_release, struct mptcp_sock *msk)
{
	watch_left(&watch);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops waits_again = {
	.get_send	= (void *)waits_again_get_send,
	.release	= (void *)waits_again_release,
	.name		= "waits_again",
};
