// SPDX-License-Identifier: GPL-2.0-only
/* In the manner of the development tree: the first subflow through msk->first. */
#include "kfuncs.h"

char _license[] SEC("license") = "GPL";

SEC("struct_ops")
void BPF_PROG(c_first_init, struct mptcp_sock *msk)
{
}

SEC("struct_ops")
void BPF_PROG(c_first_release, struct mptcp_sock *msk)
{
}

SEC("struct_ops")
int BPF_PROG(c_first_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf = bpf_mptcp_subflow_ctx(msk->first);

	if (!sf)
		return -1;

	mptcp_subflow_set_scheduled(sf, true);
	return 0;
}

SEC(".struct_ops.link")
struct mptcp_sched_ops c_first = {
	.init		= (void *)c_first_init,
	.release	= (void *)c_first_release,
	.get_send	= (void *)c_first_get_send,
	.name		= "c_first",
};
