// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#include "args.h"
#include "output.h"
#include "verbs.h"

const struct opt use_opts[] = {
	{ "netns", 'N', OPT_STRING, offsetof(struct use_args, netns), "NS",
	  "a name under /run/netns, a path, or a process id" },
	{ 0 }
};

int do_use(struct ctl *ctl, const void *args, int argc, char **argv)
{
	const struct use_args *a = args;
	char old[MPX_NAME_SIZE];
	int err;

	(void)argc;
	err = mpx_default_set(a->netns, argv[0], old);
	if (err)
		return err;
	say(ctl, "new connections of %s%s%s use '%s' (before: '%s')\n",
	    a->netns ? "network namespace '" : "this network namespace", a->netns ? a->netns : "",
	    a->netns ? "'" : "", argv[0], old);
	out_json(ctl, "use", json_pack("{s:s?, s:s, s:s}", "netns", a->netns, "scheduler", argv[0],
				       "old", old));
	return 0;
}
