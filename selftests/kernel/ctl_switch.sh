#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Does the tool move exactly the live connections it is told to, and do they go on?
# timeout: 200
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/policy.sh"
. "${BASH_SOURCE[0]%/*}/conns.sh"

fails_with() { # STATUS REGEX TITLE ARGS...
	local want=$1 regex=$2 title=$3
	run_quiet "$PMCTL" "${@:4}"
	is "$STATUS" "$want" "$title: exit status $want"
	like "$OUT" "$regex" "$title: says so"
}

moved() { # ARGS...: how many a switch moved
	"$PMCTL" -j switch "$@" | jq '.switch.moved'
}

# The schedulers of the client's connections, and how many have each
schedulers() {
	"$PMCTL" -j show --netns "$CL" |
		jq -r '[.connections[].scheduler] | group_by(.) | map("\(length) \(.[0])") | join(" ")'
}

for policy in first minrtt roundrobin; do
	load_policy $policy >/dev/null || bail_out "cannot load '$policy'"
done
paths 2 4 20mbit/10ms/100

# ---- one ----

set_sched first "$CL"
xfer_start --bytes 4M --subflows 2 --hold
wait_for 20 xfer_moved 100000
token=$("$PMCTL" -j show --netns "$CL" | jq '.connections[0].token')
run_ok "switch TOKEN" "$PMCTL" switch "$token" minrtt --netns "$CL"
like "$OUT" "^1 connection uses 'minrtt' now" "it says what it did"
is "$(schedulers)" "1 minrtt" "show agrees"
is "$(policy_stat minrtt connections) $(policy_stat first connections)" "1 0" "so does list"
is "$(mib "$CL" MPTcpExtSchedMoved)" 1 "it is counted"
run_ok "the same again" "$PMCTL" switch "$token" minrtt --netns "$CL"
like "$OUT" "uses 'minrtt' already" "nothing is left to do"
is "$(moved "$(printf 0x%X "$token")" roundrobin --netns "$CL")" 1 "the token in hexadecimal; as JSON"
is "$(in_ns "$CL" "$PMCTL" -j switch "$token" default | jq -c .switch)" \
	'{"netns":null,"from":null,"scheduler":"default","moved":1,"token":'"$token"'}' \
	"in this namespace; JSON has it all"
is "$(get_sysctl "$CL" net.mptcp.scheduler)" first "new connections get what they got before"
wait_for 60 xfer_decided
xfer_stop
xfer_wait
is "$VERDICT" ok "the transfer arrived whole"
is "$("$PMCTL" -j show --netns "$CL" | jq '.connections | length')" 0 "and ended"

# ---- several ----

set_sched first "$CL"
xfer_start --bytes 4M --connections 3 --hold
one=$XFER_PID
wait_for 20 xfer_moved 1
set_sched roundrobin "$CL"
xfer_start --bytes 4M --connections 2 --hold
two=$XFER_PID
wait_for 20 xfer_moved 1
is "$(schedulers)" "3 first 2 roundrobin" "five connections, two schedulers"
is "$(moved --from first minrtt --netns "$CL")" 3 "switch --from moves those on it"
is "$(schedulers)" "3 minrtt 2 roundrobin" "and no others"
is "$(moved --from first default --netns "$CL")" 0 "none is left to move"
run_ok "that is no mistake" "$PMCTL" switch --from first default --netns "$CL"
like "$OUT" "none is on 'first'" "it says so"
is "$(moved --all roundrobin --netns "$CL")" 3 "switch --all counts those that changed"
is "$(schedulers)" "5 roundrobin" "all have it"
is "$(moved --all default)" 0 "another namespace's are not touched"
run_ok "unload while in use" unload_policy roundrobin
is "$(moved --from roundrobin minrtt --netns "$CL")" 5 "away from a policy that is not registered any more"

# ---- what cannot be ----

fails_with 1 "no scheduler 'nothing' is registered.*'minrtt'" "an unknown policy" \
	switch --all nothing --netns "$CL"
fails_with 1 "no such scheduler is known.*'minrtt'" "an unknown policy to come from" \
	switch --from nothing default --netns "$CL"
fails_with 1 "no connection with token 0x00000001.*show connections --all-netns" "an unknown token" \
	switch 1 default --netns "$CL"
fails_with 1 "no connection with token" "a token of another namespace" switch "$token" default
fails_with 1 "no network namespace|nosuchns" "an unknown namespace" \
	switch --all default --netns nosuchns
fails_with 2 "TOKEN, --all or --from" "no connection named" switch default
fails_with 2 "exclude each other" "two ways of naming" switch "$token" default --all
fails_with 2 "0x3aff12bc" "a token without 0x" switch 3aff12bc default
install -m 755 "$PMCTL" "$TEST_DIR/pmctl" && chmod 755 "$TEST_DIR"
run_quiet in_ns "$CL" setpriv --reuid 65534 --regid 65534 --clear-groups "$TEST_DIR/pmctl" \
	switch --all default
is "$STATUS" 1 "without privilege: exit status 1"
like "$OUT" "not permitted.*CAP_NET_ADMIN" "it says what is needed"
is "$(schedulers)" "5 minrtt" "nothing moved"

set_sysctl "$CL" net.mptcp.sched_max_fallbacks 1
in_ns "$CL" ip addr add 10.0.9.1/32 dev lo
load_policy bad/never >/dev/null
set_sched never "$CL"
"$HELPERS/xfer" --client-ns "$CL" --server-ns "$CL" --addr 10.0.9.1 --bytes 1k >/dev/null </dev/null
fails_with 1 "cannot switch to 'never'.*disabled it in this network namespace.*load" \
	"a disabled policy" switch --all never --netns "$CL"
set_sched default "$CL"

wait_for 60 xfer_decided "$one" && wait_for 60 xfer_decided "$two"
for pid in "$one" "$two"; do
	xfer_stop "$pid"
	xfer_wait "$pid"
	is "$VERDICT" ok "the connections arrived whole"
done

# ---- ten thousand ----

conns_want
conns_start "$CL" 10.0.9.1 $((want / 2))
is "${CONNS_LINE% *}" "ready $((want / 2))" "$want connections are open"
start=$(now_ms)
is "$(moved --all minrtt --netns "$CL")" "$want" "one command moves them all"
diag "$want connections moved in $(($(now_ms) - start)) ms"
is "$(policy_stat minrtt connections)" "$want" "list counts them"
conns_ping
is "${CONNS_LINE% *}" "pong $((want / 2))" "they go on"
start=$(now_ms)
is "$(moved --from minrtt default --netns "$CL")" "$want" "and back"
diag "$want connections moved back in $(($(now_ms) - start)) ms"
conns_ping
is "${CONNS_LINE% *}" "pong $((want / 2))" "they go on again"
conns_stop
done_testing
