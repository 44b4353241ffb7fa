/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/*
 * Connections that exist: look at them, and move them to another policy. A
 * connection is named by its token, as 'ss -M' shows it, within its network
 * namespace (see assign.h for how to name that).
 */
#ifndef MPTCP_EXT_CONN_H
#define MPTCP_EXT_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mptcp_ext/policy.h>

struct mpx_endpoint {
	uint16_t family;		/* AF_INET or AF_INET6; 0: not known */
	uint16_t port;			/* in host order */
	uint8_t addr[16];		/* in network order; of IPv4 the first four */
};

#define MPX_ENDPOINT_TEXT	56

/* "10.0.1.1:443", "[fd00::1]:443"; IPv4 inside IPv6 as IPv4; "-" when not known. */
const char *mpx_endpoint_text(const struct mpx_endpoint *ep, char buf[MPX_ENDPOINT_TEXT]);

struct mpx_conn {
	const char *netns;		/* what it is called here */
	uint64_t netns_cookie;		/* 0: not known */
	uint32_t token;
	uint32_t tcp_state;		/* of the connection; 1: established */
	uint32_t reason;		/* enum mpx_reason: why it left its policy */
	uint32_t subflows;
	uint64_t bytes_sent;		/* payload, each byte once */
	uint64_t bytes_received;
	struct mpx_endpoint local;	/* of the first subflow */
	struct mpx_endpoint remote;
	char sched[MPX_NAME_SIZE];
	char pm[MPX_NAME_SIZE];
};

struct mpx_conns {
	size_t cnt;
	struct mpx_conn *v;		/* by network namespace, then by token */
	bool endpoints;			/* false: addresses are not known, see the warning */
	size_t netns_cnt;
	char **netns;
};

enum mpx_conns_flags {
	MPX_CONNS_ALL_NETNS = 1 << 0,	/* of every reachable network namespace; @ns is NULL */
};

/*
 * The MPTCP connections of @ns. Needs no privilege; without the right to load BPF
 * programs their addresses stay unknown, which is a warning. NULL and errno on
 * error; EOPNOTSUPP: the kernel cannot tell. With MPX_CONNS_ALL_NETNS, namespaces
 * that cannot be entered are warned about and left out.
 */
struct mpx_conns *mpx_conns__read(const char *ns, unsigned int flags);
void mpx_conns__free(struct mpx_conns *conns);

/* A token as people write it: decimal, or hexadecimal after 0x. */
int mpx_token_parse(const char *text, uint32_t *token);

struct mpx_move {
	const char *netns;		/* NULL: the current one */
	const char *to;			/* the scheduler to go on with */
	const char *from;		/* only connections on this one; NULL: on any */
	uint32_t token;			/* only this connection; 0: all */
};

/*
 * Let live connections go on with another scheduler; no byte of theirs is lost.
 * @moved gets how many changed; those that had it already do not count. -ESRCH:
 * no connection with this token; -ENOENT: no such policy, or it is disabled;
 * -EPERM: needs CAP_NET_ADMIN; -EOPNOTSUPP: the kernel cannot.
 */
int mpx_conn_move(const struct mpx_move *move, uint32_t *moved);

#endif /* MPTCP_EXT_CONN_H */
