/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/*
 * libmptcp-ext: loads MPTCP policies written in BPF and says who uses them.
 *
 * Convention: functions that do something return 0 or a negative errno,
 * predicates return bool, constructors return NULL and set errno. The reason
 * of a failure is given to the message callback (log.h) once, by the function
 * that knows it. -EOPNOTSUPP always means that the running kernel lacks
 * something the call needs.
 *
 * Structs handed out by the library are owned by it and append-only.
 */
#ifndef MPTCP_EXT_MPTCP_EXT_H
#define MPTCP_EXT_MPTCP_EXT_H

#include <mptcp_ext/assign.h>
#include <mptcp_ext/conn.h>
#include <mptcp_ext/kernel.h>
#include <mptcp_ext/log.h>
#include <mptcp_ext/policy.h>
#include <mptcp_ext/tree.h>

#define MPX_VERSION	"0.1.0"

/* The version of the library that is running. */
const char *mpx_version(void);

#endif /* MPTCP_EXT_MPTCP_EXT_H */
