// SPDX-License-Identifier: GPL-2.0-only
/*
 * first: send everything on the oldest usable subflow. The smallest scheduler
 * that is of use: the others are there for when it fails.
 *
 * A full subflow is waited for, not replaced: the next ACK asks again.
 */
#include <mptcp_bpf/common.bpf.h>

char _license[] SEC("license") = "GPL";

MPX_POLICY("sched", "1", 0, "send on the oldest usable subflow");

SEC("struct_ops")
int BPF_PROG(first_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf;

	mpx_for_each_subflow(msk, sf) {
		if (!mptcp_subflow_active(sf))
			continue;
		if (!bpf_sk_stream_memory_free(sf))
			return -EAGAIN;

		mptcp_subflow_set_scheduled(sf, true);
		return 0;
	}
	return -EAGAIN;
}

SEC("struct_ops")
int BPF_PROG(first_get_retrans, struct mptcp_sock *msk)
{
	return mpx_retrans_idle(msk);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops first = {
	.get_send	= (void *)first_get_send,
	.get_retrans	= (void *)first_get_retrans,
	.name		= "first",
};
