#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#
# What 'make test-fuzz' does: $COUNT random policies from $SEED on, $BATCH of them a boot, on the
# debug kernel with DEBUG=1. Prints one line a boot and the sums; the results of each boot are kept
# in build/test/fuzz/SEED.

set -euo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
TOP=$(cd "$HERE/../.." && pwd)
cd "$TOP"
O=${O:-build}
export O
seed=${SEED:-1} count=${COUNT:-2000} batch=${BATCH:-250}
results=$O/test/fuzz
options=() seconds=6
if [ "${DEBUG:-}" = 1 ]; then
	options=(--debug --mem 4G)
	seconds=40
fi

# one boot: FIRST COUNT
boot()
{
	local dir=$results/$1 status=0

	make --no-print-directory -s -j"$(nproc)" fuzz SEED="$1" COUNT="$2"
	mkdir -p "$dir"
	selftests/vm/run "${options[@]}" --timeout $((900 + $2 * seconds)) --out "$dir" -- \
		env FUZZ_SEED="$1" FUZZ_COUNT="$2" bash selftests/kernel/sched_random.sh \
		> "$dir/sched_random.tap" 2> "$dir/sched_random.log" < /dev/null || status=$?
	echo $status > "$dir/sched_random.exit"
	if [ $status -eq 0 ]; then
		echo "seeds $1 to $(($1 + $2 - 1)): ok"
		return
	fi
	failed=1
	echo "seeds $1 to $(($1 + $2 - 1)): failed, vm/run ended with $status"
	sed '/^ok /d; s/^/  | /' "$dir/sched_random.tap" "$dir/sched_random.log"
}

rm -rf "$results"
failed=0
end=$((seed + count))
for ((first = seed; first < end; first += batch)); do
	boot "$first" $((end - first < batch ? end - first : batch))
done

echo "== results"
cat "$results"/*/random/run | awk '
	!/^seed/ { if (!($1 in sum)) name[n++] = $1; sum[$1] += $2 }
	END { for (i = 0; i < n; i++) printf "%s %d\n", name[i], sum[name[i]] }'
exit $failed
