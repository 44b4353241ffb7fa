// SPDX-License-Identifier: GPL-2.0-only
/* Gives up on every connection before it has begun. */
#include "../pick.h"

char _license[] SEC("license") = "GPL";

__u64 inits, releases, sends, exits;

SEC("struct_ops")
void BPF_PROG(init_error_init, struct mptcp_sock *msk)
{
	__sync_fetch_and_add(&inits, 1);
	bpf_mptcp_policy_error(msk, -1);
}

SEC("struct_ops")
int BPF_PROG(init_error_get_send, struct mptcp_sock *msk)
{
	__sync_fetch_and_add(&sends, 1);
	return pick_usable(msk);
}

SEC("struct_ops")
void BPF_PROG(init_error_release, struct mptcp_sock *msk)
{
	__sync_fetch_and_add(&releases, 1);
}

SEC("struct_ops")
void BPF_PROG(init_error_exit, struct mptcp_ext_exit_info *info)
{
	__sync_fetch_and_add(&exits, 1);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops init_error = {
	.init		= (void *)init_error_init,
	.get_send	= (void *)init_error_get_send,
	.release	= (void *)init_error_release,
	.exit		= (void *)init_error_exit,
	.name		= "init_error",
};
