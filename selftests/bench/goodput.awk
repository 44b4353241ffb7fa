# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Reads lines "scheduler seed name value"; pairs are of the same seed.

$3 == "goodput_mbit" { rate[$1, $2] = $4; if ($1 == "burst") seeds[++n] = $2 }

END {
	print "seed,default_mbit,burst_mbit,ratio" > csv
	printf "%6s %14s %14s %10s\n", "seed", "default", "burst", "ratio"
	for (i = 1; i <= n; i++) {
		seed = seeds[i]
		r = rate["burst", seed] / rate["default", seed]
		sum += r
		squares += r * r
		printf "%6d %7.1f Mbit/s %7.1f Mbit/s %10.4f\n", seed, rate["default", seed],
			rate["burst", seed], r
		printf "%d,%.3f,%.3f,%.5f\n", seed, rate["default", seed], rate["burst", seed], r > csv
	}
	if (!n)
		exit
	printf "mean ratio %.4f, 95 %% confidence interval +-%.4f\n", sum / n, ci95(n, sum, squares)
	bar("goodput of burst to default, CPU-bound",
	    sprintf("%.4f +-%.4f", sum / n, ci95(n, sum, squares)), ">= 0.99", sum / n >= 0.99)
}
