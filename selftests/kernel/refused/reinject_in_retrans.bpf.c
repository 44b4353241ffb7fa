// SPDX-License-Identifier: GPL-2.0-only
/* It is asked who sends again: that is the answer, not another request. */
#include "send_first.h"

char _license[] SEC("license") = "GPL";

SEC("struct_ops")
int BPF_PROG(reinject_in_retrans_get_send, struct mptcp_sock *msk)
{
	return send_first(msk);
}

SEC("struct_ops")
int BPF_PROG(reinject_in_retrans_get_retrans, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf;

	mpx_for_each_subflow(msk, sf) {
		bpf_mptcp_reinject(sf, 1000);
		mptcp_subflow_set_scheduled(sf, true);
		break;
	}
	return 0;
}

SEC(".struct_ops.link")
struct mptcp_sched_ops reinject_in_retrans = {
	.get_send	= (void *)reinject_in_retrans_get_send,
	.get_retrans	= (void *)reinject_in_retrans_get_retrans,
	.name		= "reinj_retrans",
};
