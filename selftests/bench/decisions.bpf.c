// SPDX-License-Identifier: GPL-2.0-only
/*
 * What does a scheduler's decision take, from entry to return of mptcp_sched_get_send()? Under
 * icount the clock counts instructions. The same pair of programs around a kernel function of two
 * instructions, that exists for testing BPF, tells what measuring takes. Calls do not nest: there
 * is one CPU and, while it measures, one connection that sends.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

#include "decisions.h"

char _license[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct costs);
} costs SEC(".maps");

#define MAX_SUBFLOWS	16

__u64 began;
bool marked;	/* the last decision still has to be carried out: no new one is taken */

static __always_inline int count(__u64 end, enum cost_kind kind)
{
	__u32 key = 0;
	struct costs *c = bpf_map_lookup_elem(&costs, &key);
	__u64 cost = end - began;

	if (!c)
		return 0;
	if (cost >= COST_MAX)
		cost = COST_MAX - 1;
	c->calls[kind][cost]++;
	return 0;
}

SEC("fentry/bpf_fentry_test1")
int BPF_PROG(empty_entry, int a)
{
	began = bpf_ktime_get_ns();
	return 0;
}

SEC("fexit/bpf_fentry_test1")
int BPF_PROG(empty_exit, int a, int ret)
{
	__u64 end = bpf_ktime_get_ns();

	return count(end, COST_EMPTY);
}

static __always_inline bool has_marks(struct mptcp_sock *msk)
{
	/* "node" is the first member of a subflow */
	struct list_head *head = &msk->conn_list, *pos = msk->conn_list.next;
	int i;

	for (i = 0; i < MAX_SUBFLOWS && pos != head; i++) {
		if (BPF_CORE_READ((struct mptcp_subflow_context *)pos, scheduled))
			return true;
		pos = BPF_CORE_READ(pos, next);
	}
	return false;
}

SEC("fentry/mptcp_sched_get_send")
int BPF_PROG(send_entry, struct mptcp_sock *msk)
{
	marked = has_marks(msk);
	began = bpf_ktime_get_ns();
	return 0;
}

SEC("fexit/mptcp_sched_get_send")
int BPF_PROG(send_exit, struct mptcp_sock *msk, int ret)
{
	__u64 end = bpf_ktime_get_ns();

	if (marked)
		return 0;
	return count(end, ret ? COST_WAIT : COST_PICK);
}
