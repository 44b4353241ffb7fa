#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Does weighted keep the ratio of the weights, whatever the paths carry, by every key, and live?
# timeout: 200
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/policy.sh"
. "${BASH_SOURCE[0]%/*}/policy_lib.sh"

load_policy weighted >/dev/null || bail_out "cannot load 'weighted'"
load_policy weighted --name by_dev --set by=1 >/dev/null || bail_out "cannot load 'by_dev'"
load_policy weighted --name by_id --set by=2 >/dev/null || bail_out "cannot load 'by_id'"

# Within 5 %
ratio_is() { # WANT TITLE: path 1 over path 2, times 100
	local got
	got=$(path_ratio 1 2)
	diag "$2: $((got / 100)).$(printf %02d $((got % 100)))"
	between "$got" $(($1 * 95 / 100)) $(($1 * 105 / 100)) "$2"
}

bulk() { # WANT SCHED TITLE
	set_sched "$2"
	xfer --bytes 8M --subflows 2 >/dev/null
	is "$VERDICT" ok "$3: 8 MiB arrive unchanged" && ratio_is "$1" "$3"
}

# Both paths could carry the same: the ratio is the scheduler's doing.
paths 2 4 20mbit/10ms/100 20mbit/20ms/100
bulk 100 weighted "no weights given: 1 to 1"
map_set weighted weights 10.0.1.1 3 10.0.2.1 1
bulk 300 weighted "weights 3 to 1 by address"
map_set weighted weights 10.0.1.1 10 10.0.2.1 40
bulk 25 weighted "weights 10 to 40 by address"
read -r dev1 dev2 < <(ip -n "$CL" -j link show type veth |
	jq -r '[sort_by(.ifname)[].ifindex] | join(" ")')
map_set by_dev weights "$dev1" 1 "$dev2" 2
bulk 50 by_dev "weights 1 to 2 by interface"
map_set by_id weights 1 2 2 3
bulk 67 by_id "weights 2 to 3 by subflow id"

# Less than the paths carry, in small pieces
map_set weighted weights 10.0.1.1 3 10.0.2.1 1
set_sched weighted
xfer --bytes 1M --rate 500k --chunk 4k --subflows 2 >/dev/null
is "$VERDICT" ok "light load: 1 MiB arrives unchanged"
ratio_is 300 "light load: 3 to 1"

# Weight 0
map_set weighted weights 10.0.2.1 0
xfer --bytes 2M --subflows 2 >/dev/null
is "$VERDICT" ok "weight 0: 2 MiB arrive unchanged"
# what is stuck on the other path after a timeout is the exception
between "$(given_share 2)" 0 4 "weight 0: next to nothing, though the other path is full"

# Back-pressure: the heavier path is the narrower one.
paths 2 6 5mbit/10ms/100 20mbit/20ms/100
map_set weighted weights fd00:1::1 2 fd00:2::1 1
bulk 200 weighted "2 to 1 where the paths are 1 to 4, IPv6"

# Live: the other way round half-way through
paths 2 4 20mbit/10ms/100 20mbit/20ms/100
map_set weighted weights 10.0.1.1 3 10.0.2.1 1
set_sched weighted
xfer_start --bytes 12M --subflows 2
wait_for 30 xfer_moved $((6 << 20)) || bail_out "it does not move"
map_set weighted weights 10.0.1.1 1 10.0.2.1 3
xfer_wait
is "$VERDICT" ok "weights turned round half-way: 12 MiB arrive unchanged"
between "$(given_share 1)" 35 65 "weights turned round half-way: half and half"

# A thousand changes
xfer_start --bytes 8M --subflows 2
wait_for 30 xfer_moved 1 || bail_out "it does not move"
for ((i = 0; i < 500; i++)); do
	map_line weighted weights 10.0.1.1 $((i % 7 + 1))
	map_line weighted weights 10.0.2.1 $((i % 5))
done >"$TEST_DIR/changes"
run_ok "a thousand changes under traffic" bpftool batch file "$TEST_DIR/changes"
xfer_wait
is "$VERDICT" ok "a thousand changes: 8 MiB arrive unchanged"

# Nobody waits for a path that is dead.
map_set weighted weights 10.0.1.1 1 10.0.2.1 1
xfer_start --bytes 4M --subflows 2
wait_for 30 xfer_moved $((1 << 20)) || bail_out "it does not move"
blackhole "$CL" 1
blackhole "$SV" 1
xfer_wait
is "$VERDICT" ok "a path dies: 4 MiB arrive unchanged"
diag "a path dies: longest silence $(xfer_get .longest_gap_ms) ms"

clean_record weighted by_dev by_id
done_testing
