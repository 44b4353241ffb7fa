// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#include <errno.h>
#include <string.h>

#include "../common/json.h"
#include "args.h"
#include "output.h"
#include "verbs.h"

const struct opt features_opts[] = { { 0 } };

static const char *const states[] = {
	[MPX_KCONFIG_UNKNOWN] = "unknown",
	[MPX_KCONFIG_OFF] = "off",
	[MPX_KCONFIG_MODULE] = "module",
	[MPX_KCONFIG_ON] = "on",
};

static json_t *features_map(const struct mpx_feature *v, size_t cnt)
{
	json_t *map = json_object();
	size_t i;

	for (i = 0; i < cnt; i++)
		json_object_set_new(map, v[i].name, json_boolean(v[i].present));
	return map;
}

static json_t *kconfig_json(const struct mpx_features *f)
{
	json_t *map = json_object();
	size_t i;

	for (i = 0; i < f->kconfig_cnt; i++)
		json_object_set_new(map, f->kconfig[i].name,
				    json_string(states[f->kconfig[i].state]));
	return map;
}

static json_t *names_json(const char *names)
{
	json_t *list = json_array();
	size_t len;

	for (names += strspn(names, " \n"); *names; names += strspn(names, " \n")) {
		len = strcspn(names, " \n");
		json_array_append_new(list, json_stringn(names, len));
		names += len;
	}
	return list;
}

static void features_json(struct ctl *ctl, const struct mpx_features *f)
{
	json_t *hooks = json_object();
	json_t *sysctls;

	if (f->sched_ops)
		json_object_set_new(hooks, "mptcp_sched_ops",
				    features_map(f->members, f->member_cnt));
	sysctls = json_pack("{s:b, s:s, s:o, s:o}", "enabled", f->enabled, "scheduler",
			    f->scheduler, "available_schedulers", names_json(f->available),
			    "ext_version",
			    f->ext_version < 0 ? json_null() : json_integer(f->ext_version));
	out_json(ctl, "kernel", json_text(f->release));
	out_json(ctl, "usable", json_boolean(mpx_features__usable(f)));
	out_json(ctl, "mptcp", json_boolean(f->mptcp));
	out_json(ctl, "btf", json_boolean(f->btf));
	out_json(ctl, "bpffs", json_boolean(f->bpffs));
	out_json(ctl, "netlink", json_boolean(f->netlink));
	out_json(ctl, "hooks", hooks);
	out_json(ctl, "kfuncs", features_map(f->kfuncs, f->kfunc_cnt));
	out_json(ctl, "kconfig", kconfig_json(f));
	out_json(ctl, "sysctls", sysctls);
	out_json(ctl, "capabilities", features_map(f->caps, f->cap_cnt));
}

static void show_list(const struct ctl *ctl, const char *title, const struct mpx_feature *v,
		      size_t cnt)
{
	size_t i;

	say(ctl, "%s\n", title);
	for (i = 0; i < cnt; i++)
		say(ctl, "  %-32s %s\n", v[i].name, v[i].present ? "yes" : "no");
}

static void features_text(const struct ctl *ctl, const struct mpx_features *f)
{
	size_t i;

	say(ctl, "kernel                  %s\n", f->release);
	say(ctl, "Multipath TCP           %s\n", !f->mptcp ? "no" : f->enabled ? "yes, enabled" :
	    "yes, but disabled (sysctl net.mptcp.enabled=1)");
	say(ctl, "type information (BTF)  %s\n", f->btf ? "yes" : "no");
	say(ctl, "bpffs                   %s\n", f->bpffs ? "/sys/fs/bpf" :
	    "not mounted (mount -t bpf bpf /sys/fs/bpf)");
	say(ctl, "control (netlink)       %s\n", f->netlink ? "yes" : "no");
	if (f->ext_version < 0)
		say(ctl, "net.mptcp.ext_version   absent: not a patched kernel\n");
	else
		say(ctl, "net.mptcp.ext_version   %d\n", f->ext_version);
	say(ctl, "net.mptcp.scheduler     %s (available: %s)\n", *f->scheduler ? f->scheduler : "-",
	    *f->available ? f->available : "-");
	say(ctl, "hook mptcp_sched_ops    %s", f->sched_ops ? "yes:" : "no");
	for (i = 0; i < f->member_cnt; i++)
		say(ctl, " %s", f->members[i].name);
	say(ctl, "\n");
	show_list(ctl, "kernel functions", f->kfuncs, f->kfunc_cnt);
	say(ctl, "kernel configuration (%s)\n", *f->kconfig_path ? f->kconfig_path : "not readable");
	for (i = 0; i < f->kconfig_cnt; i++)
		say(ctl, "  %-32s %-8s %s\n", f->kconfig[i].name, states[f->kconfig[i].state],
		    f->kconfig[i].why);
	show_list(ctl, "capabilities of this process", f->caps, f->cap_cnt);
}

static int unusable(struct ctl *ctl, const struct mpx_features *f)
{
	const char *lacks = !f->mptcp ? "Multipath TCP (CONFIG_MPTCP=y)" :
			    !f->btf ? "type information (CONFIG_DEBUG_INFO_BTF=y)" :
			    !f->sched_ops ? "the hook mptcp_sched_ops" : "net.mptcp.ext_version";

	return fail(ctl, -EOPNOTSUPP,
		    "policies cannot be loaded: kernel lacks %s; what works: %s (next: apply kernel-patches/6.12, build and boot that kernel)",
		    lacks, f->mptcp ? "list and use of built-in schedulers, check without verification" :
		    "check without verification");
}

int do_features(struct ctl *ctl, const void *args, int argc, char **argv)
{
	struct mpx_features *f;
	int err = 0;

	(void)args;
	(void)argc;
	(void)argv;
	f = mpx_features__read();
	if (!f)
		return -errno;
	if (ctl->json)
		features_json(ctl, f);
	else
		features_text(ctl, f);
	if (!mpx_features__usable(f))
		err = unusable(ctl, f);
	mpx_features__free(f);
	return err;
}
