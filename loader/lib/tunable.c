// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* Ties the tunables of the metadata to variables of the object, and sets them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* The variable @name in the data section @sec (a BTF DATASEC). */
static const struct btf_var_secinfo *find_var(const struct btf *btf, const struct btf_type *sec,
					      const char *name)
{
	const struct btf_var_secinfo *vsi = btf_var_secinfos(sec);
	const struct btf_type *var;
	int i;

	for (i = 0; i < btf_vlen(sec); i++, vsi++) {
		var = btf__type_by_id(btf, vsi->type);
		if (var && btf_is_var(var) &&
		    !strcmp(btf__name_by_offset(btf, var->name_off), name))
			return vsi;
	}
	return NULL;
}

static const struct btf_type *plain_type(const struct btf *btf, __u32 id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	/* libbpf has checked the ids; the bound is for loops of modifiers. */
	for (int depth = 0; t && depth < 32; depth++) {
		if (!btf_is_mod(t) && !btf_is_typedef(t))
			return t;
		t = btf__type_by_id(btf, t->type);
	}
	return NULL;
}

static int check_var(struct mpx_policy *pol, const struct mpx_tunable *tun,
		     const struct btf_var_secinfo *vsi, size_t value_size)
{
	const struct btf *btf = bpf_object__btf(pol->obj);
	const struct btf_type *var = btf__type_by_id(btf, vsi->type);
	const struct btf_type *type = plain_type(btf, var->type);
	size_t bytes = mpx_type_bytes(tun->type);

	if (!type || !(btf_is_int(type) || btf_is_any_enum(type)))
		return mpx_fail(-EINVAL, "'%s': tunable '%s' is no number: its variable is of another kind",
				pol->path, tun->name);
	if (type->size != bytes || vsi->size != bytes)
		return mpx_fail(-EINVAL, "'%s': tunable '%s' is said to be %s (%zu bytes), its variable has %u",
				pol->path, tun->name, mpx_type_name(tun->type), bytes, type->size);
	if (vsi->offset > value_size || value_size - vsi->offset < bytes)
		return mpx_fail(-EINVAL, "'%s': tunable '%s' lies behind the end of its section",
				pol->path, tun->name);
	return 0;
}

/* Sets @slot to the variable's initial value, or returns -ENOENT without a message. */
static int find_slot(struct mpx_policy *pol, const struct mpx_tunable *tun, void **slot,
		     const char **section)
{
	const struct btf *btf = bpf_object__btf(pol->obj);
	const struct btf_var_secinfo *vsi;
	const struct btf_type *sec;
	struct bpf_map *map;
	size_t size;
	char *value;
	int err;

	bpf_object__for_each_map(map, pol->obj) {
		if (!bpf_map__is_internal(map))
			continue;
		sec = btf__type_by_id(btf, bpf_map__btf_value_type_id(map));
		if (!sec || !btf_is_datasec(sec))
			continue;
		*section = btf__name_by_offset(btf, sec->name_off);
		vsi = strcmp(*section, ".kconfig") ? find_var(btf, sec, tun->name) : NULL;
		if (!vsi)
			continue;
		value = bpf_map__initial_value(map, &size);
		if (!value)
			return -ENOENT;
		err = check_var(pol, tun, vsi, size);
		*slot = value + vsi->offset;
		return err;
	}
	return -ENOENT;
}

static int bind_one(struct mpx_policy *pol, struct mpx_tunable *tun, void **slot)
{
	char def[32], value[32];
	const char *section;
	int err;

	err = find_slot(pol, tun, slot, &section);
	if (err == -ENOENT)
		return mpx_fail(err, "'%s': tunable '%s' has no variable in a data section", pol->path,
				tun->name);
	if (err)
		return err;
	tun->live = strncmp(section, ".rodata", 7) != 0;
	tun->value = mpx_value_load(tun->type, *slot);
	if (tun->value != tun->def)
		return mpx_fail(-EINVAL, "'%s': tunable '%s' is said to be %s by default, its variable holds %s",
				pol->path, tun->name,
				mpx_value_text(tun->type, tun->def, def, sizeof(def)),
				mpx_value_text(tun->type, tun->value, value, sizeof(value)));
	return 0;
}

int mpx_tunables_bind(struct mpx_policy *pol)
{
	size_t i;
	int err;

	if (!pol->meta.tunable_cnt)
		return 0;
	pol->slots = calloc(pol->meta.tunable_cnt, sizeof(*pol->slots));
	if (!pol->slots)
		return mpx_fail(-ENOMEM, "cannot open '%s': out of memory", pol->path);
	for (i = 0; i < pol->meta.tunable_cnt; i++) {
		err = bind_one(pol, &pol->meta.tunables[i], &pol->slots[i]);
		if (err)
			return err;
	}
	return 0;
}

static int unknown_tunable(const struct mpx_policy *pol, const char *name, size_t len)
{
	char list[512] = "";
	size_t i;

	for (i = 0; i < pol->meta.tunable_cnt; i++)
		mpx_name_list(list, sizeof(list), pol->meta.tunables[i].name);
	if (!*list)
		return mpx_fail(-ENOENT, "'%s' has no tunables: cannot set '%.*s'", pol->path, (int)len,
				name);
	return mpx_fail(-ENOENT, "'%s' has no tunable '%.*s' (it has %s)", pol->path, (int)len, name,
			list);
}

static int out_of_range(const struct mpx_tunable *tun, const char *text, int err)
{
	char min[32], max[32];

	if (err == -EINVAL)
		return mpx_fail(err, "tunable '%s': '%s' is not a %s", tun->name, text,
				tun->type == MPX_BOOL ? "bool (true or false)" :
				mpx_type_signed(tun->type) ? "number (decimal or 0x...)" :
				"non-negative number (decimal or 0x...)");
	return mpx_fail(-ERANGE, "tunable '%s': %s is out of range [%s, %s]%s%s", tun->name, text,
			mpx_value_text(tun->type, tun->min, min, sizeof(min)),
			mpx_value_text(tun->type, tun->max, max, sizeof(max)),
			*tun->unit ? " " : "", tun->unit);
}

int mpx_policy__set(struct mpx_policy *pol, const char *assignment)
{
	const char *eq = strchr(assignment, '=');
	struct mpx_tunable *tun = NULL;
	uint64_t value;
	size_t i, len;
	int err;

	if (!eq || eq == assignment)
		return mpx_fail(-EINVAL, "'%s' is not of the form tunable=value", assignment);
	if (pol->tried)
		return mpx_fail(-EBUSY, "cannot set '%s': '%s' is loaded already", assignment,
				pol->path);
	len = (size_t)(eq - assignment);
	for (i = 0; i < pol->meta.tunable_cnt; i++) {
		tun = &pol->meta.tunables[i];
		if (strlen(tun->name) == len && !memcmp(tun->name, assignment, len))
			break;
	}
	if (i == pol->meta.tunable_cnt)
		return unknown_tunable(pol, assignment, len);
	err = mpx_value_parse(tun->type, eq + 1, false, &value);
	if (!err && (mpx_value_less(tun->type, value, tun->min) ||
		     mpx_value_less(tun->type, tun->max, value)))
		err = -ERANGE;
	if (err)
		return out_of_range(tun, eq + 1, err);
	mpx_value_store(tun->type, value, pol->slots[i]);
	tun->value = value;
	return 0;
}
