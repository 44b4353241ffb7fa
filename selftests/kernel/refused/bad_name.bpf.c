// SPDX-License-Identifier: GPL-2.0-only
/* A name that the kernel does not take. */
#include <mptcp_bpf/common.bpf.h>

char _license[] SEC("license") = "GPL";

SEC("struct_ops")
int BPF_PROG(bad_name_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf;

	mpx_for_each_subflow(msk, sf) {
		mptcp_subflow_set_scheduled(sf, true);
		return 0;
	}
	return -EAGAIN;
}

SEC(".struct_ops.link")
struct mptcp_sched_ops bad_name = {
	.get_send	= (void *)bad_name_get_send,
	.name		= "bad-name",
};
