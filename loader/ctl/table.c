// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* A table with aligned columns. It may have 100,000 cells: one buffer holds all text. */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"

struct table {
	size_t columns;
	size_t cells;
	size_t cell_room;
	size_t *len;		/* of each cell's text, which has a NUL besides */
	size_t used;
	size_t text_room;
	char *text;
	size_t width[TABLE_COLUMNS];
	bool failed;
};

static bool grow(void **array, size_t *room, size_t need, size_t size)
{
	size_t want = *room ? *room : 256;
	void *grown;

	while (want < need)
		want *= 2;
	if (want == *room)
		return true;
	grown = realloc(*array, want * size);
	if (!grown)
		return false;
	*array = grown;
	*room = want;
	return true;
}

/* Room for a cell of @len bytes and its NUL; NULL once memory ran out. */
static char *cell_room(struct table *t, size_t len)
{
	if (t->failed)
		return NULL;
	if (!grow((void **)&t->len, &t->cell_room, t->cells + 1, sizeof(*t->len)) ||
	    !grow((void **)&t->text, &t->text_room, t->used + len + 1, 1)) {
		t->failed = true;
		return NULL;
	}
	return t->text + t->used;
}

static void cell_done(struct table *t, size_t len)
{
	size_t col = t->cells % t->columns;

	t->used += len + 1;
	t->len[t->cells++] = len;
	if (len > t->width[col])
		t->width[col] = len;
}

void table_text(struct table *t, const char *text)
{
	/* An empty cell would look like a missing one. */
	const char *shown = *text ? text : "-";
	size_t len = strlen(shown);
	char *to = t ? cell_room(t, len) : NULL;

	if (!to)
		return;
	memcpy(to, shown, len + 1);
	cell_done(t, len);
}

void table_number(struct table *t, uint64_t number)
{
	char digits[24], *at = digits + sizeof(digits) - 1;

	*at = '\0';
	do {
		*--at = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	table_text(t, at);
}

void table_cell(struct table *t, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;
	int n;

	if (!t)
		return;
	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		t->failed = true;
	else
		table_text(t, text);
	if (n >= 0)
		free(text);
}

struct table *table_new(const char *const *titles)
{
	struct table *t = calloc(1, sizeof(*t));
	size_t i;

	if (!t)
		return NULL;
	while (titles[t->columns] && t->columns < TABLE_COLUMNS)
		t->columns++;
	for (i = 0; i < t->columns; i++)
		table_text(t, titles[i]);
	return t;
}

static void spaces(size_t n)
{
	static const char blank[] = "                                ";
	size_t step;

	for (; n; n -= step) {
		step = n < sizeof(blank) - 1 ? n : sizeof(blank) - 1;
		fwrite(blank, 1, step, stdout);
	}
}

void table_print(struct table *t, int indent)
{
	size_t i, col, at = 0;

	if (!t)
		return;
	if (t->failed)
		fprintf(stderr, "error: out of memory\n");
	for (i = 0; i < t->cells && !t->failed; i++) {
		col = i % t->columns;
		if (!col)
			spaces((size_t)indent);
		print_clean(stdout, t->text + at, false);
		at += t->len[i] + 1;
		if (col + 1 == t->columns)
			putchar('\n');
		else
			spaces(t->width[col] - t->len[i] + 2);
	}
	free(t->len);
	free(t->text);
	free(t);
}
