/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/* The verb table: the one source of help, parsing and the manual's synopsis. */
#ifndef CTL_VERBS_H
#define CTL_VERBS_H

#include <limits.h>

#include "ctl.h"
#include "opts.h"

#define VERB_COMMAND	INT_MAX

struct verb {
	const char *name;
	const char *words;		/* synopsis of what follows */
	const char *summary;
	const char *text;		/* more, for its own help */
	const char *example;
	int min_words;
	int max_words;			/* VERB_COMMAND: a command, whose options are not ours */
	const struct opt *opts;
	size_t args_size;
	/* @args is the struct of the verb's options. */
	int (*run)(struct ctl *ctl, const void *args, int argc, char **argv);
};

extern const struct verb verbs[];	/* ends with an empty one */
extern const struct opt global_opts[];

struct global_args {
	bool json;
	bool pretty;
	int verbose;
	bool help;
	bool version;
};

#define VERB_ARGS_MAX 2048

const struct verb *verb_find(const char *name);
/* The verb that looks most like @name; NULL when none does. */
const struct verb *verb_nearest(const char *name);
void verb_help(FILE *out, const struct verb *verb);
void general_help(FILE *out);

/* One of each per verb, in cmd_<verb>.c. */
#define DECLARE_VERB(v)							\
	extern const struct opt v##_opts[];				\
	int do_##v(struct ctl *ctl, const void *args, int argc, char **argv)

DECLARE_VERB(features);
DECLARE_VERB(check);
DECLARE_VERB(load);
DECLARE_VERB(unload);
DECLARE_VERB(list);
DECLARE_VERB(use);
DECLARE_VERB(switch);
DECLARE_VERB(show);
DECLARE_VERB(run);
DECLARE_VERB(new);
DECLARE_VERB(panic);

#endif /* CTL_VERBS_H */
