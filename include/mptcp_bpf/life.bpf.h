/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/*
 * Is a path alive? TCP says so after its retransmission timeout, 200 ms at the least,
 * and the kernel calls it stale after several. Who cannot wait for that looks for signs
 * of life at each decision. Not part of common.bpf.h: few policies need it.
 */
#ifndef __MPTCP_BPF_LIFE_BPF_H
#define __MPTCP_BPF_LIFE_BPF_H

/* Of one subflow, zero at first: in socket storage. */
struct mpx_life {
	__u64 since_ns;		/* the last sign of life, or nothing was to be expected */
	__u32 delivered;
};

/*
 * In how many microseconds will it be silent for longer than its round trips explain, and
 * @slack_us? 0: it is. Selective acknowledgements count as signs of life. @slack_us has to
 * cover the delay of acknowledgements, which is 40 ms in Linux.
 */
static __always_inline __u32 mpx_silent_in(struct mptcp_subflow_context *sf, struct mpx_life *life,
					   __u32 slack_us, __u64 now)
{
	const struct tcp_sock *tp = mpx_tcp(sf);
	__u32 delivered = tp->delivered;
	__u64 limit_us, us;

	if (delivered != life->delivered || !tp->packets_out || !life->since_ns) {
		life->delivered = delivered;
		life->since_ns = now;
	}
	if (mpx_timeouts(sf))
		return 0;

	limit_us = (__u64)mpx_srtt_us(sf) + 4 * mpx_rttvar_us(sf) + slack_us;
	us = (now - life->since_ns) / 1000;
	return us < limit_us ? limit_us - us : 0;
}

#endif /* __MPTCP_BPF_LIFE_BPF_H */
