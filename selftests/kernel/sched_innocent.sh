#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Is a policy that waits for good reason left alone, however bad the network is?
# timeout: 200
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/policy.sh"

dmesg_mark
innocent='burst minrtt first roundrobin backup wait_fast deadline'
for name in burst minrtt first roundrobin; do
	load_policy "$name" >/dev/null || bail_out "cannot load '$name'"
done
for name in backup wait_fast deadline; do
	load_policy "good/$name" >/dev/null || bail_out "cannot load 'good/$name'"
done

# Two paths, the second for emergencies; and a kernel without patience.
timeout_ms=200
two_paths() { # SHAPE...
	paths 2 4 "$@"
	set_sysctl "$CL" net.mptcp.sched_timeout $timeout_ms
	set_sysctl "$SV" net.mptcp.sched_timeout $timeout_ms
}

second_is_backup() {
	printf 'mptcp endpoint flush\nmptcp endpoint add 10.0.2.2 dev s2 signal backup\n' |
		ip -n "$SV" -batch - || bail_out "cannot make the second path a backup"
}

# One connection on each policy, all at the same time.
declare -A pid_of

start_all() { # "POLICIES" XFER-ARGS...
	local name
	running=$1
	for name in $running; do
		set_sched "$name" "$CL"
		xfer_start "${@:2}"
		pid_of[$name]=$XFER_PID
		wait_for 10 xfer_connected || bail_out "no connection on '$name'"
	done
}

all_moved() { # BYTES
	local name
	for name in $running; do
		xfer_moved "$1" "${pid_of[$name]}" || return
	done
}

all_arrive() { # TITLE
	local name
	for name in $running; do
		xfer_wait "${pid_of[$name]}"
		is "$VERDICT" ok "$1: $name: every byte arrives"
	done
	not_punished "$1"
}

not_punished() { # TITLE
	local reason punished=''
	for reason in Stall Retrans Error Budget; do
		punished+=" $(mib "$CL" "MPTcpExtSchedFallback$reason")"
	done
	is "$punished" " 0 0 0 0" "$1: no stall, retransmission, error, budget is held against anyone"
}

# ---- a path dies under the connection, the one that all of them prefer ----

two_paths 20mbit/5ms/100 20mbit/20ms/100
second_is_backup
start_all "$innocent" --subflows 2 --bytes 2M --rate 250k
wait_for 30 all_moved 100000 || bail_out "not all of them move"
blackhole "$CL" 1
blackhole "$SV" 1
all_arrive "a path dies"
isnt "$(policy_var backup on_backup)" 0 "a path dies: backup went to the backup path"
isnt "$(policy_var wait_fast waits)" 0 "a path dies: wait_fast waited"
isnt "$(policy_var deadline waits)" 0 "a path dies: deadline waited"

# ---- a path that was never there ----

two_paths 20mbit/5ms/100 20mbit/20ms/100
second_is_backup
blackhole "$CL" 2
blackhole "$SV" 2
start_all "$innocent" --bytes 300k
all_arrive "no second path"

two_paths 20mbit/5ms/100 20mbit/20ms/100
ip -n "$CL" mptcp endpoint add 10.0.1.1 dev c1 subflow backup
link_down "$SV" 2
on_backup=$(policy_var backup on_backup)
start_all "$innocent" --bytes 300k
all_arrive "only the backup path"
between "$(policy_var backup on_backup)" $((on_backup + 1)) 1000000 \
	"only the backup path: backup uses it"

# ---- both paths are dead for a while ----

two_paths 20mbit/5ms/100 20mbit/20ms/100
start_all "$innocent" --subflows 2 --bytes 500k --rate 250k
wait_for 30 all_moved 50000 || bail_out "not all of them move"
for path in 1 2; do
	blackhole "$CL" $path
	blackhole "$SV" $path
done
nap 1.5
for path in 1 2; do
	unblackhole "$CL" $path
	unblackhole "$SV" $path
done
all_arrive "no path for a while"

# ---- the peer does not read ----

two_paths 20mbit/5ms/100 20mbit/20ms/100
start_all "$innocent" --subflows 2 --bytes 1M --rcvbuf 64k
mapfile -t readers < <(ip netns pids "$SV")
kill -STOP "${readers[@]}"
full() { (($(mib "$SV" TcpExtTCPToZeroWindowAdv) > 0)); }
wait_for 10 full
nap 2
kill -CONT "${readers[@]}"
all_arrive "a closed window"
between "$(xfer_get .longest_gap_ms)" 2000 60000 \
	"a closed window: it was, for ten times the timeout"

# ---- nothing to send, or not much, or on a path slower than the timeout ----

two_paths 20mbit/5ms/100 20mbit/20ms/100
start_all "$innocent" --subflows 2 --bytes 12k --chunk 4k --rate 4k
all_arrive "idle for seconds"
start_all "$innocent" --subflows 2 --bytes 15k --chunk 500 --rate 5k
all_arrive "a slow application"

two_paths 20mbit/150ms/200
start_all "$innocent" --subflows 2 --bytes 200k
all_arrive "a round trip longer than the timeout"

# ---- all in all ----

for name in $innocent; do
	is "$(policy_get "$name" '"\(.state) \(.fallbacks)"')" "active 0" "$name has a clean record"
done
is "$(dmesg_new)" "" "the kernel log is silent"
done_testing
