// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* Does a verifier log come down to the line and the reason? */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

TestSuite(vlog, .init = unit_log_reset);

static unsigned int lines_of(const char *text)
{
	unsigned int n = *text ? 1 : 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static const char null_deref[] =
	"arg#0 reference type('UNKNOWN ') size cannot be determined: -22\n"
	"0: R1=ctx() R10=fp0\n"
	"; int BPF_PROG(x_get_send, struct mptcp_sock *msk) @ x.bpf.c:12\n"
	"0: (79) r6 = *(u64 *)(r1 +0)          ; R1=ctx() R6_w=trusted_ptr_mptcp_sock()\n"
	"; sf = bpf_mptcp_subflow_ctx(msk->first); @ x.bpf.c:20\n"
	"1: (79) r1 = *(u64 *)(r6 +1504)       ; R1_w=ptr_sock() R6_w=trusted_ptr_mptcp_sock()\n"
	"2: (85) call bpf_mptcp_subflow_ctx#1234 ; R0_w=ptr_or_null_mptcp_subflow_context(id=1)\n"
	"; if (sf->backup) @ x.bpf.c:21\n"
	"3: (71) r1 = *(u8 *)(r0 +40)\n"
	"R0 invalid mem access 'ptr_or_null_'\n"
	"processed 4 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0\n";

Test(vlog, reason_line_and_hint)
{
	struct mpx_verdict v;

	cr_assert_eq(mpx_vlog_reduce(null_deref, "x_get_send", &v), 0);
	cr_assert_str_eq(v.reason, "R0 invalid mem access 'ptr_or_null_'");
	cr_assert_str_eq(v.where, "x.bpf.c:21: if (sf->backup)");
	cr_assert_not_null(strstr(v.hint, "NULL"));
	cr_assert_not_null(strstr(v.detail, "program: x_get_send"));
	cr_assert_not_null(strstr(v.detail, "call bpf_mptcp_subflow_ctx"));
	cr_assert_leq(lines_of(v.detail), 22, "%s", v.detail);
	free(v.detail);
}

Test(vlog, long_log_stays_short)
{
	char *log, *p;
	struct mpx_verdict v;
	int i;

	log = p = malloc(4 << 20);
	for (i = 0; i < 20000; i++)
		p += sprintf(p, "; n += i; @ loop.c:%d\n%d: (07) r1 += 1   ; R1_w=scalar()\n", i % 50, i);
	strcpy(p, "BPF program is too large. Processed 1000001 insn\n"
	       "processed 1000001 insns (limit 1000000) max_states_per_insn 32\n");
	cr_assert_eq(mpx_vlog_reduce(log, "loop", &v), 0);
	cr_assert_str_eq(v.reason, "BPF program is too large. Processed 1000001 insn");
	cr_assert_not_null(strstr(v.where, "loop.c:49"));
	cr_assert_not_null(strstr(v.hint, "bound"));
	cr_assert_leq(lines_of(v.detail), 22);
	free(v.detail);
	free(log);
}

Test(vlog, hints_of_common_cases)
{
	static const struct { const char *log, *hint; } cases[] = {
		{ "calling kernel function mptcp_set_timeout is not allowed\n", "callback" },
		{ "program of this type cannot use helper bpf_probe_read_kernel#113\n", "helper" },
		{ "cannot call GPL-restricted function from non-GPL compatible program\n", "license" },
		{ "the sequence of 8193 jumps is too complex.\n", "iterator loop" },
		{ "infinite loop detected at insn 12\n", "bound" },
		{ "R1 must be referenced or trusted\n", "trusted" },
		{ "R1 must be a rcu pointer\n", "trusted" },
		{ "attach to unsupported member get_send of struct mptcp_sched_ops\n", "must not sleep" },
	};
	struct mpx_verdict v;
	size_t i;

	for (i = 0; i < mpx_array_size(cases); i++) {
		cr_assert_eq(mpx_vlog_reduce(cases[i].log, "p", &v), 0);
		cr_assert_not_null(strstr(v.hint, cases[i].hint), "%s -> '%s'", cases[i].log, v.hint);
		free(v.detail);
	}
}

Test(vlog, cut_at_the_front)
{
	struct mpx_verdict v;

	/* the kernel keeps the end of a log that does not fit */
	cr_assert_eq(mpx_vlog_reduce(strstr(null_deref, "+1504"), "x", &v), 0);
	cr_assert_str_eq(v.reason, "R0 invalid mem access 'ptr_or_null_'");
	free(v.detail);
}

Test(vlog, nothing_to_tell)
{
	struct mpx_verdict v;

	cr_assert_eq(mpx_vlog_reduce("", "p", &v), -ENODATA);
	cr_assert_eq(mpx_vlog_reduce("processed 0 insns (limit 1000000)\n", "p", &v), -ENODATA);
	cr_assert_eq(mpx_vlog_reduce("\n\n\n", "p", &v), -ENODATA);
}

Test(vlog, any_bytes)
{
	unsigned int seed = 5, round, i;
	struct mpx_verdict v;
	char log[400];

	for (round = 0; round < 3000; round++) {
		for (i = 0; i < sizeof(log) - 1; i++) {
			unsigned int r = unit_random(&seed);

			log[i] = (r & 7) ? "; @:0123456789R=\n() x"[r / 8 % 21] : (char)(r >> 8);
			if (!log[i])
				log[i] = '\n';
		}
		log[i] = '\0';
		if (!mpx_vlog_reduce(log, "p", &v))
			free(v.detail);
	}
}
