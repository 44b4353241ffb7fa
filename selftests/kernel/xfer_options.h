/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/*
 * What one run of xfer is asked to do, and the result area its processes share.
 */
#ifndef XFER_OPTIONS_H
#define XFER_OPTIONS_H

#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <time.h>

#include "xfer_info.h"

#define MAX_CONNECTIONS	256
#define MAX_CHUNK	(1 << 20)
#define MSEC		UINT64_C(1000000)

enum side { CLIENT, SERVER, NR_SIDES };
static const char * const side_name[NR_SIDES] = { "client", "server" };

static struct {
	const char *ns[NR_SIDES];
	bool plain[NR_SIDES];
	bool run[NR_SIDES];
	const char *addr, *bind, *file, *save, *step;
	uint16_t port;
	struct sockaddr_storage dst, src;
	uint64_t bytes, seed, expect_seed, rate, chunk, timeout_ms, subflow_ms, progress_ms;
	uint64_t connections, subflows, sndbuf, rcvbuf;
	bool reverse, both, hold, sequential;
} opt = {
	.run = { true, true },
	.bytes = 1 << 20, .seed = 1, .chunk = 65536, .timeout_ms = 60000, .connections = 1,
};

struct conn_result {
	uint64_t sent, received, expected;
	uint64_t start_ns, end_ns;		/* first byte written, last byte received */
	uint64_t last_ns, gap_ns;
	bool agreed;
	struct conn_stat stat;
};

static struct shared {
	uint16_t port;
	bool release;				/* end of --hold */
	struct side_result {
		char error[256];
		unsigned int agreed;
		struct conn_result conn[MAX_CONNECTIONS];
	} side[NR_SIDES];
} *shm;

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static bool sends(enum side s)
{
	return opt.both || s == (opt.reverse ? SERVER : CLIENT);
}

static const char help[] =
"usage: xfer --addr SERVER_ADDR [options]\n"
"Moves bytes over MPTCP between two network namespaces; prints one JSON line.\n"
"  --client-ns NAME, --server-ns NAME  name in /run/netns, or a path\n"
"  --port P              server port (default: chosen by the kernel)\n"
"  --bind ADDR           local address of the client\n"
"  --bytes N             payload of a connection and direction, with k or M (1M)\n"
"  --file PATH           send this file; --save PATH stores what arrived\n"
"  --reverse | --both    the server sends | both send\n"
"  --connections N       how many (1); --sequential: one after the other\n"
"  --step PREFIX         with --sequential: PREFIX.I.done is created when connection\n"
"                        I is over, the next one waits for PREFIX.I.go\n"
"  --subflows N          wait for N usable subflows before the payload\n"
"  --subflow-timeout S   how long (default: half of --timeout)\n"
"  --seed S              payload stream; --expect-seed S: the receiver compares with\n"
"                        this one instead, to see the comparison fail\n"
"  --chunk N             bytes of a write (64k); --rate N: bytes per second\n"
"  --sndbuf N, --rcvbuf N\n"
"  --plain-server, --plain-client      that side uses TCP\n"
"  --listen-only | --connect-only      run one side (needs --port)\n"
"  --hold                keep the connections until SIGTERM or end of a stdin pipe\n"
"  --progress MS         progress as JSON lines on stderr\n"
"  --timeout S           for the whole transfer (60)\n";

enum {
	O_CLIENT_NS = 256, O_SERVER_NS, O_ADDR, O_PORT, O_BIND, O_BYTES, O_FILE, O_SAVE, O_REVERSE,
	O_BOTH, O_CONNECTIONS, O_SEQUENTIAL, O_STEP, O_SUBFLOWS, O_SUBFLOW_TIMEOUT, O_SEED,
	O_EXPECT_SEED, O_CHUNK, O_RATE, O_SNDBUF, O_RCVBUF, O_PLAIN_SERVER, O_PLAIN_CLIENT,
	O_LISTEN_ONLY, O_CONNECT_ONLY, O_HOLD, O_PROGRESS, O_TIMEOUT, O_HELP,
};

static const struct option longopts[] = {
	{ "client-ns", 1, NULL, O_CLIENT_NS }, { "server-ns", 1, NULL, O_SERVER_NS },
	{ "addr", 1, NULL, O_ADDR }, { "port", 1, NULL, O_PORT }, { "bind", 1, NULL, O_BIND },
	{ "bytes", 1, NULL, O_BYTES }, { "file", 1, NULL, O_FILE }, { "save", 1, NULL, O_SAVE },
	{ "reverse", 0, NULL, O_REVERSE }, { "both", 0, NULL, O_BOTH },
	{ "connections", 1, NULL, O_CONNECTIONS }, { "sequential", 0, NULL, O_SEQUENTIAL },
	{ "step", 1, NULL, O_STEP }, { "subflows", 1, NULL, O_SUBFLOWS },
	{ "subflow-timeout", 1, NULL, O_SUBFLOW_TIMEOUT }, { "seed", 1, NULL, O_SEED },
	{ "expect-seed", 1, NULL, O_EXPECT_SEED }, { "chunk", 1, NULL, O_CHUNK },
	{ "rate", 1, NULL, O_RATE }, { "sndbuf", 1, NULL, O_SNDBUF },
	{ "rcvbuf", 1, NULL, O_RCVBUF }, { "plain-server", 0, NULL, O_PLAIN_SERVER },
	{ "plain-client", 0, NULL, O_PLAIN_CLIENT }, { "listen-only", 0, NULL, O_LISTEN_ONLY },
	{ "connect-only", 0, NULL, O_CONNECT_ONLY }, { "hold", 0, NULL, O_HOLD },
	{ "progress", 1, NULL, O_PROGRESS }, { "timeout", 1, NULL, O_TIMEOUT },
	{ "help", 0, NULL, O_HELP }, { NULL, 0, NULL, 0 },
};

static void __attribute__((noreturn, format(printf, 1, 2))) usage(const char *fmt, ...)
{
	va_list ap;

	fputs("xfer: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputs(" (see --help)\n", stderr);
	exit(2);
}

static uint64_t number(const char *text, uint64_t min, uint64_t max)
{
	uint64_t n, unit = 1;
	char *end;

	errno = 0;
	n = strtoull(text, &end, 0);
	if (*end == 'k' || *end == 'K')
		unit = 1 << 10;
	else if (*end == 'M')
		unit = 1 << 20;
	if (unit > 1)
		end++;
	if (errno || end == text || *end || *text == '-' || n > UINT64_MAX / unit)
		usage("'%s' is not a number", text);
	n *= unit;
	if (n < min || n > max)
		usage("'%s' is not between %" PRIu64 " and %" PRIu64, text, min, max);
	return n;
}

static uint64_t milliseconds(const char *text)
{
	char *end;
	double s = strtod(text, &end);

	if (end == text || *end || !(s > 0 && s < 1e6))
		usage("'%s' is not a time in seconds", text);
	return (uint64_t)(s * 1000);
}

static void address(const char *text, struct sockaddr_storage *ss)
{
	struct sockaddr_in6 *in6 = (void *)ss;
	struct sockaddr_in *in4 = (void *)ss;

	if (inet_pton(AF_INET, text, &in4->sin_addr) == 1)
		ss->ss_family = AF_INET;
	else if (inet_pton(AF_INET6, text, &in6->sin6_addr) == 1)
		ss->ss_family = AF_INET6;
	else
		usage("'%s' is not an IP address", text);
}

static void set_flag_option(int o)
{
	switch (o) {
	case O_REVERSE:		opt.reverse = true; break;
	case O_BOTH:		opt.both = true; break;
	case O_SEQUENTIAL:	opt.sequential = true; break;
	case O_PLAIN_SERVER:	opt.plain[SERVER] = true; break;
	case O_PLAIN_CLIENT:	opt.plain[CLIENT] = true; break;
	case O_LISTEN_ONLY:	opt.run[CLIENT] = false; break;
	case O_CONNECT_ONLY:	opt.run[SERVER] = false; break;
	case O_HOLD:		opt.hold = true; break;
	case O_HELP:		fputs(help, stdout); exit(0);
	default:		usage("unknown option");
	}
}

static void set_option(int o, const char *arg)
{
	switch (o) {
	case O_CLIENT_NS:	opt.ns[CLIENT] = arg; break;
	case O_SERVER_NS:	opt.ns[SERVER] = arg; break;
	case O_ADDR:		opt.addr = arg; break;
	case O_BIND:		opt.bind = arg; break;
	case O_FILE:		opt.file = arg; break;
	case O_SAVE:		opt.save = arg; break;
	case O_STEP:		opt.step = arg; opt.sequential = true; break;
	case O_PORT:		opt.port = number(arg, 1, 65535); break;
	case O_BYTES:		opt.bytes = number(arg, 0, 1ull << 40); break;
	case O_CONNECTIONS:	opt.connections = number(arg, 1, MAX_CONNECTIONS); break;
	case O_SUBFLOWS:	opt.subflows = number(arg, 1, INFO_MAX_SUBFLOWS); break;
	case O_SUBFLOW_TIMEOUT:	opt.subflow_ms = milliseconds(arg); break;
	case O_SEED:		opt.seed = number(arg, 0, UINT64_MAX); break;
	case O_EXPECT_SEED:	opt.expect_seed = number(arg, 1, UINT64_MAX); break;
	case O_CHUNK:		opt.chunk = number(arg, 1, MAX_CHUNK); break;
	case O_RATE:		opt.rate = number(arg, 1, UINT64_MAX); break;
	case O_SNDBUF:		opt.sndbuf = number(arg, 1, INT32_MAX); break;
	case O_RCVBUF:		opt.rcvbuf = number(arg, 1, INT32_MAX); break;
	case O_PROGRESS:	opt.progress_ms = number(arg, 1, 1000000); break;
	case O_TIMEOUT:		opt.timeout_ms = milliseconds(arg); break;
	default:		set_flag_option(o);
	}
}

static void check_options(void)
{
	struct stat st;

	if (!opt.addr)
		usage("--addr is missing");
	address(opt.addr, &opt.dst);
	if (opt.bind)
		address(opt.bind, &opt.src);
	if (opt.bind && opt.src.ss_family != opt.dst.ss_family)
		usage("--bind and --addr are of different families");
	if (!opt.run[CLIENT] && !opt.run[SERVER])
		usage("--listen-only and --connect-only exclude each other");
	if (!opt.run[SERVER] && !opt.port)
		usage("--connect-only needs --port");
	if (opt.save && (opt.both || opt.connections > 1))
		usage("--save needs one connection and one direction");
	if (opt.file && stat(opt.file, &st))
		usage("cannot read '%s': %s", opt.file, strerror(errno));
	if (opt.file)
		opt.bytes = st.st_size;
	if (!opt.expect_seed)
		opt.expect_seed = opt.seed;
	if (!opt.subflow_ms)
		opt.subflow_ms = opt.timeout_ms / 2;
}

#endif
