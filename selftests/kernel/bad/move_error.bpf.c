// SPDX-License-Identifier: GPL-2.0-only
/* Works for a while, then reports an error on every connection that it is given. */
#include "../pick.h"

char _license[] SEC("license") = "GPL";

MPX_POLICY("sched", "1", 0, "gives up after some decisions");
MPX_TUNABLE(patience, u32, 0, 1000000, 3, "decisions", "of one connection before the error");

__u64 inits, releases, errors, no_storage;

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u32);
} decisions SEC(".maps");

SEC("struct_ops")
void BPF_PROG(move_error_init, struct mptcp_sock *msk)
{
	__sync_fetch_and_add(&inits, 1);
	if (!bpf_sk_storage_get(&decisions, msk, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE))
		__sync_fetch_and_add(&no_storage, 1);
}

SEC("struct_ops")
void BPF_PROG(move_error_release, struct mptcp_sock *msk)
{
	__sync_fetch_and_add(&releases, 1);
	bpf_sk_storage_delete(&decisions, msk);
}

SEC("struct_ops")
int BPF_PROG(move_error_get_send, struct mptcp_sock *msk)
{
	__u32 *made;

	made = bpf_sk_storage_get(&decisions, msk, NULL, 0);
	if (!made || ++*made > patience) {
		__sync_fetch_and_add(&errors, 1);
		bpf_mptcp_policy_error(msk, 71);
		return -EAGAIN;
	}
	return pick_room(msk);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops move_error = {
	.init		= (void *)move_error_init,
	.release	= (void *)move_error_release,
	.get_send	= (void *)move_error_get_send,
	.name		= "move_error",
};
