// SPDX-License-Identifier: GPL-2.0-only
/* A flag that this kernel does not know. */
#include "send_first.h"

char _license[] SEC("license") = "GPL";

SEC("struct_ops")
int BPF_PROG(bad_flags_get_send, struct mptcp_sock *msk)
{
	return send_first(msk);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops bad_flags = {
	.get_send	= (void *)bad_flags_get_send,
	.flags		= 1U << 31,
	.name		= "bad_flags",
};
