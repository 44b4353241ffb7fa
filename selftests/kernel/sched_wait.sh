#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Is a policy that waits asked again at its deadline, not much later, and never after its end?
# timeout: 200
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/policy.sh"

dmesg_mark
paths 2 4 50mbit/10ms/100
load() { # NAME OBJECT [LOAD-ARGS...]
	load_policy "$2" --name "$1" "${@:3}" >/dev/null || bail_out "cannot load '$2' as '$1'"
}
fired() { mib "$CL" MPTcpExtSchedWaits; }

# ---- how late? ----

# slots late|later: how many waits were at most so late, in percent, for each bound of good/late
slots() {
	policy_var late "$1" | jq -r '. as $n | ($n | add) as $all |
		[range(length) | ($n[:. + 1] | add) * 100 / ([$all, 1] | max) | floor] | join(" ")'
}
within_1ms() { local p; read -r -a p <<<"$(slots "$1")"; echo "${p[3]}"; }

measure() { # TITLE REAL-US BYTES LOAD-ARGS...
	local waits before

	load late good/late --set real_us="$2" "${@:4}"
	set_sched late "$CL"
	before=$(fired)
	xfer --bytes "$3" >/dev/null
	is "$VERDICT" ok "$1: every byte arrives unchanged"
	waits=$(policy_var late waits)
	diag "$1: $waits waits of $2 us, asked again after $(policy_var late least_us) to" \
		"$(policy_var late most_us) us, $(policy_var late asked_before) times before"
	diag "  late by at most 100 250 500 1000 2000 5000 20000 us: $(slots late) %"
	diag "  the same after a plain timer: $(slots later) %"
	is "$(policy_var late refused)" 0 "$1: no wait is refused"
	between "$(policy_var late least_us)" "$2" $(($2 + 1000)) \
		"$1: asked again after $2 us, not before, at best 1 ms later"
	FIRED=$(($(fired) - before)) WAITS=$waits
}

measure "2 ms" 2000 400k --set wait_us=2000
between "$WAITS" 150 100000 "2 ms: it waited often"
between "$FIRED" $((WAITS / 2)) 100000 "2 ms: deadlines that came are counted"
between "$(within_1ms later)" 95 100 "2 ms: 1 ms after a plain timer it has been asked"
between "$(within_1ms late)" 50 100 "2 ms: most often 1 ms after the deadline"
unload_policy late >/dev/null

measure "0 is the least" 100 400k --set wait_us=0
between "$WAITS" 150 100000 "0 is the least: it waited often"
isnt "$(policy_var late owned)" 0 "0 is the least: some deadlines came while a task had the socket"
unload_policy late >/dev/null

set_sysctl "$CL" net.mptcp.sched_timeout 500
measure "for ever is sched_timeout" 500000 100k --set wait_us=4294967295 --set bytes=1048576
is "$(policy_get late .fallbacks)" 0 "for ever is sched_timeout: that is no stall"
unload_policy late >/dev/null
set_sysctl "$CL" net.mptcp.sched_timeout 1000

# ---- waiting for ever ----

timeout_ms=1000
load waits_again bad/waits_again --set wait_us=0
set_sched waits_again "$CL"
lateness_start
xfer_start --bytes 500k --hold
wait_for 10 xfer_connected
wait_for 20 xfer_decided
lateness_end
xfer_stop
xfer_wait
is "$VERDICT" ok "waiting again and again: the connection goes on"
is "$(policy_get waits_again '.exits[-1].kind')" stall "waiting again and again: a stall"
between "$(stood_still waits_again)" $((timeout_ms - 8)) \
	$((timeout_ms + 200 * (SLOW > 4 ? SLOW / 4 : 1) + LATENESS)) \
	"waiting again and again: in time"
between "$(policy_var waits_again asked)" 10 $((timeout_ms * 15)) \
	"waiting again and again: asked every 100 us, no more"
unload_policy waits_again >/dev/null

# ---- a deadline when all is over ----

set_sysctl "$CL" net.mptcp.sched_timeout 3600000
set_sysctl "$CL" net.mptcp.close_timeout 2
load waits_again bad/waits_again --set wait_us=50000
waiting() { (($(policy_var waits_again asked) > 1)); }

xfer_start --bytes 500k
wait_for 10 xfer_connected
run_ok "it is asked again though nothing happens" wait_for 10 waiting
run_ok "unload while a connection waits" unload_policy waits_again
xfer_stop
xfer_wait
isnt "$VERDICT" ok "the program can be stopped"

load waits_again bad/waits_again --set wait_us=50000
xfer_start --bytes 500k
wait_for 10 xfer_connected
run_ok "a switch while it waits" in_ns "$CL" "$PMCTL" switch --all default
xfer_wait
is "$VERDICT" ok "a switch while it waits: every byte arrives unchanged"

# Many ends in a short time: before, at and after the deadline.
ends() { # TITLE STEPS...
	local -a steps=()
	local i

	for i in 1 2 3 4 5 6 7 8; do
		steps+=(mptcp connect write=5000 "${@:2}")
	done
	run_ok "$1 while it waits" in_ns "$CL" "$HELPERS/sockopt_sched" lo listen "${steps[@]}"
	is "$(grep -v ': ok$' <<<"$OUT")" "" "$1: no step fails"
}
unload_policy waits_again >/dev/null
for us in 100 3000 500000; do
	load waits_again bad/waits_again --set wait_us=$us
	ends "disconnect, $us us" disconnect
	ends "abort, $us us" abort
	ends "disconnect and connect again, $us us" disconnect connect write=100 abort
	unload_policy waits_again >/dev/null
done

# nor may they leave it for their stall before somebody has looked
for ns in "$CL" "$SV"; do
	set_sysctl "$ns" net.mptcp.sched_timeout 30000
done
load waits_again bad/waits_again --set wait_us=20000
xfer_start --bytes 500k --connections 20
wait_for 10 xfer_connected
run_ok "20 connections wait" wait_for 20 connected waits_again 20
run_ok "panic while they wait" "$PMCTL" panic
xfer_wait
is "$VERDICT" ok "panic while they wait: every byte arrives unchanged"
loaded_policies=()

# panic left the network namespace on default
load waits_again bad/waits_again --set wait_us=20000
set_sched waits_again "$CL"
xfer_start --bytes 500k --connections 5
wait_for 10 xfer_connected
run_ok "five more wait" wait_for 20 connected waits_again 5
mapfile -t pids < <(ip netns pids "$CL"; ip netns pids "$SV")
drop_paths
kill -KILL "${pids[@]}"
xfer_wait 2>/dev/null
run_ok "their network namespace goes away, and they with it" wait_for 30 connected waits_again 0
unload_policy waits_again >/dev/null
none_left() { [[ $(struct_ops_maps) == 0 ]]; }
wait_for 30 none_left && ok "no policy is left" || not_ok "no policy is left"
kernel_says() { dmesg_new | grep -v "all policies in BPF disabled"; }
is "$(kernel_says)" "" "the kernel log is silent"
done_testing
