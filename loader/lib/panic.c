// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * The way out, which needs no daemon: the kernel disables every BPF policy, and
 * what is left of them here is cleaned up. A kernel that cannot do that has its
 * policies unloaded one by one; live connections keep them then.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

#define INIT_NETNS	"/proc/1/ns/net"

struct reset {
	const char *label;
	struct mpx_panic_result *res;
};

static int reset_step(void *arg)
{
	const struct reset *reset = arg;
	char name[MPX_NAME_SIZE];
	int err;

	err = mpx_sysctl_get("scheduler", name, sizeof(name));
	if (err >= 0 && !strcmp(name, MPX_DEFAULT))
		return 0;
	if (err >= 0)
		err = mpx_sysctl_set("scheduler", MPX_DEFAULT);
	if (err)
		return mpx_fail(err, "network namespace '%s': cannot set the scheduler to '%s': %s",
				reset->label, MPX_DEFAULT, strerror(-err));
	reset->res->netns_reset++;
	return 0;
}

static int reset_netns(int fd, const char *label, void *ctx)
{
	struct reset reset = { .label = label, .res = ctx };
	int err;

	reset.res->netns_seen++;
	err = mpx_netns_run(fd, label, reset_step, &reset);
	if (err)
		reset.res->netns_failed++;
	return err;
}

static int disable_here(void *arg)
{
	(void)arg;
	return mpx_genl_panic();
}

/* The kernel takes this request in the initial network namespace alone. */
static int disable_all(void)
{
	int fd, err;

	err = mpx_genl_panic();
	if (err != -EPERM)
		return err;
	fd = open(INIT_NETNS, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err;
	err = mpx_netns_run(fd, "of process 1", disable_here, NULL);
	close(fd);
	return err;
}

static bool in_use(const struct mpx_registered *entry)
{
	return entry->bpf && entry->registered && entry->state != MPX_STATE_DISABLED;
}

static void took(struct mpx_panic_result *res, const struct mpx_registered *entry)
{
	struct mpx_panicked *one;

	res->connections += entry->connections;
	if (res->unloaded == MPX_PANICKED_MAX)
		return;
	one = &res->policies[res->unloaded++];
	memcpy(one->name, entry->name, sizeof(one->name));
	one->foreign = !entry->pinned || entry->detached_pin;
	one->connections = entry->connections;
	one->connections_known = entry->counters_known;
}

static bool was_taken(const struct mpx_panic_result *res, const char *name)
{
	unsigned int i;

	for (i = 0; i < res->unloaded; i++)
		if (!strcmp(res->policies[i].name, name))
			return true;
	return false;
}

static int unload_one(const struct mpx_registered *entry, struct mpx_panic_result *res)
{
	struct mpx_unloaded un = { 0 };
	int err;

	err = mpx_unload_entry(entry, MPX_UNLOAD_FOREIGN, &un);
	if (err)
		res->failed++;
	else if (un.stale && !was_taken(res, entry->name))
		res->pins_removed++;
	else if (!res->by_kernel)
		took(res, entry);
	return err;
}

/* Everything; or what the kernel's own panic leaves: pins, and registrations without a link. */
static int unload_all(unsigned int flags, struct mpx_panic_result *res)
{
	struct mpx_registry *reg;
	int err, first = 0;
	size_t i;

	reg = mpx_registry__read();
	if (!reg)
		return -errno;
	for (i = 0; i < reg->cnt; i++) {
		const struct mpx_registered *entry = &reg->entries[i];

		if (!entry->bpf || !(entry->pinned || entry->registered))
			continue;
		if (!entry->pinned && !(flags & MPX_PANIC_FOREIGN)) {
			res->foreign_left += !res->by_kernel;
			continue;
		}
		err = unload_one(entry, res);
		first = first ? first : err;
	}
	mpx_registry__free(reg);
	return first;
}

static int ask_kernel(struct mpx_panic_result *res)
{
	struct mpx_registry *before;
	int err, read_err;
	size_t i;

	/* In an emergency, not to know what there is must not be in the way. */
	before = mpx_registry__read();
	read_err = before ? 0 : -errno;
	err = disable_all();
	res->by_kernel = !err;
	for (i = 0; !err && before && i < before->cnt; i++)
		if (in_use(&before->entries[i]))
			took(res, &before->entries[i]);
	mpx_registry__free(before);
	if (err && err != -EOPNOTSUPP)
		return mpx_fail(err, "the kernel does not disable its policies: %s%s", strerror(-err),
				err == -EPERM ? " (needs root: CAP_NET_ADMIN in the initial user namespace)" : "");
	return read_err;
}

int mpx_panic(unsigned int flags, struct mpx_panic_result *res)
{
	int err, first;

	memset(res, 0, sizeof(*res));
	first = ask_kernel(res);
	err = mpx_netns_each(reset_netns, res);
	first = first ? first : err;
	err = unload_all(flags, res);
	return first ? first : err;
}
