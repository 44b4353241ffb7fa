/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/*
 * How many calls took how many instructions, between decisions.bpf.c and decisions.c.
 */
#ifndef BENCH_DECISIONS_H
#define BENCH_DECISIONS_H

#define COST_MAX	16384

enum cost_kind {
	COST_EMPTY,	/* a function that does nothing: what measuring itself takes */
	COST_PICK,	/* a decision that chose a subflow */
	COST_WAIT,	/* one that chose none */
	COST_KINDS,
};

#define COST_MAP	"costs"

struct costs {
	__u32 calls[COST_KINDS][COST_MAX];	/* the last one of a row: that many or more */
};

#endif
