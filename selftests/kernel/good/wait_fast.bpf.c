// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything on the path with the lowest RTT, and patience while its window is
 * full: something is in flight on it then, so an ACK will ask again, or the kernel
 * finds out that the path is dead.
 */
#include <mptcp_bpf/common.bpf.h>

char _license[] SEC("license") = "GPL";

__u64 waits;

SEC("struct_ops")
int BPF_PROG(wait_fast_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf, *fast = NULL;
	__u32 fast_srtt = ~0U;

	mptcp_set_timeout((struct sock *)msk);

	mpx_for_each_subflow(msk, sf) {
		__u32 srtt;

		if (!mptcp_subflow_active(sf))
			continue;
		srtt = mpx_srtt_us(sf);
		if (srtt < fast_srtt) {
			fast_srtt = srtt;
			fast = sf;
		}
	}
	if (!fast)
		return -EAGAIN;
	if (!mpx_cwnd_room(fast) || !bpf_sk_stream_memory_free(fast)) {
		__sync_fetch_and_add(&waits, 1);
		return -EAGAIN;
	}

	msk->snd_burst = mpx_room_bytes(fast);
	mptcp_subflow_set_scheduled(fast, true);
	return 0;
}

SEC("struct_ops")
int BPF_PROG(wait_fast_get_retrans, struct mptcp_sock *msk)
{
	return mpx_retrans_idle(msk);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops wait_fast = {
	.get_send	= (void *)wait_fast_get_send,
	.get_retrans	= (void *)wait_fast_get_retrans,
	.name		= "wait_fast",
};
