/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/*
 * Process trees whose sockets are MPTCP: TCP stream sockets that a process in
 * the tree makes, or any child of it, become MPTCP ones. Nothing else on the
 * machine is touched, and all of it ends with the tree, or with the process
 * that holds it.
 *
 * A tree is a cgroup below the caller's own and a BPF program. Sockets that
 * exist when a process enters stay what they are.
 */
#ifndef MPTCP_EXT_TREE_H
#define MPTCP_EXT_TREE_H

struct mpx_tree;

/*
 * @sched: what the tree's connections get; NULL: what the network namespace
 * has. A listener's children get what the listener has. When @sched is unloaded
 * meanwhile, new sockets get the namespace's. -EOPNOTSUPP for another one than
 * that where the kernel cannot tell trees apart.
 */
struct mpx_tree *mpx_tree__new(const char *sched);

/*
 * Move the calling process in; its children follow. May be called between
 * fork() and exec(): it only makes system calls, and gives no message.
 */
int mpx_tree__enter(const struct mpx_tree *tree);

/*
 * End it. Processes that are left go back to the caller's cgroup; sockets stay
 * what they are, new ones are TCP again. NULL is fine.
 */
void mpx_tree__free(struct mpx_tree *tree);

#endif /* MPTCP_EXT_TREE_H */
