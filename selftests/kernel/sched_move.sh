#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Does a connection keep every byte while its scheduler changes, and every scheduler its count?
# timeout: 300
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/policy.sh"
. "${BASH_SOURCE[0]%/*}/conns.sh"

dmesg_mark
mover=$HELPERS/mover
scheds=(default first minrtt roundrobin burst move_count)
for s in first minrtt roundrobin burst; do
	load_policy $s >/dev/null || bail_out "cannot load '$s'"
done
load_policy good/move_count --set linger_us=3000 >/dev/null ||
	bail_out "cannot load good/move_count"
paths 2 4 20mbit/10ms/100

# ---- what a storm leaves behind ----

declare -A storm_pid=() moved_before=()

# Random moves in NS until the processes end that --pid names.
storm_start() { # NS MOVER-ARGS...
	local ns=$1
	shift
	moved_before[$ns]=$(mib "$ns" MPTcpExtSchedMoved)
	in_ns "$ns" "$mover" storm --seed $RANDOM "$@" >"$TEST_DIR/storm.$ns" &
	storm_pid[$ns]=$!
}

# Sets $rounds, $moved, $refused, $refusal ("-": none), $targets and $counted, the kernel's figure.
storm_end() { # NS
	local slowest
	wait "${storm_pid[$1]}"
	read -r rounds moved refused refusal targets slowest < <(jq -r '[.rounds, .moved, .refused,
		(.refusal | if . == "" then "-" else . end), .targets, .slowest_us] | join(" ")' \
		"$TEST_DIR/storm.$1")
	counted=$(($(mib "$1" MPTcpExtSchedMoved) - moved_before[$1]))
	diag "${1%%.*}: $rounds rounds, $moved moves, $refused refused ($refusal)," \
		"the slowest took $slowest us"
}

storm_is_right() { # NS LEAST-MOVES TITLE
	storm_end "$1"
	is "$refused $refusal $targets" "0 - ${#scheds[@]}" \
		"$3: every scheduler had its turn, no move was refused (${1%%.*})"
	between "$moved" "$2" 100000000 "$3: the connection moved (${1%%.*})"
	is "$counted" "$moved" "$3: the kernel counted each move once (${1%%.*})"
}

# All figures of the accountant at once: {"inits":1,...}
accounts() {
	bpftool -j map dump name "$(var_map move_count)" |
		jq -c '[.. | objects | to_entries[] | select(.value | type == "number")] | from_entries'
}

none_connected() { # no policy governs anything
	[[ $("$PMCTL" -j list | jq '[.policies[] | .connections // 0] | add') == 0 ]]
}

books_balance() { # TITLE
	wait_for 90 none_connected && ok "$1: no scheduler has a connection left" ||
		not_ok "$1: no scheduler has a connection left"
	is "$(accounts | jq '.inits > 0 and .inits == .releases')" true \
		"$1: every init has one release"
	is "$(accounts | jq -c '[.twice, .unborn, .inside, .no_storage]')" "[0,0,0,0]" \
		"$1: no second init, no call without one, none inside another"
}

fallbacks() { # of both namespaces, by counter
	local ns name all=''
	for ns in "$CL" "$SV"; do
		for name in Stall Retrans Error Budget; do
			all+=" $(mib "$ns" "MPTcpExtSchedFallback$name")"
		done
	done
	echo "${all# }"
}

# ---- one transfer, moved among all schedulers ----

xfer_start --both --bytes 16M --subflows 2
storm_start "$CL" --pid $XFER_PID "${scheds[@]}"
storm_start "$SV" --pid $XFER_PID "${scheds[@]}"
xfer_wait
is "$VERDICT" ok "every 20 ms by MOVE: all bytes arrive in both directions"
storm_is_right "$CL" 50 "every 20 ms by MOVE"
storm_is_right "$SV" 50 "every 20 ms by MOVE"
books_balance "every 20 ms by MOVE"

# By setsockopt the application moves its own socket; here somebody else holds a copy of it.
xfer_start --both --bytes 16M --subflows 2
wait_for 20 xfer_moved 1
mapfile -t sides < <(pgrep -P $XFER_PID)
moved_before[$SV]=$(mib "$SV" MPTcpExtSchedMoved)
storm_start "$CL" --setsockopt "${sides[@]/#/--pid=}" "${scheds[@]}"
xfer_wait
is "$VERDICT" ok "every 20 ms by setsockopt: all bytes arrive in both directions"
storm_end "$CL"
is "$refused $refusal $targets" "0 - ${#scheds[@]}" \
	"every 20 ms by setsockopt: every scheduler had its turn, none was refused"
between "$moved" 100 100000000 "every 20 ms by setsockopt: the connection moved"
is $((counted + $(mib "$SV" MPTcpExtSchedMoved) - moved_before[$SV])) "$moved" \
	"every 20 ms by setsockopt: the kernel counted each move once"
books_balance "every 20 ms by setsockopt"
is "$(fallbacks)" "0 0 0 0 0 0 0 0" "nobody takes a move for a policy's fault"

# ---- as fast as it goes: with checksums, over paths that die, across creation and end ----

set_sysctl "$CL" net.mptcp.checksum_enabled 1
set_sysctl "$SV" net.mptcp.checksum_enabled 1
tracing=/sys/kernel/tracing
echo 0 >$tracing/trace
echo 1 >$tracing/events/mptcp/mptcp_sched_moved/enable
xfer_start --sequential --connections 30 --bytes 60k --both
storm_start "$CL" --interval 5 --pid $XFER_PID "${scheds[@]}"
storm_start "$SV" --interval 5 --pid $XFER_PID "${scheds[@]}"
xfer_wait
is "$VERDICT" ok "30 short connections with checksums: all bytes arrive"
storm_is_right "$CL" 30 "30 short connections"
client_moved=$moved
storm_is_right "$SV" 30 "30 short connections"
echo 0 >$tracing/events/mptcp/mptcp_sched_moved/enable
is "$(grep -c mptcp_sched_moved: $tracing/trace)" $((client_moved + moved)) \
	"30 short connections: each move left one trace event"
is "$(mib "$CL" MPTcpExtDataCsumErr) $(mib "$SV" MPTcpExtDataCsumErr)" "0 0" \
	"30 short connections: no checksum was wrong"
books_balance "30 short connections"

# What a dying path held is sent again by get_retrans, which here may sleep, and lingers.
chased() { (($(accounts | jq .chased) > 0)); }
xfer_start --bytes 16M --subflows 2
storm_start "$CL" --interval 0 --pid $XFER_PID move_count default move_count first
wait_for 20 xfer_moved 1000000
blackhole "$CL" 1
blackhole "$SV" 1
wait_for 20 chased && ok "a connection is moved while its get_retrans runs, right after it" ||
	not_ok "a connection is moved while its get_retrans runs, right after it"
unblackhole "$CL" 1
unblackhole "$SV" 1
xfer_wait
is "$VERDICT" ok "moved inside get_retrans, over a dying path: all bytes arrive"
storm_end "$CL"
is "$refused $refusal" "0 -" "moved inside get_retrans: no move was refused"
is "$counted" "$moved" "moved inside get_retrans: the kernel counted each move once"
diag "accounts: $(accounts)"
books_balance "moved inside get_retrans"

# What waits to be sent is offered to the new scheduler at once: nobody else would ask.
load_policy bad/never >/dev/null || bail_out "cannot load bad/never"
set_sysctl "$CL" net.mptcp.sched_timeout 3600000
set_sched never "$CL"
waits() { (($(policy_var never asked) > asked)); }
for sched in default move_count; do
	asked=$(policy_var never asked)
	xfer_start --bytes 512k
	wait_for 20 waits || not_ok "a connection waits"
	is "$(in_ns "$CL" "$mover" move --from never $sched | cut -d' ' -f1-2)" "ok 1" \
		"a connection that its scheduler keeps waiting is moved to $sched"
	xfer_wait
	is "$VERDICT" ok "a connection that its scheduler kept waiting: all bytes arrive by $sched"
done
set_sched default "$CL"
unload_policy never >/dev/null
books_balance "a connection that its scheduler kept waiting"

# A connection without MPTCP has nobody to ask, and may still be moved.
xfer_start --bytes 4M --plain-server
storm_start "$CL" --interval 1 --pid $XFER_PID "${scheds[@]}"
xfer_wait
storm_end "$CL"
is "$VERDICT $refused" "ok 0" "a connection that fell back to TCP does not notice"
books_balance "a connection that fell back to TCP"

# ---- the policy gives up while others move the connection to it ----

load_policy bad/move_error >/dev/null || bail_out "cannot load bad/move_error"
most=$(get_sysctl "$CL" net.mptcp.sched_max_fallbacks)
xfer_start --bytes 16M --subflows 2
storm_start "$CL" --interval 5 --pid $XFER_PID move_error default roundrobin
xfer_wait
is "$VERDICT" ok "a policy that reports errors in a storm: all bytes arrive"
storm_end "$CL"
is "$refusal" ENOENT "a policy that reports errors in a storm: in the end it is disabled"
is "$(mib "$CL" MPTcpExtSchedFallbackError) $(mib "$CL" MPTcpExtSchedDisabled)" "$most 1" \
	"a policy that reports errors in a storm: after $most errors, each counted"
wait_for 90 none_connected
is "$(policy_var move_error inits)" "$(policy_var move_error releases)" \
	"a policy that reports errors in a storm: every init has one release"
is "$(mib "$SV" MPTcpExtSchedDisabled)" 0 "the server's namespace has nothing to do with it"
unload_policy move_error >/dev/null
books_balance "a policy that reports errors in a storm"

# ---- updates and unloads under traffic ----

# Transfers one after the other, until told; prints each verdict.
traffic_start() { # XFER-ARGS...
	rm -f "$TEST_DIR/enough"
	(
		while [[ ! -e $TEST_DIR/enough ]]; do
			xfer --both --subflows 2 "$@"
		done
	) >"$TEST_DIR/verdicts" 2>"$TEST_DIR/verdicts.log" &
	TRAFFIC_PID=$!
}

traffic_end() { # TITLE
	local verdicts
	touch "$TEST_DIR/enough"
	wait "$TRAFFIC_PID"
	verdicts=$(sort "$TEST_DIR/verdicts" | uniq -c | sed 's/^ *//')
	like "$verdicts" '^[1-9][0-9]* ok$' "$1: all bytes of all transfers arrive"
	diag "$1: transfers: $verdicts"
}

newest_map() { bpftool -j map show | jq '[.[] | select(.type == "struct_ops") | .id] | max'; }

load_policy first --name pol >/dev/null || bail_out "cannot load 'first'"
a=$(newest_map)
# Its successor would free it.
bpftool map pin id "$a" /sys/fs/bpf/move_held
load_policy good/last --name pol --replace >/dev/null || bail_out "cannot replace 'pol'"
b=$(newest_map)
set_sched pol
traffic_start --bytes 1M
read -r err updates ms < <("$HELPERS/link_update" --times 1000 /sys/fs/bpf/mptcp-ext/pol/link "$a" "$b")
is "$err $updates" "0 1000" "1,000 link updates under traffic"
diag "1,000 link updates took $ms ms"
traffic_end "1,000 link updates"
rm /sys/fs/bpf/move_held
unload_policy pol >/dev/null
maps_of_schedulers() { [[ $(struct_ops_maps) == "$1" ]]; }
wait_for 90 maps_of_schedulers 5 && ok "1,000 link updates: both versions are freed" ||
	not_ok "1,000 link updates: both versions are freed"

# Whatever connection there is moves to the policy just before that goes.
set_sched default
traffic_start --bytes 4M --rate 500k
start=$SECONDS cycles=0 carried=0
for ((i = 0; i < 100; i++)); do
	load_policy first --name pol >/dev/null || break
	read -r answer moved ms < <(in_ns "$CL" "$mover" move pol)
	[[ $answer == ok ]] && ((moved)) && ((++carried))
	unload_policy pol >/dev/null && ((++cycles))
done
is "$cycles" 100 "a policy is loaded and unloaded 100 times under traffic"
between "$carried" 50 100 "100 unloads: it had live connections when it went"
diag "100 cycles took $((SECONDS - start)) s, in $carried of them live connections were moved to it"
traffic_end "100 unloads"
wait_for 90 maps_of_schedulers 5 && ok "100 unloads: all are freed" || not_ok "100 unloads: all are freed"

# ---- very many connections, by one command ----

many=10000 room=$(conns_room)
((SLOW > 4)) && many=2000	# where every access to memory is checked
((many <= room)) || many=$((room / 1000 * 1000))
paths 1

switch_all() { # SCHED
	local start answer
	start=$(now_ms)
	answer=$("$PMCTL" -j switch --all --netns "$CL" "$1")
	diag "$many connections: moved to $1 in $(($(now_ms) - start)) ms by mptcp-pmctl"
	is "$(jq .switch.moved <<<"$answer")" "$many" \
		"$many connections: one command moves them all to $1" || diag "it says: $answer"
}

conns_start "$CL" 10.0.1.1 $((many / 2)) && ok "$many connections are open" ||
	not_ok "$many connections are open"
diag "$many connections, two ends each: $CONNS_LINE ms"
switch_all minrtt
read -r answer moved ms < <(in_ns "$CL" "$mover" move move_count)
is "$answer $moved" "ok $many" "$many connections: one request moves them all to move_count"
diag "$many connections: moved to move_count in $ms ms by the kernel"
is "$(accounts | jq '.inits - .releases')" "$many" "$many connections: each has its init"
conns_ping && ok "$many connections: a byte arrives on each" ||
	not_ok "$many connections: a byte arrives on each"
switch_all default
conns_ping && ok "$many connections: and once more" || not_ok "$many connections: and once more"
conns_stop
books_balance "$many connections"

is "$(dmesg_new)" "" "the kernel log is silent"
done_testing
