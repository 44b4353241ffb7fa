// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../common/json.h"
#include "output.h"
#include "show_exits.h"

#define BRIEF	3	/* records shown without -v */

bool has_trouble(const struct mpx_registered *r)
{
	return r->exit_cnt || r->fallbacks || r->state != MPX_STATE_ACTIVE;
}

const char *state_text(uint32_t state, char *buf, size_t size)
{
	const char *name = mpx_state_name(state);
	char *p;

	if (name)
		snprintf(buf, size, "%s", name);
	else
		snprintf(buf, size, "state %" PRIu32, state);
	for (p = buf; *p; p++)
		if (*p == '_')
			*p = ' ';
	return buf;
}

static json_t *word_or_number(const char *word, uint32_t number)
{
	return word ? json_string(word) : json_integer(number);
}

json_t *reason_json(uint32_t reason)
{
	return reason ? word_or_number(mpx_reason_name(reason), reason) : json_null();
}

json_t *state_json(uint32_t state)
{
	return word_or_number(mpx_state_name(state), state);
}

/* ISO 8601 in UTC: files of several machines sort by it. */
static json_t *time_json(uint64_t ns)
{
	time_t sec = (time_t)(ns / 1000000000);
	char text[64], date[40];
	struct tm tm;

	if (!ns || !gmtime_r(&sec, &tm))
		return json_null();
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text, sizeof(text), "%s.%03" PRIu64 "Z", date, ns / 1000000 % 1000);
	return json_string(text);
}

json_t *exit_json(const struct mpx_exit *rec)
{
	json_t *one = json_pack("{s:o, s:i, s:o, s:o, s:o}", "kind", reason_json(rec->kind), "code",
				(int)rec->code, "reason", json_text(rec->reason), "time",
				time_json(rec->time_ns), "netns_cookie",
				json_number(rec->netns_cookie));

	json_object_set_new(one, "token", rec->token ? json_integer(rec->token) : json_null());
	json_object_set_new(one, "netns", *rec->netns ? json_text(rec->netns) : json_null());
	return one;
}

json_t *exits_json(const struct mpx_registered *r)
{
	json_t *list = json_array();
	uint32_t i;

	for (i = 0; i < r->exit_cnt; i++)
		json_array_append_new(list, exit_json(&r->exits[i]));
	return list;
}

static void show_head(const struct ctl *ctl, const struct mpx_registered *r)
{
	char buf[32];

	switch (r->state) {
	case MPX_STATE_ACTIVE:
		if (r->fallbacks)
			say(ctl, "\n'%s': %" PRIu64 " fallback%s since it was loaded\n", r->name,
			    r->fallbacks, r->fallbacks == 1 ? "" : "s");
		else
			say(ctl, "\n'%s': nothing since it was loaded; what an earlier one did:\n",
			    r->name);
		break;
	case MPX_STATE_DISABLED_NETNS:
		say(ctl, "\n'%s' is disabled in this network namespace: its connections use 'default'\n",
		    r->name);
		break;
	case MPX_STATE_DISABLED:
		say(ctl, "\n'%s' is disabled on the whole machine: its connections use 'default'\n",
		    r->name);
		break;
	case MPX_STATE_REMOVED:
		say(ctl, "\n'%s' was unloaded; what it did before:\n", r->name);
		break;
	default:
		say(ctl, "\n'%s': %s\n", r->name, state_text(r->state, buf, sizeof(buf)));
	}
}

static void show_record(const struct ctl *ctl, const struct mpx_exit *rec)
{
	time_t sec = (time_t)(rec->time_ns / 1000000000);
	char date[40] = "-", text[320];
	struct tm tm;

	if (rec->time_ns && localtime_r(&sec, &tm))
		strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &tm);
	say(ctl, "  %s  %s\n", date, mpx_exit_text(rec, text, sizeof(text)));
}

static void show_next(const struct ctl *ctl, const struct mpx_registered *r)
{
	bool panic = r->exit_cnt && r->exits[r->exit_cnt - 1].kind == MPX_REASON_PANIC;

	switch (r->state) {
	case MPX_STATE_ACTIVE:
		if (r->fallbacks)
			say(ctl, "  next: 'mptcp-pmctl load FILE --replace' with a repaired one, or away from it with\n"
			    "  'mptcp-pmctl use default' and 'mptcp-pmctl switch --from %s default'\n", r->name);
		break;
	case MPX_STATE_DISABLED_NETNS:
		say(ctl, "  next: 'mptcp-pmctl load FILE%s' with a repaired one starts clean%s\n",
		    r->pinned ? " --replace" : "",
		    r->is_default ? "; until then 'mptcp-pmctl use default'" : "");
		break;
	case MPX_STATE_DISABLED:
		say(ctl, "  next: 'mptcp-pmctl load FILE' %s", panic ? "brings it back" :
		    "with a repaired one starts clean");
		if (r->pinned)
			say(ctl, "; 'mptcp-pmctl unload %s' removes what is left of it", r->name);
		else if (r->registered)
			say(ctl, "; first 'mptcp-pmctl unload %s --force' takes back the registration", r->name);
		say(ctl, "\n");
		break;
	}
}

void show_trouble(const struct ctl *ctl, const struct mpx_registered *r)
{
	uint32_t i, shown = r->exit_cnt;

	if (!ctl->verbose && shown > BRIEF)
		shown = BRIEF;
	show_head(ctl, r);
	/* The last one first: it is what led to the state. */
	for (i = 0; i < shown; i++)
		show_record(ctl, &r->exits[r->exit_cnt - 1 - i]);
	if (shown < r->exit_cnt)
		say(ctl, "  and %" PRIu32 " earlier one%s (-v shows them)\n", r->exit_cnt - shown,
		    r->exit_cnt - shown == 1 ? "" : "s");
	show_next(ctl, r);
}
