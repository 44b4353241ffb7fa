// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* Does the shared library export what the public headers declare, and only that? */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

TestSuite(exports);

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t words_of(const char *file, const char **word, size_t max)
{
	size_t size, n = 0;
	char *save, *text = (char *)unit_read(unit_path(file), &size), *w;

	for (w = strtok_r(text, "\n", &save); w && n < max; w = strtok_r(NULL, "\n", &save))
		word[n++] = w;
	qsort(word, n, sizeof(*word), compare);
	return n;
}

Test(exports, headers_and_symbol_map_agree)
{
	const char *declared[256], *exported[256];
	size_t i, n = words_of("declared", declared, 256);

	cr_assert_gt(n, 20);
	cr_assert_eq(n, words_of("../../loader/exports", exported, 256));
	for (i = 0; i < n; i++)
		cr_assert_str_eq(declared[i], exported[i]);
}

Test(exports, library_has_them_and_hides_the_rest)
{
	const char *exported[256];
	size_t i, n = words_of("../../loader/exports", exported, 256);
	void *lib = dlopen(unit_path("../../loader/libmptcp-ext.so"), RTLD_NOW | RTLD_LOCAL);

	cr_assert_not_null(lib, "%s", dlerror());
	for (i = 0; i < n; i++)
		cr_assert_not_null(dlsym(lib, exported[i]), "%s", exported[i]);
	cr_assert_null(dlsym(lib, "mpx_fail"));
	cr_assert_null(dlsym(lib, "bpf_object__open_file"));
	dlclose(lib);
}
