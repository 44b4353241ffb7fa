// SPDX-License-Identifier: GPL-2.0-only
/*
 * backup: regular subflows carry everything, the one with the lowest RTT first; backup
 * ones only what no regular one can. A regular one that is merely full is waited for.
 *
 * A subflow is backup if either side said so. A regular one stands in the way no more
 * once TCP's retransmission timer has expired @patience times in a row on it, which is
 * long before the kernel takes it for stale; an acknowledgement brings it back. What is
 * stuck on it goes out again elsewhere at the first such timeout.
 */
#include <mptcp_bpf/common.bpf.h>
#include <mptcp_bpf/rescue.bpf.h>

char _license[] SEC("license") = "GPL";

MPX_POLICY("sched", "1", 0, "backup subflows only when no regular one can carry data");
MPX_TUNABLE(patience, u32, 0, 255, 2, "timeouts",
	    "in a row, until a regular subflow counts as failed; 0: when the kernel says stale");

static __always_inline bool backup_failed(struct mptcp_subflow_context *sf)
{
	return patience && mpx_timeouts(sf) >= patience;
}

/* The one with the lower RTT; of those that are only used in need, failed ones last. */
static __always_inline bool backup_better(struct mptcp_subflow_context *sf,
					  struct mptcp_subflow_context *than)
{
	if (than && backup_failed(sf) != backup_failed(than))
		return backup_failed(than);
	return mpx_is_faster(sf, than);
}

SEC("struct_ops")
int BPF_PROG(backup_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf, *full = NULL, *pick = NULL;
	bool any_regular = false;

	mpx_for_each_subflow(msk, sf) {
		if (!mptcp_subflow_active(sf))
			continue;
		if (mpx_is_backup(sf) || backup_failed(sf)) {
			if (any_regular)
				continue;
		} else if (!any_regular) {
			any_regular = true;
			full = pick = NULL;
		}

		if (!mpx_has_room(sf))
			full = sf;
		else if (backup_better(sf, pick))
			pick = sf;
	}

	if (pick)
		return mpx_send_room(msk, pick);
	return full ? mpx_wait_for(msk, full) : -EAGAIN;
}

SEC("struct_ops")
int BPF_PROG(backup_get_retrans, struct mptcp_sock *msk)
{
	return mpx_retrans_idle(msk);
}

SEC("struct_ops")
void BPF_PROG(backup_event, struct mptcp_sock *msk, struct mptcp_subflow_context *subflow,
	      __u32 events)
{
	mpx_rescue(msk, subflow);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops backup = {
	.get_send	= (void *)backup_get_send,
	.get_retrans	= (void *)backup_get_retrans,
	.subflow_event	= (void *)backup_event,
	.events		= MPTCP_SCHED_EV_LOSS,
	.name		= "backup",
};
