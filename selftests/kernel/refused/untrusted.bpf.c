// SPDX-License-Identifier: GPL-2.0-only
/* A pointer from nowhere in particular. */
#include <mptcp_bpf/common.bpf.h>

char _license[] SEC("license") = "GPL";

SEC("struct_ops")
int BPF_PROG(untrusted_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf;

	sf = (void *)((struct inet_connection_sock *)msk)->icsk_ulp_data;
	sf = bpf_core_cast(sf, struct mptcp_subflow_context);
	mptcp_subflow_set_scheduled(sf, true);
	return 0;
}

SEC(".struct_ops.link")
struct mptcp_sched_ops untrusted = {
	.get_send	= (void *)untrusted_get_send,
	.name		= "untrusted",
};
