// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * decisions OBJECT OUT -- COMMAND...: count the instructions of each decision of the packet
 * scheduler that is taken while COMMAND runs. OUT gets lines "kind instructions calls", the cost of
 * measuring already subtracted; stderr that cost. Ends as COMMAND does.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "decisions.h"

#define EMPTY_CALLS	500
#define LOOPS		2000000u	/* of two instructions */
#define TOLERANCE	0.01

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

/* Does a nanosecond pass for an instruction? Only then the figures are what they claim to be. */
static int check_clock(void)
{
	uint64_t start, took, best = UINT64_MAX;
	unsigned int i, n;
	double per;

	for (i = 0; i < 5; i++) {
		n = LOOPS;
		start = now_ns();
		__asm__ volatile("1: dec %0; jnz 1b" : "+r"(n) : : "cc");
		took = now_ns() - start;
		if (took < best)
			best = took;
	}
	per = (double)best / (2 * LOOPS);
	if (per > 1 - TOLERANCE && per < 1 + TOLERANCE)
		return 0;
	fprintf(stderr, "decisions: an instruction takes %.2f ns, not 1: is this vm/run --icount?\n",
		per);
	return -ERANGE;
}

static int attach(struct bpf_object *obj)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, obj)
		if (!bpf_program__attach(prog)) {
			fprintf(stderr, "decisions: cannot attach '%s': %s\n",
				bpf_program__name(prog), strerror(errno));
			return -errno;
		}
	return 0;
}

static int call_empty(struct bpf_object *obj)
{
	struct bpf_program *prog = bpf_object__find_program_by_name(obj, "empty_entry");
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	int i, err;

	for (i = 0; i < EMPTY_CALLS; i++) {
		err = bpf_prog_test_run_opts(bpf_program__fd(prog), &opts);
		if (err)
			return err;
	}
	return 0;
}

static unsigned int median(const __u32 *calls)
{
	uint64_t total = 0, seen = 0;
	unsigned int i;

	for (i = 0; i < COST_MAX; i++)
		total += calls[i];
	for (i = 0; i < COST_MAX; i++) {
		seen += calls[i];
		if (2 * seen >= total)
			break;
	}
	return i;
}

static int run(char **command)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (!pid) {
		execvp(command[0], command);
		perror(command[0]);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid)
		return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static int write_costs(const char *path, const struct costs *c)
{
	static const char * const name[] = { [COST_PICK] = "pick", [COST_WAIT] = "wait" };
	unsigned int kind, empty = median(c->calls[COST_EMPTY]), i;
	FILE *out = fopen(path, "we");

	if (!out)
		return -errno;
	fprintf(stderr, "decisions: measuring takes %u instructions\n", empty);
	for (kind = COST_PICK; kind < COST_KINDS; kind++)
		for (i = 0; i < COST_MAX; i++)
			if (c->calls[kind][i])
				fprintf(out, "%s %u %u\n", name[kind], i > empty ? i - empty : 0,
					c->calls[kind][i]);
	return fclose(out) ? -errno : 0;
}

int main(int argc, char **argv)
{
	struct bpf_object *obj;
	struct costs *c;
	int err, status;

	if (argc < 5 || strcmp(argv[3], "--")) {
		fputs("usage: decisions OBJECT OUT -- COMMAND...\n", stderr);
		return 2;
	}
	if (check_clock())
		return 1;
	obj = bpf_object__open_file(argv[1], NULL);
	err = obj ? bpf_object__load(obj) : -errno;
	if (!err)
		err = attach(obj);
	if (!err)
		err = call_empty(obj);
	if (err) {
		fprintf(stderr, "decisions: '%s': %s\n", argv[1], strerror(-err));
		return 1;
	}
	c = mmap(NULL, sizeof(*c), PROT_READ, MAP_SHARED,
		 bpf_object__find_map_fd_by_name(obj, COST_MAP), 0);
	if (c == MAP_FAILED) {
		perror("decisions: mmap");
		return 1;
	}
	status = run(argv + 4);
	err = write_costs(argv[2], c);
	if (err)
		fprintf(stderr, "decisions: cannot write '%s': %s\n", argv[2], strerror(-err));
	bpf_object__close(obj);
	return status ? status : err ? 1 : 0;
}
