// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#include "args.h"
#include "output.h"
#include "verbs.h"

const struct opt panic_opts[] = {
	{ "force", 'f', OPT_FLAG, offsetof(struct panic_args, force), NULL,
	  "also unload policies that were not loaded by mptcp-pmctl" },
	{ 0 }
};

static void report(struct ctl *ctl, const struct mpx_panic_result *res)
{
	say(ctl, "%u network namespace%s seen, %u set back to 'default'\n", res->netns_seen,
	    res->netns_seen == 1 ? "" : "s", res->netns_reset);
	say(ctl, "%u polic%s unloaded\n", res->unloaded, res->unloaded == 1 ? "y" : "ies");
	if (res->connections == 1)
		say(ctl, "1 live connection keeps its policy until it closes\n");
	else if (res->connections)
		say(ctl, "%u live connections keep their policy until they close\n",
		    res->connections);
	if (res->foreign_left)
		warn(ctl, "%u polic%s not loaded by mptcp-pmctl left registered (--force unloads them too)",
		     res->foreign_left, res->foreign_left == 1 ? "y" : "ies");
	out_json(ctl, "panic",
		 json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "netns_seen", (int)res->netns_seen,
			   "netns_reset", (int)res->netns_reset, "netns_failed",
			   (int)res->netns_failed, "unloaded", (int)res->unloaded, "failed",
			   (int)res->failed, "foreign_left", (int)res->foreign_left, "connections",
			   (int)res->connections));
}

int do_panic(struct ctl *ctl, const void *args, int argc, char **argv)
{
	const struct panic_args *a = args;
	struct mpx_panic_result res;
	int err;

	(void)argc;
	(void)argv;
	err = mpx_panic(a->force ? MPX_PANIC_FOREIGN : 0, &res);
	report(ctl, &res);
	return err;
}
