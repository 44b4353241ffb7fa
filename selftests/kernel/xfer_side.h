/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/*
 * One side of the transfer, client or server: its connections and their event loop.
 *
 * On the wire, in each direction: a 16-byte header (magic, connection number, payload length), the
 * payload, and after everything from the peer arrived a 16-byte record (length, hash of it).
 */
#ifndef XFER_SIDE_H
#define XFER_SIDE_H

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>

#include "xfer_options.h"
#include "xfer_stream.h"

#define MAGIC		0x78666572u	/* "xfer" */
#define RECV_SIZE	(256 << 10)
#define SAMPLE_MS	100
#define WAIT_MS		10		/* how often a state without a wake-up is looked at */

enum tx_state { TX_IDLE, TX_HEADER, TX_WAIT, TX_PAYLOAD, TX_VERIFY, TX_RECORD, TX_SENT, TX_SHUT };
enum rx_state { RX_HEADER, RX_PAYLOAD, RX_RECORD, RX_EOF, RX_CLOSED };

/* What goes before and after the payload. */
struct ctl {
	uint8_t data[16];
	size_t pos;
};

struct conn {
	int fd;
	bool connected;
	enum tx_state tx;
	enum rx_state rx;
	unsigned int index;
	struct conn_result *res;		/* set once the connection's number is known */
	struct ctl out, in;
	uint64_t tx_len, tx_off, tx_key, tx_start, wait_until;
	uint64_t rx_len, rx_off, rx_key;
	uint8_t *buf;
	size_t buf_len, buf_pos;
	struct stream_hash tx_hash, rx_hash;
};

static enum side me;
static struct conn conns[MAX_CONNECTIONS];
static unsigned int nr_conns;
static struct diag_table diag = { .fd = -1 };
static int listener = -1, source = -1, sink = -1;

/* One side gives up: the first reason stays, the parent prints it. */
static void __attribute__((noreturn, format(printf, 1, 2))) die(const char *fmt, ...)
{
	char *out = shm->side[me].error;
	int n = snprintf(out, sizeof(shm->side[me].error), "%s: ", side_name[me]);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(out + n, sizeof(shm->side[me].error) - n, fmt, ap);
	va_end(ap);
	_exit(1);
}

/* ---- payload ---- */

static void source_fill(uint64_t key, uint64_t off, uint8_t *out, size_t len)
{
	ssize_t n;

	if (source < 0) {
		stream_fill(key, off, out, len);
		return;
	}
	for (; len; out += n, off += n, len -= n) {
		n = pread(source, out, len, off);
		if (n <= 0)
			die("cannot read '%s': %s", opt.file, n ? strerror(errno) : "it shrank");
	}
}

static void sink_write(const uint8_t *data, size_t len)
{
	ssize_t n;

	for (; len; data += n, len -= n) {
		n = write(sink, data, len);
		if (n <= 0)
			die("cannot write '%s': %s", opt.save, strerror(errno));
	}
}

static void payload_check(struct conn *c, const uint8_t *data, size_t len)
{
	static uint8_t want[MAX_CHUNK];
	size_t i;

	source_fill(c->rx_key, c->rx_off, want, len);
	if (!memcmp(data, want, len))
		return;
	for (i = 0; data[i] == want[i]; i++)
		;
	die("connection %u: wrong byte at offset %" PRIu64 ": 0x%02x instead of 0x%02x", c->index,
	    c->rx_off + i, data[i], want[i]);
}

/* ---- sending ---- */

static void ctl_set(struct ctl *ctl, uint32_t a, uint32_t b, uint64_t c)
{
	memcpy(ctl->data, &a, 4);
	memcpy(ctl->data + 4, &b, 4);
	memcpy(ctl->data + 8, &c, 8);
	ctl->pos = 0;
}

static ssize_t conn_send(struct conn *c, const void *data, size_t len)
{
	ssize_t n = send(c->fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0 && errno != EAGAIN)
		die("connection %u: cannot send at offset %" PRIu64 ": %s", c->index, c->tx_off,
		    strerror(errno));
	return n < 0 ? 0 : n;
}

static bool ctl_send(struct conn *c)
{
	c->out.pos += conn_send(c, c->out.data + c->out.pos, sizeof(c->out.data) - c->out.pos);
	return c->out.pos == sizeof(c->out.data);
}

static void conn_sample(struct conn *c)
{
	int err = c->res ? info_sample(c->fd, &c->res->stat, &diag) : 0;

	if (err)
		die("connection %u: cannot read the socket's figures: %s", c->index,
		    strerror(-err));
	if (c->res)
		c->res->stat.sampled_ns = now_ns();
}

static void diag_read(void)
{
	int err = diag_refresh(&diag);

	if (err)
		die("cannot list TCP sockets (CONFIG_INET_TCP_DIAG?): %s", strerror(-err));
}

static bool payload_may_start(struct conn *c)
{
	unsigned int usable;

	if (!opt.subflows || !c->tx_len)
		return true;
	diag_read();
	conn_sample(c);
	usable = info_usable(&c->res->stat);
	if (usable < opt.subflows && now_ns() > c->wait_until)
		die("connection %u: only %u of %" PRIu64 " subflows came up", c->index, usable,
		    opt.subflows);
	return usable >= opt.subflows;
}

/* Time in ns until the rate limit lets the next byte go, 0 for now. */
static uint64_t rate_delay(const struct conn *c)
{
	uint64_t due, now;

	if (!opt.rate)
		return 0;
	due = c->tx_start + (uint64_t)((double)c->tx_off * 1e9 / (double)opt.rate);
	now = now_ns();
	return due > now ? due - now : 0;
}

static bool payload_send(struct conn *c)
{
	ssize_t n;

	while (c->tx_off < c->tx_len) {
		if (rate_delay(c))
			return false;
		if (c->buf_pos == c->buf_len) {
			c->buf_len = opt.chunk;
			if (c->buf_len > c->tx_len - c->tx_off)
				c->buf_len = c->tx_len - c->tx_off;
			c->buf_pos = 0;
			source_fill(c->tx_key, c->tx_off, c->buf, c->buf_len);
			stream_hash_add(&c->tx_hash, c->buf, c->buf_len);
		}
		n = conn_send(c, c->buf + c->buf_pos, c->buf_len - c->buf_pos);
		if (!n)
			return false;
		c->buf_pos += n;
		c->tx_off += n;
		c->res->sent = c->tx_off;
	}
	return true;
}

/* Both ends confirmed each other's bytes: the last moment at which all subflows are there. */
static void conn_agree(struct conn *c)
{
	if (c->res->agreed)
		return;
	diag_read();
	conn_sample(c);
	c->res->agreed = true;
	shm->side[me].agreed++;
}

static void conn_open_payload(struct conn *c)
{
	c->wait_until = now_ns() + opt.subflow_ms * MSEC;
	c->tx = TX_WAIT;
}

static void tx_run(struct conn *c)
{
	for (;;) {
		switch (c->tx) {
		case TX_IDLE:
			/* The server echoes the client's number, so it reads first. */
			if (c->rx == RX_HEADER && me == SERVER)
				return;
			ctl_set(&c->out, MAGIC, c->index, c->tx_len);
			c->tx = TX_HEADER;
			break;
		case TX_HEADER:
			if (!ctl_send(c))
				return;
			conn_open_payload(c);
			break;
		case TX_WAIT:
			if (!payload_may_start(c))
				return;
			c->tx_start = now_ns();
			if (c->tx_len)
				c->res->start_ns = c->tx_start;
			c->tx = TX_PAYLOAD;
			break;
		case TX_PAYLOAD:
			if (!payload_send(c))
				return;
			c->tx = TX_VERIFY;
			break;
		case TX_VERIFY:
			if (c->rx < RX_RECORD)
				return;
			ctl_set(&c->out, (uint32_t)c->rx_off, (uint32_t)(c->rx_off >> 32),
				stream_hash_end(&c->rx_hash));
			c->tx = TX_RECORD;
			break;
		case TX_RECORD:
			if (!ctl_send(c))
				return;
			c->tx = TX_SENT;
			break;
		case TX_SENT:
			if (c->rx < RX_EOF)
				return;
			conn_agree(c);
			if (opt.hold && !shm->release)
				return;
			if (shutdown(c->fd, SHUT_WR))
				die("connection %u: cannot shut down: %s", c->index, strerror(errno));
			c->tx = TX_SHUT;
			break;
		case TX_SHUT:
			return;
		}
	}
}

/* ---- receiving ---- */

/* Returns 0 when there is nothing to read now; the end of the stream is only right in RX_EOF. */
static size_t conn_recv(struct conn *c, void *data, size_t len)
{
	ssize_t n = recv(c->fd, data, len, MSG_DONTWAIT);

	if (n < 0 && errno == EAGAIN)
		return 0;
	if (n < 0)
		die("connection %u: cannot receive at offset %" PRIu64 ": %s", c->index, c->rx_off,
		    strerror(errno));
	if (n == 0 && c->rx != RX_EOF)
		die("connection %u: ended after %" PRIu64 " of %" PRIu64 " bytes", c->index,
		    c->rx_off, c->rx_len);
	if (n == 0)
		c->rx = RX_CLOSED;
	return n;
}

static bool ctl_recv(struct conn *c)
{
	c->in.pos += conn_recv(c, c->in.data + c->in.pos, sizeof(c->in.data) - c->in.pos);
	return c->in.pos == sizeof(c->in.data);
}

static void conn_number(struct conn *c, uint32_t index)
{
	if (index >= opt.connections || shm->side[me].conn[index].stat.known)
		die("unexpected connection number %u", index);
	c->index = index;
	c->res = &shm->side[me].conn[index];
	c->tx_key = stream_key(opt.seed, index, me);
	c->rx_key = stream_key(opt.expect_seed, index, !me);
}

static void header_check(struct conn *c)
{
	uint32_t magic, index;

	memcpy(&magic, c->in.data, 4);
	memcpy(&index, c->in.data + 4, 4);
	memcpy(&c->rx_len, c->in.data + 8, 8);
	c->in.pos = 0;
	if (magic != MAGIC)
		die("connection %u: the header is damaged", c->index);
	if (!c->res)
		conn_number(c, index);
	else if (index != c->index)
		die("connection %u: the peer says %u", c->index, index);
	c->res->expected = c->rx_len;
	conn_sample(c);
}

static void record_check(struct conn *c)
{
	uint64_t len, hash;

	memcpy(&len, c->in.data, 8);
	memcpy(&hash, c->in.data + 8, 8);
	if (len != c->tx_off || hash != stream_hash_end(&c->tx_hash))
		die("connection %u: the peer got %" PRIu64 " of %" PRIu64 " bytes, hash %s",
		    c->index, len, c->tx_off,
		    hash == stream_hash_end(&c->tx_hash) ? "equal" : "different");
}

static bool payload_recv(struct conn *c)
{
	static uint8_t buf[RECV_SIZE];
	uint64_t left = c->rx_len - c->rx_off, now;
	struct conn_result *res = c->res;
	size_t n;

	if (!left)
		return true;
	n = conn_recv(c, buf, left < RECV_SIZE ? left : RECV_SIZE);
	if (!n)
		return false;
	now = now_ns();
	if (res->last_ns && now - res->last_ns > res->gap_ns)
		res->gap_ns = now - res->last_ns;
	res->last_ns = now;
	res->end_ns = now;
	payload_check(c, buf, n);
	stream_hash_add(&c->rx_hash, buf, n);
	if (sink >= 0)
		sink_write(buf, n);
	c->rx_off += n;
	res->received = c->rx_off;
	return c->rx_off == c->rx_len;
}

static void rx_run(struct conn *c)
{
	uint8_t extra;

	switch (c->rx) {
	case RX_HEADER:
		if (!ctl_recv(c))
			return;
		header_check(c);
		c->rx = c->rx_len ? RX_PAYLOAD : RX_RECORD;
		break;
	case RX_PAYLOAD:
		if (payload_recv(c))
			c->rx = RX_RECORD;
		break;
	case RX_RECORD:
		if (!ctl_recv(c))
			return;
		record_check(c);
		c->rx = RX_EOF;
		break;
	case RX_EOF:
		if (conn_recv(c, &extra, 1))
			die("connection %u: bytes after the end of the stream", c->index);
		break;
	case RX_CLOSED:
		break;
	}
}

/* ---- one side's connections ---- */

static int socket_open(void)
{
	int fd, one = 1, proto = opt.plain[me] ? IPPROTO_TCP : IPPROTO_MPTCP;
	int snd = opt.sndbuf, rcv = opt.rcvbuf;

	fd = socket(opt.dst.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, proto);
	if (fd < 0)
		die("cannot create a socket: %s", strerror(errno));
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)))
		die("cannot set SO_REUSEADDR: %s", strerror(errno));
	if (snd && setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &snd, sizeof(snd)))
		die("cannot set SO_SNDBUF: %s", strerror(errno));
	if (rcv && setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &rcv, sizeof(rcv)))
		die("cannot set SO_RCVBUF: %s", strerror(errno));
	return fd;
}

static struct conn *conn_new(int fd)
{
	struct conn *c = &conns[nr_conns++];

	memset(c, 0, sizeof(*c));
	c->fd = fd;
	c->buf = sends(me) ? malloc(opt.chunk) : NULL;
	if (sends(me) && !c->buf)
		die("out of memory");
	c->tx_len = sends(me) ? opt.bytes : 0;
	stream_hash_init(&c->tx_hash);
	stream_hash_init(&c->rx_hash);
	return c;
}

static void set_port(struct sockaddr_storage *ss, uint16_t port)
{
	/* sin_port and sin6_port are at the same offset */
	((struct sockaddr_in *)ss)->sin_port = htons(port);
}

/* Listen on the wildcard address: joins arrive at other addresses than the first subflow. */
static void server_listen(int ready)
{
	struct sockaddr_storage any = { .ss_family = opt.dst.ss_family };
	socklen_t len = sizeof(any);

	listener = socket_open();
	set_port(&any, opt.port);
	if (bind(listener, (struct sockaddr *)&any, sizeof(any)))
		die("cannot bind port %u: %s", opt.port, strerror(errno));
	if (listen(listener, MAX_CONNECTIONS))
		die("cannot listen: %s", strerror(errno));
	if (getsockname(listener, (struct sockaddr *)&any, &len))
		die("cannot read the port: %s", strerror(errno));
	shm->port = ntohs(((struct sockaddr_in *)&any)->sin_port);
	if (!opt.run[CLIENT])
		fprintf(stderr, "{\"listening\":%u}\n", shm->port);
	if (write(ready, "", 1) != 1)
		die("cannot tell the client: %s", strerror(errno));
}

static void server_accept(void)
{
	struct conn *c;
	int fd;

	while (nr_conns < opt.connections) {
		fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0 && errno == EAGAIN)
			return;
		if (fd < 0)
			die("cannot accept: %s", strerror(errno));
		c = conn_new(fd);
		c->connected = true;
	}
}

static void client_connect(void)
{
	struct sockaddr_storage dst = opt.dst;
	struct conn *c = conn_new(socket_open());

	conn_number(c, nr_conns - 1);
	if (opt.bind && bind(c->fd, (struct sockaddr *)&opt.src, sizeof(opt.src)))
		die("cannot bind '%s': %s", opt.bind, strerror(errno));
	set_port(&dst, shm->port);
	if (connect(c->fd, (struct sockaddr *)&dst, sizeof(dst)) && errno != EINPROGRESS)
		die("connection %u: cannot connect: %s", c->index, strerror(errno));
}

static void client_connected(struct conn *c)
{
	socklen_t len = sizeof(int);
	int err = 0;

	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &err, &len))
		err = errno;
	if (err)
		die("connection %u: cannot connect: %s", c->index, strerror(err));
	c->connected = true;
}

static bool conn_done(const struct conn *c)
{
	return c->tx == TX_SHUT && c->rx == RX_CLOSED;
}

/* With --step the test decides when the next connection starts: it creates PREFIX.N.go. */
static bool step_allows(unsigned int done)
{
	char path[4096];
	int fd;

	if (!opt.step)
		return true;
	snprintf(path, sizeof(path), "%s.%u.done", opt.step, done - 1);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		die("cannot create '%s': %s", path, strerror(errno));
	close(fd);
	snprintf(path, sizeof(path), "%s.%u.go", opt.step, done - 1);
	return access(path, F_OK) == 0;
}

static void client_open_next(void)
{
	while (nr_conns < opt.connections) {
		if (opt.sequential && nr_conns) {
			struct conn *last = &conns[nr_conns - 1];

			if (!(opt.hold ? last->res->agreed : last->fd < 0))
				return;
			if (!step_allows(nr_conns))
				return;
		}
		client_connect();
	}
}

static short conn_events(const struct conn *c)
{
	short events = 0;

	if (!c->connected)
		return POLLOUT;
	if (c->rx != RX_CLOSED)
		events |= POLLIN;
	if (c->tx == TX_HEADER || c->tx == TX_RECORD || (c->tx == TX_PAYLOAD && !rate_delay(c)))
		events |= POLLOUT;
	return events;
}

static void conn_handle(struct conn *c, short revents)
{
	if (!c->connected) {
		if (!(revents & (POLLOUT | POLLERR | POLLHUP)))
			return;
		client_connected(c);
	}
	if (revents & (POLLIN | POLLERR | POLLHUP))
		rx_run(c);
	tx_run(c);
	if (!conn_done(c))
		return;
	close(c->fd);
	free(c->buf);
	c->buf = NULL;
	c->fd = -1;
}

static void sample_all(void)
{
	static uint64_t next;
	unsigned int i;

	if (now_ns() < next)
		return;
	diag_read();
	for (i = 0; i < nr_conns; i++)
		if (conns[i].fd >= 0 && conns[i].connected && !(conns[i].res && conns[i].res->agreed))
			conn_sample(&conns[i]);
	next = now_ns() + SAMPLE_MS * MSEC;
}

static int loop_timeout(void)
{
	uint64_t delay, ms = SAMPLE_MS;
	unsigned int i;

	if (opt.sequential || opt.hold)
		ms = WAIT_MS;
	for (i = 0; i < nr_conns; i++) {
		if (conns[i].fd < 0)
			continue;
		if (conns[i].tx == TX_WAIT)
			ms = WAIT_MS;
		delay = conns[i].tx == TX_PAYLOAD ? rate_delay(&conns[i]) : 0;
		if (delay && delay / MSEC + 1 < ms)
			ms = delay / MSEC + 1;
	}
	return ms;
}

static bool side_done(void)
{
	unsigned int i;

	for (i = 0; i < nr_conns; i++)
		if (conns[i].fd >= 0)
			return false;
	return nr_conns == opt.connections;
}

static void side_loop(void)
{
	struct pollfd pfd[MAX_CONNECTIONS + 1];
	unsigned int i, polled;

	while (!side_done()) {
		if (me == CLIENT)
			client_open_next();
		polled = nr_conns;
		for (i = 0; i < polled; i++) {
			pfd[i].fd = conns[i].fd;
			pfd[i].events = conn_events(&conns[i]);
			/* Without events wanted, POLLHUP would still wake us in a tight loop. */
			if (!pfd[i].events)
				pfd[i].fd = -1;
		}
		pfd[polled].fd = nr_conns < opt.connections ? listener : -1;
		pfd[polled].events = POLLIN;
		if (poll(pfd, polled + 1, loop_timeout()) < 0 && errno != EINTR)
			die("cannot poll: %s", strerror(errno));
		if (me == SERVER)
			server_accept();
		for (i = 0; i < polled; i++)
			if (conns[i].fd >= 0)
				conn_handle(&conns[i], pfd[i].fd < 0 ? 0 : pfd[i].revents);
		sample_all();
	}
}

static void enter_ns(const char *name)
{
	char path[4096];
	int fd;

	if (!name)
		return;
	snprintf(path, sizeof(path), "%s%s", strchr(name, '/') ? "" : "/run/netns/", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die("cannot enter network namespace '%s': %s", name, strerror(errno));
	close(fd);
}

static void side_open_files(void)
{
	if (opt.file) {
		source = open(opt.file, O_RDONLY | O_CLOEXEC);
		if (source < 0)
			die("cannot open '%s': %s", opt.file, strerror(errno));
	}
	if (opt.save && !sends(me)) {
		sink = open(opt.save, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		if (sink < 0)
			die("cannot create '%s': %s", opt.save, strerror(errno));
	}
}

static void __attribute__((noreturn)) side_main(enum side s, const int ready[2])
{
	char byte;

	me = s;
	/* Whoever kills the parent must not leave traffic behind. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	enter_ns(opt.ns[me]);
	side_open_files();
	diag.fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	if (diag.fd < 0)
		die("cannot open sock_diag: %s", strerror(errno));
	if (me == SERVER) {
		server_listen(ready[1]);
	} else if (!opt.run[SERVER]) {
		shm->port = opt.port;
	} else {
		close(ready[1]);
		if (read(ready[0], &byte, 1) != 1)
			die("the server did not start");
	}
	side_loop();
	_exit(0);
}

#endif
