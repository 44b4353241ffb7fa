/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/*
 * What every random policy notes while it runs, in its map ".data.fuzz". The types are those of
 * <linux/types.h>, or of vmlinux.h.
 */
#ifndef FUZZ_STATS_H
#define FUZZ_STATS_H

#define FUZZ_STATS_MAP	".data.fuzz"

struct fuzz_stats {
	__u64 sends, retranses, events;	/* calls of a callback */
	__u64 inits, releases, exits;
	__u64 counted;			/* does it have both init and release? */
	__u64 no_memory;		/* no storage: nothing can be said about the order */
	/* broken promises of the kernel */
	__u64 before_init, after_release, twice, bad_exit, bad_event;
	__u64 sink;			/* keeps the compiler from dropping computations */
	__u64 cell[4];
	__u64 zero;			/* and stays so, but neither compiler nor verifier know */
};

#endif
