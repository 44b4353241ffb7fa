# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Means with 95 % confidence intervals, for the other .awk files.

BEGIN {
	# Student's t, two-sided, by degrees of freedom
	nr_t = split("12.706 4.303 3.182 2.776 2.571 2.447 2.365 2.306 2.262 2.228 2.201 2.179 2.160 " \
		     "2.145 2.131 2.120 2.110 2.101 2.093 2.086 2.080 2.074 2.069 2.064 2.060 2.056 " \
		     "2.052 2.048 2.045 2.042", student_t, " ")
}

# Half the width of the interval; 0 for one sample, that has none.
function ci95(n, sum, squares,	variance)
{
	if (n < 2)
		return 0
	variance = (squares - sum * sum / n) / (n - 1)
	return (n - 1 <= nr_t ? student_t[n - 1] : 1.96) * sqrt(variance > 0 ? variance / n : 0)
}

function bar(text, value, limit, holds)
{
	printf "%s  %s: %s (bar: %s)\n", holds ? "PASS" : "FAIL", text, value, limit >> bars
}
