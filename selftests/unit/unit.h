/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/* What the unit tests share. */
#ifndef UNIT_H
#define UNIT_H

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/internal.h"

/* The messages of the library since the last unit_log_reset(). */
struct unit_log {
	unsigned int errors;
	unsigned int warnings;
	int err;		/* of the last error */
	char error[1024];
	char warning[1024];
	char detail[8192];
};

extern struct unit_log unit_log;

void unit_log_reset(void);

/* A fixture's path, or that of another file of the build, by the test's own place. */
const char *unit_path(const char *file);

/* A file's content, to be freed. */
unsigned char *unit_read(const char *path, size_t *size);

/* Write a file; its directory exists. */
void unit_write(const char *path, const void *data, size_t size);

/* A new empty directory, removed at exit. */
const char *unit_tmpdir(void);

/* The same pseudo-random numbers in every run. */
unsigned int unit_random(unsigned int *seed);

#define assert_fails(call, want, part)						\
	do {									\
		unit_log_reset();						\
		cr_assert_eq(call, want);					\
		cr_assert_eq(unit_log.errors, 1, "%u messages", unit_log.errors); \
		cr_assert_eq(unit_log.err, want);				\
		cr_assert_not_null(strstr(unit_log.error, part), "message: %s",	\
				   unit_log.error);				\
	} while (0)

#endif /* UNIT_H */
