#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#
# Runs stages of tests and ends with the count of all: test.sh STAGE...
#
#	unit	Criterion tests, on this machine
#	harness	does selftests/vm/run report what it should?
#	vm	the suites of selftests/kernel in the VM ($SUITE: only these)
#	first	a fresh clone and its first command
#	base	what is for a kernel without our patches
#	upstream	three of the kernel's own MPTCP selftests, with a BPF policy
#	upstream-full	all of them, on the kernel without our patches and on ours
#	debug	the suites of selftests/kernel on the debug kernel

set -euo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
O=${O:-$HERE/../build}
mkdir -p "$O"
O=$(cd "$O" && pwd)
export O
RESULTS=$O/test

# suite DIR NAME CMD...: CMD writes TAP to its standard output
suite()
{
	local dir=$1 name=$2 status=0
	shift 2

	"$@" > "$dir/$name.tap" 2> "$dir/$name.log" < /dev/null || status=$?
	echo $status > "$dir/$name.exit"
	if ! "$HERE/summary.sh" one "$dir/$name.tap"; then
		sed '/^ok /d; s/^/  | /' "$dir/$name.tap" "$dir/$name.log"
	fi
}

unit()
{
	local test

	for test in "$O"/selftests/unit/test_*; do
		case $test in *.*|*\*) continue;; esac	# objects; nothing built
		suite "$1" "unit-$(basename "$test")" "$test" --tap --quiet
	done
}

harness() { suite "$1" vm-harness "$HERE/vm/selftest.sh"; }

first() { suite "$1" first-time "$HERE/first_time.sh"; grep '^# ' "$1/first-time.tap" || true; }

# The suites count themselves in the guest; here only what befell the machine.
machine()
{
	local dir=$1 name=$2 status before try
	shift 2

	before=$(ls "$dir")
	for try in first second; do
		status=0
		# shellcheck disable=SC2086	# SUITE is a list
		"$HERE/vm/run" "$@" --out "$dir" -- \
			selftests/kernel/run-suite.sh ${SUITE:-} || status=$?
		# on a host that is too busy, booting runs into its own time limits
		if [ $status -ne 121 ] || [ "$(ls "$dir")" != "$before" ]; then
			break
		fi
		echo "no suite began at the $try try"
	done
	echo 0 > "$dir/$name.exit"
	if [ $status -le 1 ]; then
		printf 'ok 1 - the kernel had no complaint\n1..1\n' > "$dir/$name.tap"
	else
		printf 'not ok 1 - vm/run ended with status %d\n1..1\n' $status > "$dir/$name.tap"
		echo 1 > "$dir/$name.exit"
	fi
}

# The tutorial shows a machine on which nothing has happened yet; the kernel remembers what did.
everything()
{
	local dir=$1 names rest
	shift

	# shellcheck disable=SC2086	# SUITE is a list
	names=$("$HERE/kernel/run-suite.sh" --list ${SUITE:-})
	rest=$(grep -vx tutorial <<< "$names" | xargs || true)
	[ -z "$rest" ] || SUITE=$rest machine "$dir" machine "$@"
	if grep -qx tutorial <<< "$names"; then
		SUITE=tutorial machine "$dir" machine-fresh "$@"
	fi
}

# A few suites a boot: a crash must not take all others with it, leaks are looked for at the end of
# each, and freed memory comes back late where every access to it is checked.
machines()
{
	local dir=$1 each=$2 boot=0 names
	shift 2

	# shellcheck disable=SC2086	# SUITE is a list
	while read -r names <&3; do
		SUITE=$names machine "$dir" machine$((++boot)) "$@"
	done 3< <("$HERE/kernel/run-suite.sh" --list ${SUITE:-} | xargs -n "$each")
}

for stage in "$@"; do
	dir=$RESULTS/$stage
	rm -rf "$dir"
	mkdir -p "$dir"
	echo "== $stage"
	case $stage in
	unit|harness|first) "$stage" "$dir";;
	vm)		everything "$dir" --mem 2500M --timeout 3600;;	# 10,000 connections fit
	base)		SUITE="unpatched ctl_run" machine "$dir" machine --base --timeout 300;;
	debug)		machines "$dir" 3 --debug --mem 3G --timeout 5400;;
	upstream)	"$HERE/upstream/test.sh" "$dir" fast;;
	upstream-full)	"$HERE/upstream/test.sh" "$dir" full;;
	*)		echo "test.sh: unknown stage '$stage'" >&2; exit 2;;
	esac
done
echo "== results"
"$HERE/summary.sh" all "${@/#/$RESULTS/}"
