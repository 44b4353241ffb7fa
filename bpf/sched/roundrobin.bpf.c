// SPDX-License-Identifier: GPL-2.0-only
/*
 * roundrobin: usable subflows take turns. The turn goes by subflow id, which
 * stays when subflows come and go, not by the place in the list. A subflow
 * without room loses its turn, so that under back-pressure each path gets what
 * it can carry, and under light load all get the same.
 *
 * Backup subflows have turns only while no regular one is usable.
 */
#include <mptcp_bpf/common.bpf.h>

char _license[] SEC("license") = "GPL";

MPX_POLICY("sched", "1", 0, "usable subflows take turns");
MPX_TUNABLE(turn_bytes, u32, 1, 1048576, 16384, "bytes",
	    "what one turn sends at least, if there is as much");

struct rr_state {
	__u32 last_id;	/* subflow that had the last turn */
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct rr_state);
} rr_states SEC(".maps");

/*
 * Candidates for the next turn, of one class: the lowest id above the last one,
 * and the lowest of all, for when the round is over.
 */
struct rr_pick {
	struct mptcp_subflow_context *next, *lowest;
	__u32 next_id, lowest_id;
};

static __always_inline void rr_offer(struct rr_pick *pick, struct mptcp_subflow_context *sf,
				     __u32 last_id)
{
	__u32 id = sf->subflow_id;

	if (id > last_id && id < pick->next_id) {
		pick->next = sf;
		pick->next_id = id;
	}
	if (id < pick->lowest_id) {
		pick->lowest = sf;
		pick->lowest_id = id;
	}
}

SEC("struct_ops")
void BPF_PROG(roundrobin_init, struct mptcp_sock *msk)
{
	bpf_sk_storage_get(&rr_states, msk, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
}

SEC("struct_ops")
int BPF_PROG(roundrobin_get_send, struct mptcp_sock *msk)
{
	struct rr_pick regular = { .next_id = ~0U, .lowest_id = ~0U };
	struct rr_pick backup = { .next_id = ~0U, .lowest_id = ~0U };
	struct mptcp_subflow_context *sf;
	bool any_regular = false;
	struct rr_state *state;
	__u32 last_id;

	state = bpf_sk_storage_get(&rr_states, msk, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!state)
		return -EAGAIN;
	last_id = state->last_id;

	mptcp_set_timeout((struct sock *)msk);

	mpx_for_each_subflow(msk, sf) {
		bool is_backup = mpx_is_backup(sf);

		if (!mptcp_subflow_active(sf))
			continue;
		if (!is_backup)
			any_regular = true;
		if (!mpx_cwnd_room(sf) || !bpf_sk_stream_memory_free(sf))
			continue;

		if (is_backup)
			rr_offer(&backup, sf, last_id);
		else
			rr_offer(&regular, sf, last_id);
	}

	if (any_regular)
		sf = regular.next ? regular.next : regular.lowest;
	else
		sf = backup.next ? backup.next : backup.lowest;
	if (!sf)
		return -EAGAIN;

	state->last_id = sf->subflow_id;
	msk->snd_burst = turn_bytes;
	mptcp_subflow_set_scheduled(sf, true);
	return 0;
}

SEC("struct_ops")
int BPF_PROG(roundrobin_get_retrans, struct mptcp_sock *msk)
{
	return mpx_retrans_idle(msk);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops roundrobin = {
	.init		= (void *)roundrobin_init,
	.get_send	= (void *)roundrobin_get_send,
	.get_retrans	= (void *)roundrobin_get_retrans,
	.name		= "roundrobin",
};
