// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* Does the text say which policy misbehaved, why, when, and what to do; and is JSON complete? */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/output.h"
#include "ctl/show_exits.h"
#include "unit.h"

static char text[8192];

static void setup(void)
{
	unit_log_reset();
	setenv("TZ", "UTC", 1);
	cr_redirect_stdout();
}

TestSuite(show, .init = setup, .timeout = 60);

/* What was printed up to now. */
static const char *printed(void)
{
	FILE *out = cr_get_redirected_stdout();
	size_t n;

	fflush(stdout);
	fclose(stdout);
	n = fread(text, 1, sizeof(text) - 1, out);
	text[n] = '\0';
	return text;
}

static bool contains(const char *part)
{
	return strstr(text, part);
}

static struct mpx_registered bad = {
	.name = "never", .bpf = true, .pinned = true, .detached_pin = true,
	.state = MPX_STATE_DISABLED, .fallbacks = 16, .fallbacks_known = true, .exit_cnt = 5,
	.exits = {
		{ .kind = MPX_REASON_RETRANS, .token = 1, .netns_cookie = 7 },
		{ .kind = MPX_REASON_ERROR, .code = -22, .token = 2, .netns_cookie = 7 },
		{ .kind = MPX_REASON_BUDGET, .code = 21000, .token = 3, .netns_cookie = 7 },
		{ .kind = MPX_REASON_STALL, .code = 1003, .token = 0xa1b2c3d4, .netns_cookie = 7,
		  .netns = "client", .time_ns = 1700000000123456789 },
		{ .kind = MPX_REASON_DISABLED, .code = 16, .netns_cookie = 1, .netns = "current",
		  .time_ns = 1700000001000000000, .reason = "the kernel's words" },
	},
};

Test(show, a_disabled_policy)
{
	struct ctl ctl = { 0 };

	show_trouble(&ctl, &bad);
	printed();
	cr_assert(contains("'never' is disabled on the whole machine"), "%s", text);
	cr_assert(contains("  2023-11-14 22:13:21  disabled: 16 fallbacks within a minute (in this network namespace)\n"
			   "  2023-11-14 22:13:20  stall: "), "%s", text);
	cr_assert(contains("1003 ms (connection 0xa1b2c3d4 in network namespace 'client')\n"), "%s", text);
	cr_assert(contains("21000 us (connection 0x00000003 in the network namespace with cookie 7)\n"),
		  "%s", text);
	cr_assert(contains("and 2 earlier ones (-v shows them)"), "%s", text);
	cr_assert_not(contains("Invalid argument"));
	cr_assert(contains("next: 'mptcp-pmctl load FILE'"), "%s", text);
	cr_assert(contains("mptcp-pmctl unload never"), "%s", text);
}

Test(show, all_of_it)
{
	struct ctl ctl = { .verbose = 1 };

	show_trouble(&ctl, &bad);
	printed();
	cr_assert(contains("error: it reported -22, Invalid argument (connection 0x00000002"), "%s", text);
	cr_assert(contains("  -  retrans: "), "%s", text);
	cr_assert_not(contains("earlier"));
}

Test(show, states_have_their_own_next_step)
{
	struct mpx_registered r = bad;
	struct ctl ctl = { 0 };

	r.registered = true;
	r.detached_pin = false;
	r.state = MPX_STATE_ACTIVE;
	show_trouble(&ctl, &r);
	r.state = MPX_STATE_DISABLED_NETNS;
	r.is_default = true;
	show_trouble(&ctl, &r);
	r.state = MPX_STATE_REMOVED;
	show_trouble(&ctl, &r);
	r.state = 77;
	show_trouble(&ctl, &r);
	r.state = MPX_STATE_DISABLED;
	r.exits[4].kind = MPX_REASON_PANIC;
	show_trouble(&ctl, &r);
	printed();
	cr_assert(contains("'never': 16 fallbacks since it was loaded\n"), "%s", text);
	cr_assert(contains("switch --from never default"), "%s", text);
	cr_assert(contains("'never' is disabled in this network namespace"), "%s", text);
	cr_assert(contains("load FILE --replace' with a repaired one starts clean; until then 'mptcp-pmctl use default'"),
		  "%s", text);
	cr_assert(contains("'never' was unloaded"), "%s", text);
	cr_assert(contains("'never': state 77\n"), "%s", text);
	cr_assert(contains("brings it back"), "%s", text);
}

Test(show, nothing_happened)
{
	struct mpx_registered r = { .name = "good", .fallbacks_known = true };

	cr_assert_not(has_trouble(&r));
	r.exit_cnt = 1;
	cr_assert(has_trouble(&r));
	r.exit_cnt = 0;
	r.fallbacks = 1;
	cr_assert(has_trouble(&r));
	r.fallbacks = 0;
	r.state = MPX_STATE_DISABLED_NETNS;
	cr_assert(has_trouble(&r));
}

static const char *word(json_t *one, const char *key)
{
	return json_string_value(json_object_get(one, key));
}

Test(show, records_as_json)
{
	json_t *list = exits_json(&bad), *one;

	cr_assert_eq(json_array_size(list), 5);
	one = json_array_get(list, 3);
	cr_assert_str_eq(word(one, "kind"), "stall");
	cr_assert_str_eq(word(one, "time"), "2023-11-14T22:13:20.123Z");
	cr_assert_str_eq(word(one, "netns"), "client");
	cr_assert_eq(json_integer_value(json_object_get(one, "code")), 1003);
	cr_assert_eq(json_integer_value(json_object_get(one, "token")), 0xa1b2c3d4);
	cr_assert_eq(json_integer_value(json_object_get(one, "netns_cookie")), 7);
	one = json_array_get(list, 4);
	cr_assert(json_is_null(json_object_get(one, "token")));
	cr_assert_str_eq(word(one, "reason"), "the kernel's words");
	cr_assert(json_is_null(json_object_get(json_array_get(list, 0), "time")));
	cr_assert_eq(json_integer_value(json_object_get(json_array_get(list, 1), "code")), -22);
	json_decref(list);
}

Test(show, words_of_a_later_kernel)
{
	struct mpx_exit rec = { .kind = 99, .reason = "bored" };
	char buf[320];
	json_t *v;

	cr_assert_str_eq(mpx_exit_text(&rec, buf, sizeof(buf)), "reason 99: bored");
	rec.reason[0] = '\0';
	cr_assert_str_eq(mpx_exit_text(&rec, buf, sizeof(buf)), "reason 99: unknown to this version");
	v = reason_json(99);
	cr_assert_eq(json_integer_value(v), 99);
	json_decref(v);
	v = reason_json(MPX_REASON_NONE);
	cr_assert(json_is_null(v));
	json_decref(v);
	v = state_json(MPX_STATE_DISABLED_NETNS);
	cr_assert_str_eq(json_string_value(v), "disabled_here");
	json_decref(v);
	cr_assert_str_eq(state_text(MPX_STATE_DISABLED_NETNS, buf, sizeof(buf)), "disabled here");
	cr_assert_str_eq(state_text(99, buf, sizeof(buf)), "state 99");
}

Test(show, codes_that_are_no_errno)
{
	struct mpx_exit rec = { .kind = MPX_REASON_ERROR, .code = INT32_MIN };
	char buf[320];

	cr_assert_str_eq(mpx_exit_text(&rec, buf, sizeof(buf)), "error: it reported -2147483648");
	rec.code = 7;
	cr_assert_str_eq(mpx_exit_text(&rec, buf, sizeof(buf)), "error: it reported 7");
}

Test(show, table_is_aligned)
{
	static const char *const titles[] = { "A", "LONG", "B", NULL };
	struct table *t = table_new(titles);

	table_cell(t, "%s", "wide cell");
	table_cell(t, "%d", 1);
	table_cell(t, "%s", "");
	table_cell(t, "%s", "x\033[2J");
	table_cell(t, "%s", "yyyyyy");
	table_cell(t, "%s", "last");
	table_print(t, 2);
	cr_assert_str_eq(printed(),
			 "  A          LONG    B\n"
			 "  wide cell  1       -\n"
			 "  x?[2J      yyyyyy  last\n");
}

Test(show, table_of_many_cells)
{
	static const char *const titles[] = { "N", "SQUARE", NULL };
	struct table *t = table_new(titles);
	char line[64];
	int i;

	for (i = 0; i < 300; i++) {
		table_cell(t, "%d", i);
		table_cell(t, "%0*d", 1 + i % 40, i);
	}
	table_print(t, 0);
	printed();
	snprintf(line, sizeof(line), "\n%-3d  %0*d", 42, 3, 42);
	cr_assert(contains(line), "%s", text);
}
