// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* Are connections joined, named and asked for as documented? */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

TestSuite(conn, .init = unit_log_reset, .timeout = 60);

static void add(struct mpx_conns *conns, uint32_t token, uint32_t subflows)
{
	struct mpx_conn one = { .token = token, .subflows = subflows };

	cr_assert_eq(mpx_conns_add(conns, &one), 0);
}

Test(conn, sorted_and_found)
{
	struct mpx_conns conns = { 0 };
	unsigned int seed = 7, i;
	struct mpx_conn *hit;

	for (i = 0; i < 5000; i++)
		add(&conns, unit_random(&seed) << 8 | i % 200, i);
	mpx_conns_sort(&conns, 0);
	cr_assert_eq(conns.cnt, 5000);
	for (i = 1; i < conns.cnt; i++)
		cr_assert_lt(conns.v[i - 1].token, conns.v[i].token);
	seed = 7;
	for (i = 0; i < 5000; i++) {
		hit = mpx_conns_find(conns.v, conns.cnt, unit_random(&seed) << 8 | i % 200);
		cr_assert_not_null(hit);
		cr_assert_eq(hit->subflows, i);
	}
	cr_assert_null(mpx_conns_find(conns.v, conns.cnt, 0xff));
	cr_assert_null(mpx_conns_find(NULL, 0, 1));
	free(conns.v);
}

Test(conn, told_twice_is_kept_once)
{
	struct mpx_conns conns = { 0 };
	unsigned int i;

	mpx_conns_sort(&conns, 0);
	cr_assert_eq(conns.cnt, 0);
	for (i = 0; i < 100; i++)
		add(&conns, 1 + i % 10, 0);
	mpx_conns_sort(&conns, 0);
	cr_assert_eq(conns.cnt, 10);
	for (i = 0; i < 10; i++)
		cr_assert_eq(conns.v[i].token, i + 1);
	/* the freed places are used again */
	for (i = 0; i < 300; i++)
		add(&conns, 1000 + i, 0);
	cr_assert_eq(conns.cnt, 310);
	cr_assert_eq(conns.v[309].token, 1299);
	free(conns.v);
}

/* Tokens are unique in a namespace only. */
Test(conn, each_namespace_by_itself)
{
	struct mpx_conns conns = { 0 };

	add(&conns, 5, 1);
	add(&conns, 9, 1);
	mpx_conns_sort(&conns, 0);
	add(&conns, 9, 2);
	add(&conns, 5, 2);
	mpx_conns_sort(&conns, 2);
	cr_assert_eq(conns.cnt, 4);
	cr_assert_eq(conns.v[2].token, 5);
	cr_assert_eq(conns.v[2].subflows, 2);
	cr_assert_eq(mpx_conns_find(conns.v, 2, 9)->subflows, 1);
	cr_assert_eq(mpx_conns_find(conns.v + 2, 2, 9)->subflows, 2);
	free(conns.v);
}

static void set(struct mpx_endpoint *ep, int family, const char *addr, uint16_t port)
{
	memset(ep, 0, sizeof(*ep));
	ep->family = (uint16_t)family;
	ep->port = port;
	cr_assert_eq(inet_pton(family, addr, ep->addr), 1);
}

Test(conn, endpoints_as_text)
{
	char buf[MPX_ENDPOINT_TEXT];
	struct mpx_endpoint ep;

	set(&ep, AF_INET, "10.0.1.1", 443);
	cr_assert_str_eq(mpx_endpoint_text(&ep, buf), "10.0.1.1:443");
	set(&ep, AF_INET6, "fd00:1::2", 65535);
	cr_assert_str_eq(mpx_endpoint_text(&ep, buf), "[fd00:1::2]:65535");
	set(&ep, AF_INET6, "::ffff:192.0.2.7", 80);
	cr_assert_str_eq(mpx_endpoint_text(&ep, buf), "192.0.2.7:80");
	set(&ep, AF_INET6, "::1", 0);
	cr_assert_str_eq(mpx_endpoint_text(&ep, buf), "[::1]:0");
	set(&ep, AF_INET6, "fd00:1111:2222:3333:4444:5555:6666:7777", 65535);
	cr_assert_str_eq(mpx_endpoint_text(&ep, buf),
			 "[fd00:1111:2222:3333:4444:5555:6666:7777]:65535");
	memset(&ep, 0, sizeof(ep));
	cr_assert_str_eq(mpx_endpoint_text(&ep, buf), "-");
	ep.family = 4711;
	cr_assert_str_eq(mpx_endpoint_text(&ep, buf), "-");
}

Test(conn, tokens)
{
	static const struct { const char *text; uint32_t token; } good[] = {
		{ "1", 1 }, { "4294967295", UINT32_MAX }, { "0xffffffff", UINT32_MAX },
		{ "0xA1b2C3d4", 0xa1b2c3d4 }, { "0X10", 16 }, { "010", 10 },
	};
	static const char *const bad[] = {
		"", "0", "0x0", "-1", "+1", " 1", "1 ", "0x", "4294967296", "0x100000000", "1.5", "token",
		"0x1g", "1e3x",
	};
	uint32_t token;
	size_t i;

	for (i = 0; i < mpx_array_size(good); i++) {
		cr_assert_eq(mpx_token_parse(good[i].text, &token), 0, "%s", good[i].text);
		cr_assert_eq(token, good[i].token, "%s", good[i].text);
	}
	token = 42;
	for (i = 0; i < mpx_array_size(bad); i++)
		assert_fails(mpx_token_parse(bad[i], &token), -EINVAL, "no token");
	cr_assert_eq(token, 42);
	/* As 'ip mptcp' and 'ss' print them. */
	assert_fails(mpx_token_parse("3aff12bc", &token), -EINVAL, "0x3aff12bc");
}

Test(conn, names_are_checked_before_the_kernel_is_asked)
{
	struct mpx_move move = { .to = "a-b" };
	uint32_t moved = 1;

	assert_fails(mpx_conn_move(&move, &moved), -EINVAL, "A-Z a-z 0-9 _ .");
	cr_assert_eq(moved, 0);
	move.to = "default";
	move.from = "a234567890123456";
	assert_fails(mpx_conn_move(&move, &moved), -EINVAL, "a234567890123456");
	move.from = NULL;
	move.netns = "no_such_netns";
	assert_fails(mpx_conn_move(&move, &moved), -ENOENT, "no_such_netns");
}
