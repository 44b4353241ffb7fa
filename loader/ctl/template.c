// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#include <string.h>

#include "template.h"

/* The file itself is in the tool, so that example and template are one. */
#define EMBED(symbol, path)							\
	extern const char symbol##_text[], symbol##_end[];			\
	__asm__(".pushsection .rodata\n"					\
		".hidden " #symbol "_text\n.globl " #symbol "_text\n"		\
		#symbol "_text:\n.incbin \"" path "\"\n"			\
		".hidden " #symbol "_end\n.globl " #symbol "_end\n"		\
		#symbol "_end:\n.byte 0\n.popsection\n")

EMBED(sched_policy, "examples/hello-sched/hello.bpf.c");
EMBED(sched_makefile, "examples/hello-sched/Makefile");
EMBED(sched_readme, "examples/hello-sched/README.md");
EMBED(sched_test, "examples/hello-sched/test.sh");

#define FILE_OF(kind, symbol, name, mode) { kind, name, mode, symbol##_text, symbol##_end }

const struct template_file template_files[] = {
	FILE_OF("sched", sched_policy, "hello.bpf.c", 0666),
	FILE_OF("sched", sched_makefile, "Makefile", 0666),
	FILE_OF("sched", sched_readme, "README.md", 0666),
	FILE_OF("sched", sched_test, "test.sh", 0777),
	{ 0 }
};

void template_write(FILE *out, const char *text, size_t len, const char *name)
{
	const char *hit, *end = text + len;

	while ((hit = memmem(text, (size_t)(end - text), TEMPLATE_NAME, strlen(TEMPLATE_NAME)))) {
		fwrite(text, 1, (size_t)(hit - text), out);
		fputs(name, out);
		text = hit + strlen(TEMPLATE_NAME);
	}
	fwrite(text, 1, (size_t)(end - text), out);
}
