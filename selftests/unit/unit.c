// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "unit.h"

struct unit_log unit_log;
static char tmpdir[64];

static void keep(const struct mpx_msg *msg, void *ctx)
{
	struct unit_log *log = ctx;

	if (msg->level == MPX_ERROR) {
		log->errors++;
		log->err = msg->err;
		snprintf(log->error, sizeof(log->error), "%s", msg->text);
		snprintf(log->detail, sizeof(log->detail), "%s", msg->detail ? msg->detail : "");
	} else if (msg->level == MPX_WARN) {
		log->warnings++;
		snprintf(log->warning, sizeof(log->warning), "%s", msg->text);
	}
}

void unit_log_reset(void)
{
	memset(&unit_log, 0, sizeof(unit_log));
	mpx_log_set(keep, &unit_log, MPX_WARN);
}

const char *unit_path(const char *file)
{
	static char path[4096];
	char *slash;
	ssize_t n;

	n = readlink("/proc/self/exe", path, sizeof(path) - 256);
	cr_assert_gt(n, 0);
	path[n] = '\0';
	slash = strrchr(path, '/');
	snprintf(slash + 1, 255, "%s", file);
	return path;
}

unsigned char *unit_read(const char *path, size_t *size)
{
	unsigned char *data;
	FILE *in;

	in = fopen(path, "rb");
	cr_assert_not_null(in, "%s", path);
	fseek(in, 0, SEEK_END);
	*size = (size_t)ftell(in);
	rewind(in);
	data = malloc(*size + 1);
	cr_assert_eq(fread(data, 1, *size, in), *size);
	data[*size] = '\0';
	fclose(in);
	return data;
}

void unit_write(const char *path, const void *data, size_t size)
{
	FILE *out = fopen(path, "wb");

	cr_assert_not_null(out, "%s", path);
	cr_assert_eq(fwrite(data, 1, size, out), size);
	cr_assert_eq(fclose(out), 0);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void remove_tmpdir(void)
{
	nftw(tmpdir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

const char *unit_tmpdir(void)
{
	if (!*tmpdir) {
		strcpy(tmpdir, "/tmp/mptcp-ext-unit.XXXXXX");
		cr_assert_not_null(mkdtemp(tmpdir));
		atexit(remove_tmpdir);
	}
	return tmpdir;
}

unsigned int unit_random(unsigned int *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}
