// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * MPTCP_EXT_CMD_MOVE, by which an administrator gives connections that exist another scheduler.
 * Not by way of libmptcp-ext: a fault of the kernel must be seen as one.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/mptcp_ext.h>
#include <sys/socket.h>

#include "run.h"

#define BUF_SIZE	8192

static int take_family(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;
	uint16_t *family = data;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID)
			*family = mnl_attr_get_u16(attr);
	return MNL_CB_OK;
}

static int take_moved(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;
	uint32_t *moved = data;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == MPTCP_EXT_MOVE_MOVED)
			*moved = mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

static struct nlmsghdr *request(char *buf, uint16_t type, uint8_t cmd, uint8_t version)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = version;
	return nlh;
}

/* Returns 0 or a negative errno. */
static int run(struct mnl_socket *nl, struct nlmsghdr *nlh, mnl_cb_t cb, void *data)
{
	static char answer[BUF_SIZE];
	ssize_t n;
	int ret;

	if (mnl_socket_sendto(nl, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	do {
		n = mnl_socket_recvfrom(nl, answer, sizeof(answer));
		ret = n < 0 ? MNL_CB_ERROR :
		      mnl_cb_run(answer, n, 0, mnl_socket_get_portid(nl), cb, data);
	} while (ret > MNL_CB_STOP);
	return ret < 0 ? -errno : 0;
}

static int find_family(struct mnl_socket *nl, uint16_t *family)
{
	char buf[256];
	struct nlmsghdr *nlh = request(buf, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1);

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, MPTCP_EXT_GENL_NAME);
	return run(nl, nlh, take_family, family);
}

int net_move(const struct net *net, enum side side, uint32_t token, const char *name,
	     uint32_t *moved)
{
	struct mnl_socket *nl;
	struct nlmsghdr *nlh;
	uint16_t family = 0;
	char buf[256];
	int err;

	err = net_enter(net, side);
	if (err)
		return err;
	nl = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!nl)
		return -errno;
	err = mnl_socket_bind(nl, 0, MNL_SOCKET_AUTOPID) ? -errno : find_family(nl, &family);
	if (!err) {
		nlh = request(buf, family, MPTCP_EXT_CMD_MOVE, MPTCP_EXT_GENL_VERSION);
		mnl_attr_put_strz(nlh, MPTCP_EXT_MOVE_SCHED, name);
		if (token)
			mnl_attr_put_u32(nlh, MPTCP_EXT_MOVE_TOKEN, token);
		err = run(nl, nlh, take_moved, moved);
	}
	mnl_socket_close(nl);
	return err;
}
