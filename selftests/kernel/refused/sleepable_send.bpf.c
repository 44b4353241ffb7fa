// SPDX-License-Identifier: GPL-2.0-only
/* get_send runs in softirq: it may not sleep. */
#include <mptcp_bpf/common.bpf.h>

char _license[] SEC("license") = "GPL";

SEC("struct_ops.s")
int BPF_PROG(sleepable_send_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf;

	mpx_for_each_subflow(msk, sf) {
		mptcp_subflow_set_scheduled(sf, true);
		return 0;
	}
	return -EAGAIN;
}

SEC(".struct_ops.link")
struct mptcp_sched_ops sleepable_send = {
	.get_send	= (void *)sleepable_send_get_send,
	.name		= "sleepable_send",
};
