// SPDX-License-Identifier: GPL-2.0-only
/*
 * Well-behaved, and an accountant of its own life: is every connection that it was given taken
 * away exactly once, never inside a callback, and is it asked about no other?
 *
 * With linger_us its get_retrans, which may sleep, goes on until somebody waits for the
 * connection, for instance to move it, but at most that long.
 */
#include "../pick.h"

char _license[] SEC("license") = "GPL";

MPX_POLICY("sched", "1", 0, "counts the connections that come and go");
MPX_TUNABLE(linger_us, u32, 0, 100000, 0, "us", "how long get_retrans takes at most");

/* How soon after such a get_retrans a release must come to have waited for it. */
#define SOON_NS	5000000

__u64 inits, releases, sends, retranses;
__u64 twice;	/* init of a connection that it has already */
__u64 unborn;	/* callback for a connection that it does not have */
__u64 inside;	/* init, release or callback while a callback runs */
__u64 chased;	/* release right after a get_retrans during which somebody waited */
__u64 no_storage;

struct account {
	__u64 awaited_ns;	/* end of the last get_retrans during which somebody waited */
	__u32 busy;
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct account);
} accounts SEC(".maps");

static __always_inline struct account *begin(struct mptcp_sock *msk)
{
	struct account *a = bpf_sk_storage_get(&accounts, msk, NULL, 0);

	if (!a) {
		__sync_fetch_and_add(&unborn, 1);
		return NULL;
	}
	if (a->busy)
		__sync_fetch_and_add(&inside, 1);
	a->busy = 1;
	return a;
}

static __always_inline void end(struct account *a)
{
	if (a)
		a->busy = 0;
}

/* Does a task sleep in lock_sock(), which the caller of get_retrans holds? */
static __always_inline bool somebody_waits(struct mptcp_sock *msk)
{
	const struct list_head *tasks = &((struct sock *)msk)->sk_lock.wq.head;

	return tasks->next != tasks;
}

SEC("struct_ops")
void BPF_PROG(move_count_init, struct mptcp_sock *msk)
{
	__sync_fetch_and_add(&inits, 1);
	if (bpf_sk_storage_get(&accounts, msk, NULL, 0))
		__sync_fetch_and_add(&twice, 1);
	else if (!bpf_sk_storage_get(&accounts, msk, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE))
		__sync_fetch_and_add(&no_storage, 1);
}

SEC("struct_ops")
void BPF_PROG(move_count_release, struct mptcp_sock *msk)
{
	struct account *a = begin(msk);

	__sync_fetch_and_add(&releases, 1);
	if (a && a->awaited_ns && bpf_ktime_get_ns() - a->awaited_ns < SOON_NS)
		__sync_fetch_and_add(&chased, 1);
	bpf_sk_storage_delete(&accounts, msk);
}

SEC("struct_ops")
int BPF_PROG(move_count_get_send, struct mptcp_sock *msk)
{
	struct account *a = begin(msk);
	int ret;

	__sync_fetch_and_add(&sends, 1);
	ret = pick_room(msk);
	end(a);
	return ret;
}

SEC("struct_ops.s")
int BPF_PROG(move_count_get_retrans, struct mptcp_sock *msk)
{
	__u64 until = bpf_ktime_get_ns() + linger_us * 1000ULL;
	struct account *a = begin(msk);
	bool awaited = false;
	int ret;

	__sync_fetch_and_add(&retranses, 1);
	ret = mpx_retrans_idle(msk);
	bpf_repeat(1000000) {
		awaited = somebody_waits(msk);
		if (awaited || bpf_ktime_get_ns() >= until)
			break;
	}
	if (a && awaited)
		a->awaited_ns = bpf_ktime_get_ns();
	end(a);
	return ret;
}

SEC(".struct_ops.link")
struct mptcp_sched_ops move_count = {
	.init		= (void *)move_count_init,
	.release	= (void *)move_count_release,
	.get_send	= (void *)move_count_get_send,
	.get_retrans	= (void *)move_count_get_retrans,
	.name		= "move_count",
};
