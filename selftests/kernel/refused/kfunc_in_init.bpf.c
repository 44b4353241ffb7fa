// SPDX-License-Identifier: GPL-2.0-only
/* The list of subflows is none of init's business. */
#include "send_first.h"

char _license[] SEC("license") = "GPL";

SEC("struct_ops")
int BPF_PROG(kfunc_in_init_get_send, struct mptcp_sock *msk)
{
	return send_first(msk);
}

SEC("struct_ops")
void BPF_PROG(kfunc_in_init_init, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf = bpf_mptcp_subflow_ctx(msk->first);

	if (sf)
		mptcp_subflow_set_scheduled(sf, true);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops kfunc_in_init = {
	.get_send	= (void *)kfunc_in_init_get_send,
	.init		= (void *)kfunc_in_init_init,
	.name		= "kfunc_in_init",
};
