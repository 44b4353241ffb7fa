// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * xfer: move bytes over real MPTCP connections between two network namespaces and say exactly
 * what happened, in one JSON line on stdout. Exit status 0 means every byte arrived unchanged
 * and both ends agree on it.
 *
 * One process plays the client and one the server; the parent, here, watches them. They share
 * nothing but the result area, so that the parent can report how far they came even when they
 * hang in the kernel.
 */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "xfer_options.h"
#include "xfer_report.h"
#include "xfer_side.h"

#define KILL_MS		2000

static pid_t pids[NR_SIDES];

static bool reap(const char **error)
{
	unsigned int s;
	int status;

	for (s = 0; s < NR_SIDES; s++) {
		if (pids[s] <= 0 || waitpid(pids[s], &status, WNOHANG) != pids[s])
			continue;
		pids[s] = 0;
		if (!status || *error)
			continue;
		if (!shm->side[s].error[0])
			snprintf(shm->side[s].error, sizeof(shm->side[s].error),
				 "%s: ended with status 0x%x", side_name[s], status);
		*error = shm->side[s].error;
	}
	return pids[CLIENT] <= 0 && pids[SERVER] <= 0;
}

/* A process spinning inside the kernel does not die: say so instead of waiting for it. */
static const char *kill_sides(const char *error)
{
	static char text[512];
	uint64_t until = now_ns() + KILL_MS * MSEC;
	unsigned int s;

	for (s = 0; s < NR_SIDES; s++)
		if (pids[s] > 0)
			kill(pids[s], SIGKILL);
	while (!reap(&error) && now_ns() < until)
		poll(NULL, 0, WAIT_MS);
	if (pids[CLIENT] <= 0 && pids[SERVER] <= 0)
		return error;
	snprintf(text, sizeof(text), "%s; the %s cannot be killed", error ? error : "",
		 pids[CLIENT] > 0 ? side_name[CLIENT] : side_name[SERVER]);
	return text;
}

static bool all_agreed(void)
{
	unsigned int s;

	for (s = 0; s < NR_SIDES; s++)
		if (opt.run[s] && shm->side[s].agreed < opt.connections)
			return false;
	return true;
}

static void progress(uint64_t started)
{
	static uint64_t last;

	if (!opt.progress_ms || now_ns() - last < opt.progress_ms * MSEC)
		return;
	last = now_ns();
	report_line(STDERR_FILENO, false, NULL, started);
}

static int signals_open(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Was the end of --hold asked for: SIGTERM, SIGINT, or the other end of a stdin pipe closed? */
static bool told_to_stop(const struct pollfd *pfd)
{
	struct signalfd_siginfo info;
	bool stop = false;
	char c;

	while (read(pfd[0].fd, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo != SIGCHLD)
			stop = true;
	if (pfd[1].fd >= 0 && pfd[1].revents && read(pfd[1].fd, &c, 1) == 0)
		stop = true;
	return stop;
}

/* Returns NULL or why it failed; prints the report at the moment the transfer is decided. */
static const char *watch(int sigfd)
{
	uint64_t started = now_ns(), deadline = started + opt.timeout_ms * MSEC;
	struct pollfd pfd[2] = { { sigfd, POLLIN, 0 }, { -1, POLLIN, 0 } };
	const char *error = NULL;
	bool reported = false, gone;
	struct stat st;

	if (opt.hold && !fstat(STDIN_FILENO, &st) && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)))
		pfd[1].fd = STDIN_FILENO;
	for (;;) {
		gone = reap(&error);
		if (error || gone)
			break;
		progress(started);
		if (opt.hold && !reported && all_agreed()) {
			report(NULL);
			reported = true;
			deadline = UINT64_MAX;
		}
		if (now_ns() >= deadline) {
			error = "timeout";
			break;
		}
		poll(pfd, 2, opt.hold || opt.progress_ms ? WAIT_MS : SAMPLE_MS);
		if (!told_to_stop(pfd))
			continue;
		pfd[1].fd = -1;
		if (!reported) {
			error = "terminated";
			break;
		}
		shm->release = true;
		deadline = now_ns() + opt.timeout_ms * MSEC;
	}
	error = kill_sides(error);
	if (!error && !all_agreed())
		error = "a side ended before the transfer did";
	if (!reported)
		report(error);
	else if (error)
		fprintf(stderr, "xfer: after the transfer: %s\n", error);
	return error;
}

int main(int argc, char **argv)
{
	int o, sigfd, ready[2];
	unsigned int s;

	while ((o = getopt_long(argc, argv, "", longopts, NULL)) != -1)
		set_option(o, optarg);
	if (optind < argc)
		usage("unexpected argument '%s'", argv[optind]);
	check_options();
	shm = mmap(NULL, sizeof(*shm), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	sigfd = signals_open();
	if (shm == MAP_FAILED || sigfd < 0 || pipe2(ready, O_CLOEXEC)) {
		perror("xfer");
		return 1;
	}
	for (s = 0; s < NR_SIDES; s++) {
		pids[s] = opt.run[s] ? fork() : 0;
		if (pids[s] < 0) {
			perror("xfer: fork");
			kill_sides(NULL);
			return 1;
		}
		if (!pids[s] && opt.run[s])
			side_main(s, ready);
	}
	close(ready[0]);
	close(ready[1]);
	return watch(sigfd) ? 1 : 0;
}
