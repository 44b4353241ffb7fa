/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/*
 * The MPTCP connections of another process, to call setsockopt(MPTCP_SCHEDULER) on them while that
 * process uses them. They are duplicated (pidfd_getfd(2)), so they stay until this process ends.
 */
#ifndef MOVER_SOCKETS_H
#define MOVER_SOCKETS_H

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sched_opt.h"

#define MAX_SOCKETS	256

static struct {
	int fd[MAX_SOCKETS];
	ino_t ino[MAX_SOCKETS];
	unsigned int nr;
} sockets;

static inline int socket_int(int fd, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, name, &value, &len) ? -1 : value;
}

/* A listener's setting is another test's. */
static inline bool socket_is_connection(int fd)
{
	return socket_int(fd, SO_PROTOCOL) == IPPROTO_MPTCP && !socket_int(fd, SO_ACCEPTCONN);
}

static inline bool socket_is_known(ino_t ino)
{
	unsigned int i;

	for (i = 0; i < sockets.nr; i++)
		if (sockets.ino[i] == ino)
			return true;
	return false;
}

static inline void socket_collect(int pidfd, int number, ino_t ino)
{
	int fd;

	if (sockets.nr == MAX_SOCKETS || socket_is_known(ino))
		return;
	fd = syscall(SYS_pidfd_getfd, pidfd, number, 0);
	if (fd < 0)
		return;
	if (!socket_is_connection(fd)) {
		close(fd);
		return;
	}
	sockets.fd[sockets.nr] = fd;
	sockets.ino[sockets.nr++] = ino;
}

/* Adds what process @pid has opened since the last call. */
static inline void sockets_collect(pid_t pid, int pidfd)
{
	struct dirent *entry;
	char path[64];
	struct stat st;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (!fstatat(dirfd(dir), entry->d_name, &st, 0) && S_ISSOCK(st.st_mode))
			socket_collect(pidfd, atoi(entry->d_name), st.st_ino);
	closedir(dir);
}

/* Gives all of them @sched; *@moved is how many had another one before. */
static inline int sockets_set(const char *sched, uint32_t *moved)
{
	char before[SCHED_NAME_SIZE];
	socklen_t len;
	unsigned int i;
	int err = 0;

	*moved = 0;
	for (i = 0; i < sockets.nr; i++) {
		len = sizeof(before);
		if (getsockopt(sockets.fd[i], SOL_MPTCP, OPT_MPTCP_SCHEDULER, before, &len))
			err = -errno;
		else if (setsockopt(sockets.fd[i], SOL_MPTCP, OPT_MPTCP_SCHEDULER, sched,
				    strlen(sched)))
			err = -errno;
		else
			*moved += strncmp(before, sched, sizeof(before)) != 0;
	}
	return err;
}

#endif
