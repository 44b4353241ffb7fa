#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Can a policy have sent again what is lost, and do no harm by that?
# timeout: 200
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/policy.sh"
. "${BASH_SOURCE[0]%/*}/policy_lib.sh"

dmesg_mark
load() { # NAME OBJECT [LOAD-ARGS...]
	load_policy "$2" --name "$1" "${@:3}" >/dev/null || bail_out "cannot load '$2' as '$1'"
}
reinjected() { mib "$CL" MPTcpExtSchedReinjBytes; }

# ---- the path that everything takes dies with many bytes on it ----

# How soon it is there is told, not tested: the retransmission timers of TCP, that the policy goes by,
# and of the connection run out at about the same time.
paths 2 4 20mbit/100ms/400 100mbit/5ms/400

# Three times; sets $HEAL to the time from the first loss until all that was on the path had
# arrived, $GAP to how long the receiver heard nothing, both in ms and together.
dies() { # POLICY
	local before i

	GAP=0 REINJECTED=0
	set_sched "$1" "$CL"
	for i in 1 2 3; do
		before=$(reinjected)
		xfer_start --bytes 4M --subflows 2 --rate 1200k --chunk 16k
		wait_for 20 xfer_moved 1000000
		blackhole "$CL" 1
		blackhole "$SV" 1
		xfer_wait
		is "$VERDICT" ok "$1, $i: every byte arrives unchanged"
		before=$(($(reinjected) - before))
		((REINJECTED += before))
		((GAP += $(xfer_get .longest_gap_ms)))
		diag "$1: $before bytes reinjected, $(xfer_get .bytes_retrans) sent again in all," \
			"$(xfer_get .wire_bytes) on the wire"
		between "$(xfer_get .bytes_retrans)" "$before" 4000000 \
			"$1, $i: the connection counts that as sent again"
		unblackhole "$CL" 1
		unblackhole "$SV" 1
	done
	between "$(policy_var reinject heals)" 3 100 "$1: all that was on the path arrives"
	HEAL=$(($(policy_var reinject heal_ms) / $(policy_var reinject heals)))
	diag "$1: all there after $HEAL ms on average; silent for $((GAP / 3)) ms"
}

load without good/reinject --set again=0
dies without
is "$REINJECTED" 0 "without: nothing is reinjected"
clean_record without
unload_policy without >/dev/null
load reinject good/reinject
dies reinject
between "$REINJECTED" 10000 4000000 "reinject: what the path had is reinjected"

isnt "$(policy_var reinject losses)" 0 "it was told of each loss"
isnt "$(policy_var reinject taken)" 0 "requests are taken"
taken=$(policy_var reinject taken)
is "$(policy_var reinject busy)" "$taken" "a second one at a time is not (EBUSY)"
is "$(policy_var reinject no_bytes)" "$taken" "nor one for nothing (EINVAL)"
is "$(policy_var reinject surprises)" 0 "no request is answered otherwise"

set_sched reinject "$CL"
xfer_start --bytes 2M --subflows 2 --rate 400k
wait_for 20 xfer_moved 100000
in_ns "$CL" ss -K -t 'dst = 10.0.2.2' >/dev/null
xfer_wait
is "$VERDICT" ok "a subflow ends: every byte arrives unchanged"
isnt "$(policy_var reinject not_connected)" 0 "what is closed takes nothing (ENOTCONN)"
clean_record reinject

# ---- reinjection whenever there is an occasion ----

load reinject_all bad/reinject_all
paths 3 4 "20mbit/5ms loss 2%/100" "20mbit/10ms loss 1%/100" 20mbit/20ms/100
everywhere() { # TITLE XFER-ARGS...
	set_sched reinject_all
	xfer --bytes 1M "${@:2}" >/dev/null
	is "$VERDICT" ok "$1: every byte arrives unchanged"
	diag "$1: $(xfer_get .wire_bytes) bytes on the wire, $(reinjected) reinjected," \
		"$(xfer_get .seconds) s"
}
everywhere "always, everywhere" --subflows 3
between "$(reinjected)" 65536 1000000000 "always, everywhere: it was done"
everywhere "always, everywhere, both sides" --subflows 3 --both --bytes 512k
set_sysctl "$CL" net.mptcp.checksum_enabled 1
set_sysctl "$SV" net.mptcp.checksum_enabled 1
everywhere "always, everywhere, checksums" --subflows 3
is "$(mib "$SV" MPTcpExtDataCsumErr)" 0 "no checksum is wrong"

before=$(reinjected)
everywhere "a TCP server" --bytes 300k --plain-server
is "$(($(reinjected) - before))" 0 "a TCP server: nothing is reinjected"

set_sched reinject_all
xfer_start --bytes 3M --subflows 3
wait_for 20 xfer_moved 300000
in_ns "$CL" ss -K -t 'dst = 10.0.1.2' >/dev/null
wait_for 20 xfer_moved 800000
run_ok "unload under load" unload_policy reinject_all
xfer_wait
is "$VERDICT" ok "unload under load: every byte arrives unchanged"
is "$(dmesg_new)" "" "the kernel log is silent"
done_testing
