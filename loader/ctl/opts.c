// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#include <errno.h>
#include <getopt.h>
#include <stdint.h>
#include <string.h>

#include "opts.h"

#define OPTS_MAX	32

struct flat {
	const struct opt *opt;
	void *values;
};

static int store(const struct flat *f, const char *arg, char *mistake, size_t size)
{
	char *dst = (char *)f->values + f->opt->offset;
	struct opt_list *list;

	switch (f->opt->type) {
	case OPT_FLAG:
		*(bool *)dst = true;
		return 0;
	case OPT_COUNT:
		++*(int *)dst;
		return 0;
	case OPT_STRING:
		*(const char **)dst = arg;
		return 0;
	case OPT_LIST:
		list = (struct opt_list *)dst;
		if (list->cnt == OPT_LIST_MAX) {
			snprintf(mistake, size, "more than %d times --%s", OPT_LIST_MAX, f->opt->name);
			return -EINVAL;
		}
		list->v[list->cnt++] = arg;
		return 0;
	}
	return -EINVAL;
}

/* getopt_long() tells mistakes on stderr only: say them ourselves, for JSON too. */
static int tell(int c, int argc, char **argv, char *mistake, size_t size)
{
	const char *word = optind > 0 && optind <= argc ? argv[optind - 1] : "";

	if (optopt && optopt < 256)
		snprintf(mistake, size, c == ':' ? "option -%c needs a value" : "unknown option -%c",
			 optopt);
	else if (c == ':')
		snprintf(mistake, size, "option %s needs a value", word);
	else
		snprintf(mistake, size, "unknown option %s", word);
	return -EINVAL;
}

int opts_parse(int argc, char **argv, const struct opt_set sets[OPT_SETS], bool to_verb,
	       char *mistake, size_t size)
{
	struct option longs[OPTS_MAX + 1] = { 0 };
	char shorts[2 + 2 * OPTS_MAX + 1], *s = shorts;
	struct flat flat[OPTS_MAX];
	const struct opt *o;
	int i, c, err, cnt = 0;

	if (to_verb)
		*s++ = '+';
	*s++ = ':';
	for (i = 0; i < OPT_SETS; i++) {
		for (o = sets[i].opts; o && o->name && cnt < OPTS_MAX; o++, cnt++) {
			flat[cnt] = (struct flat){ o, sets[i].values };
			longs[cnt].name = o->name;
			longs[cnt].has_arg = o->type >= OPT_STRING;
			longs[cnt].val = 256 + cnt;
			if (o->letter) {
				*s++ = o->letter;
				if (o->type >= OPT_STRING)
					*s++ = ':';
			}
		}
	}
	*s = '\0';
	opterr = 0;
	optind = 0;
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		for (i = 0; i < cnt; i++)
			if (c == 256 + i || (c && c != '?' && c != ':' && c == flat[i].opt->letter))
				break;
		if (i == cnt)
			return tell(c, argc, argv, mistake, size);
		err = store(&flat[i], optarg, mistake, size);
		if (err)
			return err;
	}
	return optind;
}

void opts_help(FILE *out, const struct opt *opts)
{
	char left[48];

	for (; opts && opts->name; opts++) {
		snprintf(left, sizeof(left), "%c%c%s--%s%s%s", opts->letter ? '-' : ' ',
			 opts->letter ? opts->letter : ' ', opts->letter ? ", " : "  ", opts->name,
			 opts->metavar ? " " : "", opts->metavar ? opts->metavar : "");
		fprintf(out, "  %-26s %s\n", left, opts->help);
	}
}
