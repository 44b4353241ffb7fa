// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * Takes a policy away. Connections that use it keep it until they close; the
 * kernel holds it for them. Of one that the kernel has disabled, and detached,
 * only pins are left to be removed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

/* Ours: the link is pinned. Detaching it works even if others hold it as well. */
static int detach_pinned(const char *name, int rootfd)
{
	char path[256];
	int link, err;

	err = mpx_pin_path(path, sizeof(path), MPX_PIN_ROOT, name, "link");
	if (err)
		return mpx_fail(err, "cannot unload '%s': not a name for a pin", name);
	/* It was seen before the lock was taken. */
	if (!mpx_pin_exists(rootfd, name))
		return mpx_fail(-ENOENT, "cannot unload '%s': somebody else has just done it", name);
	link = bpf_obj_get(path);
	if (link >= 0) {
		err = bpf_link_detach(link);
		close(link);
		if (err)
			return mpx_fail(err, "cannot unload '%s': detaching: %s", name, strerror(-err));
	} else if (link != -ENOENT) {
		return mpx_fail(link, "cannot unload '%s': cannot open '%s': %s%s", name, path,
				strerror(-link), link == -EPERM || link == -EACCES ? " (run as root)" : "");
	}
	err = mpx_pin_remove(rootfd, name);
	if (err)
		return mpx_fail(err, "cannot unload '%s': it is detached, but removing its pins failed: %s",
				name, strerror(-err));
	return 0;
}

/* Somebody else's: by link, or by map where it was registered without one. */
static int detach_foreign(const struct mpx_registered *entry)
{
	__u32 zero = 0;
	int fd, err;

	if (!entry->map_id)
		return mpx_fail(-EPERM, "cannot unload '%s': its map cannot be found (needs CAP_BPF or CAP_SYS_ADMIN)",
				entry->name);
	fd = entry->link_id ? bpf_link_get_fd_by_id(entry->link_id) :
			      bpf_map_get_fd_by_id(entry->map_id);
	if (fd < 0)
		return mpx_fail(fd, "cannot unload '%s': %s", entry->name, strerror(-fd));
	err = entry->link_id ? bpf_link_detach(fd) : bpf_map_delete_elem(fd, &zero);
	close(fd);
	if (err)
		return mpx_fail(err, "cannot unload '%s': detaching: %s", entry->name, strerror(-err));
	return 0;
}

static void describe(const struct mpx_registered *entry, struct mpx_unloaded *res)
{
	res->connections = entry->connections;
	res->connections_known = entry->counters_known;
	res->foreign = !entry->pinned;
	res->stale = entry->detached_pin;
	res->state = entry->state;
	if (entry->exit_cnt)
		res->last = entry->exits[entry->exit_cnt - 1];
}

int mpx_unload_entry(const struct mpx_registered *entry, unsigned int flags,
		     struct mpx_unloaded *res)
{
	char what[64];
	int rootfd, err;

	describe(entry, res);
	if (!entry->registered && !entry->pinned) {
		snprintf(what, sizeof(what), "nothing is left of '%s' to unload", entry->name);
		return mpx_fail_gone(entry, what);
	}
	if (!entry->bpf)
		return mpx_fail(-EINVAL, "cannot unload '%s': it is built into the kernel", entry->name);
	if (!entry->pinned && !(flags & MPX_UNLOAD_FOREIGN))
		return mpx_fail(-EPERM, "cannot unload '%s': somebody else registered it (use --force to unload it all the same)",
				entry->name);
	/* A detached pin is removed; who has the name now, if any has, keeps it. */
	if (entry->is_default && (!entry->detached_pin || !entry->registered)) {
		err = mpx_default_set(NULL, MPX_DEFAULT, NULL);
		if (err)
			return err;
		res->was_default = true;
	}
	if (!entry->pinned)
		return detach_foreign(entry);
	rootfd = mpx_lock_dir(MPX_PIN_ROOT);
	if (rootfd < 0)
		return rootfd;
	err = detach_pinned(entry->name, rootfd);
	close(rootfd);
	return err;
}

static int not_loaded(const struct mpx_registry *reg, const char *name)
{
	char list[512] = "";
	size_t i;

	for (i = 0; i < reg->cnt; i++)
		if (reg->entries[i].bpf && (reg->entries[i].registered || reg->entries[i].pinned))
			mpx_name_list(list, sizeof(list), reg->entries[i].name);
	if (!*list)
		return mpx_fail(-ENOENT, "no policy '%s' is loaded (none is)", name);
	return mpx_fail(-ENOENT, "no policy '%s' is loaded (loaded: %s)", name, list);
}

int mpx_unload(const char *name, unsigned int flags, struct mpx_unloaded *res)
{
	const struct mpx_registered *entry;
	struct mpx_registry *reg;
	int err;

	memset(res, 0, sizeof(*res));
	reg = mpx_registry__read();
	if (!reg)
		return -errno;
	entry = mpx_registry__find(reg, name);
	err = entry ? mpx_unload_entry(entry, flags, res) : not_loaded(reg, name);
	mpx_registry__free(reg);
	return err;
}
