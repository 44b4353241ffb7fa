// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* The policy that new sockets of a network namespace get. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

struct step {
	const char *set;	/* NULL: only read */
	char *old;		/* or NULL */
	char now[MPX_NAME_SIZE];
};

static int read_default(char name[MPX_NAME_SIZE])
{
	int err = mpx_sysctl_get("scheduler", name, MPX_NAME_SIZE);

	if (err == -ENOENT)
		return mpx_fail(-EOPNOTSUPP, "this kernel has no net.mptcp.scheduler (needs CONFIG_MPTCP=y)");
	if (err < 0)
		return mpx_fail(err, "cannot read net.mptcp.scheduler: %s", strerror(-err));
	return 0;
}

/* Fails with what became of @name, or returns 0 where nothing did. */
static int check_gone(const char *name)
{
	const struct mpx_registered *entry;
	struct mpx_registry *reg;
	char what[64];
	int err = 0;

	reg = mpx_registry__read();
	if (!reg)
		return -errno;
	entry = mpx_registry__find(reg, name);
	snprintf(what, sizeof(what), "cannot use '%s'", name);
	if (entry && entry->state != MPX_STATE_ACTIVE)
		err = mpx_fail_gone(entry, what);
	mpx_registry__free(reg);
	return err;
}

static int unknown_name(const char *name, int err)
{
	char text[4096], list[512] = "", *save, *word;
	int gone = check_gone(name);

	if (gone)
		return gone;
	if (mpx_sysctl_get("available_schedulers", text, sizeof(text)) < 0)
		return mpx_fail(err, "no scheduler '%s' is registered", name);
	for (word = strtok_r(text, " \n", &save); word; word = strtok_r(NULL, " \n", &save))
		mpx_name_list(list, sizeof(list), word);
	return mpx_fail(err, "no scheduler '%s' is registered (available: %s; load one with 'mptcp-pmctl load')",
			name, list);
}

static int do_step(void *arg)
{
	struct step *step = arg;
	char old[MPX_NAME_SIZE];
	int err;

	err = read_default(old);
	if (err)
		return err;
	if (step->old)
		memcpy(step->old, old, sizeof(old));
	if (!step->set) {
		memcpy(step->now, old, sizeof(old));
		return 0;
	}
	err = mpx_sysctl_set("scheduler", step->set);
	if (err == -ENOENT)
		return unknown_name(step->set, err);
	if (err == -EPERM || err == -EACCES)
		return mpx_fail(err, "cannot use '%s': not permitted to write net.mptcp.scheduler (needs root or CAP_NET_ADMIN)",
				step->set);
	if (err)
		return mpx_fail(err, "cannot use '%s': writing net.mptcp.scheduler: %s", step->set,
				strerror(-err));
	err = read_default(step->now);
	if (!err && strcmp(step->now, step->set))
		return mpx_fail(-EIO, "cannot use '%s': the kernel says '%s' after writing it",
				step->set, step->now);
	return err;
}

static int run_step(const char *ns, struct step *step)
{
	int fd, err;

	if (!ns)
		return do_step(step);
	fd = mpx_netns_open(ns);
	if (fd < 0)
		return fd;
	err = mpx_netns_run(fd, ns, do_step, step);
	close(fd);
	return err;
}

int mpx_default_get(const char *ns, char name[MPX_NAME_SIZE])
{
	struct step step = { 0 };
	int err = run_step(ns, &step);

	if (!err)
		memcpy(name, step.now, MPX_NAME_SIZE);
	return err;
}

int mpx_default_set(const char *ns, const char *name, char old[MPX_NAME_SIZE])
{
	struct step step = { .set = name, .old = old };

	/* The sysctl would cut a longer name off and take the rest for another. */
	if (!mpx_name_ok(name))
		return mpx_fail(-EINVAL, "'%s' is no name of a scheduler (1 to 15 characters out of A-Z a-z 0-9 _ .)",
				name);
	return run_step(ns, &step);
}
