/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/*
 * Estimates about one subflow, read from its TCP socket without the lock: the
 * fields may change between two reads, so every difference is clamped at 0.
 */
#ifndef __MPTCP_BPF_SUBFLOW_BPF_H
#define __MPTCP_BPF_SUBFLOW_BPF_H

/* The TCP socket as what it is; NULL for a subflow without one. */
static __always_inline struct tcp_sock *mpx_tcp(struct mptcp_subflow_context *sf)
{
	return bpf_core_cast(sf->tcp_sock, struct tcp_sock);
}

/*
 * What mptcp_subflow_active() tells, without the call where there is nothing to find
 * out. @ssk is the TCP socket of @sf, which the caller is likely to need anyway.
 */
static __always_inline bool mpx_is_active(struct mptcp_subflow_context *sf,
					  const struct sock *ssk)
{
	__u8 state = ssk->__sk_common.skc_state;

	if (state != BPF_TCP_ESTABLISHED && state != BPF_TCP_CLOSE_WAIT)
		return false;
	if (sf->request_join && !sf->fully_established)
		return false;
	return !sf->stale || mptcp_subflow_active(sf);
}

/* Announced as backup by either side. */
static __always_inline bool mpx_is_backup(const struct mptcp_subflow_context *sf)
{
	return sf->backup || sf->request_bkup;
}

/* Smoothed round-trip time in microseconds (RFC 6298); 0: no sample yet. */
static __always_inline __u32 mpx_srtt_us(struct mptcp_subflow_context *sf)
{
	return mpx_tcp(sf)->srtt_us >> 3;
}

/*
 * Has @sf a lower RTT than @than, which may be NULL? For the best one of a walk: kept
 * as a subflow and not as a number, it is one state to the verifier, whatever it is.
 */
static __always_inline bool mpx_is_faster(struct mptcp_subflow_context *sf,
					  struct mptcp_subflow_context *than)
{
	return !than || mpx_srtt_us(sf) < mpx_srtt_us(than);
}

/*
 * Mean deviation of the round-trip time in microseconds, RTTVAR of RFC 6298. Not
 * from tp->rttvar_us, which never goes below the least retransmission timeout.
 */
static __always_inline __u32 mpx_rttvar_us(struct mptcp_subflow_context *sf)
{
	return mpx_tcp(sf)->mdev_us >> 2;
}

/*
 * How many times in a row the retransmission timer of TCP has expired, nothing being
 * acknowledged in between. From the first one on it is open whether the path still
 * exists: not a subflow to wait for.
 */
static __always_inline __u32 mpx_timeouts(struct mptcp_subflow_context *sf)
{
	return mpx_tcp(sf)->inet_conn.icsk_retransmits;
}

/*
 * Packets in flight as TCP counts them (RFC 6675, pipe): sent, less what left
 * the network, plus what was sent again.
 */
static __always_inline __u32 mpx_in_flight(const struct tcp_sock *tp)
{
	__u32 sent = tp->packets_out + tp->retrans_out;
	__u32 left = tp->sacked_out + tp->lost_out;

	return sent > left ? sent - left : 0;
}

/* Packets that wait in the socket for the network to take them, rounded up. */
static __always_inline __u32 mpx_unsent(const struct tcp_sock *tp)
{
	__s32 bytes = tp->write_seq - tp->snd_nxt;
	__u32 mss = tp->mss_cache;

	if (bytes <= 0)
		return 0;

	return mss ? (bytes + mss - 1) / mss : 1;
}

/*
 * Packets that the congestion window still takes at once. "Available" in the
 * papers on multipath schedulers means that this is not 0. The socket's memory,
 * which the built-in scheduler goes by, holds many windows.
 */
static __always_inline __u32 mpx_cwnd_room(struct mptcp_subflow_context *sf)
{
	const struct tcp_sock *tp = mpx_tcp(sf);
	__u32 used = mpx_in_flight(tp) + mpx_unsent(tp);
	__u32 cwnd = tp->snd_cwnd;

	return cwnd > used ? cwnd - used : 0;
}

/* Can it take data now: window and socket memory? */
static __always_inline bool mpx_has_room(struct mptcp_subflow_context *sf)
{
	return mpx_cwnd_room(sf) && bpf_sk_stream_memory_free(sf);
}

/* The room of the window in bytes, for msk->snd_burst: at most what the kernel allows there. */
static __always_inline __u32 mpx_room_bytes(struct mptcp_subflow_context *sf)
{
	__u64 bytes = (__u64)mpx_cwnd_room(sf) * mpx_tcp(sf)->mss_cache;

	return min(bytes, 1ULL << 20);
}

/* Bytes of the connection that no subflow was given yet. */
static __always_inline __u64 mpx_pending(const struct mptcp_sock *msk)
{
	__s64 bytes = msk->write_seq - msk->snd_nxt;

	return bytes > 0 ? bytes : 0;
}

/* Bytes of the connection that were sent and are not acknowledged. */
static __always_inline __u64 mpx_unacked(const struct mptcp_sock *msk)
{
	__s64 bytes = msk->snd_nxt - msk->snd_una;

	return bytes > 0 ? bytes : 0;
}

#endif /* __MPTCP_BPF_SUBFLOW_BPF_H */
