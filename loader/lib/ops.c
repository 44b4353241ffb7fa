// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * Values of struct_ops maps, to the kernel and back.
 *
 * Updating such a map makes the kernel check every member and build its
 * trampolines; registering is the link's job. libbpf does both at once and
 * only when attaching, so that the first half is done here: `check` gets the
 * full verdict without registering anything, and a replacement is ready
 * before the link is switched to it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

struct layout {
	const struct btf *btf;
	const struct btf_type *value;
	const struct btf_type *ops;
	uint32_t data_off;
};

static int get_layout(struct layout *l)
{
	return mpx_btf_sched_ops(&l->btf, &l->value, &l->ops, &l->data_off);
}

/*
 * Copy one member of the object's struct to the kernel's, which may have
 * members in another order. libbpf has compared types and sizes at load.
 */
static int put_member(const struct layout *l, char *kvalue, const struct btf *btf,
		      const struct btf_member *m, const char *data)
{
	const char *name = btf__name_by_offset(btf, m->name_off);
	const struct btf_member *km = mpx_btf_member(l->btf, l->ops, name);
	const struct bpf_program *prog;
	unsigned long prog_fd;
	long long size;
	char *dst;

	if (!km)
		return 0;
	dst = kvalue + l->data_off + km->offset / 8;
	if (btf_is_ptr(btf__type_by_id(btf, m->type))) {
		memcpy(&prog, data + m->offset / 8, sizeof(prog));
		if (!prog)
			return 0;
		prog_fd = (unsigned long)bpf_program__fd(prog);
		memcpy(dst, &prog_fd, sizeof(prog_fd));
		return 0;
	}
	size = btf__resolve_size(btf, m->type);
	if (size < 0 || size != btf__resolve_size(l->btf, km->type) ||
	    l->data_off + km->offset / 8 + (uint64_t)size > l->value->size)
		return mpx_fail(-EINVAL, "member '%s' of %s has another size in this kernel", name,
				MPX_SCHED_OPS);
	memcpy(dst, data + m->offset / 8, (size_t)size);
	return 0;
}

static int refused(const struct mpx_policy *pol, const struct mpx_ops_map *ops, int err)
{
	switch (err) {
	case -EPERM:
		return mpx_fail(err, "cannot load '%s' from '%s': not permitted (needs CAP_BPF and CAP_NET_ADMIN)",
				ops->name, pol->path);
	case -EINVAL:
		return mpx_fail(err, "cannot load '%s' from '%s': the kernel refuses the %s: a required callback is missing, or a member or its flags are not allowed",
				ops->name, pol->path, MPX_SCHED_OPS);
	case -EEXIST:
		return mpx_fail(err, "cannot load '%s' from '%s': a policy of this name is registered (use --name for a second instance)",
				ops->name, pol->path);
	case -EOPNOTSUPP:
		return mpx_fail(err, "cannot load '%s' from '%s': it sets flags that this kernel does not know",
				ops->name, pol->path);
	default:
		return mpx_fail(err, "cannot load '%s' from '%s': %s", ops->name, pol->path,
				strerror(-err));
	}
}

int mpx_ops_ready(const struct mpx_policy *pol, const struct mpx_ops_map *ops)
{
	const struct btf *btf = bpf_object__btf(pol->obj);
	const struct btf_type *type = btf__type_by_id(btf, bpf_map__btf_value_type_id(ops->map));
	const struct btf_member *m = btf_members(type);
	const char *data = bpf_map__initial_value(ops->map, NULL);
	const __u32 zero = 0;
	struct layout l;
	char *kvalue;
	int i, err;

	err = get_layout(&l);
	if (err)
		return mpx_fail(err, "cannot load '%s': kernel lacks %s", pol->path, MPX_SCHED_OPS);
	kvalue = calloc(1, l.value->size);
	if (!kvalue)
		return mpx_fail(-ENOMEM, "cannot load '%s': out of memory", pol->path);
	for (i = 0; i < btf_vlen(type) && !err; i++, m++)
		err = put_member(&l, kvalue, btf, m, data);
	if (!err) {
		err = bpf_map_update_elem(bpf_map__fd(ops->map), &zero, kvalue, 0);
		if (err)
			err = refused(pol, ops, err);
	}
	free(kvalue);
	return err;
}

/* In what the kernel gives back, function pointers are program ids. */
static void read_members(const struct layout *l, const char *value, struct mpx_registered *reg)
{
	const struct btf_member *m = btf_members(l->ops);
	const char *data = value + l->data_off;
	const struct btf_type *t;
	unsigned long id;
	int i;

	for (i = 0; i < btf_vlen(l->ops); i++, m++) {
		t = btf__type_by_id(l->btf, m->type);
		if (!btf_is_ptr(t) ||
		    reg->prog_cnt == mpx_array_size(reg->prog_ids) ||
		    !btf_is_func_proto(btf__type_by_id(l->btf, t->type)))
			continue;
		memcpy(&id, data + m->offset / 8, sizeof(id));
		if (id && id <= UINT32_MAX)
			reg->prog_ids[reg->prog_cnt++] = (uint32_t)id;
	}
	m = mpx_btf_member(l->btf, l->ops, "name");
	if (m)
		memcpy(reg->name, data + m->offset / 8, MPX_NAME_SIZE - 1);
	reg->name[MPX_NAME_SIZE - 1] = '\0';
}

int mpx_ops_read(int map_fd, struct mpx_registered *reg)
{
	struct bpf_map_info info = { 0 };
	__u32 len = sizeof(info), zero = 0;
	struct layout l;
	char *value;
	int err;

	err = get_layout(&l);
	if (err)
		return err;
	err = bpf_map_get_info_by_fd(map_fd, &info, &len);
	if (err)
		return err;
	if (info.type != BPF_MAP_TYPE_STRUCT_OPS ||
	    btf__type_by_id(l.btf, info.btf_vmlinux_value_type_id) != l.value ||
	    info.value_size < l.value->size)
		return -ENOENT;
	value = calloc(1, info.value_size);
	if (!value)
		return -ENOMEM;
	err = bpf_map_lookup_elem(map_fd, &zero, value);
	if (!err) {
		reg->map_id = info.id;
		read_members(&l, value, reg);
	}
	free(value);
	return err;
}
