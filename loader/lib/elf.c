// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * Reads a BPF object file as far as needed before libbpf does: is it one, and
 * which sections has it. The file is not trusted: it is read into memory once
 * (it could change below us), and every offset is checked against its size.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define HOST_DATA	ELFDATA2LSB
#define HOST_ORDER	"little"
#define OTHER_ORDER	"big"
#else
#define HOST_DATA	ELFDATA2MSB
#define HOST_ORDER	"big"
#define OTHER_ORDER	"little"
#endif

static bool inside(const struct mpx_elf *elf, uint64_t off, uint64_t len)
{
	return off <= elf->size && len <= elf->size - off;
}

/* Headers may be unaligned in a hostile file, hence the copies. */
static bool section_header(const struct mpx_elf *elf, unsigned int i, Elf64_Shdr *sh)
{
	if (i >= elf->shnum)
		return false;
	memcpy(sh, elf->data + elf->shoff + (size_t)i * sizeof(*sh), sizeof(*sh));
	return true;
}

static int check_ident(const struct mpx_elf *elf)
{
	const unsigned char *id = elf->data;

	if (elf->size < SELFMAG || memcmp(id, ELFMAG, SELFMAG))
		return mpx_fail(-ENOEXEC,
				"'%s' is not an ELF object (compile policies with clang -target bpf)",
				elf->path);
	if (elf->size < sizeof(Elf64_Ehdr))
		return mpx_fail(-ENOEXEC, "'%s' is truncated: %zu bytes hold no ELF header",
				elf->path, elf->size);
	if (id[EI_CLASS] != ELFCLASS64)
		return mpx_fail(-ENOEXEC, "'%s' is a 32-bit ELF file; BPF objects are 64-bit",
				elf->path);
	if (id[EI_DATA] != HOST_DATA)
		return mpx_fail(-ENOEXEC, "'%s' is for a %s-endian machine, this one is "
				HOST_ORDER "-endian (compile it with -target bpf%s)", elf->path,
				id[EI_DATA] == ELFDATA2LSB || id[EI_DATA] == ELFDATA2MSB ?
				OTHER_ORDER : "strange",
				HOST_DATA == ELFDATA2LSB ? "el" : "eb");
	return 0;
}

static int check_header(struct mpx_elf *elf)
{
	Elf64_Ehdr eh;

	memcpy(&eh, elf->data, sizeof(eh));
	if (eh.e_machine != EM_BPF)
		return mpx_fail(-ENOEXEC,
				"'%s' is for ELF machine %u, not BPF (compile it with -target bpf)",
				elf->path, eh.e_machine);
	if (eh.e_type != ET_REL)
		return mpx_fail(-ENOEXEC, "'%s' is of ELF type %u, not a relocatable object",
				elf->path, eh.e_type);
	if (!eh.e_shnum || eh.e_shentsize != sizeof(Elf64_Shdr))
		return mpx_fail(-ENOEXEC, "'%s' has no usable section table", elf->path);
	if (!inside(elf, eh.e_shoff, (uint64_t)eh.e_shnum * sizeof(Elf64_Shdr)))
		return mpx_fail(-ENOEXEC,
				"'%s' is truncated: its section table lies behind its end (%zu bytes)",
				elf->path, elf->size);
	if (eh.e_shstrndx >= eh.e_shnum)
		return mpx_fail(-ENOEXEC, "'%s' has no section names", elf->path);
	elf->shoff = eh.e_shoff;
	elf->shnum = eh.e_shnum;
	return (int)eh.e_shstrndx;
}

static int check_sections(struct mpx_elf *elf, unsigned int names)
{
	Elf64_Shdr sh;
	unsigned int i;

	for (i = 0; section_header(elf, i, &sh); i++) {
		if (sh.sh_type == SHT_NOBITS || sh.sh_type == SHT_NULL)
			continue;
		if (!inside(elf, sh.sh_offset, sh.sh_size))
			return mpx_fail(-ENOEXEC,
					"'%s' is truncated: section %u lies behind its end (%zu bytes)",
					elf->path, i, elf->size);
	}
	if (!section_header(elf, names, &sh) || sh.sh_type != SHT_STRTAB || !sh.sh_size ||
	    elf->data[sh.sh_offset + sh.sh_size - 1])
		return mpx_fail(-ENOEXEC, "'%s' has a broken table of section names", elf->path);
	elf->names = (const char *)elf->data + sh.sh_offset;
	elf->names_size = sh.sh_size;
	return 0;
}

int mpx_elf_parse(struct mpx_elf *elf, void *data, size_t size, const char *path)
{
	int err;

	memset(elf, 0, sizeof(*elf));
	elf->data = data;
	elf->size = size;
	elf->path = path;
	err = check_ident(elf);
	if (!err)
		err = check_header(elf);
	if (err >= 0)
		err = check_sections(elf, (unsigned int)err);
	if (err)
		mpx_elf_free(elf);
	return err;
}

static int read_all(int fd, unsigned char *data, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while (len < size) {
		n = read(fd, data + len, size - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			return -EIO;
		len += (size_t)n;
	}
	return 0;
}

int mpx_elf_read(struct mpx_elf *elf, const char *path)
{
	unsigned char *data = NULL;
	struct stat st;
	int fd, err;

	memset(elf, 0, sizeof(*elf));
	/* O_NONBLOCK: a FIFO must be refused, not waited for. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return mpx_fail(-errno, "cannot open '%s': %s", path, strerror(errno));
	if (fstat(fd, &st)) {
		err = mpx_fail(-errno, "cannot read '%s': %s", path, strerror(errno));
		goto out_close;
	}
	if (!S_ISREG(st.st_mode)) {
		err = mpx_fail(-EINVAL, "'%s' is not a file", path);
		goto out_close;
	}
	if (!st.st_size || st.st_size > MPX_ELF_MAX) {
		err = mpx_fail(-ENOEXEC, st.st_size ? "'%s' is too large for a policy (over %u MiB)" :
			       "'%s' is empty (limit: %u MiB)", path, MPX_ELF_MAX >> 20);
		goto out_close;
	}
	data = malloc((size_t)st.st_size);
	if (!data) {
		err = mpx_fail(-ENOMEM, "cannot read '%s': out of memory", path);
		goto out_close;
	}
	err = read_all(fd, data, (size_t)st.st_size);
	if (err) {
		mpx_fail(err, "cannot read '%s': %s", path, strerror(-err));
		free(data);
		goto out_close;
	}
	err = mpx_elf_parse(elf, data, (size_t)st.st_size, path);
out_close:
	close(fd);
	return err;
}

void mpx_elf_free(struct mpx_elf *elf)
{
	free(elf->data);
	memset(elf, 0, sizeof(*elf));
}

/* The content of section @name; NULL without it. A section of no bytes counts as none. */
const void *mpx_elf_section(const struct mpx_elf *elf, const char *name, size_t *size)
{
	Elf64_Shdr sh;
	unsigned int i;

	for (i = 0; section_header(elf, i, &sh); i++) {
		if (sh.sh_type == SHT_NOBITS || sh.sh_type == SHT_NULL || !sh.sh_size ||
		    sh.sh_name >= elf->names_size || strcmp(elf->names + sh.sh_name, name))
			continue;
		*size = sh.sh_size;
		return elf->data + sh.sh_offset;
	}
	*size = 0;
	return NULL;
}

static bool weak_in(const struct mpx_elf *elf, const Elf64_Shdr *tab, const char *symbol)
{
	const char *names;
	Elf64_Shdr str;
	Elf64_Sym sym;
	uint64_t off;

	if (!section_header(elf, tab->sh_link, &str) || str.sh_type != SHT_STRTAB ||
	    !str.sh_size || elf->data[str.sh_offset + str.sh_size - 1])
		return false;
	names = (const char *)elf->data + str.sh_offset;
	for (off = 0; tab->sh_size - off >= sizeof(sym); off += sizeof(sym)) {
		memcpy(&sym, elf->data + tab->sh_offset + off, sizeof(sym));
		if (sym.st_shndx == SHN_UNDEF && sym.st_name < str.sh_size &&
		    !strcmp(names + sym.st_name, symbol))
			return ELF64_ST_BIND(sym.st_info) == STB_WEAK;
	}
	return false;
}

/* Is the undefined @symbol weak, that is: may it stay undefined? */
bool mpx_elf_weak(const struct mpx_elf *elf, const char *symbol)
{
	Elf64_Shdr sh;
	unsigned int i;

	for (i = 0; section_header(elf, i, &sh); i++)
		if (sh.sh_type == SHT_SYMTAB)
			return weak_in(elf, &sh, symbol);
	return false;
}
