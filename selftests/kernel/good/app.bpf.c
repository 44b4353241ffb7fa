// SPDX-License-Identifier: GPL-2.0-only
/* Sends on the oldest usable subflow, and any application may choose it. */
#include <mptcp_bpf/common.bpf.h>

char _license[] SEC("license") = "GPL";

__u64 sends;

SEC("struct_ops")
int BPF_PROG(app_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf;

	__sync_fetch_and_add(&sends, 1);
	mptcp_set_timeout((struct sock *)msk);

	mpx_for_each_subflow(msk, sf) {
		if (!mptcp_subflow_active(sf))
			continue;
		if (!bpf_sk_stream_memory_free(sf))
			return -EAGAIN;

		mptcp_subflow_set_scheduled(sf, true);
		return 0;
	}
	return -EAGAIN;
}

SEC(".struct_ops.link")
struct mptcp_sched_ops app = {
	.get_send	= (void *)app_get_send,
	.flags		= MPTCP_EXT_F_APP,
	.name		= "app",
};
