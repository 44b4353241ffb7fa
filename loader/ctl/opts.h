/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/* Options described by const tables, parsed into structs. */
#ifndef CTL_OPTS_H
#define CTL_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum opt_type {
	OPT_FLAG,	/* bool */
	OPT_COUNT,	/* int, one more each time */
	OPT_STRING,	/* const char * */
	OPT_LIST,	/* struct opt_list, one more each time */
};

#define OPT_LIST_MAX 64

struct opt_list {
	size_t cnt;
	const char *v[OPT_LIST_MAX];
};

struct opt {
	const char *name;	/* kebab-case */
	char letter;		/* or 0 */
	enum opt_type type;
	size_t offset;		/* in the struct that is filled */
	const char *metavar;
	const char *help;
};

/* A table and the struct its offsets are of. */
struct opt_set {
	const struct opt *opts;
	void *values;
};

#define OPT_SETS 2

/*
 * Parse @argv from argv[1] on into @sets (an unused one has no opts). With
 * @to_verb parsing ends at the first word that is no option, else options and
 * words may be mixed; words are moved to the end. Returns the index of the
 * first word, or -EINVAL with the mistake in @mistake.
 */
int opts_parse(int argc, char **argv, const struct opt_set sets[OPT_SETS], bool to_verb,
	       char *mistake, size_t size);

/* One line of help for each option. */
void opts_help(FILE *out, const struct opt *opts);

#endif /* CTL_OPTS_H */
