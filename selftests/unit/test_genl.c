// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* Are netlink messages understood, whatever a kernel older, newer or broken puts into them? */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/genl.h"
#include "unit.h"

TestSuite(genl, .init = unit_log_reset, .timeout = 60);

static char buf[8192] __attribute__((aligned(NLMSG_ALIGNTO)));

static struct nlmsghdr *begin(void)
{
	struct nlmsghdr *nlh;

	memset(buf, 0, sizeof(buf));
	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = NLMSG_MIN_TYPE;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	return nlh;
}

static void put_exit(struct nlmsghdr *nlh, uint32_t kind, int32_t code, uint32_t token)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, MPTCP_EXT_POLICY_EXIT);

	mnl_attr_put_u32(nlh, MPTCP_EXT_EXIT_KIND, kind);
	mnl_attr_put_u32(nlh, MPTCP_EXT_EXIT_CODE, (uint32_t)code);
	mnl_attr_put_u32(nlh, MPTCP_EXT_EXIT_TOKEN, token);
	mnl_attr_put_u64(nlh, MPTCP_EXT_EXIT_TIME, 1700000000123456789);
	mnl_attr_put_u64(nlh, MPTCP_EXT_EXIT_NETNS, 77);
	mnl_attr_put_strz(nlh, MPTCP_EXT_EXIT_REASON, "in the kernel's words");
	mnl_attr_nest_end(nlh, nest);
}

static struct nlmsghdr *policy(const char *name, uint32_t state)
{
	struct nlmsghdr *nlh = begin();

	mnl_attr_put_strz(nlh, MPTCP_EXT_POLICY_NAME, name);
	mnl_attr_put_u32(nlh, MPTCP_EXT_POLICY_KIND, MPTCP_EXT_KIND_SCHED);
	mnl_attr_put_u32(nlh, MPTCP_EXT_POLICY_STATE, state);
	return nlh;
}

static const struct mpx_registered *read_policy(const struct nlmsghdr *nlh,
						struct mpx_registry *reg)
{
	memset(reg, 0, sizeof(*reg));
	cr_assert_eq(mpx_genl_policy_cb(nlh, reg), MNL_CB_OK);
	return reg->cnt ? &reg->entries[0] : NULL;
}

Test(genl, a_registered_policy)
{
	struct nlmsghdr *nlh = policy("blest", MPTCP_EXT_STATE_DISABLED_NETNS);
	const struct mpx_registered *entry;
	struct mpx_registry reg;

	mnl_attr_put(nlh, MPTCP_EXT_POLICY_BPF, 0, NULL);
	mnl_attr_put_u32(nlh, MPTCP_EXT_POLICY_FLAGS, 0x10000);
	mnl_attr_put_u32(nlh, MPTCP_EXT_POLICY_CONNECTIONS, 12);
	mnl_attr_put_u64(nlh, MPTCP_EXT_POLICY_INVALID_MARKS, UINT64_MAX);
	mnl_attr_put_u32(nlh, MPTCP_EXT_POLICY_ID, 9);
	mnl_attr_put_u64(nlh, MPTCP_EXT_POLICY_FALLBACKS, 1ULL << 40);
	put_exit(nlh, MPTCP_EXT_REASON_ERROR, -22, 0xa1b2c3d4);
	put_exit(nlh, MPTCP_EXT_REASON_DISABLED, 16, 0);
	entry = read_policy(nlh, &reg);
	cr_assert_str_eq(entry->name, "blest");
	cr_assert(entry->registered);
	cr_assert(entry->bpf);
	cr_assert_eq(entry->flags, 0x10000);
	cr_assert(entry->counters_known);
	cr_assert_eq(entry->connections, 12);
	cr_assert_eq(entry->invalid_marks, UINT64_MAX);
	cr_assert_eq(entry->id, 9);
	cr_assert_eq(entry->state, MPX_STATE_DISABLED_NETNS);
	cr_assert(entry->fallbacks_known);
	cr_assert_eq(entry->fallbacks, 1ULL << 40);
	cr_assert_eq(entry->exit_cnt, 2);
	cr_assert_eq(entry->exits[0].kind, MPX_REASON_ERROR);
	cr_assert_eq(entry->exits[0].code, -22);
	cr_assert_eq(entry->exits[0].token, 0xa1b2c3d4);
	cr_assert_eq(entry->exits[0].time_ns, 1700000000123456789);
	cr_assert_eq(entry->exits[0].netns_cookie, 77);
	cr_assert_str_eq(entry->exits[0].reason, "in the kernel's words");
	cr_assert_eq(entry->exits[1].kind, MPX_REASON_DISABLED);
	free(reg.entries);
}

/* From before there were states and exit records. */
Test(genl, an_older_kernels_policy)
{
	struct nlmsghdr *nlh = begin();
	const struct mpx_registered *entry;
	struct mpx_registry reg;

	mnl_attr_put_strz(nlh, MPTCP_EXT_POLICY_NAME, "default");
	mnl_attr_put_u32(nlh, MPTCP_EXT_POLICY_CONNECTIONS, 0);
	entry = read_policy(nlh, &reg);
	cr_assert(entry->registered);
	cr_assert_not(entry->bpf);
	cr_assert_eq(entry->state, MPX_STATE_ACTIVE);
	cr_assert_not(entry->fallbacks_known);
	cr_assert_eq(entry->exit_cnt, 0);
	free(reg.entries);
}

Test(genl, what_is_left_of_a_policy_is_not_registered)
{
	static const struct { uint32_t state; bool with_id, registered; } cases[] = {
		{ MPTCP_EXT_STATE_REMOVED, false, false },
		{ MPTCP_EXT_STATE_DISABLED, false, false },
		{ MPTCP_EXT_STATE_DISABLED, true, true },	/* about to be detached */
		{ MPTCP_EXT_STATE_DISABLED_NETNS, true, true },
		{ MPTCP_EXT_STATE_ACTIVE, false, true },
		{ 4711, true, true },
	};
	const struct mpx_registered *entry;
	struct mpx_registry reg;
	struct nlmsghdr *nlh;
	size_t i;

	for (i = 0; i < mpx_array_size(cases); i++) {
		nlh = policy("gone", cases[i].state);
		if (cases[i].with_id)
			mnl_attr_put_u32(nlh, MPTCP_EXT_POLICY_ID, 3);
		put_exit(nlh, MPTCP_EXT_REASON_STALL, 1003, 1);
		entry = read_policy(nlh, &reg);
		cr_assert_eq(entry->registered, cases[i].registered, "%zu", i);
		cr_assert_eq(entry->state, cases[i].state, "%zu", i);
		cr_assert(entry->registered || entry->bpf, "%zu: the built-in one never leaves", i);
		free(reg.entries);
	}
}

Test(genl, the_last_records_are_kept)
{
	struct nlmsghdr *nlh = policy("busy", MPTCP_EXT_STATE_ACTIVE);
	const struct mpx_registered *entry;
	struct mpx_registry reg;
	uint32_t i;

	for (i = 0; i < MPX_EXITS + 3; i++)
		put_exit(nlh, MPTCP_EXT_REASON_STALL, (int32_t)i, 1);
	entry = read_policy(nlh, &reg);
	cr_assert_eq(entry->exit_cnt, MPX_EXITS);
	for (i = 0; i < MPX_EXITS; i++)
		cr_assert_eq(entry->exits[i].code, (int32_t)i + 3);
	free(reg.entries);
}

Test(genl, unknown_attributes_and_values)
{
	struct nlmsghdr *nlh = policy("new", 99);
	const struct mpx_registered *entry;
	struct mpx_registry reg;
	struct nlattr *nest;

	mnl_attr_put_u32(nlh, 500, 1);
	mnl_attr_put_strz(nlh, 501, "of a later kernel");
	nest = mnl_attr_nest_start(nlh, MPTCP_EXT_POLICY_EXIT);
	mnl_attr_put_u32(nlh, 77, 5);
	mnl_attr_put_u32(nlh, MPTCP_EXT_EXIT_KIND, 1234);
	mnl_attr_nest_end(nlh, nest);
	entry = read_policy(nlh, &reg);
	cr_assert_eq(entry->state, 99);
	cr_assert_eq(entry->exit_cnt, 1);
	cr_assert_eq(entry->exits[0].kind, 1234);
	cr_assert_null(mpx_state_name(99));
	cr_assert_null(mpx_reason_name(1234));
	free(reg.entries);
}

Test(genl, attributes_of_a_wrong_type_say_nothing)
{
	struct nlmsghdr *nlh = begin();
	const struct mpx_registered *entry;
	struct mpx_registry reg;
	struct nlattr *nest;

	mnl_attr_put(nlh, MPTCP_EXT_POLICY_NAME, 3, "abc");	/* without its NUL */
	cr_assert_null(read_policy(nlh, &reg));
	mnl_attr_put_strz(nlh, MPTCP_EXT_POLICY_NAME, "typed");
	mnl_attr_put_u16(nlh, MPTCP_EXT_POLICY_STATE, 2);
	mnl_attr_put_u32(nlh, MPTCP_EXT_POLICY_FALLBACKS, 2);
	mnl_attr_put_u64(nlh, MPTCP_EXT_POLICY_CONNECTIONS, 2);
	nest = mnl_attr_nest_start(nlh, MPTCP_EXT_POLICY_EXIT);
	mnl_attr_put_u32(nlh, MPTCP_EXT_EXIT_TIME, 5);
	mnl_attr_put_u64(nlh, MPTCP_EXT_EXIT_TOKEN, 5);
	mnl_attr_put(nlh, MPTCP_EXT_EXIT_REASON, 4, "cut ");
	mnl_attr_nest_end(nlh, nest);
	entry = read_policy(nlh, &reg);
	cr_assert_eq(entry->state, MPX_STATE_ACTIVE);
	cr_assert_not(entry->fallbacks_known);
	cr_assert_not(entry->counters_known);
	cr_assert_eq(entry->exit_cnt, 1);
	cr_assert_eq(entry->exits[0].time_ns, 0);
	cr_assert_eq(entry->exits[0].token, 0);
	cr_assert_str_eq(entry->exits[0].reason, "");
	free(reg.entries);
}

Test(genl, long_texts_are_cut)
{
	const char *text = "a text that is quite a lot longer than anything there is room for in a record of ours";
	struct nlmsghdr *nlh = policy(text, MPTCP_EXT_STATE_ACTIVE);
	const struct mpx_registered *entry;
	struct mpx_registry reg;
	struct nlattr *nest;

	nest = mnl_attr_nest_start(nlh, MPTCP_EXT_POLICY_EXIT);
	mnl_attr_put_strz(nlh, MPTCP_EXT_EXIT_REASON, text);
	mnl_attr_nest_end(nlh, nest);
	entry = read_policy(nlh, &reg);
	cr_assert_eq(strlen(entry->name), sizeof(entry->name) - 1);
	cr_assert_eq(strlen(entry->exits[0].reason), sizeof(entry->exits[0].reason) - 1);
	free(reg.entries);
}

Test(genl, other_kinds_are_not_schedulers)
{
	struct nlmsghdr *nlh = begin();
	struct mpx_registry reg;

	mnl_attr_put_strz(nlh, MPTCP_EXT_POLICY_NAME, "pathman");
	mnl_attr_put_u32(nlh, MPTCP_EXT_POLICY_KIND, 1);
	cr_assert_null(read_policy(nlh, &reg));
}

/* Cut at every length, in a buffer that ends there: the sanitizers see what is read beyond. */
static void cut_everywhere(const struct nlmsghdr *whole, void (*parse)(const struct nlmsghdr *nlh))
{
	uint32_t len = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(struct genlmsghdr)), at;
	struct nlmsghdr *nlh;
	unsigned int seed = 1;
	int i;

	for (; len <= whole->nlmsg_len; len++) {
		nlh = malloc(NLMSG_ALIGN(len));
		memset(nlh, 0, NLMSG_ALIGN(len));
		memcpy(nlh, whole, len);
		nlh->nlmsg_len = len;
		parse(nlh);
		free(nlh);
	}
	/* And with any 16 bits, mostly lengths and types, replaced. */
	for (i = 0; i < 20000; i++) {
		nlh = malloc(whole->nlmsg_len);
		memcpy(nlh, whole, whole->nlmsg_len);
		at = NLMSG_HDRLEN + unit_random(&seed) % (whole->nlmsg_len - NLMSG_HDRLEN - 2);
		*(uint16_t *)((char *)nlh + (at & ~1u)) = (uint16_t)(unit_random(&seed) % 300);
		parse(nlh);
		free(nlh);
	}
}

static void parse_policy(const struct nlmsghdr *nlh)
{
	struct mpx_registry reg = { 0 };

	cr_assert_eq(mpx_genl_policy_cb(nlh, &reg), MNL_CB_OK);
	free(reg.entries);
}

static struct nlmsghdr *conn(uint32_t token)
{
	struct nlmsghdr *nlh = begin();

	mnl_attr_put_u32(nlh, MPTCP_EXT_CONN_TOKEN, token);
	mnl_attr_put_strz(nlh, MPTCP_EXT_CONN_SCHED, "minrtt");
	mnl_attr_put_strz(nlh, MPTCP_EXT_CONN_PM, "kernel");
	mnl_attr_put_u32(nlh, MPTCP_EXT_CONN_REASON, MPTCP_EXT_REASON_BUDGET);
	mnl_attr_put_u32(nlh, MPTCP_EXT_CONN_SUBFLOWS, 3);
	mnl_attr_put_u64(nlh, MPTCP_EXT_CONN_BYTES_SENT, 1ULL << 33);
	mnl_attr_put_u64(nlh, MPTCP_EXT_CONN_BYTES_RECEIVED, 5);
	mnl_attr_put_u32(nlh, MPTCP_EXT_CONN_STATE, 1);
	return nlh;
}

static void parse_conn(const struct nlmsghdr *nlh)
{
	struct mpx_conns conns = { 0 };

	cr_assert_eq(mpx_genl_conn_cb(nlh, &conns), MNL_CB_OK);
	free(conns.v);
}

static void parse_words(const struct nlmsghdr *nlh)
{
	char words[16];
	size_t offset;

	for (offset = 0; offset < 64; offset += 4)
		mpx_genl_find_words(nlh, offset, words, sizeof(words));
}

Test(genl, truncated_and_damaged_messages)
{
	struct nlmsghdr *nlh = policy("damaged", MPTCP_EXT_STATE_ACTIVE);

	put_exit(nlh, MPTCP_EXT_REASON_STALL, 1003, 1);
	put_exit(nlh, MPTCP_EXT_REASON_ERROR, -5, 2);
	cut_everywhere(nlh, parse_policy);
	cut_everywhere(conn(17), parse_conn);
	nlh = begin();
	nlh->nlmsg_flags = NLM_F_ACK_TLVS;
	mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, "a message");
	cut_everywhere(nlh, parse_words);
}

Test(genl, a_connection)
{
	struct mpx_conns conns = { 0 };

	cr_assert_eq(mpx_genl_conn_cb(conn(0xdeadbeef), &conns), MNL_CB_OK);
	cr_assert_eq(conns.cnt, 1);
	cr_assert_eq(conns.v[0].token, 0xdeadbeef);
	cr_assert_str_eq(conns.v[0].sched, "minrtt");
	cr_assert_str_eq(conns.v[0].pm, "kernel");
	cr_assert_eq(conns.v[0].reason, MPX_REASON_BUDGET);
	cr_assert_eq(conns.v[0].subflows, 3);
	cr_assert_eq(conns.v[0].bytes_sent, 1ULL << 33);
	cr_assert_eq(conns.v[0].bytes_received, 5);
	cr_assert_eq(conns.v[0].tcp_state, 1);
	cr_assert_eq(conns.v[0].local.family, 0);
	free(conns.v);
}

Test(genl, a_connection_without_a_token_is_none)
{
	struct mpx_conns conns = { 0 };
	struct nlmsghdr *nlh = begin();

	mnl_attr_put_strz(nlh, MPTCP_EXT_CONN_SCHED, "minrtt");
	cr_assert_eq(mpx_genl_conn_cb(nlh, &conns), MNL_CB_OK);
	cr_assert_eq(conns.cnt, 0);
}

Test(genl, how_many_moved)
{
	struct nlmsghdr *nlh = begin();
	uint32_t moved = 0;

	cr_assert_eq(mpx_genl_moved_cb(nlh, &moved), MNL_CB_OK);
	cr_assert_eq(moved, 0);
	mnl_attr_put_u32(nlh, MPTCP_EXT_MOVE_MOVED, 10000);
	cr_assert_eq(mpx_genl_moved_cb(nlh, &moved), MNL_CB_OK);
	cr_assert_eq(moved, 10000);
}

Test(genl, the_kernels_words)
{
	struct nlmsghdr *nlh = begin();
	char words[32] = "as before";

	mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, "policy is disabled");
	mpx_genl_find_words(nlh, sizeof(struct genlmsghdr), words, sizeof(words));
	cr_assert_str_eq(words, "as before", "not announced by the flag");
	nlh->nlmsg_flags = NLM_F_ACK_TLVS;
	mpx_genl_find_words(nlh, 4096, words, sizeof(words));
	cr_assert_str_eq(words, "as before", "beyond the end");
	mpx_genl_find_words(nlh, sizeof(struct genlmsghdr), words, sizeof(words));
	cr_assert_str_eq(words, "policy is disabled");
}
