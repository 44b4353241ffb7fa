// SPDX-License-Identifier: GPL-2.0-only
/*
 * burst: the kernel's built-in scheduler, decision for decision. For each
 * subflow it estimates how long the data already in its socket takes to leave,
 * queued bytes over an average of the pacing rate, and fills the one that is
 * empty first, for at most one burst of 64 KiB.
 *
 * The point of it is comparison: the same decisions, taken in BPF. Change it to
 * see what differs.
 */
#include <mptcp_bpf/common.bpf.h>

char _license[] SEC("license") = "GPL";

MPX_POLICY("sched", "1", 0, "the built-in scheduler's decisions, in BPF");

/* 64 KiB less the largest headers: what one skb of TCP segmentation holds */
#define SEND_BURST_SIZE	((1 << 16) - 20 - 40 - 40 - 8)

/* Among lingers, which are below: a backup only if there is no other subflow. */
#define BACKUP_PENALTY	(1ULL << 63)

/*
 * How long the bytes in the socket linger, in seconds * 2^32: queued bytes, of which
 * there are less than 2^31, over an average of the pacing rate in bytes a second. That
 * is kept in 32 bits and starts from the socket's. ~0: not known.
 */
static __always_inline __u64 burst_linger(struct mptcp_subflow_context *sf,
					  const struct sock *ssk)
{
	__u32 pace = sf->avg_pacing_rate;

	if (!pace) {
		pace = ssk->sk_pacing_rate;
		sf->avg_pacing_rate = pace;
		if (!pace)
			return ~0ULL;
	}
	return ((__u64)(__u32)ssk->sk_wmem_queued << 32) / pace;
}

static __always_inline int burst_commit(struct mptcp_sock *msk, struct mptcp_subflow_context *sf)
{
	const struct sock *ssk = sf->tcp_sock;
	__u64 wmem = ssk->sk_wmem_queued;
	__u64 burst = msk->wnd_end - msk->snd_nxt;

	burst = min(burst, (__u64)SEND_BURST_SIZE);
	if (burst) {
		sf->avg_pacing_rate = (sf->avg_pacing_rate * wmem +
				       ssk->sk_pacing_rate * burst) / (burst + wmem);
		msk->snd_burst = burst;
	}

	mptcp_subflow_set_scheduled(sf, true);
	return 0;
}

SEC("struct_ops")
int BPF_PROG(burst_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf, *best = NULL;
	__u64 least = ~0ULL;

	mpx_for_each_subflow(msk, sf) {
		const struct sock *ssk = sf->tcp_sock;
		__u64 linger;

		if (!mpx_is_active(sf, ssk))
			continue;

		linger = burst_linger(sf, ssk);
		if (mpx_is_backup(sf))
			linger |= BACKUP_PENALTY;
		if (linger < least) {
			least = linger;
			best = sf;
		}
	}

	if (!best || !bpf_sk_stream_memory_free(best))
		return -EAGAIN;

	return burst_commit(msk, best);
}

SEC("struct_ops")
int BPF_PROG(burst_get_retrans, struct mptcp_sock *msk)
{
	return mpx_retrans_idle(msk);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops burst = {
	.get_send	= (void *)burst_get_send,
	.get_retrans	= (void *)burst_get_retrans,
	.name		= "burst",
};
