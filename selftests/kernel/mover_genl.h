/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/*
 * The generic netlink family "mptcp_ext" as a test asks it: one request, all its answers, the
 * errno and the text of a refusal. Without a library, so that malformed requests can be made too.
 */
#ifndef MOVER_GENL_H
#define MOVER_GENL_H

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/mptcp_ext.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define GENL_BUF	32768	/* what the kernel fills at most in a dump */

struct genl {
	int fd;
	uint16_t family;
	uint32_t seq;
	char refusal[128];	/* the kernel's words for the last error, if it had any */
};

struct genl_request {
	struct nlmsghdr nlh;
	struct genlmsghdr genl;
	char attrs[256];
};

/* Called once a message with its attributes. */
typedef void (*genl_answer)(const struct nlattr *attrs, size_t len, void *arg);

static inline const struct nlattr *genl_attr(const struct nlattr *attr, size_t len, int type)
{
	size_t step;

	while (len >= sizeof(*attr) && attr->nla_len >= sizeof(*attr) && attr->nla_len <= len) {
		if ((attr->nla_type & NLA_TYPE_MASK) == type)
			return attr;
		step = NLA_ALIGN(attr->nla_len);
		if (step >= len)
			break;
		len -= step;
		attr = (const void *)((const char *)attr + step);
	}
	return NULL;
}

static inline const void *genl_data(const struct nlattr *attr)
{
	return attr + 1;
}

/* Integers of any size; 0 if the attribute is missing. */
static inline uint64_t genl_number(const struct nlattr *attrs, size_t len, int type)
{
	const struct nlattr *attr = genl_attr(attrs, len, type);
	uint64_t value = 0;

	if (attr && attr->nla_len - sizeof(*attr) <= sizeof(value))
		memcpy(&value, genl_data(attr), attr->nla_len - sizeof(*attr));
	return value;
}

static inline const char *genl_text(const struct nlattr *attrs, size_t len, int type)
{
	const struct nlattr *attr = genl_attr(attrs, len, type);

	return attr ? genl_data(attr) : "";
}

static inline void genl_begin(struct genl_request *req, uint16_t family, uint8_t cmd,
			      uint16_t flags)
{
	memset(req, 0, sizeof(*req));
	req->nlh.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	req->nlh.nlmsg_type = family;
	req->nlh.nlmsg_flags = NLM_F_REQUEST | flags;
	req->genl.cmd = cmd;
	req->genl.version = 1;
}

static inline void genl_put(struct genl_request *req, uint16_t type, const void *data, size_t len)
{
	struct nlattr *attr = (void *)((char *)req + NLMSG_ALIGN(req->nlh.nlmsg_len));

	if ((char *)attr + NLA_HDRLEN + NLA_ALIGN(len) > (char *)(req + 1))
		return;
	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	memcpy(attr + 1, data, len);
	req->nlh.nlmsg_len = NLMSG_ALIGN(req->nlh.nlmsg_len) + NLA_ALIGN(attr->nla_len);
}

static inline void genl_put_text(struct genl_request *req, uint16_t type, const char *text)
{
	genl_put(req, type, text, strlen(text) + 1);
}

static inline void genl_put_u32(struct genl_request *req, uint16_t type, uint32_t value)
{
	genl_put(req, type, &value, sizeof(value));
}

/* With NETLINK_CAP_ACK only the header of the request comes back before the attributes. */
static inline int genl_status(struct genl *g, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *e = NLMSG_DATA(nlh);
	size_t skip = NLMSG_LENGTH(sizeof(*e));
	const struct nlattr *attrs = (const void *)((const char *)nlh + skip);

	if (e->error && nlh->nlmsg_flags & NLM_F_ACK_TLVS)
		snprintf(g->refusal, sizeof(g->refusal), "%s",
			 genl_text(attrs, nlh->nlmsg_len - skip, NLMSGERR_ATTR_MSG));
	return e->error;
}

/* Returns 1 while more is to come, else 0 or a negative errno. */
static inline int genl_message(struct genl *g, const struct nlmsghdr *nlh, genl_answer fn,
			       void *arg)
{
	size_t skip = NLMSG_LENGTH(GENL_HDRLEN);

	if (nlh->nlmsg_seq != g->seq)
		return 1;
	if (nlh->nlmsg_type == NLMSG_ERROR)
		return genl_status(g, nlh);
	if (nlh->nlmsg_type == NLMSG_DONE)
		return nlh->nlmsg_len >= NLMSG_LENGTH(4) ? *(const int *)NLMSG_DATA(nlh) : 0;
	if (fn && nlh->nlmsg_len >= skip)
		fn((const void *)((const char *)nlh + skip), nlh->nlmsg_len - skip, arg);
	return 1;
}

static inline int genl_call(struct genl *g, struct genl_request *req, genl_answer fn, void *arg)
{
	static char buf[GENL_BUF] __attribute__((aligned(NLMSG_ALIGNTO)));
	const struct nlmsghdr *nlh;
	ssize_t len;
	int ret;

	g->refusal[0] = '\0';
	req->nlh.nlmsg_seq = ++g->seq;
	if (send(g->fd, req, req->nlh.nlmsg_len, 0) < 0)
		return -errno;
	for (;;) {
		len = recv(g->fd, buf, sizeof(buf), 0);
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return -errno;
		for (nlh = (void *)buf; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len)) {
			ret = genl_message(g, nlh, fn, arg);
			if (ret <= 0)
				return ret;
		}
	}
}

static inline void genl_family(const struct nlattr *attrs, size_t len, void *arg)
{
	*(uint16_t *)arg = genl_number(attrs, len, CTRL_ATTR_FAMILY_ID);
}

/* Acts on the network namespace that the caller is in now. */
static inline int genl_open_family(struct genl *g, const char *name)
{
	struct genl_request req;
	int one = 1, err;

	memset(g, 0, sizeof(*g));
	g->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (g->fd < 0)
		return -errno;
	setsockopt(g->fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(g->fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	genl_begin(&req, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	genl_put_text(&req, CTRL_ATTR_FAMILY_NAME, name);
	err = genl_call(g, &req, genl_family, &g->family);
	if (err)
		close(g->fd);
	return err;
}

static inline int genl_open(struct genl *g)
{
	return genl_open_family(g, MPTCP_EXT_GENL_NAME);
}

#endif
