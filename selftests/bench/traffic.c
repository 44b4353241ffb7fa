// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * traffic: one MPTCP connection over shaped paths between two network namespaces that lib.sh made,
 * one pattern of traffic on it, and its figures, "name value" a line, on stdout. Unlike xfer, which
 * proves that every byte arrives, it does as little as possible besides.
 */
#define _GNU_SOURCE
#include <getopt.h>
#include <stdarg.h>
#include <time.h>

#include "traffic.h"

struct options opt = { .timeout_ns = 120 * SEC, .seed = 1 };

static const char help[] =
"usage: traffic --client-ns NAME --server-ns NAME [options] PATTERN\n"
"  --path RATE/DELAY/QUEUE/LOSS  of the next path: Mbit/s (0: unshaped), ms one way,\n"
"                                packets, percent; both directions\n"
"  --loss-at MS/PATH/PERCENT     path's loss from then on\n"
"  --subflows N                  from 10.0.I.1 to 10.0.I.2 each; default: one a path\n"
"  --userspace                   join paths as a path manager in user space\n"
"  --rcvbuf N                    the server's, in bytes; default: as the kernel tunes it\n"
"  --seed N                      of netem's random sequences; the payload starts N * 0.7 ms later\n"
"  --ofo PATH                    pinned map of ofo.bpf.o\n"
"  --timeout S                   for everything (120)\n"
"patterns, the client sends: bulk BYTES | stream BITS_PER_SECOND SECONDS; the server answers:\n"
"  requests BYTES INTERVAL_MS COUNT\n";

static const struct pattern {
	const char *name;
	int args;
	void (*run)(struct flow *f, char **arg);
} patterns[] = {
	{ "bulk", 1, run_bulk },
	{ "stream", 2, run_stream },
	{ "requests", 3, run_requests },
};

uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * SEC + ts.tv_nsec;
}

void die(const char *fmt, ...)
{
	va_list ap;

	fputs("traffic: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

static void add_path(const char *text)
{
	struct shape *s = &opt.shape[opt.paths];
	double rate, delay;

	if (opt.paths++ == MAX_PATHS)
		die("at most %u paths", MAX_PATHS);
	if (sscanf(text, "%lf/%lf/%u/%lf", &rate, &delay, &s->queue, &s->loss) != 4)
		die("'%s' is not RATE/DELAY/QUEUE/LOSS", text);
	s->rate = rate * 1e6;
	s->delay_ns = delay * MSEC;
}

static void add_change(const char *text)
{
	struct change *c = &opt.change[opt.changes];
	unsigned int ms;

	if (opt.changes++ == MAX_CHANGES)
		die("at most %u changes", MAX_CHANGES);
	if (sscanf(text, "%u/%u/%lf", &ms, &c->path, &c->loss) != 3 || !c->path)
		die("'%s' is not MS/PATH/PERCENT", text);
	c->at_ns = ms * MSEC;
	c->path--;
}

static void set_option(int o)
{
	switch (o) {
	case 'c': opt.ns[CLIENT] = optarg; break;
	case 's': opt.ns[SERVER] = optarg; break;
	case 'p': add_path(optarg); break;
	case 'l': add_change(optarg); break;
	case 'b': opt.subflows = strtoul(optarg, NULL, 0); break;
	case 'u': opt.userspace = true; break;
	case 'n': opt.seed = strtoull(optarg, NULL, 0); break;
	case 'r': opt.rcvbuf = strtoul(optarg, NULL, 0); break;
	case 'o': opt.ofo = optarg; break;
	case 't': opt.timeout_ns = strtoull(optarg, NULL, 0) * SEC; break;
	case 'h': fputs(help, stdout); exit(0);
	default: exit(2);
	}
}

static const struct pattern *parse(int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "client-ns", 1, NULL, 'c' }, { "server-ns", 1, NULL, 's' },
		{ "path", 1, NULL, 'p' }, { "loss-at", 1, NULL, 'l' },
		{ "subflows", 1, NULL, 'b' }, { "userspace", 0, NULL, 'u' }, { "seed", 1, NULL, 'n' },
		{ "rcvbuf", 1, NULL, 'r' }, { "ofo", 1, NULL, 'o' }, { "timeout", 1, NULL, 't' },
		{ "help", 0, NULL, 'h' }, { NULL, 0, NULL, 0 },
	};
	unsigned int i;
	int o;

	while ((o = getopt_long(argc, argv, "", longopts, NULL)) != -1)
		set_option(o);
	if (!opt.subflows)
		opt.subflows = opt.paths;
	if (opt.subflows > MAX_PATHS)
		die("at most %u subflows", MAX_PATHS);
	for (i = 0; i < sizeof(patterns) / sizeof(patterns[0]) && optind < argc; i++)
		if (!strcmp(argv[optind], patterns[i].name) &&
		    argc - optind - 1 == patterns[i].args && opt.paths && opt.ns[CLIENT] &&
		    opt.ns[SERVER])
			return &patterns[i];
	fputs(help, stderr);
	exit(2);
}

int main(int argc, char **argv)
{
	const struct pattern *p = parse(argc, argv);
	struct flow f = { .deadline = now_ns() + opt.timeout_ns };
	struct timespec offset;

	shape_all();
	flow_open(&f);
	offset.tv_sec = opt.seed * 700000 / SEC;
	offset.tv_nsec = opt.seed * 700000 % SEC;
	nanosleep(&offset, NULL);
	p->run(&f, argv + optind + 1);
	return 0;
}
