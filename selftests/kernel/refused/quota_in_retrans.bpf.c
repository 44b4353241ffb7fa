// SPDX-License-Identifier: GPL-2.0-only
/* A retransmission is as long as it is. */
#include "send_first.h"

char _license[] SEC("license") = "GPL";

SEC("struct_ops")
int BPF_PROG(quota_in_retrans_get_send, struct mptcp_sock *msk)
{
	return send_first(msk);
}

SEC("struct_ops")
int BPF_PROG(quota_in_retrans_get_retrans, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf;

	mpx_for_each_subflow(msk, sf) {
		bpf_mptcp_subflow_set_quota(sf, 1000);
		mptcp_subflow_set_scheduled(sf, true);
		break;
	}
	return 0;
}

SEC(".struct_ops.link")
struct mptcp_sched_ops quota_in_retrans = {
	.get_send	= (void *)quota_in_retrans_get_send,
	.get_retrans	= (void *)quota_in_retrans_get_retrans,
	.name		= "quota_retrans",
};
