// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * The objects: loaded with libbpf, registered, replaced, removed, and what they noted about the
 * kernel while they ran.
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/types.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "run.h"
#include "stats.h"

static FILE *log_file;

static int __attribute__((format(printf, 2, 0)))
log_message(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	if (!log_file || level == LIBBPF_DEBUG)
		return 0;
	return vfprintf(log_file, fmt, ap);
}

/* The registered name is a member of the map's initial value, as the object's BTF lays it out. */
static int set_name(struct policy *p, uint64_t as)
{
	const struct btf *btf = bpf_object__btf(p->obj);
	const struct btf_type *type = btf__type_by_id(btf, bpf_map__btf_value_type_id(p->ops));
	const struct btf_member *m = btf_members(type);
	char *value = bpf_map__initial_value(p->ops, NULL);
	int i;

	for (i = 0; i < btf_vlen(type); i++, m++) {
		if (strcmp(btf__name_by_offset(btf, m->name_off), "name"))
			continue;
		snprintf(value + m->offset / 8, 16, "fuzz%" PRIu64, as);
		return 0;
	}
	return -ENOENT;
}

static int find_maps(struct policy *p)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, p->obj) {
		if (bpf_map__type(map) != BPF_MAP_TYPE_STRUCT_OPS)
			continue;
		bpf_map__set_autoattach(map, false);
		p->ops = map;
	}
	return p->ops ? 0 : -ENOENT;
}

static int map_stats(struct policy *p)
{
	struct bpf_map *map = bpf_object__find_map_by_name(p->obj, FUZZ_STATS_MAP);
	void *stats;

	if (!map)
		return -ENOENT;
	stats = mmap(NULL, sysconf(_SC_PAGESIZE), PROT_READ, MAP_SHARED, bpf_map__fd(map), 0);
	if (stats == MAP_FAILED)
		return -errno;
	p->stats = stats;
	return 0;
}

/* Does this errno mean that the verifier, and nothing else, did not like it? */
static bool is_refusal(int err)
{
	return err == -EINVAL || err == -EACCES || err == -E2BIG || err == -EPERM ||
	       err == -ENOSPC || err == -EOPNOTSUPP || err == -EFAULT || err == -ESRCH;
}

int policy_load(struct policy *p, uint64_t seed, uint64_t as, struct result *r)
{
	char path[512];
	int err;

	*p = (struct policy){ .seed = seed };
	snprintf(path, sizeof(path), "%s/%" PRIu64 ".log", opt.logs, seed);
	log_file = fopen(path, "we");
	libbpf_set_print(log_message);
	snprintf(path, sizeof(path), "%s/%" PRIu64 ".bpf.o", opt.objects, seed);
	p->obj = bpf_object__open_file(path, NULL);
	err = p->obj ? find_maps(p) : -errno;
	if (!err)
		err = set_name(p, as);
	if (err) {
		failed(r, "cannot open '%s': %s", path, strerror(-err));
		goto out;
	}
	err = bpf_object__load(p->obj);
	if (err) {
		p->refused = is_refusal(err);
		if (!p->refused)
			failed(r, "cannot load '%s': %s", path, strerror(-err));
		goto out;
	}
	err = map_stats(p);
	if (err)
		failed(r, "cannot map the statistics: %s", strerror(-err));
out:
	if (log_file)
		fclose(log_file);
	log_file = NULL;
	snprintf(path, sizeof(path), "%s/%" PRIu64 ".log", opt.logs, seed);
	if (!err)
		unlink(path);
	if (err)
		policy_forget(p);
	return err;
}

int policy_attach(struct policy *p)
{
	p->link = bpf_map__attach_struct_ops(p->ops);
	return p->link ? 0 : -errno;
}

int policy_update(struct policy *old, struct policy *new)
{
	int err;

	if (!old->link)
		return -ENOENT;
	err = bpf_link__update_map(old->link, new->ops);
	if (!err) {
		new->link = old->link;
		old->link = NULL;
	}
	return err;
}

void policy_detach(struct policy *p)
{
	bpf_link__destroy(p->link);
	p->link = NULL;
}

void policy_close(struct policy *p)
{
	policy_detach(p);
	bpf_object__close(p->obj);
	p->obj = NULL;
	p->ops = NULL;
}

void policy_forget(struct policy *p)
{
	policy_close(p);
	if (p->stats)
		munmap(p->stats, sysconf(_SC_PAGESIZE));
	p->stats = NULL;
}

const char *policy_complaint(const struct policy *p, bool over)
{
	const volatile struct fuzz_stats *s = p->stats;
	__u64 releases = s->releases, inits = s->inits;		/* in this order */
	static char text[128];

	if (s->before_init)
		return "a callback was called before init";
	if (s->after_release)
		return "a callback was called after release";
	if (s->twice)
		return "init was called twice without release";
	if (s->bad_exit)
		return "exit was called with a wrong kind";
	if (s->bad_event)
		return "subflow_event was called for nothing, or for what it does not want";
	if (!s->counted)
		return NULL;
	if (over ? inits != releases : inits < releases) {
		snprintf(text, sizeof(text), "init was called %llu times, release %llu times",
			 (unsigned long long)inits, (unsigned long long)releases);
		return text;
	}
	return NULL;
}

/* Also those that are no longer registered but still have a connection */
unsigned int policies_in_kernel(void)
{
	struct bpf_map_info info;
	__u32 id = 0, len;
	unsigned int n = 0;
	int fd;

	while (!bpf_map_get_next_id(id, &id)) {
		fd = bpf_map_get_fd_by_id(id);
		if (fd < 0)
			continue;
		len = sizeof(info);
		memset(&info, 0, sizeof(info));
		if (!bpf_map_get_info_by_fd(fd, &info, &len))
			n += info.type == BPF_MAP_TYPE_STRUCT_OPS;
		close(fd);
	}
	return n;
}
