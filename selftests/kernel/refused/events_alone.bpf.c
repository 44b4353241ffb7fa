// SPDX-License-Identifier: GPL-2.0-only
/* It wants to know, but has nobody to be told. */
#include "send_first.h"

char _license[] SEC("license") = "GPL";

SEC("struct_ops")
int BPF_PROG(events_alone_get_send, struct mptcp_sock *msk)
{
	return send_first(msk);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops events_alone = {
	.get_send	= (void *)events_alone_get_send,
	.events		= MPTCP_SCHED_EV_ADDED,
	.name		= "events_alone",
};
