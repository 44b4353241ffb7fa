// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * Shaped links. On each device a netem that delays, without limit, and below it one with the rate,
 * the queue and the loss: netem's own limit counts what is merely under way too, and a queue of 100
 * packets at 25 Mbit/s and 50 ms would be one of none. Through netlink, since Debian 12's tc cannot
 * set the seed, and since starting a program costs guest time, and changes it, under icount.
 */
#define _GNU_SOURCE
#include <linux/pkt_sched.h>
#include <net/if.h>

#include "traffic.h"

#define DELAY_HANDLE	(1u << 16)
#define QUEUE_HANDLE	(10u << 16)
#define DELAY_LIMIT	1000000
#define NETEM_PRNG_SEED	14	/* TCA_NETEM_PRNG_SEED, newer than Debian 12's header */

struct request {
	struct nlmsghdr nlh;
	struct tcmsg tc;
	char attrs[512];
};

static struct rtattr *attr_put(struct request *req, int type, const void *data, size_t len)
{
	struct rtattr *rta = (void *)((char *)req + NLMSG_ALIGN(req->nlh.nlmsg_len));

	rta->rta_type = type;
	rta->rta_len = RTA_LENGTH(len);
	if (len)
		memcpy(RTA_DATA(rta), data, len);
	req->nlh.nlmsg_len = NLMSG_ALIGN(req->nlh.nlmsg_len) + RTA_ALIGN(rta->rta_len);
	return rta;
}

static void attr_end(struct request *req, struct rtattr *nest)
{
	nest->rta_len = (char *)req + req->nlh.nlmsg_len - (char *)nest;
}

static int ask(int fd, struct request *req)
{
	struct {
		struct nlmsghdr nlh;
		struct nlmsgerr err;
		char rest[512];
	} answer;

	if (send(fd, req, req->nlh.nlmsg_len, 0) < 0 || recv(fd, &answer, sizeof(answer), 0) < 0)
		return -errno;
	return answer.nlh.nlmsg_type == NLMSG_ERROR ? answer.err.error : -EPROTO;
}

static void begin(struct request *req, int type, int flags, const char *dev, uint32_t parent,
		  uint32_t handle)
{
	memset(req, 0, sizeof(*req));
	req->nlh.nlmsg_len = NLMSG_LENGTH(sizeof(req->tc));
	req->nlh.nlmsg_type = type;
	req->nlh.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	req->tc.tcm_ifindex = if_nametoindex(dev);
	req->tc.tcm_parent = parent;
	req->tc.tcm_handle = handle;
	if (!req->tc.tcm_ifindex)
		die("no device '%s'", dev);
}

static void put_netem(struct request *req, const struct shape *s, bool delays, uint64_t seed)
{
	struct tc_netem_qopt qopt = { .limit = delays ? DELAY_LIMIT : s->queue };
	struct tc_netem_rate rate = { .rate = s->rate / 8 };
	int64_t latency = s->delay_ns;
	struct rtattr *nest;

	if (!delays)
		qopt.loss = (uint32_t)(s->loss / 100 * UINT32_MAX);
	attr_put(req, TCA_KIND, "netem", sizeof("netem"));
	nest = attr_put(req, TCA_OPTIONS, &qopt, sizeof(qopt));
	if (delays)
		attr_put(req, TCA_NETEM_LATENCY64, &latency, sizeof(latency));
	else
		attr_put(req, TCA_NETEM_RATE, &rate, sizeof(rate));
	attr_put(req, NETEM_PRNG_SEED, &seed, sizeof(seed));
	attr_end(req, nest);
}

static int open_rtnl(enum side side)
{
	int fd;

	enter(side);
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (fd < 0)
		die("no netlink socket: %s", strerror(errno));
	return fd;
}

static void device(enum side side, unsigned int path, char dev[IFNAMSIZ])
{
	snprintf(dev, IFNAMSIZ, "%c%u", side == CLIENT ? 'c' : 's', path + 1);
}

static uint64_t seed_of(enum side side, unsigned int path)
{
	return opt.seed * 2 * MAX_PATHS + 2 * path + side + 1;
}

static void shape_one(int fd, enum side side, unsigned int path)
{
	const struct shape *s = &opt.shape[path];
	struct request req;
	char dev[IFNAMSIZ];
	int err;

	device(side, path, dev);
	/* of the run before; the first finds nothing to remove */
	begin(&req, RTM_DELQDISC, 0, dev, TC_H_ROOT, 0);
	ask(fd, &req);
	if (!s->rate)
		return;
	begin(&req, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, dev, TC_H_ROOT, DELAY_HANDLE);
	put_netem(&req, s, true, seed_of(side, path));
	err = ask(fd, &req);
	if (err)
		die("cannot delay '%s': %s", dev, strerror(-err));
	begin(&req, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, dev, DELAY_HANDLE | 1, QUEUE_HANDLE);
	put_netem(&req, s, false, seed_of(side, path));
	err = ask(fd, &req);
	if (err)
		die("cannot shape '%s': %s", dev, strerror(-err));
}

void shape_all(void)
{
	unsigned int s, i;
	int fd;

	for (s = 0; s < NR_SIDES; s++) {
		fd = open_rtnl(s);
		for (i = 0; i < opt.paths; i++)
			shape_one(fd, s, i);
		close(fd);
	}
}

void shape_change(const struct change *c)
{
	struct shape *s = &opt.shape[c->path];
	struct request req;
	char dev[IFNAMSIZ];
	unsigned int side;
	int fd, err;

	s->loss = c->loss;
	for (side = 0; side < NR_SIDES; side++) {
		fd = open_rtnl(side);
		device(side, c->path, dev);
		begin(&req, RTM_NEWQDISC, 0, dev, DELAY_HANDLE | 1, QUEUE_HANDLE);
		put_netem(&req, s, false, seed_of(side, c->path));
		err = ask(fd, &req);
		close(fd);
		if (err)
			die("cannot change '%s': %s", dev, strerror(-err));
	}
}
