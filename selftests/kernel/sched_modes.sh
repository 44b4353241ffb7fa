#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Do policies work with checksums, over lossy paths, and keep out of connections that fell back?
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/policy.sh"

dmesg_mark
for s in minrtt roundrobin burst; do
	load_policy "$s" >/dev/null || bail_out "cannot load '$s'"
done
load_policy good/counted >/dev/null || bail_out "cannot load good/counted"
load_policy good/last >/dev/null || bail_out "cannot load good/last"

paths 2 4 20mbit/5ms/100
set_sysctl "$CL" net.mptcp.checksum_enabled 1
set_sysctl "$SV" net.mptcp.checksum_enabled 1
for s in minrtt roundrobin burst; do
	set_sched $s
	xfer --bytes 2M --subflows 2 >/dev/null
	is "$VERDICT" ok "$s with checksums: 2 MiB arrive unchanged"
done
is "$(mib "$SV" MPTcpExtDataCsumErr)" 0 "no checksum was wrong"

# A path dies: what is in flight there is sent again elsewhere, by get_retrans.
set_sched counted "$CL"
xfer_start --bytes 4M --subflows 2
wait_for 20 xfer_moved 500000
blackhole "$CL" 1
blackhole "$SV" 1
xfer_wait
is "$VERDICT" ok "a transfer goes on when its path dies"
isnt "$(policy_var counted retranses)" 0 "get_retrans was asked"

set_sched last "$CL"
unblackhole "$CL" 1
unblackhole "$SV" 1
xfer_start --bytes 4M --subflows 2
wait_for 20 xfer_moved 500000
blackhole "$CL" 2
blackhole "$SV" 2
xfer_wait
is "$VERDICT" ok "the same with a get_retrans that may sleep"

# ---- fallback to TCP ----

paths 2 4 20mbit/5ms/100
sends=$(policy_var counted sends)
set_sched counted
xfer --bytes 1M --plain-server >/dev/null
is "$VERDICT" ok "a TCP server: 1 MiB arrives"
is "$(xfer_get .fallback)" true "the connection fell back to TCP"
is "$(policy_var counted sends)" "$sends" "the policy is not asked after the fallback"
xfer --bytes 1M --plain-client --reverse >/dev/null
is "$VERDICT" ok "a TCP client: 1 MiB arrives"
is "$(policy_var counted sends)" "$sends" "the policy is not asked for a TCP client"
is "$(dmesg_new)" "" "the kernel log is silent"
done_testing
