// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* Does any file, good, odd or hostile, get a clear answer? */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "unit.h"

TestSuite(open, .init = unit_log_reset, .timeout = 120);

static struct mpx_policy *open_fixture(const char *name)
{
	char file[128];

	snprintf(file, sizeof(file), "fixtures/%s.bpf.o", name);
	return mpx_policy__open(unit_path(file));
}

static void refused(const char *name, int err, const char *part)
{
	struct mpx_policy *pol;

	unit_log_reset();
	pol = open_fixture(name);
	cr_assert_null(pol, "%s", name);
	cr_assert_eq(errno, err, "%s: errno %d", name, errno);
	cr_assert_eq(unit_log.errors, 1, "%s: %u messages", name, unit_log.errors);
	cr_assert_not_null(strstr(unit_log.error, part), "%s", unit_log.error);
	cr_assert_not_null(strstr(unit_log.error, name), "%s", unit_log.error);
}

Test(open, good)
{
	struct mpx_policy *pol = open_fixture("good");
	const struct mpx_about *about;
	const struct mpx_ops *ops;

	cr_assert_not_null(pol, "%s", unit_log.error);
	about = mpx_policy__about(pol);
	cr_assert_str_eq(about->description, "a good policy");
	cr_assert_str_eq(about->version, "1.2");
	cr_assert_str_eq(about->license, "GPL");
	cr_assert(about->has_metadata);
	cr_assert_not(about->verified);
	ops = mpx_policy__ops(pol, 0);
	cr_assert_str_eq(ops->name, "good");
	cr_assert_not(ops->legacy);
	cr_assert_eq(ops->callback_cnt, 2);
	cr_assert_str_eq(ops->callbacks[0].member, "get_send");
	cr_assert_str_eq(ops->callbacks[0].prog, "good_get_send");
	cr_assert_str_eq(ops->callbacks[1].member, "get_retrans");
	cr_assert_null(mpx_policy__ops(pol, 1));
	cr_assert_not(mpx_policy__tunable(pol, 0)->live);
	cr_assert(mpx_policy__tunable(pol, 2)->live);
	cr_assert_null(mpx_policy__tunable(pol, 5));
	mpx_policy__close(pol);
}

Test(open, kfuncs)
{
	struct mpx_policy *pol = open_fixture("good");
	const struct mpx_kfunc *k;
	unsigned int seen = 0;
	size_t i;

	cr_assert_not_null(pol, "%s", unit_log.error);
	for (i = 0; (k = mpx_policy__kfunc(pol, i)); i++) {
		if (!strcmp(k->name, "mptcp_subflow_set_scheduled") && !k->optional)
			seen |= 1;
		if (!strcmp(k->name, "mptcp_subflow_active") && k->optional)
			seen |= 2;
	}
	cr_assert_eq(seen, 3);
	cr_assert_eq(i, 2);
	mpx_policy__close(pol);
}

Test(open, without_metadata_and_legacy)
{
	struct mpx_policy *pol = open_fixture("plain");

	cr_assert_not_null(pol, "%s", unit_log.error);
	cr_assert_not(mpx_policy__about(pol)->has_metadata);
	cr_assert_str_eq(mpx_policy__about(pol)->description, "");
	cr_assert_str_eq(mpx_policy__ops(pol, 0)->name, "bpf_plain");
	cr_assert(mpx_policy__ops(pol, 0)->legacy);
	/* attached by link all the same */
	cr_assert(bpf_map__map_flags(pol->ops[0].map) & MPX_F_LINK);
	mpx_policy__close(pol);
}

Test(open, rename)
{
	struct mpx_policy *pol = open_fixture("plain");

	cr_assert_not_null(pol, "%s", unit_log.error);
	cr_assert_eq(mpx_policy__rename(pol, "other.name"), 0);
	cr_assert_str_eq(mpx_policy__ops(pol, 0)->name, "other.name");
	cr_assert_eq(mpx_policy__rename(pol, "x"), 0);
	cr_assert_str_eq(mpx_policy__ops(pol, 0)->name, "x");
	cr_assert_eq(memcmp(pol->ops[0].name, "x\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16), 0);
	assert_fails(mpx_policy__rename(pol, "a-b"), -EINVAL, "A-Z a-z 0-9 _ .");
	assert_fails(mpx_policy__rename(pol, "default"), -EEXIST, "built-in");
	mpx_policy__close(pol);
}

Test(open, rename_needs_one_policy)
{
	struct mpx_policy *pol = open_fixture("twins");

	cr_assert_not_null(pol, "%s", unit_log.error);
	assert_fails(mpx_policy__rename(pol, "one"), -EINVAL, "2 policies");
	mpx_policy__close(pol);
}

Test(open, tunable_in_bss)
{
	struct mpx_policy *pol = open_fixture("zeroed");

	cr_assert_not_null(pol, "%s", unit_log.error);
	cr_assert_eq(mpx_policy__set(pol, "zeroed=9"), 0);
	cr_assert(mpx_policy__tunable(pol, 0)->live);
	mpx_policy__close(pol);
}

Test(open, wrong_objects)
{
	refused("absent_variable", ENOENT, "'missing' has no variable");
	refused("wrong_size", EINVAL, "'number' is said to be u64 (8 bytes), its variable has 4");
	refused("wrong_kind", EINVAL, "'pair' is no number");
	refused("wrong_default", EINVAL, "'number' is said to be 6 by default, its variable holds 5");
	refused("other_kind", EOPNOTSUPP, "kind 'teapot'");
	refused("no_license", ENOEXEC, "has no license");
	refused("no_policy", ENOEXEC, "contains no policy");
	refused("no_types", ENOEXEC, "compile it with -g");
	unit_log_reset();
	cr_assert_null(open_fixture("bad_name"));
	cr_assert_not_null(strstr(unit_log.error, "'bad-name' is not allowed"));
	unit_log_reset();
	cr_assert_null(open_fixture("long_name"));
	cr_assert_eq(errno, ENAMETOOLONG);
}

Test(open, not_files)
{
	unit_log_reset();
	cr_assert_null(mpx_policy__open("/nonexistent/policy.bpf.o"));
	cr_assert_eq(errno, ENOENT);
	cr_assert_null(mpx_policy__open("/dev"));
	cr_assert_eq(errno, EINVAL);
	cr_assert_null(mpx_policy__open("/dev/null"));
	cr_assert_null(mpx_policy__open(""));
	cr_assert_eq(unit_log.errors, 4);
}

static int parse_copy(const unsigned char *data, size_t size)
{
	unsigned char *copy = malloc(size ? size : 1);
	struct mpx_elf elf;
	int err;

	memcpy(copy, data, size);
	err = mpx_elf_parse(&elf, copy, size, "x.o");
	if (!err)
		mpx_elf_free(&elf);
	return err;
}

Test(open, headers)
{
	size_t size;
	unsigned char *data = unit_read(unit_path("fixtures/good.bpf.o"), &size);
	Elf64_Ehdr *eh = (Elf64_Ehdr *)data;

	cr_assert_eq(parse_copy(data, size), 0);
	assert_fails(parse_copy((const unsigned char *)"#!/bin/sh\n", 10), -ENOEXEC, "not an ELF");
	assert_fails(parse_copy(data, 0), -ENOEXEC, "not an ELF");
	assert_fails(parse_copy(data, 20), -ENOEXEC, "truncated");
	assert_fails(parse_copy(data, size - 1), -ENOEXEC, "truncated");
	eh->e_ident[EI_CLASS] = ELFCLASS32;
	assert_fails(parse_copy(data, size), -ENOEXEC, "32-bit");
	eh->e_ident[EI_CLASS] = ELFCLASS64;
	eh->e_ident[EI_DATA] = eh->e_ident[EI_DATA] == ELFDATA2LSB ? ELFDATA2MSB : ELFDATA2LSB;
	assert_fails(parse_copy(data, size), -ENOEXEC, "endian");
	eh->e_ident[EI_DATA] = eh->e_ident[EI_DATA] == ELFDATA2LSB ? ELFDATA2MSB : ELFDATA2LSB;
	eh->e_machine = EM_X86_64;
	assert_fails(parse_copy(data, size), -ENOEXEC, "machine 62");
	eh->e_machine = EM_BPF;
	eh->e_type = ET_DYN;
	assert_fails(parse_copy(data, size), -ENOEXEC, "relocatable");
	eh->e_type = ET_REL;
	eh->e_shnum = 0;
	assert_fails(parse_copy(data, size), -ENOEXEC, "section table");
	eh->e_shnum = 0xffff;
	assert_fails(parse_copy(data, size), -ENOEXEC, "truncated");
	free(data);
}

Test(open, huge_sections)
{
	static const uint64_t nasty[] = {
		UINT64_MAX, UINT64_MAX - 7, 1ull << 63, 1ull << 32, 1 << 30,
	};
	size_t size, i;
	unsigned char *data = unit_read(unit_path("fixtures/good.bpf.o"), &size);
	Elf64_Ehdr eh;
	Elf64_Shdr sh;

	memcpy(&eh, data, sizeof(eh));
	for (i = 0; i < mpx_array_size(nasty); i++) {
		memcpy(&sh, data + eh.e_shoff + sizeof(sh), sizeof(sh));
		sh.sh_size = nasty[i];
		memcpy(data + eh.e_shoff + sizeof(sh), &sh, sizeof(sh));
		assert_fails(parse_copy(data, size), -ENOEXEC, "lies behind its end");
		sh.sh_size = 8;
		sh.sh_offset = nasty[i];
		memcpy(data + eh.e_shoff + sizeof(sh), &sh, sizeof(sh));
		assert_fails(parse_copy(data, size), -ENOEXEC, "lies behind its end");
		eh.e_shoff = nasty[i];
		memcpy(data, &eh, sizeof(eh));
		assert_fails(parse_copy(data, size), -ENOEXEC, "truncated");
		free(data);
		data = unit_read(unit_path("fixtures/good.bpf.o"), &size);
		memcpy(&eh, data, sizeof(eh));
	}
	free(data);
}

/* A function pointer that is set without a relocation must not be taken for one of libbpf's. */
Test(open, callback_that_is_no_program)
{
	struct mpx_policy *pol = open_fixture("no_program");

	cr_assert_null(pol);
	cr_assert_eq(errno, ENOEXEC);
	cr_assert_not_null(strstr(unit_log.error, "'get_retrans' of 'variant'"), "%s", unit_log.error);
}

/* Every length: none is taken for a whole object, none reads beyond its end. */
Test(open, truncated)
{
	size_t size, len;
	unsigned char *data = unit_read(unit_path("fixtures/good.bpf.o"), &size);

	for (len = 0; len < size; len++)
		cr_assert_eq(parse_copy(data, len), -ENOEXEC, "%zu of %zu bytes", len, size);
	free(data);
}

static void open_bytes(const char *path, const unsigned char *data, size_t size)
{
	struct mpx_policy *pol;

	unit_write(path, data, size);
	unit_log_reset();
	pol = mpx_policy__open(path);
	if (!pol)
		cr_assert_eq(unit_log.errors, 1, "%u messages", unit_log.errors);
	mpx_policy__close(pol);
}

/* The metadata and the section table, the parts that are read before libbpf sees them. */
Test(open, flipped_in_own_parts)
{
	size_t size, meta_size, i;
	unsigned char *data = unit_read(unit_path("fixtures/good.bpf.o"), &size), *copy;
	unsigned int seed = 7, round;
	const unsigned char *meta;
	struct mpx_elf elf;
	Elf64_Ehdr eh;

	copy = malloc(size);
	memcpy(copy, data, size);
	cr_assert_eq(mpx_elf_parse(&elf, copy, size, "x.o"), 0);
	meta = mpx_elf_section(&elf, "mptcp_ext", &meta_size);
	cr_assert_not_null(meta);
	for (round = 0; round < 4000; round++) {
		unsigned char *again = malloc(size);
		struct mpx_meta m;
		struct mpx_elf e;
		const void *part;
		size_t n;

		memcpy(again, data, size);
		memcpy(&eh, data, sizeof(eh));
		for (i = 0; i < 3; i++) {
			size_t at = unit_random(&seed) % (size - eh.e_shoff) + eh.e_shoff;

			again[at] = (unsigned char)unit_random(&seed);
			again[unit_random(&seed) % sizeof(eh)] ^= (unsigned char)(1u << i);
			memcpy(again, &eh, 20);
		}
		if (mpx_elf_parse(&e, again, size, "x.o"))
			continue;
		part = mpx_elf_section(&e, "mptcp_ext", &n);
		if (!mpx_meta_parse(&m, part, n, "x.o"))
			mpx_meta_free(&m);
		mpx_elf_weak(&e, "mptcp_subflow_active");
		mpx_elf_free(&e);
	}
	mpx_elf_free(&elf);
	free(data);
}

/* The whole way, libbpf included: a file, one byte of which is another one. */
Test(open, flipped_bytes)
{
	size_t size;
	unsigned char *data = unit_read(unit_path("fixtures/good.bpf.o"), &size);
	unsigned int seed = 99, round;
	char path[128];

	snprintf(path, sizeof(path), "%s/flipped.bpf.o", unit_tmpdir());
	for (round = 0; round < 1500; round++) {
		size_t at = unit_random(&seed) % size;
		unsigned char was = data[at];

		data[at] = (unsigned char)unit_random(&seed);
		open_bytes(path, data, size);
		data[at] = was;
	}
	free(data);
}

Test(open, fifo_is_refused_not_waited_for)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/fifo", unit_tmpdir());
	cr_assert_eq(mkfifo(path, 0600), 0);
	cr_assert_null(mpx_policy__open(path));
	cr_assert_eq(errno, EINVAL);
}
