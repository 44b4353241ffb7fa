// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * link_update PIN MAP_ID: replace what the struct_ops link pinned at PIN registers
 * by the map with that id. Prints the errno, "0" if the kernel agreed. For what
 * mptcp-pmctl never asks for.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int bpf(int cmd, union bpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

static int fd_of_pin(const char *path)
{
	union bpf_attr attr = { .pathname = (uintptr_t)path };

	return bpf(BPF_OBJ_GET, &attr);
}

static int fd_of_map(unsigned int id)
{
	union bpf_attr attr = { .map_id = id };

	return bpf(BPF_MAP_GET_FD_BY_ID, &attr);
}

int main(int argc, char **argv)
{
	union bpf_attr attr = {};
	int link, map;

	if (argc != 3) {
		fprintf(stderr, "usage: link_update PIN MAP_ID\n");
		return 2;
	}

	link = fd_of_pin(argv[1]);
	map = fd_of_map(strtoul(argv[2], NULL, 0));
	if (link < 0 || map < 0) {
		fprintf(stderr, "link_update: cannot open '%s': %s\n",
			link < 0 ? argv[1] : argv[2], strerror(errno));
		return 1;
	}

	attr.link_update.link_fd = link;
	attr.link_update.new_prog_fd = map;	/* in a union with new_map_fd */
	printf("%d\n", bpf(BPF_LINK_UPDATE, &attr) ? errno : 0);
	return 0;
}
