// SPDX-License-Identifier: GPL-2.0-only
/*
 * overflow: fill the preferred path, and only what its congestion window has no room
 * for goes to the next one. For hybrid access: the line first, the metered radio link
 * for the rest. A higher RTT of the preferred path does not matter, unlike in minrtt.
 *
 * Paths in the map "ranks" come first, the lower the rank the sooner; then those that
 * are not there, by subflow id. The key is what @by says, see mptcp_bpf/path.bpf.h;
 * entries may come, change and go at any time. Backup subflows carry data only while
 * no regular one is usable.
 */
#include <mptcp_bpf/common.bpf.h>
#include <mptcp_bpf/path.bpf.h>
#include <mptcp_bpf/rescue.bpf.h>

char _license[] SEC("license") = "GPL";

MPX_POLICY("sched", "1", 0, "fill the preferred path, spill what it cannot take");
MPX_TUNABLE(by, u32, 0, 2, 0, "",
	    "what the keys of 'ranks' are: 0 local address, 1 interface index, 2 subflow id");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, union mpx_path);
	__type(value, __u32);
} ranks SEC(".maps");

/* The rank, then the subflow id; behind all ranks where there is none. */
static __always_inline __u64 overflow_order(struct mptcp_subflow_context *sf)
{
	union mpx_path path;
	const __u32 *rank;

	mpx_path_of(sf, by, &path);
	rank = bpf_map_lookup_elem(&ranks, &path);
	return (rank ? *rank : 1ULL << 32) << 31 | sf->subflow_id;
}

SEC("struct_ops")
int BPF_PROG(overflow_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf, *pick = NULL;
	__u64 pick_order = ~0ULL, order;
	bool any_regular = false;

	mpx_for_each_subflow(msk, sf) {
		if (!mptcp_subflow_active(sf))
			continue;
		if (mpx_is_backup(sf)) {
			if (any_regular)
				continue;
		} else if (!any_regular) {
			any_regular = true;
			pick_order = ~0ULL;
			pick = NULL;
		}
		if (!mpx_has_room(sf))
			continue;

		order = overflow_order(sf);
		if (order < pick_order) {
			pick_order = order;
			pick = sf;
		}
	}

	return pick ? mpx_send_room(msk, pick) : -EAGAIN;
}

SEC("struct_ops")
int BPF_PROG(overflow_get_retrans, struct mptcp_sock *msk)
{
	return mpx_retrans_idle(msk);
}

SEC("struct_ops")
void BPF_PROG(overflow_event, struct mptcp_sock *msk, struct mptcp_subflow_context *subflow,
	      __u32 events)
{
	mpx_rescue(msk, subflow);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops overflow = {
	.get_send	= (void *)overflow_get_send,
	.get_retrans	= (void *)overflow_get_retrans,
	.subflow_event	= (void *)overflow_event,
	.events		= MPTCP_SCHED_EV_LOSS,
	.name		= "overflow",
};
