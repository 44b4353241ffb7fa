// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * link_update PIN MAP_ID: replace what the struct_ops link pinned at PIN registers by the map with
 * that id. Prints the errno, "0" if the kernel agreed. For what mptcp-pmctl never asks for.
 *
 * With --times N the link goes through all MAP_IDs in turn, as fast as the kernel lets it, N
 * updates in all or until one is refused. Prints also how many succeeded and the milliseconds they
 * took.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MAX_MAPS	16

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

static int update(int link, int map)
{
	union bpf_attr attr = {};

	attr.link_update.link_fd = link;
	attr.link_update.new_prog_fd = map;	/* in a union with new_map_fd */
	return bpf(BPF_LINK_UPDATE, &attr) ? errno : 0;
}

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void update_times(int link, const int *map, int maps, int times)
{
	long start = now_ms();
	int done, err = 0;

	for (done = 0; done < times; done++) {
		err = update(link, map[done % maps]);
		if (err)
			break;
	}
	printf("%d %d %ld\n", err, done, now_ms() - start);
}

int main(int argc, char **argv)
{
	int link, map[MAX_MAPS], maps, times = 0, i;

	if (argc > 2 && !strcmp(argv[1], "--times")) {
		times = atoi(argv[2]);
		argv += 2;
		argc -= 2;
	}
	maps = argc - 2;
	if (maps < 1 || maps > MAX_MAPS || (maps > 1 && !times)) {
		fprintf(stderr, "usage: link_update [--times N] PIN MAP_ID...\n");
		return 2;
	}

	link = fd_of_pin(argv[1]);
	for (i = 0; i < maps; i++) {
		map[i] = fd_of_map(strtoul(argv[2 + i], NULL, 0));
		if (link < 0 || map[i] < 0) {
			fprintf(stderr, "link_update: cannot open '%s': %s\n",
				link < 0 ? argv[1] : argv[2 + i], strerror(errno));
			return 1;
		}
	}
	if (times)
		update_times(link, map, maps, times);
	else
		printf("%d\n", update(link, map[0]));
	return 0;
}
