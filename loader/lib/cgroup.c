// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * A private cgroup below the caller's own, so that its limits stay in force. It
 * has no controllers: it is only a set of processes that children join.
 *
 * Its creator holds a lock on it. What nobody has locked and is empty was left
 * by a creator that was killed, and is removed by the next one. The parent is not
 * locked: it may be the tree of a caller who waits for us.
 *
 * A hierarchy that is not mounted is not mounted here: mounting cgroup2 sets
 * options of the one hierarchy there is, for everybody (nsdelegate).
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cgroup.h"
#include "internal.h"

#define REMOVE_MSECS	2000
#define MAKE_TRIES	10

/* mountinfo writes blanks and backslashes as \ooo. */
static void unescape(char *text)
{
	char *out = text;
	unsigned int c;

	while (*text) {
		if (sscanf(text, "\\%3o", &c) == 1) {
			*out++ = (char)c;
			text += 4;
		} else {
			*out++ = *text++;
		}
	}
	*out = '\0';
}

int mpx_cgroup_mount(FILE *mountinfo, char *buf, size_t size)
{
	char *line = NULL, *type, root[PATH_MAX], point[PATH_MAX];
	size_t room = 0;
	int err = -ENOENT;

	while (err && getline(&line, &room, mountinfo) > 0) {
		type = strstr(line, " - ");
		if (!type || strncmp(type, " - cgroup2 ", 11))
			continue;
		/* 4095: PATH_MAX. A part of the hierarchy only: paths would not fit. */
		if (sscanf(line, "%*s %*s %*s %4095s %4095s", root, point) != 2 || strcmp(root, "/"))
			continue;
		unescape(point);
		if (strlen(point) < size) {
			strcpy(buf, point);
			err = 0;
		}
	}
	free(line);
	return err;
}

static int find_in(const char *proc, const char *root, char *buf, size_t size)
{
	size_t len = strlen(root);
	FILE *f;
	int err;

	f = fopen(proc, "re");
	if (!f)
		return -errno;
	memcpy(buf, root, len + 1);
	err = mpx_cgroup_mount(f, buf + len, size - len);
	fclose(f);
	return err;
}

/* ip-netns(8) exec mounts /sys anew and hides what was below: init still has it. */
static int find_mount(char *buf, size_t size)
{
	int err = find_in("/proc/self/mountinfo", "", buf, size);

	return err ? find_in("/proc/1/mountinfo", "/proc/1/root", buf, size) : 0;
}

/* The caller's own cgroup as a path; "0::" is the v2 line. */
static int own_path(char *buf, size_t size)
{
	char text[8192], *line, *save;
	int err;

	err = find_mount(buf, size);
	if (err)
		return err;
	err = mpx_read_file("/proc/self/cgroup", text, sizeof(text));
	if (err < 0)
		return err;
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (strncmp(line, "0::/", 4))
			continue;
		if (strlen(buf) + strlen(line + 3) >= size)
			return -ENAMETOOLONG;
		strcat(buf, line + 3);
		return 0;
	}
	return -ENOENT;
}

void mpx_cgroup_sweep(int parent)
{
	int fd, copy = openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *entry;

	if (!dir) {
		if (copy >= 0)
			close(copy);
		return;
	}
	while ((entry = readdir(dir))) {
		if (strncmp(entry->d_name, MPX_CGROUP_PREFIX, strlen(MPX_CGROUP_PREFIX)))
			continue;
		fd = openat(parent, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			continue;
		/* One with processes in it refuses to go. */
		if (!flock(fd, LOCK_EX | LOCK_NB))
			unlinkat(parent, entry->d_name, AT_REMOVEDIR);
		close(fd);
	}
	closedir(dir);
}

/*
 * One more name each time: the last may be taken, by the tree of a killed
 * creator or in another pid namespace, or swept away before it was locked.
 */
static int make_locked(struct mpx_cgroup *cg)
{
	struct stat st;
	int err, tries;

	mpx_cgroup_sweep(cg->parent);
	for (tries = 0; tries < MAKE_TRIES; tries++) {
		snprintf(cg->name, sizeof(cg->name), MPX_CGROUP_PREFIX "%d.%d", getpid(), tries);
		if (mkdirat(cg->parent, cg->name, 0755)) {
			err = -errno;
			if (err == -EEXIST)
				continue;
			return err;
		}
		cg->dir = openat(cg->parent, cg->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		err = cg->dir < 0 || flock(cg->dir, LOCK_SH) ||
		      fstatat(cg->parent, cg->name, &st, 0) ? -errno : 0;
		if (!err)
			return 0;
		unlinkat(cg->parent, cg->name, AT_REMOVEDIR);
		if (cg->dir >= 0)
			close(cg->dir);
		cg->dir = -1;
		if (err != -ENOENT)
			return err;
	}
	return -EEXIST;
}

static void close_both(struct mpx_cgroup *cg)
{
	if (cg->dir >= 0)
		close(cg->dir);
	if (cg->parent >= 0)
		close(cg->parent);
	cg->dir = cg->parent = -1;
}

int mpx_cgroup_create(struct mpx_cgroup *cg)
{
	char path[2 * PATH_MAX];
	int err;

	cg->parent = cg->dir = -1;
	err = own_path(path, sizeof(path));
	if (err)
		return mpx_fail(-EOPNOTSUPP, "cannot mark a process tree: no cgroup v2 hierarchy is mounted (next: mount -t cgroup2 cgroup2 /sys/fs/cgroup)");
	cg->parent = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	err = cg->parent < 0 ? -errno : make_locked(cg);
	if (!err)
		return 0;
	close_both(cg);
	if (err == -EACCES || err == -EPERM || err == -EROFS)
		return mpx_fail(err, "cannot mark a process tree: no cgroup can be made in '%s': %s (needs root and a writable cgroup v2 mount)",
				path, strerror(-err));
	return mpx_fail(err, "cannot mark a process tree: no cgroup can be made in '%s': %s", path,
			strerror(-err));
}

static int write_at(int dir, const char *text)
{
	int err = 0, fd = openat(dir, "cgroup.procs", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

int mpx_cgroup_enter(const struct mpx_cgroup *cg)
{
	return write_at(cg->dir, "0");
}

/* New ones may be born meanwhile: the caller tries again. */
static void move_back(const struct mpx_cgroup *cg)
{
	int fd = openat(cg->dir, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	FILE *procs = fd < 0 ? NULL : fdopen(fd, "re");
	char line[32];

	if (!procs) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while (fgets(line, sizeof(line), procs))
		write_at(cg->parent, line);
	fclose(procs);
}

void mpx_cgroup_remove(struct mpx_cgroup *cg)
{
	const struct timespec nap = { .tv_nsec = 1000000 };
	int tries, err = 0;

	if (cg->dir < 0)
		return;
	for (tries = 0; tries < REMOVE_MSECS; tries++) {
		err = unlinkat(cg->parent, cg->name, AT_REMOVEDIR) ? -errno : 0;
		if (err != -EBUSY)
			break;
		move_back(cg);
		nanosleep(&nap, NULL);
	}
	if (err)
		mpx_warn("cannot remove the cgroup '%s': %s", cg->name,
			 err == -EBUSY ? "the command made others below it" : strerror(-err));
	close_both(cg);
}
