// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* net.mptcp.* of the network namespace this thread is in. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

#define DIR_MPTCP "/proc/sys/net/mptcp/"

int mpx_sysctl_get(const char *name, char *buf, size_t size)
{
	char path[128];

	snprintf(path, sizeof(path), DIR_MPTCP "%s", name);
	return mpx_read_file(path, buf, size);
}

int mpx_sysctl_set(const char *name, const char *value)
{
	char path[128];
	int fd, err = 0;

	snprintf(path, sizeof(path), DIR_MPTCP "%s", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, value, strlen(value)) < 0)
		err = -errno;
	close(fd);
	return err;
}
