# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Reads the table of scenarios, then lines "scenario scheduler seed name value".

NR == FNR {
	if (/^#/ || !NF)
		next
	split($0, field, / *[|] */)
	sub(/^ */, "", field[1])
	table[++scenarios] = field[1]
	paths[field[1]] = field[2]
	pattern[field[1]] = field[3]
	more[field[1]] = field[4] ~ /^[+]/
	sub(/^[+]/, "", field[4])
	figure[field[1]] = field[4]
	paper[field[1]] = field[5]
	title[field[1]] = field[6]
	next
}

$4 == "failed" { failed = failed sprintf(" %s/%s/%s", $1, $2, $3); next }

{
	value[$1, $2, $3, $4] = $5
	n[$1, $2, $4]++
	sum[$1, $2, $4] += $5
	squares[$1, $2, $4] += $5 * $5
	if (!(($1, $2) in seen)) {
		seen[$1, $2]
		scheduler[$1, ++schedulers[$1]] = $2
	}
	if (!(($1, "name", $4) in seen)) {
		seen[$1, "name", $4]
		name[$1, ++names[$1]] = $4
	}
	seed[$3]
}

function gain_over_minrtt(s, who,	i, one, got, all, squared, key)
{
	for (i in seed) {
		key = s SUBSEP "minrtt" SUBSEP i SUBSEP figure[s]
		if (!(key in value) || !value[key] || !((s, who, i, figure[s]) in value))
			continue
		one = 100 * (value[s, who, i, figure[s]] / value[key] - 1)
		got++
		all += one
		squared += one * one
	}
	gain_ci = ci95(got, all, squared)
	return got ? all / got : 0
}

function describe_paths(s,	i, p, count, path, out)
{
	count = split(paths[s], path, " ")
	for (i = 1; i <= count; i++) {
		split(path[i], p, "/")
		out = out sprintf("  path %d: %s Mbit/s, %s ms one way, queue of %d packets, loss %s %%\n",
			i, p[1], p[2], p[3], p[4])
	}
	return out
}

function shown(what) { return what !~ /^(wire_ratio|delay_p50_ms|seconds)$/ || what == figure[s] }

function row(s, who,	i, what, key, m)
{
	printf "  %-8s", who
	for (i = 1; i <= names[s]; i++) {
		what = name[s, i]
		key = s SUBSEP who SUBSEP what
		m = sum[key] / n[key]
		printf "%s,%s,%s,%d,%.6g,%.4g\n", s, who, what, n[key], m,
			ci95(n[key], sum[key], squares[key]) > csv
		if (shown(what))
			printf " %16s", sprintf("%.4g +-%.2g", m, ci95(n[key], sum[key], squares[key]))
		if (what == figure[s])
			printf "%s %.6g %.6g\n", who, m, ci95(n[key], sum[key], squares[key]) > (data "." s)
	}
	m = gain_over_minrtt(s, who)
	printf " %14s\n", who == "minrtt" ? "" : sprintf("%+.1f +-%.1f %%", m, gain_ci)
}

function judge(s,	part, gain, worse)
{
	if (paper[s] == "-")
		return
	split(paper[s], part, " ")
	if (!((s, part[1]) in seen) || !((s, "minrtt") in seen))
		return
	gain = gain_over_minrtt(s, part[1])
	worse = more[s] ? -gain : gain
	bar(sprintf("%s in '%s', %s to minrtt; its paper: %s %%", part[1], s, figure[s], part[2]),
	    sprintf("%+.1f +-%.1f %%", gain, gain_ci), "at most 3 % worse", worse <= 3)
}

END {
	print "scenario,scheduler,figure,runs,mean,ci95" > csv
	for (t = 1; t <= scenarios; t++) {
		s = table[t]
		if (!schedulers[s])
			continue
		printf "\n%s: %s; traffic: %s\n%s  %-8s", s, title[s], pattern[s], describe_paths(s), ""
		for (i = 1; i <= names[s]; i++)
			if (shown(name[s, i]))
				printf " %16s", name[s, i]
		printf " %14s\n", "vs minrtt"
		for (i = 1; i <= schedulers[s]; i++)
			row(s, scheduler[s, i])
		judge(s)
		print s "|" title[s] "|" figure[s] > (data ".list")
	}
	bar("scenario/scheduler/seed that did not end", failed ? failed : "none", "none", !failed)
}
