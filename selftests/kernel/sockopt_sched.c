// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * sockopt_sched STEP...: what does the socket option MPTCP_SCHEDULER answer? Each step acts on the
 * sockets that the steps before it made and prints one line, "STEP: ANSWER", where the answer is
 * ok, a value, or the name of an errno. One program instead of many, because what is asked is
 * often about the order: before and after connect, before and after a privilege is given up.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sched_opt.h"

#define MAX_CHILDREN	16
#define DATA_CHUNK	4096

static const char help[] =
"usage: sockopt_sched STEP...\n"
"  mptcp, tcp              a new client socket, which the following steps use\n"
"  listen, listen-tcp      a server on the loopback address\n"
"  connect                 the client to the server, which accepts\n"
"  disconnect              the client, so that it can connect again\n"
"  client, listener, child[=N]    use this one from here on; child is the last one accepted\n"
"  set=NAME                setsockopt() with the name's length\n"
"  set/LEN=NAME            with this length; set/LEN with a null pointer\n"
"  get, get/LEN            getsockopt() into 64 bytes, or LEN, or with get/LEN=null nowhere;\n"
"                          get/null: a null pointer for the length\n"
"  data=BYTES              through the connection and back, compared\n"
"  write=BYTES             into the client's socket; nobody reads them\n"
"  abort                   close the client's socket, with a reset\n"
"  uid=N                   give up all privileges and be this user\n"
"  unshare, unshare-net    enter a new user and network namespace, network namespace\n"
"  lo                      set the loopback device up\n"
"  run=COMMAND             in a shell, with all sockets open\n"
"  close                   all sockets\n";

static int client = -1, listener = -1, used = -1;
static int children[MAX_CHILDREN];
static unsigned int nr_children;

/* ---- sockets ---- */

static int step_socket(int protocol)
{
	if (client >= 0)
		close(client);
	client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, protocol);
	used = client;
	return client < 0 ? -errno : 0;
}

static int step_listen(int protocol)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	if (listener >= 0)
		close(listener);
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, protocol);
	if (listener < 0 || bind(listener, (void *)&addr, sizeof(addr)) || listen(listener, 8))
		return -errno;
	return 0;
}

static int step_connect(void)
{
	struct sockaddr_in addr;
	socklen_t len = sizeof(addr);
	int child;

	if (getsockname(listener, (void *)&addr, &len) || connect(client, (void *)&addr, len))
		return -errno;
	child = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (child < 0)
		return -errno;
	if (nr_children == MAX_CHILDREN)
		return -ENOSPC;
	children[nr_children++] = child;
	return 0;
}

static int step_disconnect(void)
{
	const struct sockaddr nowhere = { .sa_family = AF_UNSPEC };

	return connect(client, &nowhere, sizeof(nowhere)) ? -errno : 0;
}

static int step_use(int fd)
{
	used = fd;
	return fd < 0 ? -ENOENT : 0;
}

static int step_use_child(const char *index)
{
	unsigned int i = index ? (unsigned int)atoi(index) : nr_children - 1;

	return step_use(i < nr_children ? children[i] : -1);
}

static int step_close(void)
{
	while (nr_children)
		close(children[--nr_children]);
	close(client);
	close(listener);
	client = -1;
	listener = -1;
	return 0;
}

/* ---- the option ---- */

/* @len NULL: the length of @name. @name NULL: a null pointer. */
static int step_set(const char *name, const char *len)
{
	int n = len ? atoi(len) : (int)strlen(name);

	if (setsockopt(used, SOL_MPTCP, OPT_MPTCP_SCHEDULER, name, n))
		return -errno;
	return 0;
}

/* A length is printed where it was asked for; what the kernel did not write is '?'. */
static int step_get(const char *len, bool nowhere, char *out, size_t size)
{
	char buf[64];
	socklen_t n = len ? (socklen_t)atoi(len) : sizeof(buf);

	memset(buf, '?', sizeof(buf));
	if (getsockopt(used, SOL_MPTCP, OPT_MPTCP_SCHEDULER, nowhere ? NULL : buf,
		       len && !strcmp(len, "null") ? NULL : &n))
		return -errno;
	if (len)
		snprintf(out, size, "%u '%.*s'", n, (int)strnlen(buf, 8), buf);
	else
		snprintf(out, size, "%.*s", (int)strnlen(buf, sizeof(buf)), buf);
	return 0;
}

/* ---- traffic ---- */

static int send_all(int fd, size_t bytes, unsigned char start)
{
	unsigned char buf[DATA_CHUNK];
	size_t off, i;
	ssize_t n;

	for (off = 0; off < bytes; off += n) {
		for (i = 0; i < sizeof(buf); i++)
			buf[i] = start + (off + i) % 251;
		n = send(fd, buf, bytes - off < sizeof(buf) ? bytes - off : sizeof(buf), 0);
		if (n < 0)
			return -errno;
	}
	return 0;
}

static int recv_all(int fd, size_t bytes, unsigned char start)
{
	unsigned char buf[DATA_CHUNK];
	size_t off;
	ssize_t n, i;

	for (off = 0; off < bytes; off += n) {
		n = recv(fd, buf, bytes - off < sizeof(buf) ? bytes - off : sizeof(buf), 0);
		if (n <= 0)
			return n ? -errno : -EPIPE;
		for (i = 0; i < n; i++)
			if (buf[i] != (unsigned char)(start + (off + i) % 251))
				return -EBADMSG;
	}
	return 0;
}

/* In portions that the socket buffers hold: one process plays both ends. */
static int step_data(const char *amount)
{
	size_t left = strtoul(amount, NULL, 0), part;
	unsigned char start = 0;
	int child, err;

	if (!nr_children)
		return -ENOTCONN;
	child = children[nr_children - 1];
	for (; left; left -= part, start++) {
		part = left < 16384 ? left : 16384;
		err = send_all(client, part, start);
		if (!err)
			err = recv_all(child, part, start);
		if (!err)
			err = send_all(child, part, start + 1);
		if (!err)
			err = recv_all(client, part, start + 1);
		if (err)
			return err;
	}
	return 0;
}

static int step_write(const char *amount)
{
	return send_all(client, strtoul(amount, NULL, 0), 0);
}

static int step_abort(void)
{
	const struct linger now = { .l_onoff = 1 };
	int err = 0;

	if (setsockopt(client, SOL_SOCKET, SO_LINGER, &now, sizeof(now)) || close(client))
		err = -errno;
	client = -1;
	return err;
}

/* ---- who asks ---- */

static int step_uid(const char *uid)
{
	int id = atoi(uid);

	if (setresgid(id, id, id) || setresuid(id, id, id))
		return -errno;
	return 0;
}

/* Without a user of that namespace, root there, what is run would have no capability. */
static int step_unshare(int flags)
{
	char map[32];
	int fd, n;

	n = snprintf(map, sizeof(map), "0 %u 1\n", geteuid());
	if (unshare(flags))
		return -errno;
	if (!(flags & CLONE_NEWUSER))
		return 0;
	fd = open("/proc/self/uid_map", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, map, n) != n)
		return -errno;
	close(fd);
	return 0;
}

static int step_lo(void)
{
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (ioctl(fd, SIOCSIFFLAGS, &ifr))
		err = -errno;
	close(fd);
	return err;
}

static int step_run(const char *command, char *out, size_t size)
{
	size_t n = 0;
	FILE *pipe;

	fflush(stdout);
	pipe = popen(command, "r");
	if (!pipe)
		return -errno;
	n = fread(out, 1, size - 1, pipe);
	while (n && out[n - 1] == '\n')
		n--;
	out[n] = '\0';
	pclose(pipe);
	return 0;
}

/* ---- steps ---- */

static int simple_step(const char *name)
{
	static const struct {
		const char *name;
		int (*run)(int arg);
		int arg;
	} steps[] = {
		{ "mptcp", step_socket, IPPROTO_MPTCP }, { "tcp", step_socket, IPPROTO_TCP },
		{ "listen", step_listen, IPPROTO_MPTCP }, { "listen-tcp", step_listen, IPPROTO_TCP },
		{ "unshare", step_unshare, CLONE_NEWUSER | CLONE_NEWNET },
		{ "unshare-net", step_unshare, CLONE_NEWNET },
	};
	unsigned int i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (!strcmp(name, steps[i].name))
			return steps[i].run(steps[i].arg);
	fprintf(stderr, "sockopt_sched: unknown step '%s'\n%s", name, help);
	exit(2);
}

/* @name, @len and @value are what "NAME/LEN=VALUE" consists of. */
static int run_step(const char *name, const char *len, const char *value, char *out, size_t size)
{
	if (!strcmp(name, "set") && (value || len))
		return step_set(value, len);
	if (!strcmp(name, "get"))
		return step_get(len, value != NULL, out, size);
	if (!strcmp(name, "client"))
		return step_use(client);
	if (!strcmp(name, "listener"))
		return step_use(listener);
	if (!strcmp(name, "child"))
		return step_use_child(value);
	if (!strcmp(name, "connect"))
		return step_connect();
	if (!strcmp(name, "disconnect"))
		return step_disconnect();
	if (!strcmp(name, "close"))
		return step_close();
	if (!strcmp(name, "lo"))
		return step_lo();
	if (!strcmp(name, "abort"))
		return step_abort();
	if (!strcmp(name, "data") && value)
		return step_data(value);
	if (!strcmp(name, "write") && value)
		return step_write(value);
	if (!strcmp(name, "uid") && value)
		return step_uid(value);
	if (!strcmp(name, "run") && value)
		return step_run(value, out, size);
	return simple_step(name);
}

static void do_step(const char *step)
{
	char text[512], out[512] = "ok", *value, *len = NULL;
	int err;

	snprintf(text, sizeof(text), "%s", step);
	value = strchr(text, '=');
	if (value)
		*value++ = '\0';
	len = strchr(text, '/');
	if (len)
		*len++ = '\0';
	err = run_step(text, len, value, out, sizeof(out));
	printf("%s: %s\n", step, err ? strerrorname_np(-err) : out);
}

int main(int argc, char **argv)
{
	int i;

	if (argc < 2) {
		fputs(help, stderr);
		return 2;
	}
	for (i = 1; i < argc; i++)
		do_step(argv[i]);
	return 0;
}
