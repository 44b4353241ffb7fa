// SPDX-License-Identifier: GPL-2.0-only
/*
 * A quota of @bytes in every second decision, none in the others, and all of it on the
 * oldest subflow: how much does it take in each? For one connection at a time.
 */
#include <mptcp_bpf/common.bpf.h>

char _license[] SEC("license") = "GPL";

MPX_POLICY("sched", "1", 0, "a quota in every second decision");
MPX_TUNABLE(bytes, u32, 0, 4294967295, 0, "bytes", "the quota");
MPX_TUNABLE(unmarked, bool, 0, 1, 0, "", "set it, but mark nothing then");

__u64 decisions, most_with, most_without, mss;
__u64 with_quota, last_snd_nxt;

static __always_inline void account(struct mptcp_sock *msk)
{
	__u64 sent = msk->snd_nxt - last_snd_nxt;

	if (with_quota)
		most_with = max(most_with, sent);
	else if (decisions)
		most_without = max(most_without, sent);
	last_snd_nxt = msk->snd_nxt;
}

SEC("struct_ops")
int BPF_PROG(quota_edge_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf;

	account(msk);
	mpx_for_each_subflow(msk, sf) {
		if (!mptcp_subflow_active(sf))
			continue;
		if (!bpf_sk_stream_memory_free(sf))
			break;
		mss = max(mss, (__u64)mpx_tcp(sf)->mss_cache);
		with_quota = ++decisions & 1;
		if (with_quota)
			bpf_mptcp_subflow_set_quota(sf, bytes);
		if (with_quota && unmarked)
			break;
		msk->snd_burst = 1 << 20;
		mptcp_subflow_set_scheduled(sf, true);
		return 0;
	}

	with_quota = 0;
	bpf_mptcp_sched_wait(msk, 1000);
	return -EAGAIN;
}

SEC("struct_ops")
void BPF_PROG(quota_edge_init, struct mptcp_sock *msk)
{
	decisions = with_quota = 0;
}

SEC(".struct_ops.link")
struct mptcp_sched_ops quota_edge = {
	.init		= (void *)quota_edge_init,
	.get_send	= (void *)quota_edge_get_send,
	.name		= "quota_edge",
};
