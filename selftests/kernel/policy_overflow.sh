#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Does overflow fill the preferred path before it touches the next, and does the user decide which?
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/policy.sh"
. "${BASH_SOURCE[0]%/*}/policy_lib.sh"

load_policy overflow >/dev/null || bail_out "cannot load 'overflow'"

# 8 kB in a round trip of the longest path: the initial window is enough, but for the bursts with
# which a busy machine makes up for lost time
light() { # PATH TITLE
	xfer --bytes 500k --rate 100k --chunk 2k --subflows "$NPATHS" >/dev/null
	is "$VERDICT" ok "$2: 500 kB arrive unchanged"
	between "$(given_share "$1")" 95 100 "$2: all of it"
}

# The line: 4 Mbit/s, the longest delay. Subflow ids decide.
paths 2 4 4mbit/40ms/40 20mbit/10ms/100
set_sched overflow
light 1 "little to send, on the first path"

xfer --bytes 6M --rate 1500k --subflows 2 >/dev/null
is "$VERDICT" ok "three times what it carries: 6 MiB arrive unchanged"
diag "three times what it carries: $(given_share 1) % on it"
between "$(given_share 1)" 12 45 "three times what it carries: it is full, the rest spills"

# The user prefers the other one, then thinks again.
map_set overflow ranks 10.0.2.1 1
light 2 "ranked: on the second path"
xfer_start --bytes 2M --rate 250k --chunk 4k --subflows 2
wait_for 30 xfer_moved $((1 << 20)) || bail_out "it does not move"
map_set overflow ranks 10.0.1.1 0
xfer_wait
is "$VERDICT" ok "ranked anew half-way: 2 MiB arrive unchanged"
between "$(given_share 1)" 30 60 "ranked anew half-way: half and half"

# Three ranks, IPv6: each is used only when those before it are full.
paths 3 6 4mbit/30ms/40 4mbit/20ms/40 20mbit/10ms/100
map_set overflow ranks fd00:1::1 7 fd00:2::1 3
set_sched overflow
xfer --bytes 2M --rate 750k --chunk 8k --subflows 3 >/dev/null
is "$VERDICT" ok "6 Mbit/s over ranks of 4: 2 MiB arrive unchanged"
diag "6 Mbit/s over ranks of 4: $(given_share 2) %, $(given_share 1) %, $(given_share 3) %"
run_ok "the lowest rank has most, the unranked path least" test \
	"$(path_given 2)" -gt "$(path_given 1)" -a "$(path_given 1)" -gt "$(path_given 3)"

clean_record overflow
done_testing
