// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends @bytes, then nothing until a deadline of its own, again and again, and notes how
 * late it was asked: after the deadline, and after a plain timer for the same moment has
 * rung, which is what the machine is to blame for. For one connection at a time.
 */
#include <mptcp_bpf/common.bpf.h>

char _license[] SEC("license") = "GPL";

MPX_POLICY("sched", "1", 0, "sends nothing until a deadline, and measures");
MPX_TUNABLE(wait_us, u32, 0, 4294967295, 2000, "us", "the deadline that is asked for");
MPX_TUNABLE(real_us, u32, 1, 10000000, 2000, "us", "what the kernel is to make of it");
MPX_TUNABLE(bytes, u32, 1, 1048576, 2000, "bytes", "what is sent in between");

#define NR_SLOTS	8

/* Up to 100, 250, 500, 1000, 2000, 5000, 20000 us, and more. */
__u64 late[NR_SLOTS], later[NR_SLOTS];
__u64 waits, owned, asked_before, refused, least_us, most_us;

/* Of the connection: since when, and until when does it wait? */
__u64 since_ns, until_ns, rung_ns;

struct bell {
	struct bpf_timer timer;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct bell);
} bells SEC(".maps");

static int bell_rings(void *map, __u32 *key, struct bell *bell)
{
	rung_ns = bpf_ktime_get_ns();
	return 0;
}

static __always_inline void bell_start(__u64 ns)
{
	struct bell *bell;
	__u32 key = 0;

	rung_ns = 0;
	bell = bpf_map_lookup_elem(&bells, &key);
	if (!bell)
		return;
	/* the second time it is there already */
	bpf_timer_init(&bell->timer, &bells, 1);
	bpf_timer_set_callback(&bell->timer, bell_rings);
	bpf_timer_start(&bell->timer, ns, 0);
}

static __always_inline void count(__u64 *slots, __u64 ns)
{
	__u64 us = ns / 1000;
	__u32 slot = us <= 100 ? 0 : us <= 250 ? 1 : us <= 500 ? 2 : us <= 1000 ? 3 :
		     us <= 2000 ? 4 : us <= 5000 ? 5 : us <= 20000 ? 6 : 7;

	slots[slot]++;
}

static __always_inline void wait_begins(struct mptcp_sock *msk)
{
	since_ns = bpf_ktime_get_ns();
	until_ns = since_ns + real_us * 1000ULL;
	bell_start(real_us * 1000ULL);
	if (bpf_mptcp_sched_wait(msk, wait_us))
		refused++;
}

static __always_inline void wait_is_over(struct mptcp_sock *msk, __u64 now)
{
	__u64 us = (now - since_ns) / 1000;

	waits++;
	if (((struct sock *)msk)->sk_lock.owned)
		owned++;
	count(late, now - until_ns);
	count(later, rung_ns && rung_ns < now ? now - rung_ns : 0);
	if (!least_us || us < least_us)
		least_us = us;
	most_us = max(most_us, us);
	until_ns = 0;
}

/* No more than that, however much the application wrote at once. */
static __always_inline int send_some(struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf;

	mpx_for_each_subflow(msk, sf) {
		if (!mptcp_subflow_active(sf))
			continue;
		if (!bpf_sk_stream_memory_free(sf))
			return -EAGAIN;
		bpf_mptcp_subflow_set_quota(sf, bytes);
		mptcp_subflow_set_scheduled(sf, true);
		return 0;
	}
	return -EAGAIN;
}

SEC("struct_ops")
int BPF_PROG(late_get_send, struct mptcp_sock *msk)
{
	__u64 now = bpf_ktime_get_ns();

	if (!until_ns) {
		wait_begins(msk);
		return -EAGAIN;
	}
	if (now < until_ns) {
		asked_before++;
		return -EAGAIN;
	}

	wait_is_over(msk, now);
	return send_some(msk);
}

SEC("struct_ops")
void BPF_PROG(late_release, struct mptcp_sock *msk)
{
	until_ns = 0;
}

SEC(".struct_ops.link")
struct mptcp_sched_ops late_ops = {
	.get_send	= (void *)late_get_send,
	.release	= (void *)late_release,
	.name		= "late",
};
