/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/* One call of mptcp-pmctl: what was asked for globally, and what is said in return. */
#ifndef CTL_CTL_H
#define CTL_CTL_H

#include <jansson.h>
#include <stdbool.h>

#include <mptcp_ext/mptcp_ext.h>

/* Exit codes: a contract with scripts. */
enum exit_code {
	EXIT_OK = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_NO_DAEMON = 3,
	EXIT_UNSUPPORTED = 4,
};

/* What a verb returns beside 0 and negative errnos: its usage was wrong. */
#define CTL_USAGE	(-10000)

struct ctl {
	bool json;
	bool pretty;
	int verbose;
	int command_status;	/* exit status of a command that was run; 0: by the error */
	json_t *root;		/* the JSON answer, printed at the end */
	json_t *warnings;
	json_t *error;
};

#endif /* CTL_CTL_H */
