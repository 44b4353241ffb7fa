# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#
# shellcheck disable=SC2153
#
# Runs inside the guest, after virtme-ng's init; vm/run puts the settings it
# needs (KPATH, RUN, TOP, COMMAND, TMPFS, and what is exported) in front.

# udev only served to name virtme's ports; left alone it would give every veth
# another MAC address and slow each link down.
pkill -x systemd-udevd || pkill -x udevd || true

[ -z "${TMPFS:-}" ] || mount -t tmpfs -o mode=1777 tmpfs "$TMPFS"
mount -t bpf bpf /sys/fs/bpf
mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
mountpoint -q /sys/kernel/tracing || mount -t tracefs tracefs /sys/kernel/tracing
mountpoint -q /sys/fs/cgroup || mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir -p /run/netns
echo mptcp-ext > /proc/sys/kernel/hostname

export HOME=/root PATH=$O/loader:$KPATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PKG_CONFIG_PATH=$O/prefix/lib/pkgconfig
export PS1='guest:\w# '
ulimit -c 0 -n 65536

kmemleak=/sys/kernel/debug/kmemleak
[ ! -w $kmemleak ] || echo clear > $kmemleak

cd "$TOP" || exit
if [ -n "${INTERACTIVE:-}" ]; then
	"${COMMAND[@]}"
else
	"${COMMAND[@]}" < /dev/null
fi
status=$?

if [ -w $kmemleak ]; then
	# an object counts as leaked when two scans 5 s apart find no pointer to it
	echo scan > $kmemleak
	sleep 6
	echo scan > $kmemleak
	sed 's/^/<3>kmemleak: /; 1s/^<3>kmemleak: /&suspected: /' < $kmemleak > /dev/kmsg
fi
echo $status > "$RUN/status"
sync
# virtme-ng's init would call poweroff(8), which belongs to an init system that
# a small Debian does not have
exec busybox poweroff -f
