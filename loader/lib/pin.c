// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * Owns the layout under /sys/fs/bpf/mptcp-ext: names, lock, building an
 * instance beside its place, and clean-up of what a crash left.
 *
 * Everything that changes the directory holds an exclusive flock on it. What
 * is being built, or taken apart, is named "~<pid>": no instance can be named
 * so, and whoever holds the lock may remove any of them, since its maker
 * would hold the lock.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "internal.h"

#define TMP_MARK	'~'
#define RULE		"1 to 15 characters out of A-Z a-z 0-9 _ ."

static const char name_chars[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.";

bool mpx_name_ok(const char *name)
{
	size_t len = strlen(name);

	return len && len < MPX_NAME_SIZE && strspn(name, name_chars) == len;
}

int mpx_check_name(const char *name)
{
	size_t len = strlen(name);

	if (!len)
		return mpx_fail(-EINVAL, "a policy needs a name (" RULE ")");
	if (!mpx_text_ok(name))
		return mpx_fail(-EINVAL, "the policy's name is not printable text (" RULE ")");
	if (len >= MPX_NAME_SIZE)
		return mpx_fail(-ENAMETOOLONG, "name '%s' is too long (" RULE ")", name);
	if (!mpx_name_ok(name))
		return mpx_fail(-EINVAL, "name '%s' is not allowed (" RULE ")", name);
	if (!strcmp(name, MPX_DEFAULT))
		return mpx_fail(-EEXIST, "name '%s' is that of the built-in scheduler", name);
	return 0;
}

/* '.' <-> '-': bpffs refuses the one, names of policies and maps never have the other. */
static int translate(char *buf, size_t size, const char *text, char from, char to)
{
	size_t i, len = strlen(text);

	if (!len)
		return -EINVAL;
	if (len >= size)
		return -ENAMETOOLONG;
	for (i = 0; i <= len; i++) {
		if (text[i] == to || text[i] == '/')
			return -EINVAL;
		buf[i] = text[i] == from ? to : text[i];
	}
	return 0;
}

int mpx_pin_encode(char *buf, size_t size, const char *name)
{
	return translate(buf, size, name, '.', '-');
}

/* -EINVAL for entries of the directory that are no instances. */
int mpx_pin_decode(char *buf, size_t size, const char *entry)
{
	int err = translate(buf, size, entry, '-', '.');

	if (err)
		return err;
	return mpx_name_ok(buf) ? 0 : -EINVAL;
}

int mpx_pin_path(char *buf, size_t size, const char *root, const char *name, const char *leaf)
{
	char entry[MPX_PIN_NAME_SIZE];
	int err, n;

	err = mpx_pin_encode(entry, sizeof(entry), name);
	if (err)
		return err;
	n = snprintf(buf, size, "%s/%s%s%s", root, entry, leaf ? "/" : "", leaf ? leaf : "");
	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

int mpx_bpffs_ready(const char *bpffs)
{
	struct statfs st;

	if (statfs(bpffs, &st))
		return mpx_fail(-errno, "cannot look at '%s': %s (mount it: mount -t bpf bpf %s)",
				bpffs, strerror(errno), bpffs);
	if (st.f_type != BPF_FS_MAGIC)
		return mpx_fail(-ENODEV, "no BPF file system at '%s' (mount it: mount -t bpf bpf %s)",
				bpffs, bpffs);
	return 0;
}

/* A directory to read, on a descriptor of its own that closedir() closes. */
static int open_dir(int at, const char *name, DIR **dir)
{
	int fd, err;

	fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	*dir = fdopendir(fd);
	if (*dir)
		return 0;
	err = -errno;
	close(fd);
	return err;
}

/* Remove the tree @name, of which pins are the leaves. */
static int remove_tree(int at, const char *name, int depth)
{
	struct dirent *de;
	DIR *dir;
	int err;

	if (!unlinkat(at, name, 0))
		return 0;
	if (errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -errno;
	if (depth > 4)
		return -ELOOP;
	err = open_dir(at, name, &dir);
	if (err)
		return err;
	while (!err && (de = readdir(dir)))
		if (strcmp(de->d_name, ".") && strcmp(de->d_name, ".."))
			err = remove_tree(dirfd(dir), de->d_name, depth + 1);
	closedir(dir);
	if (!err && unlinkat(at, name, AT_REMOVEDIR))
		err = -errno;
	return err;
}

static int remove_leftovers(int rootfd)
{
	struct dirent *de;
	DIR *dir;
	int err;

	err = open_dir(rootfd, ".", &dir);
	if (err)
		return err;
	while (!err && (de = readdir(dir))) {
		if (de->d_name[0] != TMP_MARK)
			continue;
		mpx_info("removing what an interrupted load left: '%s'", de->d_name);
		err = remove_tree(rootfd, de->d_name, 0);
	}
	closedir(dir);
	return err;
}

int mpx_lock_dir(const char *root)
{
	int fd, err;

	if (mkdir(root, 0755) && errno != EEXIST)
		return mpx_fail(-errno, "cannot make '%s': %s", root, strerror(errno));
	fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return mpx_fail(-errno, "cannot open '%s': %s", root, strerror(errno));
	while (flock(fd, LOCK_EX)) {
		if (errno == EINTR)
			continue;
		err = mpx_fail(-errno, "cannot lock '%s': %s", root, strerror(errno));
		goto out_close;
	}
	err = remove_leftovers(fd);
	if (err) {
		mpx_fail(err, "cannot clean up '%s': %s", root, strerror(-err));
		goto out_close;
	}
	return fd;
out_close:
	close(fd);
	return err;
}

bool mpx_pin_exists(int rootfd, const char *name)
{
	char entry[MPX_PIN_NAME_SIZE];
	struct stat st;

	return !mpx_pin_encode(entry, sizeof(entry), name) &&
	       !fstatat(rootfd, entry, &st, AT_SYMLINK_NOFOLLOW);
}

/* @tmp gets the path of a new empty directory with an empty "maps" in it. */
int mpx_pin_begin(int rootfd, const char *root, char *tmp, size_t size)
{
	char entry[32], maps[48];
	int n;

	snprintf(entry, sizeof(entry), "%c%ld", TMP_MARK, (long)getpid());
	snprintf(maps, sizeof(maps), "%s/maps", entry);
	n = snprintf(tmp, size, "%s/%s", root, entry);
	if (n < 0 || (size_t)n >= size)
		return mpx_fail(-ENAMETOOLONG, "cannot pin in '%s': the path is too long", root);
	if (mkdirat(rootfd, entry, 0755) || mkdirat(rootfd, maps, 0755))
		return mpx_fail(-errno, "cannot make '%s': %s", tmp, strerror(errno));
	return 0;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Give the instance its name, so that it is seen complete or not at all. */
int mpx_pin_commit(int rootfd, const char *tmp, const char *name, bool replace)
{
	char entry[MPX_PIN_NAME_SIZE];
	const char *from = last_part(tmp);
	int err;

	err = mpx_pin_encode(entry, sizeof(entry), name);
	if (err)
		return mpx_fail(err, "cannot pin '%s': not a name for a pin", name);
	if (renameat2(rootfd, from, rootfd, entry, replace ? RENAME_EXCHANGE : RENAME_NOREPLACE))
		return mpx_fail(-errno, "cannot pin '%s': %s", name, strerror(errno));
	if (!replace)
		return 0;
	/* What was replaced has the temporary name now. */
	err = remove_tree(rootfd, from, 0);
	if (err)
		mpx_warn("cannot remove the old pins of '%s': %s", name, strerror(-err));
	return 0;
}

void mpx_pin_abort(int rootfd, const char *tmp)
{
	int err = remove_tree(rootfd, last_part(tmp), 0);

	if (err)
		mpx_warn("cannot remove '%s': %s", tmp, strerror(-err));
}

/* Remove an instance: out of sight first, then piece by piece. */
int mpx_pin_remove(int rootfd, const char *name)
{
	char entry[MPX_PIN_NAME_SIZE], tmp[32];
	int err;

	err = mpx_pin_encode(entry, sizeof(entry), name);
	if (err)
		return err;
	snprintf(tmp, sizeof(tmp), "%c%ld", TMP_MARK, (long)getpid());
	if (renameat2(rootfd, entry, rootfd, tmp, RENAME_NOREPLACE))
		return -errno;
	return remove_tree(rootfd, tmp, 0);
}
