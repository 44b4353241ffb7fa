// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * tree: stream sockets of one process tree become MPTCP, and get a scheduler.
 * The tree is a cgroup, the one element of @tree; of everybody else's sockets
 * the programs have no opinion.
 *
 * They are part of libmptcp-ext (loader/lib/tree.c). Any kernel from 6.6 on has
 * the first hook; the second one is in kernel-patches, and is left out unless a
 * scheduler is asked for.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define AF_INET		2
#define AF_INET6	10
/* socket(2) passes SOCK_CLOEXEC and SOCK_NONBLOCK in the same argument. */
#define TYPE_MASK	0xf

char _license[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} tree SEC(".maps");

/* The number of the scheduler's registration. */
const volatile __u32 scheduler;

/*
 * 0 lets the next program of this hook and then the kernel decide; any other
 * value would be final, also for a program of somebody else.
 */
SEC("fmod_ret/update_socket_protocol")
int BPF_PROG(tree_protocol, int family, int type, int protocol)
{
	if (family != AF_INET && family != AF_INET6)
		return 0;
	if ((type & TYPE_MASK) != SOCK_STREAM)
		return 0;
	if (protocol && protocol != IPPROTO_TCP)
		return 0;

	return bpf_current_task_under_cgroup(&tree, 0) == 1 ? IPPROTO_MPTCP : 0;
}

SEC("fmod_ret/mptcp_select_scheduler")
int BPF_PROG(tree_scheduler, struct sock *sk)
{
	return bpf_current_task_under_cgroup(&tree, 0) == 1 ? scheduler : 0;
}
