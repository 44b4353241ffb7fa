// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * snapshot: the addresses of MPTCP connections. The kernel has no iterator over
 * connections, so this walks the TCP sockets of a network namespace, and writes
 * for each subflow whose it is. A connection is written once for each of its
 * subflows; one without any is not seen.
 *
 * It is part of libmptcp-ext (loader/lib/snapshot.c). All it needs is in mainline.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "snapshot.h"

#define AF_INET6	10

char _license[] SEC("license") = "Dual BSD/GPL";

/*
 * The iterator holds the socket's lock, which keeps the subflow and its connection.
 * bpf_skc_to_mptcp_sock() would do the same, but takes no pointer of an iterator.
 */
static __always_inline struct sock *connection_of(struct tcp_sock *tp)
{
	struct mptcp_subflow_context *sf = tp->inet_conn.icsk_ulp_data;

	return tp->is_mptcp && sf ? BPF_CORE_READ(sf, conn) : NULL;
}

static __always_inline void read_addresses(struct mpx_snap_record *rec, struct sock *sk)
{
	rec->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	rec->local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
	rec->remote_port = BPF_CORE_READ(sk, __sk_common.skc_dport);
	if (rec->family == AF_INET6) {
		bpf_core_read(rec->local, sizeof(rec->local), &sk->__sk_common.skc_v6_rcv_saddr);
		bpf_core_read(rec->remote, sizeof(rec->remote), &sk->__sk_common.skc_v6_daddr);
	} else {
		bpf_core_read(rec->local, 4, &sk->__sk_common.skc_rcv_saddr);
		bpf_core_read(rec->remote, 4, &sk->__sk_common.skc_daddr);
	}
}

SEC("iter/tcp")
int snapshot(struct bpf_iter__tcp *ctx)
{
	struct sock_common *skc = ctx->sk_common;
	struct mpx_snap_record rec = {};
	struct tcp_sock *tp;
	struct sock *sk;

	/* NULL ends the walk. */
	if (!skc)
		return 0;
	tp = bpf_skc_to_tcp_sock(skc);
	sk = tp ? connection_of(tp) : NULL;
	if (!sk)
		return 0;
	/* Listeners have no token. */
	rec.token = BPF_CORE_READ((struct mptcp_sock *)sk, token);
	if (!rec.token)
		return 0;
	read_addresses(&rec, sk);
	bpf_seq_write(ctx->meta->seq, &rec, sizeof(rec));
	return 0;
}
