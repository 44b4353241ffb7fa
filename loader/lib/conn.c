// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * Connections that exist. Netlink tells everything but their addresses; these
 * come from a BPF iterator over sockets, and are joined by token within each
 * network namespace. Both lists are taken one after the other: a connection
 * that is in one of them only has just come or gone, and has no address.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

#include "../../bpf/metrics/snapshot.h"

#define CURRENT	"current"

/* There is room up to the next power of two. */
int mpx_conns_add(struct mpx_conns *conns, const struct mpx_conn *conn)
{
	struct mpx_conn *grown;

	if (!(conns->cnt & (conns->cnt - 1))) {
		grown = realloc(conns->v, (conns->cnt ? 2 * conns->cnt : 1) * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		conns->v = grown;
	}
	conns->v[conns->cnt++] = *conn;
	return 0;
}

static int by_token(const void *a, const void *b)
{
	const struct mpx_conn *x = a, *y = b;

	return (x->token > y->token) - (x->token < y->token);
}

void mpx_conns_sort(struct mpx_conns *conns, size_t first)
{
	size_t i, kept = first;

	if (conns->cnt <= first)
		return;
	qsort(conns->v + first, conns->cnt - first, sizeof(*conns->v), by_token);
	/* A dump that other changes interrupt may tell one twice. */
	for (i = first + 1; i < conns->cnt; i++)
		if (conns->v[i].token != conns->v[kept].token)
			conns->v[++kept] = conns->v[i];
	conns->cnt = kept + 1;
}

struct mpx_conn *mpx_conns_find(struct mpx_conn *v, size_t cnt, uint32_t token)
{
	struct mpx_conn key = { .token = token };

	return cnt ? bsearch(&key, v, cnt, sizeof(*v), by_token) : NULL;
}

/* The connections of one namespace, while their addresses come in. */
struct part {
	struct mpx_conn *v;
	size_t cnt;
};

static void add_addresses(const struct mpx_snap_record *rec, void *ctx)
{
	const struct part *part = ctx;
	struct mpx_conn *conn = mpx_conns_find(part->v, part->cnt, rec->token);

	if (!conn)
		return;
	conn->local.family = rec->family;
	conn->remote.family = rec->family;
	conn->local.port = rec->local_port;
	conn->remote.port = ntohs(rec->remote_port);
	memcpy(conn->local.addr, rec->local, sizeof(rec->local));
	memcpy(conn->remote.addr, rec->remote, sizeof(rec->remote));
}

struct reader {
	struct mpx_conns *conns;
	struct mpx_snapshot *snap;
	bool snap_tried;
	const char *label;
	bool failed;
};

/* Loaded once, and not at all for no connections. */
static struct mpx_snapshot *snapshot(struct reader *rd)
{
	if (!rd->snap_tried) {
		rd->snap = mpx_snapshot_new();
		rd->conns->endpoints = rd->snap;
	}
	rd->snap_tried = true;
	return rd->snap;
}

static int no_conns(const char *label, int err)
{
	if (err == -EOPNOTSUPP)
		return mpx_fail(err, "this kernel does not tell its MPTCP connections (needs kernel-patches/6.12; 'ss -M' shows sockets)");
	return mpx_fail(err, "cannot read the connections of network namespace '%s': %s", label,
			strerror(-err));
}

/* In the namespace. */
static int read_here(void *arg)
{
	struct reader *rd = arg;
	struct mpx_conns *conns = rd->conns;
	uint64_t cookie = mpx_netns_cookie();
	size_t i, first = conns->cnt;
	struct part part;
	int err;

	err = mpx_genl_conns(conns);
	if (err)
		return no_conns(rd->label, err);
	mpx_conns_sort(conns, first);
	for (i = first; i < conns->cnt; i++) {
		conns->v[i].netns = rd->label;
		conns->v[i].netns_cookie = cookie;
	}
	part.cnt = conns->cnt - first;
	if (!part.cnt || !snapshot(rd))
		return 0;
	part.v = conns->v + first;
	err = mpx_snapshot_read(rd->snap, add_addresses, &part);
	if (err)
		return mpx_fail(err, "cannot read the sockets of network namespace '%s': %s", rd->label,
				strerror(-err));
	return 0;
}

/* Labels live as long as the connections that are named after them. */
static const char *add_label(struct mpx_conns *conns, const char *label)
{
	char **grown;

	grown = realloc(conns->netns, (conns->netns_cnt + 1) * sizeof(*grown));
	if (!grown)
		return NULL;
	conns->netns = grown;
	grown[conns->netns_cnt] = strdup(label);
	return grown[conns->netns_cnt] ? grown[conns->netns_cnt++] : NULL;
}

static int read_netns(int fd, const char *label, void *ctx)
{
	struct reader *rd = ctx;

	rd->label = add_label(rd->conns, label);
	if (!rd->label)
		return mpx_fail(-ENOMEM, "out of memory");
	return mpx_netns_run(fd, rd->label, read_here, rd);
}

static int read_one(struct reader *rd, const char *ns)
{
	int fd, err;

	fd = mpx_netns_open(ns);
	if (fd < 0)
		return fd;
	err = read_netns(fd, ns ? ns : CURRENT, rd);
	close(fd);
	return err;
}

/* One that cannot be entered must not hide the others. */
static int read_or_warn(int fd, const char *label, void *ctx)
{
	struct reader *rd = ctx;
	int err;

	if (rd->failed)
		return 0;
	if (rd->conns->netns_cnt && !mpx_netns_cookie_of(fd)) {
		mpx_warn("connections of network namespace '%s' are not shown: not permitted to enter it",
			 label);
		return 0;
	}
	err = read_netns(fd, label, rd);
	/* The others would fail the same way. */
	rd->failed = err;
	return err;
}

struct mpx_conns *mpx_conns__read(const char *ns, unsigned int flags)
{
	struct reader rd = { 0 };
	int err;

	rd.conns = calloc(1, sizeof(*rd.conns));
	if (!rd.conns) {
		mpx_fail(-ENOMEM, "out of memory");
		errno = ENOMEM;
		return NULL;
	}
	rd.conns->endpoints = true;
	err = flags & MPX_CONNS_ALL_NETNS ? mpx_netns_each(read_or_warn, &rd) : read_one(&rd, ns);
	mpx_snapshot_free(rd.snap);
	if (!err)
		return rd.conns;
	mpx_conns__free(rd.conns);
	errno = -err;
	return NULL;
}

void mpx_conns__free(struct mpx_conns *conns)
{
	size_t i;

	if (!conns)
		return;
	for (i = 0; i < conns->netns_cnt; i++)
		free(conns->netns[i]);
	free(conns->netns);
	free(conns->v);
	free(conns);
}

static char *put_number(char *at, unsigned int number)
{
	char digits[12], *from = digits + sizeof(digits);

	do {
		*--from = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	memcpy(at, from, (size_t)(digits + sizeof(digits) - from));
	return at + (digits + sizeof(digits) - from);
}

/* By hand: inet_ntop() and printf() would take half of the time for 10,000 connections. */
static char *put_ipv4(char *at, const uint8_t *addr)
{
	int i;

	for (i = 0; i < 4; i++) {
		at = put_number(at, addr[i]);
		*at++ = i < 3 ? '.' : ':';
	}
	return at;
}

const char *mpx_endpoint_text(const struct mpx_endpoint *ep, char buf[MPX_ENDPOINT_TEXT])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	char addr[INET6_ADDRSTRLEN], *end;

	if (ep->family == AF_INET6 && memcmp(ep->addr, mapped, sizeof(mapped))) {
		inet_ntop(AF_INET6, ep->addr, addr, sizeof(addr));
		snprintf(buf, MPX_ENDPOINT_TEXT, "[%s]:%u", addr, ep->port);
		return buf;
	}
	if (ep->family != AF_INET && ep->family != AF_INET6) {
		strcpy(buf, "-");
		return buf;
	}
	end = put_ipv4(buf, ep->family == AF_INET ? ep->addr : ep->addr + sizeof(mapped));
	*put_number(end, ep->port) = '\0';
	return buf;
}
