/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/*
 * Inside fuzz_run: what its parts share. The parent hands out seeds and watches; each worker has a
 * pair of network namespaces of its own and runs one policy after the other in them.
 */
#ifndef FUZZ_RUN_H
#define FUZZ_RUN_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "seed.h"

#define MAX_WORKERS	32
#define MAX_CONNS	3
#define MAX_PATHS	3
#define MSEC		UINT64_C(1000000)

/* socket options of SOL_MPTCP; the scheduler's is in sched_opt.h */
#define OPT_MPTCP_INFO		1

enum side { CLIENT, SERVER, NR_SIDES };

struct options {
	const char *objects, *logs, *addr;
	const char *ns[NR_SIDES];	/* of worker I, from 0: this with I + 1 appended */
	uint64_t seed, count, deadline_ms;
	unsigned int workers, paths, bytes, slow;
	bool load_only, built_in;
};

enum outcome { NOT_RUN, RUNNING, REFUSED, PASSED, FAILED };

/* One seed's result, in memory that parent and workers share. */
struct result {
	enum outcome outcome;
	bool over;			/* nothing is added any more, but a late complaint */
	char reason[320];		/* of a failure */
	char notes[128];		/* what happened on purpose */
	uint64_t sends, retranses, events, load_ms, run_ms;
	uint32_t connections, subflows, aborted, kept, moved_to_default;
};

struct worker_state {
	int pid;
	uint64_t seed, until_ns;	/* what it runs, and when that must be over */
	const char *doing;
	char policy[16];		/* the scheduler its namespaces have now */
};

struct shared {
	uint64_t next;
	struct worker_state worker[MAX_WORKERS];
	struct result result[];		/* by number of the seed in this run */
};

extern struct options opt;
extern struct shared *shm;

uint64_t now_ns(void);

/* Append to the notes of a result. */
void note(struct result *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The first reason counts. Always returns false. */
bool failed(struct result *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* ---- a worker's namespaces ---- */

struct net {
	int fd[NR_SIDES];		/* of the namespaces */
	int control[NR_SIDES];		/* sockets for ioctl() */
	int scheduler[NR_SIDES], timeout[NR_SIDES], max_fallbacks[NR_SIDES];	/* sysctls or -1 */
};

int net_open(struct net *net, unsigned int worker);
int net_enter(const struct net *net, enum side side);
/* Returns 0 or a negative errno. */
int net_sysctl(int fd, const char *value);
int net_link(const struct net *net, enum side side, unsigned int path, bool up);
/* Moves the connection of @token, or all if that is 0, to the scheduler @name. */
int net_move(const struct net *net, enum side side, uint32_t token, const char *name,
	     uint32_t *moved);
/* Ends the subflow number @nth of the client's socket @fd, if it has more than one. */
int net_kill_subflow(const struct net *net, int fd, unsigned int nth);
/* Adds what the namespaces counted to @sum; NULL at the end of @names. */
int net_counters(const struct net *net, const char * const *names, uint64_t *sum);

/* ---- policies ---- */

struct policy {
	struct bpf_object *obj;
	struct bpf_map *ops;
	struct bpf_link *link;
	struct fuzz_stats *stats;	/* our own mapping: stays after the object is closed */
	uint64_t seed;
	bool refused;
};

/* Loads the object of @seed under the name of @as. Returns 0, or a negative errno and says in @r
 * why; with @p->refused set it is the verifier's verdict.
 */
int policy_load(struct policy *p, uint64_t seed, uint64_t as, struct result *r);
int policy_attach(struct policy *p);
int policy_update(struct policy *old, struct policy *new);
void policy_detach(struct policy *p);
/* Closes it, but keeps the statistics. */
void policy_close(struct policy *p);
void policy_forget(struct policy *p);
/* Did the kernel keep what it promises about callbacks? NULL if so. */
const char *policy_complaint(const struct policy *p, bool over);
unsigned int policies_in_kernel(void);

/* ---- transfers ---- */

struct end {
	int fd;
	unsigned int sent, received;
	bool readable, full;		/* as poll() and the last send() said */
	bool shut, eof;
	uint64_t next_write;
};

struct conn {
	struct end end[NR_SIDES];
	uint64_t key[NR_SIDES];
	int listener;			/* each has one: no question whose peer accept() gives */
	unsigned int max_write, pause_us;
	uint64_t wait_until;		/* for more subflows, before most of the bytes are sent */
	bool connected, arrived, over;
};

struct traffic {
	struct conn conn[MAX_CONNS];
	unsigned int nr;
	uint64_t received;		/* by all ends together */
};

int traffic_open(struct traffic *t, struct rand *r, const struct net *net);
/* One round of the event loop. Returns 1 when all is over, 0 to be called again, or a negative
 * errno and says in @r why.
 */
int traffic_run(struct traffic *t, struct rand *rand, struct result *r);
void traffic_abort(struct traffic *t, unsigned int nr);
void traffic_describe(const struct traffic *t, struct result *r);
void traffic_close(struct traffic *t);

/* ---- what happens meanwhile ---- */

struct context {
	unsigned int worker;
	const struct net *net;
	struct traffic *traffic;
	struct policy *policy;		/* what the connections started with */
	struct policy *next;		/* what an update replaced it by */
	struct result *result;
	struct rand *rand;
	int panic;			/* sysctl net.mptcp.ext_panic or -1 */
};

#define MAX_EVENTS	4

struct event {
	unsigned int kind;
	uint64_t at;			/* after so many bytes */
	unsigned int path;
	enum side side;
	unsigned int conn;
	uint64_t until_ns;		/* when it is taken back */
	enum { EVENT_WAITS, EVENT_ACTS, EVENT_OVER } state;
};

struct events {
	struct event event[MAX_EVENTS];
	unsigned int nr;
};

void events_plan(struct events *e, struct context *c);
int events_run(struct events *e, struct context *c);
/* Takes back what is not yet, paths that are down above all. */
void events_end(struct events *e, struct context *c);

#endif
