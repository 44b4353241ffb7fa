# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# shellcheck shell=bash
#
# For tests with very many connections, after lib.sh: the helper conns, and how many fit.

CONNS_PID='' CONNS_LINE=''

# The kernel's table of tokens takes 4 connections a slot, and is as large as the memory it found
# at boot: 2048 slots with 2 GB. Both ends of a connection are on this machine.
conns_room() {
	local slots
	slots=$(dmesg | sed -nE 's/.*MPTCP.* hash table entries: ([0-9]+).*/\1/p')
	echo $((${slots:-2048} * 5 / 2))
}

# Sets $want: ten thousand, or fewer where that is too much, and then says so.
conns_want() {
	local room
	room=$(conns_room)
	want=10000
	if ((room < want)); then
		skip "10,000 connections" "the kernel's token table takes $room connections with this memory"
		want=$((room / 1000 * 1000))
	fi
	if ((SLOW > 4 && want > 40000 / SLOW)); then
		skip "as many on a kernel that checks itself" "it is slower by $((SLOW / 4)) times"
		want=$((4000 / SLOW * 10))
	fi
}

# Keep COUNT connections open in namespace NS, both of whose ends are in it, so that it has twice
# as many. Their addresses are ADDR.
conns_start() { # NS ADDR COUNT
	coproc CONNS { exec "$HELPERS/conns" "$1" "$1" "$2" "$3"; }
	# bash forgets the array when the helper has ended
	conns_in=${CONNS[1]} conns_out=${CONNS[0]}
	read -r -u "$conns_out" CONNS_LINE && [[ $CONNS_LINE == "ready $3 "* ]]
}

# One byte each way over each of them; fails if one does not arrive.
conns_ping() {
	echo >&"$conns_in" && read -r -u "$conns_out" CONNS_LINE && [[ $CONNS_LINE == pong* ]]
}

conns_stop() {
	exec {conns_in}>&-
	wait "$CONNS_PID"
}

now_ms() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }
