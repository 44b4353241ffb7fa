// SPDX-License-Identifier: GPL-2.0-only
/*
 * redundant: the same bytes on every path. What arrives first counts: a path that loses
 * packets, stalls or dies is not noticed. Meant for little data that is urgent.
 *
 * Bytes go out when all paths that are alive have congestion window room, so that none
 * is ever on one of them alone and the slowest sets the pace; @alone_bytes lets the
 * others run ahead of it. Screening keeps a dead path from holding up the rest and from
 * costing anything: a path is left out while nothing was acknowledged on it for as long
 * as its round trips take, four mean deviations and @silence_us, or while TCP's
 * retransmission timer has expired on it. What only it had is sent again elsewhere.
 *
 * What TCP and MPTCP send again counts like duplicates: all that goes to the wire beyond
 * the payload is at most @budget percent of it, and 128 KiB to begin with. When that is
 * used up, bytes go to one path, the one with the lowest RTT.
 *
 * Backup subflows carry data only while no regular one is usable, and then one of them.
 */
#include <mptcp_bpf/common.bpf.h>
#include <mptcp_bpf/life.bpf.h>
#include <mptcp_bpf/rescue.bpf.h>

char _license[] SEC("license") = "GPL";

MPX_POLICY("sched", "1", 0, "the same bytes on every path that is alive");
MPX_TUNABLE_LIVE(budget, u32, 0, 1000, 100, "%",
		 "of the payload: how much more than it may go to the wire");
MPX_TUNABLE(alone_bytes, u32, 0, 16777216, 0, "bytes",
	    "not acknowledged, up to which paths with room do not wait for one without");
MPX_TUNABLE(silence_us, u32, 1000, 10000000, 50000, "us",
	    "beyond what its round trips explain, until a silent path is left out");

#define ALLOWANCE	(128ULL << 10)
#define RESCUE		(1ULL << 16)	/* what the kernel sends again at a time */

struct redundant_conn {
	__u64 start;		/* data sequence number at the first decision */
	__u64 wire;		/* bytes given to TCP, or sent by it again, since then */
	__u64 again_end;	/* end of what was sent again because a path was silent */
	__u32 alone_id;		/* the subflow that the last decision was for, 0: several */
	__u32 known;

	/* of the current decision; here the verifier does not follow the values */
	__u32 room;		/* least one of the marked paths, in bytes */
	__u32 marked;
	__u32 full;		/* a path that is alive has no room */
	__u32 full_us;		/* when the first such one counts as silent */
	__u64 stuck_end;	/* end of what silent paths were given alone */
};

struct redundant_path {
	struct mpx_life life;
	__u64 alone_end;	/* end of what it was given alone */
	__u64 bytes_retrans;
	__u32 write_seq;
	__u32 known;
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct redundant_conn);
} redundant_conns SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct redundant_path);
} redundant_paths SEC(".maps");

static __always_inline void redundant_begin(struct mptcp_sock *msk, struct redundant_conn *conn)
{
	if (!conn->known) {
		conn->known = 1;
		conn->start = msk->snd_nxt;
	}
	conn->room = 1 << 20;
	conn->marked = conn->full = 0;
	conn->full_us = ~0U;
	conn->stuck_end = 0;
}

/* Is there something left for duplicates? As of the last decision. */
static __always_inline bool redundant_may_duplicate(const struct mptcp_sock *msk,
						    const struct redundant_conn *conn)
{
	__u64 payload = msk->snd_nxt - conn->start;

	return conn->wire <= payload + payload * budget / 100 + ALLOWANCE;
}

static __always_inline void redundant_account(const struct mptcp_sock *msk,
					      struct redundant_conn *conn,
					      struct redundant_path *path,
					      struct mptcp_subflow_context *sf)
{
	const struct tcp_sock *tp = mpx_tcp(sf);
	__u64 again = tp->bytes_retrans;
	__u32 write_seq = tp->write_seq;

	if (path->known)
		conn->wire += (write_seq - path->write_seq) + (again - path->bytes_retrans);
	path->write_seq = write_seq;
	path->bytes_retrans = again;
	path->known = 1;
	if (conn->alone_id == sf->subflow_id)
		path->alone_end = msk->snd_nxt;
}

/* May it take part? Notes what it means for the others. */
static __always_inline bool redundant_takes_part(struct redundant_conn *conn,
						 struct redundant_path *path,
						 struct mptcp_subflow_context *sf, __u64 now)
{
	__u32 left = mpx_silent_in(sf, &path->life, silence_us, now);

	if (!left) {
		conn->stuck_end = max(conn->stuck_end, path->alone_end);
		return false;
	}
	if (mpx_has_room(sf))
		return true;

	conn->full = 1;
	conn->full_us = min(conn->full_us, left);
	return false;
}

/* Bytes up to @stuck_end that only a silent path has: @sf sends them again, each once. */
static __always_inline void redundant_rescue(struct mptcp_sock *msk, struct redundant_conn *conn,
					     struct mptcp_subflow_context *sf, __u64 stuck_end)
{
	__u64 end, from = max(msk->snd_una, conn->again_end);

	if (!bpf_ksym_exists(bpf_mptcp_reinject) || from >= stuck_end)
		return;

	end = min(stuck_end, msk->snd_una + RESCUE);
	if (!bpf_mptcp_reinject(sf, end - msk->snd_una))
		conn->again_end = end;
}

/* All marked ones get the same limit, or a range would be repeated in part only. */
static __always_inline int redundant_together(struct mptcp_sock *msk, __u32 bytes)
{
	struct mptcp_subflow_context *sf;

	if (bpf_ksym_exists(bpf_mptcp_subflow_set_quota)) {
		mpx_for_each_subflow(msk, sf) {
			if (sf->scheduled)
				bpf_mptcp_subflow_set_quota(sf, bytes);
		}
	}
	msk->snd_burst = bytes;
	return 0;
}

SEC("struct_ops")
int BPF_PROG(redundant_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf, *best = NULL, *other = NULL;
	__u64 now = bpf_ktime_get_ns();
	struct redundant_conn *conn;
	bool duplicate;

	conn = bpf_sk_storage_get(&redundant_conns, msk, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!conn)
		return -EAGAIN;
	redundant_begin(msk, conn);
	duplicate = redundant_may_duplicate(msk, conn);

	mpx_for_each_subflow(msk, sf) {
		struct redundant_path *path;

		if (!mptcp_subflow_active(sf))
			continue;
		path = bpf_sk_storage_get(&redundant_paths, sf->tcp_sock, NULL,
					  BPF_LOCAL_STORAGE_GET_F_CREATE);
		if (!path)
			continue;

		redundant_account(msk, conn, path, sf);
		if (mpx_is_backup(sf) || !redundant_takes_part(conn, path, sf, now)) {
			if (mpx_has_room(sf) && mpx_is_faster(sf, other))
				other = sf;
			continue;
		}
		if (mpx_is_faster(sf, best))
			best = sf;
		if (duplicate) {
			conn->marked++;
			conn->room = min(conn->room, mpx_room_bytes(sf));
			mptcp_subflow_set_scheduled(sf, true);
		}
	}

	if (best)
		redundant_rescue(msk, conn, best, conn->stuck_end);
	if (conn->full && duplicate && mpx_unacked(msk) >= alone_bytes)
		return mpx_wait(msk, conn->full_us);
	if (conn->marked > 1) {
		conn->alone_id = 0;
		return redundant_together(msk, conn->room);
	}

	/* full paths are waited for, unless only those that are there for need have room */
	if (!best && !conn->full)
		best = other;
	if (!best)
		return -EAGAIN;
	conn->alone_id = best->subflow_id;
	return mpx_send_room(msk, best);
}

SEC("struct_ops")
int BPF_PROG(redundant_get_retrans, struct mptcp_sock *msk)
{
	return mpx_retrans_idle(msk);
}

/* Nothing new may be there to ask about. */
SEC("struct_ops")
void BPF_PROG(redundant_event, struct mptcp_sock *msk, struct mptcp_subflow_context *subflow,
	      __u32 events)
{
	struct mptcp_subflow_context *sf;
	struct redundant_conn *conn;
	struct redundant_path *path;

	conn = bpf_sk_storage_get(&redundant_conns, msk, NULL, 0);
	path = bpf_sk_storage_get(&redundant_paths, subflow->tcp_sock, NULL, 0);
	if (!conn || !path || !mpx_timeouts(subflow))
		return;

	if (conn->alone_id == subflow->subflow_id)
		path->alone_end = msk->snd_nxt;
	sf = mpx_stand_in(msk, subflow);
	if (sf)
		redundant_rescue(msk, conn, sf, path->alone_end);
}

SEC(".struct_ops.link")
struct mptcp_sched_ops redundant = {
	.get_send	= (void *)redundant_get_send,
	.get_retrans	= (void *)redundant_get_retrans,
	.subflow_event	= (void *)redundant_event,
	.events		= MPTCP_SCHED_EV_LOSS,
	.flags		= MPTCP_SCHED_F_DUP,
	.name		= "redundant",
};
