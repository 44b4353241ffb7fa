# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Reads lines "kernel scheduler subflows kind instructions calls", ascending; writes the table to
# stdout, CSV to `csv`, data to plot to `data`.NAME, and appends judgements to `bars`.

{
	key = $1 SUBSEP $2 SUBSEP $3 SUBSEP $4
	if (!(key in calls)) {
		order[++keys] = key
	}
	cost[key, ++rows[key]] = $5
	weight[key, rows[key]] = $6
	calls[key] += $6
}

function quantile(key, q,	i, seen)
{
	for (i = 1; i <= rows[key]; i++) {
		seen += weight[key, i]
		if (seen >= q * calls[key])
			return cost[key, i]
	}
}

# Without those an interrupt fell into
function mean(key,	i, sum, n)
{
	for (i = 1; i <= rows[key] && cost[key, i] < 8 * median[key]; i++) {
		sum += cost[key, i] * weight[key, i]
		n += weight[key, i]
	}
	return sum / n
}

function ratio(kernel, scheduler, subflows,	base)
{
	base = median["base", "default", subflows, "pick"]
	return base ? median[kernel, scheduler, subflows, "pick"] / base : 0
}

function judge(text, kernel, scheduler, subflows, limit,	r)
{
	r = ratio(kernel, scheduler, subflows)
	bar(sprintf("%s, %d subflows, instructions to unpatched", text, subflows),
	    r ? sprintf("%.3f", r) : "not measured", "<= " limit, r && r <= limit)
}

END {
	print "kernel,scheduler,subflows,kind,calls,q1,median,q3,mean,ratio_to_unpatched_default" > csv
	printf "%-9s %-14s %8s %5s %6s %7s %7s %7s %9s %7s\n", "kernel", "scheduler", "subflows",
		"kind", "calls", "q1", "median", "q3", "mean", "ratio"
	for (i = 1; i <= keys; i++)
		median[order[i]] = quantile(order[i], 0.5)
	for (i = 1; i <= keys; i++) {
		key = order[i]
		split(key, k, SUBSEP)
		r = k[4] == "pick" ? sprintf("%.3f", ratio(k[1], k[2], k[3])) : ""
		q1 = quantile(key, 0.25)
		q3 = quantile(key, 0.75)
		avg = mean(key)
		name = k[1] == "base" ? "unpatched" : "patched"
		printf "%-9s %-14s %8d %5s %6d %7d %7d %7d %9.1f %7s\n", name, k[2], k[3], k[4],
			calls[key], q1, median[key], q3, avg, r
		printf "%s,%s,%d,%s,%d,%d,%d,%d,%.1f,%s\n", name, k[2], k[3], k[4], calls[key], q1,
			median[key], q3, avg, r > csv
		if (k[4] == "pick")
			print k[3], q1, median[key], q3 > (data "." name "-" k[2])
	}
	for (n = 2; n <= 16; n *= 2)
		judge("built-in", "ours", "default", n, 1.05)
	judge("burst", "ours", "burst", 2, 1.5)
	judge("burst", "ours", "burst", 8, 1.5)
}
