#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Is a wrong verdict the problem of nobody but the connection that it is about?
# timeout: 300
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/policy.sh"

dmesg_mark
paths 2 4 50mbit/10ms/100

# A connection on another scheduler, beside the one under test.
neighbour() { # TITLE
	set_sched default "$CL"
	xfer --bytes 2M --subflows 2 >/dev/null
	is "$VERDICT" ok "$1"
}

# ---- a policy that leaves its connection waiting, and a kernel that does not mind ----

set_sysctl "$CL" net.mptcp.sched_timeout 3600000

waits() { # NAME
	local busy

	set_sched "$1" "$CL"
	xfer_start --bytes 1M
	local stuck=$XFER_PID
	wait_for 5 xfer_connected
	neighbour "$1: a connection on the built-in scheduler is not affected"
	run_ok "$1: the waiting connection is still there" connected "$1"
	busy=$(busy_percent wait_for 1 false 2>/dev/null)
	between "$busy" 0 50 "$1: waiting does not keep a CPU busy"
	diag "$1: the machine is $busy % busy while the connection waits"
	if xfer_moved 1 "$stuck"; then
		not_ok "$1: nothing moves on the waiting connection"
	else
		ok "$1: nothing moves on the waiting connection"
	fi
	xfer_stop "$stuck"
	xfer_wait "$stuck"
	isnt "$VERDICT" ok "$1: the waiting program can be stopped"
	# without a DATA_FIN acknowledged the kernel keeps the socket for a while
	wait_for 90 connected "$1" 0 && ok "$1: the connection ends" ||
		not_ok "$1: the connection ends"
}

load_policy bad/never >/dev/null || bail_out "cannot load bad/never"
set_sysctl "$CL" net.mptcp.close_timeout 2
waits never
between "$(policy_var never asked)" 1 1000 "never: it was asked, but not in a loop"

load_policy bad/unusable --name unusable_only --set usable_too=0 >/dev/null ||
	bail_out "cannot load bad/unusable"
waits unusable_only
set_sysctl "$CL" net.mptcp.sched_timeout 1000

# ---- marks on subflows that cannot carry data ----

load_policy bad/unusable >/dev/null || bail_out "cannot load bad/unusable"
set_sched unusable "$CL"
xfer --bytes 4M >/dev/null
is "$VERDICT" ok "marks on a joining subflow: the transfer arrives"
isnt "$(policy_var unusable joining)" 0 "marks on a joining subflow: there were some"
between "$(path_bytes 2)" 1 8000000 "marks on a joining subflow: the peer keeps that path"
between "$(policy_stat unusable invalid_marks)" 1 1000000 "dropped marks are counted for the policy"
between "$(mib "$CL" MPTcpExtSchedInvalidMark)" 1 1000000 "and in the namespace's MIB"

# The client opens this subflow itself, to where nobody answers.
blackhole "$SV" 2
xfer --bytes 2M >/dev/null
is "$VERDICT" ok "marks on a subflow in SYN_SENT: the transfer arrives"
isnt "$(policy_var unusable syn_sent)" 0 "marks on a subflow in SYN_SENT: there were some"
unblackhole "$SV" 2

# The first subflow stays on the list after its end.
xfer_start --bytes 8M --subflows 2
wait_for 20 xfer_moved 1000000
in_ns "$CL" ss -K -t 'dst = 10.0.1.2' >/dev/null
xfer_wait
is "$VERDICT" ok "marks on a closed subflow: the transfer goes on over the other"
isnt "$(policy_var unusable closing)" 0 "marks on a closed subflow: there were some"

# ---- garbage ----

load_policy bad/fields >/dev/null || bail_out "cannot load bad/fields"
set_sched fields "$CL"
xfer --bytes 4M --subflows 2 >/dev/null
is "$VERDICT" ok "garbage in the writable fields: the transfer arrives"
between "$(mib "$CL" MPTcpExtSchedClamped)" 1 100000000 "garbage in the writable fields is counted"

neighbour "after all that, the built-in scheduler works as before"
is "$(dmesg_new)" "" "the kernel log is silent"
done_testing
