// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "../common/json.h"
#include "args.h"
#include "output.h"
#include "show_exits.h"
#include "verbs.h"

const struct opt list_opts[] = { { 0 } };

static const char *kind_of(const struct mpx_registered *r, bool complete)
{
	return r->bpf ? "bpf" : complete || !strcmp(r->name, "default") ? "built-in" : "unknown";
}

static json_t *entry_json(const struct mpx_registered *r, bool complete)
{
	json_t *progs = json_array(), *one;
	uint32_t i;

	for (i = 0; i < r->prog_cnt; i++)
		json_array_append_new(progs, json_integer(r->prog_ids[i]));
	one = json_pack("{s:s, s:s, s:b, s:b, s:b, s:b, s:o, s:o}", "name", r->name, "kind",
			kind_of(r, complete), "bpf", r->bpf, "registered", r->registered, "default", r->is_default,
			"pinned", r->pinned, "connections",
			r->counters_known ? json_integer(r->connections) : json_null(),
			"invalid_marks",
			r->counters_known ? json_number(r->invalid_marks) : json_null());
	json_object_set_new(one, "pin", r->pinned ? json_string(r->pin) : json_null());
	json_object_set_new(one, "link_id", r->link_id ? json_integer(r->link_id) : json_null());
	json_object_set_new(one, "map_id", r->map_id ? json_integer(r->map_id) : json_null());
	json_object_set_new(one, "loaded_at",
			    r->loaded_at ? json_number(r->loaded_at) : json_null());
	json_object_set_new(one, "detached_pin", json_boolean(r->detached_pin));
	json_object_set_new(one, "state", state_json(r->state));
	json_object_set_new(one, "fallbacks",
			    r->fallbacks_known ? json_number(r->fallbacks) : json_null());
	json_object_set_new(one, "exits", exits_json(r));
	json_object_set_new(one, "program_ids", progs);
	return one;
}

static void list_json(struct ctl *ctl, const struct mpx_registry *reg)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < reg->cnt; i++)
		json_array_append_new(list, entry_json(&reg->entries[i], reg->complete));
	out_json(ctl, "complete", json_boolean(reg->complete));
	out_json(ctl, "policies", list);
}

static void cell_id(struct table *t, uint32_t id)
{
	if (id)
		table_cell(t, "%" PRIu32, id);
	else
		table_cell(t, "-");
}

static void cell_time(struct table *t, uint64_t when)
{
	char text[32] = "-";
	time_t sec = (time_t)when;
	struct tm tm;

	if (when && localtime_r(&sec, &tm))
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
	table_cell(t, "%s", text);
}

static void cell_count(struct table *t, bool known, uint64_t count)
{
	if (known)
		table_cell(t, "%" PRIu64, count);
	else
		table_cell(t, "-");
}

/* With @trouble there are two more columns. */
static struct table *new_table(const struct ctl *ctl, bool trouble)
{
	const char *titles[TABLE_COLUMNS + 1] = { "NAME", "KIND" };
	size_t n = 2;

	if (trouble)
		titles[n++] = "STATE";
	titles[n++] = "CONNS";
	if (trouble)
		titles[n++] = "FALLBACKS";
	titles[n++] = "INVALID-MARKS";
	titles[n++] = "DEFAULT";
	titles[n++] = "LINK";
	titles[n++] = "PINNED";
	if (ctl->verbose) {
		titles[n++] = "MAP";
		titles[n++] = "LOADED";
	}
	titles[n] = NULL;
	return table_new(titles);
}

static void list_entry(struct table *t, const struct ctl *ctl, const struct mpx_registered *r,
		       bool complete, bool trouble)
{
	char buf[32];

	table_cell(t, "%s", r->name);
	table_cell(t, "%s", kind_of(r, complete));
	if (trouble)
		table_cell(t, "%s", state_text(r->state, buf, sizeof(buf)));
	cell_count(t, r->counters_known, r->connections);
	if (trouble)
		cell_count(t, r->fallbacks_known, r->fallbacks);
	cell_count(t, r->counters_known, r->invalid_marks);
	table_cell(t, "%s", r->is_default ? "*" : "");
	cell_id(t, r->link_id);
	table_cell(t, "%s", !r->pinned ? "" : r->detached_pin ? "detached" : "yes");
	if (ctl->verbose) {
		cell_id(t, r->map_id);
		cell_time(t, r->loaded_at);
	}
}

static void list_text(const struct ctl *ctl, const struct mpx_registry *reg)
{
	bool trouble = false;
	struct table *t;
	size_t i;

	for (i = 0; i < reg->cnt; i++)
		trouble = trouble || has_trouble(&reg->entries[i]);
	t = new_table(ctl, trouble);
	for (i = 0; i < reg->cnt; i++)
		list_entry(t, ctl, &reg->entries[i], reg->complete, trouble);
	table_print(t, 0);
	for (i = 0; i < reg->cnt; i++)
		if (has_trouble(&reg->entries[i]))
			show_trouble(ctl, &reg->entries[i]);
}

int do_list(struct ctl *ctl, const void *args, int argc, char **argv)
{
	struct mpx_registry *reg;

	(void)args;
	(void)argc;
	(void)argv;
	reg = mpx_registry__read();
	if (!reg)
		return -errno;
	if (!reg->complete)
		warn(ctl, "this kernel tells names only: connections, counters and BPF policies need a kernel with kernel-patches/6.12");
	if (ctl->json)
		list_json(ctl, reg);
	else
		list_text(ctl, reg);
	mpx_registry__free(reg);
	return 0;
}
