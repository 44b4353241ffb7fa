#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Do all subflows of a redundant decision carry the same bytes, whatever befalls them, and is each
# byte counted once?
# timeout: 200
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/policy.sh"
. "${BASH_SOURCE[0]%/*}/policy_lib.sh"

dmesg_mark
load() { # NAME OBJECT [LOAD-ARGS...]
	load_policy "$2" --name "$1" "${@:3}" >/dev/null || bail_out "cannot load '$2' as '$1'"
}
load dup_one good/dup --set copies=1
load dup_two good/dup --set copies=2
load dup_room good/dup --set strict=0
load dup_wild bad/dup_wild
load dup good/dup	# the last of that object: policy_var reads this one

dup_bytes() { mib "$1" MPTcpExtSchedDupBytes; }	# NS

# In $DUP: how many bytes were sent as duplicates, by both sides.
transfer() { # XFER-ARGS...
	local before

	before=$(($(dup_bytes "$CL") + $(dup_bytes "$SV")))
	xfer "$@" >/dev/null
	DUP=$(($(dup_bytes "$CL") + $(dup_bytes "$SV") - before))
}

# Header and record of xfer are payload too; the header is gone before there is a second subflow.
FRAME=32

# A subflow whose turn comes after the bytes were acknowledged, over another one, need not send them
# any more. On a busy machine some turns come late: 94 % was seen beside two other machines. Without
# duplicates it would be half.
on_every_path() { # TITLE BYTES [PERCENT]
	local i again least=$(($2 * ${3:-85} / 100))

	is "$VERDICT" ok "$1: every byte arrives unchanged" || return
	again=$(xfer_get .bytes_retrans)
	for ((i = 1; i <= NPATHS; i++)); do
		between "$(path_given $i)" $least $(($2 * 105 / 100 + FRAME + again)) \
			"$1: path $i carries each of them, and once"
	done
	is "$(xfer_get .conn_bytes_sent)" $(($2 + FRAME)) "$1: the connection counts each once"
	between "$DUP" $(((NPATHS - 1) * least)) $(((NPATHS - 1) * ($2 + FRAME))) \
		"$1: what was sent twice is counted"
	diag "$1: $DUP duplicates, bytes of each path:" \
		"$(for ((i = 1; i <= NPATHS; i++)); do path_given $i; done | xargs)"
}

# Of another size than the first path's segments, so that duplicates never line up.
narrow() { # PATH MTU
	ip -n "$CL" link set dev "c$1" mtu "$2"
	ip -n "$SV" link set dev "s$1" mtu "$2"
}

checksums() { # 0|1
	set_sysctl "$CL" net.mptcp.checksum_enabled "$1"
	set_sysctl "$SV" net.mptcp.checksum_enabled "$1"
}

csum_errors() { echo "$(mib "$CL" MPTcpExtDataCsumErr) $(mib "$SV" MPTcpExtDataCsumErr)"; }

# ---- two paths ----

MB=1048576
paths 2 4 20mbit/10ms/100 20mbit/20ms/100
set_sched dup
transfer --bytes 1M --subflows 2
on_every_path "two paths" $MB
narrow 2 1313
transfer --bytes 1M --subflows 2
on_every_path "segments of two sizes" $MB
isnt "$(policy_var dup in_softirq)" 0 "some of these decisions were made in softirq"

checksums 1
transfer --bytes 1M --subflows 2
on_every_path "checksums" $MB
transfer --bytes 512k --subflows 2 --reverse
on_every_path "checksums, the server sends" $((MB / 2))
is "$(csum_errors)" "0 0" "no checksum is wrong"
checksums 0

# Each write is the end of a burst: nothing comes after it that would take the rest along.
transfer --bytes 60k --chunk 3000 --rate 30k --subflows 2
on_every_path "a little now and then" $((60 << 10)) 100
transfer --bytes 1M --chunk 128k --rate 400k --subflows 2 --sndbuf 64k
on_every_path "bursts through a small buffer" $MB
transfer --bytes 200k --chunk 2500 --rate 100k --subflows 2 --both
is "$VERDICT" ok "both sides send: every byte arrives unchanged"
between "$DUP" $((2 * (200 << 10) * 99 / 100)) $((2 * ((200 << 10) + FRAME))) \
	"both sides send: each byte is sent twice"

# ---- one mark is a plain decision ----

set_sched dup_one
transfer --bytes 1M --subflows 2
is "$VERDICT $DUP" "ok 0" "one mark: no duplicates"
between "$(path_bytes 2)" 0 1000 "one mark: one path"

# ---- a subflow ends in the middle ----

ends_in_the_middle() { # TITLE PATH XFER-ARGS...
	xfer_start --bytes 3M --subflows 2 "${@:3}"
	wait_for 20 xfer_moved 500000
	in_ns "$CL" ss -K -t "dst = 10.0.$2.2" >/dev/null
	xfer_wait
	is "$VERDICT" ok "$1: every byte arrives unchanged"
}

set_sched dup
ends_in_the_middle "the second subflow ends" 2
ends_in_the_middle "the first subflow ends" 1
ends_in_the_middle "a subflow of the receiver ends" 2 --reverse
checksums 1
ends_in_the_middle "the first subflow ends, checksums" 1
checksums 0

# ---- a path dies: what it holds is on the other one ----

set_sched dup_room
for path in 1 2; do
	xfer_start --bytes 3M --subflows 2 --rate 600k
	wait_for 20 xfer_moved 500000
	blackhole "$CL" $path
	blackhole "$SV" $path
	lateness_start
	xfer_wait
	lateness_end
	is "$VERDICT" ok "path $path dies: every byte arrives unchanged"
	# this simple policy lets a path run ahead: 566 to 860 ms were seen for the first one
	between "$(xfer_get .longest_gap_ms)" 0 $((1500 + 2 * LATENESS)) \
		"path $path dies: the receiver hardly notices"
	diag "path $path dies: silent for $(xfer_get .longest_gap_ms) ms at most," \
		"on a machine that is up to $LATENESS ms late"
	unblackhole "$CL" $path
	unblackhole "$SV" $path
done

# ---- plain TCP ----

set_sched dup
transfer --bytes 500k --plain-server
is "$VERDICT $DUP $(xfer_get .fallback)" "ok 0 true" "a TCP server: no duplicates"
transfer --bytes 500k --plain-client --reverse
is "$VERDICT $DUP $(xfer_get .fallback)" "ok 0 true" "a TCP client: no duplicates"

# A middlebox takes the option away that says what the bytes are: such a path has to end. (On the only
# path that would be the end of any connection, whatever its scheduler.)
strip() { # PATH
	in_ns "$CL" nft -f - <<-END
		table inet strip {
			chain out {
				type filter hook postrouting priority 0;
				oifname "c$1" reset tcp option 30
			}
		}
	END
}

xfer_start --bytes 3M --subflows 2
wait_for 20 xfer_moved 500000
strip 2 || bail_out "cannot strip options"
xfer_wait
is "$VERDICT" ok "no options on a path any more: every byte arrives unchanged"
in_ns "$CL" nft delete table inet strip

# ---- the policy goes away under load ----

xfer_start --bytes 3M --subflows 2
wait_for 20 xfer_moved 300000
run_ok "a switch under load" in_ns "$CL" "$PMCTL" switch --all default
xfer_wait
is "$VERDICT" ok "a switch under load: every byte arrives unchanged"
set_sched dup_room
xfer_start --bytes 3M --subflows 2
wait_for 20 xfer_moved 300000
run_ok "unload under load" unload_policy dup_room
xfer_wait
is "$VERDICT" ok "unload under load: every byte arrives unchanged"

# ---- three paths, two families, loss ----

paths 3 46 20mbit/5ms/100 20mbit/15ms/100 20mbit/10ms/100
narrow 2 1400
narrow 3 1300
set_sched dup
transfer --bytes 1M --subflows 3
on_every_path "three paths, IPv6 and IPv4" $MB
set_sched dup_two
transfer --bytes 1M --subflows 3
is "$VERDICT" ok "two of three: every byte arrives unchanged"
between "$DUP" $((MB * 99 / 100)) $((MB + FRAME)) "two of three: each byte is sent twice"
# MPTCP itself retransmits on a path that is idle: a piece or two of 32 KiB
between "$(path_bytes 3)" 0 $((64 << 10)) "two of three: the third path stays idle"

paths 3 6 "20mbit/5ms loss 2%/100" "20mbit/15ms loss 2%/100" "-/10ms loss 5%/100"
narrow 2 1333
checksums 1
set_sched dup
transfer --bytes 1M --subflows 3
is "$VERDICT" ok "loss on three paths, checksums: every byte arrives unchanged"
diag "loss on three paths: $DUP duplicates, $(xfer_get .wire_bytes) bytes sent"
checksums 0
set_sched dup_wild
for ((i = 1; i <= 3; i++)); do
	transfer --bytes 512k --both
	is "$VERDICT" ok "any marks, any limits, $i: every byte arrives unchanged"
done
diag "any marks, any limits: $DUP duplicates, reinjected $(mib "$CL" MPTcpExtSchedReinjBytes)"

clean_record dup dup_one dup_two
is "$(csum_errors)" "0 0" "no checksum was wrong"
is "$(dmesg_new)" "" "the kernel log is silent"
done_testing
