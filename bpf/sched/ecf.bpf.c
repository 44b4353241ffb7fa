// SPDX-License-Identifier: GPL-2.0-only
/*
 * ecf: earliest completion first. The path with the lowest RTT, while its congestion
 * window has room; when it has not, a slower one only if that ends the transfer of
 * what is queued sooner than waiting for the fast one does. For request and response
 * on unequal paths: the last bytes do not crawl over the slow one.
 *
 * Lim, Nahum, Towsley, Gibbens, "ECF: An MPTCP Path Scheduler to Manage
 * Heterogeneous Paths", CoNEXT 2017; the inequalities are in mptcp_bpf/ecf.h.
 *
 * By the paper's second inequality the last few packets do take the slow path: it takes
 * them for a small part of its window, and that for a small part of a round trip. With
 * @whole_rounds that is a whole one.
 *
 * Not in the paper: a path on which TCP's retransmission timer has expired is not
 * waited for, and backup subflows take part only while no regular one is usable.
 */
#include <mptcp_bpf/common.bpf.h>
#include <mptcp_bpf/ecf.h>

char _license[] SEC("license") = "GPL";

MPX_POLICY("sched", "1", 0, "earliest completion first: wait for the fast path where that helps");
MPX_TUNABLE(whole_rounds, bool, 0, 1, 0, "",
	    "what is less than the slow path's window takes a round trip there too");
MPX_TUNABLE(beta, u32, 0, 100, 25, "%", "how much more it takes to end a wait than to begin one");

struct ecf_state {
	__u32 waiting;
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct ecf_state);
} ecf_states SEC(".maps");

static __always_inline void ecf_path(struct mptcp_subflow_context *sf, struct mpx_ecf_path *path)
{
	const struct tcp_sock *tp = mpx_tcp(sf);

	path->rtt_us = mpx_srtt_us(sf);
	path->rttvar_us = mpx_rttvar_us(sf);
	path->cwnd = (__u64)tp->snd_cwnd * tp->mss_cache;
}

static __always_inline bool ecf_waits(struct mptcp_sock *msk, struct mptcp_subflow_context *fast,
				      struct mptcp_subflow_context *slow)
{
	struct mpx_ecf_path f, s;
	struct ecf_state *state;
	bool waiting, wait;

	state = bpf_sk_storage_get(&ecf_states, msk, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!state)
		return false;

	ecf_path(fast, &f);
	ecf_path(slow, &s);
	waiting = state->waiting;
	if (whole_rounds)
		s.cwnd = min(s.cwnd, mpx_pending(msk));
	wait = mpx_ecf_wait(&f, &s, mpx_pending(msk), beta, &waiting);
	state->waiting = waiting;
	return wait;
}

SEC("struct_ops")
int BPF_PROG(ecf_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf, *fast = NULL, *pick = NULL;
	bool any_regular = false;

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

		if (mpx_has_room(sf)) {
			if (mpx_is_faster(sf, pick))
				pick = sf;
		} else if (mpx_is_faster(sf, fast) && !mpx_timeouts(sf)) {
			fast = sf;
		}
	}

	if (!pick)
		return -EAGAIN;
	if (fast && mpx_is_faster(fast, pick) && ecf_waits(msk, fast, pick))
		return mpx_wait_for(msk, fast);

	return mpx_send_room(msk, pick);
}

SEC("struct_ops")
int BPF_PROG(ecf_get_retrans, struct mptcp_sock *msk)
{
	return mpx_retrans_idle(msk);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops ecf = {
	.get_send	= (void *)ecf_get_send,
	.get_retrans	= (void *)ecf_get_retrans,
	.name		= "ecf",
};
