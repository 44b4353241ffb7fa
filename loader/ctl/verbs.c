// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#include <string.h>

#include "args.h"
#include "verbs.h"

#define GLOBAL(field) offsetof(struct global_args, field)

const struct opt global_opts[] = {
	{ "json",    'j', OPT_FLAG,  GLOBAL(json),    NULL, "print JSON, errors included" },
	{ "pretty",  'p', OPT_FLAG,  GLOBAL(pretty),  NULL, "print JSON, indented" },
	{ "verbose", 'v', OPT_COUNT, GLOBAL(verbose), NULL,
	  "say more; the whole verifier log; -vv: debugging" },
	{ "help",    'h', OPT_FLAG,  GLOBAL(help),    NULL, "show help, of a verb when one is given" },
	{ "version", 'V', OPT_FLAG,  GLOBAL(version), NULL, "show the version" },
	{ 0 }
};

#define VERB(v, words_, min, max, summary_, text_, example_)			\
	{ .name = #v, .words = words_, .min_words = min, .max_words = max,	\
	  .summary = summary_, .text = text_, .example = example_,		\
	  .opts = v##_opts, .args_size = sizeof(struct v##_args), .run = do_##v }

const struct verb verbs[] = {
	VERB(features, "", 0, 0, "show what this kernel offers to policies",
	     "Exits with 4 when policies cannot be loaded into this kernel.",
	     "mptcp-pmctl features"),
	VERB(check, "FILE", 1, 1, "verify a policy without attaching it",
	     "Shows what FILE contains and lets the kernel judge it. Nothing stays loaded.",
	     "mptcp-pmctl check first.bpf.o"),
	VERB(load, "FILE", 1, 1, "verify, attach and pin a policy",
	     "It can be used once loaded, and stays until it is unloaded or the machine reboots.",
	     "mptcp-pmctl load first.bpf.o --name first.slow --set max_srtt_us=200000"),
	VERB(unload, "NAME", 1, 1, "detach a policy and remove its pins",
	     "New connections cannot get it any more. Those that use it keep it until they close.\n"
	     "Where this network namespace's default names it, that becomes \"default\" first.\n"
	     "Of a policy that the kernel has disabled, it removes the pins that are left.",
	     "mptcp-pmctl unload first"),
	VERB(list, "", 0, 0, "list registered policies, as the kernel has them",
	     "DEFAULT marks what new sockets of this network namespace get. When the kernel had to\n"
	     "help connections of a policy, or has disabled one, it says which, why, when, and what\n"
	     "to do; also of policies that are not loaded any more. -v shows all that is recorded.",
	     "mptcp-pmctl list"),
	VERB(use, "NAME", 1, 1, "use a policy for new connections of a network namespace",
	     "Sockets made from now on get NAME; those that exist keep what they have.",
	     "mptcp-pmctl use first --netns client"),
	VERB(switch, "[TOKEN] NAME", 1, 2, "let live connections go on with another policy",
	     "Those with TOKEN (decimal, or hexadecimal after 0x), --all, or --from a POLICY. No byte\n"
	     "is lost, and new connections get what they got before.",
	     "mptcp-pmctl switch --from first minrtt"),
	VERB(show, "[connections]", 0, 1, "show the MPTCP connections of a network namespace",
	     "SENT and RECEIVED are bytes of payload. LEFT tells why the kernel took a connection\n"
	     "from its policy. Without the right to load BPF programs there are no addresses.",
	     "mptcp-pmctl show connections --all-netns"),
	VERB(run, "[--] CMD [ARG]...", 1, VERB_COMMAND, "run a command whose TCP sockets become MPTCP",
	     "This holds for CMD and its children, for sockets they make while CMD runs, and for\n"
	     "nobody else. CMD's exit status and signals are passed on. --sched needs a kernel with\n"
	     "kernel-patches/6.12; others choose the scheduler for a whole network namespace, and\n"
	     "'mptcp-pmctl use NAME' does that.",
	     "mptcp-pmctl run --sched minrtt -- curl -O http://server/file"),
	VERB(new, "NAME", 1, 1, "write the skeleton of a policy into a new directory",
	     "NAME, or the last part of it, becomes the policy's name. The directory holds a small\n"
	     "policy, a Makefile, a test and a README that explains it line by line.",
	     "mptcp-pmctl new mysched && make -C mysched"),
	VERB(panic, "", 0, 0, "back to the built-in scheduler everywhere",
	     "Has the kernel disable every BPF policy, sets the default of every reachable network\n"
	     "namespace to \"default\", and removes all pins. Live connections go on with \"default\".\n"
	     "A kernel that cannot do so has the policies unloaded; live connections keep them then.",
	     "mptcp-pmctl panic"),
	{ 0 }
};

const struct verb *verb_find(const char *name)
{
	const struct verb *v;

	for (v = verbs; v->name; v++)
		if (!strcmp(v->name, name))
			return v;
	return NULL;
}

/* Edit distance of short words. */
static size_t distance(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b), row[32], i, j, diag, up, best;

	if (la > 31 || lb > 31)
		return 99;
	for (j = 0; j <= lb; j++)
		row[j] = j;
	for (i = 1; i <= la; i++) {
		diag = row[0];
		row[0] = i;
		for (j = 1; j <= lb; j++) {
			up = row[j];
			best = diag + (a[i - 1] != b[j - 1]);
			if (up + 1 < best)
				best = up + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
			diag = up;
		}
	}
	return row[lb];
}

const struct verb *verb_nearest(const char *name)
{
	const struct verb *v, *nearest = NULL;
	size_t best = 3, d;

	for (v = verbs; v->name; v++) {
		d = *name && !strncmp(v->name, name, strlen(name)) ? 1 : distance(name, v->name);
		if (d < best) {
			best = d;
			nearest = v;
		}
	}
	return nearest;
}

void verb_help(FILE *out, const struct verb *v)
{
	fprintf(out, "usage: mptcp-pmctl %s%s%s%s\n\n%s\n%s\n", v->name, v->opts->name ? " [OPTION]..." : "",
		*v->words ? " " : "", v->words, v->summary, v->text);
	if (v->opts->name) {
		fprintf(out, "\noptions:\n");
		opts_help(out, v->opts);
	}
	fprintf(out, "\nglobal options:\n");
	opts_help(out, global_opts);
	fprintf(out, "\nexample:\n  %s\n", v->example);
}

void general_help(FILE *out)
{
	const struct verb *v;
	char left[40];

	fprintf(out, "usage: mptcp-pmctl [OPTION]... VERB ...\n\n"
		"Loads MPTCP policies written in BPF and says who uses them.\n\nverbs:\n");
	for (v = verbs; v->name; v++) {
		snprintf(left, sizeof(left), "%s %s", v->name, v->words);
		fprintf(out, "  %-26s %s\n", left, v->summary);
	}
	fprintf(out, "\noptions, before or after the verb:\n");
	opts_help(out, global_opts);
	fprintf(out, "\nexit status: 0 ok, 1 failed, 2 wrong usage, 3 daemon unreachable, "
		"4 not supported by this kernel\n"
		"'mptcp-pmctl VERB --help' shows a verb's options and an example.\n");
}
