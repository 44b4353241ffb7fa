// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#include "args.h"
#include "output.h"
#include "verbs.h"

const struct opt panic_opts[] = {
	{ "force", 'f', OPT_FLAG, offsetof(struct panic_args, force), NULL,
	  "also unload policies that were not loaded by mptcp-pmctl" },
	{ 0 }
};

static void report_policies(struct ctl *ctl, const struct mpx_panic_result *res)
{
	const char *verb = res->by_kernel ? "disabled" : "unloaded";
	unsigned int i;

	for (i = 0; i < res->unloaded; i++) {
		const struct mpx_panicked *p = &res->policies[i];

		say(ctl, "%s '%s'", verb, p->name);
		if (p->connections)
			say(ctl, ", %s %u live connection%s", res->by_kernel ? "which governed" : "kept by",
			    p->connections, p->connections == 1 ? "" : "s");
		say(ctl, "%s\n", p->foreign ? " (not loaded by mptcp-pmctl)" : "");
	}
	if (!res->unloaded)
		say(ctl, "no BPF policy was in use\n");
	if (res->pins_removed)
		say(ctl, "removed the pins of %u polic%s that had been detached before\n",
		    res->pins_removed, res->pins_removed == 1 ? "y" : "ies");
}

static void report(struct ctl *ctl, const struct mpx_panic_result *res)
{
	report_policies(ctl, res);
	say(ctl, "%u network namespace%s seen, %u set back to 'default'\n", res->netns_seen,
	    res->netns_seen == 1 ? "" : "s", res->netns_reset);
	if (res->connections && res->by_kernel)
		say(ctl, "live connections go on with 'default'\n");
	else if (res->connections == 1)
		say(ctl, "1 live connection keeps its policy until it closes\n");
	else if (res->connections)
		say(ctl, "%u live connections keep their policy until they close\n",
		    res->connections);
	if (res->foreign_left)
		warn(ctl, "%u polic%s not loaded by mptcp-pmctl left registered (--force unloads them too)",
		     res->foreign_left, res->foreign_left == 1 ? "y" : "ies");
}

static json_t *policies_json(const struct mpx_panic_result *res)
{
	json_t *list = json_array(), *one;
	unsigned int i;

	for (i = 0; i < res->unloaded; i++) {
		const struct mpx_panicked *p = &res->policies[i];

		one = json_pack("{s:s, s:b}", "name", p->name, "foreign", p->foreign);
		json_object_set_new(one, "connections", p->connections_known ?
				    json_integer(p->connections) : json_null());
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *result_json(const struct mpx_panic_result *res)
{
	json_t *json = json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "netns_seen",
				 (int)res->netns_seen, "netns_reset", (int)res->netns_reset,
				 "netns_failed", (int)res->netns_failed, "unloaded",
				 (int)res->unloaded, "failed", (int)res->failed, "foreign_left",
				 (int)res->foreign_left, "connections", (int)res->connections);

	json_object_set_new(json, "by_kernel", json_boolean(res->by_kernel));
	json_object_set_new(json, "pins_removed", json_integer(res->pins_removed));
	json_object_set_new(json, "policies", policies_json(res));
	return json;
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
	out_json(ctl, "panic", result_json(&res));
	return err;
}
