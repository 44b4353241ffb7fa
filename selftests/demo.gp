# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#
# Throughput of each path over time, one panel a scheduler, with the same scales. demo.sh sets:
#
#	out, format	svg or png
#	data		directory of 1.samples and 2.samples
#	names		of the two schedulers
#	seconds		each one's transfer took
#	paths, labels, rates	their number, descriptions ("|" after each), bits a second

if (format eq 'svg') {
	set terminal svg size 960,720 font 'sans-serif,13' background '#ffffff'
	heading = 'sans-serif,16'
} else {
	set terminal pngcairo size 1440,1080 font 'DejaVu Sans,15' linewidth 1.5
	heading = 'DejaVu Sans:Bold,16'
}
set output out

# colours that stay apart for colour-blind readers and in print
array colour[8] = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#7f7f00', \
	'#882255']
array label[paths]
rest = labels
do for [p = 1:paths] {
	at = strstrt(rest, '|')
	label[p] = substr(rest, 1, at - 1)
	rest = substr(rest, at + 1, strlen(rest))
}

end(n) = real(word(seconds, n))
rate(p) = real(word(rates, p)) / 1e6
span = end(1) > end(2) ? end(1) : end(2)
top = 0
do for [p = 1:paths] {
	top = top + 1.2 * rate(p)
}
# the legend, two to a row below the panels
entries = paths + (paths > 1 ? 3 : 2)
rows = (entries + 1) / 2

set xrange [0:span * 1.02]
set yrange [0:top]
set grid lc rgb '#cccccc' lw 0.6
set border 3 lc rgb '#555555'
set tics nomirror out
set ylabel 'throughput, Mbit/s'
set datafile missing 'NaN'

set multiplot layout 2,1 margins 0.085, 0.975, 0.12 + 0.025 * rows, 0.945 spacing 0.11
do for [n = 1:2] {
	unset arrow
	set label 1 sprintf('%s: %.2f s', word(names, n), end(n)) at graph 0, graph 1.06 left \
		noenhanced font heading
	set arrow 1 from end(n), 0 to end(n), top nohead dt 2 lc rgb '#333333'
	do for [p = 1:paths] {
		set arrow 10 + p from 0, rate(p) to end(n), rate(p) nohead dt 3 lc rgb colour[p]
	}
	unset key
	if (n == 2) {
		set xlabel 'time since the first byte, s'
		set key at screen 0.53, 0.012 + 0.025 * rows center top horizontal Left reverse \
			samplen 2.5 width 2 maxrows rows noenhanced
	}
	samples = sprintf('%s/%d.samples', data, n)
	plot for [p = 1:paths] samples using 1:(column(p + 1)) with lines lw 2.2 lc rgb colour[p] \
			title sprintf('path %d: %s', p, label[p]), \
		for [p = 2:paths > 1 ? 2 : 1] samples using 1:(column(paths + 2)) with lines lw 1.4 \
			lc rgb '#222222' title 'all paths together', \
		NaN with lines dt 3 lc rgb '#555555' title 'rate of a path', \
		NaN with lines dt 2 lc rgb '#333333' title 'end of the transfer'
}
unset multiplot
