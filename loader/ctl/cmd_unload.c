// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#include "args.h"
#include "output.h"
#include "show_exits.h"
#include "verbs.h"

const struct opt unload_opts[] = {
	{ "force", 'f', OPT_FLAG, offsetof(struct unload_args, force), NULL,
	  "also a policy that was not loaded by mptcp-pmctl" },
	{ 0 }
};

static void report(struct ctl *ctl, const char *name, const struct mpx_unloaded *res)
{
	char text[320];

	if (res->was_default)
		say(ctl, "this network namespace used '%s': new connections get 'default' now\n", name);
	if (res->stale && res->state == MPX_STATE_DISABLED)
		say(ctl, "removed the pins of '%s', which the kernel has disabled and detached\n", name);
	else if (res->stale)
		say(ctl, "removed the pins of '%s', which was detached before\n", name);
	else
		say(ctl, "unloaded '%s'\n", name);
	if (res->last.kind && res->state == MPX_STATE_DISABLED)
		say(ctl, "why: %s\n", mpx_exit_text(&res->last, text, sizeof(text)));
	if (!res->stale && res->connections == 1)
		say(ctl, "1 live connection keeps it until it closes\n");
	else if (!res->stale && res->connections)
		say(ctl, "%u live connections keep it until they close\n", res->connections);
}

int do_unload(struct ctl *ctl, const void *args, int argc, char **argv)
{
	const struct unload_args *a = args;
	struct mpx_unloaded res;
	json_t *json;
	int err;

	(void)argc;
	err = mpx_unload(argv[0], a->force ? MPX_UNLOAD_FOREIGN : 0, &res);
	if (err)
		return err;
	report(ctl, argv[0], &res);
	json = json_pack("{s:s, s:b, s:b, s:b, s:o}", "name", argv[0], "was_default",
			 res.was_default, "foreign", res.foreign, "stale", res.stale, "state",
			 state_json(res.state));
	json_object_set_new(json, "connections", res.connections_known ?
			    json_integer(res.connections) : json_null());
	json_object_set_new(json, "last_exit", res.last.kind ? exit_json(&res.last) : json_null());
	out_json(ctl, "unloaded", json);
	return 0;
}
