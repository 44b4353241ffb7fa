// SPDX-License-Identifier: GPL-2.0-only
/*
 * The same bytes on whatever it marks: any subflows, usable or not, with any limits, and
 * now and then what was sent already is to be sent again.
 */
#include <mptcp_bpf/common.bpf.h>

char _license[] SEC("license") = "GPL";

static int mark_some(struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf;

	mpx_for_each_subflow(msk, sf) {
		if (bpf_get_prandom_u32() & 1)
			mptcp_subflow_set_scheduled(sf, true);
	}
	return bpf_get_prandom_u32() & 7 ? 0 : -EAGAIN;
}

SEC("struct_ops")
int BPF_PROG(dup_wild_get_send, struct mptcp_sock *msk)
{
	__u32 dice = bpf_get_prandom_u32();
	struct mptcp_subflow_context *sf;

	msk->snd_burst = dice & 3 ? dice >> 16 : dice;
	mpx_for_each_subflow(msk, sf) {
		dice = bpf_get_prandom_u32();
		if (dice & 1)
			bpf_mptcp_subflow_set_quota(sf, dice >> (dice >> 27));
		if (!(dice & 0xf0))
			bpf_mptcp_reinject(sf, dice >> (dice >> 27));
	}
	return mark_some(msk);
}

SEC("struct_ops")
int BPF_PROG(dup_wild_get_retrans, struct mptcp_sock *msk)
{
	return mark_some(msk);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops dup_wild = {
	.get_send	= (void *)dup_wild_get_send,
	.get_retrans	= (void *)dup_wild_get_retrans,
	.flags		= MPTCP_SCHED_F_DUP,
	.name		= "dup_wild",
};
