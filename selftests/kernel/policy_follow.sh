#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Does a server with follow answer on the path on which the client sent last?
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/policy.sh"
. "${BASH_SOURCE[0]%/*}/policy_lib.sh"

load_policy follow >/dev/null || bail_out "cannot load 'follow'"
load_policy overflow >/dev/null || bail_out "cannot load 'overflow'"

# The client sends where overflow's ranks say.
client_on() { # I
	map_set overflow ranks 10.0.1.1 $(($1 == 1 ? 0 : 9)) 10.0.2.1 $(($1 == 2 ? 0 : 9))
}

paths 2 4 20mbit/10ms/100 20mbit/30ms/100
set_sched overflow "$CL"
set_sched follow "$SV"
for path in 1 2; do
	client_on $path
	xfer --both --bytes 1M --rate 250k --chunk 4k --subflows 2 >/dev/null
	is "$VERDICT" ok "client on path $path: every byte arrives"
	between "$(given_share $path)" 88 100 "client on path $path: it sends there"
	between "$(given_share $path peer_subflows)" 85 100 \
		"client on path $path: so does the server"
done

client_on 2
xfer_start --both --bytes 2M --rate 250k --chunk 4k --subflows 2
wait_for 30 xfer_moved $((2 << 20)) || bail_out "it does not move"
client_on 1
xfer_wait
is "$VERDICT" ok "the client changes over: every byte arrives"
diag "the client changes over: $(given_share 1) % of its bytes on the new path," \
	"$(given_share 1 peer_subflows) % of the server's"
between "$(given_share 1 peer_subflows)" 30 60 "the client changes over: the server follows"

# Nothing to follow: the lowest RTT
xfer --reverse --bytes 500k --rate 250k --chunk 4k --subflows 2 >/dev/null
is "$VERDICT" ok "a silent client: every byte arrives"
between "$(given_share 1)" 95 100 "a silent client: the path with the lower RTT"

# The path that it follows dies.
client_on 1
xfer_start --both --bytes 1M --rate 250k --chunk 4k --subflows 2
wait_for 30 xfer_moved 500000 || bail_out "it does not move"
blackhole "$CL" 1
blackhole "$SV" 1
xfer_wait
is "$VERDICT" ok "the path dies: every byte arrives"

clean_record follow
done_testing
