/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/* The generic netlink family "mptcp_ext": requests, and what its messages say. */
#ifndef MPX_GENL_H
#define MPX_GENL_H

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/mptcp_ext.h>

#include "internal.h"

/* --- genl.c --- */

struct mpx_genl;

/*
 * A socket of the current network namespace: what it asks is answered for that
 * one, wherever it is used from. NULL and errno; EOPNOTSUPP without the family.
 */
struct mpx_genl *mpx_genl_open(void);
void mpx_genl_close(struct mpx_genl *genl);

/* Begin a request; attributes are put into what is returned. */
struct nlmsghdr *mpx_genl_begin(struct mpx_genl *genl, uint8_t cmd, uint16_t flags);

/* Send it and give each message of the answer to @cb; -EOPNOTSUPP: unknown command. */
int mpx_genl_run(struct mpx_genl *genl, struct nlmsghdr *nlh, mnl_cb_t cb, void *data);

/* All of this for a request without attributes, whose refusal needs no words. */
int mpx_genl_ask(uint8_t cmd, uint16_t flags, mnl_cb_t cb, void *data);

/* The kernel's words on the last refusal; "" when it had none. */
const char *mpx_genl_words(const struct mpx_genl *genl);

/* Those in message @nlh, whose attributes begin @offset bytes into its payload. */
void mpx_genl_find_words(const struct nlmsghdr *nlh, size_t offset, char *buf, size_t size);

/* What an attribute holds; false, and @value as it was, when it is not of that type. */
bool mpx_attr_u32(const struct nlattr *attr, uint32_t *value);
bool mpx_attr_u64(const struct nlattr *attr, uint64_t *value);
/* Cut at @size. */
bool mpx_attr_text(const struct nlattr *attr, char *buf, size_t size);

/* --- genl_policy.c, genl_conn.c: callbacks that read one message into @data --- */

int mpx_genl_policy_cb(const struct nlmsghdr *nlh, void *data);	/* struct mpx_registry */
int mpx_genl_conn_cb(const struct nlmsghdr *nlh, void *data);	/* struct mpx_conns */
int mpx_genl_moved_cb(const struct nlmsghdr *nlh, void *data);	/* uint32_t */

#endif /* MPX_GENL_H */
