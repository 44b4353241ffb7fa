// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* One request to the generic netlink family "mptcp_ext", and its answer. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "genl.h"

#define BUF_SIZE	32768	/* what the kernel fills at most in a dump */

struct mpx_genl {
	struct mnl_socket *nl;
	unsigned int portid;
	unsigned int seq;
	uint16_t family;
	char words[160];
	char buf[BUF_SIZE] __attribute__((aligned(NLMSG_ALIGNTO)));
};

/* The callback of one request, and where errors go. */
struct exchange {
	struct mpx_genl *genl;
	mnl_cb_t cb;
	void *data;
};

bool mpx_attr_u32(const struct nlattr *attr, uint32_t *value)
{
	if (mnl_attr_validate(attr, MNL_TYPE_U32))
		return false;
	*value = mnl_attr_get_u32(attr);
	return true;
}

bool mpx_attr_u64(const struct nlattr *attr, uint64_t *value)
{
	if (mnl_attr_validate(attr, MNL_TYPE_U64))
		return false;
	*value = mnl_attr_get_u64(attr);
	return true;
}

bool mpx_attr_text(const struct nlattr *attr, char *buf, size_t size)
{
	if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
		return false;
	snprintf(buf, size, "%s", mnl_attr_get_str(attr));
	return true;
}

void mpx_genl_find_words(const struct nlmsghdr *nlh, size_t offset, char *buf, size_t size)
{
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) || offset > mnl_nlmsg_get_payload_len(nlh))
		return;
	mnl_attr_for_each(attr, nlh, (unsigned int)offset)
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG)
			mpx_attr_text(attr, buf, size);
}

static int failed(int err)
{
	errno = abs(err);
	return MNL_CB_ERROR;
}

static int data_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct exchange *ex = data;

	return ex->cb(nlh, ex->data);
}

/* An error, or an acknowledgement: that is error 0. */
static int error_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlmsgerr *msg = mnl_nlmsg_get_payload(nlh);
	const struct exchange *ex = data;
	size_t offset = sizeof(*msg);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*msg))
		return failed(EBADMSG);
	if (!msg->error)
		return MNL_CB_STOP;
	/* The request comes back before the words unless it was left out. */
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED) && msg->msg.nlmsg_len > sizeof(msg->msg))
		offset += NLMSG_ALIGN(msg->msg.nlmsg_len - sizeof(msg->msg));
	mpx_genl_find_words(nlh, offset, ex->genl->words, sizeof(ex->genl->words));
	return failed(msg->error);
}

/* The end of a dump carries its error. */
static int done_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct exchange *ex = data;
	int status = 0;

	if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(status))
		memcpy(&status, mnl_nlmsg_get_payload(nlh), sizeof(status));
	if (status >= 0)
		return MNL_CB_STOP;
	mpx_genl_find_words(nlh, sizeof(status), ex->genl->words, sizeof(ex->genl->words));
	return failed(status);
}

int mpx_genl_run(struct mpx_genl *genl, struct nlmsghdr *nlh, mnl_cb_t cb, void *data)
{
	static mnl_cb_t control[] = { [NLMSG_ERROR] = error_cb, [NLMSG_DONE] = done_cb };
	struct exchange ex = { .genl = genl, .cb = cb, .data = data };
	ssize_t n;
	int ret;

	genl->words[0] = '\0';
	if (mnl_socket_sendto(genl->nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	do {
		n = mnl_socket_recvfrom(genl->nl, genl->buf, sizeof(genl->buf));
		if (n < 0)
			return -errno;
		ret = mnl_cb_run2(genl->buf, (size_t)n, genl->seq, genl->portid, data_cb, &ex,
				  control, mpx_array_size(control));
		if (ret < 0)
			return -errno;
	} while (ret > MNL_CB_STOP);
	return 0;
}

int mpx_genl_ask(uint8_t cmd, uint16_t flags, mnl_cb_t cb, void *data)
{
	struct mpx_genl *genl;
	int err;

	genl = mpx_genl_open();
	if (!genl)
		return -errno;
	err = mpx_genl_run(genl, mpx_genl_begin(genl, cmd, flags), cb, data);
	mpx_genl_close(genl);
	return err;
}

const char *mpx_genl_words(const struct mpx_genl *genl)
{
	return genl->words;
}

static struct nlmsghdr *begin(struct mpx_genl *genl, uint16_t family, uint8_t cmd,
			      uint8_t version, uint16_t flags)
{
	struct genlmsghdr *head;
	struct nlmsghdr *nlh;

	nlh = mnl_nlmsg_put_header(genl->buf);
	nlh->nlmsg_type = family;
	nlh->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	nlh->nlmsg_seq = ++genl->seq;
	head = mnl_nlmsg_put_extra_header(nlh, sizeof(*head));
	head->cmd = cmd;
	head->version = version;
	return nlh;
}

struct nlmsghdr *mpx_genl_begin(struct mpx_genl *genl, uint8_t cmd, uint16_t flags)
{
	return begin(genl, genl->family, cmd, MPTCP_EXT_GENL_VERSION, flags);
}

static int family_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;
	uint16_t *id = data;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID &&
		    !mnl_attr_validate(attr, MNL_TYPE_U16))
			*id = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

static int resolve(struct mpx_genl *genl)
{
	struct nlmsghdr *nlh;
	int err;

	nlh = begin(genl, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, NLM_F_ACK);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, MPTCP_EXT_GENL_NAME);
	err = mpx_genl_run(genl, nlh, family_cb, &genl->family);
	if (err == -ENOENT || (!err && !genl->family))
		return -EOPNOTSUPP;
	return err;
}

static int connect_to(struct mpx_genl *genl)
{
	int on = 1;

	genl->seq = (unsigned int)time(NULL);
	genl->nl = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!genl->nl || mnl_socket_bind(genl->nl, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	genl->portid = mnl_socket_get_portid(genl->nl);
	/* Without them errors have no words: no reason to give up. */
	(void)mnl_socket_setsockopt(genl->nl, NETLINK_EXT_ACK, &on, sizeof(on));
	(void)mnl_socket_setsockopt(genl->nl, NETLINK_CAP_ACK, &on, sizeof(on));
	return resolve(genl);
}

struct mpx_genl *mpx_genl_open(void)
{
	struct mpx_genl *genl;
	int err;

	genl = calloc(1, sizeof(*genl));
	if (!genl)
		return NULL;
	err = connect_to(genl);
	if (!err)
		return genl;
	mpx_genl_close(genl);
	errno = -err;
	return NULL;
}

void mpx_genl_close(struct mpx_genl *genl)
{
	if (!genl)
		return;
	if (genl->nl)
		mnl_socket_close(genl->nl);
	free(genl);
}
