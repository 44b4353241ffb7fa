#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Do the helpers the other tests rest on tell a right transfer from a wrong one?
. "${BASH_SOURCE[0]%/*}/lib.sh"

[[ -e /proc/sys/net/mptcp/enabled ]] || skip_all "this kernel has no MPTCP"
[[ -x $HELPERS/xfer ]] || bail_out "$HELPERS/xfer is not built"

# ---- TAP: run small scripts against lib.sh and look at what they print and return ----

script() { # BODY: status in $STATUS, stdout in $OUT
	OUT=$(bash -c ". '$LIB_DIR/lib.sh'; $1" 2>/dev/null)
	STATUS=$?
}

script 'plan 2; is a a "first"; like abc "^a" "second"'
is "$STATUS $OUT" $'0 1..2\nok 1 - first\nok 2 - second' "a kept plan passes"
script 'is a b "first"; done_testing'
is "$STATUS $OUT" $'1 not ok 1 - first\n1..1' "a wrong value fails the script"
script 'plan 2; ok "first"'
is "$STATUS" 1 "fewer tests than planned fail the script"
script 'ok "first"; exit 0'
is "$STATUS" 1 "an early end without a plan fails the script"
script 'plan 1; ok "first"; exit 3'
is "$STATUS" 1 "a script that returns an error fails"
script 'ok "first"; kill -TERM $$; done_testing'
is "$STATUS" 1 "a killed script fails"
script 'done_testing'
is "$STATUS" 1 "a script without a test fails"
script 'skip_all "no reason"'
is "$STATUS $OUT" '4 1..0 # SKIP no reason' "skipping everything returns 4"
script 'skip "first" "why"; done_testing'
is "$STATUS $OUT" $'0 ok 1 - first # SKIP why\n1..1' "a skipped test names its reason"
script 'run_ok t true; run_fails t false; run_ok t false; run_fails t true; run_fails t nosuchcmd
	between 5 1 5 t; between 6 1 5 t; between x 1 5 t; isnt a a t; done_testing'
is "$(grep -c '^ok' <<<"$OUT") $(grep -c '^not ok' <<<"$OUT") $STATUS" "3 6 1" \
	"run_ok, run_fails, between and isnt tell right from wrong"
SLOW=1 script 'wait_for 1 false; is $? 1 deadline; wait_for 1 test -d / && ok found; done_testing'
is "$STATUS" 0 "wait_for ends at success and at the deadline"
script 'declare -p TEST_DIR; ok "x"; done_testing'
OUT=${OUT#*\"} OUT=${OUT%%\"*}
run_fails "the script's directory is removed" test -e "$OUT"

# ---- transfers over 2 and 4 paths ----

one_subflow_a_path() { # prints the number of subflows on each path
	local i out=''
	for ((i = 1; i <= NPATHS; i++)); do
		out+=" $(xfer_get "$path_filter [.subflows[] | path($i)] | length")"
	done
	echo "${out# } of $(xfer_get '.subflows | length')"
}

all_paths_used() {
	local i
	for ((i = 1; i <= NPATHS; i++)); do
		(($(path_bytes "$i") > 0)) || return 1
	done
}

xfer_matrix() { # PATHS FAMILY BYTES SUBFLOWS-WANTED
	local what="$1 paths, IPv$2" bytes=$(($3 << 20))
	paths "$1" "$2" 20mbit/5ms/200
	is "$(xfer --bytes "$3M" --subflows "$1")" ok "$what: $3 MiB arrive"
	is "$(xfer_get '"\(.bytes_sent) \(.bytes_received) \(.fallback)"')" \
		"$bytes $bytes false" "$what: every byte is counted"
	is "$(one_subflow_a_path)" "$4" "$what: one subflow on each path"
	run_ok "$what: every path carries bytes" all_paths_used
	between "$(xfer_get .wire_bytes)" $((bytes + 32)) $((bytes * 2)) \
		"$what: the subflows' bytes cover the payload"
}

xfer_matrix 2 6 1 "1 1 of 2"
xfer_matrix 4 46 2 "1 1 1 1 of 4"
xfer_matrix 4 6 2 "1 1 1 1 of 4"
xfer_matrix 4 4 4 "1 1 1 1 of 4"
xfer_matrix 2 4 2 "1 1 of 2"

# ---- directions, sizes, many connections: on the last topology, two IPv4 paths ----

is "$(xfer --bytes 1M --subflows 2 --reverse)" ok "the server sends"
is "$(xfer_get '.subflows[0].local')" "10.0.1.2:$(xfer_get .port)" \
	"the figures are those of the sending side"
is "$(xfer --bytes 512k --both)" ok "both sides send"
is "$(xfer_get .bytes_received)" $((1 << 20)) "both directions are counted"
is "$(xfer --bytes 0)" ok "an empty payload"
is "$(xfer --bytes 13 --chunk 3)" ok "a payload of 13 bytes in writes of 3"
is "$(xfer --bytes 64k --connections 10 --seed 7)" ok "ten connections at once"
is "$(xfer_get '"\(.connections) \([.subflows[].conn] | unique | length)"')" "10 10" \
	"each of the ten is reported"
head -c 300001 /dev/urandom >"$TEST_DIR/file"
is "$(xfer --file "$TEST_DIR/file" --save "$TEST_DIR/copy")" ok "a file is sent"
run_ok "the saved copy equals the file" cmp "$TEST_DIR/file" "$TEST_DIR/copy"
is "$(xfer --bytes 100k --rate 200k --chunk 10k)" ok "a transfer limited to 200 kB/s"
between "$(xfer_get '.seconds * 1000 | round')" 400 $((600 + 1000 * SLOW)) \
	"takes about half a second"

# ---- what is wrong must be reported as wrong ----

like "$(xfer --bytes 100k --seed 3 --expect-seed 4)" 'wrong byte at offset 0:' \
	"a payload that differs is found"
like "$(xfer --bytes 100k --subflows 3 --subflow-timeout 1)" 'only 2 of 3 subflows' \
	"a missing subflow is found"
is "$(xfer --bytes 20M --timeout 1)" timeout "a transfer that takes too long is stopped"
between "$(xfer_get .bytes_received)" 1 $((20 << 20)) "and says how far it came"
like "$(xfer --bytes 10k --addr 10.0.1.77 --timeout 8)" 'cannot connect|timeout' \
	"an address nobody has is an error"
run_fails "an unknown option is an error" "$HELPERS/xfer" --addr 10.0.1.2 --frobnicate
is "$STATUS" 2 "of usage"
run_ok "--help is not an error" "$HELPERS/xfer" --help

# ---- plain TCP peers ----

is "$(xfer --bytes 200k)" ok "two MPTCP peers"
is "$(xfer_get .fallback)" false "do not fall back"
is "$(xfer --bytes 200k --plain-server)" ok "a TCP server"
is "$(xfer_get '"\(.fallback) \(.subflows | length)"')" "true 1" "makes the client fall back"
is "$(xfer --bytes 200k --plain-client --reverse)" ok "a TCP client"
is "$(xfer_get '"\(.fallback) \(.subflows | length)"')" "true 1" "makes the server fall back"

# ---- paths that fail ----

blackhole "$CL" 2
like "$(xfer --bytes 64k --subflows 2 --subflow-timeout 1)" 'only 1 of 2' \
	"a blackholed path brings up no subflow"
is "$(xfer --bytes 256k)" ok "the other path carries the bytes"
is "$(path_bytes 1) $(path_share 1) $(path_share 2)" "$(((256 << 10) + 32)) 100 0" \
	"all of them, and the 32 of header and record"
unblackhole "$CL" 2
like "$(tc -n "$CL" qdisc show dev c2)" 'limit 200.*5ms.*20Mbit' "unblackhole restores the shape"
is "$(xfer --bytes 64k --subflows 2)" ok "and the path"
link_down "$CL" 2
like "$(ip -n "$CL" -br link show c2)" 'DOWN' "link_down takes a link down"
link_up "$CL" 2
wait_for 5 links_ready
is "$(xfer --bytes 64k --subflows 2)" ok "link_up brings the path back"

xfer_start --bytes 4M --subflows 2
wait_for 20 xfer_moved 200000
blackhole "$CL" 2
xfer_wait
is "$VERDICT" ok "a path lost in the middle costs no byte"
unblackhole "$CL" 2

# ---- connections the test controls ----

xfer_start --bytes 64k --subflows 2 --hold
run_ok "--hold: the transfer is decided" wait_for 20 xfer_decided
like "$(in_ns "$CL" ss -tn state established)" '10.0.2.2' "and the connection is still there"
xfer_stop
xfer_wait
is "$VERDICT" ok "until it is told to stop"

xfer_start --bytes 64k --connections 2 --step "$STEP"
run_ok "--step: the first connection is over" step_done 0
run_fails "and the second does not start by itself" test -e "$STEP.1.done"
step_go 0
xfer_wait
is "$VERDICT $(xfer_get .connections)" "ok 2" "it does when it may"

xfer_start --listen-only --port 4000 --bytes 64k
server=$XFER_PID
listening() { [[ $(<"$XFER_OUT.log") == *'"listening":4000'* ]]; }
wait_for 10 listening
xfer_start --connect-only --port 4000 --bytes 64k --bind 10.0.1.1
xfer_wait
is "$VERDICT" ok "--connect-only reaches"
xfer_wait "$server"
is "$VERDICT" ok "--listen-only"

xfer_start --bytes 20M
wait_for 20 xfer_moved 1
xfer_stop
xfer_wait
is "$VERDICT" terminated "a transfer can be stopped"

# ---- the rest of the library ----

set_sysctl "$CL" net.mptcp.checksum_enabled 1
is "$(get_sysctl "$CL" net.mptcp.checksum_enabled)" 1 "a sysctl of a namespace is set"
is "$(get_sysctl "$SV" net.mptcp.checksum_enabled)" 0 "of that namespace alone"
is "$(xfer --bytes 500k --subflows 2)" ok "a transfer with DSS checksums"
run_ok "set_sched sets the built-in scheduler" set_sched default
run_fails "a counter that does not exist is an error" mib "$CL" MPTcpExtNoSuchCounter
dmesg_mark
echo "line of the test" >/dev/kmsg
like "$(dmesg_new)" '^[^'$'\n'']*line of the test$' "dmesg_new shows what came after the mark"
old_client=$CL
drop_paths
run_fails "drop_paths removes the namespaces" test -e "/run/netns/$old_client"

done_testing
