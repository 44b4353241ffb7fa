// SPDX-License-Identifier: GPL-2.0-only
/*
 * weighted: bytes in the ratio of the weights that the user gave the paths, by smooth
 * weighted round robin (mptcp_bpf/wrr.h).
 *
 * The ratio holds under back-pressure too: a path that is full when its turn comes
 * keeps its claim, and the others run ahead of it by at most @ahead_bytes, then wait.
 * So the total is what the ratio allows, not what all paths could carry together. Not
 * waited for are paths on which TCP's retransmission timer has expired, and what is stuck
 * there goes out again elsewhere; when they are back they start level with the others.
 *
 * The weights are in the map "weights", in the order of the keys that @by says, see
 * mptcp_bpf/path.bpf.h; entries may come, change and go at any time and count for what
 * is sent from then on. Weight 0, like backup: only while no other path is usable.
 */
#include <mptcp_bpf/common.bpf.h>
#include <mptcp_bpf/path.bpf.h>
#include <mptcp_bpf/rescue.bpf.h>
#include <mptcp_bpf/wrr.h>

char _license[] SEC("license") = "GPL";

MPX_POLICY("sched", "1", 0, "bytes in the ratio of weights given to the paths");
MPX_TUNABLE(by, u32, 0, 2, 0, "",
	    "what the keys of 'weights' are: 0 local address, 1 interface index, 2 subflow id");
MPX_TUNABLE(turn_bytes, u32, 1, 1048576, 16384, "bytes", "what one turn sends at least");
MPX_TUNABLE(ahead_bytes, u32, 0, 1073741824, 16384, "bytes",
	    "how far a path runs ahead of its share before it waits for a full one");
MPX_TUNABLE_LIVE(default_weight, u32, 0, 65535, 1, "", "of paths that are not in the map");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, union mpx_path);
	__type(value, __u32);
} weights SEC(".maps");

/*
 * Of a connection. All but the first belong to the current decision: here the verifier
 * does not follow their values.
 */
struct weighted_conn {
	__u64 vtime;		/* of the path that was furthest behind */
	__u64 least;		/* of the paths with room */
	__u64 full;		/* of the full path that is furthest behind */
	__u64 pick;		/* of the path whose turn it is */
	__u64 turn;		/* its next turn */
	__u32 weight;		/* its weight */
};

struct weighted_path {
	__u64 vtime;
	__u32 write_seq;	/* charged up to here */
	__u32 known;
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct weighted_conn);
} weighted_conns SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct weighted_path);
} weighted_paths SEC(".maps");

static __always_inline __u32 weighted_weight(struct mptcp_subflow_context *sf)
{
	union mpx_path path;
	const __u32 *weight;

	mpx_path_of(sf, by, &path);
	weight = bpf_map_lookup_elem(&weights, &path);
	return min(weight ? *weight : default_weight, (__u32)MPX_WRR_MAX_WEIGHT);
}

/* The path's virtual time, with what was sent on it since the last question. */
static __always_inline __u64 weighted_vtime(struct mptcp_subflow_context *sf, __u32 weight,
					    __u64 least)
{
	__u32 write_seq = mpx_tcp(sf)->write_seq;
	struct weighted_path *path;

	path = bpf_sk_storage_get(&weighted_paths, sf->tcp_sock, NULL,
				  BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!path)
		return least;

	if (path->known)
		path->vtime += mpx_wrr_charge(write_seq - path->write_seq, weight);
	path->write_seq = write_seq;
	path->known = 1;

	/* who was away, or is new, has no claim on that time */
	path->vtime = max(path->vtime, least);
	return path->vtime;
}

static __always_inline void weighted_begin(struct weighted_conn *conn)
{
	conn->least = conn->full = conn->turn = ~0ULL;
}

SEC("struct_ops")
int BPF_PROG(weighted_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf, *full = NULL, *pick = NULL;
	struct weighted_conn *conn;
	bool any_regular = false;

	conn = bpf_sk_storage_get(&weighted_conns, msk, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!conn)
		return -EAGAIN;

	weighted_begin(conn);

	mpx_for_each_subflow(msk, sf) {
		__u64 vtime, turn;
		__u32 weight;

		if (!mptcp_subflow_active(sf))
			continue;

		weight = weighted_weight(sf);
		if (!weight || mpx_is_backup(sf)) {
			if (any_regular)
				continue;
		} else if (!any_regular) {
			any_regular = true;
			weighted_begin(conn);
			full = pick = NULL;
		}

		vtime = weighted_vtime(sf, weight, conn->vtime);
		if (!mpx_has_room(sf)) {
			if (!mpx_timeouts(sf) && vtime < conn->full) {
				conn->full = vtime;
				full = sf;
			}
			continue;
		}
		conn->least = min(conn->least, vtime);
		turn = mpx_wrr_turn(vtime, turn_bytes, weight);
		if (turn < conn->turn) {
			conn->turn = turn;
			conn->pick = vtime;
			conn->weight = weight;
			pick = sf;
		}
	}

	if (!pick)
		return -EAGAIN;
	conn->vtime = min(conn->least, conn->full);
	if (full && mpx_wrr_ahead(conn->pick, conn->full, conn->weight) > ahead_bytes)
		return mpx_wait_for(msk, full);

	return mpx_send(msk, pick, turn_bytes);
}

SEC("struct_ops")
int BPF_PROG(weighted_get_retrans, struct mptcp_sock *msk)
{
	return mpx_retrans_idle(msk);
}

SEC("struct_ops")
void BPF_PROG(weighted_event, struct mptcp_sock *msk, struct mptcp_subflow_context *subflow,
	      __u32 events)
{
	mpx_rescue(msk, subflow);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops weighted = {
	.get_send	= (void *)weighted_get_send,
	.get_retrans	= (void *)weighted_get_retrans,
	.subflow_event	= (void *)weighted_event,
	.events		= MPTCP_SCHED_EV_LOSS,
	.name		= "weighted",
};
