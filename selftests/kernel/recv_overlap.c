// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * recv_overlap: an MPTCP peer made by hand, behind a TUN device, that has the kernel
 * receive a segment whose first bytes it has already taken from elsewhere. Prints one
 * JSON line with the receiving socket's memory afterwards.
 *
 * A subflow drops old bytes itself (mptcp_subflow_discard_data) when a segment reaches
 * the head of its queue. They get past that point only if the connection's sequence
 * moves on while the segment waits there, so the receive buffer must be full. In order
 * of sending, one subflow, with the data sequence numbers as offsets:
 *
 *	greeting	[0, 100)	tells the kernel's keys and sequence number
 *	fill		in sequence	stays unread
 *	ahead		leaves a hole	out-of-order queue; now the buffer is made too small
 *	hole		fills it	waits in the subflow
 *	overlap		starts inside "ahead"; waits behind "hole"
 *
 * recv() then takes "hole", finds the buffer full again ("ahead" still counts) and
 * stops, with "overlap" found to be new; "ahead" follows from the out-of-order queue;
 * the next round takes "overlap", whose first bytes are old by now. With --unread,
 * recv() asks for all before it, and "overlap" is left in the receive queue.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/sock_diag.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP	262
#endif

#define SERVER_PORT	5000
#define FIRST_PORT	20000		/* the peer's; one more for each connection */
#define MAX_CONNECTIONS	1000

/* MPTCP option, RFC 8684 */
#define OPT_MPTCP	30
#define MP_CAPABLE	0x01		/* subtype 0, version 1 */
#define MP_CAPABLE_HMAC	0x01
#define MP_DSS		0x20
#define MP_DSS_ALL	0x0f		/* mapping and acknowledgement, 64 bits each */
#define MP_FASTCLOSE	0x70
#define PEER_KEY	UINT64_C(0x6d70747063657874)

enum { GREETING, FILL, AHEAD, HOLE, OVERLAP, NR_PARTS };

/* Offset and length in the stream. Sum and end fit in a window without scaling. */
static const struct part {
	uint32_t off, len;
} part[NR_PARTS] = {
	[GREETING] = {     0,   100 },
	[FILL]	   = {   100,  8000 },
	[AHEAD]	   = { 16100,  8000 },
	[HOLE]	   = {  8100,  8000 },
	[OVERLAP]  = { 20100, 36000 },
};
#define STREAM_LEN	(20100 + 36000)

struct peer {
	int tun;
	struct in_addr addr, server;
	uint16_t port;
	uint32_t isn, seq, ack;
	uint64_t server_key;
	uint64_t data_ack;		/* last one received */
	uint64_t dsn;			/* of the stream's first byte */
};

static struct {
	const char *device, *peer, *server;
	unsigned int connections, timeout;
	bool unread;
} opt = { .device = "tun0", .peer = "10.9.0.2", .server = "10.9.0.1", .connections = 1,
	  .timeout = 5 };

static struct {
	uint64_t bytes;
	int fwd_min, fwd_max;
	int rmem_min, rmem_max;		/* charged for what is unread */
} result = { .fwd_min = INT32_MAX, .fwd_max = INT32_MIN, .rmem_min = INT32_MAX };

static uint8_t stream[STREAM_LEN];

static void __attribute__((noreturn)) die(const char *what, int err)
{
	fprintf(stderr, "recv_overlap: %s: %s\n", what, strerror(err < 0 ? -err : err));
	exit(1);
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000) + ts.tv_nsec / 1000000;
}

static void put32(uint8_t *p, uint32_t v)
{
	v = htonl(v);
	memcpy(p, &v, 4);
}

static void put64(uint8_t *p, uint64_t v)
{
	put32(p, v >> 32);
	put32(p + 4, v);
}

static uint64_t get64(const uint8_t *p)
{
	uint32_t v[2];

	memcpy(v, p, 8);
	return (uint64_t)ntohl(v[0]) << 32 | ntohl(v[1]);
}

static uint32_t sum16(uint32_t sum, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (; len > 1; p += 2, len -= 2)
		sum += p[0] << 8 | p[1];
	return len ? sum + (p[0] << 8) : sum;
}

static uint16_t csum(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

/* ---- segments ---- */

/* @opts is padded to a multiple of four with NOPs. The TUN device hands the packet to
 * the stack before write() returns.
 */
static int send_segment(struct peer *peer, uint8_t flags, const uint8_t *opts, size_t opt_len,
			const uint8_t *data, size_t len)
{
	static uint8_t buf[sizeof(struct iphdr) + 60 + STREAM_LEN];
	size_t hdr_len = sizeof(struct tcphdr) + (opt_len + 3) / 4 * 4;
	struct tcphdr *th = (void *)(buf + sizeof(struct iphdr));
	size_t total = sizeof(struct iphdr) + hdr_len + len;
	struct iphdr *ih = (void *)buf;
	ssize_t n;

	memset(buf, 0, sizeof(struct iphdr) + sizeof(struct tcphdr));
	memset(th + 1, 1, hdr_len - sizeof(*th));
	memcpy(th + 1, opts, opt_len);
	if (len)
		memcpy((uint8_t *)th + hdr_len, data, len);

	ih->version = 4;
	ih->ihl = sizeof(*ih) / 4;
	ih->tot_len = htons(total);
	ih->ttl = 64;
	ih->protocol = IPPROTO_TCP;
	ih->saddr = peer->addr.s_addr;
	ih->daddr = peer->server.s_addr;
	ih->check = csum(sum16(0, ih, sizeof(*ih)));

	th->source = htons(peer->port);
	th->dest = htons(SERVER_PORT);
	th->seq = htonl(peer->seq);
	th->ack_seq = htonl(peer->ack);
	th->doff = hdr_len / 4;
	th->th_flags = flags;
	th->window = htons(65535);
	th->check = csum(sum16(sum16(IPPROTO_TCP + hdr_len + len, &ih->saddr, 8), th,
			       hdr_len + len));

	n = write(peer->tun, buf, total);
	if (n != (ssize_t)total)
		return n < 0 ? -errno : -EIO;
	peer->seq += len + !!(flags & TH_SYN);
	return 0;
}

static void parse_mptcp(struct peer *peer, const uint8_t *o, size_t len)
{
	if (o[2] == MP_CAPABLE && len >= 12)
		peer->server_key = get64(o + 4);
	else if ((o[2] & 0xf0) == MP_DSS && (o[3] & 3) == 3 && len >= 12)
		peer->data_ack = get64(o + 4);
}

static void parse_options(struct peer *peer, const uint8_t *o, size_t len)
{
	while (len > 1 && o[0]) {
		size_t step = o[0] == 1 ? 1 : o[1];

		if (!step || step > len)
			return;
		if (o[0] == OPT_MPTCP && step > 3)
			parse_mptcp(peer, o, step);
		o += step;
		len -= step;
	}
}

/* One packet of this connection out of the device, if it is one. */
static void receive_segment(struct peer *peer)
{
	static uint8_t buf[65536];
	const struct iphdr *ih = (void *)buf;
	const struct tcphdr *th = (void *)(buf + sizeof(*ih));
	ssize_t n = read(peer->tun, buf, sizeof(buf));
	size_t hdr_len;

	if (n < (ssize_t)(sizeof(*ih) + sizeof(*th)) || ih->version != 4 || ih->ihl != 5 ||
	    ih->protocol != IPPROTO_TCP || th->dest != htons(peer->port))
		return;
	hdr_len = th->doff * 4;
	if (hdr_len < sizeof(*th) || (ssize_t)(sizeof(*ih) + hdr_len) > n)
		return;
	peer->ack = ntohl(th->seq) + !!(th->th_flags & TH_SYN) + n - sizeof(*ih) - hdr_len;
	parse_options(peer, (const uint8_t *)(th + 1), hdr_len - sizeof(*th));
}

/* Read what the kernel sends until *@value is no longer 0. */
static int await(struct peer *peer, const uint64_t *value)
{
	int64_t deadline = now_ms() + opt.timeout * 1000;
	struct pollfd pfd = { .fd = peer->tun, .events = POLLIN };

	while (!*value) {
		int64_t left = deadline - now_ms();

		if (left <= 0)
			return -ETIMEDOUT;
		if (poll(&pfd, 1, left) > 0)
			receive_segment(peer);
	}
	return 0;
}

/* ---- the connection ---- */

static int handshake(struct peer *peer)
{
	uint8_t syn[] = { 2, 4, 1460 >> 8, 1460 & 0xff,
			  OPT_MPTCP, 4, MP_CAPABLE, MP_CAPABLE_HMAC };
	uint8_t ack[20] = { OPT_MPTCP, sizeof(ack), MP_CAPABLE, MP_CAPABLE_HMAC };
	int err;

	err = send_segment(peer, TH_SYN, syn, sizeof(syn), NULL, 0);
	err = err ?: await(peer, &peer->server_key);
	if (err)
		return err;
	put64(ack + 4, PEER_KEY);
	put64(ack + 12, peer->server_key);
	return send_segment(peer, TH_ACK, ack, sizeof(ack), NULL, 0);
}

/* The first data needs no mapping: both keys tell it. The answer to it tells us the
 * sequence number, so that no hash of the key is needed here.
 */
static int greet(struct peer *peer)
{
	uint8_t o[22] = { OPT_MPTCP, sizeof(o), MP_CAPABLE, MP_CAPABLE_HMAC };
	int err;

	put64(o + 4, PEER_KEY);
	put64(o + 12, peer->server_key);
	o[21] = part[GREETING].len;
	err = send_segment(peer, TH_ACK | TH_PUSH, o, sizeof(o), stream, part[GREETING].len);
	err = err ?: await(peer, &peer->data_ack);
	if (!err)
		peer->dsn = peer->data_ack - part[GREETING].len;
	return err;
}

static int send_part(struct peer *peer, const struct part *p)
{
	uint8_t o[26] = { OPT_MPTCP, sizeof(o), MP_DSS, MP_DSS_ALL };

	/* an acknowledgement of nothing new; it must be there */
	put64(o + 4, 0);
	put64(o + 12, peer->dsn + p->off);
	put32(o + 20, peer->seq - peer->isn);
	o[24] = p->len >> 8;
	o[25] = p->len & 0xff;
	return send_segment(peer, TH_ACK | TH_PUSH, o, sizeof(o), stream + p->off, p->len);
}

/* MP_FASTCLOSE: the kernel forgets the connection at once. */
static int fastclose(struct peer *peer)
{
	uint8_t o[12] = { OPT_MPTCP, sizeof(o), MP_FASTCLOSE, 0 };

	put64(o + 4, peer->server_key);
	return send_segment(peer, TH_ACK, o, sizeof(o), NULL, 0);
}

static int meminfo(int fd, int which)
{
	uint32_t mem[SK_MEMINFO_VARS] = {};
	socklen_t len = sizeof(mem);

	if (getsockopt(fd, SOL_SOCKET, SO_MEMINFO, mem, &len))
		die("SO_MEMINFO", errno);
	return mem[which];
}

/* Leaves room for one segment of 8000 bytes, not for two. */
static int shrink_buffer(int fd, int truesize)
{
	int half = truesize * 3 / 4;	/* the kernel doubles it */

	return setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &half, sizeof(half)) ? -errno : 0;
}

static int send_overlap(struct peer *peer, int fd)
{
	int err, before;

	err = send_part(peer, &part[FILL]);
	before = meminfo(fd, SK_MEMINFO_RMEM_ALLOC);
	err = err ?: send_part(peer, &part[AHEAD]);
	err = err ?: shrink_buffer(fd, meminfo(fd, SK_MEMINFO_RMEM_ALLOC) - before);
	err = err ?: send_part(peer, &part[HOLE]);
	return err ?: send_part(peer, &part[OVERLAP]);
}

static int read_stream(int fd, size_t len)
{
	static uint8_t buf[STREAM_LEN];
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	size_t got = 0;

	while (got < len) {
		ssize_t n;

		if (poll(&pfd, 1, opt.timeout * 1000) < 1)
			return -ETIMEDOUT;
		n = recv(fd, buf + got, len - got, MSG_DONTWAIT);
		if (n <= 0)
			return n < 0 ? -errno : -EPIPE;
		got += n;
	}
	result.bytes += got;
	return memcmp(buf, stream, len) ? -EBADMSG : 0;
}

static void note(int value, int *min, int *max)
{
	if (value < *min)
		*min = value;
	if (value > *max)
		*max = value;
}

static void take_figures(int fd)
{
	note(meminfo(fd, SK_MEMINFO_FWD_ALLOC), &result.fwd_min, &result.fwd_max);
	note(meminfo(fd, SK_MEMINFO_RMEM_ALLOC), &result.rmem_min, &result.rmem_max);
}

static int accept_one(int listener)
{
	struct pollfd pfd = { .fd = listener, .events = POLLIN };
	int fd;

	if (poll(&pfd, 1, opt.timeout * 1000) < 1)
		return -ETIMEDOUT;
	fd = accept(listener, NULL, NULL);
	return fd < 0 ? -errno : fd;
}

static int wait_closed(int fd)
{
	struct pollfd pfd = { .fd = fd };

	return poll(&pfd, 1, opt.timeout * 1000) == 1 && pfd.revents & POLLHUP ? 0 : -ETIMEDOUT;
}

static void connection(struct peer *peer, int listener)
{
	int err, fd;

	peer->isn = peer->seq = 1000000;
	peer->server_key = peer->data_ack = 0;
	err = handshake(peer);
	if (err)
		die("no MPTCP handshake", err);
	fd = accept_one(listener);
	if (fd < 0)
		die("accept", fd);
	err = greet(peer);
	err = err ?: send_overlap(peer, fd);
	if (err)
		die("cannot send", err);
	err = read_stream(fd, opt.unread ? part[AHEAD].off + part[AHEAD].len : STREAM_LEN);
	if (err)
		die("cannot receive", err);
	take_figures(fd);
	err = fastclose(peer);
	err = err ?: wait_closed(fd);
	if (err)
		die("the connection does not end", err);
	close(fd);
}

/* ---- setup ---- */

static int open_tun(const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		die("/dev/net/tun", errno);
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (ioctl(fd, TUNSETIFF, &ifr))
		die(name, errno);
	return fd;
}

static int open_listener(struct in_addr addr)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(SERVER_PORT),
				   .sin_addr = addr };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP);

	if (fd < 0 || bind(fd, (void *)&sin, sizeof(sin)) || listen(fd, 8))
		die("cannot listen", errno);
	return fd;
}

static unsigned int number(const char *text, unsigned int max)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*end || n < 1 || n > max)
		die(text, ERANGE);
	return n;
}

static void parse(int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "device", 1, NULL, 'd' }, { "peer", 1, NULL, 'p' }, { "server", 1, NULL, 's' },
		{ "connections", 1, NULL, 'n' }, { "timeout", 1, NULL, 't' },
		{ "unread", 0, NULL, 'u' }, { NULL, 0, NULL, 0 },
	};
	int o;

	while ((o = getopt_long(argc, argv, "", longopts, NULL)) != -1) {
		switch (o) {
		case 'd': opt.device = optarg; break;
		case 'p': opt.peer = optarg; break;
		case 's': opt.server = optarg; break;
		case 'n': opt.connections = number(optarg, MAX_CONNECTIONS); break;
		case 't': opt.timeout = number(optarg, 3600); break;
		case 'u': opt.unread = true; break;
		default:
			fputs("usage: recv_overlap [--device TUN] [--peer ADDR] [--server ADDR]\n"
			      "       [--connections N] [--timeout SECONDS] [--unread]\n", stderr);
			exit(2);
		}
	}
}

int main(int argc, char **argv)
{
	struct peer peer = {};
	unsigned int i;
	int listener;

	parse(argc, argv);
	for (i = 0; i < STREAM_LEN; i++)
		stream[i] = i * 7 + (i >> 8);
	if (!inet_aton(opt.peer, &peer.addr) || !inet_aton(opt.server, &peer.server))
		die("address", EINVAL);
	peer.tun = open_tun(opt.device);
	listener = open_listener(peer.server);

	for (i = 0; i < opt.connections; i++) {
		peer.port = FIRST_PORT + i;
		connection(&peer, listener);
	}
	printf("{\"connections\":%u,\"bytes\":%" PRIu64 ",\"fwd_min\":%d,\"fwd_max\":%d,"
	       "\"rmem_min\":%d,\"rmem_max\":%d}\n", opt.connections, result.bytes,
	       result.fwd_min, result.fwd_max, result.rmem_min, result.rmem_max);
	return 0;
}
