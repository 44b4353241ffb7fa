// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * Process trees whose sockets are MPTCP: bpf/run/tree.bpf.c attached to the
 * kernel's hook, with a cgroup that says whom it is for. Nothing is pinned: what
 * holds the program is a descriptor, and the kernel closes that even when the
 * process is killed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cgroup.h"
#include "internal.h"

#include "bpf/run/tree.skel.h"

#define HOOK		"update_socket_protocol"
#define SCHED_HOOK	"mptcp_select_scheduler"

struct mpx_tree {
	struct mpx_cgroup cgroup;
	struct tree_bpf *skel;
};

static int check_kernel(void)
{
	char text[16];
	int err = mpx_sysctl_get("enabled", text, sizeof(text));

	if (err == -ENOENT)
		return mpx_fail(-EOPNOTSUPP, "this kernel has no Multipath TCP (needs CONFIG_MPTCP=y)");
	if (err < 0)
		return mpx_fail(err, "cannot read net.mptcp.enabled: %s", strerror(-err));
	if (!strcmp(text, "0"))
		return mpx_fail(-ENOPROTOOPT, "Multipath TCP is off in this network namespace (next: sysctl net.mptcp.enabled=1)");
	if (!mpx_vmlinux())
		return mpx_fail(-EOPNOTSUPP, "this kernel has no type information (needs CONFIG_DEBUG_INFO_BTF=y)");
	if (!mpx_btf_func(HOOK))
		return mpx_fail(-EOPNOTSUPP, "this kernel has no hook " HOOK "(): Linux 6.6 has (until then: mptcpize, or sockets made with IPPROTO_MPTCP)");
	return 0;
}

/* The number of scheduler @name; 0: the namespace's default is it, and will do. */
static int find_scheduler(const char *name, __u32 *id)
{
	char now[MPX_NAME_SIZE];
	struct mpx_registry *reg;
	const struct mpx_registered *entry;
	int err;

	*id = 0;
	if (!name)
		return 0;
	err = mpx_default_get(NULL, now);
	if (err)
		return err;
	if (!mpx_btf_func(SCHED_HOOK)) {
		if (!strcmp(now, name))
			return 0;
		return mpx_fail(-EOPNOTSUPP, "'%s' cannot be had for one process tree: this kernel chooses the scheduler for a whole network namespace, and this one has '%s' (next: mptcp-pmctl use %s)",
				name, now, name);
	}
	reg = mpx_registry__read();
	if (!reg)
		return -errno;
	entry = mpx_registry__find(reg, name);
	if (entry && entry->state != MPX_STATE_ACTIVE)
		err = mpx_fail_gone(entry, "no connection can get it");
	else if (entry && entry->registered)
		*id = entry->id;
	mpx_registry__free(reg);
	if (err)
		return err;
	if (!*id)
		return mpx_fail(-ENOENT, "no scheduler '%s' is registered (see 'mptcp-pmctl list'; load one with 'mptcp-pmctl load')",
				name);
	return 0;
}

static int refused(int err)
{
	const char *cause = mpx_capture_first();

	if (err == -EPERM || err == -EACCES)
		return mpx_fail(err, "not permitted to attach to " HOOK "() (needs root, or CAP_BPF and CAP_PERFMON)");
	return mpx_fail(err, "cannot attach to " HOOK "(): %s%s%s%s", strerror(-err),
			*cause ? " (" : "", cause, *cause ? ")" : "");
}

static int attach(struct mpx_tree *tree, __u32 scheduler)
{
	__u32 key = 0;
	int err;

	mpx_capture_reset();
	tree->skel = tree_bpf__open();
	if (!tree->skel)
		return refused(-errno);
	tree->skel->rodata->scheduler = scheduler;
	bpf_program__set_autoload(tree->skel->progs.tree_scheduler, scheduler != 0);
	err = tree_bpf__load(tree->skel);
	if (!err)
		err = bpf_map__update_elem(tree->skel->maps.tree, &key, sizeof(key),
					   &tree->cgroup.dir, sizeof(tree->cgroup.dir), BPF_ANY);
	if (!err)
		err = tree_bpf__attach(tree->skel);
	return err ? refused(err) : 0;
}

struct mpx_tree *mpx_tree__new(const char *sched)
{
	struct mpx_tree *tree;
	__u32 scheduler;
	int err;

	err = check_kernel();
	if (!err)
		err = find_scheduler(sched, &scheduler);
	if (err)
		goto out;
	tree = calloc(1, sizeof(*tree));
	if (!tree) {
		err = mpx_fail(-ENOMEM, "out of memory");
		goto out;
	}
	err = mpx_cgroup_create(&tree->cgroup);
	if (err)
		goto out_free;
	err = attach(tree, scheduler);
	if (!err)
		return tree;
	tree_bpf__destroy(tree->skel);
	mpx_cgroup_remove(&tree->cgroup);
out_free:
	free(tree);
out:
	errno = -err;
	return NULL;
}

int mpx_tree__enter(const struct mpx_tree *tree)
{
	return mpx_cgroup_enter(&tree->cgroup);
}

void mpx_tree__free(struct mpx_tree *tree)
{
	if (!tree)
		return;
	tree_bpf__destroy(tree->skel);
	mpx_cgroup_remove(&tree->cgroup);
	free(tree);
}
