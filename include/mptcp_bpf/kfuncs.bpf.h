/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/*
 * The kernel functions of BPF packet schedulers. All of them may be called from
 * get_send and get_retrans, unless their comment says otherwise. There the
 * connection is owned by the caller or its data lock is held; the sockets of the
 * subflows are not locked.
 *
 * Those declared weak are not in every kernel: ask bpf_ksym_exists() first, or call
 * the helper of send.bpf.h that does.
 */
#ifndef __MPTCP_BPF_KFUNCS_BPF_H
#define __MPTCP_BPF_KFUNCS_BPF_H

/*
 * Walk the subflows, oldest first:
 *
 *	struct mptcp_subflow_context *sf;
 *
 *	mpx_for_each_subflow(msk, sf) { ... }
 *
 * Break and return are allowed inside. Not for nesting: one bounded pass is what
 * keeps both the verifier and the softirq short.
 */
extern int bpf_iter_mptcp_subflow_new(struct bpf_iter_mptcp_subflow *it,
				      struct sock *sk) __ksym;
extern struct mptcp_subflow_context *
bpf_iter_mptcp_subflow_next(struct bpf_iter_mptcp_subflow *it) __ksym;
extern void bpf_iter_mptcp_subflow_destroy(struct bpf_iter_mptcp_subflow *it) __ksym;

#define mpx_for_each_subflow(msk, sf)	bpf_for_each(mptcp_subflow, sf, (struct sock *)(msk))

/* The subflow of a TCP socket, for instance msk->first. NULL if it is none. */
extern struct mptcp_subflow_context *bpf_mptcp_subflow_ctx(const struct sock *sk) __ksym;

/* The TCP socket of a subflow; sf->tcp_sock is the same without a call. */
extern struct sock *
bpf_mptcp_subflow_tcp_sock(const struct mptcp_subflow_context *sf) __ksym;

/* Mark a subflow to take data, or take the mark back. */
extern void mptcp_subflow_set_scheduled(struct mptcp_subflow_context *sf, bool scheduled) __ksym;

/*
 * Can the subflow carry data: join fully established, may send, not stale? The
 * kernel drops marks on subflows for which this is false.
 */
extern bool mptcp_subflow_active(struct mptcp_subflow_context *sf) __ksym;

/* Does nothing: the kernel sets the retransmission timeout itself after each decision. */
extern void mptcp_set_timeout(struct sock *sk) __ksym;

/* First data sequence number beyond the peer's window. */
extern __u64 mptcp_wnd_end(const struct mptcp_sock *msk) __ksym;

/* Is there socket memory for more data? Says nothing about the cwnd. */
extern bool bpf_sk_stream_memory_free(const struct mptcp_subflow_context *sf) __ksym;

/* Is all that was sent on this TCP socket acknowledged? */
extern bool bpf_mptcp_subflow_queues_empty(struct sock *sk) __ksym;

/*
 * Give up: after this callback the connection goes on with the built-in scheduler,
 * and @code, of the policy's choice, is in the exit record. Counts as a fallback.
 * From init, get_send and get_retrans.
 */
extern void bpf_mptcp_policy_error(struct mptcp_sock *msk, int code) __ksym __weak;

/*
 * From get_send: if data is pending then, ask again in @usecs at the latest, however
 * silent the network is. One deadline per connection, the last call counts. Clamped
 * to [100, net.mptcp.sched_timeout]. Returns 0 or a negative errno.
 */
extern int bpf_mptcp_sched_wait(struct mptcp_sock *msk, __u32 usecs) __ksym __weak;

/*
 * From get_send: the most that @sf takes from this decision, clamped to one segment
 * and 1 MiB. msk->snd_burst bounds what all marked subflows take together.
 */
extern int bpf_mptcp_subflow_set_quota(struct mptcp_subflow_context *sf,
				       __u32 bytes) __ksym __weak;

/*
 * From get_send and subflow_event: after the callback, send up to @bytes, at most 64
 * KiB, of what is not acknowledged yet again on @sf, oldest first. -EBUSY while one
 * such request is pending, -ENOTCONN if @sf cannot carry data.
 */
extern int bpf_mptcp_reinject(struct mptcp_subflow_context *sf, __u32 bytes) __ksym __weak;

#endif /* __MPTCP_BPF_KFUNCS_BPF_H */
