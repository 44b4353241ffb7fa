// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * What happens to a policy and its connections while bytes move. Each event has a moment, in bytes
 * that arrived, so that a seed repeats as far as the machine's timing lets it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../kernel/sched_opt.h"
#include "../kernel/xfer_info.h"
#include "run.h"

#define DOWN_MS		700	/* at most; a path that came up too late would look like a hang */

static uint64_t scaled(uint64_t ms) { return now_ns() + ms * MSEC; }

static int do_unload(struct event *e, struct context *c)
{
	(void)e;
	policy_detach(c->next->link ? c->next : c->policy);
	return 0;
}

/* Replace it by the object of the next seed, under the same name. */
static int do_update(struct event *e, struct context *c)
{
	uint64_t seed = c->policy->seed + 1;
	int err;

	(void)e;
	if (c->next->obj || !c->policy->link)
		return -EBUSY;
	if (seed == opt.seed + opt.count)
		seed = opt.seed;
	err = policy_load(c->next, seed, c->policy->seed, c->result);
	if (err)
		return c->next->refused ? -EBUSY : err;
	err = policy_update(c->policy, c->next);
	/* disabled on the machine, and so detached */
	return err == -ENOLINK ? -EBUSY : err;
}

static int do_path_down(struct event *e, struct context *c)
{
	e->until_ns = scaled(rand_between(c->rand, 20, DOWN_MS));
	return net_link(c->net, e->side, e->path, false);
}

static int undo_path_down(struct event *e, struct context *c)
{
	return net_link(c->net, e->side, e->path, true);
}

static int do_kill_subflow(struct event *e, struct context *c)
{
	int fd = c->traffic->conn[e->conn].end[CLIENT].fd, err;

	if (fd < 0)
		return -EBUSY;
	err = net_kill_subflow(c->net, fd, e->path);
	/* it may have ended by itself, or all is plain TCP */
	return err == -ENOENT || err == -EOPNOTSUPP ? -EBUSY : err;
}

/* By the application, or by an administrator */
static int move(struct event *e, struct context *c, const char *name)
{
	int fd = c->traffic->conn[e->conn].end[e->side].fd;
	struct info_msk info = { 0 };
	socklen_t len = sizeof(info);
	uint32_t moved = 0;
	int err;

	if (fd < 0)
		return -EBUSY;
	if (opt.built_in)
		name = "default";
	if (rand_percent(c->rand, 50)) {
		len = strlen(name);
		err = setsockopt(fd, SOL_MPTCP, OPT_MPTCP_SCHEDULER, name, len) ? -errno : 0;
	} else {
		/* once a connection ends, its token is nobody's */
		if (getsockopt(fd, SOL_MPTCP, OPT_MPTCP_INFO, &info, &len))
			return errno == EOPNOTSUPP ? -EBUSY : -errno;
		err = net_move(c->net, e->side, info.token, name, &moved);
		if (err == -ESRCH)
			err = -EBUSY;
	}
	/* unloaded or disabled meanwhile */
	return err == -ENOENT ? -EBUSY : err;
}

static int do_move_default(struct event *e, struct context *c)
{
	return move(e, c, "default");
}

static int do_move_back(struct event *e, struct context *c)
{
	return move(e, c, shm->worker[c->worker].policy);
}

static int do_move_other(struct event *e, struct context *c)
{
	char name[16];

	snprintf(name, sizeof(name), "%s",
		 shm->worker[rand_below(c->rand, opt.workers)].policy);
	return name[0] ? move(e, c, name) : -EBUSY;
}

/* All of the namespace */
static int do_move_all(struct event *e, struct context *c)
{
	bool away = opt.built_in || rand_percent(c->rand, 50);
	uint32_t moved = 0;
	int err;

	err = net_move(c->net, e->side, 0, away ? "default" : shm->worker[c->worker].policy,
		       &moved);
	return err == -ENOENT ? -EBUSY : err;
}

static int do_abort(struct event *e, struct context *c)
{
	if (c->traffic->conn[e->conn].over)
		return -EBUSY;
	traffic_abort(c->traffic, e->conn);
	c->result->aborted++;
	return 0;
}

static int do_panic(struct event *e, struct context *c)
{
	(void)e;
	return c->panic < 0 ? -EBUSY : net_sysctl(c->panic, "1");
}

static const struct {
	const char *name;
	unsigned int weight;
	int (*act)(struct event *e, struct context *c);
	int (*undo)(struct event *e, struct context *c);
} kinds[] = {
	{ "unload",	12, do_unload,		NULL },
	{ "update",	10, do_update,		NULL },
	{ "down",	20, do_path_down,	undo_path_down },
	{ "kill",	14, do_kill_subflow,	NULL },
	{ "default",	8,  do_move_default,	NULL },
	{ "back",	8,  do_move_back,	NULL },
	{ "other",	8,  do_move_other,	NULL },
	{ "all",	4,  do_move_all,	NULL },
	{ "abort",	5,  do_abort,		NULL },
	{ "panic",	1,  do_panic,		NULL },
};

#define NR_EVENTS	(sizeof(kinds) / sizeof(kinds[0]))

static unsigned int choose_kind(struct rand *r)
{
	unsigned int i, sum = 0, dice;

	for (i = 0; i < NR_EVENTS; i++)
		sum += kinds[i].weight;
	dice = rand_below(r, sum);
	for (i = 0; dice >= kinds[i].weight; i++)
		dice -= kinds[i].weight;
	return i;
}

void events_plan(struct events *e, struct context *c)
{
	unsigned int i;

	memset(e, 0, sizeof(*e));
	e->nr = rand_below(c->rand, MAX_EVENTS + 1);
	for (i = 0; i < e->nr; i++) {
		struct event *ev = &e->event[i];

		ev->kind = choose_kind(c->rand);
		ev->at = rand_below(c->rand, 2 * opt.bytes * c->traffic->nr);
		ev->path = rand_between(c->rand, 1, opt.paths);
		ev->side = rand_below(c->rand, NR_SIDES);
		ev->conn = rand_below(c->rand, c->traffic->nr);
	}
}

/* Every event has a right to be impossible (-EBUSY), no more. */
static int act(struct event *e, struct context *c)
{
	int err = kinds[e->kind].act(e, c);

	e->state = kinds[e->kind].undo && !err ? EVENT_ACTS : EVENT_OVER;
	if (err == -EBUSY)
		return 0;
	if (err) {
		failed(c->result, "event '%s': %s", kinds[e->kind].name, strerror(-err));
		return err;
	}
	note(c->result, " %s@%" PRIu64, kinds[e->kind].name, c->traffic->received);
	return 0;
}

static int undo(struct event *e, struct context *c)
{
	int err = kinds[e->kind].undo(e, c);

	e->state = EVENT_OVER;
	if (err)
		failed(c->result, "end of event '%s': %s", kinds[e->kind].name, strerror(-err));
	return err;
}

int events_run(struct events *e, struct context *c)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < e->nr && !err; i++) {
		struct event *ev = &e->event[i];

		if (ev->state == EVENT_WAITS && c->traffic->received >= ev->at)
			err = act(ev, c);
		else if (ev->state == EVENT_ACTS && now_ns() >= ev->until_ns)
			err = undo(ev, c);
	}
	return err;
}

void events_end(struct events *e, struct context *c)
{
	unsigned int i;

	for (i = 0; i < e->nr; i++)
		if (e->event[i].state == EVENT_ACTS)
			undo(&e->event[i], c);
}
