// SPDX-License-Identifier: GPL-2.0-only
/* Reports an error at once; registered the old way, without a link. */
#include "../pick.h"

char _license[] SEC("license") = "GPL";

SEC("struct_ops")
int BPF_PROG(legacy_get_send, struct mptcp_sock *msk)
{
	bpf_mptcp_policy_error(msk, -5);
	return pick_usable(msk);
}

SEC(".struct_ops")
struct mptcp_sched_ops legacy = {
	.get_send	= (void *)legacy_get_send,
	.name		= "legacy",
};
