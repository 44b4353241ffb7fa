// SPDX-License-Identifier: GPL-2.0-only
/* Well-behaved, and counts how often each callback is called. */
#include <mptcp_bpf/common.bpf.h>

char _license[] SEC("license") = "GPL";

__u64 inits, releases, sends, retranses, before_init, no_address, storage_failed;

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u64);
} msk_calls SEC(".maps"), subflow_calls SEC(".maps");

SEC("struct_ops")
void BPF_PROG(counted_init, struct mptcp_sock *msk)
{
	const struct sock_common *skc = &((struct sock *)msk)->__sk_common;

	__sync_fetch_and_add(&inits, 1);
	if (skc->skc_family == 2 && !skc->skc_daddr)
		__sync_fetch_and_add(&no_address, 1);
	if (!bpf_sk_storage_get(&msk_calls, msk, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE))
		__sync_fetch_and_add(&storage_failed, 1);
}

SEC("struct_ops")
void BPF_PROG(counted_release, struct mptcp_sock *msk)
{
	__sync_fetch_and_add(&releases, 1);
	bpf_sk_storage_delete(&msk_calls, msk);
}

SEC("struct_ops")
int BPF_PROG(counted_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf;
	__u64 *calls;

	__sync_fetch_and_add(&sends, 1);
	calls = bpf_sk_storage_get(&msk_calls, msk, NULL, 0);
	if (calls)
		(*calls)++;
	else
		__sync_fetch_and_add(&before_init, 1);

	mptcp_set_timeout((struct sock *)msk);

	mpx_for_each_subflow(msk, sf) {
		if (!mptcp_subflow_active(sf) || !bpf_sk_stream_memory_free(sf))
			continue;

		calls = bpf_sk_storage_get(&subflow_calls, sf->tcp_sock, NULL,
					   BPF_LOCAL_STORAGE_GET_F_CREATE);
		if (calls)
			(*calls)++;
		else
			__sync_fetch_and_add(&storage_failed, 1);

		mptcp_subflow_set_scheduled(sf, true);
		return 0;
	}
	return -EAGAIN;
}

SEC("struct_ops")
int BPF_PROG(counted_get_retrans, struct mptcp_sock *msk)
{
	__sync_fetch_and_add(&retranses, 1);
	return mpx_retrans_idle(msk);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops counted = {
	.init		= (void *)counted_init,
	.release	= (void *)counted_release,
	.get_send	= (void *)counted_get_send,
	.get_retrans	= (void *)counted_get_retrans,
	.name		= "counted",
};
