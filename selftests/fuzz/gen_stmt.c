// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * Random statements. Each kind says when it is possible and how often it is wanted, the rest is
 * chance. What they call exists in every kernel with the series; whether a call makes sense is not
 * their business, only that the verifier can follow it.
 */
#include <stdarg.h>
#include <stdio.h>

#include "gen.h"

static void indent(const struct gen *g)
{
	unsigned int i;

	for (i = 0; i < g->indent; i++)
		putchar('\t');
}

void line(struct gen *g, const char *fmt, ...)
{
	va_list ap;

	indent(g);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

void start(struct gen *g, const char *fmt, ...)
{
	va_list ap;

	indent(g);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
}

void block_begin(struct gen *g)
{
	printf(" {\n");
	g->indent++;
}

void block_end(struct gen *g)
{
	g->indent--;
	line(g, "}");
}

static void end_expr(struct gen *g, unsigned int depth)
{
	expr(g, depth);
	printf(";\n");
}

static void end_call(struct gen *g)
{
	expr(g, 1);
	printf(");\n");
}

static char any_variable(struct gen *g)
{
	return 'a' + gen_below(g, 4);
}

/* ---- data ---- */

/* "zero" is 0, but not for the verifier: a variable with a known value that changes with every
 * round of a loop would make it follow each round to the end.
 */
static void stmt_assign(struct gen *g)
{
	static const char * const assignments[] = { "= zero +", "+=", "^=", "-=" };

	start(g, "%c ", any_variable(g));
	printf("%s ", RAND_ARRAY(&g->rand, assignments));
	end_expr(g, 3);
}

static void stmt_global(struct gen *g)
{
	unsigned int cell = gen_below(g, 4);

	if (gen_percent(g, 50)) {
		line(g, "__sync_fetch_and_add(&fuzz.cell[%u], %u);", cell, gen_below(g, 8));
	} else {
		start(g, "fuzz.cell[%u] = ", cell);
		end_expr(g, 2);
	}
}

static void stmt_state(struct gen *g)
{
	start(g, "if (state)\n");
	g->indent++;
	start(g, "state->cell[%u] = ", gen_below(g, 4));
	end_expr(g, 2);
	g->indent--;
}

static void stmt_subflow_state(struct gen *g)
{
	unsigned int sf = gen_below(g, g->walks);

	start(g, "note = bpf_sk_storage_get(&notes, sf%u->tcp_sock, NULL, %s);\n", sf,
	       gen_percent(g, 70) ? "BPF_LOCAL_STORAGE_GET_F_CREATE" : "0");
	line(g, "if (note)");
	start(g, "\t*note += ");
	end_expr(g, 2);
	if (gen_percent(g, 10))
		line(g, "bpf_sk_storage_delete(&notes, sf%u->tcp_sock);", sf);
}

static void stmt_array(struct gen *g)
{
	const char *map = g->percpu && gen_percent(g, 50) ? "per_cpu" : "table";

	if (!g->array)
		map = "per_cpu";
	start(g, "key = ");
	expr(g, 1);
	printf(" %% 5;\n");	/* one more than there are */
	line(g, "value = bpf_map_lookup_elem(&%s, &key);", map);
	line(g, "if (value)");
	start(g, "\t*value ^= ");
	end_expr(g, 2);
}

static void stmt_hash(struct gen *g)
{
	start(g, "key = ");
	end_expr(g, 2);
	switch (gen_below(g, 3)) {
	case 0:
		line(g, "bpf_map_update_elem(&hash, &key, &a, %u);", gen_below(g, 3));
		break;
	case 1:
		line(g, "bpf_map_delete_elem(&hash, &key);");
		break;
	default:
		line(g, "value = bpf_map_lookup_elem(&hash, &key);");
		line(g, "if (value)");
		line(g, "\t%c += *value;", any_variable(g));
	}
}

static void stmt_ringbuf(struct gen *g)
{
	if (gen_percent(g, 50)) {
		line(g, "bpf_ringbuf_output(&ring, &b, 8, %s);",
		     gen_percent(g, 50) ? "0" : "BPF_RB_NO_WAKEUP");
		return;
	}
	line(g, "value = bpf_ringbuf_reserve(&ring, 8, 0);");
	line(g, "if (value)");
	line(g, "\tbpf_ringbuf_%s(value, 0);", gen_percent(g, 50) ? "submit" : "discard");
}

static void stmt_timer(struct gen *g)
{
	line(g, "alarm_start(%u);", 1u << gen_below(g, 28));
}

static void stmt_locked(struct gen *g)
{
	start(g, "locked_add(");
	end_call(g);
}

/* ---- fields of the scheduler ---- */

static void stmt_burst(struct gen *g)
{
	static const char * const casts[] = { "", "(int)", "(__u16)" };

	start(g, "msk->snd_burst = ");
	if (g->walks && g->manners == SANE) {
		printf("mpx_room_bytes(sf%u);\n", gen_below(g, g->walks));
	} else if (g->manners == SANE) {
		printf("%u;\n", 1u << rand_between(&g->rand, 9, 18));
	} else if (gen_percent(g, 50)) {
		printf("%s", RAND_ARRAY(&g->rand, casts));
		constant(g);
		printf(";\n");
	} else {
		end_expr(g, 2);
	}
}

static void stmt_pacing(struct gen *g)
{
	unsigned int sf = gen_below(g, g->walks);

	start(g, "sf%u->avg_pacing_rate = ", sf);
	if (g->manners == SANE) {
		printf("sf%u->tcp_sock->sk_pacing_rate;\n", sf);
	} else if (gen_percent(g, 50)) {
		constant(g);
		printf(";\n");
	} else {
		end_expr(g, 2);
	}
}

/* ---- marks ---- */

static void stmt_mark(struct gen *g)
{
	start(g, "mptcp_subflow_set_scheduled(sf%u, ", gen_below(g, g->walks));
	if (gen_percent(g, g->manners == SANE ? 90 : 70))
		printf("true");
	else
		cond(g, 1);
	printf(");\n");
}

static void stmt_unmark(struct gen *g)
{
	line(g, "mptcp_subflow_set_scheduled(sf%u, false);", gen_below(g, g->walks));
}

static void stmt_pick(struct gen *g)
{
	line(g, "pick = sf%u;", gen_below(g, g->walks));
}

static void stmt_mark_pick(struct gen *g)
{
	line(g, "if (pick)");
	line(g, "\tmptcp_subflow_set_scheduled(pick, %s);", gen_percent(g, 80) ? "true" : "false");
}

static void stmt_verdict(struct gen *g)
{
	start(g, "verdict = ");
	if (gen_percent(g, 60))
		printf("0;\n");
	else if (gen_percent(g, 50))
		printf("-EAGAIN;\n");
	else
		end_expr(g, 1);
}

static void stmt_return(struct gen *g)
{
	if (!gen_decides(g)) {
		line(g, "return;");
		return;
	}
	if (gen_percent(g, 40)) {
		line(g, "return %s;", gen_percent(g, 50) ? "0" : "-EAGAIN");
		return;
	}
	start(g, "return ");
	end_expr(g, 1);
}

static void stmt_leave(struct gen *g)
{
	line(g, "%s;", gen_percent(g, 50) ? "break" : "continue");
}

/* ---- calls ---- */

static void stmt_timeout(struct gen *g)
{
	if (g->walks && g->manners == HOSTILE && gen_percent(g, 30))
		line(g, "mptcp_set_timeout(sf%u->tcp_sock);", gen_below(g, g->walks));
	else
		line(g, "mptcp_set_timeout((struct sock *)msk);");
}

/* The subflow of a socket that may be none: the first one's, or what is not a subflow at all. */
static void stmt_lookup(struct gen *g)
{
	if (g->sleepable)
		line(g, "bpf_rcu_read_lock();");
	switch (g->walks ? gen_below(g, 4) : gen_below(g, 2)) {
	case 0:
		line(g, "other = bpf_mptcp_subflow_ctx((struct sock *)msk);");
		break;
	case 1:
		line(g, "other = bpf_mptcp_subflow_ctx(msk->first);");
		break;
	default:
		line(g, "other = bpf_mptcp_subflow_ctx(sf%u->tcp_sock);", gen_below(g, g->walks));
	}
	start(g, "if (other)");
	block_begin(g);
	if (gen_decides(g) && gen_percent(g, 60))
		line(g, "mptcp_subflow_set_scheduled(other, mptcp_subflow_active(other));");
	if (gen_percent(g, 40))
		line(g, "a += other->subflow_id + bpf_sk_stream_memory_free(other);");
	if (gen_percent(g, 30))
		line(g, "other->avg_pacing_rate = b;");
	block_end(g);
	if (g->sleepable)
		line(g, "bpf_rcu_read_unlock();");
}

static void stmt_tcp(struct gen *g)
{
	unsigned int sf = gen_below(g, g->walks);

	if (gen_percent(g, 50)) {
		line(g, "tp = bpf_skc_to_tcp_sock(sf%u->tcp_sock);", sf);
		line(g, "if (tp)");
		line(g, "\t%c += tp->srtt_us;", any_variable(g));
		return;
	}
	if (g->sleepable)
		line(g, "bpf_rcu_read_lock();");
	line(g, "ssk = bpf_mptcp_subflow_tcp_sock(sf%u);", sf);
	line(g, "if (ssk)");
	line(g, "\t%c -= bpf_mptcp_subflow_queues_empty(ssk) + ssk->sk_wmem_queued;",
	     any_variable(g));
	if (g->sleepable)
		line(g, "bpf_rcu_read_unlock();");
}

/* Right types, wrong objects */
static void stmt_wrong_object(struct gen *g)
{
	switch (g->walks ? gen_below(g, 3) : 0) {
	case 0:
		line(g, "%c += bpf_mptcp_subflow_queues_empty((struct sock *)msk);",
		     any_variable(g));
		break;
	case 1:
		line(g, "mptcp_set_timeout(sf%u->tcp_sock);", gen_below(g, g->walks));
		break;
	default:
		line(g, "bpf_for_each(mptcp_subflow, other, sf%u->tcp_sock)",
		     gen_below(g, g->walks));
		line(g, "\tmptcp_subflow_set_scheduled(other, true);");
	}
}

static void stmt_error(struct gen *g)
{
	static const char * const codes[] = { "0", "-EINVAL", "-1", "1", "2147483647", "(int)a" };

	line(g, "if ((bpf_get_prandom_u32() & %u) == 0)", (1u << gen_below(g, 7)) - 1);
	line(g, "\tbpf_mptcp_policy_error(msk, %s);", RAND_ARRAY(&g->rand, codes));
}

/* Microseconds, from less than what is granted to more than that */
static void stmt_wait(struct gen *g)
{
	start(g, "a += bpf_mptcp_sched_wait(msk, ");
	if (g->manners == SANE)
		printf("%u);\n", 1u << rand_between(&g->rand, 7, 16));
	else if (gen_percent(g, 50))
		printf("(__u32)bpf_get_prandom_u32() >> %u);\n", gen_below(g, 32));
	else
		end_call(g);
}

static void stmt_quota(struct gen *g)
{
	start(g, "a += bpf_mptcp_subflow_set_quota(sf%u, ", gen_below(g, g->walks));
	if (g->manners == SANE)
		printf("%u);\n", 1u << rand_between(&g->rand, 9, 18));
	else
		end_call(g);
}

/* Rare enough to leave room for what was not sent yet, but for those who do not care */
static void stmt_reinject(struct gen *g)
{
	unsigned int rarity;

	rarity = g->manners == HOSTILE ? gen_below(g, 3) : rand_between(&g->rand, 3, 6);
	line(g, "if ((bpf_get_prandom_u32() & %u) == 0)", (1u << rarity) - 1);
	start(g, "\ta += bpf_mptcp_reinject(sf%u, ", gen_below(g, g->walks));
	if (g->manners == SANE)
		printf("%u);\n", 1u << rand_between(&g->rand, 10, 16));
	else
		end_call(g);
}

/* From a fraction of what a decision may take to many times that */
static void stmt_burn(struct gen *g)
{
	static const unsigned int rounds[] = { 100, 1000, 10000, 100000, 100000, 300000 };

	line(g, "if ((bpf_get_prandom_u32() & %u) == 0)", (1u << gen_below(g, 5)) - 1);
	line(g, "\tburn(%u);", RAND_ARRAY(&g->rand, rounds));
}

static void stmt_callback_loop(struct gen *g)
{
	start(g, "bpf_loop(");
	expr(g, 1);
	printf(" & 63, round_of_loop, &a, 0);\n");
}

/* ---- blocks ---- */

static void body(struct gen *g)
{
	block_begin(g);
	statements(g, rand_between(&g->rand, 1, 4));
	block_end(g);
}

static void stmt_if(struct gen *g)
{
	start(g, "if (");
	cond(g, 2);
	printf(")");
	body(g);
	if (!gen_percent(g, 35))
		return;
	start(g, "else");
	body(g);
}

static void stmt_walk(struct gen *g)
{
	start(g, "mpx_for_each_subflow(msk, sf%u)", g->walks++);
	body(g);
	g->walks--;
}

static void stmt_count(struct gen *g)
{
	static const unsigned int ends[] = { 0, 1, 2, 3, 8, 20 };

	start(g, "bpf_for(i%u, 0, ", g->counts);
	if (gen_percent(g, 50)) {
		printf("%u)", RAND_ARRAY(&g->rand, ends));
	} else {
		printf("(");
		expr(g, 1);
		printf(") & 7)");
	}
	g->counts++;
	body(g);
	g->counts--;
}

/* ---- which one? ---- */

static bool walking(const struct gen *g) { return g->walks > 0; }
static bool decides(const struct gen *g) { return gen_decides(g); }
static bool looks(const struct gen *g) { return gen_looks(g); }
static bool in_loop(const struct gen *g) { return g->walks > g->given || g->counts; }
static bool can_mark(const struct gen *g) { return gen_decides(g) && g->walks; }
static bool can_wait(const struct gen *g) { return g->waits && g->callback == CB_SEND; }

static bool can_limit(const struct gen *g)
{
	return g->quotas && g->callback == CB_SEND && g->walks;
}

static bool can_reinject(const struct gen *g)
{
	return g->reinjects && g->walks && (g->callback == CB_SEND || g->callback == CB_EVENT);
}
static bool has_state(const struct gen *g) { return g->msk_storage && g->callback != CB_EXIT; }
static bool has_notes(const struct gen *g) { return g->subflow_storage && g->walks; }
static bool has_array(const struct gen *g) { return g->array || g->percpu; }
static bool has_hash(const struct gen *g) { return g->hash; }
static bool has_ringbuf(const struct gen *g) { return g->ringbuf; }
static bool has_timer(const struct gen *g) { return g->timer && g->callback != CB_EXIT; }
static bool has_lock(const struct gen *g) { return g->locked; }
static bool always(const struct gen *g) { return g->indent > 0; }
static bool can_nest(const struct gen *g) { return g->indent < MAX_INDENT; }

static bool can_walk(const struct gen *g)
{
	return can_nest(g) && gen_looks(g) && g->walks < MAX_WALKS && g->walks + g->counts < 4;
}

static bool can_count(const struct gen *g) { return can_nest(g) && g->walks + g->counts < 3; }
static bool can_leave(const struct gen *g) { return in_loop(g) && g->indent > 2; }
static bool can_decide(const struct gen *g) { return gen_decides(g) && g->manners != SANE; }
static bool can_return(const struct gen *g) { return g->indent > 1 && g->manners != SANE; }

static bool can_fail(const struct gen *g)
{
	return g->errors && (gen_looks(g) || g->callback == CB_INIT);
}

/* not inside loops: there it would take hours */
static bool can_burn(const struct gen *g)
{
	return g->burns && !in_loop(g) && g->callback != CB_EXIT;
}

static bool can_mistake(const struct gen *g) { return gen_decides(g) && g->manners == HOSTILE; }
static bool can_call_back(const struct gen *g)
{
	return g->callback == CB_RETRANS && g->callback_loop;
}

static const struct {
	void (*print)(struct gen *g);
	bool (*possible)(const struct gen *g);
	unsigned int weight;
} kinds[] = {
	{ stmt_assign,		always,		14 },
	{ stmt_global,		always,		4 },
	{ stmt_state,		has_state,	6 },
	{ stmt_subflow_state,	has_notes,	4 },
	{ stmt_array,		has_array,	4 },
	{ stmt_hash,		has_hash,	6 },
	{ stmt_ringbuf,		has_ringbuf,	5 },
	{ stmt_timer,		has_timer,	4 },
	{ stmt_locked,		has_lock,	4 },
	{ stmt_burst,		looks,		6 },
	{ stmt_pacing,		walking,	6 },
	{ stmt_mark,		can_mark,	14 },
	{ stmt_unmark,		can_mark,	3 },
	{ stmt_pick,		can_mark,	8 },
	{ stmt_mark_pick,	decides,	5 },
	{ stmt_verdict,		can_decide,	3 },
	{ stmt_return,		can_return,	3 },
	{ stmt_leave,		can_leave,	2 },
	{ stmt_timeout,		decides,	4 },
	{ stmt_lookup,		looks,		4 },
	{ stmt_tcp,		walking,	3 },
	{ stmt_wrong_object,	can_mistake,	4 },
	{ stmt_wait,		can_wait,	6 },
	{ stmt_quota,		can_limit,	8 },
	{ stmt_reinject,	can_reinject,	6 },
	{ stmt_error,		can_fail,	4 },
	{ stmt_burn,		can_burn,	6 },
	{ stmt_callback_loop,	can_call_back,	4 },
	{ stmt_if,		can_nest,	16 },
	{ stmt_walk,		can_walk,	9 },
	{ stmt_count,		can_count,	3 },
};

#define NR_KINDS	(sizeof(kinds) / sizeof(kinds[0]))

static void statement(struct gen *g)
{
	unsigned int i, sum = 0, dice;

	for (i = 0; i < NR_KINDS; i++)
		sum += kinds[i].possible(g) ? kinds[i].weight : 0;
	dice = gen_below(g, sum);
	for (i = 0; i < NR_KINDS; i++) {
		if (!kinds[i].possible(g))
			continue;
		if (dice < kinds[i].weight)
			break;
		dice -= kinds[i].weight;
	}
	kinds[i].print(g);
}

void statements(struct gen *g, unsigned int n)
{
	while (n-- && g->budget-- > 0)
		statement(g);
}

void mischief(struct gen *g)
{
	if (g->errors && gen_percent(g, 70))
		stmt_error(g);
	if (g->burns && gen_percent(g, 70))
		stmt_burn(g);
	if (can_reinject(g) && gen_percent(g, 60))
		stmt_reinject(g);
}

/* ---- pickers ---- */

/* Does a policy with manners look whether the subflow can carry anything? */
static void usable(struct gen *g)
{
	if (g->manners == SANE)
		line(g, "if (!mptcp_subflow_active(sf0) || !bpf_sk_stream_memory_free(sf0))");
	else if (gen_percent(g, 70))
		line(g, "if (!mptcp_subflow_active(sf0))");
	else
		return;
	line(g, "\tcontinue;");
}

static void pick_best(struct gen *g)
{
	start(g, "d = zero + ");
	end_expr(g, 2);
	start(g, "if (!pick || d %s best)", gen_percent(g, 50) ? "<" : ">");
	block_begin(g);
	line(g, "best = d;");
	line(g, "pick = sf0;");
	block_end(g);
}

static void pick_in_turn(struct gen *g)
{
	line(g, "if (c++ != turn %% %u)", rand_between(&g->rand, 2, 4));
	line(g, "\tcontinue;");
	line(g, "pick = sf0;");
}

static void pick_some(struct gen *g)
{
	start(g, "if (");
	cond(g, 2);
	printf(")\n");
	line(g, "\tmptcp_subflow_set_scheduled(sf0, true);");
}

static void pick_first(struct gen *g)
{
	line(g, "pick = sf0;");
	line(g, "break;");
}

static void pick_all(struct gen *g)
{
	line(g, "mptcp_subflow_set_scheduled(sf0, true);");
}

void picker(struct gen *g)
{
	static void (* const ways[])(struct gen *g) = {
		pick_best, pick_best, pick_in_turn, pick_some, pick_first, pick_all,
	};

	line(g, "c = zero;");
	start(g, "mpx_for_each_subflow(msk, sf0)");
	block_begin(g);
	g->walks = 1;
	usable(g);
	if (can_limit(g) && gen_percent(g, 50))
		stmt_quota(g);
	if (can_reinject(g) && gen_percent(g, 50))
		stmt_reinject(g);
	RAND_ARRAY(&g->rand, ways)(g);
	if (g->manners != SANE && gen_percent(g, 20))
		statements(g, 2);
	g->walks = 0;
	block_end(g);
	line(g, "if (pick)");
	line(g, "\tmptcp_subflow_set_scheduled(pick, true);");
}
