#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Is a segment that begins with old bytes charged to the account that reading it credits?
. "${BASH_SOURCE[0]%/*}/lib.sh"

# The kernel warns when such a connection is closed with a wrong balance: on a kernel without the
# fix (vm/run --base) the machine fails, too.

CONNECTIONS=20
PAGE_SIZE=$(getconf PAGESIZE)
HUGE=$((1 << 30))

[[ -c /dev/net/tun ]] || skip_all "no /dev/net/tun"
dmesg_mark
paths 1
# A segment longer than the MTU would be blamed on the driver.
ip -n "$SV" -batch - <<-END || bail_out "cannot create the TUN device"
	tuntap add dev tun0 mode tun
	addr add 10.9.0.1/24 dev tun0
	link set tun0 mtu 40000 up
END

overlaps() { # ARGS...: the helper's JSON is in $OUT
	run_ok "$CONNECTIONS connections receive overlapping data${1:+ ($*)}" \
		in_ns "$SV" "$HELPERS/recv_overlap" --device tun0 --server 10.9.0.1 \
		--peer 10.9.0.2 --connections "$CONNECTIONS" --timeout $((5 * SLOW)) "$@"
}

figure() { # KEY
	[[ $OUT =~ \"$1\":(-?[0-9]+) ]] && echo "${BASH_REMATCH[1]}"
}

# Forward allocation is what was taken from the system for the socket and is not in use: never
# negative, and a socket at rest keeps less than a page of it.
balanced() { # TITLE
	between "$(figure fwd_min)" 0 "$HUGE" "$1: no more was given back than taken"
	between "$(figure fwd_max)" -"$HUGE" $((PAGE_SIZE - 1)) "$1: all but a rest is given back"
}

overlaps
is "$(figure bytes)" $((CONNECTIONS * 56100)) "every byte arrives once"
is "$(figure rmem_max)" 0 "nothing stays charged for data"
balanced "all read"

# Otherwise the segment took another path through the kernel than this test is about: put aside
# like the one before it, or cut by its subflow.
is "$(mib "$SV" MPTcpExtOFOQueue)" "$CONNECTIONS" "the overlapping segments are not out of order"
is "$(mib "$SV" MPTcpExtDuplicateData)" 0 "the subflow found nothing old in them"

overlaps --unread
is "$(figure bytes)" $((CONNECTIONS * 24100)) "all before the overlapping segment is read"
between "$(figure rmem_min)" 36000 80000 "that segment is charged"
balanced "segment unread"

# not the orphans: they are counted for the machine, and other tests leave some behind
closed() { [[ $(in_ns "$SV" cat /proc/net/sockstat) == *"TCP: inuse 0 "* ]]; }
wait_for 10 closed && ok "all connections end" || not_ok "all connections end"
is "$(dmesg_new)" "" "the kernel log is silent"
done_testing
