// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * Do the formulas of the policies give what their papers say? The expected values
 * are worked out by hand, beside each.
 */
#include <string.h>

#include <mptcp_bpf/blest.h>
#include <mptcp_bpf/ecf.h>
#include <mptcp_bpf/sttf.h>
#include <mptcp_bpf/wrr.h>

#include "unit.h"

#define HUGE	(~(__u64)0)

/* ---- ECF ---- */

static bool ecf(struct mpx_ecf_path f, struct mpx_ecf_path s, __u64 k, bool *waiting)
{
	return mpx_ecf_wait(&f, &s, k, 25, waiting);
}

Test(ecf, table)
{
	static const struct {
		struct mpx_ecf_path f, s;
		__u64 k;
		bool was, wait, is;	/* waiting: before, the answer, after */
	} t[] = {
		/* (1 + 10000/10000) 10 = 20 < 100; 1 * 100 >= 20: wait */
		{ { 10000, 0, 10000 }, { 100000, 0, 10000 }, 10000, false, true, true },
		/* 11 * 10 = 110 >= 100: much is queued, both are needed */
		{ { 10000, 0, 10000 }, { 100000, 0, 10000 }, 100000, false, false, false },
		/* the same after a wait: 110 < 125, and 10 * 100 >= 20 */
		{ { 10000, 0, 10000 }, { 100000, 0, 10000 }, 100000, true, true, true },
		/* 12.5 * 10 = 125 is not < 125 */
		{ { 10000, 0, 10000 }, { 100000, 0, 10000 }, 115000, true, false, false },
		/* 12.4999 * 10 < 125 */
		{ { 10000, 0, 10000 }, { 100000, 0, 10000 }, 114999, true, true, true },
		/* (1 + 0.19) 10 < 100, but 0.19 * 100 = 19 < 20: s ends sooner */
		{ { 10000, 0, 10000 }, { 100000, 0, 10000 }, 1900, false, false, false },
		/* the second inequality leaves the hysteresis alone */
		{ { 10000, 0, 10000 }, { 100000, 0, 10000 }, 1900, true, false, true },
		/* 0.2 * 100 = 20 >= 20 */
		{ { 10000, 0, 10000 }, { 100000, 0, 10000 }, 2000, false, true, true },
		/* equal paths: (1 + 1) 10 >= 10 */
		{ { 10000, 0, 10000 }, { 10000, 0, 10000 }, 10000, false, false, false },
		/* deviation 15 on either: 20 < 10 + 15, but 1 * 10 < 20 + 15 */
		{ { 10000, 15000, 10000 }, { 10000, 0, 10000 }, 10000, false, false, false },
		{ { 10000, 0, 10000 }, { 10000, 15000, 10000 }, 10000, true, false, true },
		/* deviation 5: 20 < 25 + 5; 20000/10000 * 25 = 50 >= 20 + 5, with k / cwnd_f = 1 */
		{ { 10000, 5000, 20000 }, { 25000, 1000, 10000 }, 20000, false, true, true },
		/* nothing queued: 10 < 100, but 0 < 20 */
		{ { 10000, 0, 10000 }, { 100000, 0, 10000 }, 0, false, false, false },
		/* no sample of f yet: 0 < 100, and anything >= 0 */
		{ { 0, 0, 10000 }, { 100000, 0, 10000 }, 1, false, true, true },
		/* no sample at all: 0 < 0 is false */
		{ { 0, 0, 0 }, { 0, 0, 0 }, 0, true, false, false },
		/* an empty window counts as one byte: (1 + 10) 10 >= 100 */
		{ { 10000, 0, 0 }, { 100000, 0, 10000 }, 10, false, false, false },
		/* huge values end at their limits instead of wrapping */
		{ { 10000, 0, HUGE }, { HUGE, HUGE, 1 }, HUGE, false, true, true },
		{ { HUGE, 0, 1 }, { HUGE, HUGE, HUGE }, HUGE, true, false, false },
		/* 2 < 1.25 (1 + 1), but 1 < 2 + 1 */
		{ { HUGE, HUGE, HUGE }, { HUGE, HUGE, HUGE }, HUGE, true, false, true },
	};
	bool waiting;
	size_t i;

	for (i = 0; i < mpx_array_size(t); i++) {
		waiting = t[i].was;
		cr_assert_eq(ecf(t[i].f, t[i].s, t[i].k, &waiting), t[i].wait, "row %zu", i);
		cr_assert_eq(waiting, t[i].is, "row %zu: waiting", i);
	}
}

static long double least(__u64 a, __u64 b)
{
	return a < b ? a : b;
}

/* No product wraps at the corners of what the clamps let through. */
Test(ecf, corners)
{
	static const __u64 us[] = { 0, 1, MPX_ECF_MAX_US - 1, MPX_ECF_MAX_US, HUGE };
	static const __u64 bytes[] = { 0, 1, MPX_ECF_MAX_BYTES - 1, MPX_ECF_MAX_BYTES, HUGE };
	size_t n;

	for (n = 0; n < 5 * 5 * 5 * 5 * 5; n++) {
		size_t i = n % 5, j = n / 5 % 5, k = n / 25 % 5, l = n / 125 % 5, m = n / 625;
		struct mpx_ecf_path f = { us[i], 0, bytes[k] };
		struct mpx_ecf_path s = { us[j], us[m], bytes[m] };
		long double rf = least(us[i], us[3]), rs = least(us[j], us[3]);
		long double cf = least(bytes[k] ? bytes[k] : 1, bytes[3]);
		long double cs = least(bytes[m] ? bytes[m] : 1, bytes[3]);
		long double d = least(us[m], us[3]), q = least(bytes[l], bytes[3]);
		bool waiting = true, want;

		want = (cf + q) * rf < 1.25L * (rs + d) * cf && q * rs >= (2 * rf + d) * cs;
		cr_assert_eq(ecf(f, s, bytes[l], &waiting), want, "%zu", n);
	}
}

/* ---- BLEST ---- */

Test(blest, ratio)
{
	cr_assert_eq(mpx_blest_ratio(10000, 10000), 1024);
	cr_assert_eq(mpx_blest_ratio(10000, 25000), 2560);
	cr_assert_eq(mpx_blest_ratio(20000, 10000), 512);
	cr_assert_eq(mpx_blest_ratio(0, 1000), 1024 * 1000, "no sample: 1 us");
	cr_assert_eq(mpx_blest_ratio(1, HUGE), MPX_BLEST_MAX_RATIO);
	cr_assert_eq(mpx_blest_ratio(HUGE, HUGE), 0);
}

Test(blest, fast_bytes)
{
	struct mpx_blest_path f = { .rtt_us = 10000, .cwnd = 10, .mss = 1000 };

	cr_assert_eq(mpx_blest_fast_bytes(&f, 10000), 10000, "r = 1: 10 * 1");
	cr_assert_eq(mpx_blest_fast_bytes(&f, 30000), 33000, "r = 3: (10 + 1) 3");
	cr_assert_eq(mpx_blest_fast_bytes(&f, 25000), 26875, "r = 2.5: (10 + 0.75) 2.5");
	cr_assert_eq(mpx_blest_fast_bytes(&f, 5000), 10000, "never less than a round of its own");
	f.cwnd = 0;
	cr_assert_eq(mpx_blest_fast_bytes(&f, 30000), 3000, "(0 + 1) 3");
	f.cwnd = HUGE;
	f.mss = 65535;
	/* (2^20 + 1023/2) 2^10 * 65535 */
	cr_assert_eq(mpx_blest_fast_bytes(&f, HUGE), ((1ULL << 21) + 1023) * 512 * 65535);
}

Test(blest, blocks)
{
	struct mpx_blest_path f = { .rtt_us = 10000, .cwnd = 10, .mss = 1000 };
	struct mpx_blest_path s = { .rtt_us = 30000, .in_flight = 4, .mss = 1000 };

	/* X = 33000; the slow path would hold 5000 of the window */
	cr_assert(!mpx_blest_blocks(&f, &s, 38000, 1000), "33000 is not > 33000");
	cr_assert(mpx_blest_blocks(&f, &s, 37999, 1000), "33000 > 32999");
	cr_assert(mpx_blest_blocks(&f, &s, 38000, 1001), "33033 > 33000");
	cr_assert(!mpx_blest_blocks(&f, &s, 47900, 1300), "42900 is not > 42900");
	cr_assert(mpx_blest_blocks(&f, &s, 47899, 1300));
	cr_assert(mpx_blest_blocks(&f, &s, 0, 1000), "no window");
	cr_assert(mpx_blest_blocks(&f, &s, 5000, 1000), "no window left");

	s.rtt_us = 10000;
	cr_assert(!mpx_blest_blocks(&f, &s, 0, 1000), "not the slower one");
	s.rtt_us = HUGE;
	s.in_flight = HUGE;
	s.mss = 65535;
	cr_assert(mpx_blest_blocks(&f, &s, 1ULL << 30, 1300));
	cr_assert(!mpx_blest_blocks(&f, &s, HUGE, 1300));
	f.rtt_us = 0;
	f.cwnd = HUGE;
	f.mss = 65535;
	cr_assert(mpx_blest_blocks(&f, &s, 1ULL << 46, 1300));
	cr_assert(!mpx_blest_blocks(&f, &s, HUGE, 1300), "more window than anything could fill");
}

Test(blest, lambda)
{
	cr_assert_eq(mpx_blest_lambda(1200, true, 1000, 1300), 1240);
	cr_assert_eq(mpx_blest_lambda(1200, false, 1000, 1300), 1190);
	cr_assert_eq(mpx_blest_lambda(1270, true, 1000, 1300), 1300);
	cr_assert_eq(mpx_blest_lambda(1005, false, 1000, 1300), 1000);
	cr_assert_eq(mpx_blest_lambda(0, false, 1000, 1300), 1000, "none yet");
	cr_assert_eq(mpx_blest_lambda(5, false, 0, 1300), 0, "does not wrap");
	cr_assert_eq(mpx_blest_lambda(20, true, 0, 30), 30);
}

/* ---- STTF ---- */

Test(sttf, table)
{
	static const struct {
		__u64 rtt, cwnd, used, queue, us;
	} t[] = {
		{ 20000, 10, 0, 1, 10000 },
		{ 20000, 10, 0, 10, 10000 },	/* just fits */
		{ 20000, 10, 9, 1, 10000 },
		{ 20000, 10, 0, 11, 30000 },	/* 1 over: a round */
		{ 20000, 10, 10, 1, 30000 },
		{ 20000, 10, 10, 10, 30000 },	/* 10 over: still one */
		{ 20000, 10, 10, 11, 50000 },	/* 11 over: two */
		{ 20000, 10, 25, 1, 50000 },	/* 16 over: two */
		{ 20000, 10, 5, 105, 210000 },	/* 100 over: ten */
		{ 20001, 10, 0, 1, 10000 },
		{ 0, 10, 0, 100, 0 },		/* no sample yet */
		{ 20000, 0, 0, 0, 10000 },
		{ 20000, 0, 0, 3, 50000 },	/* no window counts as one packet: 2 over */
		{ HUGE, HUGE, HUGE, 0, 1ULL << 30 },
		/* (2^31 + 2^31 - 1) rounds of 2^31 us */
		{ HUGE, 1, HUGE, HUGE, ((1ULL << 32) - 1) * (1ULL << 31) + (1ULL << 30) },
	};
	size_t i;

	for (i = 0; i < mpx_array_size(t); i++)
		cr_assert_eq(mpx_sttf_us(t[i].rtt, t[i].cwnd, t[i].used, t[i].queue), t[i].us,
			     "row %zu", i);
}

/* ---- weighted round robin ---- */

/* Turns of @bytes to paths of these weights, as a string of letters. */
static void turns(const __u32 *weights, int n, __u32 bytes, char *out, size_t len)
{
	__u64 vtime[8] = { 0 };
	size_t i;
	int p, best;

	for (i = 0; i < len; i++) {
		for (p = 1, best = 0; p < n; p++)
			if (mpx_wrr_turn(vtime[p], bytes, weights[p]) <
			    mpx_wrr_turn(vtime[best], bytes, weights[best]))
				best = p;
		vtime[best] += mpx_wrr_charge(bytes, weights[best]);
		out[i] = 'a' + best;
	}
	out[len] = '\0';
}

Test(wrr, order)
{
	char got[32];

	turns((const __u32[]){ 1, 1 }, 2, 1 << 14, got, 6);
	cr_assert_str_eq(got, "ababab");
	/* quotients of Sainte-Lague, 3 : 1: 3 1 .6 .43 | 1 .33; ties to the first */
	turns((const __u32[]){ 3, 1 }, 2, 3 << 12, got, 8);
	cr_assert_str_eq(got, "aabaaaba");
	/* 5 : 1 : 1, quotients 5 1.67 1 .71 .56 .45 | 1 .33 | 1 .33 */
	turns((const __u32[]){ 5, 1, 1 }, 3, 5 << 12, got, 7);
	cr_assert_str_eq(got, "aaabcaa");
	turns((const __u32[]){ 1, 1, 1, 1 }, 4, 1 << 14, got, 8);
	cr_assert_str_eq(got, "abcdabcd");
}

/* At any time, each path is less than a turn away from its share. */
Test(wrr, shares)
{
	static const __u32 weights[][4] = {
		{ 3, 1 }, { 7, 5, 3, 2 }, { 100, 1, 1, 1 }, { 1, 1, 1 },
	};
	__u32 sum, n[4];
	char got[1001];
	size_t i, j, p;
	double share;

	for (i = 0; i < mpx_array_size(weights); i++) {
		for (sum = 0, p = 0; p < 4 && weights[i][p]; p++)
			sum += weights[i][p];
		turns(weights[i], (int)p, 16384, got, 1000);
		memset(n, 0, sizeof(n));
		for (j = 0; j < 1000; j++) {
			n[got[j] - 'a']++;
			for (p = 0; p < 4; p++) {
				share = (double)(j + 1) * weights[i][p] / sum;
				cr_assert(n[p] < share + 1.5 && n[p] > share - 1.5,
					  "set %zu, turn %zu: path %zu", i, j, p);
			}
		}
	}
}

Test(wrr, values)
{
	cr_assert_eq(mpx_wrr_charge(0, 1), 0);
	cr_assert_eq(mpx_wrr_charge(100, 1), 100 << 16);
	cr_assert_eq(mpx_wrr_charge(100, 50), 2 << 16);
	cr_assert_eq(mpx_wrr_charge(1, 65535), 1);
	cr_assert_eq(mpx_wrr_charge(~0U, 1), 0xffffffffULL << 16);
	cr_assert_eq(mpx_wrr_charge(100, 0), 100 << 16, "not divided by zero");

	/* what a path is ahead is told in bytes of its own: 3 times as many at weight 3 */
	cr_assert_eq(mpx_wrr_ahead(mpx_wrr_charge(3000, 3), 0, 3), 3000);
	cr_assert_eq(mpx_wrr_ahead(mpx_wrr_charge(3000, 1), mpx_wrr_charge(1000, 1), 1), 2000);
	cr_assert_eq(mpx_wrr_ahead(mpx_wrr_charge(1000, 1), mpx_wrr_charge(3000, 1), 1), 0);
	cr_assert_eq(mpx_wrr_ahead(HUGE, 0, ~0U), (1ULL << 47) / 65536 * 65535);
}
