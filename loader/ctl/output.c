// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/json.h"
#include "output.h"

static json_t *lines(const char *text)
{
	json_t *list = json_array();
	char *copy = strdup(text), *p = copy, *line;

	while (p && (line = strsep(&p, "\n")))
		json_array_append_new(list, json_text(line));
	free(copy);
	return list;
}

/* The first error is the answer; what failed besides is listed in it. */
static void keep_error(struct ctl *ctl, const struct mpx_msg *msg)
{
	char name[16];

	if (ctl->error) {
		json_t *more = json_object_get(ctl->error, "more");

		if (!more) {
			more = json_array();
			json_object_set_new(ctl->error, "more", more);
		}
		json_array_append_new(more, json_text(msg->text));
		return;
	}
	ctl->error = json_object();
	if (msg->err == CTL_USAGE) {
		json_object_set_new(ctl->error, "code", json_string("USAGE"));
	} else {
		json_object_set_new(ctl->error, "code",
				    json_string(errno_name(msg->err, name, sizeof(name))));
		json_object_set_new(ctl->error, "errno", json_integer(abs(msg->err)));
	}
	json_object_set_new(ctl->error, "message", json_text(msg->text));
	if (msg->detail)
		json_object_set_new(ctl->error, "details", lines(msg->detail));
	if (msg->full && ctl->verbose)
		json_object_set_new(ctl->error, "log", lines(msg->full));
}

static void keep_warning(struct ctl *ctl, const char *text)
{
	if (!ctl->warnings)
		ctl->warnings = json_array();
	json_array_append_new(ctl->warnings, json_text(text));
}

/* Bytes at the start of @text that may be printed as they are. */
static size_t clean_length(const char *text)
{
	const unsigned char *c = (const unsigned char *)text;

	while (*c >= 0x20 && *c != 0x7f)
		c++;
	return (size_t)(c - (const unsigned char *)text);
}

void print_clean(FILE *out, const char *text, bool line_feeds)
{
	size_t len = clean_length(text);

	fwrite(text, 1, len, out);
	for (text += len; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '\t' || (c == '\n' && line_feeds) || (c >= 0x20 && c != 0x7f))
			fputc(c, out);
		else
			fputc('?', out);
	}
}

static void print_message(const struct ctl *ctl, const struct mpx_msg *msg)
{
	static const char *const heads[] = { "error", "warning", "info", "debug", "trace" };
	const char *more = ctl->verbose && msg->full ? msg->full : msg->detail;

	/* What was said so far comes first, also when both go to one file. */
	fflush(stdout);
	fprintf(stderr, "%s: ", heads[msg->level]);
	print_clean(stderr, msg->text, false);
	fputc('\n', stderr);
	if (!more)
		return;
	if (more == msg->full)
		fprintf(stderr, "  the verifier's log:\n");
	print_clean(stderr, more, true);
	if (*more && more[strlen(more) - 1] != '\n')
		fputc('\n', stderr);
	if (more == msg->full && msg->detail) {
		print_clean(stderr, msg->detail, true);
		fputc('\n', stderr);
	}
}

void out_message(const struct mpx_msg *msg, void *ctx)
{
	struct ctl *ctl = ctx;

	if (ctl->json && msg->level == MPX_ERROR)
		keep_error(ctl, msg);
	else if (ctl->json && msg->level == MPX_WARN)
		keep_warning(ctl, msg->text);
	else
		print_message(ctl, msg);
}

void say(const struct ctl *ctl, const char *fmt, ...)
{
	char *text;
	va_list ap;
	int n;

	if (ctl->json)
		return;
	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	print_clean(stdout, text, true);
	free(text);
}

static void __attribute__((format(printf, 4, 0)))
message(struct ctl *ctl, enum mpx_level level, int err, const char *fmt, va_list ap)
{
	struct mpx_msg msg = { .size = sizeof(msg), .level = level, .err = err };
	char text[1024];

	vsnprintf(text, sizeof(text), fmt, ap);
	msg.text = text;
	out_message(&msg, ctl);
}

void warn(struct ctl *ctl, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message(ctl, MPX_WARN, 0, fmt, ap);
	va_end(ap);
}

int fail(struct ctl *ctl, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	message(ctl, MPX_ERROR, err, fmt, ap);
	va_end(ap);
	return err;
}

void out_json(struct ctl *ctl, const char *key, json_t *value)
{
	if (!ctl->json) {
		json_decref(value);
		return;
	}
	if (!ctl->root)
		ctl->root = json_object();
	json_object_set_new(ctl->root, key, value);
}

int out_finish(struct ctl *ctl, int exit_status)
{
	size_t flags = JSON_ENCODE_ANY | (ctl->pretty ? JSON_INDENT(2) : JSON_COMPACT);

	if (ctl->json) {
		out_json(ctl, "schema", json_integer(1));
		if (ctl->warnings)
			json_object_set(ctl->root, "warnings", ctl->warnings);
		if (exit_status && !ctl->error)
			fail(ctl, -EIO, "failed without saying why");
		if (ctl->error) {
			json_object_set_new(ctl->error, "exit_status", json_integer(exit_status));
			json_object_set(ctl->root, "error", ctl->error);
		}
		json_dumpf(ctl->root, stdout, flags);
		fputc('\n', stdout);
	}
	json_decref(ctl->root);
	json_decref(ctl->warnings);
	json_decref(ctl->error);
	/* A full disk must not look like success. */
	if (fflush(stdout) || ferror(stdout))
		return -EIO;
	return 0;
}
