// SPDX-License-Identifier: GPL-2.0-only
/* The same in the older section, that has no link. */
#include "kfuncs.h"

char _license[] SEC("license") = "GPL";

SEC("struct_ops")
int BPF_PROG(c_legacy_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf = bpf_mptcp_subflow_ctx(msk->first);

	if (!sf)
		return -1;

	mptcp_subflow_set_scheduled(sf, true);
	return 0;
}

SEC(".struct_ops")
struct mptcp_sched_ops c_legacy = {
	.get_send	= (void *)c_legacy_get_send,
	.name		= "c_legacy",
};
