// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * gen_policy SEED: print a random packet scheduler in BPF C, always the same one for a seed.
 *
 * It calls every kernel function that its callbacks may call, with right and with pointless
 * arguments, writes anything into the fields it may write, marks what it likes and returns what it
 * likes. The verifier should accept it, but for the few seeds that try what must be refused (see
 * unsafe[]). Whatever it decides, the kernel has to bring the bytes across.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "gen.h"

/* What the verifier, or the registration, must refuse. Printed at the start of a callback. */
static const struct {
	enum callback where;
	const char *code;
} unsafe[] = {
	{ CB_SEND, "msk->snd_nxt = 0;" },
	{ CB_SEND, "*(volatile __u64 *)&msk->snd_burst = a;" },
	{ CB_SEND, "((struct mptcp_sock *)bpf_core_cast(msk, struct mptcp_sock))->snd_burst = 1;" },
	{ CB_SEND, "other = bpf_mptcp_subflow_ctx(msk->first);\n"
		   "\tmptcp_subflow_set_scheduled(other, true);" },
	{ CB_SEND, "mptcp_subflow_set_scheduled((void *)(long)a, true);" },
	{ CB_SEND, "other = bpf_core_cast(msk->conn_list.next, struct mptcp_subflow_context);\n"
		   "\tmptcp_subflow_set_scheduled(other, true);" },
	{ CB_SEND, "struct bpf_iter_mptcp_subflow it;\n"
		   "\tbpf_iter_mptcp_subflow_new(&it, (struct sock *)msk);" },
	{ CB_SEND, "struct bpf_iter_mptcp_subflow it;\n"
		   "\tbpf_iter_mptcp_subflow_new(&it, (struct sock *)msk);\n"
		   "\tbpf_iter_mptcp_subflow_destroy(&it);\n"
		   "\tpick = bpf_iter_mptcp_subflow_next(&it);" },
	{ CB_SEND, "mpx_for_each_subflow(msk, sf0)\n"
		   "\t\tsf0->stale_count = 0;" },
	{ CB_SEND, "mpx_for_each_subflow(msk, sf0)\n"
		   "\t\tsf0->tcp_sock->sk_pacing_rate = 0;" },
	{ CB_SEND, "fuzz.cell[0] = (long)msk;\n"
		   "\tmptcp_set_timeout((struct sock *)(long)fuzz.cell[0]);" },
	{ CB_SEND, "bpf_loop(4, round_of_loop, &a, 0);" },
	{ CB_SEND, "while (!bpf_get_prandom_u32())\n\t\t;" },
	{ CB_SEND, "key = bpf_get_prandom_u32();\n"
		   "\tfuzz.sink = ((volatile __u64 *)fuzz.cell)[key];" },
	{ CB_EVENT, "mptcp_subflow_set_scheduled(sf0, true);" },
	{ CB_EVENT, "bpf_mptcp_sched_wait(msk, 1000);" },
	{ CB_EVENT, "bpf_mptcp_subflow_set_quota(sf0, 1000);" },
	{ CB_EVENT, "bpf_loop(4, round_of_loop, &a, 0);" },
	{ CB_EVENT, "sf0->subflow_id = 0;" },
	{ CB_RETRANS, "bpf_mptcp_sched_wait(msk, 1000);" },
	{ CB_RETRANS, "mpx_for_each_subflow(msk, sf0)\n"
		      "\t\tbpf_mptcp_reinject(sf0, 1000);" },
	{ CB_INIT, "bpf_mptcp_sched_wait(msk, 1000);" },
	{ CB_INIT, "mptcp_set_timeout((struct sock *)msk);" },
	{ CB_INIT, "a = mptcp_wnd_end(msk);" },
	{ CB_INIT, "mpx_for_each_subflow(msk, sf0)\n\t\ta++;" },
	{ CB_RELEASE, "bpf_mptcp_policy_error(msk, -EINVAL);" },
	{ CB_RELEASE, "msk->token = 0;" },
};

#define NR_UNSAFE	((int)(sizeof(unsafe) / sizeof(unsafe[0])))

static void set_up(struct gen *g, uint64_t seed)
{
	unsigned int dice;

	rand_init(&g->rand, seed, RAND_POLICY);
	dice = gen_below(g, 100);
	g->manners = dice < 40 ? SANE : dice < 75 ? CARELESS : HOSTILE;
	g->msk_storage = gen_percent(g, 60);
	g->subflow_storage = gen_percent(g, 25);
	g->array = gen_percent(g, 15);
	g->hash = gen_percent(g, 15);
	g->percpu = gen_percent(g, 10);
	g->ringbuf = gen_percent(g, 10);
	g->timer = gen_percent(g, 8);
	g->locked = gen_percent(g, 8);
	g->errors = g->manners != SANE && gen_percent(g, 15);
	g->burns = g->manners == HOSTILE && gen_percent(g, 25);
	g->callback_loop = gen_percent(g, 10);
	g->waits = gen_percent(g, 30);
	g->quotas = gen_percent(g, 30);
	g->reinjects = gen_percent(g, 30);
	g->scores = gen_percent(g, 30) ? rand_between(&g->rand, 1, MAX_SCORES) : 0;
}

/* ---- maps and functions ---- */

static void print_map(const char *name, const char *type, unsigned int entries, const char *value)
{
	printf("struct {\n\t__uint(type, BPF_MAP_TYPE_%s);\n", type);
	if (entries)
		printf("\t__uint(max_entries, %u);\n", entries);
	else
		printf("\t__uint(map_flags, BPF_F_NO_PREALLOC);\n");
	if (value)
		printf("\t__type(key, %s);\n\t__type(value, %s);\n", entries ? "__u32" : "int",
		       value);
	printf("} %s SEC(\".maps\");\n\n", name);
}

static void print_maps(struct gen *g)
{
	static const char * const hashes[] = { "HASH", "LRU_HASH", "PERCPU_HASH" };

	print_map("lives", "SK_STORAGE", 0, "__u32");
	if (g->msk_storage) {
		printf("struct fuzz_state {\n\t__u64 cell[4];\n};\n\n");
		print_map("states", "SK_STORAGE", 0, "struct fuzz_state");
	}
	if (g->subflow_storage)
		print_map("notes", "SK_STORAGE", 0, "__u64");
	if (g->array)
		print_map("table", "ARRAY", 4, "__u64");
	if (g->percpu)
		print_map("per_cpu", "PERCPU_ARRAY", 4, "__u64");
	if (g->hash)
		print_map("hash", RAND_ARRAY(&g->rand, hashes), 16, "__u64");
	if (g->ringbuf)
		print_map("ring", "RINGBUF", 4096, NULL);
	if (g->timer) {
		printf("struct fuzz_alarm {\n\tstruct bpf_timer timer;\n};\n\n");
		print_map("alarms", "ARRAY", 1, "struct fuzz_alarm");
	}
	if (g->locked) {
		printf("struct fuzz_locked {\n\tstruct bpf_spin_lock lock;\n\t__u64 sum;\n};\n\n");
		print_map("sums", "ARRAY", 1, "struct fuzz_locked");
	}
}

static void print_timer(void)
{
	printf("static int alarm_rings(void *map, __u32 *key, struct fuzz_alarm *alarm)\n{\n"
	       "\t__sync_fetch_and_add(&fuzz.sink, 1);\n\treturn 0;\n}\n\n"
	       "static __noinline void alarm_start(__u64 ns)\n{\n"
	       "\t__u32 key = 0;\n"
	       "\tstruct fuzz_alarm *alarm = bpf_map_lookup_elem(&alarms, &key);\n\n"
	       "\tif (!alarm)\n\t\treturn;\n"
	       "\tbpf_timer_init(&alarm->timer, &alarms, 1);\n"
	       "\tbpf_timer_set_callback(&alarm->timer, alarm_rings);\n"
	       "\tbpf_timer_start(&alarm->timer, ns, 0);\n}\n\n");
}

static void print_lock(void)
{
	printf("static __always_inline void locked_add(__u64 n)\n{\n"
	       "\t__u32 key = 0;\n"
	       "\tstruct fuzz_locked *l = bpf_map_lookup_elem(&sums, &key);\n\n"
	       "\tif (!l)\n\t\treturn;\n"
	       "\tbpf_spin_lock(&l->lock);\n\tl->sum += n;\n\tbpf_spin_unlock(&l->lock);\n}\n\n");
}

/* The order of the callbacks of one connection, as the kernel promises it */
static void print_lives(void)
{
	printf("static __always_inline void must_live(struct mptcp_sock *msk)\n{\n"
	       "\t__u32 *life = bpf_sk_storage_get(&lives, msk, NULL, 0);\n\n"
	       "\tif (!life && !fuzz.no_memory)\n"
	       "\t\t__sync_fetch_and_add(&fuzz.before_init, 1);\n"
	       "\telse if (life && *life != 1)\n"
	       "\t\t__sync_fetch_and_add(&fuzz.after_release, 1);\n}\n\n"
	       "static __always_inline void live(struct mptcp_sock *msk)\n{\n"
	       "\t__u32 *life = bpf_sk_storage_get(&lives, msk, NULL,\n"
	       "\t\t\t\t\t BPF_LOCAL_STORAGE_GET_F_CREATE);\n\n"
	       "\tif (!life) {\n\t\t__sync_fetch_and_add(&fuzz.no_memory, 1);\n\t\treturn;\n\t}\n"
	       "\tif (*life == 1 && fuzz.counted)\n\t\t__sync_fetch_and_add(&fuzz.twice, 1);\n"
	       "\t*life = 1;\n}\n\n"
	       "static __always_inline void die(struct mptcp_sock *msk)\n{\n"
	       "\t__u32 *life = bpf_sk_storage_get(&lives, msk, NULL, 0);\n\n"
	       "\tif (life)\n\t\t*life = 2;\n}\n\n");
}

static void print_functions(struct gen *g)
{
	unsigned int i;

	print_lives();
	if (g->timer)
		print_timer();
	if (g->locked)
		print_lock();
	if (g->burns)
		printf("static __noinline void burn(__u32 rounds)\n{\n\t__u32 i;\n\n"
		       "\tbpf_for(i, 0, rounds)\n\t\tfuzz.sink += i ^ fuzz.cell[i & 3];\n}\n\n");
	printf("static long round_of_loop(__u64 i, __u64 *a)\n{\n"
	       "\t*a += i;\n\treturn bpf_get_prandom_u32() & 1;\n}\n\n");
	g->scoring = true;
	g->walks = 1;
	for (i = 0; i < g->scores; i++) {
		printf("static __noinline __u64 score%u(struct mptcp_subflow_context *sf0)\n{\n"
		       "\t__u64 a = fuzz.zero, b = 2, c = 3, d = bpf_get_prandom_u32();\n\n\treturn ", i);
		expr(g, 3);
		printf(";\n}\n\n");
	}
	g->walks = 0;
	g->scoring = false;
}

/* ---- callbacks ---- */

static void print_locals(struct gen *g)
{
	unsigned int a = gen_below(g, 8), b = gen_below(g, 2000);

	printf("\t__u64 zero = fuzz.zero, a = zero + %u, b = zero + %u, c = zero, d = zero;\n"
	       "\t__u64 best = zero, turn = zero;\n", a, b);
	if (gen_decides(g))
		printf("\tstruct mptcp_subflow_context *pick = NULL;\n\tint verdict = %s;\n",
		       gen_percent(g, 80) ? "0" : "-EAGAIN");
	printf("\tstruct mptcp_subflow_context *sf0%s, *sf1, *sf2, *other;\n"
	       "\tstruct tcp_sock *tp;\n\tstruct sock *ssk;\n\t__u64 *value, *note;\n\t__u32 key;\n"
	       "\tint i0, i1, i2;\n", g->callback == CB_EVENT ? " = subflow" : "");
	if (g->msk_storage && g->callback != CB_EXIT)
		printf("\tstruct fuzz_state *state = bpf_sk_storage_get(&states, msk, NULL,\n"
		       "\t\t\t\t\t\t\t%s);\n",
		       g->callback != CB_RELEASE && gen_percent(g, 80) ?
		       "BPF_LOCAL_STORAGE_GET_F_CREATE" : "0");
	printf("\n");
}

static void callback_begin(struct gen *g, enum callback callback, const char *section,
			   const char *prototype, int nr_unsafe)
{
	g->callback = callback;
	g->indent = 1;
	printf("SEC(\"%s\")\n%s\n{\n", section, prototype);
	print_locals(g);
	if (nr_unsafe >= 0 && unsafe[nr_unsafe].where == callback)
		printf("\t/* must be refused */\n\t%s\n", unsafe[nr_unsafe].code);
}

static void print_decision(struct gen *g, const char *counter, bool lives)
{
	unsigned int period, part;

	printf("\tturn = __sync_fetch_and_add(&fuzz.%s, 1);\n", counter);
	if (lives)
		printf("\tmust_live(msk);\n");
	mischief(g);
	g->budget = rand_between(&g->rand, 0, g->manners == SANE ? 8 : 16);
	statements(g, gen_below(g, 5));
	/* some forget to pick, or stop after a while */
	if (g->manners == SANE || gen_percent(g, 60)) {
		picker(g);
	} else if (gen_percent(g, 60)) {
		period = rand_between(&g->rand, 2, 40);
		part = rand_between(&g->rand, 1, 8);
		start(g, "if (turn %% %u < %u)", period, part);
		block_begin(g);
		picker(g);
		block_end(g);
	}
	statements(g, gen_below(g, g->manners == SANE ? 2 : 6));
	printf("\tfuzz.sink = a ^ b ^ c ^ d;\n\treturn verdict;\n}\n\n");
}

static void print_notice(struct gen *g)
{
	g->budget = gen_below(g, 6);
	statements(g, g->budget);
	printf("\tfuzz.sink = a ^ b ^ c ^ d;\n}\n\n");
}

/* Which of the optional members are there? */
struct members {
	bool init, retrans, event, release, exit, sleepy_exit;
	uint32_t events;
};

static void print_event(struct gen *g, const struct members *m, int bad)
{
	callback_begin(g, CB_EVENT, "struct_ops",
		       "void BPF_PROG(fuzz_event, struct mptcp_sock *msk,\n"
		       "\t      struct mptcp_subflow_context *subflow, __u32 events)", bad);
	printf("\t__sync_fetch_and_add(&fuzz.events, 1);\n"
	       "\tif (!events || events & ~%uu)\n"
	       "\t\t__sync_fetch_and_add(&fuzz.bad_event, 1);\n", m->events);
	if (m->init)
		printf("\tmust_live(msk);\n");
	g->given = g->walks = 1;
	mischief(g);
	print_notice(g);
	g->given = g->walks = 0;
}

static void print_optional(struct gen *g, const struct members *m, int bad)
{
	if (m->init) {
		callback_begin(g, CB_INIT, "struct_ops",
			       "void BPF_PROG(fuzz_init, struct mptcp_sock *msk)", bad);
		printf("\t__sync_fetch_and_add(&fuzz.inits, 1);\n\tlive(msk);\n");
		print_notice(g);
	}
	if (m->release) {
		callback_begin(g, CB_RELEASE, "struct_ops",
			       "void BPF_PROG(fuzz_release, struct mptcp_sock *msk)", bad);
		printf("\t__sync_fetch_and_add(&fuzz.releases, 1);\n\tdie(msk);\n");
		print_notice(g);
	}
	if (m->exit) {
		callback_begin(g, CB_EXIT, m->sleepy_exit ? "struct_ops.s" : "struct_ops",
			       "void BPF_PROG(fuzz_exit, struct mptcp_ext_exit_info *info)", bad);
		/* disabled, panic */
		printf("\t__sync_fetch_and_add(&fuzz.exits, 1);\n"
		       "\tif (info->kind != 5 && info->kind != 6)\n"
		       "\t\t__sync_fetch_and_add(&fuzz.bad_exit, 1);\n");
		print_notice(g);
	}
}

static void print_decisions(struct gen *g, const struct members *m, int bad)
{
	callback_begin(g, CB_SEND, "struct_ops",
		       "int BPF_PROG(fuzz_get_send, struct mptcp_sock *msk)", bad);
	print_decision(g, "sends", m->init);
	if (!m->retrans)
		return;
	g->sleepable = gen_percent(g, 20);
	callback_begin(g, CB_RETRANS, g->sleepable ? "struct_ops.s" : "struct_ops",
		       "int BPF_PROG(fuzz_get_retrans, struct mptcp_sock *msk)", bad);
	print_decision(g, "retranses", m->init);
	g->sleepable = false;
}

static void print_policy(struct gen *g, uint64_t seed, int bad)
{
	struct members m;

	m.init = gen_percent(g, 60) || (bad >= 0 && unsafe[bad].where == CB_INIT);
	m.release = gen_percent(g, 60) || (bad >= 0 && unsafe[bad].where == CB_RELEASE);
	m.retrans = gen_percent(g, 50) || (bad >= 0 && unsafe[bad].where == CB_RETRANS);
	m.event = gen_percent(g, 50) || (bad >= 0 && unsafe[bad].where == CB_EVENT);
	m.events = m.event ? rand_between(&g->rand, 1, 127) : 0;
	m.exit = gen_percent(g, 50);
	m.sleepy_exit = gen_percent(g, 30);
	printf("struct fuzz_stats fuzz SEC(FUZZ_STATS_MAP) = { .counted = %d };\n\n",
	       m.init && m.release);
	print_functions(g);
	print_decisions(g, &m, bad);
	if (m.event)
		print_event(g, &m, bad);
	print_optional(g, &m, bad);
	printf("SEC(\".struct_ops.link\")\nstruct mptcp_sched_ops fuzz_ops = {\n"
	       "\t.get_send\t= (void *)fuzz_get_send,\n");
	if (m.init)
		printf("\t.init\t\t= (void *)fuzz_init,\n");
	if (m.retrans)
		printf("\t.get_retrans\t= (void *)fuzz_get_retrans,\n");
	if (m.release)
		printf("\t.release\t= (void *)fuzz_release,\n");
	if (m.exit)
		printf("\t.exit\t\t= (void *)fuzz_exit,\n");
	if (m.event)
		printf("\t.subflow_event\t= (void *)fuzz_event,\n\t.events\t\t= %u,\n", m.events);
	printf("\t.flags\t\t= %s | %s,\n", gen_percent(g, 30) ? "MPTCP_EXT_F_APP" : "0",
	       gen_percent(g, 35) ? "MPTCP_SCHED_F_DUP" : "0");
	printf("\t.name\t\t= \"fuzz%" PRIu64 "\",\n};\n", seed);
}

int main(int argc, char **argv)
{
	struct gen g = { 0 };
	uint64_t seed;
	char *end;
	int bad;

	errno = 0;
	seed = argc == 2 ? strtoull(argv[1], &end, 10) : 0;
	if (argc != 2 || errno || end == argv[1] || *end || seed > 99999999999) {
		fprintf(stderr, "usage: gen_policy SEED\n");
		return 2;
	}

	set_up(&g, seed);
	bad = seed_unsafe(seed, NR_UNSAFE);
	printf("// SPDX-License-Identifier: GPL-2.0-only\n"
	       "/* Random policy %" PRIu64 "%s. Made by gen_policy. */\n"
	       "#include <mptcp_bpf/common.bpf.h>\n"
	       "#include \"stats.h\"\n\n"
	       "char _license[] SEC(\"license\") = \"GPL\";\n\n"
	       "extern void bpf_rcu_read_lock(void) __ksym;\n"
	       "extern void bpf_rcu_read_unlock(void) __ksym;\n\n",
	       seed, bad < 0 ? "" : ", which must be refused");
	print_maps(&g);
	print_policy(&g, seed, bad);
	return fflush(stdout) || ferror(stdout) ? 1 : 0;
}
