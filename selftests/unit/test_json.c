// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* Is everything that goes into JSON well-formed, and are numbers kept exactly? */
#include <errno.h>
#include <string.h>

#include "common/json.h"
#include "unit.h"

TestSuite(json);

Test(json, text_of_unknown_origin)
{
	json_t *s = json_text("plain");

	cr_assert_str_eq(json_string_value(s), "plain");
	json_decref(s);
	s = json_text("bad \xff\xfe utf-8");
	cr_assert_str_eq(json_string_value(s), "bad ?? utf-8");
	json_decref(s);
	s = json_text("\xc3\xa4");
	cr_assert_str_eq(json_string_value(s), "\xc3\xa4");
	json_decref(s);
}

Test(json, large_numbers)
{
	json_t *n = json_number(INT64_MAX);

	cr_assert(json_is_integer(n));
	cr_assert_eq(json_integer_value(n), INT64_MAX);
	json_decref(n);
	n = json_number(UINT64_MAX);
	cr_assert_str_eq(json_string_value(n), "18446744073709551615");
	json_decref(n);
}

Test(json, values_by_type)
{
	json_t *v = json_value(MPX_S32, (uint64_t)-5);

	cr_assert_eq(json_integer_value(v), -5);
	json_decref(v);
	v = json_value(MPX_BOOL, 1);
	cr_assert(json_is_true(v));
	json_decref(v);
	v = json_value(MPX_U64, UINT64_MAX);
	cr_assert(json_is_string(v));
	json_decref(v);
	v = json_value(MPX_U32, UINT32_MAX);
	cr_assert_eq(json_integer_value(v), UINT32_MAX);
	json_decref(v);
}

Test(json, errno_names)
{
	char buf[16];

	cr_assert_str_eq(errno_name(-EEXIST, buf, sizeof(buf)), "EEXIST");
	cr_assert_str_eq(errno_name(EOPNOTSUPP, buf, sizeof(buf)), "EOPNOTSUPP");
	cr_assert_str_eq(errno_name(-9999, buf, sizeof(buf)), "E9999");
}
