#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Does the tool show every connection, and which policy misbehaved, why, when, and what to do?
# timeout: 200
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/policy.sh"
. "${BASH_SOURCE[0]%/*}/conns.sh"

json() { # JQ-FILTER ARGS...: of the verb's JSON
	"$PMCTL" -j "${@:2}" 2>/dev/null | jq -r "$1"
}

of() { # NAME KEY [NS]: of a policy, as seen from a network namespace
	local list
	if [[ ${3:-} ]]; then list=$(in_ns "$3" "$PMCTL" -j list); else list=$("$PMCTL" -j list); fi
	jq -r ".policies[] | select(.name == \"$1\") | .$2" <<<"$list"
}

state_is() { [[ $(of "$1" state "${3:-}") == "$2" ]]; } # NAME STATE [NS]

# What the kernel does against a policy is counted by the minute, so each gets a fresh name.
misbehave() { # NAME NS ADDR: one connection on a policy that never picks
	set_sched "$1" "$2"
	"$HELPERS/xfer" --client-ns "$2" --server-ns "$2" --addr "$3" --bytes 1k \
		--timeout $((30 * SLOW)) >"$TEST_DIR/xfer.json" </dev/null
	set_sched default "$2"
	[[ $(<"$TEST_DIR/xfer.json") == '{"ok":true,'* ]]
}

# ---- list, where nothing happened ----

load_policy first --name good >/dev/null || bail_out "cannot load 'first'"
# Other tests may have left records of their policies.
form="KIND +CONNS +INVALID-MARKS +DEFAULT +LINK +PINNED"
"$PMCTL" -j list | jq -e 'any(.policies[]; .state != "active" or .fallbacks > 0 or .exits != [])' \
	>/dev/null && form="KIND +STATE +CONNS +FALLBACKS"
run_ok "list" "$PMCTL" list
like "$OUT" "^NAME +$form" "where nothing happened it has the short form"
is "$(of good '| "\(.state) \(.fallbacks) \(.exits)"')" "active 0 []" "JSON has everything"

# ---- one connection ----

paths 2
xfer_start --bytes 200k --subflows 2 --hold
wait_for 20 xfer_decided
run_ok "show connections" "$PMCTL" show connections --netns "$CL"
like "$OUT" "^NETNS +TOKEN +LOCAL +REMOTE +SCHEDULER +LEFT +PM +SUBFLOWS +SENT +RECEIVED"$'\n' \
	"show has its titles"
like "$OUT" $'\n'"$CL +0x[0-9a-f]{8} +10.0.1.1:[0-9]+ +10.0.1.2:[0-9]+ +default +- +kernel +2 +2[0-9]{5} +[0-9]+$" \
	"show has a line of the connection, and no more"
line=$(tail -n1 <<<"$OUT")
read -r _ token local remote _ <<<"$line"
is "$(in_ns "$CL" "$PMCTL" show | awk 'END { print $1, $2, $3, $4 }')" \
	"current $token $local $remote" "show means connections, and here this namespace"
is "$(in_ns "$CL" "$PMCTL" -v show | awk 'END { print $NF }')" estab "-v shows the state"
is "$(ss -N "$CL" -nMiH | grep -oE 'token:[0-9a-f]+')" "token:$(printf %x "$token")" \
	"the token is that of ss"

json '.connections[0] | "\(.netns) \(.local) \(.remote) \(.scheduler) \(.path_manager) \(.subflows) \(.left_because) \(.state)"' \
	show --netns "$CL" >"$TEST_DIR/out"
is "$(<"$TEST_DIR/out")" "$CL $local $remote default kernel 2 null estab" "show as JSON"
is "$(json '.connections[0].token' show --netns "$CL")" $((token)) "JSON has the token as a number"
is "$(json '.connections[0] | .bytes_sent >= 200000 and .netns_cookie > 0' show --netns "$CL")" \
	true "bytes sent, and the namespace's cookie"
is "$(json '.connections[0] | "\(.local) \(.remote) \(.bytes_received >= 200000)"' show --netns "$SV")" \
	"$remote $local true" "the other end has the same addresses, the other way round"
is "$(json '[.connections[].netns] | sort | join(" ")' show --all-netns)" "$CL $SV" \
	"--all-netns shows both ends"
is "$(json '.connections | length' show)" 0 "a namespace without connections has none"
run_fails "--netns and --all-netns exclude each other" "$PMCTL" show --netns "$CL" --all-netns
is "$STATUS" 2 "that is wrong usage"
run_fails "a namespace that is not there" "$PMCTL" show --netns nosuchns
like "$OUT" "nosuchns" "it is named"

# ---- without privilege ----

install -m 755 "$PMCTL" "$TEST_DIR/pmctl" && chmod 755 "$TEST_DIR"
nobody() { in_ns "$CL" setpriv --reuid 65534 --regid 65534 --clear-groups "$TEST_DIR/pmctl" "$@"; }
is "$(nobody show 2>"$TEST_DIR/warned" | awk 'END { print $2, $3, $4, $5 }')" "$token - - default" \
	"without privilege: everything but the addresses"
like "$(<"$TEST_DIR/warned")" "addresses.*root.*CAP_BPF" "a note says why"
is "$(nobody -j show | jq -r '"\(.endpoints_known) \(.connections[0].local) \(.warnings | length)"')" \
	"false null 1" "the same as JSON"
is "$(nobody -j list | jq -r '[.policies[] | select(.registered).name] | sort | join(" ")')" "default good" \
	"list works without privilege, too"
xfer_stop
xfer_wait

# ---- one that left its policy ----

load_policy bad/never --name bad1 >/dev/null || bail_out "cannot load 'bad/never'"
set_sched bad1 "$CL"
since=$(date +%s)
xfer_start --bytes 10k --subflows 2 --hold
wait_for 30 xfer_decided
now=$(date +%s)
is "$(json '.connections[0] | "\(.scheduler) \(.left_because)"' show --netns "$CL")" \
	"default stall" "show tells why a connection left its policy"
like "$("$PMCTL" show --netns "$CL")" " default +stall " "also as text"
token=$(json '.connections[0].token' show --netns "$CL")
is "$(of bad1 '| "\(.state) \(.fallbacks) \(.exits | length)"')" "active 1 1" \
	"list counts the fallback; the policy stays in use"
is "$(of bad1 'exits[0] | "\(.kind) \(.token) \(.netns) \(.code >= 1000) \(.netns_cookie > 0)"')" \
	"stall $token $CL true true" "the record: what, of which connection, where, how long"
when=$(of bad1 'exits[0].time')
like "$when" "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z$" "the time is ISO 8601"
between "$(date -d "$when" +%s)" "$since" "$now" "it is when it happened"
run_ok "list with trouble" "$PMCTL" list
like "$OUT" "^NAME +KIND +STATE +CONNS +FALLBACKS +INVALID-MARKS" "two columns more"
like "$OUT" "bad1 +bpf +active +[0-9]+ +1 " "they are filled"
like "$OUT" "'bad1': 1 fallback.*stall:.*0x$(printf %08x "$token").*$CL.*next:" \
	"who, why, where, what next"
like "$OUT" "--replace" "the next step is to replace it"
xfer_stop
xfer_wait

# ---- disabled in one namespace ----

load_policy bad/never --name bad2 >/dev/null
set_sysctl "$CL" net.mptcp.sched_max_fallbacks 1
in_ns "$CL" ip addr add 10.0.9.1/32 dev lo
run_ok "a transfer on a policy that is disabled meanwhile" misbehave bad2 "$CL" 10.0.9.1
is "$(of bad2 state "$CL") $(of bad2 state)" "disabled_here active" "disabled in that namespace only"
is "$(of bad2 '| "\(.pinned) \(.detached_pin)"' "$CL")" "true false" "its link stays"
like "$(in_ns "$CL" "$PMCTL" list)" "bad2 +bpf +disabled here .*'bad2' is disabled in this network namespace.*load FILE --replace" \
	"list says so there"
run_fails "use of a disabled policy" "$PMCTL" use bad2 --netns "$CL"
like "$OUT" "disabled it in this network namespace.*1 fallback.*load --replace" "it says why, and the way out"
run_ok "a repaired one in its place" "$PMCTL" load "$(policy_object first)" --name bad2 --replace
is "$(of bad2 '| "\(.state) \(.fallbacks)"' "$CL")" "active 0" "starts clean"
run_ok "it can be used" "$PMCTL" use bad2 --netns "$CL"
set_sched default "$CL"

# ---- disabled on the whole machine ----

ip netns attach "here.$$" $$
cleanup() {
	local name
	for name in "${!loaded_policies[@]}"; do
		"$PMCTL" unload "$name" >/dev/null 2>&1
	done
	echo "$max_fallbacks" >/proc/sys/net/mptcp/sched_max_fallbacks
	ip netns del "here.$$"
}
max_fallbacks=$(</proc/sys/net/mptcp/sched_max_fallbacks)
echo 1 >/proc/sys/net/mptcp/sched_max_fallbacks
ip link set lo up
load_policy bad/never --name bad3 >/dev/null
run_ok "a transfer in the initial namespace" misbehave bad3 "here.$$" 127.0.0.1
wait_for 5 state_is bad3 disabled
is "$(of bad3 '| "\(.registered) \(.pinned) \(.detached_pin) \([.exits[].kind] | join(" "))"')" \
	"false true true stall disabled" "disabled on the machine: the link is detached, the records stay"
like "$("$PMCTL" list)" "bad3 +bpf +disabled .* detached.*'bad3' is disabled on the whole machine.*disabled: 1 fallback.*stall:.*unload bad3" \
	"list says what happened, and what to do"
run_fails "use of it" "$PMCTL" use bad3
like "$OUT" "has disabled it.*'mptcp-pmctl load'" "it says why, and the way out"
run_ok "loading it again" "$PMCTL" load "$(policy_object bad/never)" --name bad3
is "$(of bad3 '| "\(.state) \(.fallbacks) \(.detached_pin)"')" "active 0 false" "starts clean"
run_ok "misbehaving again" misbehave bad3 "here.$$" 127.0.0.1
wait_for 5 state_is bad3 disabled
run_ok "unload of a disabled policy" "$PMCTL" unload bad3
like "$OUT" "removed the pins of 'bad3'.*disabled.*why: " "it removes the pins, and says why"
is "$(of bad3 '| "\(.state) \(.pinned)"')" "disabled false" "the records stay"
run_fails "unload of what is not there any more" "$PMCTL" unload bad3
like "$OUT" "nothing is left of 'bad3'.*disabled" "it says what became of it"
unset 'loaded_policies[bad3]'

# ---- panic ----

load_policy minrtt >/dev/null
bpftool struct_ops register "$(policy_object compat/c_legacy)" >/dev/null 2>&1
set_sched minrtt "$CL"
xfer_start --bytes 10k --subflows 2 --hold
wait_for 20 xfer_decided
pid=$XFER_PID
xfer_start --bytes 100M --rate 100k
wait_for 20 xfer_moved 1
on_default() {
	[[ $(json '[.connections[] | select(.left_because == "panic")] | length' show --netns "$CL") \
		== "$1" ]]
}
run_ok "panic, from another namespace" in_ns "$CL" "$PMCTL" panic
like "$OUT" "disabled 'minrtt', which governed 2 live connections" "it says what it disabled"
like "$OUT" "disabled 'c_legacy' \(not loaded by mptcp-pmctl\)" "also what others loaded"
is "$("$PMCTL" -j list | jq -r '[.policies[] | select(.registered) | "\(.name) \(.state)"] | join(" ")')" \
	"default active c_legacy disabled" "only the built-in scheduler is left"
is "$(ls /sys/fs/bpf/mptcp-ext)" "" "no pins are left"
is "$(get_sysctl "$CL" net.mptcp.scheduler)" default "every namespace uses it"
run_ok "a connection that has something to send is on default" wait_for 10 on_default 1
is "$(of minrtt '| "\(.state) \(.exits[-1].kind)"')" "disabled panic" "list shows what was disabled"
like "$("$PMCTL" list)" "'minrtt' is disabled.*panic: all.*brings it back" "and how to get it back"
run_ok "panic again" "$PMCTL" panic
like "$OUT" "no BPF policy was in use" "there is nothing to do"
is "$(json '.panic | "\(.by_kernel) \(.unloaded) \(.failed) \(.netns_failed)"' panic)" "true 0 0 0" \
	"panic as JSON"
run_ok "load right after a panic" bash -c "'$PMCTL' load '$(policy_object minrtt)' &&
	'$PMCTL' panic && '$PMCTL' load '$(policy_object minrtt)'"
is "$(of minrtt '| "\(.state) \(.fallbacks)"')" "active 0" "it is in use again"
like "$("$PMCTL" list)" "'c_legacy' is disabled.*unload c_legacy --force" "others' stay registered, unused"
run_ok "panic --force" "$PMCTL" panic --force
is "$(</proc/sys/net/mptcp/available_schedulers)" default "nothing is left with --force"
xfer_stop
xfer_wait 2>/dev/null
xfer_stop "$pid"
xfer_wait "$pid"
is "$VERDICT" ok "the connection that was held is whole"
loaded_policies=()

# ---- ten thousand ----

conns_want
conns_start "$CL" 10.0.9.1 $((want / 2))
is "${CONNS_LINE% *}" "ready $((want / 2))" "$want connections are open"
diag "opened in ${CONNS_LINE##* } ms"
shown() { "$PMCTL" show connections --netns "$CL" >"$TEST_DIR/shown"; }
shown	# the first one reads the kernel's types from disk
start=$(now_ms)
run_ok "show connections" shown
took=$(($(now_ms) - start))
diag "$want connections are shown in $took ms"
between "$took" 0 $((1000 * SLOW)) "within a second"
is "$(awk 'NR > 1 && $3 ~ /^10.0.9.1:/ && $4 ~ /^10.0.9.1:/' "$TEST_DIR/shown" | wc -l)" "$want" \
	"all of them, with their addresses"
start=$(now_ms)
"$PMCTL" -j show --netns "$CL" >"$TEST_DIR/shown"
diag "as JSON in $(($(now_ms) - start)) ms"
is "$(jq '[.connections[] | select(.local != null)] | length' "$TEST_DIR/shown")" "$want" "as JSON"
conns_ping
is "${CONNS_LINE% *}" "pong $((want / 2))" "they are alive"
conns_stop
done_testing
