/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/* What a call prints: text as it comes, or one JSON object at the end. */
#ifndef CTL_OUTPUT_H
#define CTL_OUTPUT_H

#include <stdint.h>

#include "ctl.h"

/* The library's message callback; @ctx is the struct ctl. */
void out_message(const struct mpx_msg *msg, void *ctx);

/* Text to stdout, nothing in JSON mode. */
void say(const struct ctl *ctl, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A warning of the tool itself. */
void warn(struct ctl *ctl, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* An error of the tool itself; returns @err. */
int fail(struct ctl *ctl, int err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Text of unknown origin (messages may quote files and logs), without controls. */
void print_clean(FILE *out, const char *text, bool line_feeds);

/* Put @value (consumed) into the JSON answer. */
void out_json(struct ctl *ctl, const char *key, json_t *value);

/* Print the JSON answer, if one was asked for. */
int out_finish(struct ctl *ctl, int exit_status);

/* A table with aligned columns (table.c). */
#define TABLE_COLUMNS 12

struct table;
struct table *table_new(const char *const *titles);
/* One cell, left to right, row after row; text is cleaned of controls. */
void table_cell(struct table *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same where there are very many. */
void table_text(struct table *t, const char *text);
void table_number(struct table *t, uint64_t number);
/* Print with @indent spaces before each line, and free. */
void table_print(struct table *t, int indent);

#endif /* CTL_OUTPUT_H */
