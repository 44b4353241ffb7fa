// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "args.h"
#include "output.h"
#include "verbs.h"

const struct opt switch_opts[] = {
	{ "all", 'a', OPT_FLAG, offsetof(struct switch_args, all), NULL,
	  "every connection of the network namespace" },
	{ "from", 'F', OPT_STRING, offsetof(struct switch_args, from), "POLICY",
	  "every connection that is on POLICY" },
	{ "netns", 'N', OPT_STRING, offsetof(struct switch_args, netns), "NS",
	  "a name under /run/netns, a path, or a process id" },
	{ 0 }
};

/* Which connections? Exactly one way of saying so. */
static int parse_words(struct ctl *ctl, const struct switch_args *a, int argc, char **argv,
		       struct mpx_move *move)
{
	bool many = a->all || a->from;

	if (argc == 1 && !many)
		return fail(ctl, CTL_USAGE, "'switch' needs to know which connections: TOKEN, --all or --from POLICY (see mptcp-pmctl switch --help)");
	if (argc == 2 && many)
		return fail(ctl, CTL_USAGE, "'switch': a TOKEN and --%s exclude each other (see mptcp-pmctl switch --help)",
			    a->all ? "all" : "from");
	if (argc == 2 && mpx_token_parse(argv[0], &move->token))
		return CTL_USAGE;
	move->to = argv[argc - 1];
	move->from = a->from;
	move->netns = a->netns;
	return 0;
}

static void report(const struct ctl *ctl, const struct mpx_move *move, uint32_t moved)
{
	if (moved)
		say(ctl, "%" PRIu32 " connection%s %s'%s' now\n", moved, moved == 1 ? "" : "s",
		    moved == 1 ? "uses " : "use ", move->to);
	else if (move->token)
		say(ctl, "connection 0x%08" PRIx32 " uses '%s' already\n", move->token, move->to);
	else if (move->from)
		say(ctl, "no connection moved: none is on '%s'\n", move->from);
	else
		say(ctl, "no connection moved: there is none, or all use '%s' already\n", move->to);
}

int do_switch(struct ctl *ctl, const void *args, int argc, char **argv)
{
	struct mpx_move move = { 0 };
	uint32_t moved;
	json_t *json;
	int err;

	err = parse_words(ctl, args, argc, argv, &move);
	if (!err)
		err = mpx_conn_move(&move, &moved);
	if (err)
		return err;
	report(ctl, &move, moved);
	json = json_pack("{s:s?, s:s?, s:s, s:I}", "netns", move.netns, "from", move.from,
			 "scheduler", move.to, "moved", (json_int_t)moved);
	json_object_set_new(json, "token", move.token ? json_integer(move.token) : json_null());
	out_json(ctl, "switch", json);
	return 0;
}
