// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * flap: the path manager of one MPTCP connection, of the worst kind: once all subflows are there
 * it removes and adds random ones, until SIGTERM or the connection ends. Runs in the client's
 * network namespace; in both net.mptcp.pm_type is 1, and in the server's somebody listens to the
 * path manager's events, or the kernel refuses joins there.
 *
 * The addresses are those of lib.sh: 10.0.PATH.1 and 10.0.PATH.2. Prints how many subflows it
 * added and removed, and how many additions the kernel refused.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <getopt.h>
#include <linux/mptcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

#include "../fuzz/seed.h"
#include "mover_genl.h"

#define MAX_SUBFLOWS	32
#define FIRST_PORT	10000	/* a new port each time: the old one is in TIME_WAIT, */
#define PORTS		500	/* and the next run has other ones */
#define RUNS		40
#define IDS		250	/* 0 is the first subflow's, a new one each time too */

static struct {
	uint32_t token;
	unsigned int port, paths, subflows, interval_ms;
	uint64_t seed;
} opt = { .paths = 1, .subflows = 12, .interval_ms = 20, .seed = 1 };

static struct subflow {
	uint16_t port;		/* of the client; 0: there is none */
	uint8_t id;
	unsigned int path;
} subflows[MAX_SUBFLOWS];

static struct genl genl;
static struct rand dice;
static unsigned int added, removed, refused, nr;
static volatile sig_atomic_t told_to_stop;

static const char help[] =
"usage: flap --token T --port P [options]\n"
"  --token T      of the connection; --port P: of the server\n"
"  --paths N      how many paths the two have (1)\n"
"  --subflows N   how many to have, but for the first (12)\n"
"  --interval MS  between two changes (20)\n"
"  --seed S       of the random choice (1), and of the ports\n";

static void put_address(struct genl_request *req, int type, const char *addr, uint16_t port,
			uint8_t id)
{
	struct {
		struct nlattr family_attr;
		uint16_t family, pad;
		struct nlattr addr_attr;
		struct in_addr addr;
		struct nlattr port_attr;
		uint16_t port, pad2;
		struct nlattr id_attr;
		uint8_t id, pad3[3];
	} a = {
		.family_attr = { NLA_HDRLEN + 2, MPTCP_PM_ADDR_ATTR_FAMILY }, .family = AF_INET,
		.addr_attr = { NLA_HDRLEN + 4, MPTCP_PM_ADDR_ATTR_ADDR4 },
		.port_attr = { NLA_HDRLEN + 2, MPTCP_PM_ADDR_ATTR_PORT }, .port = port,
		.id_attr = { NLA_HDRLEN + 1, MPTCP_PM_ADDR_ATTR_ID }, .id = id,
	};

	inet_pton(AF_INET, addr, &a.addr);
	genl_put(req, type | NLA_F_NESTED, &a, sizeof(a));
}

static int change(unsigned int i, int command)
{
	char local[INET_ADDRSTRLEN], remote[INET_ADDRSTRLEN];
	struct subflow *s = &subflows[i];
	struct genl_request req;

	snprintf(local, sizeof(local), "10.0.%u.1", s->path);
	snprintf(remote, sizeof(remote), "10.0.%u.2", s->path);
	genl_begin(&req, genl.family, command, NLM_F_ACK);
	genl_put_u32(&req, MPTCP_PM_ATTR_TOKEN, opt.token);
	put_address(&req, MPTCP_PM_ATTR_ADDR, local, s->port, s->id);
	put_address(&req, MPTCP_PM_ATTR_ADDR_REMOTE, remote, opt.port, 0);
	return genl_call(&genl, &req, NULL, NULL);
}

static void add(unsigned int i)
{
	unsigned int nth = added + refused;

	subflows[i].port = FIRST_PORT + opt.seed % RUNS * PORTS + nth % PORTS;
	subflows[i].id = 1 + nth % IDS;
	subflows[i].path = rand_between(&dice, 1, opt.paths);
	if (change(i, MPTCP_PM_CMD_SUBFLOW_CREATE)) {
		subflows[i].port = 0;
		refused++;
		return;
	}
	added++;
	nr++;
}

/* It may have ended by itself. */
static void remove_one(unsigned int i)
{
	if (!change(i, MPTCP_PM_CMD_SUBFLOW_DESTROY))
		removed++;
	subflows[i].port = 0;
	nr--;
}

/* The kernel tells an unknown token by its words only. */
static bool connection_is_over(void)
{
	return strstr(genl.refusal, "token") != NULL;
}

static void run(void)
{
	unsigned int i;

	while (!told_to_stop && !connection_is_over()) {
		i = nr < opt.subflows && !removed ? nr : rand_below(&dice, opt.subflows);
		if (subflows[i].port)
			remove_one(i);
		else
			add(i);
		poll(NULL, 0, opt.interval_ms);
	}
}

static void stop(int signal)
{
	(void)signal;
	told_to_stop = 1;
}

static void __attribute__((noreturn)) usage(void)
{
	fputs(help, stderr);
	exit(2);
}

static uint64_t number(const char *text, uint64_t max)
{
	char *end;
	uint64_t n = strtoull(text, &end, 0);

	if (end == text || *end || n > max)
		usage();
	return n;
}

static void set_options(int argc, char **argv)
{
	static const struct option longopts[] = {
		{ "token", 1, NULL, 't' }, { "port", 1, NULL, 'p' }, { "paths", 1, NULL, 'n' },
		{ "subflows", 1, NULL, 's' }, { "interval", 1, NULL, 'i' },
		{ "seed", 1, NULL, 'S' }, { NULL, 0, NULL, 0 },
	};
	int o;

	while ((o = getopt_long(argc, argv, "", longopts, NULL)) != -1) {
		switch (o) {
		case 't':	opt.token = number(optarg, UINT32_MAX); break;
		case 'p':	opt.port = number(optarg, UINT16_MAX); break;
		case 'n':	opt.paths = number(optarg, 255); break;
		case 's':	opt.subflows = number(optarg, MAX_SUBFLOWS); break;
		case 'i':	opt.interval_ms = number(optarg, 100000); break;
		case 'S':	opt.seed = number(optarg, UINT64_MAX); break;
		default:	usage();
		}
	}
	if (!opt.token || !opt.port || !opt.paths || !opt.subflows || optind < argc)
		usage();
}

int main(int argc, char **argv)
{
	const struct sigaction sa = { .sa_handler = stop };
	int err;

	set_options(argc, argv);
	sigaction(SIGTERM, &sa, NULL);
	rand_init(&dice, opt.seed, RAND_RUN);
	err = genl_open_family(&genl, MPTCP_PM_NAME);
	if (err) {
		fprintf(stderr, "flap: no netlink family '%s': %s\n", MPTCP_PM_NAME,
			strerror(-err));
		return 1;
	}
	run();
	printf("%u %u %u\n", added, removed, refused);
	return 0;
}
