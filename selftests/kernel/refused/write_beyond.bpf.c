// SPDX-License-Identifier: GPL-2.0-only
/* Eight bytes into a field of four. */
#include <mptcp_bpf/common.bpf.h>

char _license[] SEC("license") = "GPL";

SEC("struct_ops")
int BPF_PROG(write_beyond_get_send, struct mptcp_sock *msk)
{
	*(volatile __u64 *)&msk->snd_burst = 0;
	return 0;
}

SEC(".struct_ops.link")
struct mptcp_sched_ops write_beyond = {
	.get_send	= (void *)write_beyond_get_send,
	.name		= "write_beyond",
};
