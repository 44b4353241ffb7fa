/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/* Verdicts of get_send, on kernels with and without the finer functions for them. */
#ifndef __MPTCP_BPF_SEND_BPF_H
#define __MPTCP_BPF_SEND_BPF_H

/*
 * @sf sends up to @bytes, then ask again. Where the kernel knows no quotas it ends at
 * the next boundary of what it keeps data in, up to 32 KiB later.
 */
static __always_inline int mpx_send(struct mptcp_sock *msk, struct mptcp_subflow_context *sf,
				    __u32 bytes)
{
	if (bpf_ksym_exists(bpf_mptcp_subflow_set_quota))
		bpf_mptcp_subflow_set_quota(sf, bytes);
	msk->snd_burst = min(bytes, 1U << 20);
	mptcp_subflow_set_scheduled(sf, true);
	return 0;
}

/*
 * @sf sends what its congestion window has room for now, and has one segment more: TCP
 * lets the window grow only while there is something that it holds back (RFC 2861).
 */
static __always_inline int mpx_send_room(struct mptcp_sock *msk, struct mptcp_subflow_context *sf)
{
	return mpx_send(msk, sf, mpx_room_bytes(sf) + mpx_tcp(sf)->mss_cache);
}

/* Nothing now, but ask again in @usecs at the latest, where the kernel knows deadlines. */
static __always_inline int mpx_wait(struct mptcp_sock *msk, __u32 usecs)
{
	if (bpf_ksym_exists(bpf_mptcp_sched_wait))
		bpf_mptcp_sched_wait(msk, usecs);
	return -EAGAIN;
}

/*
 * Nothing now, but ask again when this is over which @sf is waited for: one round trip
 * with its deviation, when an acknowledgement that is to come has come. Acknowledgements
 * ask again themselves; the deadline is for those that do not come.
 */
static __always_inline int mpx_wait_for(struct mptcp_sock *msk, struct mptcp_subflow_context *sf)
{
	return mpx_wait(msk, mpx_srtt_us(sf) + 4 * mpx_rttvar_us(sf));
}

#endif /* __MPTCP_BPF_SEND_BPF_H */
