// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything on the oldest subflow that is not in trouble. When the retransmission timer
 * of one expires, what it has is sent again on another one, 64 KiB at a time, the next
 * when these are acknowledged. Without @again that is left to the kernel's own timer.
 * Either way it notes how long it takes until all of that has arrived.
 */
#include <mptcp_bpf/common.bpf.h>

char _license[] SEC("license") = "GPL";

MPX_POLICY("sched", "1", 0, "sends again what a subflow in trouble has");
MPX_TUNABLE(again, bool, 0, 1, 1, "", "send it again");

#define REINJECT_MAX	65536
#define EBUSY		16
#define ENOTCONN	107

__u64 losses, taken, busy, no_bytes, not_connected, surprises;
__u64 heals, heal_ms;		/* troubles that are over, and the sum of their times */

struct trouble {
	__u64 until;		/* data sequence number up to which it may be lost */
	__u64 next;		/* and from which on it was not sent again */
	__u64 since_ns;
	__u32 subflow_id;	/* whose; 0: nobody's */
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct trouble);
} troubles SEC(".maps");

static __always_inline void count(__u64 *counter, bool right)
{
	__sync_fetch_and_add(right ? counter : &surprises, 1);
}

/* Nobody else asks: so the first request is taken, and the second is one too many. */
static __always_inline bool send_again(struct mptcp_sock *msk, __u32 lost_id)
{
	struct mptcp_subflow_context *sf;

	mpx_for_each_subflow(msk, sf) {
		if (sf->subflow_id == lost_id || !mptcp_subflow_active(sf) ||
		    mpx_timeouts(sf) || !bpf_sk_stream_memory_free(sf))
			continue;
		count(&no_bytes, bpf_mptcp_reinject(sf, 0) == -EINVAL);
		count(&taken, bpf_mptcp_reinject(sf, REINJECT_MAX) == 0);
		count(&busy, bpf_mptcp_reinject(sf, REINJECT_MAX) == -EBUSY);
		return true;
	}
	return false;
}

static __always_inline bool before(__u64 seq, __u64 other)
{
	return (__s64)(seq - other) < 0;
}

static __always_inline void trouble_begins(struct trouble *t, struct mptcp_sock *msk,
					   struct mptcp_subflow_context *sf)
{
	__sync_fetch_and_add(&losses, 1);
	t->subflow_id = sf->subflow_id;
	t->until = msk->snd_nxt;
	t->next = msk->snd_una;
	t->since_ns = bpf_ktime_get_ns();
}

static __always_inline void trouble_ends(struct trouble *t)
{
	__sync_fetch_and_add(&heals, 1);
	__sync_fetch_and_add(&heal_ms, (bpf_ktime_get_ns() - t->since_ns) / 1000000);
	t->subflow_id = 0;
}

SEC("struct_ops")
int BPF_PROG(reinject_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf;

	mpx_for_each_subflow(msk, sf) {
		if (!mptcp_subflow_active(sf) || mpx_timeouts(sf))
			continue;
		if (!bpf_sk_stream_memory_free(sf))
			return -EAGAIN;
		mptcp_subflow_set_scheduled(sf, true);
		return 0;
	}
	return -EAGAIN;
}

SEC("struct_ops")
void BPF_PROG(reinject_event, struct mptcp_sock *msk, struct mptcp_subflow_context *subflow,
	      __u32 events)
{
	struct trouble *t;

	t = bpf_sk_storage_get(&troubles, msk, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!t)
		return;

	if (events & MPTCP_SCHED_EV_REMOVED && !mptcp_subflow_active(subflow))
		count(&not_connected, bpf_mptcp_reinject(subflow, 1) == -ENOTCONN);
	if (events & MPTCP_SCHED_EV_LOSS && mpx_timeouts(subflow) && !t->subflow_id)
		trouble_begins(t, msk, subflow);
	if (!t->subflow_id)
		return;
	if (!before(msk->snd_una, t->until))
		trouble_ends(t);
	else if (again && !before(msk->snd_una, t->next) && send_again(msk, t->subflow_id))
		t->next = msk->snd_una + REINJECT_MAX;
}

SEC("struct_ops")
int BPF_PROG(reinject_get_retrans, struct mptcp_sock *msk)
{
	return mpx_retrans_idle(msk);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops reinject = {
	.get_send	= (void *)reinject_get_send,
	.get_retrans	= (void *)reinject_get_retrans,
	.subflow_event	= (void *)reinject_event,
	.events		= MPTCP_SCHED_EV_LOSS | MPTCP_SCHED_EV_ACKED | MPTCP_SCHED_EV_REMOVED,
	.name		= "reinject",
};
