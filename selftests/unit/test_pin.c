// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* Are pins named, locked, shown and cleaned up as documented? A directory stands in for bpffs. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

static char root[128];

static void setup(void)
{
	unit_log_reset();
	snprintf(root, sizeof(root), "%s/mptcp-ext", unit_tmpdir());
}

TestSuite(pin, .init = setup, .timeout = 30);

static bool exists(const char *leaf)
{
	char path[256];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", root, leaf);
	return !lstat(path, &st);
}

static void put(const char *dir, const char *leaf)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", dir, leaf);
	unit_write(path, "x", 1);
}

Test(pin, name_rule)
{
	static const char *const good[] = { "a", "A9_.", "123456789012345", ".", "..", "x.y.z" };
	static const char *const bad[] = { "", "1234567890123456", "a-b", "a b", "a/b", "~1", "\xc3\xa4" };
	size_t i;

	for (i = 0; i < mpx_array_size(good); i++) {
		cr_assert(mpx_name_ok(good[i]), "%s", good[i]);
		cr_assert_eq(mpx_check_name(good[i]), 0);
	}
	for (i = 0; i < mpx_array_size(bad); i++) {
		cr_assert_not(mpx_name_ok(bad[i]), "%s", bad[i]);
		cr_assert_lt(mpx_check_name(bad[i]), 0);
		cr_assert_not_null(strstr(unit_log.error, "1 to 15 characters"), "%s",
				   unit_log.error);
	}
}

Test(pin, names_survive_the_way_to_bpffs_and_back)
{
	static const char *const names[] = { "a", "min.rtt", ".", "..", "._.", "x" };
	char entry[MPX_PIN_NAME_SIZE], back[MPX_PIN_NAME_SIZE];
	size_t i;

	for (i = 0; i < mpx_array_size(names); i++) {
		cr_assert_eq(mpx_pin_encode(entry, sizeof(entry), names[i]), 0);
		cr_assert_null(strchr(entry, '.'), "bpffs refuses dots");
		cr_assert_eq(mpx_pin_decode(back, sizeof(back), entry), 0);
		cr_assert_str_eq(back, names[i]);
	}
	cr_assert_eq(mpx_pin_decode(back, sizeof(back), "~123"), -EINVAL);
	cr_assert_eq(mpx_pin_decode(back, sizeof(back), "has.dot"), -EINVAL);
	cr_assert_eq(mpx_pin_encode(entry, sizeof(entry), "has-dash"), -EINVAL);
	cr_assert_eq(mpx_pin_encode(entry, sizeof(entry), "a/b"), -EINVAL);
	cr_assert_eq(mpx_pin_encode(entry, 4, "long"), -ENAMETOOLONG);
}

Test(pin, paths)
{
	char path[64];

	cr_assert_eq(mpx_pin_path(path, sizeof(path), "/p", "min.rtt", "link"), 0);
	cr_assert_str_eq(path, "/p/min-rtt/link");
	cr_assert_eq(mpx_pin_path(path, sizeof(path), "/p", "a", NULL), 0);
	cr_assert_str_eq(path, "/p/a");
	cr_assert_eq(mpx_pin_path(path, 8, "/p", "minrtt", "link"), -ENAMETOOLONG);
}

Test(pin, instance_appears_at_once)
{
	int fd = mpx_lock_dir(root);
	char tmp[256];

	cr_assert_geq(fd, 0);
	cr_assert_eq(mpx_pin_begin(fd, root, tmp, sizeof(tmp)), 0);
	put(tmp, "link");
	put(tmp, "maps/turns");
	cr_assert_not(mpx_pin_exists(fd, "min.rtt"));
	cr_assert_eq(mpx_pin_commit(fd, tmp, "min.rtt", false), 0);
	cr_assert(mpx_pin_exists(fd, "min.rtt"));
	cr_assert(exists("min-rtt/link"));
	cr_assert(exists("min-rtt/maps/turns"));
	/* the name is taken now */
	cr_assert_eq(mpx_pin_begin(fd, root, tmp, sizeof(tmp)), 0);
	assert_fails(mpx_pin_commit(fd, tmp, "min.rtt", false), -EEXIST, "min.rtt");
	mpx_pin_abort(fd, tmp);
	cr_assert(exists("min-rtt/link"));
	close(fd);
}

Test(pin, replace_swaps_the_maps)
{
	int fd = mpx_lock_dir(root);
	char tmp[256];

	cr_assert_eq(mpx_pin_begin(fd, root, tmp, sizeof(tmp)), 0);
	put(tmp, "maps/old");
	cr_assert_eq(mpx_pin_commit(fd, tmp, "a", false), 0);
	cr_assert_eq(mpx_pin_begin(fd, root, tmp, sizeof(tmp)), 0);
	put(tmp, "maps/new");
	cr_assert_eq(mpx_pin_commit(fd, tmp, "a", true), 0);
	cr_assert(exists("a/maps/new"));
	cr_assert_not(exists("a/maps/old"));
	cr_assert_neq(access(tmp, F_OK), 0, "nothing of the old one is left");
	close(fd);
}

Test(pin, remove)
{
	int fd = mpx_lock_dir(root);
	char tmp[256];

	cr_assert_eq(mpx_pin_begin(fd, root, tmp, sizeof(tmp)), 0);
	put(tmp, "link");
	put(tmp, "maps/one");
	put(tmp, "maps/two");
	cr_assert_eq(mpx_pin_commit(fd, tmp, "a", false), 0);
	cr_assert_eq(mpx_pin_remove(fd, "a"), 0);
	cr_assert_not(mpx_pin_exists(fd, "a"));
	cr_assert_eq(mpx_pin_remove(fd, "a"), -ENOENT);
	close(fd);
}

Test(pin, leftovers_of_crashed_loads_go)
{
	char tmp[256], keep[256];
	int fd = mpx_lock_dir(root);

	cr_assert_eq(mpx_pin_begin(fd, root, keep, sizeof(keep)), 0);
	put(keep, "link");
	cr_assert_eq(mpx_pin_commit(fd, keep, "kept", false), 0);
	cr_assert_eq(mpx_pin_begin(fd, root, tmp, sizeof(tmp)), 0);
	put(tmp, "link");
	put(tmp, "maps/m");
	/* the process dies here: its lock goes, its directory stays */
	close(fd);
	cr_assert_eq(access(tmp, F_OK), 0);
	fd = mpx_lock_dir(root);
	cr_assert_geq(fd, 0);
	cr_assert_neq(access(tmp, F_OK), 0);
	cr_assert(exists("kept/link"));
	close(fd);
}

Test(pin, one_at_a_time)
{
	int fd = mpx_lock_dir(root), other, status;
	pid_t pid;

	cr_assert_geq(fd, 0);
	other = open(root, O_RDONLY | O_DIRECTORY);
	cr_assert_eq(flock(other, LOCK_EX | LOCK_NB), -1);
	cr_assert_eq(errno, EWOULDBLOCK);
	close(other);
	pid = fork();
	if (!pid) {
		/* a lock belongs to the open file, which fork() shares */
		close(fd);
		_exit(mpx_lock_dir(root) < 0);
	}
	/* The child waits for us; when we let go, it gets the lock. */
	cr_assert_eq(waitpid(pid, &status, WNOHANG), 0);
	close(fd);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert_eq(status, 0);
}

Test(pin, directory_that_is_no_bpffs)
{
	assert_fails(mpx_bpffs_ready(unit_tmpdir()), -ENODEV, "mount -t bpf");
	assert_fails(mpx_bpffs_ready("/nonexistent"), -ENOENT, "mount -t bpf");
}
