/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/*
 * Shortest Transfer Time First: Hurtig, Grinnemo, Brunstrom, Ferlin, Alay, Kuhn,
 * "Low-Latency Scheduling in MPTCP", IEEE/ACM Transactions on Networking 27(1),
 * 2019, section III.
 *
 * Plain arithmetic, for policies and for tests on the host.
 */
#ifndef __MPTCP_BPF_STTF_H
#define __MPTCP_BPF_STTF_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

#define MPX_STTF_MAX_US		(1ULL << 31)
#define MPX_STTF_MAX_PACKETS	(1ULL << 31)

/*
 * When has the last of @queue packets arrived, in us from now, on a path of which
 * the congestion window @cwnd has @used already taken? In rtt / 2 if they fit, else
 * after the whole rounds that drain what does not fit, and rtt / 2. The window is
 * taken to stay as it is.
 */
static __always_inline __u64 mpx_sttf_us(__u64 rtt_us, __u64 cwnd, __u64 used, __u64 queue)
{
	__u64 rounds;

	rtt_us = rtt_us < MPX_STTF_MAX_US ? rtt_us : MPX_STTF_MAX_US;
	cwnd = cwnd < MPX_STTF_MAX_PACKETS ? cwnd : MPX_STTF_MAX_PACKETS;
	used = used < MPX_STTF_MAX_PACKETS ? used : MPX_STTF_MAX_PACKETS;
	queue = queue < MPX_STTF_MAX_PACKETS ? queue : MPX_STTF_MAX_PACKETS;
	if (used + queue <= cwnd)
		return rtt_us / 2;

	if (!cwnd)
		cwnd = 1;
	rounds = (used + queue - 1) / cwnd;
	return rounds * rtt_us + rtt_us / 2;
}

#endif /* __MPTCP_BPF_STTF_H */
