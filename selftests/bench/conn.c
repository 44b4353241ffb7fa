// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * One connection with all its subflows. Up to 8 paths the kernel's path manager joins them, from
 * the addresses the server announces; beyond that, and to compare like with like, this program does
 * it, as a path manager in user space.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/mptcp.h>
#include <poll.h>
#include <sched.h>
#include <time.h>

#include "../kernel/mover_genl.h"
#include "traffic.h"

#define PORT		5000
#define POLL_NS		(5 * MSEC)

void enter(enum side side)
{
	static int fd[NR_SIDES] = { -1, -1 };
	char path[128];

	if (fd[side] < 0) {
		snprintf(path, sizeof(path), "/run/netns/%s", opt.ns[side]);
		fd[side] = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (fd[side] < 0 || setns(fd[side], CLONE_NEWNET))
		die("cannot enter '%s': %s", opt.ns[side], strerror(errno));
}

static struct sockaddr_in address(unsigned int path, enum side side)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(side == SERVER ? PORT : 0),
		.sin_addr.s_addr = htonl(10 << 24 | (path + 1) << 8 | (side == CLIENT ? 1 : 2)),
	};
}

static void wait_fd(int fd, short events, uint64_t deadline, const char *what)
{
	struct pollfd pfd = { .fd = fd, .events = events };
	uint64_t now = now_ns();

	if (now >= deadline || poll(&pfd, 1, (deadline - now) / MSEC + 1) < 1)
		die("%s: no answer", what);
}

static int open_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_MPTCP);

	if (fd < 0)
		die("no MPTCP socket: %s", strerror(errno));
	return fd;
}

static void listen_on_all(struct flow *f)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int one = 1;

	enter(SERVER);
	f->listener = open_socket();
	setsockopt(f->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (opt.rcvbuf && setsockopt(f->listener, SOL_SOCKET, SO_RCVBUF, &opt.rcvbuf,
				     sizeof(opt.rcvbuf)))
		die("cannot set the receive buffer: %s", strerror(errno));
	if (bind(f->listener, (void *)&any, sizeof(any)) || listen(f->listener, MAX_PATHS))
		die("cannot listen: %s", strerror(errno));
}

static void open_diag(struct flow *f)
{
	unsigned int s;

	for (s = 0; s < NR_SIDES; s++) {
		enter(s);
		f->diag[s].fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
		if (f->diag[s].fd < 0)
			die("no netlink socket: %s", strerror(errno));
	}
}

void flow_sample(struct flow *f, enum side side)
{
	int err = diag_refresh(&f->diag[side]);

	if (!err)
		err = info_sample(f->fd[side], &f->stat[side], &f->diag[side]);
	if (err)
		die("cannot read the sockets' figures: %s", strerror(-err));
}

/* ---- path manager ---- */

struct pm {
	struct genl genl;
	uint32_t group;		/* of events */
};

static void pm_family(const struct nlattr *attrs, size_t len, void *arg)
{
	const struct nlattr *groups = genl_attr(attrs, len, CTRL_ATTR_MCAST_GROUPS);
	const struct nlattr *group;
	struct pm *pm = arg;
	size_t left, step;

	genl_family(attrs, len, &pm->genl.family);
	if (!groups)
		return;
	left = groups->nla_len - NLA_HDRLEN;
	for (group = genl_data(groups); left >= NLA_HDRLEN; left -= step) {
		const void *in = genl_data(group);
		size_t size = group->nla_len - NLA_HDRLEN;

		if (!strcmp(genl_text(in, size, CTRL_ATTR_MCAST_GRP_NAME), MPTCP_PM_EV_GRP_NAME))
			pm->group = genl_number(in, size, CTRL_ATTR_MCAST_GRP_ID);
		step = NLA_ALIGN(group->nla_len);
		if (step >= left)
			break;
		group = (const void *)((const char *)group + step);
	}
}

static void pm_open(struct pm *pm)
{
	struct genl_request req;
	int err;

	memset(pm, 0, sizeof(*pm));
	pm->genl.fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	genl_begin(&req, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	genl_put_text(&req, CTRL_ATTR_FAMILY_NAME, MPTCP_PM_NAME);
	err = pm->genl.fd < 0 ? -errno : genl_call(&pm->genl, &req, pm_family, pm);
	if (err)
		die("no netlink family '%s': %s", MPTCP_PM_NAME, strerror(-err));
}

/* A server accepts joins while somebody listens to its events; reading them is not needed. */
static void pm_listen(void)
{
	struct pm pm;

	enter(SERVER);
	pm_open(&pm);
	if (setsockopt(pm.genl.fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &pm.group,
		       sizeof(pm.group)))
		die("cannot listen to the path manager: %s", strerror(errno));
}

static void pm_put_address(struct genl_request *req, int type, unsigned int path, enum side side)
{
	struct sockaddr_in sin = address(path, side);
	struct {
		struct nlattr family_attr;
		uint16_t family, pad;
		struct nlattr addr_attr;
		uint32_t addr;
		struct nlattr last_attr;	/* port of the server, id of the client */
		uint8_t last[4];
	} a = {
		{ NLA_HDRLEN + 2, MPTCP_PM_ADDR_ATTR_FAMILY }, AF_INET, 0,
		{ NLA_HDRLEN + 4, MPTCP_PM_ADDR_ATTR_ADDR4 }, sin.sin_addr.s_addr,
		{ NLA_HDRLEN + 1, MPTCP_PM_ADDR_ATTR_ID }, { path + 1 },
	};
	uint16_t port = PORT;

	if (side == SERVER) {
		a.last_attr = (struct nlattr){ NLA_HDRLEN + 2, MPTCP_PM_ADDR_ATTR_PORT };
		memcpy(a.last, &port, 2);
	}
	genl_put(req, type | NLA_F_NESTED, &a, sizeof(a));
}

static void pm_join(struct flow *f)
{
	struct genl_request req;
	unsigned int i;
	struct pm pm;
	int err;

	enter(CLIENT);
	pm_open(&pm);
	for (i = 1; i < opt.subflows; i++) {
		genl_begin(&req, pm.genl.family, MPTCP_PM_CMD_SUBFLOW_CREATE, NLM_F_ACK);
		genl_put_u32(&req, MPTCP_PM_ATTR_TOKEN, f->stat[CLIENT].token);
		pm_put_address(&req, MPTCP_PM_ATTR_ADDR, i, CLIENT);
		pm_put_address(&req, MPTCP_PM_ATTR_ADDR_REMOTE, i, SERVER);
		err = genl_call(&pm.genl, &req, NULL, NULL);
		if (err)
			die("cannot join subflow %u: %s", i + 1, strerror(-err));
	}
	close(pm.genl.fd);
}

/* ---- connection ---- */

/* Makes the connection fully established on both ends: joins are allowed from then on. */
static void greet(struct flow *f)
{
	char hello = 'h';
	unsigned int s;

	for (s = 0; s < NR_SIDES; s++) {
		if (send(f->fd[s], &hello, 1, MSG_NOSIGNAL) != 1)
			die("cannot send: %s", strerror(errno));
		wait_fd(f->fd[!s], POLLIN, f->deadline, "greeting");
		if (recv(f->fd[!s], &hello, 1, 0) != 1)
			die("cannot receive: %s", strerror(errno));
	}
}

static void join(struct flow *f)
{
	uint64_t deadline = now_ns() + 20 * SEC;
	struct timespec nap = { .tv_nsec = POLL_NS };
	unsigned int usable;

	flow_sample(f, CLIENT);
	if (opt.userspace)
		pm_join(f);
	for (;;) {
		flow_sample(f, CLIENT);
		flow_sample(f, SERVER);
		usable = info_usable(&f->stat[CLIENT]);
		if (usable >= opt.subflows &&
		    info_usable(&f->stat[SERVER]) >= opt.subflows)
			return;
		if (now_ns() > deadline)
			die("only %u of %u subflows came up", usable, opt.subflows);
		nanosleep(&nap, NULL);
	}
}

void flow_open(struct flow *f)
{
	struct sockaddr_in server = address(0, SERVER), client = address(0, CLIENT);

	open_diag(f);
	if (opt.userspace)
		pm_listen();
	listen_on_all(f);
	enter(CLIENT);
	f->fd[CLIENT] = open_socket();
	if (bind(f->fd[CLIENT], (void *)&client, sizeof(client)))
		die("cannot bind: %s", strerror(errno));
	if (connect(f->fd[CLIENT], (void *)&server, sizeof(server)) && errno != EINPROGRESS)
		die("cannot connect: %s", strerror(errno));
	wait_fd(f->listener, POLLIN, f->deadline, "connection");
	f->fd[SERVER] = accept4(f->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (f->fd[SERVER] < 0)
		die("cannot accept: %s", strerror(errno));
	greet(f);
	if (opt.subflows > 1)
		join(f);
}
