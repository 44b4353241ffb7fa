// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * Opens a policy's object file and finds its struct_ops maps and the names
 * they register. Nothing here needs a kernel.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* The license decides which helpers the verifier allows: take it as libbpf does. */
static int read_license(struct mpx_policy *pol)
{
	const char *text;
	size_t size;

	text = mpx_elf_section(&pol->elf, "license", &size);
	if (!text)
		return mpx_fail(-ENOEXEC, "'%s' has no license (add: char _license[] SEC(\"license\") = \"GPL\";)",
				pol->path);
	if (strnlen(text, size) == size || size > sizeof(pol->license))
		return mpx_fail(-ENOEXEC, "'%s': the license is not a string of at most %zu bytes",
				pol->path, sizeof(pol->license) - 1);
	if (!mpx_text_ok(text))
		return mpx_fail(-ENOEXEC, "'%s': the license is not printable text", pol->path);
	memcpy(pol->license, text, strlen(text) + 1);
	return 0;
}

static int read_meta(struct mpx_policy *pol)
{
	const void *data;
	size_t size;
	int err;

	data = mpx_elf_section(&pol->elf, "mptcp_ext", &size);
	err = mpx_meta_parse(&pol->meta, data, size, pol->path);
	if (err)
		return err;
	if (pol->meta.kind && strcmp(pol->meta.kind, "sched"))
		return mpx_fail(-EOPNOTSUPP, "'%s' is a policy of kind '%s'; this version loads 'sched' only",
				pol->path, pol->meta.kind);
	if (!mpx_elf_section(&pol->elf, ".BTF", &size))
		return mpx_fail(-ENOEXEC, "'%s' has no type information (compile it with -g)",
				pol->path);
	return 0;
}

/* libbpf's own error codes start at 4000: none of them is an errno. */
static int open_error(int err)
{
	return err && err < 4000 ? -err : -ENOEXEC;
}

static int open_object(struct mpx_policy *pol)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts);
	const char *base = strrchr(pol->path, '/');
	char name[64];
	size_t len;

	/* The object's name becomes part of names of maps: file name up to the first dot. */
	base = base ? base + 1 : pol->path;
	len = strcspn(base, ".");
	if (!len || len >= sizeof(name))
		len = len ? sizeof(name) - 1 : 0;
	memcpy(name, base, len);
	name[len] = '\0';
	opts.object_name = len ? name : "policy";
	mpx_capture_reset();
	pol->obj = bpf_object__open_mem(pol->elf.data, pol->elf.size, &opts);
	if (!pol->obj)
		return mpx_fail(open_error(errno), "cannot open '%s': %s", pol->path,
				*mpx_capture_first() ? mpx_capture_first() : strerror(errno));
	return 0;
}

/* The struct_ops type of @map, as the object's own BTF has it. */
static const struct btf_type *ops_type(const struct mpx_policy *pol, const struct bpf_map *map)
{
	const struct btf *btf = bpf_object__btf(pol->obj);
	const struct btf_type *type;

	if (bpf_map__type(map) != BPF_MAP_TYPE_STRUCT_OPS)
		return NULL;
	type = btf__type_by_id(btf, bpf_map__btf_value_type_id(map));
	return type && btf_is_struct(type) ? type : NULL;
}

/* Where the name is inside the map's initial value. */
static int find_name(struct mpx_policy *pol, struct mpx_ops_map *ops, const struct btf_type *type)
{
	const struct btf *btf = bpf_object__btf(pol->obj);
	const struct btf_member *m = mpx_btf_member(btf, type, "name");
	const struct btf_array *arr;
	const struct btf_type *t;
	size_t size, off;
	char *value;

	value = bpf_map__initial_value(ops->map, &size);
	if (!m || !value)
		goto none;
	t = btf__type_by_id(btf, m->type);
	if (!btf_is_array(t))
		goto none;
	arr = btf_array(t);
	off = m->offset / 8;
	if (arr->nelems != MPX_NAME_SIZE || btf__resolve_size(btf, arr->type) != 1 ||
	    off > size || size - off < MPX_NAME_SIZE)
		goto none;
	if (strnlen(value + off, MPX_NAME_SIZE) == MPX_NAME_SIZE)
		return mpx_fail(-ENAMETOOLONG, "'%s': the name in '%s' has no end (at most %d characters)",
				pol->path, bpf_map__name(ops->map), MPX_NAME_SIZE - 1);
	ops->name = value + off;
	ops->pub.name = ops->name;
	return mpx_check_name(ops->name);
none:
	return mpx_fail(-ENOEXEC, "'%s': '%s' is of a %s without 'char name[%d]'", pol->path,
			bpf_map__name(ops->map), MPX_SCHED_OPS, MPX_NAME_SIZE);
}

static int add_ops(struct mpx_policy *pol, struct bpf_map *map, const struct btf_type *type)
{
	struct mpx_ops_map *ops, *grown;
	size_t i;
	int err;

	grown = realloc(pol->ops, (pol->ops_cnt + 1) * sizeof(*grown));
	if (!grown)
		return mpx_fail(-ENOMEM, "cannot open '%s': out of memory", pol->path);
	pol->ops = grown;
	ops = &grown[pol->ops_cnt++];
	memset(ops, 0, sizeof(*ops));
	ops->map = map;
	ops->pub.map = bpf_map__name(map);
	ops->pub.type = MPX_SCHED_OPS;
	err = find_name(pol, ops, type);
	if (err)
		return err;
	for (i = 0; i + 1 < pol->ops_cnt; i++)
		if (!strcmp(pol->ops[i].name, ops->name))
			return mpx_fail(-EINVAL, "'%s' registers the name '%s' twice ('%s' and '%s')",
					pol->path, ops->name, pol->ops[i].pub.map, ops->pub.map);
	/*
	 * Maps of the older section ".struct_ops" register without a link, so
	 * that nothing could pin or replace them. With the flag they do as
	 * those of ".struct_ops.link".
	 */
	ops->pub.legacy = !(bpf_map__map_flags(map) & MPX_F_LINK);
	if (ops->pub.legacy) {
		err = bpf_map__set_map_flags(map, bpf_map__map_flags(map) | MPX_F_LINK);
		if (err)
			return mpx_fail(err, "cannot open '%s': map '%s' takes no link flag",
					pol->path, ops->pub.map);
	}
	return 0;
}

static int find_ops(struct mpx_policy *pol)
{
	const struct btf *btf = bpf_object__btf(pol->obj);
	const struct btf_type *type;
	struct bpf_map *map;
	const char *name;
	int err;

	bpf_object__for_each_map(map, pol->obj) {
		if (!mpx_text_ok(bpf_map__name(map)))
			return mpx_fail(-ENOEXEC, "'%s': the name of a map is not printable text",
					pol->path);
		type = ops_type(pol, map);
		if (!type)
			continue;
		name = btf__name_by_offset(btf, type->name_off);
		if (!strcmp(name, MPX_SCHED_OPS)) {
			err = add_ops(pol, map, type);
			if (err)
				return err;
			continue;
		}
		mpx_warn("'%s': '%s' is for struct_ops type '%s', which is not handled: left out",
			 pol->path, bpf_map__name(map), name);
		bpf_map__set_autocreate(map, false);
	}
	if (!pol->ops_cnt)
		return mpx_fail(-ENOEXEC, "'%s' contains no policy: no struct %s in section \".struct_ops.link\"",
				pol->path, MPX_SCHED_OPS);
	return 0;
}

struct mpx_policy *mpx_policy__open(const char *path)
{
	struct mpx_policy *pol;
	int err;

	pol = calloc(1, sizeof(*pol));
	if (pol)
		pol->path = strdup(path);
	if (!pol || !pol->path) {
		free(pol);
		mpx_fail(-ENOMEM, "cannot open '%s': out of memory", path);
		errno = ENOMEM;
		return NULL;
	}
	err = mpx_elf_read(&pol->elf, pol->path);
	if (!err)
		err = read_meta(pol);
	if (!err)
		err = read_license(pol);
	if (!err)
		err = open_object(pol);
	if (!err)
		err = find_ops(pol);
	if (!err)
		err = mpx_tunables_bind(pol);
	if (!err)
		err = mpx_describe(pol);
	if (!err)
		return pol;
	mpx_policy__close(pol);
	errno = -err;
	return NULL;
}

void mpx_policy__close(struct mpx_policy *pol)
{
	if (!pol)
		return;
	mpx_describe_free(pol);
	free(pol->ops);
	free(pol->slots);
	mpx_meta_free(&pol->meta);
	bpf_object__close(pol->obj);
	mpx_elf_free(&pol->elf);
	free(pol->path);
	free(pol);
}

int mpx_policy__rename(struct mpx_policy *pol, const char *name)
{
	int err;

	if (pol->ops_cnt != 1)
		return mpx_fail(-EINVAL, "cannot rename '%s': it has %zu policies, a name is for one",
				pol->path, pol->ops_cnt);
	if (pol->tried)
		return mpx_fail(-EBUSY, "cannot rename '%s': it is loaded already", pol->path);
	err = mpx_check_name(name);
	if (err)
		return err;
	memset(pol->ops[0].name, 0, MPX_NAME_SIZE);
	memcpy(pol->ops[0].name, name, strlen(name));
	return 0;
}
