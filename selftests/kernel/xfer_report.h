/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/*
 * The result of a run as one JSON line.
 */
#ifndef XFER_REPORT_H
#define XFER_REPORT_H

#include "xfer_options.h"

static void json_string(FILE *f, const char *s)
{
	fputc('"', f);
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			fprintf(f, "\\%c", *s);
		else if ((unsigned char)*s < 0x20)
			fprintf(f, "\\u%04x", *s);
		else
			fputc(*s, f);
	}
	fputc('"', f);
}

static const char *state_name(unsigned int state)
{
	static const char * const name[] = {
		"UNKNOWN", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",
		"TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING",
	};

	return name[state < sizeof(name) / sizeof(name[0]) ? state : 0];
}

static void report_subflow(FILE *f, unsigned int conn, const struct subflow_stat *s)
{
	fprintf(f, "{\"conn\":%u,\"id\":%u,\"local\":\"%s\",\"remote\":\"%s\"", conn, s->id,
		s->local, s->remote);
	fprintf(f, ",\"bytes_sent\":%" PRIu64 ",\"bytes_acked\":%" PRIu64, s->bytes_sent,
		s->bytes_acked);
	fprintf(f, ",\"bytes_retrans\":%" PRIu64 ",\"bytes_received\":%" PRIu64,
		s->bytes_retrans, s->bytes_received);
	fprintf(f, ",\"retrans\":%u,\"rtt_us\":%u,\"cwnd\":%u,\"backup\":%s", s->retrans,
		s->rtt_us, s->cwnd, s->backup ? "true" : "false");
	fprintf(f, ",\"established\":%s,\"state\":\"%s\",\"closed\":%s}",
		s->established ? "true" : "false", state_name(s->state),
		s->closed ? "true" : "false");
}

static void report_subflows(FILE *f, const char *key, enum side s)
{
	const char *comma = "";
	unsigned int i, j;

	fprintf(f, ",\"%s\":[", key);
	for (i = 0; i < opt.connections; i++) {
		const struct conn_stat *cs = &shm->side[s].conn[i].stat;

		for (j = 0; j < cs->nr; j++) {
			fputs(comma, f);
			report_subflow(f, i, &cs->subflow[j]);
			comma = ",";
		}
	}
	fputc(']', f);
}

struct totals {
	uint64_t sent, received, start, end, gap, retrans, bytes_retrans, conn_bytes, wire;
	bool fallback;
};

static void totals_add(struct totals *t, const struct conn_result *r, bool sender)
{
	uint64_t gap = r->gap_ns;
	unsigned int i;

	t->sent += r->sent;
	t->received += r->received;
	if (r->start_ns && (!t->start || r->start_ns < t->start))
		t->start = r->start_ns;
	if (r->end_ns > t->end)
		t->end = r->end_ns;
	/* A silence that never ended counts too. */
	if (r->last_ns && r->received < r->expected && now_ns() - r->last_ns > gap)
		gap = now_ns() - r->last_ns;
	if (gap > t->gap)
		t->gap = gap;
	if (r->stat.known && !r->stat.mptcp)
		t->fallback = true;
	if (!sender)
		return;
	t->bytes_retrans += r->stat.bytes_retrans;
	t->conn_bytes += r->stat.bytes_sent;
	for (i = 0; i < r->stat.nr; i++) {
		t->retrans += r->stat.subflow[i].retrans;
		t->wire += r->stat.subflow[i].bytes_sent;
	}
}

static void report_result(FILE *f, const char *error)
{
	enum side from = opt.reverse ? SERVER : CLIENT;
	struct totals t = { 0 };
	unsigned int i, s;

	if (!opt.run[from])
		from = !from;
	for (s = 0; s < NR_SIDES; s++)
		for (i = 0; i < opt.connections; i++)
			totals_add(&t, &shm->side[s].conn[i], sends(s));
	fprintf(f, "{\"ok\":%s,\"error\":", error ? "false" : "true");
	json_string(f, error ? error : "");
	fprintf(f, ",\"bytes_sent\":%" PRIu64 ",\"bytes_received\":%" PRIu64, t.sent, t.received);
	fprintf(f, ",\"seconds\":%.3f", t.end > t.start && t.start ?
		(double)(t.end - t.start) / 1e9 : 0.0);
	fprintf(f, ",\"fallback\":%s,\"connections\":%u,\"port\":%u", t.fallback ? "true" : "false",
		shm->side[from].agreed, shm->port);
	fprintf(f, ",\"token\":%u,\"retrans\":%" PRIu64, shm->side[from].conn[0].stat.token,
		t.retrans);
	fprintf(f, ",\"bytes_retrans\":%" PRIu64 ",\"wire_bytes\":%" PRIu64, t.bytes_retrans,
		t.wire);
	fprintf(f, ",\"conn_bytes_sent\":%" PRIu64, t.conn_bytes);
	fprintf(f, ",\"longest_gap_ms\":%" PRIu64, t.gap / MSEC);
	report_subflows(f, "subflows", from);
	report_subflows(f, "peer_subflows", !from);
	fputs("}\n", f);
}

/*
 * The figures are older than this line, by up to the sides' interval: "sampled_ms" tells when the
 * first connection's were read, so that rates computed from two lines do not jitter, and
 * "payload_ms" when its payload began.
 */
static void report_progress(FILE *f, uint64_t started)
{
	enum side from = opt.reverse ? SERVER : CLIENT;
	const struct conn_result *first = &shm->side[from].conn[0];
	uint64_t sampled = first->stat.sampled_ns, begun = first->start_ns, received = 0;
	unsigned int i;

	for (i = 0; i < opt.connections; i++)
		received += shm->side[SERVER].conn[i].received + shm->side[CLIENT].conn[i].received;
	fprintf(f, "{\"ms\":%" PRIu64 ",\"bytes_received\":%" PRIu64,
		(now_ns() - started) / MSEC, received);
	fprintf(f, ",\"sampled_ms\":%" PRIu64, sampled ? (sampled - started) / MSEC : 0);
	if (begun)
		fprintf(f, ",\"payload_ms\":%" PRIu64, (begun - started) / MSEC);
	report_subflows(f, "subflows", from);
	fputs("}\n", f);
}

/* Lines appear in one piece, since tests read the files while we run. */
static void report_line(int fd, bool result, const char *error, uint64_t started)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return;
	if (result)
		report_result(f, error);
	else
		report_progress(f, started);
	if (!fclose(f) && write(fd, text, size) != (ssize_t)size)
		perror("xfer: cannot write the report");
	free(text);
}

static void report(const char *error)
{
	report_line(STDOUT_FILENO, true, error, 0);
}

#endif
