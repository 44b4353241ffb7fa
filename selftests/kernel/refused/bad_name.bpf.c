// SPDX-License-Identifier: GPL-2.0-only
/* A name that the kernel does not take. */
#include "send_first.h"

char _license[] SEC("license") = "GPL";

SEC("struct_ops")
int BPF_PROG(bad_name_get_send, struct mptcp_sock *msk)
{
	return send_first(msk);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops bad_name = {
	.get_send	= (void *)bad_name_get_send,
	.name		= "bad-name",
};
