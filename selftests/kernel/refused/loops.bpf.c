// SPDX-License-Identifier: GPL-2.0-only
/* A loop whose bound the verifier does not know the cost of. */
#include <mptcp_bpf/common.bpf.h>

char _license[] SEC("license") = "GPL";

static long one(__u64 i, void *ctx)
{
	return 0;
}

SEC("struct_ops")
int BPF_PROG(loops_get_send, struct mptcp_sock *msk)
{
	bpf_loop(1 << 23, one, NULL, 0);
	return 0;
}

SEC(".struct_ops.link")
struct mptcp_sched_ops loops = {
	.get_send	= (void *)loops_get_send,
	.name		= "loops",
};
