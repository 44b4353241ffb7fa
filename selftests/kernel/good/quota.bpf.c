// SPDX-License-Identifier: GPL-2.0-only
/*
 * The first subflow gets @share times the bytes of the second one, by quotas: in turns,
 * each until its share is used up, or both in one decision with @together. Without
 * @limit there are no quotas and only msk->snd_burst, which ends a push where what the
 * application wrote at once ends. For one connection with two subflows at a time.
 */
#include <mptcp_bpf/common.bpf.h>

char _license[] SEC("license") = "GPL";

MPX_POLICY("sched", "1", 0, "shares by quota");
MPX_TUNABLE(share, u32, 1, 100, 3, "", "of the first subflow, the second one's is 1");
MPX_TUNABLE(unit, u32, 1, 1048576, 4000, "bytes", "of a share");
MPX_TUNABLE(together, bool, 0, 1, 0, "", "mark both in one decision");
MPX_TUNABLE(limit, bool, 0, 1, 1, "", "set quotas");

__u64 most_first, most_second;	/* bytes that they took of one decision */
__u64 refused;

__s64 credit[2];		/* bytes that each may still send */
__u32 write_seq[2];
bool known[2];
__u32 turn;			/* the lowest bit: whose it is */

static __always_inline void take(struct mptcp_subflow_context *sf, __u32 nth, __u64 *most)
{
	__u32 now = mpx_tcp(sf)->write_seq;
	__u64 sent = known[nth] ? now - write_seq[nth] : 0;

	credit[nth] -= sent;
	*most = max(*most, sent);
	write_seq[nth] = now;
	known[nth] = true;
}

static __always_inline void mark(struct mptcp_subflow_context *sf, __s64 bytes)
{
	if (limit && bpf_mptcp_subflow_set_quota(sf, bytes))
		refused++;
	mptcp_subflow_set_scheduled(sf, true);
}

static __always_inline int mark_both(struct mptcp_sock *msk, struct mptcp_subflow_context *first,
				     struct mptcp_subflow_context *second)
{
	msk->snd_burst = (share + 1) * unit;
	mark(first, share * unit);
	mark(second, unit);
	return 0;
}

static __always_inline int mark_next(struct mptcp_sock *msk, struct mptcp_subflow_context *first,
				     struct mptcp_subflow_context *second)
{
	struct mptcp_subflow_context *sf = turn & 1 ? second : first;
	__s64 left = credit[turn & 1];

	if (left < mpx_tcp(sf)->mss_cache) {
		turn++;
		sf = turn & 1 ? second : first;
		credit[turn & 1] += turn & 1 ? unit : share * unit;
		left = credit[turn & 1];
	}
	msk->snd_burst = left > 0 ? left : 1;
	mark(sf, msk->snd_burst);
	return 0;
}

/* Both have to be there and to have room: a share is not given to the other one. */
SEC("struct_ops")
int BPF_PROG(quota_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf, *first = NULL, *second = NULL;

	mpx_for_each_subflow(msk, sf) {
		if (!mptcp_subflow_active(sf))
			continue;
		if (!bpf_sk_stream_memory_free(sf))
			return -EAGAIN;
		if (sf->subflow_id == 1)
			first = sf;
		else
			second = sf;
	}
	if (!first || !second) {
		if (first)
			mptcp_subflow_set_scheduled(first, true);
		return first ? 0 : -EAGAIN;
	}
	take(first, 0, &most_first);
	take(second, 1, &most_second);

	return together ? mark_both(msk, first, second) : mark_next(msk, first, second);
}

SEC("struct_ops")
int BPF_PROG(quota_get_retrans, struct mptcp_sock *msk)
{
	return mpx_retrans_idle(msk);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops quota_ops = {
	.get_send	= (void *)quota_get_send,
	.get_retrans	= (void *)quota_get_retrans,
	.name		= "quota",
};
