// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * A worker's two network namespaces: entering them, their sysctls, links and counters.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../kernel/xfer_info.h"
#include "run.h"

int net_enter(const struct net *net, enum side side)
{
	return setns(net->fd[side], CLONE_NEWNET) ? -errno : 0;
}

static int open_sysctl(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "/proc/sys/net/mptcp/%s", name);
	return open(path, O_RDWR | O_CLOEXEC);
}

int net_open(struct net *net, unsigned int worker)
{
	char path[128];
	unsigned int s;
	int err;

	for (s = 0; s < NR_SIDES; s++) {
		snprintf(path, sizeof(path), "/run/netns/%s%u", opt.ns[s], worker + 1);
		net->fd[s] = open(path, O_RDONLY | O_CLOEXEC);
		if (net->fd[s] < 0)
			return -errno;
		err = net_enter(net, s);
		if (err)
			return err;
		net->control[s] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		net->scheduler[s] = open_sysctl("scheduler");
		if (net->control[s] < 0 || net->scheduler[s] < 0)
			return -errno;
		net->timeout[s] = open_sysctl("sched_timeout");
		net->max_fallbacks[s] = open_sysctl("sched_max_fallbacks");
	}
	return 0;
}

int net_sysctl(int fd, const char *value)
{
	if (fd < 0)
		return 0;
	return pwrite(fd, value, strlen(value), 0) < 0 ? -errno : 0;
}

int net_link(const struct net *net, enum side side, unsigned int path, bool up)
{
	struct ifreq ifr = { 0 };
	int fd = net->control[side];

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%c%u", side == CLIENT ? 'c' : 's', path);
	if (ioctl(fd, SIOCGIFFLAGS, &ifr))
		return -errno;
	if (up)
		ifr.ifr_flags |= IFF_UP;
	else
		ifr.ifr_flags &= ~IFF_UP;
	return ioctl(fd, SIOCSIFFLAGS, &ifr) ? -errno : 0;
}

/* ---- subflows ---- */

static int destroy(const struct info_addrs *a)
{
	const struct sockaddr_in *src = (const void *)&a->local, *dst = (const void *)&a->remote;
	struct {
		struct nlmsghdr nlh;
		struct inet_diag_req_v2 req;
	} m = {
		.nlh = {
			.nlmsg_len = sizeof(m),
			.nlmsg_type = SOCK_DESTROY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
		},
		.req = {
			.sdiag_family = AF_INET,
			.sdiag_protocol = IPPROTO_TCP,
			.idiag_states = ~0u,
			.id = {
				.idiag_sport = src->sin_port,
				.idiag_dport = dst->sin_port,
				.idiag_src[0] = src->sin_addr.s_addr,
				.idiag_dst[0] = dst->sin_addr.s_addr,
				.idiag_cookie = { INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE },
			},
		},
	};
	struct {
		struct nlmsghdr nlh;
		struct nlmsgerr err;
	} answer;
	int fd, err = 0;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	if (fd < 0)
		return -errno;
	if (send(fd, &m, sizeof(m), 0) < 0 || recv(fd, &answer, sizeof(answer), 0) < 0)
		err = -errno;
	else if (answer.nlh.nlmsg_type == NLMSG_ERROR)
		err = answer.err.error;
	close(fd);
	return err;
}

int net_kill_subflow(const struct net *net, int fd, unsigned int nth)
{
	struct info_addrs addrs[INFO_MAX_SUBFLOWS];
	struct tcp_info ti[INFO_MAX_SUBFLOWS];
	struct info_full full = {
		.size_tcpinfo_user = sizeof(ti[0]),
		.size_sfinfo_user = sizeof(addrs[0]),
		.size_arrays_user = INFO_MAX_SUBFLOWS,
		.subflow_info = (uintptr_t)addrs,
		.tcp_info = (uintptr_t)ti,
	};
	socklen_t len = sizeof(full);
	unsigned int i, usable = 0;
	int err;

	if (getsockopt(fd, SOL_MPTCP, OPT_MPTCP_FULL_INFO, &full, &len))
		return -errno;
	for (i = 0; i < full.num_subflows && i < INFO_MAX_SUBFLOWS; i++)
		usable += ti[i].tcpi_state == 1;	/* TCP_ESTABLISHED */
	if (usable < 2)
		return -EBUSY;
	err = net_enter(net, CLIENT);
	return err ? err : destroy(&addrs[nth % i]);
}

/* ---- counters ---- */

static void count(char *names, char *values, const char * const *wanted, uint64_t *sum)
{
	char *name_pos, *value_pos;
	const char *name = strtok_r(names, " \n", &name_pos);
	const char *value = strtok_r(values, " \n", &value_pos);
	unsigned int i;

	while (name && value) {
		for (i = 0; wanted[i]; i++)
			if (!strcmp(name, wanted[i]))
				sum[i] += strtoull(value, NULL, 10);
		name = strtok_r(NULL, " \n", &name_pos);
		value = strtok_r(NULL, " \n", &value_pos);
	}
}

int net_counters(const struct net *net, const char * const *names, uint64_t *sum)
{
	char *head = NULL, *values = NULL;
	size_t head_size = 0, values_size = 0;
	unsigned int s;
	FILE *file;
	int err;

	for (s = 0; s < NR_SIDES; s++) {
		err = net_enter(net, s);
		if (err)
			return err;
		file = fopen("/proc/thread-self/net/netstat", "re");
		if (!file)
			return -errno;
		while (getline(&head, &head_size, file) > 0 &&
		       getline(&values, &values_size, file) > 0)
			if (!strncmp(head, "MPTcpExt:", 9))
				count(head, values, names, sum);
		fclose(file);
	}
	free(head);
	free(values);
	return 0;
}
