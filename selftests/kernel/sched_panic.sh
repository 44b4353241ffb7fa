#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Does panic take every policy out of use at once, for those who may, and break nothing?
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/policy.sh"

dmesg_mark
paths 2 4 20mbit/5ms/100
switch=/proc/sys/net/mptcp/ext_panic
available() { cat /proc/sys/net/mptcp/available_schedulers; }

load_all() {
	load_policy burst >/dev/null && load_policy bad/error >/dev/null ||
		bail_out "cannot load the policies"
	bpftool struct_ops register "$(policy_object compat/c_legacy)" >/dev/null 2>&1 ||
		bail_out "cannot register compat/c_legacy"
	is "$(available)" "default burst error c_legacy" "three policies are registered"
}

# A connection on each of them, in the middle of a transfer. "error" never gets that far.
declare -A pid_of
connect_all() {
	local name
	for name in burst c_legacy; do
		set_sched $name "$CL"
		xfer_start --bytes 1M --rate 150k --subflows 2
		pid_of[$name]=$XFER_PID
	done
	for name in burst c_legacy; do
		wait_for 20 xfer_moved 100000 "${pid_of[$name]}" || bail_out "nothing moves on $name"
	done
}

# What has a link is detached, and freed with its last connection. c_legacy has none.
all_off() { # HOW
	local name
	run_ok "$1: what has a link is gone" wait_for 5 detached
	run_ok "$1: live connections leave their policies" wait_for 5 left
	is "$(policy_stat c_legacy state)" disabled "$1: what has none is disabled"
	run_fails "$1: and cannot be selected" set_sched c_legacy "$CL"
	run_fails "$1: that was while the transfers went on" xfer_moved 1048576
	for name in burst c_legacy; do
		xfer_wait "${pid_of[$name]}"
		is "$VERDICT" ok "$1: $name: every byte of a transfer arrives"
		is "$(last_exit $name .kind)" panic "$1: $name: it is on record"
	done
	set_sched default "$CL"
	xfer --bytes 100k >/dev/null
	is "$VERDICT" ok "$1: new connections work"
}

detached() { [[ $(available) == "default c_legacy" ]]; }
left() { [[ $(struct_ops_maps) == 1 && $(policy_stat c_legacy connections) == 0 ]]; }

# ---- who may ----

load_all
run_fails "the switch is not in other namespaces" in_ns "$CL" test -e $switch
is "$(<$switch)" 0 "it reads as 0"
run_fails "not for others than root" setpriv --reuid=65534 --regid=65534 --clear-groups \
	bash -c "echo 1 >$switch"
run_fails "not for root without CAP_NET_ADMIN" setpriv --bounding-set=-net_admin \
	--inh-caps=-net_admin bash -c "echo 1 >$switch"
run_fails "not for root of another user namespace" unshare -U -r bash -c "echo 1 >$switch"
run_fails "nothing but 1 is taken" bash -c "echo 2 >$switch"
run_fails "nor by the command, for others than root" setpriv --reuid=65534 --regid=65534 \
	--clear-groups "$PMCTL" panic
is "$(available)" "default burst error c_legacy" "all that changed nothing"

# ---- the switch ----

connect_all
echo 1 >$switch
all_off "the switch"
is "$(<$switch)" 0 "it reads as 0 again"
called() { [[ $(policy_var error exits) == 1 ]]; }
run_ok "exit is called" wait_for 5 called
is "$(policy_var error kind) $(policy_var error token)" "6 0" "with the reason"
run_ok "pulling it again is no error" bash -c "echo 1 >$switch"

# ---- the command ----

bpftool struct_ops unregister name c_legacy >/dev/null
load_all
connect_all
run_ok "panic" "$PMCTL" panic
all_off "the command"
is "$(ls /sys/fs/bpf/mptcp-ext)" "" "no pins are left"
loaded_policies=()
run_ok "again is no error" "$PMCTL" panic
run_ok "what is registered without a link can be taken away" \
	bpftool struct_ops unregister name c_legacy
is "$(struct_ops_maps)" 0 "then all is freed"

load_all
set_sched burst "$CL"
xfer --bytes 100k >/dev/null
is "$VERDICT $(policy_stat burst state)" "ok active" "policies can be loaded afterwards"
bpftool struct_ops unregister name c_legacy >/dev/null
says_else() { dmesg_new | grep -v 'all policies in BPF disabled on request'; }
is "$(says_else)" "" "the kernel log says that and nothing else"
done_testing
