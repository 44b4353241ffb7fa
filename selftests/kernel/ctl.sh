#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Does every verb of mptcp-pmctl do what it says, and say what is wrong when it cannot?
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/policy.sh"

first=$(policy_object first)
roundrobin=$(policy_object roundrobin)

fails_with() { # STATUS REGEX TITLE ARGS...
	local want=$1 regex=$2 title=$3
	run_quiet "$PMCTL" "${@:4}"
	is "$STATUS" "$want" "$title: exit status $want"
	like "$OUT" "$regex" "$title: says so"
}

json() { # JQ-FILTER ARGS...: of the verb's JSON
	"$PMCTL" -j "${@:2}" | jq -r "$1"
}

available() { cat /proc/sys/net/mptcp/available_schedulers; }

# ---- help and usage ----

for verb in $("$PMCTL" --help | sed -nE '/^verbs:/,/^$/s/^  ([a-z]+).*/\1/p'); do
	run_ok "$verb --help" "$PMCTL" "$verb" --help
	like "$OUT" "example:"$'\n'"  mptcp-pmctl $verb" "$verb --help has an example"
done
fails_with 2 "list" "a mistyped verb" lits
fails_with 2 "FILE|needs" "a missing argument" load
fails_with 2 "nonsense" "an unknown option" list --nonsense

# ---- features ----

run_ok "features" "$PMCTL" features
is "$(json .hooks.mptcp_sched_ops.get_send features)" true "features as JSON"

# ---- check: what an object is, without attaching it ----

run_ok "check" "$PMCTL" check "$roundrobin"
like "$OUT" "turn_bytes +u32 +1 +1048576" "check shows the tunables"
like "$OUT" "roundrobin_get_send +[0-9]+ +[0-9]+" "check shows verified instructions"
is "$(available)" default "check attaches nothing"

bad=$TEST_DIR/bad.bpf.o
head -c 3000 "$first" >"$bad"
fails_with 1 "truncated|damaged|ELF" "a truncated object" check "$bad"
cp "$first" "$bad" && printf '\002' | dd of="$bad" bs=1 seek=5 conv=notrunc status=none
fails_with 1 "endian|byte order" "an object of the other byte order" check "$bad"
fails_with 1 "not a BPF|machine|BPF" "a program for this machine's processor" check /bin/true
fails_with 1 "ELF" "a text file" check /etc/os-release
fails_with 1 "No such file" "a file that is not there" check /nonexistent.bpf.o

run_quiet "$PMCTL" check "$(policy_object refused/write_other)"
like "$OUT" "write_other.bpf.c:[0-9]+" "a rejection names the source line"
between "$(wc -l <<<"$OUT")" 1 25 "a rejection is about 20 lines"
run_quiet "$PMCTL" -v check "$(policy_object refused/write_other)"
like "$OUT" "processed [0-9]+ insns" "-v shows the verifier's whole log"
is "$(json '.error.code // .error.errno // .error.message | type' check "$bad" 2>/dev/null)" \
	string "an error as JSON"

# ---- load, list, unload ----

run_ok "load" "$PMCTL" load "$roundrobin"
run_ok "the link is pinned" test -e /sys/fs/bpf/mptcp-ext/roundrobin/link
fails_with 1 "already loaded|exists" "loading twice" load "$roundrobin"
run_ok "a second instance, tuned" "$PMCTL" load "$roundrobin" --name rr.big --set turn_bytes=65536
is "$(available)" "default roundrobin rr.big" "both are registered"
is "$(bpftool -j map dump name roundrob.rodata | jq -c '[.. | .turn_bytes? // empty] | unique')" \
	'[16384,65536]' "each has its own value"
fails_with 1 "1048576" "a value out of range" load "$roundrobin" --name rr3 --set turn_bytes=0
fails_with 1 "turn_bytes" "an unknown tunable: the known ones" \
	load "$roundrobin" --name rr3 --set nope=1
fails_with 1 "15|character" "a name that is too long" load "$first" --name a234567890123456
fails_with 1 "character|'a-b'" "a name with a hyphen" load "$first" --name a-b
is "$(json '[.policies[].name] | sort | join(" ")' list)" "default roundrobin rr.big" \
	"list reads back what the kernel has"
is "$(json '.policies[] | select(.name == "default") | .kind' list)" built-in "list tells the kind"

# ---- use ----

run_ok "use" "$PMCTL" use rr.big
like "$OUT" "default" "use tells the old one"
is "$(</proc/sys/net/mptcp/scheduler)" rr.big "it is the namespace's default"
is "$(json '.policies[] | select(.default) | .name' list)" rr.big "list marks it"
fails_with 1 "roundrobin" "use of an unknown name: the known ones" use nothing
paths 1
run_ok "use in another namespace" "$PMCTL" use roundrobin --netns "$CL"
is "$(get_sysctl "$CL" net.mptcp.scheduler)" roundrobin "it is set there"
is "$(</proc/sys/net/mptcp/scheduler)" rr.big "and here as before"
fails_with 1 "nosuchns" "a namespace that is not there" use default --netns nosuchns

# ---- in use ----

load_policy good/counted >/dev/null || bail_out "cannot load good/counted"
set_sched counted "$CL"
xfer_start --bytes 10k --hold
wait_for 20 xfer_decided
is "$(policy_stat counted connections)" 1 "list counts the connections"
run_ok "unload of a policy in use" "$PMCTL" unload counted
like "$OUT" "1 .*connection" "it says that one connection keeps it"
xfer_stop
xfer_wait
unset 'loaded_policies[counted]'

# ---- others' policies are not ours to touch ----

bpftool struct_ops register "$(policy_object compat/c_legacy)" >/dev/null 2>&1
fails_with 1 "force|not loaded by" "unload of what somebody else registered" unload c_legacy
like "$(available)" c_legacy "it is still there"
run_ok "with --force" "$PMCTL" unload c_legacy --force
unlike() { [[ $1 != *$2* ]]; }
run_ok "it is gone" unlike "$(available)" c_legacy

# ---- panic ----

run_ok "panic" "$PMCTL" panic
is "$(available)" default "panic: only the built-in scheduler is left"
is "$(</proc/sys/net/mptcp/scheduler) $(get_sysctl "$CL" net.mptcp.scheduler)" "default default" \
	"panic: every namespace uses it"
is "$(ls /sys/fs/bpf/mptcp-ext)" "" "panic: no pins are left"

# ---- a loader killed half way leaves nothing that matters ----

mkdir -p "/sys/fs/bpf/mptcp-ext/~4194305/maps"
run_ok "load after a crash of another load" "$PMCTL" load "$first"
is "$(ls /sys/fs/bpf/mptcp-ext)" first "leftovers are removed"
run_ok "unload" "$PMCTL" unload first
fails_with 1 "first" "unload of what is not there" unload first
done_testing
