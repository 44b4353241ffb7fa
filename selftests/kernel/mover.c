// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * mover: change the scheduler of live connections, once or as a storm, and say what the kernel
 * answered. It asks the generic netlink family directly, or calls setsockopt() on sockets of
 * another process, for tests of what mptcp-pmctl never asks for.
 */
#define _GNU_SOURCE
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>

#include "mover_genl.h"
#include "mover_sockets.h"

#define MAX_PIDS	16
#define MAX_TARGETS	64

static struct {
	const char *from;
	uint32_t token;
	bool by_token, setsockopt;
	uint64_t interval_ms, seed;
	pid_t pid[MAX_PIDS];
	unsigned int pids;
} opt = { .interval_ms = 20, .seed = 1 };

static struct genl genl;
static volatile sig_atomic_t told_to_stop;

static const char help[] =
"usage: mover move [--token T] [--from SCHED] SCHED    answer, connections moved, ms\n"
"       mover storm --pid PID... [options] SCHED...    random moves until the PIDs ended\n"
"       mover conns [--token T]    token, scheduler, pm, reason, subflows, sent, received, state\n"
"       mover policies             name, state, fallbacks\n"
"       mover panic\n"
"The answer is ok or the name of an errno and, after a colon, the kernel's words.\n"
"  --interval MS    between two moves of a storm (20); 0: without a pause\n"
"  --setsockopt     storm by setsockopt() on the PIDs' own sockets\n"
"  --seed S         of the random choice (1)\n";

static uint64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000ull + ts.tv_nsec / 1000;
}

static void answer(int err)
{
	if (!err)
		printf("ok");
	else if (genl.refusal[0])
		printf("%s: %s", strerrorname_np(-err), genl.refusal);
	else
		printf("%s", strerrorname_np(-err));
}

/* ---- one request ---- */

static void moved_answer(const struct nlattr *attrs, size_t len, void *arg)
{
	*(uint32_t *)arg = genl_number(attrs, len, MPTCP_EXT_MOVE_MOVED);
}

static int move(const char *sched, uint32_t *moved)
{
	struct genl_request req;

	*moved = 0;
	genl_begin(&req, genl.family, MPTCP_EXT_CMD_MOVE, NLM_F_ACK);
	if (sched)
		genl_put_text(&req, MPTCP_EXT_MOVE_SCHED, sched);
	if (opt.by_token)
		genl_put_u32(&req, MPTCP_EXT_MOVE_TOKEN, opt.token);
	if (opt.from)
		genl_put_text(&req, MPTCP_EXT_MOVE_FROM, opt.from);
	return genl_call(&genl, &req, moved_answer, moved);
}

static int do_move(char **args, int nr)
{
	uint64_t start = now_us();
	uint32_t moved;
	int err;

	err = move(nr ? args[0] : NULL, &moved);
	answer(err);
	if (!err)
		printf(" %u %" PRIu64, moved, (now_us() - start) / 1000);
	printf("\n");
	return err;
}

static void conn_answer(const struct nlattr *attrs, size_t len, void *arg)
{
	(void)arg;
	printf("%" PRIu64 " %s %s", genl_number(attrs, len, MPTCP_EXT_CONN_TOKEN),
	       genl_text(attrs, len, MPTCP_EXT_CONN_SCHED),
	       genl_text(attrs, len, MPTCP_EXT_CONN_PM));
	printf(" %" PRIu64 " %" PRIu64, genl_number(attrs, len, MPTCP_EXT_CONN_REASON),
	       genl_number(attrs, len, MPTCP_EXT_CONN_SUBFLOWS));
	printf(" %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
	       genl_number(attrs, len, MPTCP_EXT_CONN_BYTES_SENT),
	       genl_number(attrs, len, MPTCP_EXT_CONN_BYTES_RECEIVED),
	       genl_number(attrs, len, MPTCP_EXT_CONN_STATE));
}

static int do_conns(char **args, int nr)
{
	struct genl_request req;
	int err;

	(void)args;
	(void)nr;
	genl_begin(&req, genl.family, MPTCP_EXT_CMD_GET_CONN,
		   opt.by_token ? NLM_F_ACK : NLM_F_DUMP);
	if (opt.by_token)
		genl_put_u32(&req, MPTCP_EXT_CONN_TOKEN, opt.token);
	err = genl_call(&genl, &req, conn_answer, NULL);
	answer(err);
	printf("\n");
	return err;
}

static void policy_answer(const struct nlattr *attrs, size_t len, void *arg)
{
	(void)arg;
	printf("%s %" PRIu64 " %" PRIu64 "\n", genl_text(attrs, len, MPTCP_EXT_POLICY_NAME),
	       genl_number(attrs, len, MPTCP_EXT_POLICY_STATE),
	       genl_number(attrs, len, MPTCP_EXT_POLICY_FALLBACKS));
}

static int do_policies(char **args, int nr)
{
	struct genl_request req;
	int err;

	(void)args;
	(void)nr;
	genl_begin(&req, genl.family, MPTCP_EXT_CMD_GET_POLICY, NLM_F_DUMP);
	err = genl_call(&genl, &req, policy_answer, NULL);
	answer(err);
	printf("\n");
	return err;
}

static int do_panic(char **args, int nr)
{
	struct genl_request req;
	int err;

	(void)args;
	(void)nr;
	genl_begin(&req, genl.family, MPTCP_EXT_CMD_PANIC, NLM_F_ACK);
	err = genl_call(&genl, &req, NULL, NULL);
	answer(err);
	printf("\n");
	return err;
}

/* ---- storm ---- */

struct storm {
	struct pollfd ends[MAX_PIDS];
	uint64_t rounds, moved, refused, slowest_us, random;
	int refusal;			/* the last one */
	bool used[MAX_TARGETS];
};

/* xorshift64*, so that a seed names the same storm everywhere */
static uint64_t storm_random(struct storm *s)
{
	s->random ^= s->random >> 12;
	s->random ^= s->random << 25;
	s->random ^= s->random >> 27;
	return s->random * UINT64_C(0x2545f4914f6cdd1d) >> 32;
}

static int storm_open(struct storm *s)
{
	unsigned int i;

	for (i = 0; i < opt.pids; i++) {
		s->ends[i].events = POLLIN;
		s->ends[i].fd = syscall(SYS_pidfd_open, opt.pid[i], 0);
		/* gone already: nothing to wait for */
		if (s->ends[i].fd < 0 && errno != ESRCH)
			return -errno;
	}
	return 0;
}

/* Waits until the next move is due; false when all processes have ended. */
static bool storm_goes_on(struct storm *s, uint64_t due_us)
{
	unsigned int i, left;
	uint64_t now;
	int wait;

	for (;;) {
		for (left = 0, i = 0; i < opt.pids; i++)
			left += s->ends[i].fd >= 0;
		now = now_us();
		wait = now < due_us ? (due_us - now + 999) / 1000 : 0;
		if (!left || told_to_stop)
			return false;
		if (poll(s->ends, opt.pids, wait) <= 0 && wait == 0)
			return true;
		for (i = 0; i < opt.pids; i++) {
			if (s->ends[i].fd < 0 || !s->ends[i].revents)
				continue;
			close(s->ends[i].fd);
			s->ends[i].fd = -1;
		}
	}
}

static int storm_move(struct storm *s, const char *sched, uint32_t *moved)
{
	unsigned int i;

	if (!opt.setsockopt)
		return move(sched, moved);
	for (i = 0; i < opt.pids; i++)
		if (s->ends[i].fd >= 0)
			sockets_collect(opt.pid[i], s->ends[i].fd);
	return sockets_set(sched, moved);
}

static void storm_round(struct storm *s, const char *sched)
{
	uint64_t start = now_us();
	uint32_t moved;
	int err;

	err = storm_move(s, sched, &moved);
	start = now_us() - start;
	if (start > s->slowest_us)
		s->slowest_us = start;
	s->rounds++;
	s->moved += moved;
	if (err) {
		s->refused++;
		s->refusal = err;
	}
}

static void storm_report(const struct storm *s, unsigned int targets)
{
	unsigned int i, used = 0;

	for (i = 0; i < targets; i++)
		used += s->used[i];
	printf("{\"rounds\":%" PRIu64 ",\"moved\":%" PRIu64 ",\"refused\":%" PRIu64
	       ",\"refusal\":\"%s\",\"targets\":%u,\"slowest_us\":%" PRIu64 ",\"seed\":%" PRIu64 "}\n",
	       s->rounds, s->moved, s->refused, s->refusal ? strerrorname_np(-s->refusal) : "", used,
	       s->slowest_us, opt.seed);
}

static int do_storm(char **args, int nr)
{
	static struct storm s;
	uint64_t due = now_us();
	int err, i;

	s.random = opt.seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
	err = storm_open(&s);
	if (err)
		return err;
	while (storm_goes_on(&s, due)) {
		i = storm_random(&s) % nr;
		s.used[i] = true;
		storm_round(&s, args[i]);
		due += opt.interval_ms * 1000;
		/* a machine that cannot keep up must not be chased */
		if (due < now_us())
			due = now_us();
	}
	storm_report(&s, nr);
	return 0;
}

/* ---- arguments ---- */

static const struct verb {
	const char *name;
	int (*run)(char **args, int nr);
	int min, max;
} verbs[] = {
	{ "move", do_move, 0, 1 },		/* without a name: for its refusal */
	{ "storm", do_storm, 1, MAX_TARGETS },
	{ "conns", do_conns, 0, 0 },
	{ "policies", do_policies, 0, 0 },
	{ "panic", do_panic, 0, 0 },
	{ 0 }
};

static void __attribute__((noreturn)) usage(void)
{
	fputs(help, stderr);
	exit(2);
}

static uint64_t number(const char *text)
{
	uint64_t n;
	char *end;

	n = strtoull(text, &end, 0);
	if (end == text || *end)
		usage();
	return n;
}

static void set_option(int o)
{
	switch (o) {
	case 'i': opt.interval_ms = number(optarg); break;
	case 's': opt.seed = number(optarg); break;
	case 'f': opt.from = optarg; break;
	case 'o': opt.setsockopt = true; break;
	case 't':
		opt.by_token = true;
		opt.token = number(optarg);
		break;
	case 'p':
		if (opt.pids == MAX_PIDS)
			usage();
		opt.pid[opt.pids++] = number(optarg);
		break;
	default:
		usage();
	}
}

static void on_signal(int sig)
{
	(void)sig;
	told_to_stop = 1;
}

int main(int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "token", 1, NULL, 't' }, { "from", 1, NULL, 'f' }, { "pid", 1, NULL, 'p' },
		{ "interval", 1, NULL, 'i' }, { "setsockopt", 0, NULL, 'o' },
		{ "seed", 1, NULL, 's' }, { NULL, 0, NULL, 0 },
	};
	struct sigaction stop = { .sa_handler = on_signal };
	const struct verb *verb;
	int o, nr, err;

	while ((o = getopt_long(argc, argv, "", longopts, NULL)) != -1)
		set_option(o);
	nr = argc - optind - 1;
	for (verb = verbs; nr >= 0 && verb->name && strcmp(verb->name, argv[optind]); verb++)
		;
	if (nr < 0 || !verb->name || nr < verb->min || nr > verb->max)
		usage();
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	err = genl_open(&genl);
	if (err) {
		fprintf(stderr, "mover: no family '%s': %s\n", MPTCP_EXT_GENL_NAME,
			strerror(-err));
		return 1;
	}
	err = verb->run(argv + optind + 1, nr);
	if (err && verb->run == do_storm)
		fprintf(stderr, "mover: %s\n", strerror(-err));
	return err ? 1 : 0;
}
