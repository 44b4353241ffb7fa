// SPDX-License-Identifier: GPL-2.0-only
/*
 * Uses every kernel function of the interface, writes both writable fields, and
 * has a get_retrans that looks at the queues of each socket.
 */
#include "kfuncs.h"
#include <bpf/bpf_core_read.h>

char _license[] SEC("license") = "GPL";

SEC("struct_ops")
int BPF_PROG(c_burst_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf;
	struct sock *ssk, *pick = NULL;
	__u64 least = -1, linger;
	__u64 burst, wmem;

	bpf_for_each(mptcp_subflow, sf, (struct sock *)msk) {
		ssk = bpf_mptcp_subflow_tcp_sock(sf);
		if (!ssk || !mptcp_subflow_active(sf))
			continue;

		if (!sf->avg_pacing_rate)
			sf->avg_pacing_rate = ssk->sk_pacing_rate;
		if (!sf->avg_pacing_rate)
			continue;

		linger = ((__u64)ssk->sk_wmem_queued << 32) / sf->avg_pacing_rate;
		if (linger < least) {
			least = linger;
			pick = ssk;
		}
	}
	mptcp_set_timeout((struct sock *)msk);

	if (!pick)
		return -1;
	sf = bpf_mptcp_subflow_ctx(pick);
	if (!sf || !bpf_sk_stream_memory_free(sf))
		return -1;

	burst = mptcp_wnd_end(msk) - msk->snd_nxt;
	if (burst > 65428)
		burst = 65428;
	if (burst) {
		ssk = bpf_core_cast(pick, struct sock);
		wmem = ssk->sk_wmem_queued;
		sf->avg_pacing_rate = (sf->avg_pacing_rate * wmem +
				       ssk->sk_pacing_rate * burst) / (burst + wmem);
		msk->snd_burst = burst;
	}

	mptcp_subflow_set_scheduled(sf, true);
	return 0;
}

static bool write_queue_empty(struct sock *sk)
{
	const struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);

	return !tp || tp->write_seq == tp->snd_nxt;
}

SEC("struct_ops")
int BPF_PROG(c_burst_get_retrans, struct mptcp_sock *msk)
{
	struct sock *pick = NULL, *backup = NULL;
	struct mptcp_subflow_context *sf;
	int least = 0x7fffffff;

	bpf_for_each(mptcp_subflow, sf, (struct sock *)msk) {
		struct sock *ssk = bpf_mptcp_subflow_tcp_sock(sf);

		if (!ssk || !mptcp_subflow_active(sf))
			continue;

		if (!bpf_mptcp_subflow_queues_empty(ssk) || !write_queue_empty(ssk)) {
			if (sf->stale_count < least)
				least = sf->stale_count;
			continue;
		}

		if (sf->backup || sf->request_bkup) {
			if (!backup)
				backup = ssk;
		} else if (!pick) {
			pick = ssk;
		}
	}

	if (!pick && least > 1)
		pick = backup;
	if (!pick)
		return -1;

	sf = bpf_mptcp_subflow_ctx(pick);
	if (!sf)
		return -1;

	mptcp_subflow_set_scheduled(sf, true);
	return 0;
}

SEC(".struct_ops.link")
struct mptcp_sched_ops c_burst = {
	.get_send	= (void *)c_burst_get_send,
	.get_retrans	= (void *)c_burst_get_retrans,
	.name		= "c_burst",
};
