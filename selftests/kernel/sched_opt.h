/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/* The socket option that says which scheduler a socket has: a distribution's headers lack it. */
#ifndef SCHED_OPT_H
#define SCHED_OPT_H

#include <netinet/in.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP		262
#endif
#ifndef SOL_MPTCP
#define SOL_MPTCP		284
#endif
#define OPT_MPTCP_SCHEDULER	128	/* MPTCP_SCHEDULER of the kernel under test */
#define SCHED_NAME_SIZE		16

#endif
