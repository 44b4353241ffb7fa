// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * What is registered, put together from what the kernel says: names, users
 * and counters from netlink (or names alone from the sysctl), programs and
 * links from the struct_ops maps, and which of them are ours from the pins.
 */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"

#define LEAVE_MS	3000
#define STEP_MS		10

const struct mpx_registered *mpx_registry__find(const struct mpx_registry *reg, const char *name)
{
	size_t i;

	for (i = 0; i < reg->cnt; i++)
		if (!strcmp(reg->entries[i].name, name))
			return &reg->entries[i];
	return NULL;
}

/* The entry of @name, made when there is none; NULL: out of memory. */
struct mpx_registered *mpx_registry_add(struct mpx_registry *reg, const char *name)
{
	struct mpx_registered *entry;

	entry = (struct mpx_registered *)mpx_registry__find(reg, name);
	if (entry)
		return entry;
	entry = realloc(reg->entries, (reg->cnt + 1) * sizeof(*entry));
	if (!entry)
		return NULL;
	reg->entries = entry;
	entry += reg->cnt++;
	memset(entry, 0, sizeof(*entry));
	snprintf(entry->name, sizeof(entry->name), "%s", name);
	return entry;
}

static int add_names(struct mpx_registry *reg)
{
	struct mpx_registered *entry;
	char text[4096], *save, *name;
	int err;

	err = mpx_sysctl_get("available_schedulers", text, sizeof(text));
	if (err < 0)
		return err;
	for (name = strtok_r(text, " \n", &save); name; name = strtok_r(NULL, " \n", &save)) {
		entry = mpx_registry_add(reg, name);
		if (!entry)
			return -ENOMEM;
		entry->registered = true;
	}
	return 0;
}

/* Seconds since the epoch of a time since boot in ns. */
static uint64_t wall_time(uint64_t boot_ns)
{
	struct timespec now, boot;

	if (clock_gettime(CLOCK_REALTIME, &now) || clock_gettime(CLOCK_BOOTTIME, &boot))
		return 0;
	return (uint64_t)(now.tv_sec - boot.tv_sec) + boot_ns / 1000000000;
}

static uint64_t load_time(uint32_t prog_id)
{
	struct bpf_prog_info info = { 0 };
	__u32 len = sizeof(info);
	uint64_t when = 0;
	int fd;

	fd = bpf_prog_get_fd_by_id(prog_id);
	if (fd < 0)
		return 0;
	if (!bpf_prog_get_info_by_fd(fd, &info, &len))
		when = wall_time(info.load_time);
	close(fd);
	return when;
}

static int add_map(struct mpx_registry *reg, uint32_t map_id, uint32_t link_id)
{
	struct mpx_registered found = { 0 }, *entry;
	int fd, err;

	fd = bpf_map_get_fd_by_id(map_id);
	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	err = mpx_ops_read(fd, &found);
	close(fd);
	if (err)
		return err == -ENOENT ? 0 : err;
	entry = (struct mpx_registered *)mpx_registry__find(reg, found.name);
	/* A map that is loaded but not registered has nothing to say here. */
	if (!entry || (entry->link_id && !link_id))
		return 0;
	entry->bpf = true;
	entry->map_id = found.map_id;
	entry->link_id = link_id;
	entry->prog_cnt = found.prog_cnt;
	memcpy(entry->prog_ids, found.prog_ids, sizeof(found.prog_ids));
	if (found.prog_cnt)
		entry->loaded_at = load_time(found.prog_ids[0]);
	return 0;
}

static int add_links(struct mpx_registry *reg)
{
	struct mpx_link_info info;
	uint32_t id = 0;
	__u32 len;
	int fd, err;

	while (!(err = bpf_link_get_next_id(id, &id))) {
		fd = bpf_link_get_fd_by_id(id);
		if (fd < 0)
			continue;
		memset(&info, 0, sizeof(info));
		len = sizeof(info);
		err = bpf_link_get_info_by_fd(fd, (struct bpf_link_info *)&info, &len);
		close(fd);
		if (err || info.type != BPF_LINK_TYPE_STRUCT_OPS || !info.map_id)
			continue;
		err = add_map(reg, info.map_id, id);
		if (err)
			return err;
	}
	return err == -ENOENT ? 0 : err;
}

/* Those registered without a link, by the older section, are found by their maps. */
static int add_maps(struct mpx_registry *reg)
{
	struct bpf_map_info info;
	uint32_t id = 0;
	__u32 len;
	int fd, err;

	while (!(err = bpf_map_get_next_id(id, &id))) {
		fd = bpf_map_get_fd_by_id(id);
		if (fd < 0)
			continue;
		memset(&info, 0, sizeof(info));
		len = sizeof(info);
		err = bpf_map_get_info_by_fd(fd, &info, &len);
		close(fd);
		if (err || info.type != BPF_MAP_TYPE_STRUCT_OPS || (info.map_flags & MPX_F_LINK))
			continue;
		err = add_map(reg, id, 0);
		if (err)
			return err;
	}
	return err == -ENOENT ? 0 : err;
}

/*
 * Ours may have been detached by others, or by the kernel, and the name may be
 * somebody else's now. Without the right to look, the pin is believed.
 */
bool mpx_link_detached(const char *name)
{
	struct mpx_link_info info = { 0 };
	__u32 len = sizeof(info);
	char path[160];
	int fd, err;

	if (mpx_pin_path(path, sizeof(path), MPX_PIN_ROOT, name, "link"))
		return false;
	fd = bpf_obj_get(path);
	if (fd < 0)
		return fd == -ENOENT;
	err = bpf_link_get_info_by_fd(fd, (struct bpf_link_info *)&info, &len);
	close(fd);
	return !err && !info.map_id;
}

static bool is_leaving(const char *name)
{
	const struct mpx_registered *entry;
	struct mpx_registry reg = { 0 };
	bool leaving = false;

	if (!mpx_genl_policies(&reg)) {
		entry = mpx_registry__find(&reg, name);
		leaving = entry && entry->registered && entry->state == MPX_STATE_DISABLED;
	}
	free(reg.entries);
	return leaving;
}

void mpx_wait_left(const char *name)
{
	unsigned int i;

	for (i = 0; i < LEAVE_MS / STEP_MS && is_leaving(name); i++)
		poll(NULL, 0, STEP_MS);
}

static int add_pins(struct mpx_registry *reg)
{
	struct mpx_registered *entry;
	char name[MPX_PIN_NAME_SIZE];
	struct dirent *de;
	int err = 0;
	DIR *dir;

	dir = opendir(MPX_PIN_ROOT);
	if (!dir)
		return errno == ENOENT || errno == EACCES ? 0 : -errno;
	while (!err && (de = readdir(dir))) {
		if (!strcmp(de->d_name, ".") || !strcmp(de->d_name, "..") ||
		    mpx_pin_decode(name, sizeof(name), de->d_name))
			continue;
		entry = mpx_registry_add(reg, name);
		if (!entry) {
			err = -ENOMEM;
			break;
		}
		entry->pinned = true;
		entry->bpf = true;
		err = mpx_pin_path(entry->pin, sizeof(entry->pin), MPX_PIN_ROOT, name, NULL);
		entry->detached_pin = !err && (!entry->registered || mpx_link_detached(name));
	}
	closedir(dir);
	return err;
}

/* One namespace: is it one that a record is about? */
static int name_netns(int fd, const char *label, void *ctx)
{
	uint64_t cookie = mpx_netns_cookie_of(fd);
	struct mpx_registry *reg = ctx;
	struct mpx_exit *rec;
	size_t i, k;

	for (i = 0; cookie && i < reg->cnt; i++) {
		for (k = 0; k < reg->entries[i].exit_cnt; k++) {
			rec = &reg->entries[i].exits[k];
			if (rec->netns_cookie == cookie)
				snprintf(rec->netns, sizeof(rec->netns), "%s", label);
		}
	}
	return 0;
}

static void name_all_netns(struct mpx_registry *reg)
{
	size_t i, records = 0;

	for (i = 0; i < reg->cnt; i++)
		records += reg->entries[i].exit_cnt;
	/* Walking all of them takes its time. */
	if (records)
		mpx_netns_each(name_netns, reg);
}

static void mark_default(struct mpx_registry *reg)
{
	struct mpx_registered *entry;
	char name[MPX_NAME_SIZE];

	if (mpx_sysctl_get("scheduler", name, sizeof(name)) < 0)
		return;
	entry = (struct mpx_registered *)mpx_registry__find(reg, name);
	if (entry)
		entry->is_default = true;
}

static int fill(struct mpx_registry *reg)
{
	int err;

	err = mpx_genl_policies(reg);
	reg->complete = !err;
	if (err)
		err = add_names(reg);
	if (err == -ENOENT)
		return mpx_fail(-EOPNOTSUPP, "this kernel has no Multipath TCP (needs CONFIG_MPTCP=y)");
	if (!err && reg->complete) {
		int quiet = add_maps(reg);

		if (!quiet)
			quiet = add_links(reg);
		if (quiet)
			mpx_debug("programs and links of policies are not known: %s",
				  strerror(-quiet));
	}
	if (!err)
		err = add_pins(reg);
	if (err)
		return mpx_fail(err, "cannot read what is registered: %s", strerror(-err));
	mark_default(reg);
	name_all_netns(reg);
	return 0;
}

struct mpx_registry *mpx_registry__read(void)
{
	struct mpx_registry *reg;
	int err;

	reg = calloc(1, sizeof(*reg));
	if (!reg) {
		mpx_fail(-ENOMEM, "cannot read what is registered: out of memory");
		errno = ENOMEM;
		return NULL;
	}
	err = fill(reg);
	if (!err)
		return reg;
	mpx_registry__free(reg);
	errno = -err;
	return NULL;
}

void mpx_registry__free(struct mpx_registry *reg)
{
	if (!reg)
		return;
	free(reg->entries);
	free(reg);
}
