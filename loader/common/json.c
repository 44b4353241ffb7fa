// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

json_t *json_text(const char *text)
{
	json_t *str = json_string(text);
	char *copy, *p;

	if (str)
		return str;
	copy = strdup(text);
	if (!copy)
		return NULL;
	for (p = copy; *p; p++)
		if ((unsigned char)*p < 0x20 || (unsigned char)*p > 0x7e)
			*p = '?';
	str = json_string(copy);
	free(copy);
	return str;
}

json_t *json_number(uint64_t number)
{
	char text[24];

	if (number <= INT64_MAX)
		return json_integer((json_int_t)number);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
	return json_string(text);
}

json_t *json_value(enum mpx_type type, uint64_t value)
{
	switch (type) {
	case MPX_BOOL:
		return json_boolean(value);
	case MPX_S32:
	case MPX_S64:
		return json_integer((json_int_t)value);
	default:
		return json_number(value);
	}
}

const char *errno_name(int err, char *buf, size_t size)
{
	static const struct { int err; const char *name; } names[] = {
#define N(e) { e, #e }
		N(EPERM), N(ENOENT), N(ESRCH), N(EINTR), N(EIO), N(ENXIO), N(E2BIG), N(ENOEXEC),
		N(EBADF), N(EAGAIN), N(ENOMEM), N(EACCES), N(EFAULT), N(EBUSY), N(EEXIST),
		N(ENODEV), N(ENOTDIR), N(EISDIR), N(EINVAL), N(ENFILE), N(EMFILE), N(EFBIG),
		N(ENOSPC), N(EROFS), N(ERANGE), N(ENAMETOOLONG), N(ENOSYS), N(ELOOP), N(ENODATA),
		N(ENOLINK), N(EOPNOTSUPP), N(ETIMEDOUT), N(ENOTEMPTY),
#undef N
	};
	size_t i;

	err = abs(err);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].err == err)
			return names[i].name;
	snprintf(buf, size, "E%d", err);
	return buf;
}
