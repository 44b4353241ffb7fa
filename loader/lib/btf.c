// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* What the BTF of the running kernel says of the hooks. */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "internal.h"

static pthread_once_t vmlinux_once = PTHREAD_ONCE_INIT;
static struct btf *vmlinux;
static int vmlinux_err;

static void load_vmlinux(void)
{
	mpx_capture_reset();
	vmlinux = btf__load_vmlinux_btf();
	if (!vmlinux)
		vmlinux_err = errno ? errno : ENOENT;
}

/* Parsed once: it has hundreds of thousands of types, and never changes. */
const struct btf *mpx_vmlinux(void)
{
	pthread_once(&vmlinux_once, load_vmlinux);
	if (!vmlinux)
		errno = vmlinux_err;
	return vmlinux;
}

const struct btf_member *mpx_btf_member(const struct btf *btf, const struct btf_type *type,
					const char *name)
{
	const struct btf_member *m = btf_members(type);
	int i;

	for (i = 0; i < btf_vlen(type); i++, m++)
		if (!strcmp(btf__str_by_offset(btf, m->name_off), name))
			return m;
	return NULL;
}

/*
 * A struct_ops type T is there when the kernel has "struct bpf_struct_ops_T",
 * whose member "data" is the T: that is the value of the maps.
 */
int mpx_btf_sched_ops(const struct btf **btfp, const struct btf_type **value,
		      const struct btf_type **ops, uint32_t *data_off)
{
	const struct btf *btf = mpx_vmlinux();
	const struct btf_member *data;
	int id;

	if (!btf)
		return -errno;
	id = btf__find_by_name_kind(btf, "bpf_struct_ops_" MPX_SCHED_OPS, BTF_KIND_STRUCT);
	if (id < 0)
		return -EOPNOTSUPP;
	/* Kernels without modules have the types, but do not register any struct_ops. */
	if (btf__find_by_name_kind(btf, "module", BTF_KIND_STRUCT) < 0)
		return -EOPNOTSUPP;
	*btfp = btf;
	*value = btf__type_by_id(btf, (__u32)id);
	data = mpx_btf_member(btf, *value, "data");
	if (!data)
		return -EOPNOTSUPP;
	*data_off = data->offset / 8;
	*ops = btf__type_by_id(btf, data->type);
	return btf_is_struct(*ops) ? 0 : -EOPNOTSUPP;
}

bool mpx_btf_func(const char *name)
{
	const struct btf *btf = mpx_vmlinux();

	return btf && btf__find_by_name_kind(btf, name, BTF_KIND_FUNC) > 0;
}
