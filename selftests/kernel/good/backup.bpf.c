// SPDX-License-Identifier: GPL-2.0-only
/*
 * A regular subflow while there is one that can carry data, a backup one else. A
 * regular one that is merely full is waited for.
 */
#include <mptcp_bpf/common.bpf.h>

char _license[] SEC("license") = "GPL";

__u64 on_backup, waits;

SEC("struct_ops")
int BPF_PROG(backup_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf, *regular = NULL, *backup = NULL, *pick;

	mptcp_set_timeout((struct sock *)msk);

	mpx_for_each_subflow(msk, sf) {
		if (!mptcp_subflow_active(sf))
			continue;
		if (mpx_is_backup(sf)) {
			if (!backup)
				backup = sf;
		} else if (!regular) {
			regular = sf;
		}
	}

	pick = regular ? regular : backup;
	if (!pick)
		return -EAGAIN;
	if (!bpf_sk_stream_memory_free(pick)) {
		__sync_fetch_and_add(&waits, 1);
		return -EAGAIN;
	}
	if (!regular)
		__sync_fetch_and_add(&on_backup, 1);

	mptcp_subflow_set_scheduled(pick, true);
	return 0;
}

SEC("struct_ops")
int BPF_PROG(backup_get_retrans, struct mptcp_sock *msk)
{
	return mpx_retrans_idle(msk);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops backup_ops = {
	.get_send	= (void *)backup_get_send,
	.get_retrans	= (void *)backup_get_retrans,
	.name		= "backup",
};
