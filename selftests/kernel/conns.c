// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * conns CLIENT_NS SERVER_NS ADDR COUNT: open COUNT MPTCP connections between two network namespaces
 * and keep them, both ends in this one process, until stdin ends.
 *
 * Prints "ready COUNT MS" when all of them have carried a byte in each direction. For each line on
 * stdin one more byte goes there and back over every connection; then it prints "pong COUNT MS". A
 * byte that does not come within the limit ends it with an error.
 *
 * The kernel finds connections by a hash of their tokens, whose chains it keeps short: where many
 * are full, a new connection may become plain TCP. Such a one is made again.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/mptcp.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP	262
#endif
#define PORT		7000
#define BACKLOG		1024
#define SOL_MPTCP	284
#define LIMIT_S		60
#define TRIES		50

struct pair {
	int client;
	int server;
};

static struct pair *pairs;
static size_t count;

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "conns: %s: %s\n", what, strerror(errno));
	exit(1);
}

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void enter(const char *ns)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", ns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die(path);
	close(fd);
}

static socklen_t make_addr(const char *text, struct sockaddr_storage *ss)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ss;
	struct sockaddr_in *in = (struct sockaddr_in *)ss;

	memset(ss, 0, sizeof(*ss));
	if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons(PORT);
		return sizeof(*in);
	}
	errno = EINVAL;
	if (inet_pton(AF_INET6, text, &in6->sin6_addr) != 1)
		die(text);
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(PORT);
	return sizeof(*in6);
}

static int make_socket(int family)
{
	const struct timeval limit = { .tv_sec = LIMIT_S };
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP);

	/* accepted sockets have the listener's */
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)))
		die("socket");
	return fd;
}

static void pass_byte(int from, int to, size_t i)
{
	char byte = (char)i;

	if (from >= 0 && write(from, &byte, 1) != 1)
		die("write");
	if (to >= 0 && (read(to, &byte, 1) != 1 || byte != (char)i))
		die("a byte did not come");
}

static bool is_mptcp(int fd)
{
	struct mptcp_info info = {};
	socklen_t len = sizeof(info);

	return !getsockopt(fd, SOL_MPTCP, MPTCP_INFO, &info, &len) &&
	       !(info.mptcpi_flags & MPTCP_INFO_FLAG_FALLBACK);
}

/* A server is fully established with the first data. */
static bool connect_one(struct pair *p, int listener, const struct sockaddr_storage *ss,
			socklen_t len, size_t i)
{
	p->client = make_socket(ss->ss_family);
	if (connect(p->client, (const struct sockaddr *)ss, len))
		die("connect");
	p->server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (p->server < 0)
		die("accept");
	pass_byte(p->client, p->server, i);
	pass_byte(p->server, p->client, i);
	if (is_mptcp(p->client) && is_mptcp(p->server))
		return true;
	close(p->client);
	close(p->server);
	return false;
}

/* All at once, so that none waits for another. */
static void ping(void)
{
	size_t i;

	for (i = 0; i < count; i++)
		pass_byte(pairs[i].client, -1, i);
	for (i = 0; i < count; i++)
		pass_byte(-1, pairs[i].server, i);
	for (i = 0; i < count; i++)
		pass_byte(pairs[i].server, -1, i);
	for (i = 0; i < count; i++)
		pass_byte(-1, pairs[i].client, i);
}

static void connect_all(const char *client_ns, const char *server_ns, const char *addr)
{
	struct sockaddr_storage ss;
	socklen_t len = make_addr(addr, &ss);
	int listener, tries, on = 1;
	size_t i;

	enter(server_ns);
	listener = make_socket(ss.ss_family);
	if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(listener, (struct sockaddr *)&ss, len) || listen(listener, BACKLOG))
		die("listen");
	enter(client_ns);
	for (i = 0; i < count; i++) {
		for (tries = 0; !connect_one(&pairs[i], listener, &ss, len, i); tries++) {
			errno = ENOSPC;
			if (tries == TRIES)
				die("the connections fall back to TCP");
		}
	}
	close(listener);
}

int main(int argc, char **argv)
{
	struct rlimit files;
	char line[64];
	long start;

	if (argc != 5 || (count = strtoul(argv[4], NULL, 10)) == 0) {
		fprintf(stderr, "usage: conns CLIENT_NS SERVER_NS ADDR COUNT\n");
		return 2;
	}
	files.rlim_cur = files.rlim_max = 2 * count + 64;
	pairs = calloc(count, sizeof(*pairs));
	if (!pairs || setrlimit(RLIMIT_NOFILE, &files))
		die("room for the connections");
	start = now_ms();
	connect_all(argv[1], argv[2], argv[3]);
	printf("ready %zu %ld\n", count, now_ms() - start);
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		start = now_ms();
		ping();
		printf("pong %zu %ld\n", count, now_ms() - start);
		fflush(stdout);
	}
	return 0;
}
