/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/*
 * Which path is a subflow on? The key of maps with which users tell a policy about
 * their paths. Not part of common.bpf.h: few policies need it.
 */
#ifndef __MPTCP_BPF_PATH_BPF_H
#define __MPTCP_BPF_PATH_BPF_H

#include <bpf/bpf_endian.h>

#define MPX_PATH_ADDR	0	/* local address: IPv6, or IPv4 as ::ffff:a.b.c.d */
#define MPX_PATH_DEV	1	/* index of the interface, 32 bits of the host */
#define MPX_PATH_ID	2	/* subflow id, 32 bits of the host; 1 is the initial one */

/* What is shorter than 16 bytes is followed by zeros. */
union mpx_path {
	__u8 addr[16];
	__u32 word[4];
};

#define MPX_AF_INET6	10

/* Bound to, or of the route in use; 0: there is none yet. */
static __always_inline __u32 mpx_path_dev(const struct sock *ssk)
{
	const struct dst_entry *dst;

	if (ssk->__sk_common.skc_bound_dev_if)
		return ssk->__sk_common.skc_bound_dev_if;

	dst = bpf_core_cast(ssk->sk_dst_cache, struct dst_entry);
	return dst ? dst->dev->ifindex : 0;
}

static __always_inline void mpx_path_of(struct mptcp_subflow_context *sf, __u32 by,
					union mpx_path *path)
{
	const struct sock *ssk = sf->tcp_sock;

	path->word[0] = path->word[1] = path->word[2] = path->word[3] = 0;
	if (by == MPX_PATH_DEV) {
		path->word[0] = mpx_path_dev(ssk);
	} else if (by == MPX_PATH_ID) {
		path->word[0] = sf->subflow_id;
	} else if (ssk->__sk_common.skc_family == MPX_AF_INET6) {
		const __be32 *addr = ssk->__sk_common.skc_v6_rcv_saddr.in6_u.u6_addr32;

		path->word[0] = addr[0];
		path->word[1] = addr[1];
		path->word[2] = addr[2];
		path->word[3] = addr[3];
	} else {
		path->word[2] = bpf_htonl(0xffff);
		path->word[3] = ssk->__sk_common.skc_rcv_saddr;
	}
}

#endif /* __MPTCP_BPF_PATH_BPF_H */
