// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * What the kernel's sockets say of MPTCP connections: bpf/metrics/snapshot.bpf.c
 * run over the TCP sockets of a network namespace. Loaded once, read in as many
 * namespaces as wanted; nothing is pinned.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

#include "../../bpf/metrics/snapshot.h"
#include "bpf/metrics/snapshot.skel.h"

#define RECORDS	1024	/* of one read */

struct mpx_snapshot {
	struct snapshot_bpf *skel;
	struct mpx_snap_record rec[RECORDS];
};

static void explain(int err)
{
	const char *cause = mpx_capture_first();

	if (err == -EPERM)
		mpx_warn("addresses are not shown: not permitted to load BPF programs (needs root, or CAP_BPF and CAP_PERFMON)");
	else if (!mpx_vmlinux())
		mpx_warn("addresses are not shown: this kernel has no type information (needs CONFIG_DEBUG_INFO_BTF=y)");
	else
		mpx_warn("addresses are not shown: cannot load a BPF iterator: %s%s%s%s",
			 strerror(-err), *cause ? " (" : "", cause, *cause ? ")" : "");
}

struct mpx_snapshot *mpx_snapshot_new(void)
{
	struct mpx_snapshot *snap;
	int err;

	snap = calloc(1, sizeof(*snap));
	if (!snap)
		return NULL;
	mpx_capture_reset();
	snap->skel = snapshot_bpf__open();
	err = snap->skel ? snapshot_bpf__load(snap->skel) : -errno;
	if (!err)
		err = snapshot_bpf__attach(snap->skel);
	if (!err)
		return snap;
	explain(err);
	mpx_snapshot_free(snap);
	errno = -err;
	return NULL;
}

/* Records may be cut where a read ends: the rest comes with the next one. */
int mpx_snapshot_read(struct mpx_snapshot *snap,
		      void (*fn)(const struct mpx_snap_record *rec, void *ctx), void *ctx)
{
	char *buf = (char *)snap->rec;
	size_t fill = 0, i, whole;
	ssize_t n;
	int fd, err = 0;

	fd = bpf_iter_create(bpf_link__fd(snap->skel->links.snapshot));
	if (fd < 0)
		return fd;
	for (;;) {
		n = read(fd, buf + fill, sizeof(snap->rec) - fill);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			err = -errno;
		if (n <= 0)
			break;
		fill += (size_t)n;
		whole = fill / sizeof(snap->rec[0]);
		for (i = 0; i < whole; i++)
			fn(&snap->rec[i], ctx);
		fill %= sizeof(snap->rec[0]);
		memmove(buf, snap->rec + whole, fill);
	}
	close(fd);
	return err;
}

void mpx_snapshot_free(struct mpx_snapshot *snap)
{
	if (!snap)
		return;
	snapshot_bpf__destroy(snap->skel);
	free(snap);
}
