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

/* The same in bytes, for msk->snd_burst: at most what the kernel allows there. */
static __always_inline __u32 mpx_room_bytes(struct mptcp_subflow_context *sf)
{
	__u64 bytes = (__u64)mpx_cwnd_room(sf) * mpx_tcp(sf)->mss_cache;

	return min(bytes, 1ULL << 20);
}

#endif /* __MPTCP_BPF_SUBFLOW_BPF_H */
