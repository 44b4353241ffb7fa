// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * ip: what the kernel's selftests find first in $PATH. It runs the real ip(8),
 * $UPSTREAM_IP, with the same arguments, and does two things more, because these
 * scripts stay as they are and a new network namespace starts with the scheduler
 * "default":
 *
 *   ip netns add NAME	then writes $UPSTREAM_SCHED, if there is one, to the
 *			namespace's net.mptcp.scheduler; fails if that fails
 *   ip netns delete NAME	before that reads the scheduler once more, and the
 *			counters that say whether the kernel moved connections
 *			away from it
 *
 * Both append what they found to $UPSTREAM_NETNS:
 *
 *   add NAME SCHEDULER
 *   delete NAME SCHEDULER FALLBACKS INVALID_MARKS
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SCHEDULER "/proc/sys/net/mptcp/scheduler"

struct counters {
	unsigned long fallbacks;
	unsigned long invalid_marks;
};

static int fail(const char *what, const char *name, int err)
{
	fprintf(stderr, "ip (selftests/upstream): cannot %s '%s': %s\n", what, name,
		strerror(-err));
	return err;
}

static int enter(const char *name)
{
	char path[256];
	int fd, err = 0;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (setns(fd, CLONE_NEWNET) < 0)
		err = -errno;
	close(fd);
	return err;
}

static int write_scheduler(const char *sched)
{
	ssize_t len = strlen(sched);
	int fd, err = 0;

	fd = open(SCHEDULER, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, sched, len) != len)
		err = -errno;
	close(fd);
	return err;
}

static int read_scheduler(char *buf, size_t size)
{
	ssize_t len;
	int fd;

	fd = open(SCHEDULER, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = read(fd, buf, size - 1);
	close(fd);
	if (len < 0)
		return -EIO;
	buf[len] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	return 0;
}

static void count(struct counters *all, const char *name, const char *value)
{
	if (!strncmp(name, "SchedFallback", 13) || !strcmp(name, "SchedDisabled"))
		all->fallbacks += strtoul(value, NULL, 10);
	else if (!strcmp(name, "SchedInvalidMark"))
		all->invalid_marks += strtoul(value, NULL, 10);
}

/* netstat has pairs of lines, "Group: names" and "Group: values". */
static int read_counters(struct counters *all)
{
	char *names = NULL, *values = NULL, *name, *value, *next_name, *next_value;
	size_t names_size = 0, values_size = 0;
	FILE *file;

	file = fopen("/proc/self/net/netstat", "re");
	if (!file)
		return -errno;
	while (getline(&names, &names_size, file) > 0 &&
	       getline(&values, &values_size, file) > 0) {
		if (strncmp(names, "MPTcpExt:", 9))
			continue;
		name = strtok_r(names, " \n", &next_name);
		value = strtok_r(values, " \n", &next_value);
		while (name && value) {
			count(all, name, value);
			name = strtok_r(NULL, " \n", &next_name);
			value = strtok_r(NULL, " \n", &next_value);
		}
	}
	free(names);
	free(values);
	fclose(file);
	return 0;
}

/* One write of a short line: scripts may run several of us at once. */
static int record(const char *line)
{
	const char *path = getenv("UPSTREAM_NETNS");
	ssize_t len = strlen(line);
	int fd, err = 0;

	if (!path)
		return 0;
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	if (write(fd, line, len) != len)
		err = -EIO;
	close(fd);
	return err;
}

static int added(const char *name)
{
	const char *sched = getenv("UPSTREAM_SCHED");
	char now[64], line[512];
	int err;

	err = enter(name);
	if (err)
		return fail("enter namespace", name, err);
	if (sched && *sched) {
		err = write_scheduler(sched);
		if (err)
			return fail("select scheduler", sched, err);
	}
	err = read_scheduler(now, sizeof(now));
	if (err)
		return fail("read", SCHEDULER, err);
	snprintf(line, sizeof(line), "add %s %s\n", name, now);
	err = record(line);
	return err ? fail("write", "$UPSTREAM_NETNS", err) : 0;
}

static int about_to_go(const char *name)
{
	struct counters all = { 0 };
	char now[64], line[512];
	int err;

	err = enter(name);
	if (err)
		return 0;		/* none of that name: the real ip says so */
	err = read_scheduler(now, sizeof(now));
	if (err)
		return fail("read", SCHEDULER, err);
	err = read_counters(&all);
	if (err)
		return fail("read the counters of", name, err);
	snprintf(line, sizeof(line), "delete %s %s %lu %lu\n", name, now, all.fallbacks,
		 all.invalid_marks);
	err = record(line);
	return err ? fail("write", "$UPSTREAM_NETNS", err) : 0;
}

/* Runs CMD in a child, so that a namespace we enter stays ours. */
static int in_child(int (*cmd)(const char *name), const char *name)
{
	int status;
	pid_t pid;

	pid = fork();
	if (pid < 0)
		return 1;
	if (!pid)
		_exit(cmd(name) ? 1 : 0);
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return 1;
	return WEXITSTATUS(status);
}

static int run_real(char **argv)
{
	const char *real = getenv("UPSTREAM_IP");

	if (!real)
		real = "/usr/sbin/ip";
	execv(real, argv);
	fprintf(stderr, "ip (selftests/upstream): cannot run '%s': %s\n", real, strerror(errno));
	return 127;
}

static int run_real_and_wait(char **argv)
{
	int status;
	pid_t pid;

	pid = fork();
	if (pid < 0)
		return 1;
	if (!pid)
		_exit(run_real(argv));
	if (waitpid(pid, &status, 0) != pid)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	bool netns = argc == 4 && !strcmp(argv[1], "netns");
	int status;

	if (netns && !strcmp(argv[2], "add")) {
		status = run_real_and_wait(argv);
		return status ? status : in_child(added, argv[3]);
	}
	if (netns && !strncmp("delete", argv[2], strlen(argv[2])) && strlen(argv[2]) > 2 &&
	    in_child(about_to_go, argv[3]))
		return 1;
	return run_real(argv);
}
