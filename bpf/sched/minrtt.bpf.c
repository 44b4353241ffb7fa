// SPDX-License-Identifier: GPL-2.0-only
/*
 * minrtt: of the subflows whose congestion window has room, the one with the
 * lowest smoothed RTT. This is the "lowest RTT first" that papers compare with:
 * a subflow is available while its window has room, not while its socket has
 * memory, or the fastest path would queue many windows before the next is used.
 *
 * Backup subflows carry data only while no regular one is usable at all; a
 * regular one that is merely full is waited for. Then something is in flight on
 * it, so an ACK will ask again.
 */
#include <mptcp_bpf/common.bpf.h>

char _license[] SEC("license") = "GPL";

MPX_POLICY("sched", "1", 0, "lowest RTT among the subflows with congestion window room");

SEC("struct_ops")
int BPF_PROG(minrtt_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf, *regular = NULL, *backup = NULL;
	__u32 regular_srtt = ~0U, backup_srtt = ~0U;
	bool any_regular = false;

	mpx_for_each_subflow(msk, sf) {
		bool is_backup = mpx_is_backup(sf);
		__u32 srtt;

		if (!mptcp_subflow_active(sf))
			continue;
		if (!is_backup)
			any_regular = true;
		if (!mpx_cwnd_room(sf) || !bpf_sk_stream_memory_free(sf))
			continue;

		srtt = mpx_srtt_us(sf);
		if (is_backup) {
			if (srtt < backup_srtt) {
				backup_srtt = srtt;
				backup = sf;
			}
		} else if (srtt < regular_srtt) {
			regular_srtt = srtt;
			regular = sf;
		}
	}

	if (!any_regular)
		regular = backup;
	if (!regular)
		return -EAGAIN;

	/* ask again once the window that was seen is filled */
	msk->snd_burst = mpx_room_bytes(regular);
	mptcp_subflow_set_scheduled(regular, true);
	return 0;
}

SEC("struct_ops")
int BPF_PROG(minrtt_get_retrans, struct mptcp_sock *msk)
{
	return mpx_retrans_idle(msk);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops minrtt = {
	.get_send	= (void *)minrtt_get_send,
	.get_retrans	= (void *)minrtt_get_retrans,
	.name		= "minrtt",
};
