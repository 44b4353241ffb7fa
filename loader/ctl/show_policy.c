// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#include <inttypes.h>

#include "../common/json.h"
#include "output.h"
#include "show_policy.h"

static json_t *callbacks_json(const struct mpx_ops *ops)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < ops->callback_cnt; i++)
		json_array_append_new(list,
			json_pack("{s:s, s:o, s:b}", "member", ops->callbacks[i].member,
				  "program", json_text(ops->callbacks[i].prog),
				  "sleepable", ops->callbacks[i].sleepable));
	return list;
}

static json_t *ops_json(const struct mpx_policy *pol)
{
	const struct mpx_ops *ops;
	json_t *list = json_array();
	size_t i;

	for (i = 0; (ops = mpx_policy__ops(pol, i)); i++)
		json_array_append_new(list,
			json_pack("{s:s, s:s, s:o, s:b, s:o}", "name", ops->name, "type", ops->type,
				  "map", json_text(ops->map), "legacy", ops->legacy,
				  "callbacks", callbacks_json(ops)));
	return list;
}

static json_t *tunables_json(const struct mpx_policy *pol)
{
	const struct mpx_tunable *t;
	json_t *list = json_array();
	size_t i;

	for (i = 0; (t = mpx_policy__tunable(pol, i)); i++)
		json_array_append_new(list,
			json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:b, s:s, s:s}",
				  "name", t->name, "type", mpx_type_name(t->type),
				  "min", json_value(t->type, t->min),
				  "max", json_value(t->type, t->max),
				  "default", json_value(t->type, t->def),
				  "value", json_value(t->type, t->value), "live", t->live,
				  "unit", t->unit, "help", t->help));
	return list;
}

static json_t *progs_json(const struct mpx_policy *pol)
{
	const struct mpx_prog *p;
	json_t *list = json_array(), *one;
	size_t i;

	for (i = 0; (p = mpx_policy__prog(pol, i)); i++) {
		one = json_pack("{s:o, s:o, s:I}", "name", json_text(p->name), "section",
				json_text(p->section), "insns", (json_int_t)p->insns);
		if (p->id) {
			json_object_set_new(one, "id", json_integer(p->id));
			json_object_set_new(one, "verified_insns", json_integer(p->verified_insns));
			json_object_set_new(one, "xlated_bytes", json_integer(p->xlated_bytes));
			json_object_set_new(one, "jited_bytes", json_integer(p->jited_bytes));
		}
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *maps_json(const struct mpx_policy *pol)
{
	const struct mpx_map *m;
	json_t *list = json_array(), *one;
	size_t i;

	for (i = 0; (m = mpx_policy__map(pol, i)); i++) {
		one = json_pack("{s:o, s:s, s:I, s:I, s:I}", "name", json_text(m->name), "type",
				m->type, "key_size", (json_int_t)m->key_size, "value_size",
				(json_int_t)m->value_size, "max_entries", (json_int_t)m->max_entries);
		if (m->id)
			json_object_set_new(one, "id", json_integer(m->id));
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *kfuncs_json(const struct mpx_policy *pol)
{
	const struct mpx_kfunc *k;
	json_t *list = json_array();
	size_t i;

	for (i = 0; (k = mpx_policy__kfunc(pol, i)); i++)
		json_array_append_new(list, json_pack("{s:o, s:b}", "name", json_text(k->name),
						      "optional", k->optional));
	return list;
}

static json_t *policy_json(const struct mpx_policy *pol)
{
	const struct mpx_about *a = mpx_policy__about(pol);

	return json_pack("{s:o, s:s, s:s, s:s, s:s, s:i, s:b, s:b, s:o, s:o, s:o, s:o, s:o}",
			 "path", json_text(a->path), "description", a->description, "kind", a->kind,
			 "version", a->version, "license", a->license,
			 "ext_version", (int)a->ext_version, "has_metadata", a->has_metadata,
			 "verified", a->verified, "ops", ops_json(pol),
			 "tunables", tunables_json(pol), "programs", progs_json(pol),
			 "maps", maps_json(pol), "kfuncs", kfuncs_json(pol));
}

static void show_ops(const struct ctl *ctl, const struct mpx_policy *pol)
{
	const struct mpx_ops *ops;
	size_t i, k;

	for (i = 0; (ops = mpx_policy__ops(pol, i)); i++) {
		say(ctl, "\npolicy '%s' (%s)\n", ops->name, ops->type);
		for (k = 0; k < ops->callback_cnt; k++)
			say(ctl, "  %-14s %s%s\n", ops->callbacks[k].member, ops->callbacks[k].prog,
			    ops->callbacks[k].sleepable ? " (sleepable)" : "");
	}
}

static void show_tunables(const struct ctl *ctl, const struct mpx_policy *pol)
{
	static const char *const titles[] = { "NAME", "TYPE", "MIN", "MAX", "DEFAULT", "VALUE", "UNIT",
					      "SET", "HELP", NULL };
	const struct mpx_tunable *t = mpx_policy__tunable(pol, 0);
	struct table *table;
	char buf[32];
	size_t i;

	if (!t)
		return;
	say(ctl, "\ntunables\n");
	table = table_new(titles);
	for (i = 0; (t = mpx_policy__tunable(pol, i)); i++) {
		const uint64_t values[] = { t->min, t->max, t->def, t->value };
		size_t k;

		table_cell(table, "%s", t->name);
		table_cell(table, "%s", mpx_type_name(t->type));
		for (k = 0; k < 4; k++)
			table_cell(table, "%s", mpx_value_text(t->type, values[k], buf, sizeof(buf)));
		table_cell(table, "%s", t->unit);
		table_cell(table, "%s", t->live ? "live" : "at load");
		table_cell(table, "%s", t->help);
	}
	table_print(table, 2);
}

static void show_progs(const struct ctl *ctl, const struct mpx_policy *pol)
{
	static const char *const titles[] = { "NAME", "INSNS", "VERIFIED", "JITED-BYTES", NULL };
	struct table *table = table_new(titles);
	const struct mpx_prog *p;
	size_t i;

	say(ctl, "\nprograms\n");
	for (i = 0; (p = mpx_policy__prog(pol, i)); i++) {
		table_cell(table, "%s", p->name);
		table_cell(table, "%" PRIu32, p->insns);
		if (p->id) {
			table_cell(table, "%" PRIu32, p->verified_insns);
			table_cell(table, "%" PRIu32, p->jited_bytes);
		} else {
			table_cell(table, "-");
			table_cell(table, "-");
		}
	}
	table_print(table, 2);
}

static void show_maps(const struct ctl *ctl, const struct mpx_policy *pol)
{
	static const char *const titles[] = { "NAME", "TYPE", "KEY", "VALUE", "ENTRIES", NULL };
	struct table *table = table_new(titles);
	const struct mpx_map *m;
	size_t i;

	say(ctl, "\nmaps\n");
	for (i = 0; (m = mpx_policy__map(pol, i)); i++) {
		table_cell(table, "%s", m->name);
		table_cell(table, "%s", m->type);
		table_cell(table, "%" PRIu32, m->key_size);
		table_cell(table, "%" PRIu32, m->value_size);
		table_cell(table, "%" PRIu32, m->max_entries);
	}
	table_print(table, 2);
}

static void show_kfuncs(const struct ctl *ctl, const struct mpx_policy *pol)
{
	const struct mpx_kfunc *k = mpx_policy__kfunc(pol, 0);
	size_t i;

	if (!k)
		return;
	say(ctl, "\nkernel functions used\n");
	for (i = 0; (k = mpx_policy__kfunc(pol, i)); i++)
		say(ctl, "  %s%s\n", k->name, k->optional ? " (optional)" : "");
}

static void show_text(const struct ctl *ctl, const struct mpx_policy *pol)
{
	const struct mpx_about *a = mpx_policy__about(pol);

	say(ctl, "%s: %s\n", a->path, a->has_metadata ? a->description : "(no metadata)");
	say(ctl, "  kind %s, %s%s%slicense %s, ext_version %u or later\n", a->kind,
	    *a->version ? "version " : "", a->version, *a->version ? ", " : "", a->license,
	    a->ext_version);
	show_ops(ctl, pol);
	show_tunables(ctl, pol);
	show_progs(ctl, pol);
	show_maps(ctl, pol);
	show_kfuncs(ctl, pol);
	say(ctl, "\n%s\n", a->verified ? "verified: this kernel accepts it" :
	    "not verified by this kernel");
}

void show_policy(struct ctl *ctl, const struct mpx_policy *pol)
{
	if (ctl->json)
		out_json(ctl, "policy", policy_json(pol));
	else
		show_text(ctl, pol);
}

int prepare_policy(struct mpx_policy *pol, const char *name, const struct opt_list *set)
{
	size_t i;
	int err = 0;

	if (name)
		err = mpx_policy__rename(pol, name);
	for (i = 0; i < set->cnt && !err; i++)
		err = mpx_policy__set(pol, set->v[i]);
	return err;
}
