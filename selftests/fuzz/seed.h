/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/*
 * What is derived from a seed, by the generator of policies and by the program that runs them: they
 * never talk to each other.
 */
#ifndef FUZZ_SEED_H
#define FUZZ_SEED_H

#include <stdbool.h>
#include <stdint.h>

/* Streams of one seed that do not depend on each other. */
enum rand_stream { RAND_POLICY, RAND_UNSAFE, RAND_RUN };

struct rand {
	uint64_t state;
};

/* splitmix64 */
static inline uint64_t rand_next(struct rand *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static inline void rand_init(struct rand *r, uint64_t seed, enum rand_stream stream)
{
	r->state = seed;
	r->state = rand_next(r) ^ stream;
	r->state = rand_next(r);
}

/* 0 .. @n - 1 */
static inline uint32_t rand_below(struct rand *r, uint32_t n)
{
	return (rand_next(r) >> 32) * n >> 32;
}

static inline uint32_t rand_between(struct rand *r, uint32_t low, uint32_t high)
{
	return low + rand_below(r, high - low + 1);
}

static inline bool rand_percent(struct rand *r, unsigned int percent)
{
	return rand_below(r, 100) < percent;
}

#define RAND_ARRAY(r, array)	((array)[rand_below(r, sizeof(array) / sizeof((array)[0]))])

#define UNSAFE_PERCENT	4

/* Some policies do what the verifier must refuse. Which of @kinds, or -1. */
static inline int seed_unsafe(uint64_t seed, unsigned int kinds)
{
	struct rand r;

	rand_init(&r, seed, RAND_UNSAFE);
	return rand_percent(&r, UNSAFE_PERCENT) ? (int)rand_below(&r, kinds) : -1;
}

#endif
