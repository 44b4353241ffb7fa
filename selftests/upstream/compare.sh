#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#
# TAP: compares results of run.sh.
#
#	compare.sh BASE OTHER	do the subtests that pass in directory BASE, and no
#				fewer, pass in OTHER?
#	compare.sh DIR		did every subtest pass?
#
# Printed as skipped: a subtest that its script marks as flaky where it failed, what
# failed in one of two tries, and what was skipped, or failed, in both or in BASE alone.

set -euo pipefail

[ $# -eq 1 ] || [ $# -eq 2 ] || { echo "usage: compare.sh [BASE] OTHER" >&2; exit 2; }
for dir in "$@"; do
	[ -n "$(find "$dir" -name '*.results' -print -quit 2> /dev/null)" ] ||
		{ echo "1..1"; echo "not ok 1 - there are results in $dir"; exit 1; }
done

# "BASE|OTHER" and a result, to its script, title
lines()
{
	local which=$1 dir=$2

	find "$dir" -name '*.results' -print0 | sort -z | xargs -0 cat | sed "s/^/$which\t/"
}

{
	if [ $# -eq 2 ]; then
		lines base "$1"
		lines other "$2"
	else
		lines other "$1"
	fi
} | awk -F'\t' -v alone=$(($# == 1)) '
	BEGIN {
		shaky["flaky"] = "failed, and its script calls it flaky"
		shaky["once"] = "failed in one of two tries"
	}
	{
		key = $3 ": " $4
		if (++times[$1, key] > 1) key = key " (" times[$1, key] ")"
		if (!(key in known)) { known[key] = 1; order[++count] = key }
		result[$1, key] = $2
	}
	function say(ok, key, note) {
		printf "%s %d - %s%s\n", ok ? "ok" : "not ok", ++nr, key, note
		failed += !ok
	}
	function judge(key, b, o) {
		if (o == "") say(0, key, ", passed without: did not run")
		else if (b == "") say(0, key, ", " o " here: did not run without")
		else if (shaky[o] || (shaky[b] && o == "pass"))
			say(1, key, " # SKIP " shaky[shaky[o] ? o : b] " (without: " b ", here: " o ")")
		else if (o == "skip" && b == "skip") say(1, key, " # SKIP skipped on both")
		else if (o == "fail" && b == "fail") say(1, key, " # SKIP failed on both")
		else if (o == b) say(1, key, "")
		else if (o == "pass") say(1, key, " # SKIP passed here only (without: " b ")")
		else say(0, key, ": " o ", without: " b)
	}
	END {
		for (i = 1; i <= count; i++) {
			key = order[i]
			o = result["other", key]
			if (!alone) judge(key, result["base", key], o)
			else if (o == "skip") say(1, key, " # SKIP skipped by its script")
			else if (shaky[o]) say(1, key, " # SKIP " shaky[o])
			else say(o == "pass", key, "")
		}
		printf "1..%d\n", nr
		exit failed > 0
	}'
