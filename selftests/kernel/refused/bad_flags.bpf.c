// SPDX-License-Identifier: GPL-2.0-only
/* A flag that this kernel does not know. */
#include <mptcp_bpf/common.bpf.h>

char _license[] SEC("license") = "GPL";

SEC("struct_ops")
int BPF_PROG(bad_flags_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf;

	mpx_for_each_subflow(msk, sf) {
		mptcp_subflow_set_scheduled(sf, true);
		return 0;
	}
	return -EAGAIN;
}

SEC(".struct_ops.link")
struct mptcp_sched_ops bad_flags = {
	.get_send	= (void *)bad_flags_get_send,
	.flags		= 1U << 31,
	.name		= "bad_flags",
};
