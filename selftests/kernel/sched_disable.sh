#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Is a policy that fails too often taken out of use, where it failed, once, and cleanly?
# timeout: 200
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/policy.sh"

dmesg_mark
ip link set lo up
paths 2

bad_port=7001
machine=(--client-ns /proc/self/ns/net --server-ns /proc/self/ns/net --addr 127.0.0.1)

state() { # POLICY [NS]: as that namespace sees it
	if [[ ${2:-} ]]; then
		in_ns "$2" "$PMCTL" -j list
	else
		"$PMCTL" -j list
	fi | jq -r ".policies[] | select(.name == \"$1\") | .state"
}

short() { xfer --bytes 20k "$@" >/dev/null; }

# So many connections of $CL that fall back, on the policy that is set there.
fall_back() { # TIMES
	local i
	for ((i = 0; i < $1; i++)); do
		short --port $bad_port
		[[ $VERDICT == ok ]] || { not_ok "a transfer falls back: $VERDICT"; return; }
	done
}

# ---- limits of the settings ----

timeout=net.mptcp.sched_timeout fallbacks=net.mptcp.sched_max_fallbacks
is "$(get_sysctl "$CL" $timeout) $(get_sysctl "$CL" $fallbacks)" "1000 16" "the defaults"
for value in 0 99 3600001 -1 x; do
	run_fails "sched_timeout: $value is refused" set_sysctl "$CL" $timeout $value
done
run_ok "sched_timeout: 100" set_sysctl "$CL" $timeout 100
run_ok "sched_timeout: 3600000" set_sysctl "$CL" $timeout 3600000
for value in 0 65 -1; do
	run_fails "sched_max_fallbacks: $value is refused" set_sysctl "$CL" $fallbacks $value
done
run_ok "sched_max_fallbacks: 1" set_sysctl "$CL" $fallbacks 1
run_ok "sched_max_fallbacks: 64" set_sysctl "$CL" $fallbacks 64
is "$(get_sysctl "$CL" $timeout) $(get_sysctl "$CL" $fallbacks)" "3600000 64" \
	"what is refused changes nothing"
is "$(get_sysctl "$SV" $timeout) $(get_sysctl "$SV" $fallbacks)" "1000 16" \
	"each namespace has its own"
set_sysctl "$CL" $timeout 1000
initially() { echo "$2" >"/proc/sys/net/mptcp/$1"; }
run_ok "sched_timeout: 10 in the initial namespace" initially sched_timeout 10
run_fails "sched_timeout: but not 9" initially sched_timeout 9
initially sched_timeout 1000

# ---- the window slides: the rest of this comes last, a minute later ----

set_sysctl "$CL" $fallbacks 3
load_policy bad/error --name window >/dev/null || bail_out "cannot load bad/error"
set_sched window "$CL"
fall_back 2
window_start=$SECONDS
is "$(policy_stat window fallbacks)" 2 "two connections fell back"

# ---- N - 1 do not disable, N do ----

load_policy bad/error --set only_port=$bad_port >/dev/null || bail_out "cannot load bad/error"
set_sched error "$CL"
xfer_start --bytes 2M --rate 200k --subflows 2
live=$XFER_PID
wait_for 10 xfer_connected
fall_back 2
is "$(state error "$CL")" active "two of three fallbacks do not disable the policy"
run_ok "it can be selected" set_sched error "$CL"
is "$(policy_var error exits)" 0 "its exit was not called"
fall_back 1
is "$(state error "$CL")" disabled_here "the third disables it"
is "$(state error "$SV") $(state error)" "active active" "in that namespace only"
run_fails "it cannot be selected there" set_sched error "$CL"
like "$OUT" "No such file or directory" "as if it did not exist (ENOENT)"
run_ok "it can be selected elsewhere" set_sched error "$SV"
set_sched default "$SV"
is "$(mib "$CL" MPTcpExtSchedDisabled) $(mib "$SV" MPTcpExtSchedDisabled)" "1 0" "that is counted"

called() { [[ $(policy_var error exits) == "$1" ]]; }
run_ok "its exit is called" wait_for 5 called 1
is "$(policy_var error kind) $(policy_var error code) $(policy_var error token)" "5 3 0" \
	"with the reason and the number of fallbacks"
is "$(last_exit error '"\(.kind) \(.code) \(.netns)"')" "disabled 3 $CL" \
	"the same is on record, with the namespace"
is "$(policy_var error netns_cookie)" "$(last_exit error .netns_cookie)" \
	"exit is told the same namespace"
is "$(($(policy_var error time_ns) / 1000000))" "$(last_exit_ms error)" "and the same time"

run_ok "a live connection leaves the policy" wait_for 5 connected error 0
xfer_wait "$live"
is "$VERDICT" ok "every byte of its transfer arrives"

counted=$(policy_stat error fallbacks)
short --port $bad_port
is "$VERDICT $(policy_stat error fallbacks)" "ok $counted" \
	"new connections get the built-in scheduler though the namespace names the policy"
is "$(get_sysctl "$CL" net.mptcp.scheduler)" error "which it still does"
is "$(policy_var error exits)" 1 "exit was called once"

# ---- a new start ----

run_ok "the policy is replaced" load_policy bad/error --replace --set only_port=$bad_port
is "$(state error "$CL") $(policy_stat error fallbacks)" "active 0" "it starts clean"
run_ok "it can be selected again" set_sched error "$CL"
is "$(policy_get error '.exits | map(.kind) | index("disabled") != null')" true \
	"what the old one did stays on record"
fall_back 2
is "$(state error "$CL")" active "old fallbacks do not count"
unload_policy error >/dev/null
load_policy bad/error >/dev/null || bail_out "cannot load bad/error"
is "$(state error "$CL") $(policy_stat error fallbacks)" "active 0" \
	"unload and load: it starts clean"
is "$(last_exit error .kind)" error "and the records stay"

# ---- two namespaces with no tolerance, many connections at a time ----

set_sysctl "$CL" $fallbacks 1
set_sysctl "$SV" $fallbacks 1
rounds=4 survived=0
for ((round = 0; round < rounds; round++)); do
	load_policy bad/error --replace >/dev/null || bail_out "cannot load bad/error"
	set_sched error || { not_ok "both namespaces select it"; break; }
	xfer --both --connections 4 --bytes 50k >/dev/null
	[[ $VERDICT == ok ]] || break
	wait_for 5 called 2 || break
	((++survived))
done
is "$VERDICT $survived" "ok $rounds" "each of them disables it for itself, once a round"
is "$(state error "$CL") $(state error "$SV") $(state error)" "disabled_here disabled_here active" \
	"and for nobody else"
short "${machine[@]}"
is "$VERDICT" ok "the initial namespace does not notice"

# ---- a policy that gives up in init ----

load_policy bad/init_error >/dev/null || bail_out "cannot load bad/init_error"
set_sched init_error "$CL"
short
is "$VERDICT" ok "init_error: the transfer arrives"
is "$(state init_error "$CL")" disabled_here "init_error: one was enough"
short
is "$VERDICT" ok "init_error: so does the next one"
is "$(policy_var init_error inits) $(policy_var init_error exits)" "1 1" \
	"init_error: which has nothing to do with it"
unload_policy init_error >/dev/null

# ---- machine-wide ----

link_map() { bpftool -j link show pinned /sys/fs/bpf/mptcp-ext/error/link | jq '.map_id // 0'; }

load_policy bad/error --replace --set only_port=$bad_port >/dev/null ||
	bail_out "cannot load bad/error"
set_sched error "$CL"
xfer_start --bytes 20k --hold
wait_for 20 xfer_decided
initially sched_max_fallbacks 1
initially scheduler error
isnt "$(link_map)" 0 "the policy has a link"
short "${machine[@]}" --port $bad_port
is "$VERDICT" ok "a transfer in the initial namespace arrives"
is "$(state error) $(state error "$CL")" "disabled disabled" "and disables the policy for all"
run_fails "no namespace can select it" set_sched error "$SV"
detached() { [[ $(link_map) == 0 ]]; }
run_ok "its link is detached" wait_for 5 detached
run_fails "its name is gone" grep -w error /proc/sys/net/mptcp/available_schedulers
run_ok "its exit is called" wait_for 5 called 1
is "$(policy_var error kind) $(policy_var error netns_cookie)" "5 1" "and told where it was"
xfer_stop
xfer_wait
is "$VERDICT" ok "a connection that was there before ends well"
run_ok "what is left can be unloaded" unload_policy error
initially scheduler default

# ---- the old way to register, without a link ----

bpftool struct_ops register "$(policy_object bad/legacy)" >/dev/null 2>&1 ||
	bail_out "cannot register bad/legacy"
initially scheduler legacy
short "${machine[@]}"
is "$VERDICT $(state legacy)" "ok disabled" "a policy without a link is disabled too"
is "$(struct_ops_maps)" 2 "its map, which is the registration, stays"
run_ok "until it is taken away" bpftool struct_ops unregister name legacy
is "$(struct_ops_maps)" 1 "then it is freed"
run_ok "it can be registered again" bpftool struct_ops register "$(policy_object bad/legacy)"
is "$(state legacy)" active "and starts clean"
bpftool struct_ops unregister name legacy >/dev/null
initially scheduler default
initially sched_max_fallbacks 16

# ---- the window has slid ----

set_sysctl "$CL" $fallbacks 3
set_sched window "$CL"
((SECONDS - window_start > 61)) || nap $((62 - SECONDS + window_start))
fall_back 1
is "$(state window "$CL")" active "a third fallback after a minute does not disable the policy"
fall_back 1
is "$(state window "$CL")" active "nor does a fourth"
fall_back 1
is "$(state window "$CL")" disabled_here "the fifth is the third within a minute"
is "$(policy_stat window fallbacks)" 5 "all of them are counted"
is "$(dmesg_new)" "" "the kernel log is silent"
done_testing
