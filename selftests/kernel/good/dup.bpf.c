// SPDX-License-Identifier: GPL-2.0-only
/*
 * The same bytes on up to @copies usable subflows, the oldest ones. With @strict only
 * when all of them have room, so that each carries every byte; else those without are
 * left out.
 */
#include <mptcp_bpf/common.bpf.h>

char _license[] SEC("license") = "GPL";

MPX_POLICY("sched", "1", 0, "the same bytes on several subflows");
MPX_TUNABLE(copies, u32, 1, 16, 16, "", "how many subflows carry each byte, at most");
MPX_TUNABLE(strict, bool, 0, 1, 1, "", "wait for subflows without room");
MPX_TUNABLE(burst, u32, 1, 1048576, 16384, "bytes", "of a decision");

__u64 decisions, in_softirq;
__u64 zero;	/* and stays so, but the verifier must not count along */

SEC("struct_ops")
int BPF_PROG(dup_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf;
	__u64 marked = zero;

	mpx_for_each_subflow(msk, sf) {
		if (!mptcp_subflow_active(sf))
			continue;
		if (!bpf_sk_stream_memory_free(sf)) {
			if (strict)
				return -EAGAIN;
			continue;
		}
		mptcp_subflow_set_scheduled(sf, true);
		if (++marked >= copies)
			break;
	}
	if (!marked)
		return -EAGAIN;

	__sync_fetch_and_add(&decisions, 1);
	if (!((struct sock *)msk)->sk_lock.owned)
		__sync_fetch_and_add(&in_softirq, 1);
	msk->snd_burst = burst;
	return 0;
}

SEC("struct_ops")
int BPF_PROG(dup_get_retrans, struct mptcp_sock *msk)
{
	return mpx_retrans_idle(msk);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops dup = {
	.get_send	= (void *)dup_get_send,
	.get_retrans	= (void *)dup_get_retrans,
	.flags		= MPTCP_SCHED_F_DUP,
	.name		= "dup",
};
