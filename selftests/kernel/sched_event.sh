#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Is a policy told what happens to subflows, when it happens, and nothing that it does not want?
# timeout: 200
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/policy.sh"
. "${BASH_SOURCE[0]%/*}/policy_lib.sh"

dmesg_mark
load_policy good/events >/dev/null || bail_out "cannot load good/events"
load_policy good/few_events >/dev/null || bail_out "cannot load good/few_events"

# What a policy was told so far: seen events, then ${told[client.added]}
declare -A told=() before=()
seen() { # OBJECT
	local key value

	told=()
	while read -r key value; do
		told[$key]=$value
	done < <(bpftool -j map dump name "$(var_map "$1")" | jq -r '.. | objects |
		select(has("client") or has("server")) | to_entries[] | .key as $side |
		.value | to_entries[] | "\($side).\(.key) \(.value)"')
}
remember() {
	local key

	seen events
	for key in "${!told[@]}"; do
		before[$key]=${told[$key]}
	done
}
told_since() { # SIDE EVENT: once more than at the last remember?
	seen events
	((${told[$1.$2]:-0} > ${before[$1.$2]:-0}))
}
since() { echo $((${told[$1.$2]} - ${before[$1.$2]})); } # SIDE EVENT
is_told() { # SIDE EVENT TITLE
	wait_for 20 told_since "$1" "$2" && ok "$3: the $1 is told" || not_ok "$3: the $1 is told"
}

# ---- subflows come ----

paths 2 4 20mbit/10ms/100
set_sched events
xfer --bytes 500k --subflows 2 >/dev/null
is "$VERDICT" ok "two subflows: every byte arrives unchanged"
seen events
is "${told[client.added]} ${told[server.added]}" "2 2" "two subflows: both sides are told of both"
between "${told[client.acked]}" 10 100000 "two subflows: the sender is told of acknowledgements"
is "${told[client.loss]} ${told[client.stale]} ${told[client.recovered]} ${told[client.prio]}" \
	"0 0 0 0" "two subflows: of nothing else"
diag "events: $(for key in "${!told[@]}"; do echo "$key ${told[$key]}"; done | sort | xargs)"

# ---- nothing to send, and yet ----

xfer_start --bytes 64k --subflows 2 --hold
wait_for 20 xfer_decided
remember
idle=$(policy_var events idle)
ip -n "$SV" mptcp endpoint change 10.0.2.2 backup
is_told server prio "this side changes the priority"
is_told client prio "the other side changes the priority"
in_ns "$CL" ss -K -t 'dst = 10.0.2.2' >/dev/null
is_told client removed "a subflow is destroyed"
is_told server removed "the peer resets a subflow"
between "$(policy_var events idle)" $((idle + 4)) 100000 "all that with no data pending"
xfer_stop
xfer_wait
is "$VERDICT" ok "that connection ends as it should"

# ---- loss ----

paths 2 4 "20mbit/10ms loss 3%/100" 20mbit/10ms/100
set_sched events
remember
xfer --bytes 2M --subflows 2 >/dev/null
is "$VERDICT" ok "packets get lost: every byte arrives unchanged"
is_told client loss "packets get lost"
is "$(since client stale)" 0 "packets get lost: but no path"

paths 2 4 20mbit/10ms/100
set_sched events
set_sysctl "$CL" net.mptcp.stale_loss_cnt 2
remember
xfer_start --bytes 2500k --subflows 2 --rate 200k --hold
wait_for 20 xfer_moved 100000
blackhole "$CL" 1
blackhole "$SV" 1
is_told client loss "a path dies"
is_told client stale "and is found stale"
unblackhole "$CL" 1
unblackhole "$SV" 1
is_told client recovered "it is back"
wait_for 60 xfer_decided
xfer_stop
xfer_wait
is "$VERDICT" ok "a path dies and comes back: every byte arrives unchanged"

# ---- a connection that has subflows already when the policy gets it ----

set_sched default
xfer_start --bytes 2M --subflows 2 --rate 250k
wait_for 20 xfer_moved 100000
remember
run_ok "a switch to it" in_ns "$CL" "$PMCTL" switch --all events
is_told client added "a switch to it"
between "$(since client added)" 2 2 "a switch to it: of both subflows"
xfer_wait
is "$VERDICT" ok "a switch to it: every byte arrives unchanged"

# ---- subflows come and go under traffic ----

set_sched events
xfer_start --bytes 4M --subflows 2 --rate 800k
wait_for 20 xfer_moved 100000
remember
for ((i = 0; i < 8; i++)); do
	ip -n "$SV" mptcp endpoint flush
	ip -n "$SV" mptcp endpoint add 10.0.2.2 dev s2 signal
done
xfer_wait
is "$VERDICT" ok "subflows come and go: every byte arrives unchanged"
is_told client removed "subflows come and go: they go"
is_told client added "subflows come and go: they come"
diag "subflows come and go: $(since client added) added," \
	"$(since client removed) removed"


keeps_promises() { # OBJECT
	local what
	for what in unwanted nested after_removed strangers no_storage; do
		is "$(policy_var "$1" $what)" 0 "$1: $what: never"
	done
	clean_record "$1"
}
keeps_promises events

xfer_start --bytes 3M --subflows 2
wait_for 20 xfer_moved 300000
run_ok "unload under load" unload_policy events
xfer_wait
is "$VERDICT" ok "unload under load: every byte arrives unchanged"

# ---- who does not want to know is not told ----

set_sched few_events
xfer_start --bytes 2M --subflows 2 --rate 300k
wait_for 20 xfer_moved 300000
ip -n "$SV" mptcp endpoint change 10.0.2.2 backup
in_ns "$CL" ss -K -t 'dst = 10.0.1.2' >/dev/null
xfer_wait
is "$VERDICT" ok "few events: every byte arrives unchanged"
seen few_events
is "${told[client.added]} ${told[server.added]}" "2 2" \
	"few events: both sides are told what they want"
isnt "${told[client.prio]}" 0 "few events: and of the priority"
is "${told[client.removed]} ${told[client.acked]} ${told[client.loss]}" "0 0 0" \
	"few events: of nothing else"
keeps_promises few_events

# ---- a policy that gives up when it is told something ----

load_policy bad/event_error >/dev/null || bail_out "cannot load bad/event_error"
set_sched event_error "$CL"
xfer --bytes 1M --subflows 2 >/dev/null
is "$VERDICT" ok "an error: every byte arrives unchanged"
is "$(last_exit event_error '"\(.kind) \(.code)"')" "error -77" "an error: it is recorded"
is "$(policy_var event_error told) $(policy_var event_error releases)" "1 1" \
	"an error: it is told nothing more"

unload_policy few_events >/dev/null
unload_policy event_error >/dev/null
none_left() { [[ $(struct_ops_maps) == 0 ]]; }
wait_for 30 none_left && ok "no policy is left" || not_ok "no policy is left"
is "$(dmesg_new)" "" "the kernel log is silent"
done_testing
