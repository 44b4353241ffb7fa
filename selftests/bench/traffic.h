/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/*
 * Inside traffic: what its parts share. One process plays both ends of one connection, so that
 * nothing but the kernel under test decides when which end runs.
 */
#ifndef BENCH_TRAFFIC_H
#define BENCH_TRAFFIC_H

#include <stdbool.h>
#include <stdint.h>

#include "../kernel/xfer_info.h"

#define MAX_PATHS	16
#define MAX_CHANGES	4
#define MSEC		UINT64_C(1000000)
#define SEC		UINT64_C(1000000000)

enum side { CLIENT, SERVER, NR_SIDES };

/* One direction of a path: what waits for the bottleneck is limited to @queue packets, what is
 * under way is not.
 */
struct shape {
	uint64_t rate;		/* bits a second; 0: unshaped */
	uint64_t delay_ns;	/* one way */
	unsigned int queue;
	double loss;		/* percent */
};

struct change {
	uint64_t at_ns;		/* since the first byte */
	unsigned int path;
	double loss;
};

struct options {
	const char *ns[NR_SIDES];
	const char *ofo;	/* pinned map of ofo.bpf.c */
	struct shape shape[MAX_PATHS];
	struct change change[MAX_CHANGES];
	unsigned int paths, changes;
	unsigned int subflows;	/* as many addresses; the first are the paths' */
	uint64_t seed, timeout_ns;
	int rcvbuf;		/* of the server; 0: as the kernel tunes it */
	bool userspace;		/* subflows as a path manager in user space makes them */
};

extern struct options opt;

struct flow {
	int fd[NR_SIDES];
	int listener;
	struct conn_stat stat[NR_SIDES];
	struct diag_table diag[NR_SIDES];
	uint64_t deadline;
	unsigned int changed;	/* of opt.change[], how many are made */
};

uint64_t now_ns(void);
void __attribute__((noreturn, format(printf, 1, 2))) die(const char *fmt, ...);
void enter(enum side side);

/* ---- netem.c ---- */

/* All paths, in both directions. Random sequences follow from opt.seed. */
void shape_all(void);
/* The same shape with another loss: what is queued stays queued. */
void shape_change(const struct change *c);

/* ---- conn.c ---- */

/* Returns with the connection open and opt.subflows subflows usable. */
void flow_open(struct flow *f);
void flow_sample(struct flow *f, enum side side);

/* ---- pattern.c ---- */

/* Each moves its bytes and prints its figures, "name value" a line. */
void run_bulk(struct flow *f, char **arg);
void run_stream(struct flow *f, char **arg);
void run_requests(struct flow *f, char **arg);

#endif
