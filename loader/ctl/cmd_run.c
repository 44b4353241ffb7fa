// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * run: a command whose sockets are MPTCP. This process waits outside the tree:
 * it passes signals on, and ends the way the command ended.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "args.h"
#include "output.h"
#include "verbs.h"

/* As env(1) and timeout(1) have them. */
#define STATUS_NOT_EXECUTABLE	126
#define STATUS_NOT_FOUND	127

const struct opt run_opts[] = {
	{ "sched", 'S', OPT_STRING, offsetof(struct run_args, sched), "NAME",
	  "the scheduler its connections get" },
	{ 0 }
};

/* What the command starts with, as it was before we changed it. */
struct signals {
	sigset_t mask;
	struct sigaction child;
};

/* What kept the child from becoming the command. */
struct failure {
	bool entering;
	int err;
};

/*
 * Signals wait to be passed on. Not those that stop and continue: they work on
 * this process as on the command; not those that tell of our own faults.
 */
static void signals_hold(sigset_t *set, struct signals *before)
{
	static const int ours[] = {
		SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP,
		SIGSYS, SIGABRT, SIGPIPE,
	};
	struct sigaction act = { .sa_handler = SIG_DFL };
	size_t i;

	sigfillset(set);
	for (i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		sigdelset(set, ours[i]);
	sigprocmask(SIG_BLOCK, set, &before->mask);
	/* Where it was ignored there would be no status to pass on. */
	sigaction(SIGCHLD, &act, &before->child);
}

static void signals_restore(const struct signals *before)
{
	sigaction(SIGCHLD, &before->child, NULL);
	sigprocmask(SIG_SETMASK, &before->mask, NULL);
}

static void __attribute__((noreturn)) child(const struct mpx_tree *tree,
					    const struct signals *before, char **argv, int report)
{
	struct failure failure = { 0 };
	ssize_t n;

	failure.err = mpx_tree__enter(tree);
	if (failure.err) {
		failure.entering = true;
	} else {
		signals_restore(before);
		execvp(argv[0], argv);
		failure.err = -errno;
	}
	n = write(report, &failure, sizeof(failure));
	_exit(n == sizeof(failure) ? 0 : STATUS_NOT_EXECUTABLE);
}

/* Returns the wait status of @pid. Keys reach the command by themselves. */
static int pass_on(pid_t pid, const sigset_t *set)
{
	siginfo_t info;
	int sig, status;

	for (;;) {
		sig = sigwaitinfo(set, &info);
		if (sig == SIGCHLD && waitpid(pid, &status, WNOHANG) == pid)
			return status;
		if (sig > 0 && sig != SIGCHLD && info.si_code != SI_KERNEL)
			kill(pid, sig);
	}
}

/* End by the signal that ended the command, without a core of our own. */
static void end_by(int sig)
{
	const struct rlimit none = { 0, 0 };
	sigset_t one;

	setrlimit(RLIMIT_CORE, &none);
	signal(sig, SIG_DFL);
	sigemptyset(&one);
	sigaddset(&one, sig);
	raise(sig);
	sigprocmask(SIG_UNBLOCK, &one, NULL);
}

static int tell_failure(struct ctl *ctl, const struct failure *failure, const char *cmd)
{
	if (failure->entering)
		return fail(ctl, failure->err, "cannot move '%s' into its cgroup: %s", cmd,
			    strerror(-failure->err));
	ctl->command_status = failure->err == -ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
	return fail(ctl, failure->err, "cannot run '%s': %s", cmd, strerror(-failure->err));
}

/* Fork, exec, wait. @status is that of the command, once it was one. */
static int run_in(struct ctl *ctl, const struct mpx_tree *tree, const sigset_t *set,
		  const struct signals *before, char **argv, int *status)
{
	struct failure failure;
	int report[2], err = 0;
	ssize_t n;
	pid_t pid;

	if (pipe2(report, O_CLOEXEC))
		return fail(ctl, -errno, "cannot run '%s': %s", argv[0], strerror(errno));
	pid = fork();
	if (!pid)
		child(tree, before, argv, report[1]);
	if (pid < 0)
		err = fail(ctl, -errno, "cannot run '%s': %s", argv[0], strerror(errno));
	close(report[1]);
	if (!err) {
		do {
			n = read(report[0], &failure, sizeof(failure));
		} while (n < 0 && errno == EINTR);
		*status = pass_on(pid, set);
		if (n == sizeof(failure))
			err = tell_failure(ctl, &failure, argv[0]);
	}
	close(report[0]);
	return err;
}

int do_run(struct ctl *ctl, const void *args, int argc, char **argv)
{
	const struct run_args *a = args;
	struct signals before;
	struct mpx_tree *tree;
	sigset_t set;
	int err, status = 0;

	(void)argc;
	/* From here on a signal must not end us before the tree is gone. */
	signals_hold(&set, &before);
	tree = mpx_tree__new(a->sched);
	if (!tree) {
		err = -errno;
		signals_restore(&before);
		return err;
	}
	err = run_in(ctl, tree, &set, &before, argv, &status);
	mpx_tree__free(tree);
	if (err)
		return err;
	/* What is on stdout is the command's. */
	ctl->json = false;
	if (WIFSIGNALED(status)) {
		end_by(WTERMSIG(status));
		ctl->command_status = 128 + WTERMSIG(status);
	} else {
		ctl->command_status = WEXITSTATUS(status);
	}
	return 0;
}
