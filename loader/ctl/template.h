/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/* The files that 'new' writes: those of examples/, with another name in them. */
#ifndef CTL_TEMPLATE_H
#define CTL_TEMPLATE_H

#include <stddef.h>
#include <stdio.h>

/* The name that stands in the examples, also in names of files. */
#define TEMPLATE_NAME "hello"

struct template_file {
	const char *kind;
	const char *name;
	unsigned int mode;
	const char *text;
	const char *end;
};

extern const struct template_file template_files[];	/* ends with an empty one */

/* Write @len bytes of @text with @name in the place of TEMPLATE_NAME. */
void template_write(FILE *out, const char *text, size_t len, const char *name);

#endif /* CTL_TEMPLATE_H */
