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

/*
 * The average is kept in 32 bits and starts from the socket's pacing rate, in
 * bytes a second. 0: there is none yet.
 */
static __always_inline __u32 burst_pace(struct mptcp_subflow_context *sf)
{
	if (!(__u32)sf->avg_pacing_rate)
		sf->avg_pacing_rate = sf->tcp_sock->sk_pacing_rate;

	return sf->avg_pacing_rate;
}

static __always_inline int burst_commit(struct mptcp_sock *msk, struct mptcp_subflow_context *sf)
{
	const struct sock *ssk = sf->tcp_sock;
	__u64 burst, wmem;

	burst = min((__u64)SEND_BURST_SIZE, mptcp_wnd_end(msk) - msk->snd_nxt);
	wmem = ssk->sk_wmem_queued;
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
	struct mptcp_subflow_context *sf, *regular = NULL, *backup = NULL;
	__u64 regular_linger = ~0ULL, backup_linger = ~0ULL;
	bool any_regular = false;

	mptcp_set_timeout((struct sock *)msk);

	mpx_for_each_subflow(msk, sf) {
		bool is_backup = mpx_is_backup(sf);
		__u64 linger;
		__u32 pace;

		if (!mptcp_subflow_active(sf))
			continue;
		if (!is_backup)
			any_regular = true;

		pace = burst_pace(sf);
		if (!pace)
			continue;

		linger = ((__u64)(__u32)sf->tcp_sock->sk_wmem_queued << 32) / pace;
		if (is_backup) {
			if (linger < backup_linger) {
				backup_linger = linger;
				backup = sf;
			}
		} else if (linger < regular_linger) {
			regular_linger = linger;
			regular = sf;
		}
	}

	if (!any_regular)
		regular = backup;
	if (!regular || !bpf_sk_stream_memory_free(regular))
		return -EAGAIN;

	return burst_commit(msk, regular);
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
