// SPDX-License-Identifier: GPL-2.0-only
/* A kernel function that does not exist. */
#include <mptcp_bpf/common.bpf.h>

char _license[] SEC("license") = "GPL";

extern void bpf_mptcp_no_such_function(struct mptcp_sock *msk) __ksym;

SEC("struct_ops")
int BPF_PROG(missing_kfunc_get_send, struct mptcp_sock *msk)
{
	bpf_mptcp_no_such_function(msk);
	return 0;
}

SEC(".struct_ops.link")
struct mptcp_sched_ops missing_kfunc = {
	.get_send	= (void *)missing_kfunc_get_send,
	.name		= "missing_kfunc",
};
