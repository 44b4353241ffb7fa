// SPDX-License-Identifier: GPL-2.0-only
/*
 * sttf: shortest transfer time first. When does the last of what is queued arrive,
 * on each path? Half a round trip if it fits into what the congestion window has
 * room for; else first the rounds that drain what does not fit. For short transfers:
 * few bytes never take a path that is slower than waiting for a better one.
 *
 * Hurtig, Grinnemo, Brunstrom, Ferlin, Alay, Kuhn, "Low-Latency Scheduling in MPTCP",
 * IEEE/ACM Transactions on Networking 27(1), 2019; the estimate is in
 * mptcp_bpf/sttf.h.
 *
 * The paper hands out all that is queued in its head, a segment at a time to the path
 * that has it there first, and sends what falls to a path with room. Here that is one
 * comparison: if a path without room would have all of it there before the best one
 * with room has its first byte there, nothing falls to the latter. What falls to it
 * otherwise would be the end of the queue; the kernel sends in order.
 *
 * Not in the paper: a path on which TCP's retransmission timer has expired is not
 * waited for, and backup subflows take part only while no regular one is usable.
 */
#include <mptcp_bpf/common.bpf.h>
#include <mptcp_bpf/sttf.h>

char _license[] SEC("license") = "GPL";

MPX_POLICY("sched", "1", 0, "shortest transfer time of what is queued first");

/* Global, so that the verifier looks at it once and not at each step of the walk. */
__noinline __u64 sttf_estimate(__u64 rtt_us, __u64 cwnd, __u64 used, __u64 queue)
{
	return mpx_sttf_us(rtt_us, cwnd, used, queue);
}

static __always_inline __u64 sttf_time(struct mptcp_subflow_context *sf, __u64 bytes)
{
	const struct tcp_sock *tp = mpx_tcp(sf);
	__u64 used = (__u64)mpx_in_flight(tp) + mpx_unsent(tp);
	__u32 mss = tp->mss_cache;

	return sttf_estimate(mpx_srtt_us(sf), tp->snd_cwnd, used, mss ? bytes / mss + 1 : 1);
}

SEC("struct_ops")
int BPF_PROG(sttf_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf, *full = NULL, *pick = NULL;
	__u64 pending = mpx_pending(msk);
	bool any_regular = false;

	mpx_for_each_subflow(msk, sf) {
		if (!mptcp_subflow_active(sf))
			continue;
		if (mpx_is_backup(sf)) {
			if (any_regular)
				continue;
		} else if (!any_regular) {
			any_regular = true;
			full = pick = NULL;
		}

		if (mpx_has_room(sf)) {
			if (mpx_is_faster(sf, pick))
				pick = sf;
		} else if (!mpx_timeouts(sf)) {
			if (!full || sttf_time(sf, pending) < sttf_time(full, pending))
				full = sf;
		}
	}

	if (!pick)
		return -EAGAIN;
	if (full && sttf_time(full, pending) <= sttf_time(pick, 0))
		return mpx_wait_for(msk, full);

	return mpx_send_room(msk, pick);
}

SEC("struct_ops")
int BPF_PROG(sttf_get_retrans, struct mptcp_sock *msk)
{
	return mpx_retrans_idle(msk);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops sttf = {
	.get_send	= (void *)sttf_get_send,
	.get_retrans	= (void *)sttf_get_retrans,
	.name		= "sttf",
};
