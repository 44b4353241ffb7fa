// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * Attaches the struct_ops maps of a verified policy and pins the links, so
 * that they outlive this process; or switches the link of a pinned instance
 * to the new map.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

#define PATH_SIZE	256

static int attach_failed(const char *name, int err)
{
	switch (err) {
	case -EEXIST:
		return mpx_fail(err, "cannot attach '%s': a policy of this name is registered, but not by us (unload it with 'mptcp-pmctl unload %s --force', or use --name)",
				name, name);
	case -ENOSPC:
		return mpx_fail(err, "cannot attach '%s': the kernel takes no more policies (unload one; see 'mptcp-pmctl list')",
				name);
	case -EPERM:
		return mpx_fail(err, "cannot attach '%s': not permitted (needs CAP_NET_ADMIN in the initial user namespace)",
				name);
	case -EINVAL:
		return mpx_fail(err, "cannot attach '%s': the kernel refuses the policy (its name, flags or callbacks)",
				name);
	default:
		return mpx_fail(err, "cannot attach '%s': %s", name, strerror(-err));
	}
}

static int pin_fd(int fd, const char *path)
{
	if (!bpf_obj_pin(fd, path))
		return 0;
	return mpx_fail(-errno, "cannot pin '%s': %s", path, strerror(errno));
}

static int pin_maps(const struct mpx_policy *pol, const char *dir)
{
	char entry[MPX_PIN_NAME_SIZE], path[PATH_SIZE];
	struct bpf_map *map;
	int err;

	bpf_object__for_each_map(map, pol->obj) {
		/* The link holds the struct_ops map; a pin of it would only keep it too long. */
		if (bpf_map__type(map) == BPF_MAP_TYPE_STRUCT_OPS || bpf_map__fd(map) < 0 ||
		    !bpf_map__autocreate(map))
			continue;
		err = mpx_pin_encode(entry, sizeof(entry), bpf_map__name(map));
		if (err)
			return mpx_fail(err, "cannot pin map '%s': not a name for a pin",
					bpf_map__name(map));
		snprintf(path, sizeof(path), "%s/maps/%s", dir, entry);
		err = pin_fd(bpf_map__fd(map), path);
		if (err)
			return err;
	}
	return 0;
}

/* Pin the link and the maps as instance @name, at once. */
static int pin_instance(const struct mpx_policy *pol, int rootfd, int link, const char *name,
			bool replace)
{
	char dir[PATH_SIZE - 128], path[PATH_SIZE];
	int err;

	err = mpx_pin_begin(rootfd, MPX_PIN_ROOT, dir, sizeof(dir));
	if (err)
		return err;
	snprintf(path, sizeof(path), "%s/link", dir);
	err = pin_fd(link, path);
	if (!err)
		err = pin_maps(pol, dir);
	if (!err)
		err = mpx_pin_commit(rootfd, dir, name, replace);
	if (err)
		mpx_pin_abort(rootfd, dir);
	return err;
}

static int attach_new(const struct mpx_policy *pol, const struct mpx_ops_map *ops, int rootfd)
{
	int link, err;

	link = bpf_link_create(bpf_map__fd(ops->map), 0, MPX_STRUCT_OPS, NULL);
	if (link < 0)
		return attach_failed(ops->name, link);
	/* Without its pin the link goes with the descriptor, and the policy with it. */
	err = pin_instance(pol, rootfd, link, ops->name, false);
	close(link);
	return err;
}

static int attach_over(const struct mpx_policy *pol, const struct mpx_ops_map *ops, int rootfd)
{
	char path[PATH_SIZE];
	int link, err;

	err = mpx_pin_path(path, sizeof(path), MPX_PIN_ROOT, ops->name, "link");
	if (err)
		return mpx_fail(err, "cannot replace '%s': not a name for a pin", ops->name);
	link = bpf_obj_get(path);
	if (link < 0)
		return mpx_fail(link, "cannot replace '%s': cannot open '%s': %s", ops->name, path,
				strerror(-link));
	err = bpf_link_update(link, bpf_map__fd(ops->map), NULL);
	if (err == -ENOLINK || err == -EINVAL)
		mpx_fail(err, "cannot replace '%s': its link was detached (unload it and load the new one)",
			 ops->name);
	else if (err)
		mpx_fail(err, "cannot replace '%s': %s", ops->name, strerror(-err));
	else
		err = pin_instance(pol, rootfd, link, ops->name, true);
	close(link);
	return err;
}

/*
 * The kernel detaches the link of a policy that it disables; so may others. Such an
 * instance is in the way of nothing: its pins go, and the name starts anew.
 */
static int remove_detached(const struct mpx_policy *pol, int rootfd)
{
	size_t i;
	int err;

	for (i = 0; i < pol->ops_cnt; i++) {
		const char *name = pol->ops[i].name;

		mpx_wait_left(name);
		if (!mpx_pin_exists(rootfd, name) || !mpx_link_detached(name))
			continue;
		err = mpx_pin_remove(rootfd, name);
		if (err)
			return mpx_fail(err, "cannot load '%s': removing the pins of a detached one: %s",
					name, strerror(-err));
		mpx_info("removed the pins of an earlier '%s', which was detached", name);
	}
	return 0;
}

static int check_conflicts(const struct mpx_policy *pol, int rootfd, bool replace)
{
	size_t i;

	for (i = 0; i < pol->ops_cnt && !replace; i++) {
		const char *name = pol->ops[i].name;

		if (mpx_pin_exists(rootfd, name))
			return mpx_fail(-EEXIST, "'%s' is already loaded (unload it first, use --name for a second instance, or --replace)",
					name);
	}
	return 0;
}

static void detach_again(const struct mpx_ops_map *ops, int rootfd)
{
	int err = mpx_pin_remove(rootfd, ops->name);

	if (err)
		mpx_warn("cannot take '%s' back: %s", ops->name, strerror(-err));
}

static int attach_all(const struct mpx_policy *pol, int rootfd, bool replace)
{
	bool *over;
	size_t i;
	int err;

	over = calloc(pol->ops_cnt, sizeof(*over));
	if (!over)
		return mpx_fail(-ENOMEM, "cannot attach '%s': out of memory", pol->path);
	err = remove_detached(pol, rootfd);
	if (!err)
		err = check_conflicts(pol, rootfd, replace);
	for (i = 0; i < pol->ops_cnt && !err; i++) {
		over[i] = replace && mpx_pin_exists(rootfd, pol->ops[i].name);
		err = over[i] ? attach_over(pol, &pol->ops[i], rootfd) :
				attach_new(pol, &pol->ops[i], rootfd);
	}
	if (err && i) {
		/* The last one failed and left nothing; a replacement cannot be undone. */
		for (i--; i-- > 0;)
			if (!over[i])
				detach_again(&pol->ops[i], rootfd);
			else
				mpx_warn("'%s' was replaced and stays", pol->ops[i].name);
	}
	free(over);
	return err;
}

int mpx_policy__attach(struct mpx_policy *pol, unsigned int flags)
{
	bool replace = flags & MPX_ATTACH_REPLACE;
	int rootfd, err;

	err = mpx_policy__verify(pol);
	if (!err)
		err = mpx_bpffs_ready(MPX_BPFFS);
	if (err)
		return err;
	rootfd = mpx_lock_dir(MPX_PIN_ROOT);
	if (rootfd < 0)
		return rootfd;
	err = attach_all(pol, rootfd, replace);
	close(rootfd);
	return err;
}
