/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/*
 * Messages of the library. It never prints: everything it has to say goes to
 * one callback, which is called in the thread that called the library.
 */
#ifndef MPTCP_EXT_LOG_H
#define MPTCP_EXT_LOG_H

#include <stddef.h>

enum mpx_level {
	MPX_ERROR,	/* why a call failed: once for each failed call */
	MPX_WARN,
	MPX_INFO,
	MPX_DEBUG,
	MPX_TRACE,	/* libbpf's own debugging */
};

/* Append-only: @size is sizeof the struct in the library that was built. */
struct mpx_msg {
	size_t size;
	enum mpx_level level;
	int err;		/* negative errno of an MPX_ERROR, else 0 */
	const char *text;	/* one line, no line feed */
	const char *detail;	/* further lines, or NULL */
	const char *full;	/* what @detail was made from (a verifier log), or NULL */
};

typedef void (*mpx_log_fn)(const struct mpx_msg *msg, void *ctx);

/*
 * Send messages up to level @max to @fn; NULL silences them. Process-wide, to
 * be called before other threads use the library. Messages of libbpf arrive
 * one level quieter than libbpf gives them.
 */
void mpx_log_set(mpx_log_fn fn, void *ctx, enum mpx_level max);

#endif /* MPTCP_EXT_LOG_H */
