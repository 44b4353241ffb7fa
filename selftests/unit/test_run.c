// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* Of run and new: where cgroups are found and swept, which words are the command's, templates. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/args.h"
#include "ctl/template.h"
#include "ctl/verbs.h"
#include "lib/cgroup.h"
#include "unit.h"

TestSuite(run, .init = unit_log_reset);

static int mount_of(const char *text, char *buf, size_t size)
{
	FILE *f = fmemopen((void *)text, strlen(text), "r");
	int err;

	cr_assert_not_null(f);
	err = mpx_cgroup_mount(f, buf, size);
	fclose(f);
	return err;
}

Test(run, the_whole_hierarchy_is_found)
{
	char buf[64];

	cr_assert_eq(mount_of("22 1 0:20 / /proc rw - proc proc rw\n"
			      "30 1 0:26 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
			      "31 1 0:27 /a/b /part rw shared:9 - cgroup2 cgroup2 rw\n"
			      "32 1 0:27 / /sys/fs/my\\040cgroup rw shared:9 - cgroup2 cgroup2 rw\n"
			      "33 1 0:27 / /later rw - cgroup2 cgroup2 rw\n", buf, sizeof(buf)), 0);
	cr_assert_str_eq(buf, "/sys/fs/my cgroup");
}

Test(run, no_hierarchy)
{
	char buf[8];

	cr_assert_eq(mount_of("30 1 0:26 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n", buf,
			      sizeof(buf)), -ENOENT);
	cr_assert_eq(mount_of("32 1 0:27 / /too/long/for/it rw - cgroup2 cgroup2 rw\n", buf,
			      sizeof(buf)), -ENOENT);
	cr_assert_eq(mount_of("garbage - cgroup2 \n", buf, sizeof(buf)), -ENOENT);
}

Test(run, only_what_nobody_holds_is_swept)
{
	int parent = open(unit_tmpdir(), O_RDONLY | O_DIRECTORY), held;

	cr_assert_geq(parent, 0);
	cr_assert_eq(mkdirat(parent, MPX_CGROUP_PREFIX "1.0", 0755), 0);
	cr_assert_eq(mkdirat(parent, MPX_CGROUP_PREFIX "2.0", 0755), 0);
	cr_assert_eq(mkdirat(parent, "other", 0755), 0);
	held = openat(parent, MPX_CGROUP_PREFIX "2.0", O_RDONLY | O_DIRECTORY);
	cr_assert_eq(flock(held, LOCK_SH), 0);
	mpx_cgroup_sweep(parent);
	cr_assert_neq(faccessat(parent, MPX_CGROUP_PREFIX "1.0", F_OK, 0), 0);
	cr_assert_eq(faccessat(parent, MPX_CGROUP_PREFIX "2.0", F_OK, 0), 0);
	cr_assert_eq(faccessat(parent, "other", F_OK, 0), 0);
	close(held);
	close(parent);
}

Test(run, options_of_the_command_are_its_own)
{
	char *argv[] = { (char *)"run", (char *)"--sched", (char *)"a", (char *)"curl",
			 (char *)"--sched", (char *)"-j", (char *)"--", NULL };
	struct global_args glob = { 0 };
	struct run_args run = { 0 };
	const struct opt_set sets[OPT_SETS] = { { global_opts, &glob }, { run_opts, &run } };
	char mistake[128];

	cr_assert_eq(verb_find("run")->max_words, VERB_COMMAND);
	cr_assert_eq(opts_parse(7, argv, sets, true, mistake, sizeof(mistake)), 3);
	cr_assert_str_eq(run.sched, "a");
	cr_assert_not(glob.json);
	cr_assert_str_eq(argv[4], "--sched");
}

static const char *written(const char *text, const char *name)
{
	static char buf[256];
	FILE *out;

	buf[0] = '\0';
	out = fmemopen(buf, sizeof(buf), "w");
	cr_assert_not_null(out);
	template_write(out, text, strlen(text), name);
	fclose(out);
	return buf;
}

Test(run, the_name_is_replaced_everywhere)
{
	cr_assert_str_eq(written("hello.bpf.c", "x"), "x.bpf.c");
	cr_assert_str_eq(written("a hello_get_send, hell, hellohello", "longer_name"),
			 "a longer_name_get_send, hell, longer_namelonger_name");
	cr_assert_str_eq(written("hello", "hello"), "hello");
	cr_assert_str_eq(written("", "x"), "");
}

Test(run, templates_are_complete)
{
	const struct template_file *file;
	size_t n = 0;

	for (file = template_files; file->name; file++, n++) {
		cr_assert_gt(file->end - file->text, 100, "%s", file->name);
		cr_assert_eq(strlen(file->text), (size_t)(file->end - file->text), "%s", file->name);
		cr_assert_not_null(strstr(file->text, TEMPLATE_NAME), "%s", file->name);
	}
	cr_assert_eq(n, 4);
}
