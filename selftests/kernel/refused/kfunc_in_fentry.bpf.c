// SPDX-License-Identifier: GPL-2.0-only
/* Trusted is not locked: not from a tracing program. */
#include <mptcp_bpf/common.bpf.h>

char _license[] SEC("license") = "GPL";

SEC("fentry/mptcp_sched_get_send")
int BPF_PROG(kfunc_in_fentry, struct mptcp_sock *msk)
{
	mptcp_set_timeout((struct sock *)msk);
	return 0;
}
