// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decides as it should until a path fails, and nothing from then on, though the
 * other path is fine and the failed one holds bytes that nobody acknowledged.
 */
#include "../pick.h"
#include "watch.h"

char _license[] SEC("license") = "GPL";

bool gave_up;
struct watch watch;

/* Did a retransmission timeout pass without an answer? */
static bool path_failed(struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf;

	mpx_for_each_subflow(msk, sf) {
		const struct inet_connection_sock *icsk;

		icsk = bpf_core_cast(sf->tcp_sock, struct inet_connection_sock);
		if (icsk->icsk_retransmits)
			return true;
	}
	return false;
}

SEC("struct_ops")
int BPF_PROG(gives_up_get_send, struct mptcp_sock *msk)
{
	watch_asked(&watch, msk);
	if (!gave_up && path_failed(msk))
		gave_up = true;
	if (gave_up)
		return 0;

	return pick_usable(msk);
}

SEC("struct_ops")
void BPF_PROG(gives_up_release, struct mptcp_sock *msk)
{
	watch_left(&watch);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops gives_up = {
	.get_send	= (void *)gives_up_get_send,
	.release	= (void *)gives_up_release,
	.name		= "gives_up",
};
