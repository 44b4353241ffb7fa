#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Does every policy bring its bytes across while twelve subflows come and go?
# timeout: 250
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/policy.sh"
. "${BASH_SOURCE[0]%/*}/policy_lib.sh"

dmesg_mark
paths 3 4 20mbit/5ms/100 20mbit/10ms/100 20mbit/20ms/100
set_sysctl "$CL" net.mptcp.pm_type 1
set_sysctl "$SV" net.mptcp.pm_type 1
# The server's kernel accepts joins while somebody listens to these events.
in_ns "$SV" ip mptcp monitor >/dev/null &

token() {
	TOKEN=$(in_ns "$CL" "$HELPERS/mover" conns | awk 'NF > 2 { print $1; exit }')
	[[ $TOKEN ]]
}

port=4000
flaps() { # POLICY
	local flap added removed refused

	((++port))
	set_sched "$1"
	xfer_start --bytes 750k --rate 300k --chunk 20k --port $port
	wait_for 10 xfer_connected && wait_for 10 token || bail_out "no connection on '$1'"
	in_ns "$CL" "$HELPERS/flap" --token "$TOKEN" --port $port --paths 3 --interval 10 \
		--seed $port >"$TEST_DIR/flap" &
	flap=$!
	xfer_wait
	kill "$flap" 2>/dev/null
	wait "$flap"
	is "$VERDICT" ok "$1: every byte arrives unchanged"
	read -r added removed refused <"$TEST_DIR/flap"
	between "$added" 24 100000 "$1: subflows came"
	between "$removed" 12 100000 "$1: and went"
	diag "$1: $added subflows added, $removed removed, $refused refused," \
		"wire $(xfer_get .wire_bytes), $(xfer_get .seconds) s"
}

test_policies='good/events good/dup good/reinject bad/reinject_all bad/dup_wild bad/all'
flaps default
for object in "$O"/bpf/sched/*.bpf.o; do
	object=${object##*/}
	test_policies+=" ${object%.bpf.o}"
done
for object in $test_policies; do
	load_policy "$object" >/dev/null || bail_out "cannot load '$object'"
	flaps "${object##*/}"
done

for what in unwanted nested after_removed strangers no_storage; do
	is "$(policy_var events $what)" 0 "events: $what: never"
done
for object in $test_policies; do
	[[ $object == bad/* ]] || clean_record "${object##*/}"
done
is "$(dmesg_new)" "" "the kernel log is silent"
done_testing
