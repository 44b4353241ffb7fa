// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* Connections of the current network namespace: ask for them, and move them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "genl.h"

static void read_attr(struct mpx_conn *conn, const struct nlattr *attr)
{
	switch (mnl_attr_get_type(attr)) {
	case MPTCP_EXT_CONN_TOKEN:
		mpx_attr_u32(attr, &conn->token);
		break;
	case MPTCP_EXT_CONN_SCHED:
		mpx_attr_text(attr, conn->sched, sizeof(conn->sched));
		break;
	case MPTCP_EXT_CONN_PM:
		mpx_attr_text(attr, conn->pm, sizeof(conn->pm));
		break;
	case MPTCP_EXT_CONN_REASON:
		mpx_attr_u32(attr, &conn->reason);
		break;
	case MPTCP_EXT_CONN_SUBFLOWS:
		mpx_attr_u32(attr, &conn->subflows);
		break;
	case MPTCP_EXT_CONN_BYTES_SENT:
		mpx_attr_u64(attr, &conn->bytes_sent);
		break;
	case MPTCP_EXT_CONN_BYTES_RECEIVED:
		mpx_attr_u64(attr, &conn->bytes_received);
		break;
	case MPTCP_EXT_CONN_STATE:
		mpx_attr_u32(attr, &conn->tcp_state);
		break;
	}
}

int mpx_genl_conn_cb(const struct nlmsghdr *nlh, void *data)
{
	struct mpx_conns *conns = data;
	struct mpx_conn conn = { 0 };
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		read_attr(&conn, attr);
	/* Without a token there is nothing to name it by. */
	if (!conn.token)
		return MNL_CB_OK;
	if (mpx_conns_add(conns, &conn)) {
		errno = ENOMEM;
		return MNL_CB_ERROR;
	}
	return MNL_CB_OK;
}

int mpx_genl_conns(struct mpx_conns *conns)
{
	return mpx_genl_ask(MPTCP_EXT_CMD_GET_CONN, NLM_F_DUMP, mpx_genl_conn_cb, conns);
}

int mpx_genl_moved_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == MPTCP_EXT_MOVE_MOVED)
			mpx_attr_u32(attr, data);
	return MNL_CB_OK;
}

int mpx_genl_move(const struct mpx_move *move, uint32_t *moved, char *words, size_t size)
{
	struct mpx_genl *genl;
	struct nlmsghdr *nlh;
	int err;

	words[0] = '\0';
	genl = mpx_genl_open();
	if (!genl)
		return -errno;
	nlh = mpx_genl_begin(genl, MPTCP_EXT_CMD_MOVE, NLM_F_ACK);
	mnl_attr_put_strz(nlh, MPTCP_EXT_MOVE_SCHED, move->to);
	if (move->token)
		mnl_attr_put_u32(nlh, MPTCP_EXT_MOVE_TOKEN, move->token);
	if (move->from)
		mnl_attr_put_strz(nlh, MPTCP_EXT_MOVE_FROM, move->from);
	*moved = 0;
	err = mpx_genl_run(genl, nlh, mpx_genl_moved_cb, moved);
	snprintf(words, size, "%s", mpx_genl_words(genl));
	mpx_genl_close(genl);
	return err;
}
