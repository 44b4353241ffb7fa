/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What snapshot.bpf.c writes: private to it and to loader/lib/snapshot.c. */
#ifndef MPX_SNAPSHOT_H
#define MPX_SNAPSHOT_H

/* One subflow's connection. Addresses are those of its first subflow, in network order. */
struct mpx_snap_record {
	__u32 token;
	__u16 family;
	__u16 local_port;	/* in host order */
	__u16 remote_port;	/* in network order */
	__u16 pad;
	__u8 local[16];		/* of IPv4 the first four bytes */
	__u8 remote[16];
};

_Static_assert(sizeof(struct mpx_snap_record) == 44, "one layout on both sides");

#endif /* MPX_SNAPSHOT_H */
