// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * Random expressions: constants, variables, fields of the connection, of a subflow and of its TCP
 * socket, answers of functions, and operators on them. All are __u64: there is no undefined
 * behaviour that the compiler could turn into something else.
 */
#include <inttypes.h>
#include <stdio.h>

#include "gen.h"

static const char * const msk_fields[] = {
	"write_seq", "bytes_sent", "snd_nxt", "bytes_received", "ack_seq", "bytes_retrans",
	"rmem_fwd_alloc", "snd_burst", "old_wspace", "recovery_snd_nxt", "bytes_acked", "snd_una",
	"wnd_end", "timer_ival", "token", "flags", "recovery", "can_ack", "fully_established",
	"snd_data_fin_enable", "csum_enabled", "cork", "nodelay", "fastclosing", "pm.subflows",
	"pm.server_side", "rcvq_space.rtt_us", "subflow_id", "scaling_ratio",
};

static const char * const subflow_fields[] = {
	"avg_pacing_rate", "rel_write_seq", "map_seq", "token", "backup", "request_bkup", "mp_join",
	"stale", "closing", "disposable", "scheduled", "fully_established", "stale_count",
	"subflow_id", "delegated_status", "fail_tout", "local_id", "remote_id", "snd_isn",
	"stale_rcv_tstamp", "reset_seen", "data_avail",
};

static const char * const sock_fields[] = {
	"sk_wmem_queued", "sk_pacing_rate", "sk_sndbuf", "sk_rcvbuf", "sk_forward_alloc", "sk_err",
	"sk_shutdown", "sk_max_pacing_rate", "sk_tsq_flags", "__sk_common.skc_state",
	"__sk_common.skc_num", "sk_mark", "sk_priority",
};

static const char * const tcp_fields[] = {
	"srtt_us", "rttvar_us", "snd_cwnd", "packets_out", "retrans_out", "lost_out", "sacked_out",
	"snd_ssthresh", "write_seq", "snd_una", "snd_nxt", "mss_cache", "rcv_tstamp", "bytes_acked",
	"total_retrans", "is_cwnd_limited", "rate_delivered", "snd_wnd", "delivered",
};

static const char * const helpers[] = {
	"bpf_get_prandom_u32()", "bpf_ktime_get_ns()", "bpf_jiffies64()",
	"bpf_get_smp_processor_id()",
};

/* The subflow's variable goes between the two. */
struct about_subflow {
	const char *before, *after;
};

static const struct about_subflow figures[] = {
	{ "mptcp_subflow_active(", ")" }, { "bpf_sk_stream_memory_free(", ")" },
	{ "mpx_cwnd_room(", ")" }, { "mpx_srtt_us(", ")" }, { "mpx_is_backup(", ")" },
	{ "mpx_room_bytes(", ")" }, { "bpf_mptcp_subflow_queues_empty(", "->tcp_sock)" },
};

static const struct about_subflow questions[] = {
	{ "mptcp_subflow_active(", ")" }, { "mptcp_subflow_active(", ")" },
	{ "bpf_sk_stream_memory_free(", ")" }, { "mpx_cwnd_room(", ")" },
	{ "!mpx_is_backup(", ")" }, { "mpx_is_backup(", ")" }, { "!", "->stale" },
	{ "!", "->closing" }, { "", "->fully_established" }, { "!", "->scheduled" },
	{ "", "->local_id" }, { "bpf_mptcp_subflow_queues_empty(", "->tcp_sock)" },
};

static void about_subflow(struct gen *g, const struct about_subflow *what)
{
	printf("%ssf%u%s", what->before, gen_below(g, g->walks), what->after);
}

void constant(struct gen *g)
{
	static const uint64_t edges[] = {
		0, 1, 2, 3, 7, 16, 100, 536, 1000, 1400, 1460, 4096, 65428, 65535, 65536, 1 << 20,
		(1 << 20) + 1, INT32_MAX, (uint64_t)INT32_MAX + 1, UINT32_MAX,
		(uint64_t)UINT32_MAX + 1, INT64_MAX, (uint64_t)INT64_MAX + 1, UINT64_MAX,
	};
	uint64_t value = RAND_ARRAY(&g->rand, edges);

	if (gen_percent(g, 20))
		value = rand_next(&g->rand) >> gen_below(g, 64);
	printf("%" PRIu64 "ULL", value);
}

static void variable(struct gen *g)
{
	if (g->counts && gen_percent(g, 30))
		printf("(__u64)i%u", gen_below(g, g->counts));
	else
		printf("%c", 'a' + gen_below(g, 4));
}

static void shared(struct gen *g)
{
	bool state = g->msk_storage && !g->scoring && g->callback != CB_EXIT;
	unsigned int cell = gen_below(g, 4);

	if (state && gen_percent(g, 60))
		printf("(state ? state->cell[%u] : %u)", cell, 3 - cell);
	else
		printf("fuzz.cell[%u]", cell);
}

static void subflow_leaf(struct gen *g)
{
	unsigned int sf = gen_below(g, g->walks);

	switch (gen_below(g, 4)) {
	case 0:
		printf("(__u64)sf%u->%s", sf, RAND_ARRAY(&g->rand, subflow_fields));
		break;
	case 1:
		printf("(__u64)sf%u->tcp_sock->%s", sf, RAND_ARRAY(&g->rand, sock_fields));
		break;
	case 2:
		printf("(__u64)mpx_tcp(sf%u)->%s", sf, RAND_ARRAY(&g->rand, tcp_fields));
		break;
	default:
		if (g->scores && !g->scoring && gen_percent(g, 30)) {
			printf("score%u(sf%u)", gen_below(g, g->scores), sf);
			break;
		}
		printf("(__u64)");
		about_subflow(g, &RAND_ARRAY(&g->rand, figures));
	}
}

static void leaf(struct gen *g)
{
	unsigned int dice = gen_below(g, 100);

	if (dice < 20) {
		constant(g);
	} else if (g->walks && dice < 55) {
		subflow_leaf(g);
	} else if (g->scoring || dice < 65) {
		variable(g);
	} else if (dice < 72) {
		printf("(__u64)%s", RAND_ARRAY(&g->rand, helpers));
	} else if (dice < 80) {
		shared(g);
	} else if (g->callback == CB_EXIT) {
		printf("(__u64)info->kind");
	} else if (gen_looks(g) && dice < 85) {
		printf("mptcp_wnd_end(msk)");
	} else if (g->callback == CB_EVENT && dice < 92) {
		printf("(__u64)events");
	} else {
		printf("(__u64)msk->%s", RAND_ARRAY(&g->rand, msk_fields));
	}
}

void expr(struct gen *g, unsigned int depth)
{
	static const char * const operators[] = {
		"+", "+", "-", "-", "*", "&", "|", "^", "/", "%", "<<", ">>",
	};
	const char *operator;

	if (!depth || gen_percent(g, 35)) {
		leaf(g);
		return;
	}
	operator = RAND_ARRAY(&g->rand, operators);
	printf("(");
	expr(g, depth - 1);
	printf(" %s ", operator);
	if (operator[1]) {
		printf("%u)", gen_below(g, 64));
	} else if (operator[0] == '/' || operator[0] == '%') {
		/* the compiler takes the liberty to drop what divides by 0 */
		printf("(1 | ");
		expr(g, depth - 1);
		printf("))");
	} else {
		expr(g, depth - 1);
		printf(")");
	}
}

void cond(struct gen *g, unsigned int depth)
{
	static const char * const comparisons[] = { "<", "<=", ">", ">=", "==", "!=" };
	unsigned int dice = gen_below(g, 100);

	if (g->walks && dice < 35) {
		about_subflow(g, &RAND_ARRAY(&g->rand, questions));
	} else if (g->callback == CB_EVENT && dice < 45) {
		printf("(events & %u)", 1u << gen_below(g, 7));
	} else if (dice < 55) {
		printf("(bpf_get_prandom_u32() & %u)", 1u << gen_below(g, 4));
	} else if (depth && dice < 65) {
		printf("!(");
		cond(g, depth - 1);
		printf(")");
	} else if (depth && dice < 75) {
		printf("(");
		cond(g, depth - 1);
		printf(gen_percent(g, 50) ? " && " : " || ");
		cond(g, depth - 1);
		printf(")");
	} else {
		printf("(");
		expr(g, depth);
		printf(" %s ", RAND_ARRAY(&g->rand, comparisons));
		expr(g, depth);
		printf(")");
	}
}
