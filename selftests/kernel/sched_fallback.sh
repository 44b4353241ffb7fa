#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Does a connection whose policy fails go on, in time and with the reason told, unnoticed by others?
# timeout: 200
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/policy.sh"

dmesg_mark
paths 2 4 50mbit/10ms/100
load_policy burst >/dev/null || bail_out "cannot load 'burst'"
set_sysctl "$CL" net.mptcp.sched_max_fallbacks 64
timeout_ms=$(get_sysctl "$CL" net.mptcp.sched_timeout)

# ---- others, on other schedulers ----

neighbours_addr=10.0.1.2
declare -A neighbour_pid alone_ms=()

# Four seconds of 150 kB/s each, which is no burden for the paths.
neighbours_start() {
	local sched

	for sched in default burst; do
		set_sched $sched "$CL"
		xfer_start --bytes 600k --rate 150k --chunk 8k --addr "$neighbours_addr"
		neighbour_pid[$sched]=$XFER_PID
	done
	for sched in default burst; do
		wait_for 10 xfer_moved 30000 "${neighbour_pid[$sched]}"
	done
}

neighbours_end() { # BESIDE-WHAT
	local sched ms

	for sched in default burst; do
		xfer_wait "${neighbour_pid[$sched]}"
		is "$VERDICT" ok "$1: a transfer on $sched arrives"
		ms=$(xfer_get '.seconds * 1000 | round')
		: "${alone_ms[$sched]:=$ms}"
		between "$ms" 0 $((alone_ms[$sched] * 5 / 4)) \
			"$1: it takes at most 1.25 times what it takes alone"
		between "$(xfer_get .longest_gap_ms)" 0 $((500 * (SLOW > 4 ? SLOW : 4))) \
			"$1: and is never silent for two seconds"
		diag "$1, $sched: $ms ms, silent for $(xfer_get .longest_gap_ms) ms at most"
	done
}

neighbours_start
neighbours_end "nobody"

# ---- the connection on the policy ----

declare -A pid_of started_ms
payload=(--bytes 1M)

load() { # NAME OBJECT [LOAD-ARGS...]
	load_policy "$2" --name "$1" "${@:3}" >/dev/null || bail_out "cannot load '$2' as '$1'"
}

start() { # NAMES
	local name
	for name in "$@"; do
		set_sched "$name" "$CL"
		started_ms[$name]=$((${EPOCHREALTIME/[.,]/} / 1000))
		xfer_start "${payload[@]}" --subflows 2 --hold
		pid_of[$name]=$XFER_PID
		wait_for 10 xfer_connected || bail_out "no connection on '$name'"
	done
}

finish() { # NAME
	wait_for 60 xfer_decided "${pid_of[$1]}"
	xfer_stop "${pid_of[$1]}"
	xfer_wait "${pid_of[$1]}"
	is "$VERDICT" ok "$1: every byte arrives unchanged"
}

# The kinds of the records of the last connection; other connections of that name may have some too.
records() { # NAME
	policy_get "$1" "[.exits[] | select(.token == $(xfer_get .token)) | .kind]"
}

is_recorded() { # NAME KIND, after finish
	local now_ms

	is "$(policy_get "$1" '"\(.state) \(.fallbacks)"')" "active 1" \
		"$1: the policy stays, with one fallback"
	is "$(records "$1" | jq -c .)" "[\"$2\"]" "$1: one record, of why and which connection"
	now_ms=$((${EPOCHREALTIME/[.,]/} / 1000))
	between "$(last_exit_ms "$1")" "${started_ms[$1]}" "$now_ms" "$1: and when"
}

# The kernel promises 200 ms more than sched_timeout, and counts in jiffies.
LATENESS=0
most_ms=$((timeout_ms + 200 * (SLOW > 4 ? SLOW / 4 : 1)))
in_time() { # NAME OBJECT [LEAST-MS]
	local ms least=${3:-$((timeout_ms - 8))} most=$((most_ms + LATENESS))

	ms=$(stood_still "$2")
	between "$ms" "$least" "$most" "$1: it goes on after $least to $most ms"
	diag "$1: after $ms ms, on a machine that is up to $LATENESS ms late"
}

counted() { mib "$CL" "MPTcpExtSchedFallback$1"; }

# ---- policies that leave their connection waiting ----

stalling='never waits stops unusable_only'
load never bad/never
load waits bad/waits
load stops bad/stops
load unusable_only bad/unusable --set usable_too=0
neighbours_start
lateness_start
# shellcheck disable=SC2086	# a list
start $stalling
neighbours_end "policies that wait for ever"
lateness_end
for name in $stalling; do
	finish "$name"
	is_recorded "$name" stall
	in_time "$name" "${name%_only}"
done
is "$(counted Stall)" 4 "four stalls are counted"
between "$(policy_var never asked)" 1 1000 "never: it was asked, but not in a loop"

# ---- one path is dead and holds bytes that nobody acknowledges ----

payload=(--bytes 6000k --rate 400k)	# still under way when all have started, on a busy machine
half_dead='gives_up loyal no_retrans error_retrans'
load gives_up bad/gives_up
load loyal bad/loyal
load no_retrans bad/no_retrans
load error_retrans bad/error --set in_retrans=1
neighbours_addr=10.0.2.2
neighbours_start
# shellcheck disable=SC2086	# a list
start $half_dead
for name in $half_dead; do
	wait_for 30 xfer_moved 100000 "${pid_of[$name]}" || bail_out "nothing moves on '$name'"
done
blackhole "$CL" 1
blackhole "$SV" 1
lateness_start
neighbours_end "policies on a dead path"
for name in $half_dead; do
	wait_for 60 xfer_decided "${pid_of[$name]}"
done
lateness_end

run_ok "no_retrans: the connection stays with its policy" connected no_retrans
finish no_retrans
isnt "$(policy_var no_retrans asked)" 0 "no_retrans: it was asked"
is "$(records no_retrans | jq -c .)" '["retrans"]' \
	"no_retrans: one record, of why and which connection"
helped=$(policy_stat no_retrans fallbacks)
between "$helped" 1 1000 "no_retrans: it was helped"
between "$(counted Retrans)" "$helped" 10000 "no_retrans: each time is counted"
for name in gives_up loyal; do
	finish "$name"
	is_recorded "$name" stall
	in_time "$name" "$name"
done
isnt "$(policy_var loyal stale)" 0 "loyal: it marked a stale subflow"
finish error_retrans
is_recorded error_retrans error
in_time error_retrans error 0
unblackhole "$CL" 1
unblackhole "$SV" 1
neighbours_addr=10.0.1.2
LATENESS=0

# ---- policies that report an error ----

payload=(--bytes 1M)
load error bad/error --set after=200000 --set error_code=-42
load init_error bad/init_error
start error init_error
finish error
is_recorded error error
is "$(last_exit error .code)" -42 "error: the record has the policy's code"
in_time error error 0
finish init_error
is_recorded init_error error
is "$(policy_var init_error inits) $(policy_var init_error sends)" "1 0" \
	"init_error: get_send is not called after the error"
is "$(policy_var init_error releases)" 1 "init_error: release is"
is "$(counted Error)" 3 "three errors are counted"

# ---- policies that take too long ----

load slow bad/slow
neighbours_start
start slow
neighbours_end "a policy that takes 20 ms"
finish slow
is_recorded slow budget
in_time slow slow 20
between "$(last_exit slow .code)" 20000 1000000 "slow: the record says how long it took"

payload=(--bytes 300k --chunk 100)
load slow_mean bad/slow --set burn_us=300
start slow_mean
finish slow_mean
is_recorded slow_mean budget
between "$(last_exit slow_mean .code)" 200 5000 "slow_mean: the record has the mean"
# an outlier, which a busy host makes, has the very next decision timed: 15 fewer
between "$(policy_var slow decisions)" $((62 * 16)) $((3 * 64 * 16)) \
	"slow_mean: it is the mean of many decisions"
is "$(counted Budget)" 2 "two are counted"

# ---- policies whose answers are wrong, but not for ever ----

payload=(--bytes 2M)
for name in all garbage fields; do
	load $name bad/$name
done
neighbours_start
start all garbage fields
neighbours_end "policies that answer nonsense"
for name in all garbage fields; do
	finish $name
	between "$(xfer_get .longest_gap_ms)" 0 $((2 * most_ms)) \
		"$name: the transfer does not stand still for long"
done

# ---- afterwards, with nobody there who might have listened ----

for name in $stalling $half_dead error init_error slow slow_mean; do
	unload_policy "$name" >/dev/null
done
like "$("$PMCTL" -j list | jq -c '[.policies[] | select(.state == "removed") | .name] | sort')" \
	'error.*error_retrans.*gives_up.*init_error.*loyal.*never.*no_retrans.*slow.*slow_mean.*stops' \
	"records are there after the policies are gone"
is "$(last_exit never .kind) $(last_exit error .code) $(last_exit slow .kind)" "stall -42 budget" \
	"and tell what they told before"
is "$(dmesg_new)" "" "the kernel log is silent"
done_testing
