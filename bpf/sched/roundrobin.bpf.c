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
 * Has @id its turn before @best, when @last had the last one? The ids above @last
 * come first, then those up to it: so compare how far each is ahead, modulo 2^32.
 * 0 is no subflow's id.
 */
static __always_inline bool rr_before(__u32 id, __u32 best, __u32 last)
{
	return !best || id - last - 1 < best - last - 1;
}

SEC("struct_ops")
void BPF_PROG(roundrobin_init, struct mptcp_sock *msk)
{
	bpf_sk_storage_get(&rr_states, msk, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
}

SEC("struct_ops")
int BPF_PROG(roundrobin_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf, *regular = NULL, *backup = NULL;
	__u32 regular_id = 0, backup_id = 0, last_id;
	bool any_regular = false;
	struct rr_state *state;

	state = bpf_sk_storage_get(&rr_states, msk, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!state)
		return -EAGAIN;
	last_id = state->last_id;

	mpx_for_each_subflow(msk, sf) {
		bool is_backup = mpx_is_backup(sf);

		if (!mptcp_subflow_active(sf))
			continue;
		if (!is_backup)
			any_regular = true;
		if (!mpx_cwnd_room(sf) || !bpf_sk_stream_memory_free(sf))
			continue;

		if (is_backup) {
			if (rr_before(sf->subflow_id, backup_id, last_id)) {
				backup_id = sf->subflow_id;
				backup = sf;
			}
		} else if (rr_before(sf->subflow_id, regular_id, last_id)) {
			regular_id = sf->subflow_id;
			regular = sf;
		}
	}

	sf = any_regular ? regular : backup;
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
