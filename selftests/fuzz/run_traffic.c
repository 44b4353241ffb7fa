// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * The connections of one policy: both ends of each in one event loop, bytes of a seeded stream in
 * both directions, written in pieces of random size and compared where they arrive.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "../kernel/sched_opt.h"
#include "../kernel/xfer_info.h"
#include "../kernel/xfer_stream.h"
#include "run.h"

#define POLL_MS		100		/* at most, for events */
#define LOOK_MS		20		/* for what wakes nobody up */
#define BUFFER		65536
#define FIRST_BYTES	100		/* sent before the wait for subflows */
#define WAIT_MS		400

static const char * const side_name[NR_SIDES] = { "client", "server" };

/* ---- opening ---- */

/*
 * Full buffers are a state of their own: some connections have small ones. Not to receive with,
 * though: the base kernel takes nothing from a subflow while the connection's receive buffer is
 * over its limit, and out-of-order data in small segments can bring it there for good. No policy
 * of the sender can help that.
 */
static void set_options(int fd, struct rand *r)
{
	int value;

	if (rand_percent(r, 20)) {
		value = 8192 << rand_below(r, 4);
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &value, sizeof(value));
	}
	if (rand_percent(r, 30)) {
		value = 1;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &value, sizeof(value));
	}
}

static int new_socket(const struct net *net, enum side side, struct rand *r)
{
	int fd, err;

	err = net_enter(net, side);
	if (err)
		return err;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_MPTCP);
	if (fd < 0)
		return -errno;
	set_options(fd, r);
	return fd;
}

static int conn_open(struct conn *c, struct rand *r, const struct net *net)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	socklen_t len = sizeof(addr);

	/* at any address: the further subflows come to other ones */
	c->listener = new_socket(net, SERVER, r);
	if (c->listener < 0)
		return c->listener;
	if (bind(c->listener, (struct sockaddr *)&addr, len) || listen(c->listener, 1) ||
	    getsockname(c->listener, (struct sockaddr *)&addr, &len))
		return -errno;
	c->end[CLIENT].fd = new_socket(net, CLIENT, r);
	if (c->end[CLIENT].fd < 0)
		return c->end[CLIENT].fd;
	if (inet_pton(AF_INET, opt.addr, &addr.sin_addr) != 1)
		return -EINVAL;
	if (connect(c->end[CLIENT].fd, (struct sockaddr *)&addr, len) && errno != EINPROGRESS)
		return -errno;
	return 0;
}

int traffic_open(struct traffic *t, struct rand *r, const struct net *net)
{
	static const unsigned int writes[] = { 200, 1500, 5000, 20000, 65536 };
	bool wait = rand_percent(r, 60);
	unsigned int i, s;
	struct conn *c;
	int err;

	memset(t, 0, sizeof(*t));
	t->nr = rand_percent(r, 60) ? 1 : rand_between(r, 2, MAX_CONNS);
	for (i = 0; i < t->nr; i++) {
		c = &t->conn[i];
		c->end[CLIENT].fd = c->end[SERVER].fd = c->listener = -1;
	}
	for (i = 0; i < t->nr; i++) {
		c = &t->conn[i];
		c->max_write = RAND_ARRAY(r, writes);
		c->pause_us = rand_percent(r, 50) ? 100 << rand_below(r, 6) : 0;
		c->wait_until = wait ? UINT64_MAX : 0;
		for (s = 0; s < NR_SIDES; s++)
			c->key[s] = stream_key(rand_next(r), i, s);
		err = conn_open(c, r, net);
		if (err)
			return err;
	}
	return 0;
}

/* ---- moving ---- */

/* The further subflows come up after the first data. Some transfers wait for them, not for ever:
 * a path may be down.
 */
static bool may_send(struct conn *c, const struct end *e)
{
	struct info_msk info = { 0 };
	socklen_t len = sizeof(info);
	uint64_t now;

	if (!c->wait_until || e->sent < FIRST_BYTES)
		return true;
	now = now_ns();
	if (c->wait_until == UINT64_MAX)
		c->wait_until = now + WAIT_MS * opt.slow * MSEC;
	if (now >= c->wait_until ||
	    getsockopt(c->end[CLIENT].fd, SOL_MPTCP, OPT_MPTCP_INFO, &info, &len) ||
	    info.subflows + 1u >= opt.paths)
		c->wait_until = 0;
	return !c->wait_until;
}

static bool send_some(struct conn *c, enum side side, struct rand *rand, struct result *r)
{
	static uint8_t buf[BUFFER];
	struct end *e = &c->end[side];
	size_t len;
	ssize_t n;

	while (!e->full && e->sent < opt.bytes && now_ns() >= e->next_write && may_send(c, e)) {
		len = rand_between(rand, 1, c->wait_until ? FIRST_BYTES : c->max_write);
		if (len > opt.bytes - e->sent)
			len = opt.bytes - e->sent;
		stream_fill(c->key[side], e->sent, buf, len);
		n = send(e->fd, buf, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EAGAIN) {
			e->full = true;
			break;
		}
		if (n < 0)
			return failed(r, "the %s cannot send at offset %u: %s", side_name[side],
				      e->sent, strerror(errno));
		e->sent += n;
		if (c->pause_us && rand_percent(rand, 30))
			e->next_write = now_ns() + rand_below(rand, c->pause_us) * 1000ull;
	}
	if (e->sent == opt.bytes && !e->shut) {
		e->shut = true;
		if (shutdown(e->fd, SHUT_WR))
			return failed(r, "the %s cannot shut down: %s", side_name[side],
				      strerror(errno));
	}
	return true;
}

static bool compare(const struct conn *c, enum side side, const uint8_t *data, size_t len,
		    struct result *r)
{
	static uint8_t want[BUFFER];
	const struct end *e = &c->end[side];
	size_t i;

	if (e->received + len > opt.bytes)
		return failed(r, "the %s got %zu bytes too many", side_name[side],
			      e->received + len - opt.bytes);
	stream_fill(c->key[!side], e->received, want, len);
	if (!memcmp(data, want, len))
		return true;
	for (i = 0; data[i] == want[i]; i++)
		;
	return failed(r, "the %s got a wrong byte at offset %zu: 0x%02x instead of 0x%02x",
		      side_name[side], e->received + i, data[i], want[i]);
}

static bool receive_some(struct traffic *t, struct conn *c, enum side side, struct result *r)
{
	static uint8_t buf[BUFFER];
	struct end *e = &c->end[side];
	ssize_t n;

	while (e->readable && !e->eof) {
		n = recv(e->fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (n < 0 && errno == EAGAIN) {
			e->readable = false;
			break;
		}
		if (n < 0)
			return failed(r, "the %s cannot receive at offset %u: %s", side_name[side],
				      e->received, strerror(errno));
		if (n == 0) {
			e->eof = true;
			return e->received == opt.bytes ||
			       failed(r, "the %s saw the end at offset %u", side_name[side],
				      e->received);
		}
		if (!compare(c, side, buf, n, r))
			return false;
		e->received += n;
		t->received += n;
	}
	return true;
}

static const char *scheduler(const struct end *e, char name[16])
{
	socklen_t len = 16;

	if (e->fd < 0 || getsockopt(e->fd, SOL_MPTCP, OPT_MPTCP_SCHEDULER, name, &len))
		return "?";
	return name;
}

/* All bytes are there: how many subflows carried them, and who decides now? */
static void sample(struct conn *c, struct result *r)
{
	struct info_msk info = { 0 };
	socklen_t len = sizeof(info);
	unsigned int s;
	char name[16];

	c->arrived = true;
	r->connections++;
	if (!getsockopt(c->end[CLIENT].fd, SOL_MPTCP, OPT_MPTCP_INFO, &info, &len))
		r->subflows += info.subflows + 1;
	for (s = 0; s < NR_SIDES; s++) {
		if (!strcmp(scheduler(&c->end[s], name), "default"))
			r->moved_to_default++;
		else
			r->kept++;
	}
}

static void conn_close(struct conn *c)
{
	unsigned int s;

	for (s = 0; s < NR_SIDES; s++) {
		if (c->end[s].fd >= 0)
			close(c->end[s].fd);
		c->end[s].fd = -1;
	}
	if (c->listener >= 0)
		close(c->listener);
	c->listener = -1;
	c->over = true;
}

static bool conn_accept(struct conn *c, struct result *r)
{
	int fd = accept4(c->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return errno == EAGAIN || failed(r, "cannot accept: %s", strerror(errno));
	c->end[SERVER].fd = fd;
	return true;
}

/* Called when poll() finds that the attempt has ended. */
static bool conn_connected(struct conn *c, struct result *r)
{
	socklen_t len = sizeof(int);
	int err = 0;

	if (getsockopt(c->end[CLIENT].fd, SOL_SOCKET, SO_ERROR, &err, &len))
		err = errno;
	if (err)
		return failed(r, "cannot connect: %s", strerror(err));
	c->connected = true;
	return true;
}

static bool conn_run(struct traffic *t, struct conn *c, struct rand *rand, struct result *r)
{
	unsigned int s;

	for (s = 0; s < NR_SIDES; s++) {
		if (c->end[s].fd < 0 || (s == CLIENT && !c->connected))
			continue;
		if (!receive_some(t, c, s, r) || !send_some(c, s, rand, r))
			return false;
	}
	if (!c->arrived && c->end[CLIENT].received == opt.bytes &&
	    c->end[SERVER].received == opt.bytes)
		sample(c, r);
	if (c->end[CLIENT].eof && c->end[SERVER].eof)
		conn_close(c);
	return true;
}

/* What to poll for at one end, and how long to sleep at most because of it. */
static short end_events(const struct conn *c, enum side side, int *timeout_ms)
{
	const struct end *e = &c->end[side];
	uint64_t now = now_ns();
	int ms = POLL_MS;

	if (side == CLIENT && !c->connected)
		return POLLOUT;
	if (e->sent < opt.bytes && !e->full) {
		if (e->next_write > now)
			ms = (e->next_write - now) / MSEC + 1;
		else if (c->wait_until)
			ms = LOOK_MS;
	}
	if (ms < *timeout_ms)
		*timeout_ms = ms;
	/* no events at all: it would still say that the peer is gone */
	return (e->eof ? 0 : POLLIN) | (e->full ? POLLOUT : 0);
}

static bool end_woken(struct conn *c, enum side side, short revents, struct result *r)
{
	struct end *e = &c->end[side];

	if (e->fd < 0)
		return !revents || conn_accept(c, r);
	if (side == CLIENT && !c->connected)
		return !revents || conn_connected(c, r);
	if (revents & (POLLIN | POLLERR | POLLHUP))
		e->readable = true;
	if (revents & (POLLOUT | POLLERR | POLLHUP))
		e->full = false;
	return true;
}

/* Sleeps until something can be done. */
static bool traffic_wait(struct traffic *t, struct result *r)
{
	struct pollfd pfd[MAX_CONNS][NR_SIDES];
	int timeout_ms = POLL_MS;
	unsigned int i, s;
	struct conn *c;

	for (i = 0; i < t->nr; i++) {
		for (s = 0; s < NR_SIDES; s++) {
			c = &t->conn[i];
			pfd[i][s] = (struct pollfd){ .fd = c->end[s].fd };
			if (c->over)
				continue;
			if (c->end[s].fd < 0)
				pfd[i][s] = (struct pollfd){ .fd = c->listener, .events = POLLIN };
			else
				pfd[i][s].events = end_events(c, s, &timeout_ms);
			if (!pfd[i][s].events)
				pfd[i][s].fd = -1;
		}
	}
	if (poll(&pfd[0][0], t->nr * NR_SIDES, timeout_ms) < 0)
		return failed(r, "cannot poll: %s", strerror(errno));
	for (i = 0; i < t->nr; i++) {
		for (s = 0; s < NR_SIDES; s++) {
			c = &t->conn[i];
			if (!c->over && pfd[i][s].fd >= 0 &&
			    !end_woken(c, s, pfd[i][s].revents, r))
				return false;
		}
	}
	return true;
}

int traffic_run(struct traffic *t, struct rand *rand, struct result *r)
{
	unsigned int i;
	bool over = true;

	for (i = 0; i < t->nr; i++) {
		if (!t->conn[i].over && !conn_run(t, &t->conn[i], rand, r))
			return -EIO;
		over &= t->conn[i].over;
	}
	if (over)
		return 1;
	return traffic_wait(t, r) ? 0 : -EIO;
}

void traffic_abort(struct traffic *t, unsigned int nr)
{
	conn_close(&t->conn[nr % t->nr]);
}

void traffic_close(struct traffic *t)
{
	unsigned int i;

	for (i = 0; i < t->nr; i++)
		conn_close(&t->conn[i]);
}

/* Where does a transfer stand that did not end in time? */
void traffic_describe(const struct traffic *t, struct result *r)
{
	char text[sizeof(r->reason)] = "", name[NR_SIDES][16];
	struct info_msk info = { 0 };
	socklen_t len = sizeof(info);
	unsigned int i, n = 0;

	for (i = 0; i < t->nr && n < sizeof(text); i++) {
		const struct conn *c = &t->conn[i];
		const struct end *cl = &c->end[CLIENT], *sv = &c->end[SERVER];

		if (c->over)
			continue;
		getsockopt(cl->fd, SOL_MPTCP, OPT_MPTCP_INFO, &info, &len);
		n += snprintf(text + n, sizeof(text) - n,
			      " %u:%s%s token %08x subflows %u, %s to server %u/%u%s, %s to client %u/%u%s;",
			      i, c->connected ? "" : " not connected",
			      sv->fd < 0 ? " not accepted" : "", info.token, info.subflows + 1u,
			      scheduler(cl, name[CLIENT]), sv->received, cl->sent,
			      sv->eof ? " eof" : "", scheduler(sv, name[SERVER]), cl->received,
			      sv->sent, cl->eof ? " eof" : "");
	}
	failed(r, "hangs:%.300s", text);
}
