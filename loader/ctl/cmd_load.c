// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#include <errno.h>

#include "args.h"
#include "output.h"
#include "show_policy.h"
#include "verbs.h"

const struct opt load_opts[] = {
	{ "name", 'n', OPT_STRING, offsetof(struct load_args, name), "NAME",
	  "register it under another name" },
	{ "set", 's', OPT_LIST, offsetof(struct load_args, set), "TUNABLE=VALUE",
	  "load it with this value (repeatable)" },
	{ "replace", 'r', OPT_FLAG, offsetof(struct load_args, replace), NULL,
	  "take the place of the loaded policy of that name" },
	{ 0 }
};

static void report(struct ctl *ctl, const struct mpx_policy *pol)
{
	struct mpx_registry *reg = mpx_registry__read();
	const struct mpx_registered *entry;
	json_t *list = json_array();
	const struct mpx_ops *ops;
	size_t i;

	for (i = 0; (ops = mpx_policy__ops(pol, i)); i++) {
		entry = reg ? mpx_registry__find(reg, ops->name) : NULL;
		say(ctl, "loaded '%s'%s%s%s\n", ops->name, entry ? " (" : "",
		    entry ? entry->pin : "", entry ? ")" : "");
		json_array_append_new(list, json_pack("{s:s, s:s, s:I}", "name", ops->name,
						      "pin", entry ? entry->pin : "", "link_id",
						      (json_int_t)(entry ? entry->link_id : 0)));
	}
	ops = mpx_policy__ops(pol, 0);
	say(ctl, "for new connections of this network namespace: mptcp-pmctl use %s\n", ops->name);
	out_json(ctl, "loaded", list);
	mpx_registry__free(reg);
}

int do_load(struct ctl *ctl, const void *args, int argc, char **argv)
{
	const struct load_args *a = args;
	struct mpx_policy *pol;
	int err;

	(void)argc;
	pol = mpx_policy__open(argv[0]);
	if (!pol)
		return -errno;
	err = prepare_policy(pol, a->name, &a->set);
	if (!err)
		err = mpx_policy__attach(pol, a->replace ? MPX_ATTACH_REPLACE : 0);
	if (!err)
		report(ctl, pol);
	mpx_policy__close(pol);
	return err;
}
