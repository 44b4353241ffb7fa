#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#
# The kernel's own MPTCP selftests, in the VM: test.sh DIR fast|full
#
#	fast	three short ones on the patched kernel, with the BPF policy burst:
#		does every subtest pass?
#	full	all of them on the unpatched kernel and on the patched one, there with
#		the scheduler default and with burst: do the same subtests pass?
#
# Writes suites for summary.sh (TAP and exit status) into DIR, results into
# DIR/VARIANT.
#
# Time is counted in instructions (vm/run --icount): these scripts wait for a while
# and then expect something, or measure how long it took, and what else the machine
# does must not decide. The limits here are real time, for a busy machine.

set -euo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
TOP=$(cd "$HERE/../.." && pwd)
O=${O:-$TOP/build}
POLICY=$O/bpf/sched/burst.bpf.o
TESTS=$O/upstream/kernel/net/mptcp

FAST=(pm_netlink diag mptcp_sockopt)
SHORT=(pm_netlink userspace_pm mptcp_sockopt diag simult_flows)

# mptcp_connect and its wrappers
connect_scripts() { (cd "$TESTS" && printf '%s\n' mptcp_connect*.sh) | sed 's/\.sh$//'; }

# The parts of mptcp_join, by the flags that it has for them: if the machine ends in
# between, that costs one part.
join_scripts() { sed -nE 's/^\t(.)@[a-z0-9_]+_tests$/mptcp_join -\1/p' "$TESTS/mptcp_join.sh"; }

# boot DIR VARIANT NAME [OPTION...] -- SCRIPT...: results in DIR/VARIANT; what befell
# the machine as a suite, beside the one that run.sh writes.
boot()
{
	local out=$1/$2 variant=$2 name=$3 status=0
	local -a options=(--icount) run=(--name "$2-$3-scheduler")
	shift 3

	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	case $variant in
	base)	options+=(--base);;
	burst)	run+=(--load "$POLICY" --sched burst);;
	esac
	mkdir -p "$out"
	# missed when it does not get its turn
	: > "$out/$variant-$name-scheduler.tap"
	"$TOP/selftests/vm/run" "${options[@]}" --out "$out" -- \
		"$HERE/run.sh" "${run[@]}" "$@" || status=$?
	echo $((status > 1)) > "$out/$variant-$name-machine.exit"
	if [ $status -le 1 ]; then
		printf 'ok 1 - the kernel had no complaint\n1..1\n'
	else
		printf 'not ok 1 - vm/run ended with status %d\n1..1\n' $status
	fi > "$out/$variant-$name-machine.tap"
}

# suite DIR NAME [BASE] OTHER: what compare.sh says
suite()
{
	local dir=$1 name=$2 status=0
	shift 2

	"$HERE/compare.sh" "$@" > "$dir/$name.tap" || status=$?
	echo $status > "$dir/$name.exit"
	"$TOP/selftests/summary.sh" one "$dir/$name.tap" || true
}

variant()
{
	local dir=$1 variant=$2
	local -a connect join

	mapfile -t connect < <(connect_scripts)
	mapfile -t join < <(join_scripts)
	boot "$dir" "$variant" short --timeout 3600 -- "${SHORT[@]}"
	boot "$dir" "$variant" connect --timeout 7200 -- "${connect[@]}"
	boot "$dir" "$variant" join --timeout 7200 -- "${join[@]}"
}

# A machine has one CPU: as many variants at once as there are CPUs.
full()
{
	local dir=$1 variant running=0 jobs

	jobs=${JOBS:-$(nproc)}
	for variant in base burst default; do
		[ $running -lt "$jobs" ] || { wait -n; running=$((running - 1)); }
		variant "$dir" $variant &
		running=$((running + 1))
	done
	wait
	suite "$dir" default-as-base "$dir/base" "$dir/default"
	suite "$dir" burst-as-base "$dir/base" "$dir/burst"
}

fast()
{
	boot "$1" burst fast --timeout 900 -- "${FAST[@]}"
	suite "$1" burst "$1/burst"
}

case ${2:-} in
fast|full)
	"$2" "$1";;
*)
	echo "usage: test.sh DIR fast|full" >&2
	exit 2;;
esac
