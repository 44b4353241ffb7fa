// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much memory does data take that arrived but waits for what is missing in front of it? Looked
 * at each time a subflow had something for an MPTCP connection: while its out-of-order queue is not
 * empty, all that it is charged for. The receiver reads at once, so that nothing else is in it.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

#include "ofo.h"

char _license[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ofo);
} ofo SEC(".maps");

SEC("fexit/mptcp_data_ready")
int BPF_PROG(ofo_sample, struct sock *sk, struct sock *ssk)
{
	struct mptcp_sock *msk = bpf_core_cast(sk, struct mptcp_sock);
	__u32 key = 0;
	struct ofo *o = bpf_map_lookup_elem(&ofo, &key);
	__s64 bytes = 0;

	if (!o)
		return 0;
	if (msk->out_of_order_queue.rb_node)
		bytes = sk->sk_backlog.rmem_alloc.counter - msk->rmem_released;
	if (bytes < 0)
		bytes = 0;
	if (bytes > (__s64)o->peak)
		o->peak = bytes;
	o->sum += bytes;
	o->samples++;
	return 0;
}
