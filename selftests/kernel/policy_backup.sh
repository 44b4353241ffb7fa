#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Does backup keep to the regular path while it can carry data, and leave it when it cannot?
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/policy.sh"
. "${BASH_SOURCE[0]%/*}/policy_lib.sh"

load_policy backup >/dev/null || bail_out "cannot load 'backup'"

# The client's own opinion of the second path, or the server's
second_is_backup() { # client|server
	if [[ $1 == client ]]; then
		ip -n "$CL" mptcp endpoint add 10.0.2.1 dev c2 subflow backup
	else
		printf 'mptcp endpoint flush\nmptcp endpoint add 10.0.2.2 dev s2 signal backup\n' |
			ip -n "$SV" -batch -
	fi || bail_out "cannot make the second path a backup"
}

# The regular path is the worse one, and never has room.
for side in client server; do
	paths 2 4 10mbit/30ms/50 20mbit/5ms/100
	second_is_backup $side
	set_sched backup
	xfer --bytes 2M --subflows 2 >/dev/null
	is "$VERDICT" ok "backup by the $side: 2 MiB arrive unchanged"
	# what is stuck on the other path after a timeout is the exception
	between "$(given_share 2)" 0 4 \
		"backup by the $side: next to nothing on it, though the other path is full"
done

# It dies, and comes back.
second_is_backup client
xfer_start --bytes 4M --rate 500k --subflows 2
wait_for 30 xfer_moved 500000 || bail_out "it does not move"
blackhole "$CL" 1
blackhole "$SV" 1
wait_for 30 xfer_moved 1500000 || not_ok "the regular path dies: the backup path carries on"
unblackhole "$CL" 1
unblackhole "$SV" 1
xfer_wait
is "$VERDICT" ok "the regular path is away for a while: 4 MiB arrive unchanged"
diag "longest silence $(xfer_get .longest_gap_ms) ms, $(given_share 2) % on the backup path"
between "$(given_share 2)" 10 90 "both had their part"

# Which is which changes meanwhile: the signal reaches the policies of both sides.
paths 2 4 20mbit/10ms/100 20mbit/10ms/100
ip -n "$CL" mptcp endpoint add 10.0.2.1 dev c2 id 5 subflow backup
set_sched backup
xfer_start --both --bytes 4M --rate 500k --chunk 8k --subflows 2
wait_for 30 xfer_moved 1500000 || bail_out "it does not move"
ip -n "$CL" mptcp endpoint change id 5 nobackup || bail_out "cannot change the endpoint"
ip -n "$CL" mptcp endpoint add 10.0.1.1 dev c1 id 6 subflow
ip -n "$CL" mptcp endpoint change id 6 backup || bail_out "cannot change the endpoint"
xfer_wait
is "$VERDICT" ok "priorities change: every byte arrives"
diag "priorities change: on the second path $(given_share 2) % of the client's bytes," \
	"$(given_share 2 peer_subflows) % of the server's"
between "$(given_share 2)" 20 95 "priorities change: the client follows"
if (($(mib "$SV" MPTcpExtMPPrioRx) < 2)); then
	skip "priorities change: the server follows" "an MP_PRIO was lost"
else
	between "$(given_share 2 peer_subflows)" 20 95 "priorities change: the server follows"
fi

clean_record backup
done_testing
