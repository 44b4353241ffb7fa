# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#
# Pictures of `make bench`. report.sh sets:
#
#	out, format	svg or png
#	part		cost or scenarios
#	data		prefix of the files to plot
#	names		cost: these files; scenarios: what comes after the prefix
#	titles, figures	of the scenarios ("|" after each title)

panels = part eq 'cost' ? 1 : words(names)
columns = panels > 1 ? 4 : 1
rows = (panels + columns - 1) / columns
width = part eq 'cost' ? 960 : 1400
height = part eq 'cost' ? 720 : 290 * rows

if (format eq 'svg') {
	set terminal svg size width, height font 'sans-serif,12' background '#ffffff'
} else {
	set terminal pngcairo size width, height font 'DejaVu Sans,11'
}
set output out

# colours that stay apart for colour-blind readers and in print
array colour[8] = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#7f7f00', \
	'#882255']

# what "lc rgb variable" understands
rgb(n) = int('0x' . colour[1 + n % 8][2:])

set grid y lc rgb '#cccccc' lw 0.6
set border 3 lc rgb '#555555'
set tics nomirror out

if (part eq 'cost') {
	set title 'instructions of a decision that chose a subflow: median and quartiles'
	set xlabel 'subflows'
	set ylabel 'instructions'
	set logscale x 2
	set xrange [1.8:18]
	set xtics (2, 4, 8, 16)
	set yrange [0:*]
	set key outside right noenhanced
	directory = data[1:strlen(data) - strlen('cost')]
	plot for [i = 1:words(names)] directory . word(names, i) using 1:3:2:4 \
		with yerrorlines lw 1.6 pt 6 + i % 7 lc rgb colour[1 + (i - 1) % 8] \
		dt 1 + (i - 1) / 8 title word(names, i)[6:]
} else {
	set multiplot layout rows, columns
	set style fill solid 0.75 border lc rgb '#333333'
	set boxwidth 0.7
	set offsets 0.25, 0.25, 0, 0
	unset key
	set yrange [0:*]
	set xtics noenhanced font ',10'
	rest = titles
	do for [i = 1:panels] {
		at = strstrt(rest, '|')
		set title rest[1:at - 1] font ',12' noenhanced
		rest = rest[at + 1:]
		set ylabel word(figures, i) noenhanced
		plot data . '.' . word(names, i) \
			using 0:2:3:(rgb(int(column(0)))):xtic(1) with boxerrorbars lc rgb variable
	}
	unset multiplot
}
