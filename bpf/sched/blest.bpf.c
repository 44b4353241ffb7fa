// SPDX-License-Identifier: GPL-2.0-only
/*
 * blest: blocking estimation. The path with the lowest RTT, while its congestion
 * window has room; when it has not, a slower one, unless what that one would hold
 * back of the send window until its acknowledgement comes is what the fast one would
 * need meanwhile. For bulk transfers on unequal paths with little receive buffer.
 *
 * Ferlin, Alay, Mehani, Boreli, "BLEST: Blocking Estimation-based MPTCP Scheduler for
 * Heterogeneous Networks", IFIP Networking 2016; the estimate is in mptcp_bpf/blest.h.
 *
 * Lambda, which scales the estimate, follows this event: data is pending, a path has
 * room, but the send window has less than a segment left while a slower path has data
 * in flight. Up once per round trip in which it was seen, else down.
 *
 * Not in the paper: a path on which TCP's retransmission timer has expired is not
 * waited for, and backup subflows take part only while no regular one is usable.
 */
#include <mptcp_bpf/common.bpf.h>
#include <mptcp_bpf/blest.h>

char _license[] SEC("license") = "GPL";

MPX_POLICY("sched", "1", 0, "skip the slow path where it would block the send window");
MPX_TUNABLE(lambda_min, u32, 100, 10000, 1000, "1/1000", "least factor of the estimate");
MPX_TUNABLE(lambda_max, u32, 100, 10000, 1300, "1/1000", "greatest factor of the estimate");
MPX_TUNABLE(lambda_start, u32, 100, 10000, 1200, "1/1000", "factor of the estimate at first");

struct blest_state {
	__u64 changed_ns;
	__u32 lambda;
	__u32 blocked;		/* since then */
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct blest_state);
} blest_states SEC(".maps");

/* The factor for now, from what happened since the last question. */
static __always_inline __u32 blest_lambda(struct mptcp_sock *msk, bool blocked, __u32 rtt_us)
{
	__u64 now = bpf_ktime_get_ns();
	struct blest_state *state;

	state = bpf_sk_storage_get(&blest_states, msk, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!state)
		return lambda_start;

	if (!state->changed_ns) {
		state->changed_ns = now;
		state->lambda = lambda_start;
	}
	if (blocked)
		state->blocked = 1;
	if (now - state->changed_ns >= rtt_us * 1000ULL) {
		state->lambda = mpx_blest_lambda(state->lambda, state->blocked,
						 lambda_min, lambda_max);
		state->changed_ns = now;
		state->blocked = 0;
	}
	return state->lambda;
}

static __always_inline void blest_path(struct mptcp_subflow_context *sf,
				       struct mpx_blest_path *path)
{
	const struct tcp_sock *tp = mpx_tcp(sf);

	path->rtt_us = mpx_srtt_us(sf);
	path->cwnd = tp->snd_cwnd;
	path->in_flight = (__u64)mpx_in_flight(tp) + mpx_unsent(tp);
	path->mss = tp->mss_cache;
}

SEC("struct_ops")
int BPF_PROG(blest_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf, *fast = NULL, *pick = NULL, *busy = NULL;
	struct mpx_blest_path f, s;
	bool any_regular = false;
	__u32 lambda;
	__s64 left;

	mpx_for_each_subflow(msk, sf) {
		if (!mptcp_subflow_active(sf))
			continue;
		if (mpx_is_backup(sf)) {
			if (any_regular)
				continue;
		} else if (!any_regular) {
			any_regular = true;
			fast = pick = NULL;
		}

		if (mpx_tcp(sf)->packets_out && (!busy || mpx_is_faster(busy, sf)))
			busy = sf;
		if (mpx_has_room(sf)) {
			if (mpx_is_faster(sf, pick))
				pick = sf;
		} else if (mpx_is_faster(sf, fast) && !mpx_timeouts(sf)) {
			fast = sf;
		}
	}

	if (!pick)
		return -EAGAIN;

	blest_path(pick, &s);
	left = mptcp_wnd_end(msk) - msk->snd_nxt;
	lambda = blest_lambda(msk, left < s.mss && busy && mpx_is_faster(pick, busy), s.rtt_us);
	if (fast && mpx_is_faster(fast, pick)) {
		blest_path(fast, &f);
		if (mpx_blest_blocks(&f, &s, mptcp_wnd_end(msk) - msk->snd_una, lambda))
			return mpx_wait_for(msk, fast);
	}
	return mpx_send_room(msk, pick);
}

SEC("struct_ops")
int BPF_PROG(blest_get_retrans, struct mptcp_sock *msk)
{
	return mpx_retrans_idle(msk);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops blest = {
	.get_send	= (void *)blest_get_send,
	.get_retrans	= (void *)blest_get_retrans,
	.name		= "blest",
};
