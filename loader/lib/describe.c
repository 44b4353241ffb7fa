// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* Lists what an opened object consists of, and what the kernel made of it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static int no_memory(const struct mpx_policy *pol)
{
	return mpx_fail(-ENOMEM, "cannot open '%s': out of memory", pol->path);
}

static bool is_program(const struct mpx_policy *pol, const struct bpf_program *wanted)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, pol->obj)
		if (prog == wanted)
			return true;
	return false;
}

static int describe_callbacks(struct mpx_policy *pol, struct mpx_ops_map *ops)
{
	const struct btf *btf = bpf_object__btf(pol->obj);
	const struct btf_type *type = btf__type_by_id(btf, bpf_map__btf_value_type_id(ops->map));
	const struct btf_member *m = btf_members(type);
	const struct bpf_program *prog;
	struct mpx_callback *cb;
	size_t size;
	char *value;
	int i;

	cb = calloc(btf_vlen(type) + 1u, sizeof(*cb));
	if (!cb)
		return no_memory(pol);
	ops->pub.callbacks = cb;
	value = bpf_map__initial_value(ops->map, &size);
	for (i = 0; i < btf_vlen(type); i++, m++) {
		const struct btf_type *t = btf__type_by_id(btf, m->type);

		if (!btf_is_ptr(t) || m->offset / 8 > size - sizeof(prog))
			continue;
		/*
		 * libbpf puts its program there for each function pointer that
		 * is set. Without a relocation it is what the file says.
		 */
		memcpy(&prog, value + m->offset / 8, sizeof(prog));
		if (!prog)
			continue;
		if (!is_program(pol, prog))
			return mpx_fail(-ENOEXEC, "'%s': '%s' of '%s' is set to something that is no program",
					pol->path, btf__name_by_offset(btf, m->name_off),
					ops->pub.map);
		cb[ops->pub.callback_cnt].member = btf__name_by_offset(btf, m->name_off);
		cb[ops->pub.callback_cnt].prog = bpf_program__name(prog);
		cb[ops->pub.callback_cnt].sleepable = bpf_program__flags(prog) & BPF_F_SLEEPABLE;
		ops->pub.callback_cnt++;
	}
	return 0;
}

static int describe_progs(struct mpx_policy *pol)
{
	struct bpf_program *prog;
	struct mpx_prog *p;
	size_t cnt = 0;

	bpf_object__for_each_program(prog, pol->obj)
		cnt++;
	pol->progs = calloc(cnt + 1, sizeof(*pol->progs));
	if (!pol->progs)
		return no_memory(pol);
	bpf_object__for_each_program(prog, pol->obj) {
		p = &pol->progs[pol->prog_cnt++];
		p->name = bpf_program__name(prog);
		p->section = bpf_program__section_name(prog);
		p->insns = (uint32_t)bpf_program__insn_cnt(prog);
	}
	return 0;
}

static int describe_maps(struct mpx_policy *pol)
{
	struct bpf_map *map;
	struct mpx_map *m;
	const char *type;
	size_t cnt = 0;

	bpf_object__for_each_map(map, pol->obj)
		cnt++;
	pol->maps = calloc(cnt + 1, sizeof(*pol->maps));
	if (!pol->maps)
		return no_memory(pol);
	bpf_object__for_each_map(map, pol->obj) {
		if (!bpf_map__autocreate(map))
			continue;
		type = libbpf_bpf_map_type_str(bpf_map__type(map));
		m = &pol->maps[pol->map_cnt++];
		m->name = bpf_map__name(map);
		m->type = type ? type : "unknown";
		m->key_size = bpf_map__key_size(map);
		m->value_size = bpf_map__value_size(map);
		m->max_entries = bpf_map__max_entries(map);
	}
	return 0;
}

/*
 * The kfuncs an object calls are the functions of its BTF section ".ksyms". It
 * is read from the file: libbpf replaces them in its own copy.
 */
static int read_kfuncs(struct mpx_policy *pol, const struct btf *btf)
{
	const struct btf_var_secinfo *vsi;
	const struct btf_type *sec, *t;
	const char *name;
	int id, i;

	id = btf__find_by_name_kind(btf, ".ksyms", BTF_KIND_DATASEC);
	if (id < 0)
		return 0;
	sec = btf__type_by_id(btf, (__u32)id);
	vsi = btf_var_secinfos(sec);
	pol->kfuncs = calloc(btf_vlen(sec) + 1u, sizeof(*pol->kfuncs));
	if (!pol->kfuncs)
		return no_memory(pol);
	for (i = 0; i < btf_vlen(sec); i++, vsi++) {
		t = btf__type_by_id(btf, vsi->type);
		if (!t || !btf_is_func(t))
			continue;
		name = btf__name_by_offset(btf, t->name_off);
		pol->kfuncs[pol->kfunc_cnt].name = strdup(name);
		if (!pol->kfuncs[pol->kfunc_cnt].name)
			return no_memory(pol);
		pol->kfuncs[pol->kfunc_cnt++].optional = mpx_elf_weak(&pol->elf, name);
	}
	return 0;
}

static int describe_kfuncs(struct mpx_policy *pol)
{
	const void *data;
	struct btf *btf;
	size_t size;
	int err;

	data = mpx_elf_section(&pol->elf, ".BTF", &size);
	if (!data || size > UINT32_MAX)
		return 0;
	btf = btf__new(data, (__u32)size);
	/* libbpf has opened the object with this BTF: only memory can be short. */
	if (!btf)
		return no_memory(pol);
	err = read_kfuncs(pol, btf);
	btf__free(btf);
	return err;
}

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

int mpx_describe(struct mpx_policy *pol)
{
	struct mpx_about *about = &pol->about;
	int err = 0;
	size_t i;

	about->path = pol->path;
	about->description = or_empty(pol->meta.description);
	about->kind = "sched";
	about->version = or_empty(pol->meta.version);
	about->license = pol->license;
	about->ext_version = pol->meta.ext_version;
	about->has_metadata = pol->meta.present;
	for (i = 0; i < pol->ops_cnt && !err; i++)
		err = describe_callbacks(pol, &pol->ops[i]);
	if (!err)
		err = describe_progs(pol);
	if (!err)
		err = describe_maps(pol);
	return err ? err : describe_kfuncs(pol);
}

/* The kernel's figures, after the object was loaded. */
void mpx_describe_loaded(struct mpx_policy *pol)
{
	struct bpf_prog_info pinfo;
	struct bpf_map_info minfo;
	struct bpf_program *prog;
	struct bpf_map *map;
	size_t i = 0;
	__u32 len;

	bpf_object__for_each_program(prog, pol->obj) {
		struct mpx_prog *p = &pol->progs[i++];

		len = sizeof(pinfo);
		memset(&pinfo, 0, sizeof(pinfo));
		if (bpf_program__fd(prog) < 0 ||
		    bpf_prog_get_info_by_fd(bpf_program__fd(prog), &pinfo, &len))
			continue;
		p->id = pinfo.id;
		p->verified_insns = pinfo.verified_insns;
		p->xlated_bytes = pinfo.xlated_prog_len;
		p->jited_bytes = pinfo.jited_prog_len;
	}
	i = 0;
	bpf_object__for_each_map(map, pol->obj) {
		struct mpx_map *m;

		if (!bpf_map__autocreate(map))
			continue;
		m = &pol->maps[i++];
		len = sizeof(minfo);
		memset(&minfo, 0, sizeof(minfo));
		if (bpf_map__fd(map) < 0 || bpf_map_get_info_by_fd(bpf_map__fd(map), &minfo, &len))
			continue;
		m->id = minfo.id;
		m->value_size = minfo.value_size;
		m->max_entries = minfo.max_entries;
	}
	pol->about.verified = true;
}

void mpx_describe_free(struct mpx_policy *pol)
{
	size_t i;

	for (i = 0; i < pol->ops_cnt; i++)
		free((void *)pol->ops[i].pub.callbacks);
	for (i = 0; i < pol->kfunc_cnt; i++)
		free((char *)pol->kfuncs[i].name);
	free(pol->progs);
	free(pol->maps);
	free(pol->kfuncs);
}

const struct mpx_about *mpx_policy__about(const struct mpx_policy *pol)
{
	return &pol->about;
}

const struct mpx_ops *mpx_policy__ops(const struct mpx_policy *pol, size_t i)
{
	return i < pol->ops_cnt ? &pol->ops[i].pub : NULL;
}

const struct mpx_tunable *mpx_policy__tunable(const struct mpx_policy *pol, size_t i)
{
	return i < pol->meta.tunable_cnt ? &pol->meta.tunables[i] : NULL;
}

const struct mpx_prog *mpx_policy__prog(const struct mpx_policy *pol, size_t i)
{
	return i < pol->prog_cnt ? &pol->progs[i] : NULL;
}

const struct mpx_map *mpx_policy__map(const struct mpx_policy *pol, size_t i)
{
	return i < pol->map_cnt ? &pol->maps[i] : NULL;
}

const struct mpx_kfunc *mpx_policy__kfunc(const struct mpx_policy *pol, size_t i)
{
	return i < pol->kfunc_cnt ? &pol->kfuncs[i] : NULL;
}
