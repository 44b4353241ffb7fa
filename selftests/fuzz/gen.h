/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/*
 * Inside gen_policy: the state of the generator, and what its parts offer each other. A program is
 * printed while it is made up, so every choice depends on the ones before it.
 */
#ifndef FUZZ_GEN_H
#define FUZZ_GEN_H

#include "seed.h"

#define MAX_WALKS	3	/* walks over the subflows inside each other */
#define MAX_INDENT	6
#define MAX_SCORES	2

enum callback { CB_INIT, CB_SEND, CB_RETRANS, CB_EVENT, CB_RELEASE, CB_EXIT };

/* How much a policy makes an effort. */
enum manners { SANE, CARELESS, HOSTILE };

struct gen {
	struct rand rand;
	enum manners manners;

	/* what this policy has */
	bool msk_storage, subflow_storage, array, hash, percpu, ringbuf, timer, locked;
	bool errors, burns, callback_loop, waits, quotas, reinjects;
	unsigned int scores;

	/* where we are */
	enum callback callback;
	bool sleepable;
	bool scoring;		/* in a function that gets one subflow, "sf0", and no connection */
	unsigned int given;	/* sf0 is what the callback is about: not to leave by break */
	unsigned int walks;	/* sf0 .. are valid, the given one included */
	unsigned int counts;	/* i0 .. are valid */
	unsigned int indent;
	int budget;		/* statements left for this callback */
};

static inline bool gen_percent(struct gen *g, unsigned int percent)
{
	return rand_percent(&g->rand, percent);
}

static inline unsigned int gen_below(struct gen *g, unsigned int n)
{
	return rand_below(&g->rand, n);
}

/* Does this callback decide, and so may call the functions for that? */
static inline bool gen_decides(const struct gen *g)
{
	return g->callback == CB_SEND || g->callback == CB_RETRANS;
}

/* May this callback look at the subflows? */
static inline bool gen_looks(const struct gen *g)
{
	return gen_decides(g) || g->callback == CB_EVENT;
}

/* One line of the program, indented. */
void line(struct gen *g, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same, to be continued */
void start(struct gen *g, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Opens a block after what was printed, and closes it. */
void block_begin(struct gen *g);
void block_end(struct gen *g);

/* A __u64; @depth bounds its size. */
void expr(struct gen *g, unsigned int depth);
/* Something that is true or false. */
void cond(struct gen *g, unsigned int depth);
/* A number to compare with, to shift by or to write where it does not belong. */
void constant(struct gen *g);

/* Up to @n random statements, as far as the budget goes. */
void statements(struct gen *g, unsigned int n);
/* Gives up, takes its time or sends again, if it is one that does. */
void mischief(struct gen *g);
/* Which subflows does the callback mark? */
void picker(struct gen *g);

#endif
