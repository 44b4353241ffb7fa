// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * fuzz_run: run random policies, one object for each seed, on real transfers, inside the VM. Every
 * worker has a pair of network namespaces and takes the next seed until none is left: load, select,
 * transfer in both directions while things happen, unload. One line for each seed goes to the
 * standard output, at the end "key value" lines with the sums; exit status 1 if anything failed.
 *
 * A worker that hangs, in the kernel or out of it, is reported with its seed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/types.h>

#include "run.h"
#include "stats.h"

#define GRACE_MS	20000	/* between a worker's own deadline and the parent's */
#define LOAD_MS		120000	/* for the verifier */
#define END_MS		60000	/* for connections to go away, see net.mptcp.close_timeout */

struct options opt = {
	.workers = 1, .paths = 2, .bytes = 65536, .deadline_ms = 30000, .count = 1, .seed = 1,
	.slow = 1, .logs = ".", .objects = ".",
};
struct shared *shm;

uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

void note(struct result *r, const char *fmt, ...)
{
	size_t used = strlen(r->notes);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r->notes + used, sizeof(r->notes) - used, fmt, ap);
	va_end(ap);
}

bool failed(struct result *r, const char *fmt, ...)
{
	va_list ap;

	if (r->outcome == FAILED)
		return false;
	va_start(ap, fmt);
	vsnprintf(r->reason, sizeof(r->reason), fmt, ap);
	va_end(ap);
	r->outcome = FAILED;
	return false;
}

/* ---- a worker ---- */

static struct net net;
static int panic_fd = -1;

static void doing(unsigned int worker, const char *what, uint64_t ms)
{
	shm->worker[worker].doing = what;
	shm->worker[worker].until_ns = now_ns() + (ms + GRACE_MS) * opt.slow * MSEC;
}

/* The limits differ, so that some policies are disabled and some only counted. */
static int select_policy(unsigned int worker, struct rand *r, struct result *res)
{
	static const char * const fallbacks[] = { "1", "2", "64" };
	const char *name = opt.built_in ? "default" : shm->worker[worker].policy;
	unsigned int s;
	int err = 0;

	for (s = 0; s < NR_SIDES && !err; s++) {
		net_sysctl(net.timeout[s], "100");
		net_sysctl(net.max_fallbacks[s], RAND_ARRAY(r, fallbacks));
		err = net_sysctl(net.scheduler[s], name);
		/* somebody panics */
		if (err == -ENOENT)
			err = 0;
	}
	if (err)
		failed(res, "cannot select '%s': %s", name, strerror(-err));
	return err;
}

/* For whoever looks into a hang */
static void show_sockets(uint64_t seed)
{
	char command[600];
	unsigned int s;

	for (s = 0; s < NR_SIDES; s++) {
		if (net_enter(&net, s))
			continue;
		snprintf(command, sizeof(command),
			 "{ ss -nMi; ss -ntoim; nstat -as; } >> '%s/%" PRIu64 ".sockets' 2>&1",
			 opt.logs, seed);
		if (system(command))
			return;
	}
}

static void transfer(struct context *c)
{
	uint64_t deadline = now_ns() + opt.deadline_ms * opt.slow * MSEC;
	struct events events;
	int err;

	err = traffic_open(c->traffic, c->rand, c->net);
	if (err) {
		failed(c->result, "cannot open the connections: %s", strerror(-err));
		goto out;
	}
	events_plan(&events, c);
	do {
		err = events_run(&events, c);
		if (!err)
			err = traffic_run(c->traffic, c->rand, c->result);
		if (!err && now_ns() > deadline) {
			traffic_describe(c->traffic, c->result);
			show_sockets(c->policy->seed);
			err = -ETIME;
		}
	} while (!err);
	events_end(&events, c);
out:
	traffic_close(c->traffic);
}

static void run_policy(unsigned int worker, struct policy *policy, struct policy *next,
		       struct result *res)
{
	static struct traffic traffic;
	struct rand r;
	struct context c = {
		.worker = worker, .net = &net, .traffic = &traffic, .policy = policy, .next = next,
		.result = res, .rand = &r, .panic = panic_fd,
	};
	uint64_t start = now_ns();
	int err;

	rand_init(&r, policy->seed, RAND_RUN);
	snprintf(shm->worker[worker].policy, 16, "fuzz%" PRIu64, policy->seed);
	err = policy_attach(policy);
	if (err) {
		failed(res, "cannot register it: %s", strerror(-err));
		return;
	}
	err = select_policy(worker, &r, res);
	if (!err)
		transfer(&c);
	shm->worker[worker].policy[0] = '\0';
	net_sysctl(net.scheduler[CLIENT], "default");
	net_sysctl(net.scheduler[SERVER], "default");
	res->run_ms = (now_ns() - start) / MSEC;
	res->sends = policy->stats->sends;
	res->retranses = policy->stats->retranses;
	res->events = policy->stats->events;
	if (next->stats)
		policy_close(next);
	policy_close(policy);
}

static void run_seed(unsigned int worker, uint64_t seed, struct policy *policy,
		     struct policy *next, struct result *res)
{
	bool unsafe = seed_unsafe(seed, 1) >= 0;
	uint64_t start = now_ns();
	const char *complaint;
	int err;

	res->outcome = RUNNING;
	doing(worker, "loading", LOAD_MS);
	err = policy_load(policy, seed, seed, res);
	res->load_ms = (now_ns() - start) / MSEC;
	if (err) {
		if (policy->refused)
			res->outcome = REFUSED;
		return;
	}
	if (unsafe) {
		failed(res, "the verifier accepts what it must refuse");
		return;
	}
	doing(worker, "running", opt.deadline_ms);
	if (!opt.load_only)
		run_policy(worker, policy, next, res);
	complaint = policy_complaint(policy, false);
	if (complaint)
		failed(res, "%s", complaint);
	if (res->outcome == RUNNING)
		res->outcome = PASSED;
}

/* When the last connection of each policy is gone, all calls of release must have been made. */
static void check_ends(unsigned int worker, struct policy *policies, unsigned int nr)
{
	uint64_t deadline = now_ns() + END_MS * opt.slow * MSEC;
	const char *complaint;
	unsigned int i;

	doing(worker, "waiting for the last connections", END_MS);
	for (i = 0; i < nr; i++) {
		struct result *res = &shm->result[policies[i].seed - opt.seed];

		if (!policies[i].stats)
			continue;
		while ((complaint = policy_complaint(&policies[i], true)) && now_ns() < deadline)
			poll(NULL, 0, 50);
		if (complaint)
			failed(res, "%s", complaint);
	}
}

static void __attribute__((noreturn)) worker_main(unsigned int worker)
{
	struct policy *policies = calloc(2 * opt.count, sizeof(*policies));
	unsigned int nr = 0;
	struct result *res;
	uint64_t n;
	int err;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	err = policies ? net_open(&net, worker) : -ENOMEM;
	if (err) {
		fprintf(stderr, "fuzz_run: worker %u: %s\n", worker, strerror(-err));
		_exit(1);
	}
	while ((n = __atomic_fetch_add(&shm->next, 1, __ATOMIC_RELAXED)) < opt.count) {
		res = &shm->result[n];
		shm->worker[worker].seed = opt.seed + n;
		run_seed(worker, opt.seed + n, &policies[nr], &policies[nr + 1], res);
		res->over = true;
		nr += 2;
	}
	check_ends(worker, policies, nr);
	shm->worker[worker].until_ns = 0;
	_exit(0);
}

/* ---- the parent ---- */

static void print_result(uint64_t i)
{
	static const char * const outcomes[] = { "not run", "lost", "refused", "ok", "FAILED" };
	const struct result *r = &shm->result[i];

	printf("seed %" PRIu64 ": %s", opt.seed + i, outcomes[r->outcome]);
	if (r->outcome == FAILED)
		printf(": %s; source: %s/%" PRIu64 ".bpf.c", r->reason, opt.objects, opt.seed + i);
	printf(" (load %" PRIu64 " ms, run %" PRIu64 " ms, %u connections, %u subflows, %" PRIu64
	       " sends, %" PRIu64 " retranses, %" PRIu64 " events;%s)\n", r->load_ms, r->run_ms,
	       r->connections, r->subflows, r->sends, r->retranses, r->events, r->notes);
	fflush(stdout);
}

/* A seed that passed may still fail at the end: then it is printed again. */
static void print_done(enum outcome *printed)
{
	uint64_t i;

	for (i = 0; i < opt.count; i++) {
		enum outcome outcome = shm->result[i].outcome;

		if (printed[i] == outcome || !shm->result[i].over)
			continue;
		printed[i] = outcome;
		print_result(i);
	}
}

/* A worker that is gone, or late for what it does, takes its seed with it. */
static bool lost_worker(unsigned int worker, const char *how)
{
	struct worker_state *w = &shm->worker[worker];
	char stack[128];
	struct result *r;

	if (!w->seed) {
		fprintf(stderr, "fuzz_run: worker %u %s\n", worker, how);
		return false;
	}
	snprintf(stack, sizeof(stack), "cat /proc/%d/stack >&2", w->pid);
	if (w->until_ns && system(stack))
		fprintf(stderr, "fuzz_run: no stack of worker %u\n", worker);
	r = &shm->result[w->seed - opt.seed];
	failed(r, "the worker %s while %s", how, w->doing);
	r->over = true;
	return false;
}

/* Returns how many are left; those that had to be given up are not waited for. */
static unsigned int reap(bool *ok)
{
	unsigned int i, left = 0;
	int status;

	for (i = 0; i < opt.workers; i++) {
		struct worker_state *w = &shm->worker[i];

		if (!w->pid)
			continue;
		if (waitpid(w->pid, &status, WNOHANG) == w->pid) {
			w->pid = 0;
			w->until_ns = 0;
			if (status)
				*ok = lost_worker(i, "ended early");
		} else if (w->until_ns && now_ns() > w->until_ns) {
			*ok = lost_worker(i, "hangs");
			kill(w->pid, SIGKILL);
			w->pid = 0;
		} else {
			left++;
		}
	}
	return left;
}

static int start_workers(void)
{
	unsigned int i;
	pid_t pid;

	for (i = 0; i < opt.workers; i++) {
		pid = fork();
		if (pid < 0)
			return -errno;
		if (!pid)
			worker_main(i);
		shm->worker[i].pid = pid;
	}
	return 0;
}

static const char * const counters[] = {
	"SchedFallbackStall", "SchedFallbackRetrans", "SchedFallbackError",
	"SchedFallbackBudget", "SchedDisabled", "SchedMoved", "SchedInvalidMark", "SchedClamped",
	"SchedDupBytes", "SchedReinjBytes", "SchedWaits",
	"MPJoinSynRx", "SubflowStale", "MPCapableFallbackACK", NULL,
};

static void print_counters(void)
{
	uint64_t sum[sizeof(counters) / sizeof(counters[0])] = { 0 };
	unsigned int i;

	for (i = 0; i < opt.workers; i++)
		if (net_open(&net, i) || net_counters(&net, counters, sum))
			return;
	for (i = 0; counters[i]; i++)
		printf("%s %" PRIu64 "\n", counters[i], sum[i]);
}

/* Returns false if anything failed. */
static bool print_sums(void)
{
	uint64_t n[FAILED + 1] = { 0 }, sends = 0, retranses = 0, connections = 0, subflows = 0;
	uint64_t i, events = 0, unsafe = 0, aborted = 0, kept = 0, moved = 0;

	for (i = 0; i < opt.count; i++) {
		const struct result *r = &shm->result[i];

		n[r->outcome]++;
		unsafe += seed_unsafe(opt.seed + i, 1) >= 0;
		sends += r->sends;
		retranses += r->retranses;
		events += r->events;
		connections += r->connections;
		subflows += r->subflows;
		aborted += r->aborted;
		kept += r->kept;
		moved += r->moved_to_default;
	}
	printf("passed %" PRIu64 "\nfailed %" PRIu64 "\nrefused %" PRIu64 "\nunsafe %" PRIu64 "\n",
	       n[PASSED], n[FAILED] + n[RUNNING] + n[NOT_RUN], n[REFUSED], unsafe);
	printf("sends %" PRIu64 "\nretranses %" PRIu64 "\nevents %" PRIu64 "\nconnections %" PRIu64
	       "\n", sends, retranses, events, connections);
	printf("subflows %" PRIu64 "\naborted %" PRIu64 "\nkept %" PRIu64 "\non_default %" PRIu64
	       "\n", subflows, aborted, kept, moved);
	return n[PASSED] + n[REFUSED] == opt.count;
}

static unsigned int left_over(void)
{
	uint64_t deadline = now_ns() + END_MS * opt.slow * MSEC;
	unsigned int n;

	while ((n = policies_in_kernel()) && now_ns() < deadline)
		poll(NULL, 0, 50);
	return n;
}

/* ---- options ---- */

static const char help[] =
"usage: fuzz_run --client-ns PREFIX --server-ns PREFIX --addr ADDR [options]\n"
"Runs random policies on transfers between pairs of network namespaces.\n"
"  --client-ns, --server-ns  names in /run/netns without the worker's number\n"
"  --addr ADDR           the server's IPv4 address, the same in all pairs\n"
"  --objects DIR         where SEED.bpf.o are; --logs DIR: for what is worth keeping\n"
"  --seed N --count N    these seeds\n"
"  --workers N           how many at a time, each in its own pair\n"
"  --paths N             of a pair; --bytes N: of each connection and direction\n"
"  --deadline SECONDS    for the transfers of one policy, times $SLOW\n"
"  --load-only           ask the verifier, nothing else\n"
"  --built-in            the same events, but on the built-in scheduler: to see whose\n"
"                        fault something is\n";

static const struct option longopts[] = {
	{ "client-ns", 1, NULL, 'c' }, { "server-ns", 1, NULL, 's' }, { "addr", 1, NULL, 'a' },
	{ "objects", 1, NULL, 'o' }, { "logs", 1, NULL, 'l' }, { "seed", 1, NULL, 'S' },
	{ "count", 1, NULL, 'n' }, { "workers", 1, NULL, 'w' }, { "paths", 1, NULL, 'p' },
	{ "bytes", 1, NULL, 'b' }, { "deadline", 1, NULL, 'd' }, { "load-only", 0, NULL, 'L' },
	{ "built-in", 0, NULL, 'B' }, { "help", 0, NULL, 'h' }, { NULL, 0, NULL, 0 },
};

static uint64_t number(const char *text, uint64_t min, uint64_t max)
{
	uint64_t n;
	char *end;

	errno = 0;
	n = strtoull(text, &end, 10);
	if (errno || end == text || *end || n < min || n > max) {
		fprintf(stderr, "fuzz_run: '%s' is not a number from %" PRIu64 " to %" PRIu64 "\n",
			text, min, max);
		exit(2);
	}
	return n;
}

static void set_option(int o, const char *arg)
{
	switch (o) {
	case 'c': opt.ns[CLIENT] = arg; break;
	case 's': opt.ns[SERVER] = arg; break;
	case 'a': opt.addr = arg; break;
	case 'o': opt.objects = arg; break;
	case 'l': opt.logs = arg; break;
	case 'S': opt.seed = number(arg, 1, 99999999999 - 100000); break;
	case 'n': opt.count = number(arg, 1, 100000); break;
	case 'w': opt.workers = number(arg, 1, MAX_WORKERS); break;
	case 'p': opt.paths = number(arg, 1, MAX_PATHS); break;
	case 'b': opt.bytes = number(arg, 1, 1 << 24); break;
	case 'd': opt.deadline_ms = 1000 * number(arg, 1, 100000); break;
	case 'L': opt.load_only = true; break;
	case 'B': opt.built_in = true; break;
	case 'h': fputs(help, stdout); exit(0);
	default: fputs(help, stderr); exit(2);
	}
}

static int prepare(void)
{
	const char *factor = getenv("SLOW");

	if (factor)
		opt.slow = number(factor, 1, 1000);
	shm = mmap(NULL, sizeof(*shm) + opt.count * sizeof(shm->result[0]),
		   PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shm == MAP_FAILED)
		return -errno;
	/* of the initial namespace, which is where we still are */
	panic_fd = open("/proc/sys/net/mptcp/ext_panic", O_WRONLY | O_CLOEXEC);
	return start_workers();
}

int main(int argc, char **argv)
{
	enum outcome *printed;
	unsigned int left;
	bool ok = true;
	int o, err;

	while ((o = getopt_long(argc, argv, "", longopts, NULL)) != -1)
		set_option(o, optarg);
	if (optind < argc || !opt.ns[CLIENT] || !opt.ns[SERVER] || !opt.addr) {
		fputs(help, stderr);
		return 2;
	}
	printed = calloc(opt.count, sizeof(*printed));
	err = printed ? prepare() : -ENOMEM;
	if (err) {
		fprintf(stderr, "fuzz_run: %s\n", strerror(-err));
		return 1;
	}
	while (reap(&ok)) {
		print_done(printed);
		poll(NULL, 0, 200);
	}
	print_done(printed);
	left = left_over();
	printf("left_over %u\n", left);
	print_counters();
	return print_sums() && ok && !left ? 0 : 1;
}
