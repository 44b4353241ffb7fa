/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/*
 * The one include of a policy: the kernel's types, libbpf's macros, the kernel
 * functions and helpers of MPTCP policies, their metadata.
 */
#ifndef __MPTCP_BPF_COMMON_BPF_H
#define __MPTCP_BPF_COMMON_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

/* errno values that a callback may return; any but 0 means "send nothing now" */
#define EAGAIN	11
#define EINVAL	22

/*
 * In a policy's flags: applications may choose it for their own sockets without
 * privilege, user namespaces other than the initial one for their networks. A
 * macro of the kernel, which its type information does not tell.
 */
#ifndef MPTCP_EXT_F_APP
#define MPTCP_EXT_F_APP	(1U << 16)
#endif

/* Likewise: all that a decision marks send the same data, not successive pieces. */
#ifndef MPTCP_SCHED_F_DUP
#define MPTCP_SCHED_F_DUP	(1U << 0)
#endif

#ifndef min
#define min(a, b)	((a) < (b) ? (a) : (b))
#endif
#ifndef max
#define max(a, b)	((a) > (b) ? (a) : (b))
#endif

#include <mptcp_bpf/kfuncs.bpf.h>
#include <mptcp_bpf/policy.bpf.h>
#include <mptcp_bpf/subflow.bpf.h>
#include <mptcp_bpf/send.bpf.h>
#include <mptcp_bpf/retrans.bpf.h>

#endif /* __MPTCP_BPF_COMMON_BPF_H */
