// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* Values of tunables: types, reading, comparing, writing. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "internal.h"

static const struct {
	const char *name;
	size_t bytes;
	bool is_signed;
} types[] = {
	[MPX_U32]  = { "u32", 4, false },
	[MPX_S32]  = { "s32", 4, true },
	[MPX_U64]  = { "u64", 8, false },
	[MPX_S64]  = { "s64", 8, true },
	[MPX_BOOL] = { "bool", 1, false },
};

const char *mpx_type_name(enum mpx_type type)
{
	return types[type].name;
}

bool mpx_type_signed(enum mpx_type type)
{
	return types[type].is_signed;
}

size_t mpx_type_bytes(enum mpx_type type)
{
	return types[type].bytes;
}

int mpx_type_parse(const char *text, size_t len, enum mpx_type *type)
{
	size_t i;

	for (i = 0; i < mpx_array_size(types); i++) {
		if (strlen(types[i].name) == len && !memcmp(types[i].name, text, len)) {
			*type = (enum mpx_type)i;
			return 0;
		}
	}
	return -EINVAL;
}

static int parse_bool(const char *text, uint64_t *value)
{
	static const char *const words[2][4] = {
		{ "0", "false", "no", "off" }, { "1", "true", "yes", "on" },
	};
	unsigned int v, i;

	for (v = 0; v < 2; v++)
		for (i = 0; i < 4; i++)
			if (!strcasecmp(text, words[v][i])) {
				*value = v;
				return 0;
			}
	return -EINVAL;
}

/* Digits of base 10 or 16 (never octal: "010" is ten), without a sign. */
static int parse_magnitude(const char *text, bool suffix, uint64_t *value)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	char *end;

	/* strtoull() would take spaces and another sign. */
	if (!(hex ? isxdigit((unsigned char)text[2]) : isdigit((unsigned char)text[0])))
		return -EINVAL;
	errno = 0;
	*value = strtoull(text, &end, hex ? 16 : 10);
	if (errno)
		return -ERANGE;
	if (suffix)
		end += strspn(end, "uUlL");
	return *end ? -EINVAL : 0;
}

int mpx_value_parse(enum mpx_type type, const char *text, bool suffix, uint64_t *value)
{
	bool negative = false;
	uint64_t limit, mag;
	int err;

	if (type == MPX_BOOL)
		return parse_bool(text, value);
	if (*text == '-' || *text == '+')
		negative = *text++ == '-';
	err = parse_magnitude(text, suffix, &mag);
	if (err)
		return err;
	limit = types[type].bytes == 4 ? UINT32_MAX : UINT64_MAX;
	if (types[type].is_signed)
		limit = limit / 2 + negative;
	else if (negative)
		limit = 0;
	if (mag > limit)
		return -ERANGE;
	*value = negative ? 0 - mag : mag;
	return 0;
}

bool mpx_value_less(enum mpx_type type, uint64_t a, uint64_t b)
{
	return types[type].is_signed ? (int64_t)a < (int64_t)b : a < b;
}

const char *mpx_value_text(enum mpx_type type, uint64_t value, char *buf, size_t size)
{
	if (type == MPX_BOOL)
		snprintf(buf, size, "%s", value ? "true" : "false");
	else if (types[type].is_signed)
		snprintf(buf, size, "%" PRId64, (int64_t)value);
	else
		snprintf(buf, size, "%" PRIu64, value);
	return buf;
}

uint64_t mpx_value_load(enum mpx_type type, const void *src)
{
	uint32_t v32;
	uint64_t v64;
	uint8_t v8;

	switch (types[type].bytes) {
	case 1:
		memcpy(&v8, src, sizeof(v8));
		return v8;
	case 4:
		memcpy(&v32, src, sizeof(v32));
		return types[type].is_signed ? (uint64_t)(int64_t)(int32_t)v32 : v32;
	default:
		memcpy(&v64, src, sizeof(v64));
		return v64;
	}
}

void mpx_value_store(enum mpx_type type, uint64_t value, void *dst)
{
	uint32_t v32 = (uint32_t)value;
	uint8_t v8 = (uint8_t)value;

	switch (types[type].bytes) {
	case 1:
		memcpy(dst, &v8, sizeof(v8));
		return;
	case 4:
		memcpy(dst, &v32, sizeof(v32));
		return;
	default:
		memcpy(dst, &value, sizeof(value));
	}
}
