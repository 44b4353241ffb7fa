#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#
# Two hosts on one machine, joined by two paths: network namespaces "client" and "server".
#
#	two-paths.sh up [RATE/DELAY RATE/DELAY]		(default: 10mbit/10ms 20mbit/40ms)
#	two-paths.sh bytes				what the client sent since the last time
#	two-paths.sh down
#
# The server has 10.0.1.2 and 10.0.2.2. It announces the second address, and the client opens a
# subflow to it: one on each path.

set -eu
LAST=/run/two-paths.bytes

up() {
	local shape side i=0

	printf 'netns add %s\n' client server | ip -batch -
	for shape in "${1:-10mbit/10ms}" "${2:-20mbit/40ms}"; do
		((++i))
		ip link add "path$i" netns client type veth peer name "path$i" netns server
		ip -n client addr add "10.0.$i.1/24" dev "path$i"
		ip -n server addr add "10.0.$i.2/24" dev "path$i"
		for side in client server; do
			# a small queue holds packets, not 64 kB bundles of them
			ip -n "$side" link set "path$i" gso_max_segs 1 up
			tc -n "$side" qdisc add dev "path$i" root netem \
				rate "${shape%/*}" delay "${shape#*/}" limit 200
		done
		echo "path $i: $shape"
	done
	for side in client server; do
		ip -n "$side" link set lo up
		ip -n "$side" mptcp limits set subflows 1 add_addr_accepted 1
	done
	ip -n server mptcp endpoint add 10.0.2.2 signal
	echo 0 0 > "$LAST"
}

sent() { # I
	ip -n client -j -s link show "path$1" | sed 's/.*"tx":{"bytes":\([0-9]*\).*/\1/'
}

bytes() {
	local was1 was2 now1 now2 one two

	read -r was1 was2 < "$LAST"
	now1=$(sent 1) now2=$(sent 2)
	echo "$now1 $now2" > "$LAST"
	((one = now1 - was1, two = now2 - was2)) || true
	printf 'path 1: %d bytes\npath 2: %d bytes\n' "$one" "$two"
	if ((one > 4 * two)); then
		echo 'mostly path 1'
	elif ((two > 4 * one)); then
		echo 'mostly path 2'
	else
		echo 'both paths'
	fi
}

case ${1:-} in
up)	shift; up "$@" ;;
bytes)	bytes ;;
down)	printf 'netns del %s\n' client server | ip -batch -; rm -f "$LAST" ;;
*)	sed -n '4,11s/^# \?//p' "$0"; exit 2 ;;
esac
