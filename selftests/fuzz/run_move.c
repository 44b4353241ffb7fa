// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * MPTCP_EXT_CMD_MOVE, by which an administrator gives connections that exist another scheduler.
 * Not by way of libmptcp-ext: a fault of the kernel must be seen as one.
 */
#define _GNU_SOURCE
#include "../kernel/mover_genl.h"
#include "run.h"

static void take_moved(const struct nlattr *attrs, size_t len, void *arg)
{
	*(uint32_t *)arg = genl_number(attrs, len, MPTCP_EXT_MOVE_MOVED);
}

int net_move(const struct net *net, enum side side, uint32_t token, const char *name,
	     uint32_t *moved)
{
	struct genl_request req;
	struct genl genl;
	int err;

	err = net_enter(net, side);
	if (err)
		return err;
	err = genl_open(&genl);
	if (err)
		return err;
	genl_begin(&req, genl.family, MPTCP_EXT_CMD_MOVE, NLM_F_ACK);
	genl_put_text(&req, MPTCP_EXT_MOVE_SCHED, name);
	if (token)
		genl_put_u32(&req, MPTCP_EXT_MOVE_TOKEN, token);
	err = genl_call(&genl, &req, take_moved, moved);
	close(genl.fd);
	return err;
}
