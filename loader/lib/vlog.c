// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * Makes about twenty readable lines of a verifier log of ten thousand.
 *
 * Such a log is the trace of the path that failed: source lines as comments
 * ("; return a + b; @ file.c:12"), instructions ("12: (79) r1 = ..."), register
 * states, and at the end why the last instruction was refused, followed by
 * statistics. Kept are the reason, the source line it belongs to, and the last
 * steps that led there.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define CONTEXT_LINES	14
#define LINE_MAX_CHARS	110

struct line {
	const char *text;
	size_t len;
};

struct lines {
	struct line *v;
	size_t cnt;
};

static const struct {
	const char *part;	/* of the reason */
	const char *hint;
} hints[] = {
	{ "calling kernel function", "this callback may not call this kfunc: see the table of kfuncs and callbacks in the kernel's documentation" },
	{ "kernel function", "the running kernel lacks this kfunc or does not allow it here: run 'mptcp-pmctl features'" },
	{ "program of this type cannot use helper", "this helper is not available to scheduler callbacks: use a kfunc or a map" },
	{ "cannot call GPL-restricted", "declare the license as GPL: char _license[] SEC(\"license\") = \"GPL\";" },
	{ "unknown func", "this helper does not exist for this kind of program" },
	{ "too many instructions", "bound the loops, or split the work: the verifier walks every path" },
	{ "program is too large", "bound the loops, or split the work: the verifier walks every path" },
	{ "jumps is too complex", "do not count inside an iterator loop; keep a bool or a pointer instead" },
	{ "infinite loop", "give the loop a constant bound, or use bpf_for_each(mptcp_subflow, ...)" },
	{ "back-edge", "give the loop a constant bound, or use bpf_for_each(mptcp_subflow, ...)" },
	{ "or_null", "test the pointer for NULL before using it" },
	{ "must be referenced or trusted", "take the pointer from the iterator or a callback's argument; a pointer read from memory is not trusted" },
	{ "must be a rcu pointer", "take the pointer from the iterator or a callback's argument; a pointer read from memory is not trusted" },
	{ "only read is supported", "this field is read-only for policies" },
	{ "cannot write into", "this field is read-only for policies" },
	{ "Unreleased reference", "every reference taken must be released on every path" },
	{ "!read_ok", "a variable is read before it was set" },
	{ "invalid access to packet", "check the bounds before the access" },
	{ "outside of the allowed memory range", "check the index before the access" },
	{ "At program exit the register R0", "return 0 or a negative errno" },
	{ "attach to unsupported member", "callbacks that run in softirq must not sleep: use SEC(\"struct_ops\") instead of SEC(\"struct_ops.s\")" },
};

static bool starts(const struct line *l, const char *prefix)
{
	size_t n = strlen(prefix);

	return l->len >= n && !memcmp(l->text, prefix, n);
}

static bool contains(const struct line *l, const char *part)
{
	return memmem(l->text, l->len, part, strlen(part)) != NULL;
}

/* "12: (79) ..." or "12: R1=..." */
static bool is_step(const struct line *l)
{
	size_t i = 0;

	while (i < l->len && isdigit((unsigned char)l->text[i]))
		i++;
	return i && i < l->len && l->text[i] == ':';
}

static bool is_source(const struct line *l)
{
	return starts(l, "; ");
}

/* Statistics and markers around the log: never the reason. */
static bool is_noise(const struct line *l)
{
	static const char *const noise[] = {
		"processed ", "verification time", "stack depth", "peak_states", "-- BEGIN", "-- END",
		"mark_precise", "from ", "max_states", "Live regs", "arg#",
	};
	size_t i;

	if (!l->len)
		return true;
	/* "arg#0 pointer type ..." is a reason, "arg#0 reference type('UNKNOWN ')" is not. */
	if (starts(l, "arg#"))
		return contains(l, "reference type('UNKNOWN");
	for (i = 0; i < mpx_array_size(noise); i++)
		if (starts(l, noise[i]))
			return true;
	return false;
}

static bool is_state(const struct line *l)
{
	return l->len > 2 && l->text[0] == 'R' && isdigit((unsigned char)l->text[1]) &&
	       (l->text[2] == '=' || l->text[2] == '_' ||
		(isdigit((unsigned char)l->text[2]) && l->len > 3 && l->text[3] == '='));
}

static int split(const char *log, struct lines *lines)
{
	const char *p = log, *nl;
	size_t cnt = 1;

	for (p = log; *p; p++)
		cnt += *p == '\n';
	lines->v = calloc(cnt, sizeof(*lines->v));
	if (!lines->v)
		return -ENOMEM;
	for (p = log; *p; p = *nl ? nl + 1 : nl) {
		nl = strchrnul(p, '\n');
		lines->v[lines->cnt].text = p;
		lines->v[lines->cnt++].len = (size_t)(nl - p);
	}
	return 0;
}

static size_t find_reason(const struct lines *lines)
{
	size_t i, fallback = lines->cnt;

	for (i = lines->cnt; i-- > 0;) {
		const struct line *l = &lines->v[i];

		if (is_noise(l))
			continue;
		if (fallback == lines->cnt)
			fallback = i;
		if (!is_step(l) && !is_source(l) && !is_state(l))
			return i;
	}
	return fallback;
}

/* "; text @ file.c:12" or, of older compilers, "; text" */
static void put_where(struct mpx_verdict *v, const struct line *l)
{
	const char *text = l->text + 2;
	size_t len = l->len - 2;
	const char *at = NULL, *p;

	for (p = text; (p = memmem(p, len - (size_t)(p - text), " @ ", 3)); p++)
		at = p;
	if (!at) {
		snprintf(v->where, sizeof(v->where), "%.*s", (int)len, text);
		return;
	}
	snprintf(v->where, sizeof(v->where), "%.*s: %.*s",
		 (int)(len - (size_t)(at + 3 - text)), at + 3, (int)(at - text), text);
}

static void put_hint(struct mpx_verdict *v)
{
	size_t i;

	for (i = 0; i < mpx_array_size(hints); i++) {
		if (!strstr(v->reason, hints[i].part))
			continue;
		snprintf(v->hint, sizeof(v->hint), "%s", hints[i].hint);
		return;
	}
}

static void put_context(FILE *out, const struct lines *lines, size_t reason)
{
	size_t first = reason, taken = 0, i;

	while (first > 0 && taken < CONTEXT_LINES) {
		first--;
		if (is_step(&lines->v[first]) || is_source(&lines->v[first]))
			taken++;
	}
	if (!taken)
		return;
	fprintf(out, "  last steps:\n");
	for (i = first; i < reason; i++) {
		const struct line *l = &lines->v[i];

		if (!is_step(l) && !is_source(l))
			continue;
		fprintf(out, "    %.*s%s\n", (int)(l->len < LINE_MAX_CHARS ? l->len : LINE_MAX_CHARS),
			l->text, l->len > LINE_MAX_CHARS ? "..." : "");
	}
}

static int put_detail(struct mpx_verdict *v, const struct lines *lines, size_t reason,
		      const char *prog)
{
	size_t size;
	FILE *out;

	out = open_memstream(&v->detail, &size);
	if (!out)
		return -ENOMEM;
	fprintf(out, "  program: %s\n", prog);
	if (*v->where)
		fprintf(out, "  source:  %s\n", v->where);
	fprintf(out, "  reason:  %s\n", v->reason);
	if (*v->hint)
		fprintf(out, "  hint:    %s\n", v->hint);
	put_context(out, lines, reason);
	if (fclose(out)) {
		free(v->detail);
		v->detail = NULL;
		return -ENOMEM;
	}
	if (size && v->detail[size - 1] == '\n')
		v->detail[size - 1] = '\0';
	return 0;
}

/* -ENODATA: the log has no line that could be a reason. Free v->detail after use. */
int mpx_vlog_reduce(const char *log, const char *prog, struct mpx_verdict *v)
{
	struct lines lines = { 0 };
	size_t reason, i;
	int err;

	memset(v, 0, sizeof(*v));
	err = split(log, &lines);
	if (err)
		return err;
	reason = find_reason(&lines);
	if (reason == lines.cnt) {
		err = -ENODATA;
		goto out_free;
	}
	snprintf(v->reason, sizeof(v->reason), "%.*s", (int)lines.v[reason].len,
		 lines.v[reason].text);
	for (i = reason; i-- > 0;) {
		if (!is_source(&lines.v[i]))
			continue;
		put_where(v, &lines.v[i]);
		break;
	}
	put_hint(v);
	err = put_detail(v, &lines, reason, prog);
out_free:
	free(lines.v);
	return err;
}
