#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#
# The parts of `make bench` that run in the VM, under icount: guest.sh cost|goodput|scenarios.
# run.sh says what each part measures; it sets SEEDS (a list), POLICIES (objects; none on an
# unpatched kernel), COMPARED (schedulers), SCENARIO (a list, or empty for all), and how many bytes.
# Results go to $VM_OUT.

. "${BASH_SOURCE[0]%/*}/../kernel/lib.sh"
trap 'drop_paths; rm -rf "$TEST_DIR"' EXIT

bench=$O/selftests/bench
pmctl=$O/loader/mptcp-pmctl
schedulers=(default)

die() { printf 'bench: %s\n' "$*" >&2; exit 1; }

load_policies() {
	local object name

	for object in ${POLICIES:-}; do
		name=$("$pmctl" -j load "$object" | jq -r '.loaded[0].name // empty')
		if [[ $name ]]; then
			schedulers+=("$name")
		else
			echo "${object##*/}" >>"$VM_OUT/refused"
		fi
	done
}

# What one connection learned must not help the next.
networks() { # N [SHAPE]
	local ns

	paths "$1" 4 ${2:+"$2"}
	for ns in "$CL" "$SV"; do
		set_sysctl "$ns" net.ipv4.tcp_no_metrics_save 1
	done
}

traffic() { "$bench/traffic" --client-ns "$CL" --server-ns "$SV" "$@"; }

# ---- instructions of a decision ----

# On one path of 100 Mbit/s, so that the sender is never short of CPU time, from N addresses to N
# others. A path manager in user space joins them; the kernel's stops at 8.
cost() {
	local n sched ns i

	networks 1 -/-/1000
	for ns in "$CL" "$SV"; do
		set_sysctl "$ns" net.mptcp.pm_type 1
	done
	for ((i = 2; i <= 16; i++)); do
		ip -n "$CL" addr add "10.0.$i.1/24" dev c1
		ip -n "$SV" addr add "10.0.$i.2/24" dev s1
	done
	for sched in "${schedulers[@]}"; do
		set_sched "$sched" || die "no scheduler '$sched'"
		for n in 2 4 8 16; do
			"$bench/decisions" "$bench/decisions.bpf.o" "$VM_OUT/$sched.$n" -- \
				"$bench/traffic" --client-ns "$CL" --server-ns "$SV" --userspace \
				--path 100/10/200/0 --subflows "$n" --timeout 20 \
				bulk "$COST_BYTES" >"$VM_OUT/$sched.$n.traffic" ||
				echo "$sched/$n" >>"$VM_OUT/failed"
		done
	done
}

# ---- goodput without limits ----

# In turn, each pair one way round and then the other.
goodput() {
	local seed sched order

	networks 2
	for seed in $SEEDS; do
		order="default burst"
		((seed % 2)) || order="burst default"
		for sched in $order; do
			set_sched "$sched" || die "no scheduler '$sched'"
			traffic --path 0/0/0/0 --path 0/0/0/0 --seed "$seed" bulk "$GOODPUT_BYTES" |
				sed "s/^/$sched $seed /" || die "goodput of '$sched'"
		done
	done >"$VM_OUT/goodput"
}

# ---- scenarios ----

known() {
	local sched
	for sched in "${schedulers[@]}"; do
		[[ $sched == "$1" ]] && return
	done
	return 1
}

# All, or those of $SCENARIO
table() {
	local line wanted=" ${SCENARIO:-} "

	while read -r line; do
		[[ ! $line || $line == '#'* ]] && continue
		[[ ! ${SCENARIO:-} || $wanted == *" ${line%% *} "* ]] && echo "$line"
	done <"${BASH_SOURCE[0]%/*}/scenarios"
}

scenarios() {
	local name paths pattern rest option path seed sched

	"$KPATH/bpftool" prog loadall "$bench/ofo.bpf.o" /sys/fs/bpf/ofo autoattach \
		pinmaps /sys/fs/bpf/ofo_maps || die "cannot load ofo.bpf.o"
	networks 2 -/-/1000
	while IFS='|' read -r name paths pattern rest; do
		name=${name// /}
		option=()
		for path in $paths; do
			option+=(--path "$path")
		done
		for seed in $SEEDS; do
			for sched in $COMPARED; do
				known "$sched" || continue
				set_sched "$sched" || die "no scheduler '$sched'"
				# shellcheck disable=SC2086	# options and words of a pattern
				traffic --ofo /sys/fs/bpf/ofo_maps/ofo --seed "$seed" "${option[@]}" \
					$pattern </dev/null | sed "s/^/$name $sched $seed /" ||
					echo "$name $sched $seed failed 1"
			done
		done
		echo "$name: done" >&2
	done < <(table) >"$VM_OUT/scenarios"
}

set -o pipefail
load_policies
"$1"
