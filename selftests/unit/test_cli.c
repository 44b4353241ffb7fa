// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* Does the tool itself answer in JSON and with the exit codes that are promised? */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "ctl/verbs.h"
#include "unit.h"

TestSuite(cli, .init = unit_log_reset, .timeout = 60);

static char out[1 << 20];

/* Run the tool (built with sanitizers) and keep what it prints; its exit status. */
static int run(const char *args)
{
	char cmd[4096];
	size_t n;
	FILE *p;
	int status;

	snprintf(cmd, sizeof(cmd), "%s %s", unit_path("san/mptcp-pmctl"), args);
	p = popen(cmd, "r");
	cr_assert_not_null(p);
	n = fread(out, 1, sizeof(out) - 1, p);
	out[n] = '\0';
	status = pclose(p);
	cr_assert(WIFEXITED(status), "killed: %s", cmd);
	return WEXITSTATUS(status);
}

static int run_on(const char *fmt, const char *fixture)
{
	char args[2048], file[128], path[1024];

	snprintf(file, sizeof(file), "fixtures/%s.bpf.o", fixture);
	snprintf(path, sizeof(path), "%s", unit_path(file));
	snprintf(args, sizeof(args), "%s %s 2>&1", fmt, path);
	return run(args);
}

static json_t *answer(void)
{
	json_error_t err;
	json_t *root = json_loads(out, JSON_REJECT_DUPLICATES, &err);

	cr_assert_not_null(root, "%s in: %s", err.text, out);
	cr_assert_eq(json_integer_value(json_object_get(root, "schema")), 1);
	return root;
}

static const char *error_of(json_t *root, const char *key)
{
	return json_string_value(json_object_get(json_object_get(root, "error"), key));
}

Test(cli, help_lists_every_verb)
{
	const struct verb *v;
	char args[64];

	cr_assert_eq(run("--help 2>/dev/null"), 0);
	for (v = verbs; v->name; v++)
		cr_assert_not_null(strstr(out, v->summary), "%s", v->name);
	for (v = verbs; v->name; v++) {
		const struct opt *o;
		char opt[64];

		snprintf(args, sizeof(args), "%s --help 2>/dev/null", v->name);
		cr_assert_eq(run(args), 0, "%s", v->name);
		cr_assert_not_null(strstr(out, v->example), "%s", v->name);
		for (o = v->opts; o->name; o++) {
			snprintf(opt, sizeof(opt), "--%s", o->name);
			cr_assert_not_null(strstr(out, opt), "%s %s", v->name, opt);
		}
	}
	cr_assert_eq(run("help load 2>/dev/null"), 0);
	cr_assert_not_null(strstr(out, "--replace"));
}

Test(cli, usage_errors)
{
	cr_assert_eq(run("2>&1"), 2);
	cr_assert_eq(run("lod x 2>&1"), 2);
	cr_assert_not_null(strstr(out, "did you mean 'load'"));
	cr_assert_eq(run("load 2>&1"), 2);
	cr_assert_eq(run("load a b 2>&1"), 2);
	cr_assert_eq(run("list --nope 2>&1"), 2);
	cr_assert_eq(run("switch minrtt 2>&1"), 2);
	cr_assert_not_null(strstr(out, "--from"));
	cr_assert_eq(run("switch 1 minrtt --all 2>&1"), 2);
	cr_assert_eq(run("switch 3aff12bc minrtt 2>&1"), 2);
	cr_assert_not_null(strstr(out, "0x3aff12bc"));
	cr_assert_eq(run("show nothing 2>&1"), 2);
	cr_assert_not_null(strstr(out, "connections"));
	cr_assert_eq(run("show --netns x --all-netns 2>&1"), 2);
	cr_assert_eq(run("lod 2>/dev/null"), 2);
	cr_assert_str_eq(out, "", "stdout carries data only");
}

Test(cli, usage_errors_in_json)
{
	json_t *root;

	cr_assert_eq(run("-j lod 2>&1"), 2);
	root = answer();
	cr_assert_str_eq(error_of(root, "code"), "USAGE");
	json_decref(root);
	cr_assert_eq(run("load -p --nope 2>&1"), 2);
	root = answer();
	cr_assert_not_null(strstr(error_of(root, "message"), "--nope"));
	cr_assert_not_null(strchr(out, '\n') + 1, "indented");
	json_decref(root);
}

Test(cli, options_before_and_after_the_verb)
{
	cr_assert_eq(run("-j unload no_such_policy 2>&1"), 1);
	json_decref(answer());
	cr_assert_eq(run("unload no_such_policy -j 2>&1"), 1);
	json_decref(answer());
}

Test(cli, every_verb_answers_in_json)
{
	static const char *const calls[] = {
		"features -j", "list -j", "check -j /nonexistent", "load -j /nonexistent",
		"unload -j no_such_policy", "use -j no_such_policy", "use -j a-b",
		"switch -j 1 a-b", "switch -j --all no_such_policy", "show -j", "show -j nothing",
	};
	char args[128];
	json_t *root;
	size_t i;
	int code;

	for (i = 0; i < mpx_array_size(calls); i++) {
		snprintf(args, sizeof(args), "%s 2>&1", calls[i]);
		code = run(args);
		root = answer();
		cr_assert_eq(code != 0, json_object_get(root, "error") != NULL, "%s", calls[i]);
		if (code)
			cr_assert_eq(json_integer_value(json_object_get(
				json_object_get(root, "error"), "exit_status")), code);
		json_decref(root);
	}
}

Test(cli, check_describes_without_a_kernel)
{
	json_t *root, *pol, *tun;
	int code;

	/* 0 where the kernel has the hooks and likes it, 1 where it does not, 4 without them */
	code = run_on("-j check", "good");
	cr_assert(code == 0 || code == 1 || code == 4, "%d", code);
	root = answer();
	pol = json_object_get(root, "policy");
	cr_assert_str_eq(json_string_value(json_object_get(pol, "description")), "a good policy");
	tun = json_object_get(pol, "tunables");
	cr_assert_eq(json_array_size(tun), 5);
	cr_assert_str_eq(json_string_value(json_object_get(json_array_get(tun, 2), "max")),
			 "18446744073709551615");
	cr_assert_eq(json_integer_value(json_object_get(json_array_get(tun, 1), "default")), -7);
	cr_assert(json_is_true(json_object_get(json_array_get(tun, 4), "value")));
	json_decref(root);
}

Test(cli, refused_objects)
{
	json_t *root;

	cr_assert_eq(run_on("check", "no_types"), 1);
	cr_assert_not_null(strstr(out, "compile it with -g"));
	cr_assert_eq(run_on("-j check", "no_types"), 1);
	root = answer();
	cr_assert_str_eq(error_of(root, "code"), "ENOEXEC");
	json_decref(root);
	cr_assert_eq(run_on("load --set max_srtt_us=99999999", "good"), 1);
	cr_assert_not_null(strstr(out, "[0, 10000000] us"));
	cr_assert_eq(run_on("load --name a-b", "good"), 1);
	cr_assert_not_null(strstr(out, "A-Z a-z 0-9 _ ."));
}

Test(cli, full_disk_is_no_success)
{
	cr_assert_eq(run("--help > /dev/full 2>/dev/null"), 1);
}

Test(cli, hostile_text_cannot_reach_the_terminal)
{
	cr_assert_eq(run("check \"$(printf 'x\\033[2J\\377')\" 2>&1"), 1);
	cr_assert_null(strchr(out, 033));
	cr_assert_eq(run("-j check \"$(printf 'x\\033[2J\\377')\" 2>&1"), 1);
	json_decref(answer());
}
