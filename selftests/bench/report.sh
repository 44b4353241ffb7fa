#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#
# report.sh DIR PART...: tables, CSV, plots and bars from what run.sh left in DIR. Fails when a bar
# is missed.

set -euo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
DIR=$1
shift
DATA=$DIR/plot
REPORT=$DIR/report.txt
BARS=$DIR/bars.txt

stats() # PART FILE...
{
	local part=$1
	shift
	LC_ALL=C awk -v csv="$DIR/$part.csv" -v data="$DATA/$part" -v bars="$BARS" \
		-f "$HERE/stats.awk" -f "$HERE/$part.awk" "$@"
}

# kernel scheduler subflows kind instructions calls
cost_lines()
{
	local kernel dir file name

	for kernel in base ours; do
		dir=$DIR/cost
		[ $kernel = ours ] || dir=$DIR/cost-base
		for file in "$dir"/*.*[0-9]; do
			name=$(basename "$file")
			sort -k1,1 -k2,2n "$file" | sed "s/^/$kernel ${name%.*} ${name##*.} /"
		done
	done | sort -s -k1,1 -k2,2 -k3,3n
}

plot() # PART
{
	local format

	for format in svg png; do
		gnuplot -e "out = '$DIR/$1.$format'; format = '$format'; data = '$DATA/$1'" \
			-e "part = '$1'; names = '${2:-}'; titles = '${3:-}'; figures = '${4:-}'" \
			"$HERE/bench.gp"
	done
	printf '\npicture  %s\n' "$DIR/$1.svg"
}

# What this kernel refused to load, and scheduler/subflows that did not end.
unmeasured() # PART
{
	local file

	for file in "$DIR/$1"*/refused "$DIR/$1"*/failed; do
		[ ! -s "$file" ] ||
			echo "FAIL  $(basename "$file"): $(xargs < "$file")" >> "$BARS"
	done
}

report_cost()
{
	echo '== instructions from entry to return of mptcp_sched_get_send()'
	echo '   "pick": a subflow was chosen, "wait": none; ratio: to the unpatched built-in one'
	cost_lines > "$DIR/cost.lines"
	stats cost "$DIR/cost.lines"
	unmeasured cost
	plot cost "$(cd "$DATA" && printf '%s ' cost.*)"
}

report_goodput()
{
	echo '== goodput over two unshaped paths, the CPU is the limit (an instruction takes 1 ns)'
	stats goodput "$DIR/goodput/goodput"
}

report_scenarios()
{
	echo '== scenarios: mean of all seeds +- 95 % confidence interval; "vs minrtt": pairs of a seed'
	stats scenarios "$HERE/scenarios" <(cat "$DIR"/scenarios-*/scenarios)
	unmeasured scenarios
	plot scenarios "$(cut -d'|' -f1 "$DATA/scenarios.list" | tr '\n' ' ')" \
		"$(cut -d'|' -f2 "$DATA/scenarios.list" | tr '\n' '|')" \
		"$(cut -d'|' -f3 "$DATA/scenarios.list" | tr '\n' ' ')"
}

rm -rf "$DATA" "$BARS"
mkdir -p "$DATA"
: > "$BARS"
{
	for part in "$@"; do
		"report_$part"
		echo
	done
	echo '== bars'
	cat "$BARS"
} | tee "$REPORT"
! grep -q '^FAIL' "$BARS"
