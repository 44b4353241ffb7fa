// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bytes should arrive within @deadline_us, on the oldest subflow if that can do
 * it: it is the cheap one. Its queue is waited for as long as waiting keeps the
 * deadline; else the next subflow that is in time is asked, and if none is, the
 * one that is the least late.
 */
#include <mptcp_bpf/common.bpf.h>

char _license[] SEC("license") = "GPL";

MPX_POLICY("sched", "1", 0, "the oldest subflow that keeps the deadline");
MPX_TUNABLE(deadline_us, u32, 1000, 10000000, 100000, "us", "when bytes should have arrived");

__u64 waits, second;

/* Until the next byte would be there: what is queued leaves, then half a round trip. */
static __u64 arrival_us(struct mptcp_subflow_context *sf)
{
	__u64 queued = sf->tcp_sock->sk_wmem_queued;
	__u64 rate = sf->tcp_sock->sk_pacing_rate;

	if (!rate)
		return ~0ULL;
	return queued * 1000000 / rate + mpx_srtt_us(sf) / 2;
}

SEC("struct_ops")
int BPF_PROG(deadline_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf, *in_time = NULL, *least = NULL, *first = NULL;
	__u64 least_us = ~0ULL;

	mptcp_set_timeout((struct sock *)msk);

	mpx_for_each_subflow(msk, sf) {
		__u64 us;

		if (!mptcp_subflow_active(sf))
			continue;
		if (!first)
			first = sf;
		us = arrival_us(sf);
		if (us <= deadline_us) {
			in_time = sf;
			break;
		}
		if (!least || us < least_us) {
			least_us = us;
			least = sf;
		}
	}

	sf = in_time ? in_time : least;
	if (!sf)
		return -EAGAIN;
	if (!mpx_cwnd_room(sf) || !bpf_sk_stream_memory_free(sf)) {
		__sync_fetch_and_add(&waits, 1);
		return -EAGAIN;
	}
	if (sf != first)
		__sync_fetch_and_add(&second, 1);

	msk->snd_burst = mpx_room_bytes(sf);
	mptcp_subflow_set_scheduled(sf, true);
	return 0;
}

SEC("struct_ops")
int BPF_PROG(deadline_get_retrans, struct mptcp_sock *msk)
{
	return mpx_retrans_idle(msk);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops deadline = {
	.get_send	= (void *)deadline_get_send,
	.get_retrans	= (void *)deadline_get_retrans,
	.name		= "deadline",
};
