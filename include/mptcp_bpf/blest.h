/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/*
 * Blocking estimation: Ferlin, Alay, Mehani, Boreli, "BLEST: Blocking
 * Estimation-based MPTCP Scheduler for Heterogeneous Networks", IFIP Networking
 * 2016, section III, equations 1 to 3.
 *
 * Plain arithmetic, for policies and for tests on the host.
 */
#ifndef __MPTCP_BPF_BLEST_H
#define __MPTCP_BPF_BLEST_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#include <stdbool.h>
#endif

/* Ratios of round-trip times, in 1/1024; beyond 1024 more makes no difference. */
#define MPX_BLEST_ONE		1024ULL
#define MPX_BLEST_MAX_RATIO	(1024 * MPX_BLEST_ONE)
#define MPX_BLEST_MAX_CWND	(1ULL << 20)

/*
 * How much lambda, in 1/1000, moves at a time: the paper leaves it open, these are
 * of its authors' implementation.
 */
#define MPX_BLEST_WORSE		40
#define MPX_BLEST_BETTER	10

struct mpx_blest_path {
	__u64 rtt_us;
	__u64 cwnd;		/* packets */
	__u64 in_flight;	/* packets */
	__u32 mss;
};

static __always_inline __u64 mpx_blest_ratio(__u64 rtt_f, __u64 rtt_s)
{
	__u64 ratio;

	if (rtt_s > 1ULL << 32)
		rtt_s = 1ULL << 32;
	ratio = rtt_s * MPX_BLEST_ONE / (rtt_f ? rtt_f : 1);
	return ratio < MPX_BLEST_MAX_RATIO ? ratio : MPX_BLEST_MAX_RATIO;
}

/*
 * Bytes that the fast path could send during one round trip of the slow one, its
 * window growing by one packet a round:
 *
 *	r = rtt_s / rtt_f						(1)
 *	X = mss_f (cwnd_f + (r - 1) / 2) r				(2)
 */
static __always_inline __u64 mpx_blest_fast_bytes(const struct mpx_blest_path *f, __u64 rtt_s)
{
	__u64 cwnd = f->cwnd < MPX_BLEST_MAX_CWND ? f->cwnd : MPX_BLEST_MAX_CWND;
	__u64 r = mpx_blest_ratio(f->rtt_us, rtt_s);
	__u64 packets2;		/* twice the packets, in 1/1024 */

	if (r < MPX_BLEST_ONE)
		r = MPX_BLEST_ONE;
	packets2 = (2 * cwnd * MPX_BLEST_ONE + r - MPX_BLEST_ONE) * r / MPX_BLEST_ONE;
	return packets2 * f->mss / (2 * MPX_BLEST_ONE);
}

/*
 * Would one more packet on the slow path @s, unacknowledged for its whole round
 * trip, keep the fast path @f from sending, for lack of window?
 *
 *	X lambda > window - mss_s (in_flight_s + 1)			(3)
 *
 * @window: the connection's send window in bytes; @lambda in 1/1000.
 */
static __always_inline bool mpx_blest_blocks(const struct mpx_blest_path *f,
					     const struct mpx_blest_path *s,
					     __u64 window, __u32 lambda)
{
	__u64 slow = s->mss * (s->in_flight < MPX_BLEST_MAX_CWND ?
			       s->in_flight + 1 : MPX_BLEST_MAX_CWND);
	__u64 left;

	if (s->rtt_us <= f->rtt_us)
		return false;

	left = window > slow ? window - slow : 0;
	if (left > 1ULL << 50)
		return false;
	return mpx_blest_fast_bytes(f, s->rtt_us) * lambda > left * 1000;
}

/* The next lambda: blocked in spite of the estimate, or not, since the last one. */
static __always_inline __u32 mpx_blest_lambda(__u32 lambda, bool blocked, __u32 least, __u32 most)
{
	if (blocked)
		lambda += MPX_BLEST_WORSE;
	else
		lambda -= lambda < MPX_BLEST_BETTER ? lambda : MPX_BLEST_BETTER;
	return lambda < least ? least : lambda > most ? most : lambda;
}

#endif /* __MPTCP_BPF_BLEST_H */
