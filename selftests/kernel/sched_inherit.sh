#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Does an accepted connection get its listener's policy, and what if that is gone by then?
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/policy.sh"

dmesg_mark
paths 2 4 50mbit/5ms/100
load_policy good/counted >/dev/null || bail_out "cannot load good/counted"

# The server sends; its listener is created with the policy.
set_sched counted "$SV"
xfer_start --reverse --sequential --connections 5 --step "$STEP" --bytes 500k --subflows 2
step_done 0 || bail_out "no first connection"
is "$(policy_var counted inits)" 1 "an accepted connection starts with its listener's policy"
isnt "$(policy_var counted sends)" 0 "which decides what the server sends"

set_sched default "$SV"
step_go 0
step_done 1
is "$(policy_var counted inits)" 2 "the listener keeps it when the namespace's default changes"

run_ok "the listener's policy is replaced" load_policy good/last --name counted --replace
step_go 1
step_done 2
is "$(policy_var counted inits)" 2 "the next connection does not start with the old policy"

run_ok "the listener's policy is removed" unload_policy counted
step_go 2
step_done 3
step_go 3
xfer_wait
is "$VERDICT" ok "all five connections carry their data"
is "$(struct_ops_maps)" 0 "with the listener the last reference to its policy goes"

# ---- policy removed while connections arrive ----

load_policy good/counted >/dev/null || bail_out "cannot load good/counted"
set_sched counted
xfer_start --reverse --sequential --connections 100 --bytes 20k --timeout $((120 * SLOW))
cycles=0
while [[ -d /proc/$XFER_PID ]]; do
	unload_policy counted >/dev/null 2>&1
	load_policy good/counted >/dev/null 2>&1 && ((++cycles))
	set_sched counted 2>/dev/null
	xfer_decided && break
done
xfer_wait
is "$VERDICT" ok "100 connections arrive while the policy comes and goes"
between "$cycles" 2 100000 "it came and went during that time"
diag "the policy was reloaded $cycles times"

# ---- pairing of init and release ----

unload_policy counted >/dev/null
load_policy good/counted >/dev/null || bail_out "cannot load good/counted"
set_sched counted
xfer --both --connections 4 --bytes 200k >/dev/null
is "$VERDICT" ok "4 connections in both directions"
idle() { [[ $(policy_stat counted connections) == 0 ]]; }
wait_for 90 idle && ok "all of them end" || not_ok "all of them end"
is "$(policy_var counted inits)" 8 "init was called for both ends of each, not for the listener"
is "$(policy_var counted releases)" 8 "release was called for each init"
is "$(policy_var counted before_init)" 0 "init comes before get_send"
is "$(policy_var counted no_address)" 0 "the peer's address is known in init"
is "$(policy_var counted storage_failed)" 0 "storage works on the connection and on subflows"
is "$(dmesg_new)" "" "the kernel log is silent"
done_testing
