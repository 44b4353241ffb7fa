// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* new: a directory with a policy that builds, loads and passes its own test. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "args.h"
#include "output.h"
#include "template.h"
#include "verbs.h"

const struct opt new_opts[] = {
	{ "kind", 'k', OPT_STRING, offsetof(struct new_args, kind), "KIND",
	  "what it decides: sched (default)" },
	{ 0 }
};

/* It becomes part of C names: stricter than what the kernel takes. */
static bool is_c_name(const char *name)
{
	size_t i;

	if (!isalpha((unsigned char)*name) && *name != '_')
		return false;
	for (i = 0; name[i]; i++)
		if (!isalnum((unsigned char)name[i]) && name[i] != '_')
			return false;
	return i < MPX_NAME_SIZE;
}

static int write_file(struct ctl *ctl, int dir, const struct template_file *file,
		      const char *policy)
{
	char name[64] = "";
	FILE *out = fmemopen(name, sizeof(name), "w");
	int fd, err = 0;

	if (!out)
		return fail(ctl, -errno, "out of memory");
	template_write(out, file->name, strlen(file->name), policy);
	fclose(out);
	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, file->mode);
	out = fd < 0 ? NULL : fdopen(fd, "w");
	if (!out) {
		err = -errno;
		if (fd >= 0)
			close(fd);
		return fail(ctl, err, "cannot make '%s': %s", name, strerror(-err));
	}
	template_write(out, file->text, (size_t)(file->end - file->text), policy);
	if (ferror(out))
		err = -EIO;
	if (fclose(out) && !err)
		err = -errno;
	return err ? fail(ctl, err, "cannot write '%s': %s", name, strerror(-err)) : 0;
}

static int fill(struct ctl *ctl, const char *path, const char *kind, const char *policy)
{
	const struct template_file *file;
	int dir, err = 0;

	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return fail(ctl, -errno, "cannot open '%s': %s", path, strerror(errno));
	for (file = template_files; file->name && !err; file++)
		if (!strcmp(file->kind, kind))
			err = write_file(ctl, dir, file, policy);
	close(dir);
	return err;
}

int do_new(struct ctl *ctl, const void *args, int argc, char **argv)
{
	const struct new_args *a = args;
	const char *kind = a->kind ? a->kind : "sched", *slash = strrchr(argv[0], '/');
	const char *policy = slash ? slash + 1 : argv[0];
	int err;

	(void)argc;
	if (strcmp(kind, "sched"))
		return fail(ctl, -EINVAL, "there is no template of kind '%s' (only: sched)", kind);
	if (!is_c_name(policy))
		return fail(ctl, -EINVAL, "'%s' cannot name a policy in C: 1 to 15 characters out of A-Z a-z 0-9 _, no digit first",
			    policy);
	if (mkdir(argv[0], 0777))
		return fail(ctl, -errno, "cannot make the directory '%s': %s", argv[0],
			    strerror(errno));
	err = fill(ctl, argv[0], kind, policy);
	if (err)
		return err;
	say(ctl, "wrote %s/: %s.bpf.c, Makefile, README.md, test.sh\n"
	    "next: cd %s && make && make check && make test\n", argv[0], policy, argv[0]);
	out_json(ctl, "new", json_pack("{s:s, s:s, s:s}", "directory", argv[0], "name", policy,
				       "kind", kind));
	return 0;
}
