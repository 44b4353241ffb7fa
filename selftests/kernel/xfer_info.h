/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/*
 * What the kernel says about one MPTCP connection and its subflows: MPTCP_FULL_INFO for the
 * figures, a sock_diag dump for the flags FULL_INFO does not carry (fully established, backup).
 *
 * The layouts are repeated here under own names because a distribution's <linux/mptcp.h> is
 * usually older than the kernel under test.
 */
#ifndef XFER_INFO_H
#define XFER_INFO_H

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif
#ifndef SOL_MPTCP
#define SOL_MPTCP 284
#endif

#define OPT_MPTCP_FULL_INFO	4

#define SUBFLOW_ATTR_FLAGS	8	/* MPTCP_SUBFLOW_ATTR_FLAGS */
#define SUBFLOW_F_BACKUP	(1u << 4 | 1u << 5)
#define SUBFLOW_F_ESTABLISHED	(1u << 6)

#define INFO_MAX_SUBFLOWS	32

struct info_msk {		/* struct mptcp_info */
	uint8_t subflows;
	uint8_t add_addr_signal;
	uint8_t add_addr_accepted;
	uint8_t subflows_max;
	uint8_t add_addr_signal_max;
	uint8_t add_addr_accepted_max;
	uint32_t flags;
	uint32_t token;
	uint64_t write_seq;
	uint64_t snd_una;
	uint64_t rcv_nxt;
	uint8_t local_addr_used;
	uint8_t local_addr_max;
	uint8_t csum_enabled;
	uint32_t retransmits;
	uint64_t bytes_retrans;
	uint64_t bytes_sent;
	uint64_t bytes_received;
	uint64_t bytes_acked;
	uint8_t subflows_total;
	uint8_t reserved[3];
	uint32_t last_data_sent;
	uint32_t last_data_recv;
	uint32_t last_ack_recv;
};

struct info_addrs {		/* struct mptcp_subflow_info */
	uint32_t id;
	struct sockaddr_storage local __attribute__((aligned(8)));
	struct sockaddr_storage remote __attribute__((aligned(8)));
};

struct info_full {		/* struct mptcp_full_info */
	uint32_t size_tcpinfo_kernel;
	uint32_t size_tcpinfo_user;
	uint32_t size_sfinfo_kernel;
	uint32_t size_sfinfo_user;
	uint32_t num_subflows;
	uint32_t size_arrays_user;
	uint64_t subflow_info;
	uint64_t tcp_info;
	struct info_msk msk;
};

_Static_assert(sizeof(struct info_addrs) == 8 + 2 * 128, "struct mptcp_subflow_info");
_Static_assert(offsetof(struct info_msk, bytes_acked) == 72, "struct mptcp_info");
_Static_assert(offsetof(struct info_full, msk) == 40, "struct mptcp_full_info");

struct subflow_stat {
	uint32_t id;
	uint32_t rtt_us;
	uint32_t cwnd;
	uint32_t retrans;	/* TCP segments */
	uint64_t bytes_sent;
	uint64_t bytes_acked;
	uint64_t bytes_retrans;
	uint64_t bytes_received;
	uint8_t state;
	bool backup;
	bool established;	/* MPTCP's fully established, may carry data */
	bool closed;		/* gone; the figures are the last ones seen */
	char local[64];
	char remote[64];
};

struct conn_stat {
	bool known;		/* sampled at least once */
	bool mptcp;		/* false: plain TCP or fallen back */
	uint32_t token;
	uint64_t sampled_ns;
	uint64_t bytes_retrans;	/* sent again on another subflow */
	uint64_t bytes_sent;	/* by the connection, each byte once */
	unsigned int nr;
	struct subflow_stat subflow[INFO_MAX_SUBFLOWS];
};

/* One TCP socket as the dump shows it; addresses as IPv6, IPv4 mapped. */
struct diag_entry {
	struct in6_addr src, dst;
	uint16_t sport, dport;
	uint32_t flags;
};

struct diag_table {
	int fd;
	unsigned int nr, size;
	struct diag_entry *entry;
};

static inline void info_map4(struct in6_addr *out, const void *addr4)
{
	memset(out, 0, sizeof(*out));
	out->s6_addr[10] = 0xff;
	out->s6_addr[11] = 0xff;
	memcpy(out->s6_addr + 12, addr4, 4);
}

static inline void info_addr6(const struct sockaddr_storage *ss, struct in6_addr *out,
			      uint16_t *port)
{
	const struct sockaddr_in6 *in6 = (const void *)ss;
	const struct sockaddr_in *in4 = (const void *)ss;

	if (ss->ss_family == AF_INET) {
		info_map4(out, &in4->sin_addr);
		*port = in4->sin_port;
	} else {
		*out = in6->sin6_addr;
		*port = in6->sin6_port;
	}
}

static inline void info_addr_text(const struct sockaddr_storage *ss, char *out, size_t size)
{
	char text[INET6_ADDRSTRLEN] = "?";
	struct in6_addr addr;
	uint16_t port;

	info_addr6(ss, &addr, &port);
	if (IN6_IS_ADDR_V4MAPPED(&addr)) {
		inet_ntop(AF_INET, addr.s6_addr + 12, text, sizeof(text));
		snprintf(out, size, "%s:%u", text, ntohs(port));
	} else {
		inet_ntop(AF_INET6, &addr, text, sizeof(text));
		snprintf(out, size, "[%s]:%u", text, ntohs(port));
	}
}

static inline const struct rtattr *info_attr(const struct rtattr *rta, int len, int type)
{
	for (; RTA_OK(rta, len); rta = RTA_NEXT(rta, len))
		if ((rta->rta_type & NLA_TYPE_MASK) == type)
			return rta;
	return NULL;
}

static inline const struct rtattr *info_nested(const struct rtattr *nest, int type)
{
	return nest ? info_attr(RTA_DATA(nest), RTA_PAYLOAD(nest), type) : NULL;
}

static inline int diag_add(struct diag_table *t, const struct nlmsghdr *nlh)
{
	const struct inet_diag_msg *msg = NLMSG_DATA(nlh);
	const struct rtattr *first = (const void *)(msg + 1), *flags;
	int len = nlh->nlmsg_len - NLMSG_LENGTH(sizeof(*msg));
	struct diag_entry *e;

	if (t->nr == t->size) {
		t->size = t->size ? 2 * t->size : 64;
		e = realloc(t->entry, t->size * sizeof(*e));
		if (!e)
			return -ENOMEM;
		t->entry = e;
	}
	e = &t->entry[t->nr++];
	if (msg->idiag_family == AF_INET) {
		info_map4(&e->src, msg->id.idiag_src);
		info_map4(&e->dst, msg->id.idiag_dst);
	} else {
		memcpy(&e->src, msg->id.idiag_src, sizeof(e->src));
		memcpy(&e->dst, msg->id.idiag_dst, sizeof(e->dst));
	}
	e->sport = msg->id.idiag_sport;
	e->dport = msg->id.idiag_dport;
	e->flags = 0;
	flags = info_nested(info_nested(info_attr(first, len, INET_DIAG_ULP_INFO),
					INET_ULP_INFO_MPTCP), SUBFLOW_ATTR_FLAGS);
	if (flags)
		memcpy(&e->flags, RTA_DATA(flags), sizeof(e->flags));
	return 0;
}

static inline int diag_request(int fd, uint8_t family)
{
	struct {
		struct nlmsghdr nlh;
		struct inet_diag_req_v2 req;
	} m = {
		.nlh = {
			.nlmsg_len = sizeof(m),
			.nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		},
		.req = {
			.sdiag_family = family,
			.sdiag_protocol = IPPROTO_TCP,
			.idiag_ext = 1 << (INET_DIAG_INFO - 1),	/* brings ULP_INFO too */
			.idiag_states = ~(1u << 10),	/* all but TCP_LISTEN */
		},
	};

	return send(fd, &m, sizeof(m), 0) == sizeof(m) ? 0 : -errno;
}

static inline int diag_dump(struct diag_table *t, uint8_t family)
{
	static char buf[32768] __attribute__((aligned(NLMSG_ALIGNTO)));
	const struct nlmsghdr *nlh;
	const struct nlmsgerr *e;
	ssize_t len;
	int err;

	err = diag_request(t->fd, family);
	if (err)
		return err;
	for (;;) {
		len = recv(t->fd, buf, sizeof(buf), 0);
		if (len < 0)
			return -errno;
		for (nlh = (void *)buf; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len)) {
			if (nlh->nlmsg_type == NLMSG_DONE)
				return 0;
			e = NLMSG_DATA(nlh);
			err = nlh->nlmsg_type == NLMSG_ERROR ? e->error : diag_add(t, nlh);
			if (err)
				return err;
		}
	}
}

/* Read all TCP sockets of the network namespace @t->fd was opened in. */
static inline int diag_refresh(struct diag_table *t)
{
	int err;

	t->nr = 0;
	err = diag_dump(t, AF_INET);
	return err ? err : diag_dump(t, AF_INET6);
}

static inline uint32_t diag_flags(const struct diag_table *t, const struct info_addrs *a)
{
	struct in6_addr src, dst;
	uint16_t sport, dport;
	unsigned int i;

	info_addr6(&a->local, &src, &sport);
	info_addr6(&a->remote, &dst, &dport);
	for (i = 0; i < t->nr; i++) {
		const struct diag_entry *e = &t->entry[i];

		if (e->sport == sport && e->dport == dport &&
		    IN6_ARE_ADDR_EQUAL(&e->src, &src) && IN6_ARE_ADDR_EQUAL(&e->dst, &dst))
			return e->flags;
	}
	return 0;
}

static inline struct subflow_stat *info_slot(struct conn_stat *cs, uint32_t id)
{
	unsigned int i;

	for (i = 0; i < cs->nr; i++)
		if (cs->subflow[i].id == id)
			return &cs->subflow[i];
	if (cs->nr == INFO_MAX_SUBFLOWS)
		return NULL;
	cs->subflow[cs->nr].id = id;
	return &cs->subflow[cs->nr++];
}

static inline void info_store(struct conn_stat *cs, const struct info_addrs *a,
			      const struct tcp_info *ti, uint32_t flags)
{
	struct subflow_stat *s = info_slot(cs, a->id);

	if (!s)
		return;
	/* The kernel clears a dying socket's addresses: keep the ones seen first. */
	if (!s->local[0]) {
		info_addr_text(&a->local, s->local, sizeof(s->local));
		info_addr_text(&a->remote, s->remote, sizeof(s->remote));
	}
	s->state = ti->tcpi_state;
	s->rtt_us = ti->tcpi_rtt;
	s->cwnd = ti->tcpi_snd_cwnd;
	s->retrans = ti->tcpi_total_retrans;
	s->bytes_sent = ti->tcpi_bytes_sent;
	s->bytes_acked = ti->tcpi_bytes_acked;
	s->bytes_retrans = ti->tcpi_bytes_retrans;
	s->bytes_received = ti->tcpi_bytes_received;
	s->backup = flags & SUBFLOW_F_BACKUP;
	s->established = flags & SUBFLOW_F_ESTABLISHED;
	s->closed = false;
}

/* A plain TCP socket counts as a connection with the one subflow 0. */
static inline int info_sample_tcp(int fd, struct conn_stat *cs)
{
	struct info_addrs a = { .id = cs->nr ? cs->subflow[0].id : 0 };
	struct tcp_info ti = { 0 };
	socklen_t len = sizeof(ti);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &ti, &len))
		return -errno;
	len = sizeof(a.local);
	if (getsockname(fd, (struct sockaddr *)&a.local, &len))
		return -errno;
	len = sizeof(a.remote);
	if (getpeername(fd, (struct sockaddr *)&a.remote, &len))
		return -errno;
	info_store(cs, &a, &ti, 0);
	cs->mptcp = false;
	cs->known = true;
	return 0;
}

/* Update @cs; subflows that are gone keep their last figures and are marked closed. */
static inline int info_sample(int fd, struct conn_stat *cs, const struct diag_table *t)
{
	static struct info_addrs addrs[INFO_MAX_SUBFLOWS];
	static struct tcp_info ti[INFO_MAX_SUBFLOWS];
	struct info_full full = {
		.size_tcpinfo_user = sizeof(ti[0]),
		.size_sfinfo_user = sizeof(addrs[0]),
		.size_arrays_user = INFO_MAX_SUBFLOWS,
		.subflow_info = (uintptr_t)addrs,
		.tcp_info = (uintptr_t)ti,
	};
	socklen_t len = sizeof(full);
	unsigned int i;

	memset(ti, 0, sizeof(ti));
	if (getsockopt(fd, SOL_MPTCP, OPT_MPTCP_FULL_INFO, &full, &len))
		return info_sample_tcp(fd, cs);
	for (i = 0; i < cs->nr; i++)
		cs->subflow[i].closed = true;
	for (i = 0; i < full.num_subflows && i < INFO_MAX_SUBFLOWS; i++)
		info_store(cs, &addrs[i], &ti[i], diag_flags(t, &addrs[i]));
	if (full.msk.token)
		cs->token = full.msk.token;
	cs->bytes_retrans = full.msk.bytes_retrans;
	cs->bytes_sent = full.msk.bytes_sent;
	cs->mptcp = true;
	cs->known = true;
	return 0;
}

/* Subflows that may carry data now. */
static inline unsigned int info_usable(const struct conn_stat *cs)
{
	unsigned int i, n = 0;

	for (i = 0; i < cs->nr; i++)
		n += !cs->subflow[i].closed && cs->subflow[i].established &&
		     cs->subflow[i].state == 1;		/* TCP_ESTABLISHED */
	return n;
}

#endif
