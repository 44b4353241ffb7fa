#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Do blest, ecf and sttf leave the slow path alone when, and only when, their rules say so?
# timeout: 200
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/policy.sh"
. "${BASH_SOURCE[0]%/*}/policy_lib.sh"

waiting='blest ecf sttf'
for s in minrtt $waiting; do
	load_policy "$s" >/dev/null || bail_out "cannot load '$s'"
done
load_policy ecf --name ecf.rounds --set whole_rounds=1 >/dev/null ||
	bail_out "cannot load 'ecf.rounds'"

# 64 kB are a few round trips of 60 ms on the fast path, less than half a one on the slow path.
# Long ones, which the delays of a busy machine do not make similar.
paths 2 4 20mbit/30ms/100 2mbit/400ms/200
for s in minrtt $waiting ecf.rounds; do
	set_sched "$s"
	xfer --bytes 64k --subflows 2 >/dev/null
	is "$VERDICT" ok "$s: 64 kB arrive unchanged"
	diag "$s: $(path_given 2) bytes on the slow path"
	case $s in
	minrtt)	between "$(path_given 2)" 14000 65536 "$s: spills to the slow path" ;;
	# (k / cwnd_s) 800 ms < 2 * 60 ms + delta, the latter 400 ms at first: not a window
	ecf)	between "$(path_given 2)" 0 14480 "$s: all but the end waits for the fast path" ;;
	*)	is "$(path_given 2)" 0 "$s: everything waits for the fast path" ;;
	esac
done

# Much to send over paths that are much the same: waiting would waste one of them.
paths 2 6 20mbit/15ms/100 20mbit/10ms/100
for s in $waiting; do
	set_sched "$s"
	xfer --bytes 8M --subflows 2 --rcvbuf 4M >/dev/null
	is "$VERDICT" ok "$s: 8 MiB arrive unchanged, IPv6"
	diag "$s, similar paths: $(given_share 1) % on the one that is 5 ms longer"
	between "$(given_share 1)" 25 75 "$s: both paths are used"
done

# blest goes by the send window: the same paths, with little and with much of it.
paths 2 4 20mbit/5ms/50 10mbit/40ms/100
set_sched blest
xfer --bytes 2M --subflows 2 --rcvbuf 64k >/dev/null
is "$VERDICT" ok "blest, small window: 2 MiB arrive unchanged"
small=$(given_share 2)
xfer --bytes 4M --subflows 2 --rcvbuf 6M >/dev/null
is "$VERDICT" ok "blest, large window: 4 MiB arrive unchanged"
large=$(given_share 2)
diag "blest: $small % on the slow path with little window, $large % with much"
between "$small" 0 2 "blest: a small window is the fast path's"
between "$large" 5 50 "blest: a large window is enough for both"

# The path that is waited for dies.
paths 2 4 20mbit/5ms/100 20mbit/40ms/100
pids=()
for s in $waiting; do
	set_sched "$s" "$CL"
	xfer_start --subflows 2 --bytes 2M --rate 400k
	wait_for 10 xfer_connected || bail_out "no connection on '$s'"
	pids+=("$XFER_PID")
done
all_moved() {
	local pid
	for pid in "${pids[@]}"; do
		xfer_moved 200000 "$pid" || return
	done
}
wait_for 30 all_moved || bail_out "not all of them move"
blackhole "$CL" 1
blackhole "$SV" 1
for s in $waiting; do
	xfer_wait "${pids[0]}"
	is "$VERDICT" ok "$s: the fast path dies: every byte arrives"
	diag "$s: longest silence $(xfer_get .longest_gap_ms) ms"
	pids=("${pids[@]:1}")
done
# shellcheck disable=SC2086	# a list
clean_record $waiting
done_testing
