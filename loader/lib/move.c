// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* Moves live connections of a network namespace to another scheduler. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

struct step {
	const struct mpx_move *move;
	uint32_t *moved;
};

int mpx_token_parse(const char *text, uint32_t *token)
{
	uint64_t value;
	int err;

	err = mpx_value_parse(MPX_U32, text, false, &value);
	if (!err && value && *text != '+') {
		*token = (uint32_t)value;
		return 0;
	}
	if (*text && strspn(text, "0123456789abcdefABCDEF") == strlen(text) && strlen(text) <= 8 && err)
		return mpx_fail(-EINVAL, "'%s' is no token (in hexadecimal it is 0x%s)", text, text);
	return mpx_fail(-EINVAL, "'%s' is no token (1 to 4294967295, or hexadecimal after 0x; see 'mptcp-pmctl show connections')",
			text);
}

/* @name is what the kernel does not find: say which names there are, or what became of it. */
static int no_policy(const char *name, const char *what, const char *words)
{
	const struct mpx_registered *entry;
	struct mpx_registry *reg;
	char list[512] = "";
	size_t i;
	int err;

	reg = mpx_registry__read();
	if (!reg)
		return -errno;
	entry = mpx_registry__find(reg, name);
	for (i = 0; i < reg->cnt; i++)
		if (reg->entries[i].registered && reg->entries[i].state == MPX_STATE_ACTIVE)
			mpx_name_list(list, sizeof(list), reg->entries[i].name);
	if (entry && entry->state != MPX_STATE_ACTIVE)
		err = mpx_fail_gone(entry, what);
	else if (entry && entry->registered)
		err = mpx_fail(-ENOENT, "%s: %s", what, *words ? words : strerror(ENOENT));
	else
		err = mpx_fail(-ENOENT, "%s: no scheduler '%s' is registered (available: %s; load one with 'mptcp-pmctl load')",
			       what, name, list);
	mpx_registry__free(reg);
	return err;
}

static int refused(const struct mpx_move *move, int err, const char *words)
{
	char what[64];

	snprintf(what, sizeof(what), "cannot switch to '%s'", move->to);
	switch (err) {
	case -EOPNOTSUPP:
		return mpx_fail(err, "this kernel cannot move live connections (needs kernel-patches/6.12; 'mptcp-pmctl use' is for new ones)");
	case -EPERM:
		return mpx_fail(err, "%s: not permitted%s%s (needs root, or CAP_NET_ADMIN over the network namespace; user namespaces also need the policy's MPTCP_EXT_F_APP flag)",
				what, *words ? ": " : "", words);
	case -ESRCH:
		return mpx_fail(err, "%s: no connection with token 0x%08x in this network namespace: it may have closed, or be in another one (see 'mptcp-pmctl show connections --all-netns')",
				what, move->token);
	case -ENOENT:
		return no_policy(move->to, what, words);
	default:
		return mpx_fail(err, "%s: %s%s%s", what, strerror(-err), *words ? ": " : "", words);
	}
}

/*
 * Connections may be on a policy that is not registered any more, so only where
 * none is, its name may be a mistake.
 */
static int check_from(const char *name)
{
	struct mpx_registry *reg;
	char list[512] = "";
	size_t i;
	int err = 0;

	reg = mpx_registry__read();
	if (!reg)
		return -errno;
	for (i = 0; i < reg->cnt; i++)
		mpx_name_list(list, sizeof(list), reg->entries[i].name);
	if (!mpx_registry__find(reg, name))
		err = mpx_fail(-ENOENT, "no connection is on '%s', and no such scheduler is known (known: %s)",
			       name, list);
	mpx_registry__free(reg);
	return err;
}

static int do_step(void *arg)
{
	const struct step *step = arg;
	char words[160];
	int err;

	err = mpx_genl_move(step->move, step->moved, words, sizeof(words));
	if (err)
		return refused(step->move, err, words);
	return step->move->from && !*step->moved ? check_from(step->move->from) : 0;
}

/* The kernel would refuse a longer name without saying what is wrong with it. */
static int check_name(const char *name)
{
	if (mpx_name_ok(name))
		return 0;
	return mpx_fail(-EINVAL, "'%s' is no name of a scheduler (1 to 15 characters out of A-Z a-z 0-9 _ .)",
			name);
}

int mpx_conn_move(const struct mpx_move *move, uint32_t *moved)
{
	struct step step = { .move = move, .moved = moved };
	int fd, err;

	*moved = 0;
	err = check_name(move->to);
	if (!err && move->from)
		err = check_name(move->from);
	if (err || !move->netns)
		return err ? err : do_step(&step);
	fd = mpx_netns_open(move->netns);
	if (fd < 0)
		return fd;
	err = mpx_netns_run(fd, move->netns, do_step, &step);
	close(fd);
	return err;
}
