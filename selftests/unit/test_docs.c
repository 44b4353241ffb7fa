// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* Do the manual and the completion tell what the verb table has, and nothing else? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/verbs.h"
#include "unit.h"

TestSuite(docs, .timeout = 60);

static char *page;

static void read_page(void)
{
	size_t size;

	page = (char *)unit_read(unit_path("mptcp-pmctl.8.rst"), &size);
}

/* The line of @text that starts with @start, as a copy; NULL. */
static char *line_of(const char *text, const char *start)
{
	const char *at = text;

	while (at && strncmp(at, start, strlen(start))) {
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
	return at ? strndup(at, strcspn(at, "\n")) : NULL;
}

static unsigned int count(const char *text, const char *part)
{
	unsigned int n = 0;

	for (text = strstr(text, part); text; text = strstr(text + 1, part))
		n++;
	return n;
}

static size_t length(const struct opt *opts)
{
	size_t n = 0;

	while (opts[n].name)
		n++;
	return n;
}

Test(docs, synopsis_has_every_verb_and_its_options, .init = read_page)
{
	const struct verb *v;
	const struct opt *o;
	char start[128], *line;
	size_t n = 0;

	for (v = verbs; v->name; v++, n++) {
		snprintf(start, sizeof(start), "| **mptcp-pmctl** [*OPTION*]... **%s**", v->name);
		line = line_of(page, start);
		cr_assert_not_null(line, "%s", v->name);
		for (o = v->opts; o->name; o++) {
			snprintf(start, sizeof(start), o->metavar ? "[**--%s** *%s*]" : "[**--%s**]", o->name,
				 o->metavar);
			cr_assert_not_null(strstr(line, start), "%s: %s", v->name, start);
		}
		/* "[**--**]" is no option */
		cr_assert_eq(count(line, "**--") - count(line, "[**--**]"), length(v->opts), "%s", line);
		free(line);
	}
	cr_assert_eq(count(page, "\n| **mptcp-pmctl** "), n);
}

Test(docs, every_verb_is_described, .init = read_page)
{
	const char *section = strstr(page, "\nVERBS\n");
	const struct verb *v;
	char start[64], *line;

	cr_assert_not_null(section);
	for (v = verbs; v->name; v++) {
		snprintf(start, sizeof(start), "%s%s", v->name, *v->words ? " " : "");
		line = line_of(section, start);
		cr_assert_not_null(line, "%s", start);
		free(line);
	}
}

static void described(const char *section, const struct opt *opts, size_t *found)
{
	char start[128], *line;

	for (; opts->name; opts++, ++*found) {
		if (opts->metavar)
			snprintf(start, sizeof(start), "-%c %s, --%s %s", opts->letter, opts->metavar,
				 opts->name, opts->metavar);
		else
			snprintf(start, sizeof(start), "-%c, --%s", opts->letter, opts->name);
		line = line_of(section, start);
		cr_assert_not_null(line, "%s", start);
		free(line);
	}
}

static bool same(const struct opt *a, const struct opt *b)
{
	return !strcmp(a->name, b->name);
}

/* Options that several verbs share stand there once. */
static size_t repeated(void)
{
	const struct verb *v, *w;
	const struct opt *a, *b;
	size_t n = 0;
	bool hit;

	for (v = verbs; v->name; v++)
		for (a = v->opts; a->name; a++) {
			hit = false;
			for (w = verbs; w != v; w++)
				for (b = w->opts; b->name; b++)
					hit = hit || same(a, b);
			n += hit;
		}
	return n;
}

Test(docs, every_option_is_described, .init = read_page)
{
	char *section = strstr(page, "\nOPTIONS\n"), *end;
	const struct verb *v;
	size_t found = 0;

	cr_assert_not_null(section);
	end = strstr(section, "\nEXIT STATUS\n");
	cr_assert_not_null(end);
	*end = '\0';
	described(section, global_opts, &found);
	for (v = verbs; v->name; v++)
		described(section, v->opts, &found);
	cr_assert_eq(count(section, "\n-"), found - repeated(), "an option that no verb has");
}

/* What the completion offers for "mptcp-pmctl @words", sorted, a word a line. */
static void complete(const char *words, char *buf, size_t size)
{
	char cmd[2048];
	size_t n;
	FILE *p;

	snprintf(cmd, sizeof(cmd),
		 "bash -c 'source \"$0\"; COMP_WORDS=(mptcp-pmctl %s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _mptcp_pmctl; printf \"%%s\\n\" \"${COMPREPLY[@]}\" | sort' %s",
		 words, unit_path("completion"));
	p = popen(cmd, "r");
	cr_assert_not_null(p);
	n = fread(buf, 1, size - 1, p);
	buf[n] = '\0';
	cr_assert_eq(pclose(p), 0, "%s", cmd);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sorted(const char **names, size_t n, const char *prefix, char *buf, size_t size)
{
	size_t i, len = 0;

	qsort(names, n, sizeof(*names), by_name);
	buf[0] = '\0';
	for (i = 0; i < n && len < size; i++)
		len += (size_t)snprintf(buf + len, size - len, "%s%s\n", prefix, names[i]);
}

Test(docs, completion_offers_the_verbs)
{
	char want[4096], got[4096];
	const char *names[64] = { "help" };
	const struct verb *v;
	size_t n = 1;

	for (v = verbs; v->name; v++)
		names[n++] = v->name;
	sorted(names, n, "", want, sizeof(want));
	complete("\"\"", got, sizeof(got));
	cr_assert_str_eq(got, want);
}

Test(docs, completion_offers_each_verbs_options)
{
	char want[4096], got[4096], words[64];
	const char *names[64];
	const struct verb *v;
	const struct opt *o;
	size_t n;

	for (v = verbs; v->name; v++) {
		n = 0;
		for (o = global_opts; o->name; o++)
			names[n++] = o->name;
		for (o = v->opts; o->name; o++)
			names[n++] = o->name;
		sorted(names, n, "--", want, sizeof(want));
		snprintf(words, sizeof(words), "-j %s --", v->name);
		/* for run, "--" itself ends the options */
		if (v->max_words == VERB_COMMAND)
			snprintf(words, sizeof(words), "%s -", v->name);
		complete(words, got, sizeof(got));
		cr_assert_str_eq(got, want, "%s: got %s", v->name, got);
	}
}

Test(docs, completion_after_run_is_the_commands)
{
	char got[1 << 16];

	complete("run --sched x -- compge", got, sizeof(got));
	cr_assert_str_eq(got, "compgen\n");
	complete("run compgen --", got, sizeof(got));
	cr_assert_str_eq(got, "\n", "no options of ours: %s", got);
}

Test(docs, what_a_policy_may_call_is_described)
{
	size_t size, n = 0;
	char *save, *name, *names = (char *)unit_read(unit_path("callable"), &size), quoted[128];

	page = (char *)unit_read(unit_path("mptcp-policy.7.rst"), &size);
	for (name = strtok_r(names, "\n", &save); name; name = strtok_r(NULL, "\n", &save), n++) {
		snprintf(quoted, sizeof(quoted), "``%s(", name);
		cr_assert_not_null(strstr(page, quoted), "%s", name);
	}
	cr_assert_gt(n, 12);
}
