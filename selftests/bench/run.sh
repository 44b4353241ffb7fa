#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#
# What `make bench` does, with everything built. In virtual machines whose clock counts
# instructions, so that figures repeat whatever else this machine does:
#
#	cost		instructions of a scheduler's decision, at 2, 4, 8 and 16 subflows: the built-in
#			one on the kernel without our patches and on ours, and each policy
#	goodput		burst against the built-in scheduler when the CPU is the limit
#	scenarios	schedulers in the shaped networks of the file `scenarios`
#
#	BENCH		parts to run		(all)
#	SEEDS		runs of each combination	(10)
#	SCENARIO	names from that file	(all)
#	JOBS		machines at a time	(one a processor)
#
# Text, CSV and plots are left in build/bench. Fails when a bar is missed.

set -euo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
TOP=$(cd "$HERE/../.." && pwd)
O=${O:-$TOP/build}
mkdir -p "$O"
O=$(cd "$O" && pwd)
export O
: "${BENCH:=cost goodput scenarios}" "${SEEDS:=10}" "${JOBS:=$(nproc)}" "${SCENARIO:=}"
OUT=$O/bench
COMPARED=(minrtt blest ecf sttf)	# with each other, and with the built-in one
COST_BYTES=$((4 << 20)) GOODPUT_BYTES=$((256 << 20))
RUN_LIMIT=30		# seconds of a run on a busy machine

die() { printf 'bench: %s\n' "$*" >&2; exit 2; }

# boot NAME PART OPTION...: in the background; all results in $OUT/NAME
boot()
{
	local name=$1 part=$2
	shift 2

	while [ "$(jobs -rp | wc -l)" -ge "$JOBS" ]; do
		wait -n || true
	done
	mkdir -p "$OUT/$name"
	printf '  VM     %s\n' "$name"
	{
		status=0 begun=$SECONDS
		"$HERE/../vm/run" --icount --out "$OUT/$name" "$@" \
			"$HERE/guest.sh" "$part" > "$OUT/$name/log" 2>&1 || status=$?
		echo $status > "$OUT/$name/status"
		printf '  done   %s, after %d s\n' "$name" $((SECONDS - begun))
	} &
}

policies() { printf '%s ' "$O"/bpf/sched/*.bpf.o; }

boot_cost()
{
	boot cost-base cost --base --timeout $((120 + 4 * RUN_LIMIT)) -- \
		env COST_BYTES=$COST_BYTES
	boot cost cost --timeout $((120 + 4 * RUN_LIMIT * (1 + $(policies | wc -w)))) -- \
		env COST_BYTES=$COST_BYTES POLICIES="$(policies)"
}

boot_goodput()
{
	boot goodput goodput --timeout $((120 + 2 * RUN_LIMIT * SEEDS)) -- \
		env GOODPUT_BYTES=$GOODPUT_BYTES SEEDS="$(seq -s ' ' "$SEEDS")" \
		POLICIES="$O/bpf/sched/burst.bpf.o"
}

# Each machine takes all scenarios with its share of the seeds.
boot_scenarios()
{
	local job objects runs

	objects=$(printf "$O/bpf/sched/%s.bpf.o " "${COMPARED[@]}")
	runs=$(($(grep -cvE '^(#|$)' "$HERE/scenarios") * (1 + ${#COMPARED[@]})))
	for ((job = 1; job <= JOBS && job <= SEEDS; job++)); do
		boot "scenarios-$job" scenarios \
			--timeout $((120 + runs * RUN_LIMIT * (SEEDS / JOBS + 1))) -- \
			env SEEDS="$(seq -s ' ' "$job" "$JOBS" "$SEEDS")" COMPARED="default ${COMPARED[*]}" \
			SCENARIO="$SCENARIO" \
			POLICIES="$objects"
	done
}

check_boots()
{
	local dir bad=''

	for dir in "$OUT"/*/; do
		[ "$(cat "$dir/status")" -ne 0 ] || continue
		bad=1
		echo "bench: $(basename "$dir") ended with $(cat "$dir/status"):" >&2
		tail -n 20 "$dir/log" >&2
	done
	[ -z "$bad" ] || die "not all was measured"
}

[[ $SEEDS =~ ^[1-9][0-9]*$ && $JOBS =~ ^[1-9][0-9]*$ ]] || die "SEEDS and JOBS are numbers from 1"
rm -rf "$OUT"
mkdir -p "$OUT"
read -r -a parts <<< "$BENCH"
for part in "${parts[@]}"; do
	case $part in
	cost|goodput|scenarios)	"boot_$part";;
	*)			die "unknown part '$part' (cost, goodput, scenarios)";;
	esac
done
wait
check_boots
"$HERE/report.sh" "$OUT" "${parts[@]}"
