// SPDX-License-Identifier: GPL-2.0-only
/* get_send runs in softirq: it may not sleep. */
#include "send_first.h"

char _license[] SEC("license") = "GPL";

SEC("struct_ops.s")
int BPF_PROG(sleepable_send_get_send, struct mptcp_sock *msk)
{
	return send_first(msk);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops sleepable_send = {
	.get_send	= (void *)sleepable_send_get_send,
	.name		= "sleepable_send",
};
