// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* What the kernel did against a policy, in words. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "internal.h"

static const char *const reasons[] = {
	[MPX_REASON_NONE]	= "none",
	[MPX_REASON_STALL]	= "stall",
	[MPX_REASON_RETRANS]	= "retrans",
	[MPX_REASON_ERROR]	= "error",
	[MPX_REASON_BUDGET]	= "budget",
	[MPX_REASON_DISABLED]	= "disabled",
	[MPX_REASON_PANIC]	= "panic",
};

static const char *const states[] = {
	[MPX_STATE_ACTIVE]		= "active",
	[MPX_STATE_DISABLED_NETNS]	= "disabled_here",
	[MPX_STATE_DISABLED]		= "disabled",
	[MPX_STATE_REMOVED]		= "removed",
};

const char *mpx_reason_name(uint32_t reason)
{
	return reason < mpx_array_size(reasons) ? reasons[reason] : NULL;
}

const char *mpx_state_name(uint32_t state)
{
	return state < mpx_array_size(states) ? states[state] : NULL;
}

/* What happened, without where. */
static void cause_text(const struct mpx_exit *rec, char *buf, size_t size)
{
	bool is_errno = rec->code < 0 && rec->code > -4096;

	switch (rec->kind) {
	case MPX_REASON_STALL:
		snprintf(buf, size, "stall: it had data and a path with room, and sent nothing for %d ms",
			 rec->code);
		break;
	case MPX_REASON_RETRANS:
		snprintf(buf, size, "retrans: it chose no usable path for two retransmissions in a row");
		break;
	case MPX_REASON_ERROR:
		snprintf(buf, size, "error: it reported %d%s%s", rec->code, is_errno ? ", " : "",
			 is_errno ? strerror(-rec->code) : "");
		break;
	case MPX_REASON_BUDGET:
		snprintf(buf, size, "budget: a decision took %d us", rec->code);
		break;
	case MPX_REASON_DISABLED:
		snprintf(buf, size, "disabled: %d fallback%s within a minute", rec->code,
			 rec->code == 1 ? "" : "s");
		break;
	case MPX_REASON_PANIC:
		snprintf(buf, size, "panic: all BPF policies were disabled");
		break;
	default:
		snprintf(buf, size, "reason %" PRIu32 ": %s", rec->kind,
			 *rec->reason ? rec->reason : "unknown to this version");
	}
}

const char *mpx_exit_text(const struct mpx_exit *rec, char *buf, size_t size)
{
	char cause[160], token[40] = "", netns[112] = "";

	cause_text(rec, cause, sizeof(cause));
	if (rec->token)
		snprintf(token, sizeof(token), "connection 0x%08" PRIx32, rec->token);
	if (!strcmp(rec->netns, "current"))
		snprintf(netns, sizeof(netns), "in this network namespace");
	else if (*rec->netns)
		snprintf(netns, sizeof(netns), "in network namespace '%s'", rec->netns);
	else if (rec->netns_cookie)
		snprintf(netns, sizeof(netns), "in the network namespace with cookie %" PRIu64,
			 rec->netns_cookie);
	snprintf(buf, size, "%s%s%s%s%s%s", cause, *token || *netns ? " (" : "", token,
		 *token && *netns ? " " : "", netns, *token || *netns ? ")" : "");
	return buf;
}

int mpx_fail_gone(const struct mpx_registered *entry, const char *what)
{
	const struct mpx_exit *last = entry->exit_cnt ? &entry->exits[entry->exit_cnt - 1] : NULL;
	static const char *const became[] = {
		[MPX_STATE_DISABLED_NETNS] = "the kernel has disabled it in this network namespace",
		[MPX_STATE_DISABLED] = "the kernel has disabled it",
		[MPX_STATE_REMOVED] = "it was unloaded",
	};
	const char *state = entry->state < mpx_array_size(became) ? became[entry->state] : NULL;
	char cause[256] = "";

	if (last)
		mpx_exit_text(last, cause, sizeof(cause));
	return mpx_fail(-ENOENT, "%s: %s%s%s (repair '%s' and load it again with 'mptcp-pmctl load%s'; see 'mptcp-pmctl list')",
			what, state ? state : "it is not in use any more", *cause ? ": " : "", cause,
			entry->name, entry->registered && entry->pinned ? " --replace" : "");
}
