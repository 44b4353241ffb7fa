/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An accountant of subflow_event: what was told to which side, and was it ever told what
 * it must not be? For policies that differ in what they want to know.
 */
#ifndef __EVENTS_H
#define __EVENTS_H

#include "../pick.h"

struct seen {
	__u64 calls, added, removed, acked, loss, recovered, stale, prio;
};

struct seen client, server;
__u64 unwanted;		/* an event outside the mask, or none at all */
__u64 nested;		/* told while another callback of the connection runs */
__u64 after_removed;	/* told about a subflow that is gone */
__u64 strangers;	/* the subflow is not on the connection's list */
__u64 idle;		/* told while no data was pending */
__u64 no_storage;

struct conn_state {
	__u32 busy;
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct conn_state);
} conns SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u32);
} removed SEC(".maps");

static __always_inline struct conn_state *callback_begin(struct mptcp_sock *msk)
{
	struct conn_state *state;

	state = bpf_sk_storage_get(&conns, msk, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!state) {
		__sync_fetch_and_add(&no_storage, 1);
		return NULL;
	}
	if (state->busy)
		__sync_fetch_and_add(&nested, 1);
	state->busy = 1;
	return state;
}

static __always_inline void callback_end(struct conn_state *state)
{
	if (state)
		state->busy = 0;
}

static __always_inline void count_events(struct seen *seen, __u32 events)
{
	__sync_fetch_and_add(&seen->calls, 1);
	if (events & MPTCP_SCHED_EV_ADDED)
		__sync_fetch_and_add(&seen->added, 1);
	if (events & MPTCP_SCHED_EV_REMOVED)
		__sync_fetch_and_add(&seen->removed, 1);
	if (events & MPTCP_SCHED_EV_ACKED)
		__sync_fetch_and_add(&seen->acked, 1);
	if (events & MPTCP_SCHED_EV_LOSS)
		__sync_fetch_and_add(&seen->loss, 1);
	if (events & MPTCP_SCHED_EV_RECOVERED)
		__sync_fetch_and_add(&seen->recovered, 1);
	if (events & MPTCP_SCHED_EV_STALE)
		__sync_fetch_and_add(&seen->stale, 1);
	if (events & MPTCP_SCHED_EV_PRIO)
		__sync_fetch_and_add(&seen->prio, 1);
}

static __always_inline bool on_list(struct mptcp_sock *msk, __u32 id)
{
	struct mptcp_subflow_context *sf;

	mpx_for_each_subflow(msk, sf) {
		if (sf->subflow_id == id)
			return true;
	}
	return false;
}

/* Each subflow is removed once, and that is the last that is heard of it. */
static __always_inline void check_removed(struct mptcp_subflow_context *sf, __u32 events)
{
	__u32 *flag = bpf_sk_storage_get(&removed, sf->tcp_sock, NULL,
					 BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!flag) {
		__sync_fetch_and_add(&no_storage, 1);
		return;
	}
	if (*flag)
		__sync_fetch_and_add(&after_removed, 1);
	if (events & MPTCP_SCHED_EV_REMOVED)
		*flag = 1;
}

static __always_inline void take_event(struct mptcp_sock *msk, struct mptcp_subflow_context *sf,
				       __u32 events, __u32 wanted)
{
	struct conn_state *state = callback_begin(msk);

	if (!events || events & ~wanted)
		__sync_fetch_and_add(&unwanted, 1);
	if (!msk->first_pending)
		__sync_fetch_and_add(&idle, 1);
	if (!on_list(msk, sf->subflow_id))
		__sync_fetch_and_add(&strangers, 1);
	if (msk->pm.server_side)
		count_events(&server, events);
	else
		count_events(&client, events);
	check_removed(sf, events);
	callback_end(state);
}

static __always_inline int watched_send(struct mptcp_sock *msk)
{
	struct conn_state *state = callback_begin(msk);
	int ret = pick_usable(msk);

	callback_end(state);
	return ret;
}

static __always_inline int watched_retrans(struct mptcp_sock *msk)
{
	struct conn_state *state = callback_begin(msk);
	int ret = mpx_retrans_idle(msk);

	callback_end(state);
	return ret;
}

#endif /* __EVENTS_H */
