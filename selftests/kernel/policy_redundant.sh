#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Does redundant put every byte on every path, and no path's death cost time or bytes?
# timeout: 200
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/policy.sh"
. "${BASH_SOURCE[0]%/*}/policy_lib.sh"

load_policy redundant >/dev/null || bail_out "cannot load 'redundant'"
load_policy redundant --name red.plain --set budget=0 >/dev/null ||
	bail_out "cannot load 'red.plain'"
load_policy redundant_tail >/dev/null || bail_out "cannot load 'redundant_tail'"

percent_on_wire() { # PAYLOAD
	echo $((100 * $(xfer_get .wire_bytes) / $1))
}

bytes=$((8 << 20))
wire_at_most() { # TITLE [LEAST]
	local got
	got=$(percent_on_wire $bytes)
	diag "$1: $((got / 100)).$(printf %02d $((got % 100))) times the payload in" \
		"$(xfer_get .seconds) s, longest silence $(xfer_get .longest_gap_ms) ms"
	between "$got" "${2:-100}" 205 "$1: at most 2.05 times the payload on the wire"
}

paths 2 4 20mbit/10ms/100 20mbit/20ms/100
set_sched redundant
xfer --bytes $bytes --subflows 2 >/dev/null
is "$VERDICT" ok "healthy: 8 MiB arrive unchanged"
wire_at_most healthy 190
for path in 1 2; do
	between "$(path_given $path)" $((bytes * 95 / 100)) $((bytes * 102 / 100)) \
		"healthy: nearly every byte is on path $path"
done

for path in 1 2; do
	xfer_start --bytes $bytes --subflows 2
	wait_for 20 xfer_moved 1 || bail_out "it does not move"
	nap 1
	blackhole "$CL" $path
	blackhole "$SV" $path
	xfer_wait
	is "$VERDICT" ok "path $path dies: 8 MiB arrive unchanged"
	wire_at_most "path $path dies"
	between "$(xfer_get .longest_gap_ms)" 0 $((300 * SLOW)) "path $path dies: nobody notices"
	unblackhole "$CL" $path
	unblackhole "$SV" $path
done

# Messages, with checksums, and packets of different sizes: ranges end anywhere.
paths 2 6 20mbit/10ms/100 20mbit/30ms/100
ip -n "$CL" link set c2 mtu 1352
set_sysctl "$CL" net.mptcp.checksum_enabled 1
set_sysctl "$SV" net.mptcp.checksum_enabled 1
set_sched redundant
xfer --both --bytes 500k --rate 250k --chunk 5k --subflows 2 >/dev/null
is "$VERDICT" ok "messages both ways, checksums, unlike packets: every byte arrives"
for path in 1 2; do
	between "$(given_share $path)" 45 55 "messages: path $path has half of what is sent"
	between "$(given_share $path peer_subflows)" 45 55 "messages: so it has of the server's"
done

# Without a budget it is one path at a time.
set_sched red.plain
xfer --bytes 2M --subflows 2 >/dev/null
is "$VERDICT" ok "no budget: 2 MiB arrive unchanged"
between "$(percent_on_wire $((2 << 20)))" 100 120 "no budget: hardly anything goes out twice"

# What is on one path alone is sent again when that path falls silent.
set_sched red.plain
xfer_start --bytes 4M --rate 500k --chunk 8k --subflows 2
wait_for 30 xfer_moved 1000000 || bail_out "it does not move"
blackhole "$CL" 1
blackhole "$SV" 1
xfer_wait
is "$VERDICT" ok "no budget, a path dies: 4 MiB arrive unchanged"
diag "no budget, a path dies: longest silence $(xfer_get .longest_gap_ms) ms"
between "$(xfer_get .longest_gap_ms)" 0 $((300 * SLOW)) \
	"no budget, a path dies: the other takes over"
between "$(mib "$CL" MPTcpExtSchedReinjBytes)" 1 200000 \
	"no budget, a path dies: what was stuck is sent again"
unblackhole "$CL" 1
unblackhole "$SV" 1

# Ends of messages
set_sched redundant_tail
xfer --bytes 500k --rate 100k --chunk 5k --subflows 2 >/dev/null
is "$VERDICT" ok "tail: messages of 5 kB arrive unchanged"
diag "tail, messages: $(percent_on_wire 512000) % of the payload on the wire"
between "$(percent_on_wire 512000)" 185 230 "tail: messages that fit are on both paths"
xfer --bytes 4M --subflows 2 --chunk 256k >/dev/null
is "$VERDICT" ok "tail: 4 MiB arrive unchanged"
diag "tail, bulk: $(percent_on_wire $((4 << 20))) % of the payload on the wire"
between "$(percent_on_wire $((4 << 20)))" 100 125 "tail: of bulk only the end is"

clean_record redundant red.plain redundant_tail
done_testing
