#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#
# Counts test results. A suite is a TAP file NAME.tap and the exit status of what
# wrote it in NAME.exit. What a suite promised and did not do counts as failed:
# a missing or unkept plan, an exit status that the results do not explain.
#
#	summary.sh one FILE.tap		the suite's count, failures and skips
#	summary.sh all DIR...		the same for every suite below, and the total

set -euo pipefail

judge()
{
	local tap=$1 status

	status=$(cat "${tap%.tap}.exit" 2> /dev/null || echo missing)
	awk -v name="$(basename "$tap" .tap)" -v status="$status" '
	function note(s) { notes = notes "    " s "\n" }
	function problem(s) { problems = problems (problems ? "; " : "") s }
	/^1\.\.[0-9]+/ {
		plan = substr($1, 4) + 0; planned++
		if (plan == 0 && match($0, /# *SKIP/)) {
			skipped++; all = 1; note("skipped: " substr($0, RSTART + RLENGTH + 1))
		}
	}
	/^ok( |$)/ {
		seen++
		if (match($0, / # *[Ss][Kk][Ii][Pp]/)) { skipped++; note("skipped: " $0) }
		else passed++
	}
	/^not ok( |$)/ { seen++; failed++; note($0) }
	/^Bail out!/ { problem($0) }
	END {
		bad = failed
		if (!planned) problem("no plan: the suite ended early or never ran")
		else if (planned > 1) problem("more than one plan")
		else if (plan != seen) problem("planned " plan " tests, ran " seen + 0)
		if (!(status == 0 || (status == 1 && bad) || (status == 4 && all)))
			problem("exit status " status (status == 124 || status == 137 ? " (time limit)" : ""))
		if (problems) { failed++; note("not ok: " problems) }
		printf "%s: %d passed, %d failed, %d skipped\n%s", name, passed, failed, skipped, notes
		exit failed > 0
	}' "$tap"
}

total()
{
	local tap

	find "$@" -name '*.tap' | sort | while read -r tap; do
		judge "$tap" || true
	done | awk '
	{ print }
	/^[^ ].*: [0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$/ {
		p += $(NF - 5); f += $(NF - 3); s += $(NF - 1)
	}
	END {
		printf "%d passed, %d failed, %d skipped\n", p, f, s
		exit f > 0 || p == 0
	}'
}

case ${1:-} in
one)	judge "$2";;
all)	shift; total "$@";;
*)	echo "usage: summary.sh one FILE.tap | all DIR..." >&2; exit 2;;
esac
