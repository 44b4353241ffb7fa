/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/*
 * What waits in receivers' out-of-order queues, between ofo.bpf.c and who reads it.
 */
#ifndef BENCH_OFO_H
#define BENCH_OFO_H

struct ofo {
	__u64 peak;	/* bytes of memory, as the receive buffer counts them */
	__u64 sum;	/* over all samples: one each time a subflow has data */
	__u64 samples;
};

#endif
