// SPDX-License-Identifier: GPL-2.0-only
/* Keeps the last subflow as a pointer in sk_storage, steps the iterator by hand. */
#include "kfuncs.h"

char _license[] SEC("license") = "GPL";

struct c_rr_storage {
	struct mptcp_subflow_context *last;
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct c_rr_storage);
} c_rr_map SEC(".maps");

SEC("struct_ops")
void BPF_PROG(c_rr_init, struct mptcp_sock *msk)
{
	bpf_sk_storage_get(&c_rr_map, msk, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
}

SEC("struct_ops")
void BPF_PROG(c_rr_release, struct mptcp_sock *msk)
{
	bpf_sk_storage_delete(&c_rr_map, msk);
}

SEC("struct_ops")
int BPF_PROG(c_rr_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf, *next;
	struct c_rr_storage *st;

	st = bpf_sk_storage_get(&c_rr_map, msk, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!st)
		return -1;

	next = bpf_mptcp_subflow_ctx(msk->first);
	if (!next)
		return -1;

	if (!st->last)
		goto out;

	bpf_for_each(mptcp_subflow, sf, (struct sock *)msk) {
		if (!mptcp_subflow_active(sf))
			continue;

		if (sf == st->last) {
			sf = bpf_iter_mptcp_subflow_next(&___it);
			if (!sf)
				break;

			next = sf;
			break;
		}
	}

out:
	mptcp_subflow_set_scheduled(next, true);
	st->last = next;
	return 0;
}

SEC(".struct_ops.link")
struct mptcp_sched_ops c_rr = {
	.init		= (void *)c_rr_init,
	.release	= (void *)c_rr_release,
	.get_send	= (void *)c_rr_get_send,
	.name		= "c_rr",
};
