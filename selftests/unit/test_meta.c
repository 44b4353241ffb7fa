// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* Is the metadata section read as written, and refused with a reason when it is wrong? */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

TestSuite(meta, .init = unit_log_reset);

#define TEXT(s) s, sizeof(s)

Test(meta, good)
{
	struct mpx_meta m;

	cr_assert_eq(mpx_meta_parse(&m, TEXT("kind=sched\0version=1.2\0ext_version=3\0"
		"description=a = b | c\0"
		"tunable=rate|u32|0|0xff|10|Mbit/s|help with | in it"), "x"), 0);
	cr_assert(m.present);
	cr_assert_str_eq(m.kind, "sched");
	cr_assert_str_eq(m.version, "1.2");
	cr_assert_str_eq(m.description, "a = b | c");
	cr_assert_eq(m.ext_version, 3);
	cr_assert_eq(m.tunable_cnt, 1);
	cr_assert_str_eq(m.tunables[0].name, "rate");
	cr_assert_eq(m.tunables[0].type, MPX_U32);
	cr_assert_eq(m.tunables[0].max, 255);
	cr_assert_eq(m.tunables[0].def, 10);
	cr_assert_str_eq(m.tunables[0].unit, "Mbit/s");
	cr_assert_str_eq(m.tunables[0].help, "help with | in it");
	mpx_meta_free(&m);
}

Test(meta, absent)
{
	struct mpx_meta m;

	cr_assert_eq(mpx_meta_parse(&m, NULL, 0, "x"), 0);
	cr_assert_not(m.present);
	cr_assert_null(m.description);
}

Test(meta, odd_but_fine)
{
	struct mpx_meta m;

	cr_assert_eq(mpx_meta_parse(&m, TEXT("\0\0no equals sign\0=empty key\0future=1\0"
		"description=\0\0unicode=\xc3\xa4\xe2\x82\xac\xf0\x9f\x8c\x8d\0"), "x"), 0);
	cr_assert_str_eq(m.description, "");
	cr_assert_eq(m.tunable_cnt, 0);
	mpx_meta_free(&m);
}

Test(meta, duplicate_key_first_counts)
{
	struct mpx_meta m;

	cr_assert_eq(mpx_meta_parse(&m, TEXT("description=one\0description=two\0"
		"ext_version=1\0ext_version=4\0ext_version=2"), "x"), 0);
	cr_assert_str_eq(m.description, "one");
	cr_assert_eq(m.ext_version, 4);
	cr_assert_eq(unit_log.warnings, 1);
	mpx_meta_free(&m);
}

#define REFUSED(text, err, part)						\
	do {									\
		struct mpx_meta m;						\
										\
		assert_fails(mpx_meta_parse(&m, TEXT(text), "obj.o"), err, part); \
		cr_assert_not_null(strstr(unit_log.error, "obj.o"));		\
		cr_assert_eq(m.tunable_cnt, 0);					\
		cr_assert_null(m.tunables);					\
	} while (0)

Test(meta, not_terminated)
{
	struct mpx_meta m;

	assert_fails(mpx_meta_parse(&m, "kind=sched", 10, "x"), -EINVAL, "has no end");
}

Test(meta, not_text)
{
	REFUSED("description=\x1b[2Jgone", -EINVAL, "not printable");
	REFUSED("description=\xff\xfe", -EINVAL, "not printable");
	REFUSED("description=overlong \xc0\xaf", -EINVAL, "not printable");
	REFUSED("description=surrogate \xed\xa0\x80", -EINVAL, "not printable");
	REFUSED("description=too large \xf5\x80\x80\x80", -EINVAL, "not printable");
	REFUSED("description=C1 \xc2\x9b", -EINVAL, "not printable");
	REFUSED("description=cut \xe2\x82", -EINVAL, "not printable");
}

Test(meta, over_long)
{
	size_t size = MPX_META_MAX + 1;
	char *data = calloc(1, size);
	struct mpx_meta m;

	assert_fails(mpx_meta_parse(&m, data, size, "x"), -E2BIG, "more than");
	memset(data, 'a', 2000);
	assert_fails(mpx_meta_parse(&m, data, 2001, "x"), -E2BIG, "2000 bytes");
	memset(data, 'a', MPX_META_STRING_MAX);
	data[MPX_META_STRING_MAX] = '\0';
	cr_assert_eq(mpx_meta_parse(&m, data, MPX_META_STRING_MAX + 1, "x"), 0);
	mpx_meta_free(&m);
	free(data);
}

Test(meta, bad_tunables)
{
	REFUSED("tunable=", -EINVAL, "lacks fields");
	REFUSED("tunable=a|u32|0|1|0|us", -EINVAL, "lacks fields");
	REFUSED("tunable=|u32|0|1|0||", -EINVAL, "not a C identifier");
	REFUSED("tunable=1a|u32|0|1|0||", -EINVAL, "not a C identifier");
	REFUSED("tunable=a b|u32|0|1|0||", -EINVAL, "not a C identifier");
	REFUSED("tunable=a|u16|0|1|0||", -EINVAL, "unknown type 'u16'");
	REFUSED("tunable=a|_Bool|0|1|0||", -EINVAL, "unknown type '_Bool'");
	REFUSED("tunable=a|u32|zero|1|0||", -EINVAL, "minimum 'zero'");
	REFUSED("tunable=a|u32|0||0||", -EINVAL, "maximum ''");
	REFUSED("tunable=a|u32|0|4294967296|0||", -EINVAL, "out of range for u32");
	REFUSED("tunable=a|u32|-1|5|0||", -EINVAL, "out of range for u32");
	REFUSED("tunable=a|u32|5|1|5||", -EINVAL, "minimum 5 is above maximum 1");
	REFUSED("tunable=a|s32|5|-1|5||", -EINVAL, "minimum 5 is above maximum -1");
	REFUSED("tunable=a|u32|0|1|2||", -EINVAL, "default 2 is outside [0, 1]");
	REFUSED("tunable=a|s32|-5|5|-6||", -EINVAL, "default -6 is outside [-5, 5]");
	REFUSED("tunable=a|u32|0|1|0||\0tunable=a|u32|0|1|0||", -EINVAL, "twice");
	REFUSED("ext_version=-1", -EINVAL, "ext_version");
	REFUSED("ext_version=99999999999", -EINVAL, "ext_version");
}

Test(meta, too_many_tunables)
{
	char data[8192], *p = data;
	struct mpx_meta m;
	int i;

	for (i = 0; i < 65; i++)
		p += sprintf(p, "tunable=t%d|u32|0|1|0||", i) + 1;
	assert_fails(mpx_meta_parse(&m, data, (size_t)(p - data), "x"), -E2BIG, "more than 64");
}

/* Whatever the bytes, it ends, and leaves nothing behind (ASan and LSan watch). */
Test(meta, flipped_bytes)
{
	static const char good[] = "kind=sched\0version=1\0ext_version=0\0description=text\0"
		"tunable=a|u32|0|100|5|us|help\0tunable=b|s64|-9|0x7f|1||\0tunable=c|bool|0|1|1||";
	unsigned int seed = 42, refused = 0, round, i;
	char data[sizeof(good)];
	struct mpx_meta m;

	for (round = 0; round < 20000; round++) {
		memcpy(data, good, sizeof(good));
		for (i = 0; i <= unit_random(&seed) % 4; i++)
			data[unit_random(&seed) % sizeof(data)] = (char)unit_random(&seed);
		if (mpx_meta_parse(&m, data, sizeof(data), "x"))
			refused++;
		else
			mpx_meta_free(&m);
	}
	cr_assert_gt(refused, 1000);
	cr_assert_lt(refused, 20000);
}
