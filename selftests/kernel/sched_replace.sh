#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Can a policy be replaced or removed while connections use it?
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/policy.sh"

dmesg_mark
paths 2 4 20mbit/10ms/100
registered() { [[ " $(</proc/sys/net/mptcp/available_schedulers) " == *" $1 "* ]]; }
# ---- replace ----

load_policy first --name pol >/dev/null || bail_out "cannot load 'first'"
run_fails "a name can be loaded once" load_policy first --name pol
set_sched pol "$CL"
xfer_start --bytes 6M --subflows 2
old=$XFER_PID
wait_for 20 xfer_moved 500000
run_ok "an update under traffic" load_policy good/last --name pol --replace
xfer --bytes 2M --subflows 2 >/dev/null
is "$VERDICT" ok "a connection opened after the update works"
between "$(path_share 2)" 95 100 "it has the new policy"
xfer_wait "$old"
is "$VERDICT" ok "the connection opened before the update works"
between "$(path_share 1)" 95 100 "it keeps the old policy"
gone() { [[ $(struct_ops_maps) == 1 ]]; }
wait_for 10 gone && ok "the old policy is freed with its last connection" ||
	not_ok "the old policy is freed with its last connection"

xfer_start --bytes 6M --subflows 2
wait_for 20 xfer_moved 200000
updates=0
for object in first good/last first good/last first good/last first good/last first good/last; do
	load_policy $object --name pol --replace >/dev/null 2>&1 && ((updates++))
	registered pol || not_ok "the name is always registered"
done
is "$updates" 10 "10 updates under traffic"
xfer_wait
is "$VERDICT" ok "the transfer does not notice them"

load_policy good/last --name other >/dev/null || bail_out "cannot load 'good/last'"
other=$(bpftool -j map show | jq '[.[] | select(.type == "struct_ops") | .id] | max')
is "$("$HELPERS/link_update" /sys/fs/bpf/mptcp-ext/pol/link "$other")" 22 \
	"an update to another name is refused (EINVAL)"
run_ok "both names are as before" registered other
unload_policy other >/dev/null
self=$(bpftool -j map show | jq '[.[] | select(.type == "struct_ops") | .id] | max')
is "$("$HELPERS/link_update" /sys/fs/bpf/mptcp-ext/pol/link "$self")" 0 \
	"an update to what is there already is no change"

# ---- remove ----

xfer_start --bytes 6M --subflows 2
wait_for 20 xfer_moved 500000
run_ok "unload under traffic" unload_policy pol
like "$OUT" "1 .*connection" "it says that a connection keeps the policy"
run_fails "the name is gone" registered pol
xfer_wait
is "$VERDICT" ok "the transfer that uses it arrives"
between "$(path_share 2)" 95 100 "by its policy, to the end"
none_left() { [[ $(struct_ops_maps) == 0 ]]; }
wait_for 10 none_left && ok "then the policy is freed" || not_ok "then the policy is freed"
run_fails "a policy that is not there cannot be unloaded" "$PMCTL" unload pol

xfer --bytes 1M --subflows 2 >/dev/null
is "$VERDICT" ok "a namespace that names a missing policy uses the built-in one"

# ---- a namespace goes away ----

load_policy good/counted >/dev/null || bail_out "cannot load good/counted"
set_sched counted
xfer_start --bytes 40M --subflows 2
wait_for 20 xfer_moved 500000
ip netns del "$CL"
ip netns del "$SV"
xfer_moved_on() { xfer_moved 2000000; }
wait_for 30 xfer_moved_on && ok "a transfer goes on when its namespaces lose their names" ||
	not_ok "a transfer goes on when its namespaces lose their names"
kill -KILL "$XFER_PID"
pkill -KILL -x xfer
xfer_wait 2>/dev/null
idle() { [[ $(policy_stat counted connections) == 0 ]]; }
wait_for 90 idle && ok "its connections end with the namespace" ||
	not_ok "its connections end with the namespace"
is "$(policy_var counted inits)" "$(policy_var counted releases)" "release was called for each init"
is "$(dmesg_new)" "" "the kernel log is silent"
done_testing
