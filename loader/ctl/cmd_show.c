// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../common/json.h"
#include "args.h"
#include "output.h"
#include "show_exits.h"
#include "verbs.h"

const struct opt show_opts[] = {
	{ "netns", 'N', OPT_STRING, offsetof(struct show_args, netns), "NS",
	  "a name under /run/netns, a path, or a process id" },
	{ "all-netns", 'A', OPT_FLAG, offsetof(struct show_args, all_netns), NULL,
	  "every network namespace that can be reached" },
	{ 0 }
};

/* Of include/net/tcp_states.h, as ss names them. */
static const char *state_name(uint32_t state)
{
	static const char *const names[] = {
		[1] = "estab", "syn-sent", "syn-recv", "fin-wait-1", "fin-wait-2", "time-wait",
		"closed", "close-wait", "last-ack", "listen", "closing",
	};

	return state < sizeof(names) / sizeof(names[0]) ? names[state] : NULL;
}

/* What this version has no word for is shown as its number. */
static void cell_word(struct table *t, const char *word, uint32_t number)
{
	if (word)
		table_text(t, word);
	else
		table_number(t, number);
}

static void cell_token(struct table *t, uint32_t token)
{
	char text[] = "0x00000000";
	int i;

	for (i = 9; token; i--, token >>= 4)
		text[i] = "0123456789abcdef"[token & 15];
	table_text(t, text);
}

static void show_text(const struct ctl *ctl, const struct mpx_conns *conns)
{
	static const char *const brief[] = { "NETNS", "TOKEN", "LOCAL", "REMOTE", "SCHEDULER", "LEFT",
					     "PM", "SUBFLOWS", "SENT", "RECEIVED", NULL };
	static const char *const full[] = { "NETNS", "TOKEN", "LOCAL", "REMOTE", "SCHEDULER", "LEFT",
					    "PM", "SUBFLOWS", "SENT", "RECEIVED", "STATE", NULL };
	struct table *t = table_new(ctl->verbose ? full : brief);
	char buf[MPX_ENDPOINT_TEXT];
	size_t i;

	for (i = 0; i < conns->cnt; i++) {
		const struct mpx_conn *c = &conns->v[i];

		table_text(t, c->netns);
		cell_token(t, c->token);
		table_text(t, mpx_endpoint_text(&c->local, buf));
		table_text(t, mpx_endpoint_text(&c->remote, buf));
		table_text(t, c->sched);
		cell_word(t, c->reason ? mpx_reason_name(c->reason) : "", c->reason);
		table_text(t, c->pm);
		table_number(t, c->subflows);
		table_number(t, c->bytes_sent);
		table_number(t, c->bytes_received);
		if (ctl->verbose)
			cell_word(t, state_name(c->tcp_state), c->tcp_state);
	}
	table_print(t, 0);
}

static json_t *endpoint_json(const struct mpx_endpoint *ep)
{
	char buf[MPX_ENDPOINT_TEXT];

	return ep->family ? json_string(mpx_endpoint_text(ep, buf)) : json_null();
}

static json_t *conn_json(const struct mpx_conn *c)
{
	const char *state = state_name(c->tcp_state);
	json_t *one = json_object();

	json_object_set_new_nocheck(one, "netns", json_text(c->netns));
	json_object_set_new_nocheck(one, "netns_cookie", json_number(c->netns_cookie));
	json_object_set_new_nocheck(one, "token", json_integer(c->token));
	json_object_set_new_nocheck(one, "local", endpoint_json(&c->local));
	json_object_set_new_nocheck(one, "remote", endpoint_json(&c->remote));
	json_object_set_new_nocheck(one, "scheduler", json_text(c->sched));
	json_object_set_new_nocheck(one, "left_because", reason_json(c->reason));
	json_object_set_new_nocheck(one, "path_manager", json_text(c->pm));
	json_object_set_new_nocheck(one, "subflows", json_integer(c->subflows));
	json_object_set_new_nocheck(one, "bytes_sent", json_number(c->bytes_sent));
	json_object_set_new_nocheck(one, "bytes_received", json_number(c->bytes_received));
	json_object_set_new_nocheck(one, "state", state ? json_string(state) : json_null());
	return one;
}

static void show_json(struct ctl *ctl, const struct mpx_conns *conns)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < conns->cnt; i++)
		json_array_append_new(list, conn_json(&conns->v[i]));
	out_json(ctl, "connections", list);
	out_json(ctl, "endpoints_known", json_boolean(conns->endpoints));
}

int do_show(struct ctl *ctl, const void *args, int argc, char **argv)
{
	const struct show_args *a = args;
	struct mpx_conns *conns;

	if (argc && strcmp(argv[0], "connections"))
		return fail(ctl, CTL_USAGE, "'show': no such thing as '%s' (connections is what there is)",
			    argv[0]);
	if (a->netns && a->all_netns)
		return fail(ctl, CTL_USAGE, "'show': --netns and --all-netns exclude each other");
	conns = mpx_conns__read(a->netns, a->all_netns ? MPX_CONNS_ALL_NETNS : 0);
	if (!conns)
		return -errno;
	if (ctl->json)
		show_json(ctl, conns);
	else
		show_text(ctl, conns);
	mpx_conns__free(conns);
	return 0;
}
