// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * What goes over the connection: bytes as fast as they go, a stream of a constant rate, requests
 * with answers; and what is said about it.
 */
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <inttypes.h>
#include <linux/types.h>
#include <poll.h>

#include "ofo.h"
#include "traffic.h"

#define CHUNK		(64 << 10)
#define RECV_SIZE	(256 << 10)
#define STREAM_NS	(10 * MSEC)	/* of a stream's bytes make a block */
#define REQUEST_SIZE	64
#define MAX_BLOCKS	100000

static char buf[RECV_SIZE];

/* ---- the event loop's parts ---- */

static size_t push(struct flow *f, enum side side, size_t len)
{
	ssize_t n;

	if (!len)
		return 0;
	n = send(f->fd[side], buf, len < CHUNK ? len : CHUNK, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n < 0 && errno != EAGAIN)
		die("cannot send: %s", strerror(errno));
	return n < 0 ? 0 : n;
}

static size_t pull(struct flow *f, enum side side)
{
	ssize_t n = recv(f->fd[side], buf, sizeof(buf), MSG_DONTWAIT);

	if (n < 0 && errno != EAGAIN)
		die("cannot receive: %s", strerror(errno));
	if (!n)
		die("the connection ended early");
	return n < 0 ? 0 : n;
}

static void apply_changes(struct flow *f, uint64_t start)
{
	while (f->changed < opt.changes && now_ns() - start >= opt.change[f->changed].at_ns)
		shape_change(&opt.change[f->changed++]);
}

/* Until an end has data, an end that wants to has room, or @due. */
static void wait_any(struct flow *f, bool client_sends, bool server_sends, uint64_t start,
		     uint64_t due)
{
	struct pollfd pfd[NR_SIDES] = {
		{ .fd = f->fd[CLIENT], .events = POLLIN | (client_sends ? POLLOUT : 0) },
		{ .fd = f->fd[SERVER], .events = POLLIN | (server_sends ? POLLOUT : 0) },
	};
	uint64_t now = now_ns(), until = due < f->deadline ? due : f->deadline;
	struct timespec ts = { 0 };

	if (now >= f->deadline)
		die("timeout");
	if (f->changed < opt.changes && start + opt.change[f->changed].at_ns < until)
		until = start + opt.change[f->changed].at_ns;
	if (until > now) {
		ts.tv_sec = (until - now) / SEC;
		ts.tv_nsec = (until - now) % SEC;
	}
	ppoll(pfd, NR_SIDES, &ts, NULL);
	apply_changes(f, start);
}

/* ---- figures ---- */

static int ofo_map = -1;

static void ofo_reset(void)
{
	struct ofo none = { 0 };
	__u32 key = 0;

	if (!opt.ofo)
		return;
	ofo_map = bpf_obj_get(opt.ofo);
	if (ofo_map < 0 || bpf_map_update_elem(ofo_map, &key, &none, 0))
		die("cannot use '%s': %s", opt.ofo, strerror(errno));
}

static void print_ofo(void)
{
	struct ofo o;
	__u32 key = 0;

	if (ofo_map < 0 || bpf_map_lookup_elem(ofo_map, &key, &o))
		return;
	printf("ofo_peak_kb %.1f\n", o.peak / 1e3);
	printf("ofo_mean_kb %.1f\n", o.samples ? o.sum / 1e3 / o.samples : 0.0);
}

static void print_common(struct flow *f, enum side sender, uint64_t payload)
{
	struct conn_stat *cs = &f->stat[sender];
	uint64_t retrans = 0, wire = 0;
	unsigned int i;

	flow_sample(f, sender);
	if (!cs->mptcp)
		die("the connection fell back to TCP");
	for (i = 0; i < cs->nr; i++) {
		retrans += cs->subflow[i].retrans;
		wire += cs->subflow[i].bytes_sent;
	}
	printf("retrans %" PRIu64 "\n", retrans);
	printf("reinjected_kb %.1f\n", cs->bytes_retrans / 1e3);
	printf("wire_ratio %.4f\n", (double)wire / payload);
	print_ofo();
}

static int by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print_delays(double *delay, unsigned int n)
{
	double sum = 0;
	unsigned int i;

	qsort(delay, n, sizeof(*delay), by_value);
	for (i = 0; i < n; i++)
		sum += delay[i];
	printf("delay_mean_ms %.3f\n", sum / n);
	printf("delay_p50_ms %.3f\n", delay[n / 2]);
	printf("delay_p95_ms %.3f\n", delay[n * 95 / 100]);
	printf("delay_max_ms %.3f\n", delay[n - 1]);
}

/* ---- bulk BYTES ---- */

void run_bulk(struct flow *f, char **arg)
{
	uint64_t bytes = strtoull(arg[0], NULL, 0), sent = 0, received = 0, start, end, gap = 0;
	uint64_t last;
	size_t n;

	ofo_reset();
	start = now_ns();
	last = start;
	end = start;
	while (received < bytes) {
		wait_any(f, sent < bytes, false, start, UINT64_MAX);
		do {
			n = push(f, CLIENT, bytes - sent);
			sent += n;
		} while (n);
		while ((n = pull(f, SERVER))) {
			received += n;
			end = now_ns();
			if (end - last > gap)
				gap = end - last;
			last = end;
		}
	}
	printf("seconds %.6f\n", (end - start) / 1e9);
	printf("goodput_mbit %.4f\n", bytes * 8e3 / (end - start));
	printf("gap_ms %.3f\n", gap / 1e6);
	print_common(f, CLIENT, bytes);
}

/* ---- blocks that are due at fixed times ---- */

struct blocks {
	uint64_t interval_ns;
	size_t request, size;		/* bytes; no request: the client sends the block itself */
	unsigned int nr;
};

/* A block's delay counts from when it was due, even if what was before it kept it from leaving. */
static void run_blocks(struct flow *f, const struct blocks *b)
{
	static double delay[MAX_BLOCKS];
	const enum side sender = b->request ? SERVER : CLIENT;
	uint64_t start, due = 0, wanted = 0, sent = 0, received = 0, asked = 0, to_ask = 0;
	unsigned int made = 0, done = 0;
	size_t n;

	if (!b->nr || b->nr > MAX_BLOCKS)
		die("1 to %u blocks, not %u", MAX_BLOCKS, b->nr);
	ofo_reset();
	start = now_ns();
	while (done < b->nr) {
		due = made < b->nr ? start + made * b->interval_ns : UINT64_MAX;
		if (now_ns() >= due) {
			*(b->request ? &to_ask : &wanted) += b->request ?: b->size;
			made++;
			continue;
		}
		wait_any(f, b->request ? to_ask : sent < wanted, b->request && sent < wanted, start,
			 due);
		to_ask -= push(f, CLIENT, to_ask);
		while (b->request && (n = pull(f, SERVER)))
			asked += n;
		if (b->request)
			wanted = asked / b->request * b->size;
		while ((n = push(f, sender, wanted - sent)))
			sent += n;
		while ((n = pull(f, !sender)))
			received += n;
		for (; done < received / b->size; done++)
			delay[done] = (now_ns() - start - done * b->interval_ns) / 1e6;
	}
	print_delays(delay, b->nr);
	print_common(f, sender, b->nr * b->size);
}

/* stream BITS_PER_SECOND SECONDS */
void run_stream(struct flow *f, char **arg)
{
	struct blocks b = {
		.interval_ns = STREAM_NS,
		.size = strtoull(arg[0], NULL, 0) * STREAM_NS / 8 / SEC,
		.nr = strtoull(arg[1], NULL, 0) * SEC / STREAM_NS,
	};

	run_blocks(f, &b);
}

/* requests BYTES INTERVAL_MS COUNT */
void run_requests(struct flow *f, char **arg)
{
	struct blocks b = {
		.request = REQUEST_SIZE,
		.size = strtoull(arg[0], NULL, 0),
		.interval_ns = strtoull(arg[1], NULL, 0) * MSEC,
		.nr = strtoull(arg[2], NULL, 0),
	};

	run_blocks(f, &b);
}
