// SPDX-License-Identifier: GPL-2.0-only
/* Another struct_ops type, whose members have the same offsets. */
#include <mptcp_bpf/common.bpf.h>

char _license[] SEC("license") = "GPL";

SEC("struct_ops")
__u32 BPF_PROG(cc_ssthresh, struct sock *sk)
{
	mptcp_set_timeout(sk);
	return 2;
}

SEC("struct_ops")
__u32 BPF_PROG(cc_undo_cwnd, struct sock *sk)
{
	return 2;
}

SEC("struct_ops")
void BPF_PROG(cc_cong_avoid, struct sock *sk, __u32 ack, __u32 acked)
{
}

SEC(".struct_ops.link")
struct tcp_congestion_ops kfunc_in_tcp_cc = {
	.ssthresh	= (void *)cc_ssthresh,
	.undo_cwnd	= (void *)cc_undo_cwnd,
	.cong_avoid	= (void *)cc_cong_avoid,
	.name		= "kfunc_in_tcp_cc",
};
