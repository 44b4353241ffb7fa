// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* mptcp-pmctl: finds the verb, parses its options, maps errors to exit codes. */
#include <errno.h>
#include <string.h>

#include "output.h"
#include "verbs.h"

static int exit_code(int err)
{
	switch (err) {
	case 0:
		return EXIT_OK;
	case CTL_USAGE:
		return EXIT_USAGE;
	case -EOPNOTSUPP:
		return EXIT_UNSUPPORTED;
	default:
		return EXIT_FAILED;
	}
}

static int finish(struct ctl *ctl, int err)
{
	int status = ctl->command_status ? ctl->command_status : exit_code(err);

	if (out_finish(ctl, status) && !status)
		status = EXIT_FAILED;
	return status;
}

static int no_verb(struct ctl *ctl, const char *name)
{
	const struct verb *near = verb_nearest(name);

	if (near)
		return fail(ctl, CTL_USAGE, "unknown verb '%s'; did you mean '%s'?", name, near->name);
	return fail(ctl, CTL_USAGE, "unknown verb '%s' (see mptcp-pmctl --help)", name);
}

static void apply(struct ctl *ctl, const struct global_args *glob)
{
	enum mpx_level level = MPX_WARN;

	ctl->pretty = glob->pretty;
	ctl->json = glob->json || glob->pretty;
	ctl->verbose = glob->verbose;
	if (glob->verbose)
		level = glob->verbose == 1 ? MPX_INFO : glob->verbose == 2 ? MPX_DEBUG : MPX_TRACE;
	mpx_log_set(out_message, ctl, level);
}

static int check_words(struct ctl *ctl, const struct verb *verb, int cnt, char **words)
{
	if (cnt < verb->min_words)
		return fail(ctl, CTL_USAGE, "'%s' needs %s (see mptcp-pmctl %s --help)", verb->name,
			    verb->words, verb->name);
	if (cnt > verb->max_words)
		return fail(ctl, CTL_USAGE, "'%s': '%s' is one word too many (see mptcp-pmctl %s --help)",
			    verb->name, words[verb->max_words], verb->name);
	return 0;
}

static int run_verb(struct ctl *ctl, const struct verb *verb, struct global_args *glob, int argc,
		    char **argv)
{
	static union { long align; char args[VERB_ARGS_MAX]; } values;
	const struct opt_set sets[OPT_SETS] = { { global_opts, glob }, { verb->opts, &values } };
	char mistake[256];
	int first, err;

	first = opts_parse(argc, argv, sets, verb->max_words == VERB_COMMAND, mistake,
			   sizeof(mistake));
	apply(ctl, glob);
	if (first < 0)
		return fail(ctl, CTL_USAGE, "%s (see mptcp-pmctl %s --help)", mistake, verb->name);
	if (glob->help) {
		verb_help(stdout, verb);
		ctl->json = false;
		return 0;
	}
	err = check_words(ctl, verb, argc - first, argv + first);
	return err ? err : verb->run(ctl, &values, argc - first, argv + first);
}

/* "help" is a word for those who try it; --help is the option. */
static int run_help(struct ctl *ctl, int argc, char **argv)
{
	const struct verb *verb = argc > 1 ? verb_find(argv[1]) : NULL;

	if (argc > 1 && !verb)
		return no_verb(ctl, argv[1]);
	ctl->json = false;
	if (verb)
		verb_help(stdout, verb);
	else
		general_help(stdout);
	return 0;
}

int main(int argc, char **argv)
{
	struct global_args glob = { 0 };
	const struct opt_set sets[OPT_SETS] = { { global_opts, &glob } };
	const struct verb *verb;
	struct ctl ctl = { 0 };
	char mistake[256];
	int first;

	first = opts_parse(argc, argv, sets, true, mistake, sizeof(mistake));
	apply(&ctl, &glob);
	if (first < 0)
		return finish(&ctl, fail(&ctl, CTL_USAGE, "%s (see mptcp-pmctl --help)", mistake));
	if (glob.version) {
		ctl.json = false;
		printf("mptcp-pmctl %s\n", mpx_version());
		return finish(&ctl, 0);
	}
	if (first == argc && glob.help)
		return finish(&ctl, run_help(&ctl, 0, NULL));
	if (first == argc)
		return finish(&ctl, fail(&ctl, CTL_USAGE, "a verb is missing (see mptcp-pmctl --help)"));
	if (!strcmp(argv[first], "help"))
		return finish(&ctl, run_help(&ctl, argc - first, argv + first));
	verb = verb_find(argv[first]);
	if (!verb)
		return finish(&ctl, no_verb(&ctl, argv[first]));
	return finish(&ctl, run_verb(&ctl, verb, &glob, argc - first, argv + first));
}
