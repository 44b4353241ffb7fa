// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* Are numbers read exactly, and ranges kept? */
#include <errno.h>
#include <string.h>

#include "unit.h"

TestSuite(tunable, .init = unit_log_reset);

static int parse(enum mpx_type type, const char *text, uint64_t *v)
{
	return mpx_value_parse(type, text, false, v);
}

Test(tunable, numbers)
{
	uint64_t v;

	cr_assert_eq(parse(MPX_U32, "0", &v), 0);
	cr_assert_eq(v, 0);
	cr_assert_eq(parse(MPX_U32, "4294967295", &v), 0);
	cr_assert_eq(v, 4294967295u);
	cr_assert_eq(parse(MPX_U32, "0XfF", &v), 0);
	cr_assert_eq(v, 255);
	cr_assert_eq(parse(MPX_U32, "010", &v), 0, "not octal");
	cr_assert_eq(v, 10);
	cr_assert_eq(parse(MPX_U32, "+7", &v), 0);
	cr_assert_eq(v, 7);
	cr_assert_eq(parse(MPX_U64, "18446744073709551615", &v), 0);
	cr_assert_eq(v, UINT64_MAX);
	cr_assert_eq(parse(MPX_S32, "-2147483648", &v), 0);
	cr_assert_eq((int64_t)v, INT32_MIN);
	cr_assert_eq(parse(MPX_S64, "-9223372036854775808", &v), 0);
	cr_assert_eq((int64_t)v, INT64_MIN);
	cr_assert_eq(parse(MPX_S64, "-0x10", &v), 0);
	cr_assert_eq((int64_t)v, -16);
	cr_assert_eq(parse(MPX_U32, "-0", &v), 0);
	cr_assert_eq(v, 0);
}

Test(tunable, not_numbers)
{
	static const char *const bad[] = {
		"", " ", "-", "+", "--1", "+-1", "1 ", " 1", "1e3", "1.5", "0x", "0xg", "x", "12a", "5u",
		"0x0x1", "0x-1", "nan",
	};
	uint64_t v;
	size_t i;

	for (i = 0; i < mpx_array_size(bad); i++)
		cr_assert_eq(parse(MPX_S64, bad[i], &v), -EINVAL, "'%s'", bad[i]);
	cr_assert_eq(parse(MPX_BOOL, "2", &v), -EINVAL);
	cr_assert_eq(parse(MPX_BOOL, "", &v), -EINVAL);
}

Test(tunable, too_large)
{
	uint64_t v;

	cr_assert_eq(parse(MPX_U32, "4294967296", &v), -ERANGE);
	cr_assert_eq(parse(MPX_U32, "-1", &v), -ERANGE);
	cr_assert_eq(parse(MPX_S32, "2147483648", &v), -ERANGE);
	cr_assert_eq(parse(MPX_S32, "-2147483649", &v), -ERANGE);
	cr_assert_eq(parse(MPX_U64, "18446744073709551616", &v), -ERANGE);
	cr_assert_eq(parse(MPX_S64, "9223372036854775808", &v), -ERANGE);
	cr_assert_eq(parse(MPX_U64, "0x1ffffffffffffffff", &v), -ERANGE);
}

Test(tunable, bools)
{
	uint64_t v;

	cr_assert_eq(parse(MPX_BOOL, "true", &v), 0);
	cr_assert_eq(v, 1);
	cr_assert_eq(parse(MPX_BOOL, "OFF", &v), 0);
	cr_assert_eq(v, 0);
}

Test(tunable, suffixes_only_in_metadata)
{
	uint64_t v;

	cr_assert_eq(mpx_value_parse(MPX_U64, "0xffffffffffffffffULL", true, &v), 0);
	cr_assert_eq(v, UINT64_MAX);
	cr_assert_eq(mpx_value_parse(MPX_U64, "5x", true, &v), -EINVAL);
}

Test(tunable, store_and_load)
{
	static const struct { enum mpx_type type; uint64_t v; } cases[] = {
		{ MPX_U32, UINT32_MAX }, { MPX_S32, (uint64_t)-7 }, { MPX_U64, UINT64_MAX },
		{ MPX_S64, (uint64_t)INT64_MIN }, { MPX_BOOL, 1 },
	};
	unsigned char room[24];
	size_t i, k, n;

	for (i = 0; i < mpx_array_size(cases); i++) {
		/* unaligned on purpose: sections are packed */
		memset(room, 0xa5, sizeof(room));
		mpx_value_store(cases[i].type, cases[i].v, room + 9);
		cr_assert_eq(mpx_value_load(cases[i].type, room + 9), cases[i].v);
		n = mpx_type_bytes(cases[i].type);
		for (k = 0; k < sizeof(room); k++)
			cr_assert(k >= 9 && k < 9 + n ? true : room[k] == 0xa5);
	}
}

static struct mpx_policy *open_good(void)
{
	struct mpx_policy *pol = mpx_policy__open(unit_path("fixtures/good.bpf.o"));

	cr_assert_not_null(pol, "%s", unit_log.error);
	return pol;
}

Test(tunable, set_changes_the_object)
{
	struct mpx_policy *pol = open_good();

	cr_assert_eq(mpx_policy__set(pol, "bias=-100"), 0);
	cr_assert_eq((int64_t)mpx_policy__tunable(pol, 1)->value, -100);
	cr_assert_eq((int64_t)mpx_policy__tunable(pol, 1)->def, -7);
	cr_assert_eq((int64_t)mpx_value_load(MPX_S32, pol->slots[1]), -100);
	cr_assert_eq(mpx_policy__set(pol, "budget=0xffffffffffffffff"), 0);
	cr_assert_eq(mpx_value_load(MPX_U64, pol->slots[2]), UINT64_MAX);
	cr_assert_eq(mpx_policy__set(pol, "strict=off"), 0);
	cr_assert_eq(mpx_value_load(MPX_BOOL, pol->slots[4]), 0);
	/* the others are as they were */
	cr_assert_eq(mpx_value_load(MPX_U32, pol->slots[0]), 5000);
	cr_assert_eq(mpx_value_load(MPX_S64, pol->slots[3]), 0);
	mpx_policy__close(pol);
}

Test(tunable, out_of_range_names_range_and_unit)
{
	struct mpx_policy *pol = open_good();

	assert_fails(mpx_policy__set(pol, "max_srtt_us=10000001"), -ERANGE, "[0, 10000000] us");
	assert_fails(mpx_policy__set(pol, "bias=101"), -ERANGE, "[-100, 100] %");
	assert_fails(mpx_policy__set(pol, "bias=-101"), -ERANGE, "bias");
	assert_fails(mpx_policy__set(pol, "budget=15"), -ERANGE, "[16, 18446744073709551615]");
	assert_fails(mpx_policy__set(pol, "max_srtt_us=99999999999"), -ERANGE, "[0, 10000000]");
	assert_fails(mpx_policy__set(pol, "max_srtt_us=fast"), -EINVAL, "'fast' is not a");
	assert_fails(mpx_policy__set(pol, "strict=2"), -EINVAL, "true or false");
	cr_assert_eq(mpx_policy__tunable(pol, 0)->value, 5000, "a refused value changes nothing");
	mpx_policy__close(pol);
}

Test(tunable, unknown_name_lists_the_known)
{
	struct mpx_policy *pol = open_good();

	assert_fails(mpx_policy__set(pol, "nope=1"), -ENOENT, "'max_srtt_us', 'bias'");
	assert_fails(mpx_policy__set(pol, "max_srtt=1"), -ENOENT, "no tunable 'max_srtt'");
	assert_fails(mpx_policy__set(pol, "=1"), -EINVAL, "tunable=value");
	assert_fails(mpx_policy__set(pol, "bias"), -EINVAL, "tunable=value");
	mpx_policy__close(pol);
}
