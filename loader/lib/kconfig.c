// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* The configuration the running kernel was built with, where it is to be had. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "internal.h"

#define KCONFIG_MAX	(4u << 20)

/* @name is an option with its prefix: "CONFIG_MPTCP". */
enum mpx_kconfig_state mpx_kconfig_lookup(const char *text, const char *name)
{
	size_t len = strlen(name);
	const char *p;

	for (p = text; (p = strstr(p, name)); p += len) {
		if ((p != text && p[-1] != '\n') || p[len] != '=')
			continue;
		/* Strings and numbers are set too. */
		if (p[len + 1] == 'm')
			return MPX_KCONFIG_MODULE;
		return p[len + 1] == 'n' ? MPX_KCONFIG_OFF : MPX_KCONFIG_ON;
	}
	return MPX_KCONFIG_OFF;
}

/* gzread() reads plain files as well. */
static char *read_gz(const char *path)
{
	gzFile file;
	char *text;
	int n;

	file = gzopen(path, "rb");
	if (!file)
		return NULL;
	text = malloc(KCONFIG_MAX + 1);
	if (text) {
		n = gzread(file, text, KCONFIG_MAX);
		if (n > 0) {
			text[n] = '\0';
		} else {
			free(text);
			text = NULL;
		}
	}
	gzclose(file);
	return text;
}

char *mpx_kconfig_read(const char *release, char *path, size_t size)
{
	static const char *const forms[] = {
		"/proc/config.gz", "/boot/config-%s", "/lib/modules/%s/config",
		"/lib/modules/%s/build/.config",
	};
	char *text;
	size_t i;

	for (i = 0; i < mpx_array_size(forms); i++) {
		const char *mark = strstr(forms[i], "%s");

		if (mark)
			snprintf(path, size, "%.*s%s%s", (int)(mark - forms[i]), forms[i], release,
				 mark + 2);
		else
			snprintf(path, size, "%s", forms[i]);
		text = read_gz(path);
		if (text)
			return text;
	}
	*path = '\0';
	return NULL;
}
