# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# shellcheck shell=bash
#
# For tests of policies, after lib.sh: objects by name, loading through the CLI, counters out of a
# policy's global variables.

PMCTL=${PMCTL:-$O/loader/mptcp-pmctl}
[[ ${KPATH:-} ]] && PATH=$KPATH:$PATH	# bpftool

[[ -e /proc/sys/net/mptcp/ext_version ]] || skip_all "this kernel has no MPTCP policy hooks"
[[ -x $PMCTL ]] || bail_out "$PMCTL is not built"

# first -> bpf/sched/first.bpf.o; bad/never -> selftests/kernel/bad/never.bpf.o
policy_object() { # NAME
	if [[ $1 == */* ]]; then
		echo "$HELPERS/$1.bpf.o"
	else
		echo "$O/bpf/sched/$1.bpf.o"
	fi
}

declare -A loaded_policies=()

# The policy's name is the object's, or what --name says.
load_policy() { # OBJECT [ARGS...]
	local name=${1##*/} i

	for ((i = 2; i < $#; i++)); do
		[[ ${!i} == --name ]] && { ((i++)); name=${!i}; }
	done
	"$PMCTL" load "$(policy_object "$1")" "${@:2}" || return
	loaded_policies[$name]=1
}

unload_policy() { # NAME
	"$PMCTL" unload "$1" && unset "loaded_policies[$1]"
}

cleanup() {
	local name
	for name in "${!loaded_policies[@]}"; do
		"$PMCTL" unload "$name" >/dev/null 2>&1
	done
}

# A global variable of a loaded object, by the object's name: the last map of that name if several
# are loaded.
policy_var() { # OBJECT VARIABLE
	local value
	value=$(bpftool -j map dump name "$(var_map "$1")" 2>/dev/null |
		jq -r "[.. | objects | select(has(\"$2\")) | .[\"$2\"]] | last")
	echo "${value:-none}"
}

# libbpf cuts the object's name so that the map's fits in 15 characters.
var_map() {
	local object=${1//./_}
	echo "${object:0:8}.bss"
}

# What the kernel's own list says of one policy, e.g. policy_get burst '.exits | length'
policy_get() { # NAME JQ-FILTER
	"$PMCTL" -j list | jq -r ".policies[] | select(.name == \"$1\") | $2"
}

# One figure of it, e.g. policy_stat burst connections
policy_stat() { policy_get "$1" ".$2"; } # NAME KEY

# Registered or still referenced by a connection or listener
struct_ops_maps() { bpftool -j map show | jq '[.[] | select(.type == "struct_ops")] | length'; }

# How busy the machine is, in percent, until CMD ends.
busy_percent() { # CMD...
	local before after i total=0 idle
	read -r -a before </proc/stat	# cpu user nice system idle iowait irq softirq steal
	"$@"
	read -r -a after </proc/stat
	for i in 1 2 3 4 5 6 7 8; do
		((total += after[i] - before[i]))
	done
	((idle = after[4] + after[5] - before[4] - before[5]))
	echo $((total ? 100 - 100 * idle / total : 100))
}

# ---- what the kernel did about a policy ----

# The last exit record of a name, loaded or not: last_exit never .kind
last_exit() { policy_get "$1" ".exits[-1] | $2"; } # NAME JQ-FILTER

# When that was, in ms since the epoch.
last_exit_ms() { # NAME
	last_exit "$1" '.time | (.[0:19] + "Z" | fromdateiso8601) * 1000 + (.[20:23] | tonumber)'
}

# How long a connection stood still before it left its policy, in ms (bad/watch.h).
stood_still() { # OBJECT
	local ms
	ms=$(bpftool -j map dump name "$(var_map "$1")" 2>/dev/null |
		jq '[.. | objects | select(has("moved_ns"))] | last |
			(.left_ns - .moved_ns) / 1000000 | floor')
	echo "${ms:-none}"
}

# How late is this machine? The longest that a nap of 50 ms took too long, in ms: what the host of
# a virtual machine takes from it is not the fault of who is timed.
lateness_start() {
	local start over most=0

	while :; do
		start=${EPOCHREALTIME/[.,]/}
		nap 0.05
		over=$(((${EPOCHREALTIME/[.,]/} - start) / 1000 - 50))
		((over > most)) && echo $((most = over)) >"$TEST_DIR/lateness"
	done &
	LATENESS_PID=$!
	echo 0 >"$TEST_DIR/lateness"
}

lateness_end() {
	kill "$LATENESS_PID"
	wait "$LATENESS_PID" 2>/dev/null
	# shellcheck disable=SC2034	# for who sources this
	read -r LATENESS <"$TEST_DIR/lateness"
}

connected() { [[ $(policy_stat "$1" connections) == "${2:-1}" ]]; } # NAME [COUNT]
