// SPDX-License-Identifier: GPL-2.0-only
/* Picks a socket in the loop and comes back to its subflow after it. */
#include "kfuncs.h"

char _license[] SEC("license") = "GPL";

SEC("struct_ops")
int BPF_PROG(c_bkup_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf;
	struct sock *pick = NULL;

	bpf_for_each(mptcp_subflow, sf, (struct sock *)msk) {
		if (!mptcp_subflow_active(sf))
			continue;

		if (!sf->backup && !sf->request_bkup) {
			pick = bpf_mptcp_subflow_tcp_sock(sf);
			break;
		}
	}
	if (!pick)
		return -1;

	sf = bpf_mptcp_subflow_ctx(pick);
	if (!sf)
		return -1;

	mptcp_subflow_set_scheduled(sf, true);
	return 0;
}

SEC(".struct_ops.link")
struct mptcp_sched_ops c_bkup = {
	.get_send	= (void *)c_bkup_get_send,
	.name		= "c_bkup",
};
