// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* Asks the generic netlink family "mptcp_ext" what is registered. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/mptcp_ext.h>

#include "internal.h"

#define FAMILY		"mptcp_ext"
#define BUF_SIZE	32768	/* what the kernel fills at most in a dump */

struct request {
	struct mnl_socket *nl;
	unsigned int portid;
	unsigned int seq;
	char buf[BUF_SIZE];
};

static struct genlmsghdr *begin(struct request *req, struct nlmsghdr **nlh, uint16_t family,
				uint8_t cmd, uint8_t version, uint16_t flags)
{
	struct genlmsghdr *genl;

	*nlh = mnl_nlmsg_put_header(req->buf);
	(*nlh)->nlmsg_type = family;
	(*nlh)->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	(*nlh)->nlmsg_seq = ++req->seq;
	genl = mnl_nlmsg_put_extra_header(*nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = version;
	return genl;
}

static int transact(struct request *req, struct nlmsghdr *nlh, mnl_cb_t cb, void *data)
{
	ssize_t n;
	int ret;

	if (mnl_socket_sendto(req->nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	do {
		n = mnl_socket_recvfrom(req->nl, req->buf, sizeof(req->buf));
		if (n < 0)
			return -errno;
		ret = mnl_cb_run(req->buf, (size_t)n, req->seq, req->portid, cb, data);
		if (ret < 0)
			return -errno;
	} while (ret > MNL_CB_STOP);
	return 0;
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

static int resolve(struct request *req, uint16_t *id)
{
	struct nlmsghdr *nlh;
	int err;

	begin(req, &nlh, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, NLM_F_ACK);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, FAMILY);
	*id = 0;
	err = transact(req, nlh, family_cb, id);
	if (err == -ENOENT || (!err && !*id))
		return -EOPNOTSUPP;
	return err;
}

static void read_attr(struct mpx_registered *entry, const struct nlattr *attr)
{
	switch (mnl_attr_get_type(attr)) {
	case MPTCP_EXT_POLICY_FLAGS:
		if (!mnl_attr_validate(attr, MNL_TYPE_U32))
			entry->flags = mnl_attr_get_u32(attr);
		break;
	case MPTCP_EXT_POLICY_ID:
		if (!mnl_attr_validate(attr, MNL_TYPE_U32))
			entry->id = mnl_attr_get_u32(attr);
		break;
	case MPTCP_EXT_POLICY_BPF:
		entry->bpf = true;
		break;
	case MPTCP_EXT_POLICY_CONNECTIONS:
		if (!mnl_attr_validate(attr, MNL_TYPE_U32)) {
			entry->connections = mnl_attr_get_u32(attr);
			entry->counters_known = true;
		}
		break;
	case MPTCP_EXT_POLICY_INVALID_MARKS:
		if (!mnl_attr_validate(attr, MNL_TYPE_U64))
			entry->invalid_marks = mnl_attr_get_u64(attr);
		break;
	}
}

static bool is_sched(const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == MPTCP_EXT_POLICY_KIND &&
		    !mnl_attr_validate(attr, MNL_TYPE_U32))
			return mnl_attr_get_u32(attr) == MPTCP_EXT_KIND_SCHED;
	return true;
}

static int policy_cb(const struct nlmsghdr *nlh, void *data)
{
	struct mpx_registered *entry = NULL;
	struct mpx_registry *reg = data;
	const struct nlattr *attr;

	/* Kinds that this version does not know have counters of their own meaning. */
	if (!is_sched(nlh))
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != MPTCP_EXT_POLICY_NAME ||
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING))
			continue;
		entry = mpx_registry_add(reg, mnl_attr_get_str(attr));
		if (!entry) {
			errno = ENOMEM;
			return MNL_CB_ERROR;
		}
	}
	if (!entry)
		return MNL_CB_OK;
	entry->registered = true;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		read_attr(entry, attr);
	return MNL_CB_OK;
}

int mpx_genl_policies(struct mpx_registry *reg)
{
	struct request *req;
	struct nlmsghdr *nlh;
	uint16_t family;
	int err;

	req = calloc(1, sizeof(*req));
	if (!req)
		return -ENOMEM;
	req->seq = (unsigned int)time(NULL);
	req->nl = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!req->nl) {
		err = -errno;
		goto out_free;
	}
	if (mnl_socket_bind(req->nl, 0, MNL_SOCKET_AUTOPID) < 0) {
		err = -errno;
		goto out_close;
	}
	req->portid = mnl_socket_get_portid(req->nl);
	err = resolve(req, &family);
	if (err)
		goto out_close;
	begin(req, &nlh, family, MPTCP_EXT_CMD_GET_POLICY, 1, NLM_F_DUMP);
	err = transact(req, nlh, policy_cb, reg);
out_close:
	mnl_socket_close(req->nl);
out_free:
	free(req);
	return err;
}
