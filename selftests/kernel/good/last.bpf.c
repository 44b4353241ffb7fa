// SPDX-License-Identifier: GPL-2.0-only
/* Sends on the newest usable subflow: the opposite of "first". */
#include <mptcp_bpf/common.bpf.h>

char _license[] SEC("license") = "GPL";

SEC("struct_ops")
int BPF_PROG(last_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf, *pick = NULL;

	mptcp_set_timeout((struct sock *)msk);

	mpx_for_each_subflow(msk, sf) {
		if (mptcp_subflow_active(sf))
			pick = sf;
	}
	if (!pick || !bpf_sk_stream_memory_free(pick))
		return -EAGAIN;

	mptcp_subflow_set_scheduled(pick, true);
	return 0;
}

/* May sleep: the only callback that may. */
SEC("struct_ops.s")
int BPF_PROG(last_get_retrans, struct mptcp_sock *msk)
{
	return mpx_retrans_idle(msk);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops last = {
	.get_send	= (void *)last_get_send,
	.get_retrans	= (void *)last_get_retrans,
	.name		= "last",
};
