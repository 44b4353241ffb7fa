// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* What is registered, and what became of it, as the kernel tells it; and the way out. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "genl.h"

#define TRIES	20

/* The public numbers are the kernel's. */
_Static_assert(MPX_REASON_STALL == (int)MPTCP_EXT_REASON_STALL &&
	       MPX_REASON_PANIC == (int)MPTCP_EXT_REASON_PANIC, "enum mpx_reason");
_Static_assert(MPX_STATE_DISABLED_NETNS == (int)MPTCP_EXT_STATE_DISABLED_NETNS &&
	       MPX_STATE_REMOVED == (int)MPTCP_EXT_STATE_REMOVED, "enum mpx_state");

static void read_exit_attr(struct mpx_exit *rec, const struct nlattr *attr)
{
	uint32_t code;

	switch (mnl_attr_get_type(attr)) {
	case MPTCP_EXT_EXIT_KIND:
		mpx_attr_u32(attr, &rec->kind);
		break;
	case MPTCP_EXT_EXIT_CODE:
		if (mpx_attr_u32(attr, &code))
			rec->code = (int32_t)code;
		break;
	case MPTCP_EXT_EXIT_TOKEN:
		mpx_attr_u32(attr, &rec->token);
		break;
	case MPTCP_EXT_EXIT_TIME:
		mpx_attr_u64(attr, &rec->time_ns);
		break;
	case MPTCP_EXT_EXIT_NETNS:
		mpx_attr_u64(attr, &rec->netns_cookie);
		break;
	case MPTCP_EXT_EXIT_REASON:
		mpx_attr_text(attr, rec->reason, sizeof(rec->reason));
		break;
	}
}

static void read_exit(struct mpx_registered *entry, const struct nlattr *nest)
{
	const struct nlattr *attr;
	struct mpx_exit *rec;

	if (mnl_attr_validate(nest, MNL_TYPE_NESTED))
		return;
	if (entry->exit_cnt == MPX_EXITS) {
		/* A newer kernel may keep more: the last ones matter. */
		memmove(entry->exits, entry->exits + 1, sizeof(*rec) * (MPX_EXITS - 1));
		entry->exit_cnt--;
	}
	rec = &entry->exits[entry->exit_cnt++];
	memset(rec, 0, sizeof(*rec));
	mnl_attr_for_each_nested(attr, nest)
		read_exit_attr(rec, attr);
}

static void read_attr(struct mpx_registered *entry, const struct nlattr *attr)
{
	switch (mnl_attr_get_type(attr)) {
	case MPTCP_EXT_POLICY_FLAGS:
		mpx_attr_u32(attr, &entry->flags);
		break;
	case MPTCP_EXT_POLICY_ID:
		mpx_attr_u32(attr, &entry->id);
		break;
	case MPTCP_EXT_POLICY_BPF:
		entry->bpf = true;
		break;
	case MPTCP_EXT_POLICY_CONNECTIONS:
		if (mpx_attr_u32(attr, &entry->connections))
			entry->counters_known = true;
		break;
	case MPTCP_EXT_POLICY_INVALID_MARKS:
		mpx_attr_u64(attr, &entry->invalid_marks);
		break;
	case MPTCP_EXT_POLICY_STATE:
		mpx_attr_u32(attr, &entry->state);
		break;
	case MPTCP_EXT_POLICY_FALLBACKS:
		if (mpx_attr_u64(attr, &entry->fallbacks))
			entry->fallbacks_known = true;
		break;
	case MPTCP_EXT_POLICY_EXIT:
		read_exit(entry, attr);
		break;
	}
}

static bool is_sched(const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;
	uint32_t kind = MPTCP_EXT_KIND_SCHED;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == MPTCP_EXT_POLICY_KIND)
			mpx_attr_u32(attr, &kind);
	return kind == MPTCP_EXT_KIND_SCHED;
}

/* Names whose policy is gone are told as long as there are exit records of them. */
static void classify(struct mpx_registered *entry)
{
	bool gone = entry->state == MPX_STATE_DISABLED || entry->state == MPX_STATE_REMOVED;

	entry->registered = !gone || entry->id || entry->counters_known;
	/* The built-in scheduler is never given up. */
	if (!entry->registered)
		entry->bpf = true;
}

int mpx_genl_policy_cb(const struct nlmsghdr *nlh, void *data)
{
	struct mpx_registered *entry = NULL;
	struct mpx_registry *reg = data;
	const struct nlattr *attr;

	/* Kinds that this version does not know have counters of their own meaning. */
	if (!is_sched(nlh))
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != MPTCP_EXT_POLICY_NAME ||
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
			continue;
		entry = mpx_registry_add(reg, mnl_attr_get_str(attr));
		if (!entry) {
			errno = ENOMEM;
			return MNL_CB_ERROR;
		}
	}
	if (!entry)
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		read_attr(entry, attr);
	classify(entry);
	return MNL_CB_OK;
}

/* A policy that comes or goes meanwhile spoils the list: once more, from the start. */
int mpx_genl_policies(struct mpx_registry *reg)
{
	int err, tries = 0;

	do {
		free(reg->entries);
		reg->entries = NULL;
		reg->cnt = 0;
		err = mpx_genl_ask(MPTCP_EXT_CMD_GET_POLICY, NLM_F_DUMP, mpx_genl_policy_cb, reg);
	} while (err == -EINTR && ++tries < TRIES);
	return err;
}

static int no_answer(const struct nlmsghdr *nlh, void *data)
{
	(void)nlh;
	(void)data;
	return MNL_CB_OK;
}

int mpx_genl_panic(void)
{
	return mpx_genl_ask(MPTCP_EXT_CMD_PANIC, NLM_F_ACK, no_answer, NULL);
}
