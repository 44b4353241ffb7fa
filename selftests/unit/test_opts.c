// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* Are options found before, between and after words, and mistakes told? */
#include <errno.h>
#include <string.h>

#include "ctl/args.h"
#include "ctl/opts.h"
#include "ctl/verbs.h"
#include "unit.h"

TestSuite(opts);

static char mistake[256];

#define PARSE(sets, to_verb, ...)							\
	({										\
		static char *argv_[] = { (char *)"prog", __VA_ARGS__, NULL };		\
		argv = argv_;								\
		opts_parse((int)mpx_array_size(argv_) - 1, argv_, sets, to_verb, mistake, \
			   sizeof(mistake));						\
	})

Test(opts, mixed_with_words)
{
	struct global_args glob = { 0 };
	struct load_args load = { 0 };
	const struct opt_set sets[OPT_SETS] = { { global_opts, &glob }, { load_opts, &load } };
	char **argv;
	int first;

	first = PARSE(sets, false, (char *)"file.o", (char *)"--set", (char *)"a=1", (char *)"-jv",
		      (char *)"-s", (char *)"b=2", (char *)"--name=x", (char *)"-v",
		      (char *)"--set=c=3", (char *)"--replace");
	cr_assert_eq(first, 10);
	cr_assert_str_eq(argv[first], "file.o");
	cr_assert_eq(load.set.cnt, 3);
	cr_assert_str_eq(load.set.v[0], "a=1");
	cr_assert_str_eq(load.set.v[1], "b=2");
	cr_assert_str_eq(load.set.v[2], "c=3");
	cr_assert_str_eq(load.name, "x");
	cr_assert(load.replace);
	cr_assert(glob.json);
	cr_assert_not(glob.pretty);
	cr_assert_eq(glob.verbose, 2);
}

Test(opts, stops_at_the_verb)
{
	struct global_args glob = { 0 };
	const struct opt_set sets[OPT_SETS] = { { global_opts, &glob } };
	char **argv;
	int first;

	first = PARSE(sets, true, (char *)"-j", (char *)"load", (char *)"--name", (char *)"x");
	cr_assert_eq(first, 2);
	cr_assert_str_eq(argv[first], "load");
	cr_assert(glob.json);
}

Test(opts, double_dash_ends_options)
{
	struct global_args glob = { 0 };
	const struct opt_set sets[OPT_SETS] = { { global_opts, &glob } };
	char **argv;
	int first;

	first = PARSE(sets, false, (char *)"--", (char *)"-j");
	cr_assert_eq(first, 2);
	cr_assert_str_eq(argv[first], "-j");
	cr_assert_not(glob.json);
}

Test(opts, mistakes)
{
	struct global_args glob = { 0 };
	struct load_args load = { 0 };
	const struct opt_set sets[OPT_SETS] = { { global_opts, &glob }, { load_opts, &load } };
	char **argv;

	cr_assert_eq(PARSE(sets, false, (char *)"--nope"), -EINVAL);
	cr_assert_str_eq(mistake, "unknown option --nope");
	cr_assert_eq(PARSE(sets, false, (char *)"-x"), -EINVAL);
	cr_assert_str_eq(mistake, "unknown option -x");
	cr_assert_eq(PARSE(sets, false, (char *)"f", (char *)"--name"), -EINVAL);
	cr_assert_str_eq(mistake, "option --name needs a value");
	cr_assert_eq(PARSE(sets, false, (char *)"-s"), -EINVAL);
	cr_assert_str_eq(mistake, "option -s needs a value");
	(void)argv;
}

Test(opts, lists_have_an_end)
{
	static char *argv[2 * OPT_LIST_MAX + 4] = { (char *)"prog" };
	struct load_args load = { 0 };
	const struct opt_set sets[OPT_SETS] = { { load_opts, &load } };
	int i;

	for (i = 0; i <= OPT_LIST_MAX; i++) {
		argv[1 + 2 * i] = (char *)"-s";
		argv[2 + 2 * i] = (char *)"a=1";
	}
	cr_assert_eq(opts_parse(1 + 2 * OPT_LIST_MAX, argv, sets, false, mistake, sizeof(mistake)),
		     1 + 2 * OPT_LIST_MAX);
	load.set.cnt = 0;
	cr_assert_eq(opts_parse(3 + 2 * OPT_LIST_MAX, argv, sets, false, mistake, sizeof(mistake)),
		     -EINVAL);
}

/* Two options of one letter, or a struct too large for main()'s room, would go unnoticed. */
Test(opts, tables_are_sound)
{
	const struct opt *tables[2], *a, *b;
	const struct verb *v;
	int t, u;

	for (v = verbs; v->name; v++) {
		cr_assert_leq(v->args_size, VERB_ARGS_MAX, "%s", v->name);
		tables[0] = global_opts;
		tables[1] = v->opts;
		for (t = 0; t < 2; t++)
			for (a = tables[t]; a->name; a++)
				for (u = 0; u < 2; u++)
					for (b = tables[u]; b->name; b++) {
						if (a == b)
							continue;
						cr_assert_str_neq(a->name, b->name);
						cr_assert(!a->letter || a->letter != b->letter,
							  "%s: -%c", v->name, a->letter);
					}
		for (a = v->opts; a->name; a++)
			cr_assert_eq(a->type >= OPT_STRING, a->metavar != NULL, "--%s", a->name);
	}
}

Test(opts, nearest_verb)
{
	cr_assert_str_eq(verb_nearest("lod")->name, "load");
	cr_assert_str_eq(verb_nearest("lsit")->name, "list");
	cr_assert_str_eq(verb_nearest("feat")->name, "features");
	cr_assert_null(verb_nearest("zzzzzz"));
	cr_assert_null(verb_nearest(""));
}
