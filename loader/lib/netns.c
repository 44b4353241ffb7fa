// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* Other network namespaces: name them, run a step inside one, visit all. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

#define RUN_NETNS	"/run/netns"
#define SELF_NETNS	"/proc/thread-self/ns/net"

/* Of asm-generic/socket.h, which older headers lack. */
#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE	71
#endif

static bool is_number(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text);
}

/* A name under /run/netns comes first: "123" may be one. */
int mpx_netns_open(const char *ns)
{
	char path[300];
	int fd;

	if (!ns)
		ns = SELF_NETNS;
	if (!*ns || strlen(ns) > 255)
		return mpx_fail(-EINVAL, "'%s' names no network namespace", ns);
	if (strchr(ns, '/'))
		snprintf(path, sizeof(path), "%s", ns);
	else
		snprintf(path, sizeof(path), RUN_NETNS "/%s", ns);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT && is_number(ns)) {
		snprintf(path, sizeof(path), "/proc/%s/ns/net", ns);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 && errno == ENOENT)
			return mpx_fail(-ESRCH, "no network namespace '%s': neither a name in " RUN_NETNS " nor a process id",
					ns);
	}
	if (fd < 0)
		return mpx_fail(-errno, "cannot open network namespace '%s': %s%s", ns, strerror(errno),
				errno == ENOENT ? " (a name under " RUN_NETNS ", a path or a process id is expected)" :
				"");
	return fd;
}

static bool is_here(int fd, int here_fd)
{
	struct stat here, there;

	return !fstat(here_fd, &here) && !fstat(fd, &there) && here.st_ino == there.st_ino &&
	       here.st_dev == there.st_dev;
}

int mpx_netns_run(int fd, const char *label, int (*fn)(void *arg), void *arg)
{
	int back, err;

	back = open(SELF_NETNS, O_RDONLY | O_CLOEXEC);
	if (back < 0)
		return mpx_fail(-errno, "cannot open '" SELF_NETNS "': %s", strerror(errno));
	if (is_here(fd, back)) {
		/* Already there: works without the right to switch. */
		err = fn(arg);
		goto out_close;
	}
	if (setns(fd, CLONE_NEWNET)) {
		err = mpx_fail(-errno, "cannot enter network namespace '%s': %s", label,
			       errno == EINVAL ? "the file is no network namespace" : strerror(errno));
		goto out_close;
	}
	err = fn(arg);
	if (setns(back, CLONE_NEWNET))
		err = mpx_fail(-errno, "cannot return to the own network namespace: %s",
			       strerror(errno));
out_close:
	close(back);
	return err;
}

uint64_t mpx_netns_cookie(void)
{
	socklen_t len = sizeof(uint64_t);
	uint64_t cookie = 0;
	int fd;

	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return 0;
	if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len))
		cookie = 0;
	close(fd);
	return cookie;
}

uint64_t mpx_netns_cookie_of(int fd)
{
	uint64_t cookie = 0;
	int back;

	back = open(SELF_NETNS, O_RDONLY | O_CLOEXEC);
	if (back < 0)
		return 0;
	if (is_here(fd, back)) {
		cookie = mpx_netns_cookie();
	} else if (!setns(fd, CLONE_NEWNET)) {
		cookie = mpx_netns_cookie();
		if (setns(back, CLONE_NEWNET))
			mpx_fail(-errno, "cannot return to the own network namespace: %s",
				 strerror(errno));
	}
	close(back);
	return cookie;
}

/* The namespaces seen so far, by what identifies them. */
struct seen {
	size_t cnt;
	struct { dev_t dev; ino_t ino; } *v;
};

/* 1 when it is new, 0 when it was seen, or -errno. */
static int see(struct seen *seen, int fd)
{
	struct stat st;
	void *grown;
	size_t i;

	if (fstat(fd, &st))
		return -errno;
	for (i = 0; i < seen->cnt; i++)
		if (seen->v[i].ino == st.st_ino && seen->v[i].dev == st.st_dev)
			return 0;
	grown = realloc(seen->v, (seen->cnt + 1) * sizeof(*seen->v));
	if (!grown)
		return -ENOMEM;
	seen->v = grown;
	seen->v[seen->cnt].dev = st.st_dev;
	seen->v[seen->cnt++].ino = st.st_ino;
	return 1;
}

static int visit(struct seen *seen, const char *path, const char *label, mpx_netns_fn fn,
		 void *ctx)
{
	int fd, err;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	/* Processes end while we look, and not all may be looked at. */
	if (fd < 0 && (errno == ENOENT || errno == ESRCH || errno == EACCES))
		return 0;
	if (fd < 0)
		return mpx_fail(-errno, "cannot open network namespace '%s': %s", label,
				strerror(errno));
	err = see(seen, fd);
	if (err > 0)
		err = fn(fd, label, ctx);
	else if (err < 0)
		mpx_fail(err, "cannot look at network namespace '%s': %s", label, strerror(-err));
	close(fd);
	return err;
}

static int visit_dir(struct seen *seen, const char *dirname, bool proc, mpx_netns_fn fn, void *ctx)
{
	char path[320], label[320];
	struct dirent *de;
	int err, first = 0;
	DIR *dir;

	dir = opendir(dirname);
	if (!dir && errno == ENOENT)
		return 0;
	if (!dir)
		return mpx_fail(-errno, "cannot read '%s': %s", dirname, strerror(errno));
	while ((de = readdir(dir))) {
		if (de->d_name[0] == '.' || (proc && !is_number(de->d_name)))
			continue;
		snprintf(path, sizeof(path), "%s/%s%s", dirname, de->d_name, proc ? "/ns/net" : "");
		snprintf(label, sizeof(label), "%s%s", proc ? "process " : "", de->d_name);
		err = visit(seen, path, label, fn, ctx);
		if (err && !first)
			first = err;
	}
	closedir(dir);
	return first;
}

int mpx_netns_each(mpx_netns_fn fn, void *ctx)
{
	struct seen seen = { 0 };
	int err, first;

	first = visit(&seen, SELF_NETNS, "current", fn, ctx);
	err = visit_dir(&seen, RUN_NETNS, false, fn, ctx);
	if (!first)
		first = err;
	err = visit_dir(&seen, "/proc", true, fn, ctx);
	if (!first)
		first = err;
	free(seen.v);
	return first;
}
