# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#
# The live view of `make demo`: reads what xfer --progress writes, and its result line last.
#
#	name		of the scheduler
#	total		bytes of the file
#	paths		their number
#	columns		of the terminal; 0: there is none, one line a second
#	samples		file for the plot: seconds, Mbit/s of each path, Mbit/s of all
#
# Rates are those of acknowledged bytes: what was sent may still wait in a queue.

function number(text, key,	at)
{
	at = index(text, "\"" key "\":")
	return at ? substr(text, at + length(key) + 3) + 0 : 0
}

function size(bytes)
{
	if (bytes < 1048576)
		return sprintf("%.0f KiB", bytes / 1024)
	return sprintf("%.1f MiB", bytes / 1048576)
}

# Figures of all paths, from a line's "subflows"; a path's further subflows add to its first.
function read_paths(line,	parts, n, i, p)
{
	sub(/,"peer_subflows".*/, "", line)
	for (p = 1; p <= paths; p++)
		sent[p] = acked[p] = 0
	n = split(line, parts, /\{"conn":/)
	for (i = 2; i <= n; i++) {
		match(parts[i], /"local":"10\.0\.[0-9]+/)
		p = substr(parts[i], RSTART + 14, RLENGTH - 14) + 0
		sent[p] += number(parts[i], "bytes_sent")
		acked[p] += number(parts[i], "bytes_acked")
		rtt[p] = number(parts[i], "rtt_us") / 1000
		cwnd[p] = number(parts[i], "cwnd")
	}
}

# One row of the plot's data: the rates since the row before, at the middle of that time.
function sample(now,	p, mbit, row, sum)
{
	for (p = 1; p <= paths; p++) {
		mbit = (acked[p] - before[p]) * 8 / 1000 / (now - sampled)
		row = row sprintf(" %.3f", mbit)
		sum += mbit
		before[p] = acked[p]
	}
	printf "%.3f%s %.3f\n", ((sampled + now) / 2 - start) / 1000, row, sum > samples
	sampled = now
	samples_done++
}

# What is shown is the mean since it was last shown.
function show_rates(now,	p)
{
	for (p = 1; p <= paths; p++) {
		rate[p] = 0
		if (now > rated)
			rate[p] = (acked[p] - rated_acked[p]) * 8 / 1000 / (now - rated)
		rated_acked[p] = acked[p]
	}
	rated = now
}

function bar(share, width,	done, text)
{
	done = int(share * width + 0.5)
	text = sprintf("%" width "s", "")
	gsub(/ /, "#", text)
	return "[" substr(text, 1, done) sprintf("%" (width - done) "s", "") "]"
}

function put(line) { printf "%s\033[K\n", substr(line, 1, columns - 1) }

function draw(seconds,	p, share, width)
{
	share = total ? arrived / total : 1
	width = columns - 60
	width = width > 40 ? 40 : width < 8 ? 8 : width
	if (drawn)
		printf "\033[%dA", paths + 1
	put(sprintf("%-15s %s %3d %%  %s of %s  %.1f s", name, bar(share, width),
		    share * 100, size(arrived), size(total), seconds))
	for (p = 1; p <= paths; p++)
		put(sprintf("  path %d %8.2f Mbit/s   rtt %6.1f ms   cwnd %4d   %10s", p, rate[p],
			    rtt[p], cwnd[p], size(sent[p])))
	drawn = 1
	fflush()
}

function print_line(seconds,	p, line)
{
	line = sprintf("%-15s %5.1f s %3d %%", name, seconds, total ? arrived * 100 / total : 100)
	for (p = 1; p <= paths; p++)
		line = line sprintf("  | path %d %5.2f Mbit/s rtt %3d ms cwnd %3d %s", p, rate[p],
				    rtt[p], cwnd[p], size(sent[p]))
	print line
	fflush()
}

function show(seconds)
{
	if (columns)
		draw(seconds)
	else
		print_line(seconds)
}

BEGIN {
	row = "0"
	for (p = 0; p <= paths; p++)
		row = row " 0"
	print row > samples
}

/^\{"ms":/ {
	read_paths($0)
	clock = number($0, "ms")
	now = number($0, "sampled_ms")
	arrived = number($0, "bytes_received")
	if (!start && (start = number($0, "payload_ms"))) {
		begun = shown = clock
		sampled = rated = start
	}
	if (start && now > sampled)
		sample(now)
	if (clock - shown >= (columns ? 400 : 1000)) {
		show_rates(now)
		show((clock - begun) / 1000)
		shown = clock
	}
	next
}

/^\{"ok":true/ {
	read_paths($0)
	arrived = total
	seconds = number($0, "seconds")
	if (!samples_done && seconds)
		sample(start + seconds * 1000)
	# at the end, the whole transfer's mean says more than the last moment's
	for (p = 1; p <= paths; p++)
		rate[p] = seconds ? acked[p] * 8 / 1000000 / seconds : 0
	show(seconds)
	next
}

/^\{"ok":/ { next }

{ print; fflush() }
