/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/*
 * Smooth weighted round robin, counted in bytes. Each path has a virtual time: the
 * bytes it was given over its weight (Goyal, Vin, Cheng, "Start-time Fair Queuing",
 * SIGCOMM 1996, equation 5). The next turn is that of the path whose turn would have
 * its middle first. With equal turns this is the divisor method of Sainte-Lague: 5:1
 * comes out as a a a b a a, never as bursts of one path after the other, and no path is
 * ever a full turn away from its share.
 *
 * Since bytes are charged after they were sent, and not turns before, it does not
 * matter that a turn may be cut short or overrun.
 *
 * Plain arithmetic, for policies and for tests on the host.
 */
#ifndef __MPTCP_BPF_WRR_H
#define __MPTCP_BPF_WRR_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

#define MPX_WRR_SHIFT		16	/* virtual time: bytes << 16 / weight */
#define MPX_WRR_MAX_WEIGHT	65535

/* What @bytes cost a path of @weight, in virtual time. */
static __always_inline __u64 mpx_wrr_charge(__u32 bytes, __u32 weight)
{
	return ((__u64)bytes << MPX_WRR_SHIFT) / (weight ? weight : 1);
}

/* The middle of the next turn of @bytes: the least is next. */
static __always_inline __u64 mpx_wrr_turn(__u64 vtime, __u32 bytes, __u32 weight)
{
	return vtime + mpx_wrr_charge(bytes, weight) / 2;
}

/* By how many bytes of its own is a path of @weight at @vtime ahead of one at @other? */
static __always_inline __u64 mpx_wrr_ahead(__u64 vtime, __u64 other, __u32 weight)
{
	__u64 ahead = vtime > other ? vtime - other : 0;

	if (ahead > 1ULL << 47)
		ahead = 1ULL << 47;
	if (weight > MPX_WRR_MAX_WEIGHT)
		weight = MPX_WRR_MAX_WEIGHT;
	return (ahead * weight) >> MPX_WRR_SHIFT;
}

#endif /* __MPTCP_BPF_WRR_H */
