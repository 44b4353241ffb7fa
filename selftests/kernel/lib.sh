# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# shellcheck shell=bash
#
# What every test script of this directory sources. It runs inside the VM, as root, and provides:
#
#   TAP         plan, ok, not_ok, is, isnt, like, between, run_ok, run_fails, skip, skip_all,
#               diag, done_testing
#   waiting     wait_for SECONDS CMD...   (SLOW scales every deadline), nap SECONDS
#   networks    paths N [4|6|46] [RATE/DELAY[/QUEUE]...], blackhole, unblackhole, link_down,
#               link_up, in_ns, set_sysctl, set_sched, mib, drop_paths
#   traffic     xfer, xfer_start, xfer_connected, xfer_moved, xfer_decided, xfer_stop, xfer_wait,
#               xfer_get, path_bytes, path_share, step_done, step_go
#   kernel log  dmesg_mark, dmesg_new
#
# A fork and exec costs 20 ms under emulation: helpers batch their work in as few processes as
# they can, tests should too.

LIB_DIR=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
TOP_DIR=${LIB_DIR%/selftests/kernel}
O=${O:-$TOP_DIR/build}
[[ $O == /* ]] || O=$TOP_DIR/$O
HELPERS=${HELPERS:-$O/selftests/kernel}
PATH=$PATH:/usr/sbin:/sbin

# An emulated CPU is several times slower than a real one; deadlines follow.
if [[ -z ${SLOW:-} ]]; then
	SLOW=1
	[[ $(</proc/cpuinfo) == *QEMU* ]] && SLOW=4
fi
export SLOW

TEST_DIR=$(mktemp -d "${TMPDIR:-/tmp}/mptcp-ext.XXXXXX") || exit 1

# ---- TAP ----

tap_planned='' tap_run=0 tap_failed=0 tap_done=''

diag() { printf '# %s\n' "$*" >&2; }

plan() {
	tap_planned=$1
	printf '1..%d\n' "$1"
}

ok() {
	printf 'ok %d - %s\n' $((++tap_run)) "$1"
}

not_ok() {
	((++tap_failed))
	printf 'not ok %d - %s\n' $((++tap_run)) "$1"
	diag "failed: $1 (${BASH_SOURCE[-1]##*/}:${BASH_LINENO[-2]})"
	return 1
}

is() { # GOT WANT TITLE
	[[ $1 == "$2" ]] && { ok "$3"; return; }
	not_ok "$3"
	diag "  got '$1'"
	diag "  want '$2'"
	return 1
}

isnt() { # GOT UNWANTED TITLE
	[[ $1 != "$2" ]] && { ok "$3"; return; }
	not_ok "$3"
	diag "  got '$1'"
	return 1
}

like() { # STRING REGEX TITLE
	[[ $1 =~ $2 ]] && { ok "$3"; return; }
	not_ok "$3"
	diag "  got '$1'"
	diag "  which does not match '$2'"
	return 1
}

between() { # VALUE LOW HIGH TITLE
	[[ $1 =~ ^-?[0-9]+$ ]] && (($1 >= $2 && $1 <= $3)) && { ok "$4"; return; }
	not_ok "$4"
	diag "  got '$1', want $2 to $3"
	return 1
}

# The output of the command is in $OUT, its status in $STATUS.
run_quiet() {
	OUT=$("$@" 2>&1)
	STATUS=$?
	return $STATUS
}

run_ok() { # TITLE CMD...
	local title=$1
	shift
	run_quiet "$@" && { ok "$title"; return; }
	not_ok "$title"
	diag "  '$*' ended with $STATUS:"
	diag "  ${OUT//$'\n'/$'\n#   '}"
	return 1
}

run_fails() { # TITLE CMD...: a signal or "not found" is not the refusal a test means
	local title=$1
	shift
	run_quiet "$@"
	((STATUS > 0 && STATUS < 126)) && { ok "$title"; return; }
	not_ok "$title"
	diag "  '$*' ended with $STATUS:"
	diag "  ${OUT//$'\n'/$'\n#   '}"
	return 1
}

skip() { # TITLE REASON
	printf 'ok %d - %s # SKIP %s\n' $((++tap_run)) "$1" "$2"
}

skip_all() { # REASON
	printf '1..0 # SKIP %s\n' "$1"
	tap_done=yes
	exit 4
}

bail_out() { # REASON: the test cannot go on
	printf 'Bail out! %s\n' "$1"
	exit 1
}

done_testing() {
	[[ $tap_planned ]] || plan "$tap_run"
	tap_done=yes
	exit 0
}

tap_status() {
	if [[ $tap_planned == "$tap_run" ]]; then
		tap_done=yes
	elif [[ $tap_planned ]]; then
		diag "planned $tap_planned tests but ran $tap_run"
	fi
	[[ $tap_done ]] || diag "the script ended early, after $tap_run tests"
	((tap_failed)) && diag "$tap_failed of $tap_run tests failed"
	[[ $tap_done && $tap_failed -eq 0 ]] && ((tap_run > 0))
}

on_exit() {
	local status=$? jobs

	trap - EXIT TERM INT HUP
	if [[ $status -ne 4 || ! $tap_done ]]; then
		tap_status && ((status == 0)) && status=0 || status=1
	fi
	mapfile -t jobs < <(jobs -p)
	((${#jobs[@]})) && kill -TERM "${jobs[@]}" 2>/dev/null
	type -t cleanup >/dev/null && cleanup
	drop_paths
	rm -rf "$TEST_DIR"
	exit "$status"
}
trap on_exit EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
trap 'exit 129' HUP

# ---- waiting ----

# Poll until CMD succeeds; fails at the deadline, in seconds of an unemulated machine.
wait_for() { # SECONDS CMD...
	local deadline=$((${EPOCHREALTIME/[.,]/} + $1 * SLOW * 1000000)) nap
	shift
	exec {nap}<> <(:)
	until "$@"; do
		if ((${EPOCHREALTIME/[.,]/} > deadline)); then
			exec {nap}>&-
			diag "gave up waiting for: $*"
			return 1
		fi
		# Reading from a pipe nobody writes to sleeps without a process.
		read -r -t 0.05 -u "$nap"
	done
	exec {nap}>&-
}

# For time that is itself what a test is about: SLOW does not scale it.
nap() { # SECONDS
	local fd
	exec {fd}<> <(:)
	read -r -t "$1" -u "$fd"
	exec {fd}>&-
}

# ---- networks ----

CL='' SV='' NPATHS=0 FAMILY=4 SERVER_ADDR='' topologies=0
declare -a SHAPE=()

in_ns() { # NS CMD...
	nsenter --net="/run/netns/$1" -- "${@:2}"
}

# "10mbit/20ms/100" (rate, one-way delay, queue in packets) as netem arguments; "-" is unshaped
shape_args() {
	local rate delay queue
	IFS=/ read -r rate delay queue <<<"$1"
	[[ ${rate:--} == - ]] || printf 'rate %s ' "$rate"
	[[ ${delay:--} == - ]] || printf 'delay %s ' "$delay"
	[[ ${queue:--} == - ]] || printf 'limit %s ' "$queue"
}

# With 46 the initial subflow and every further odd path use IPv6, even paths IPv4.
path_family() { # FAMILY I
	case $1 in
	46) if (($2 % 2)); then echo 6; else echo 4; fi ;;
	*) echo "$1" ;;
	esac
}

# The server announces the addresses of its further paths, the client connects to each from the
# address the route gives: one subflow per path.
topology_batch() { # SIDE-LETTER HOST FAMILY N
	local i family
	echo "link set lo up"
	for ((i = 1; i <= $4; i++)); do
		[[ $3 == 4 || $3 == 46 ]] && echo "addr add 10.0.$i.$2/24 dev $1$i"
		[[ $3 == 6 || $3 == 46 ]] && echo "addr add fd00:$i::$2/64 dev $1$i nodad"
		# A path of small queues is not one when a packet is 64 kB.
		[[ ${SHAPE[i]} ]] && echo "link set dev $1$i gso_max_segs 1"
		echo "link set dev $1$i up"
	done
	echo "mptcp limits set subflows $(($4 - 1)) add_addr_accepted $(($4 - 1))"
	[[ $1 == s ]] || return 0
	for ((i = 2; i <= $4; i++)); do
		family=$(path_family "$3" "$i")
		if [[ $family == 4 ]]; then
			echo "mptcp endpoint add 10.0.$i.$2 dev s$i signal"
		else
			echo "mptcp endpoint add fd00:$i::$2 dev s$i signal"
		fi
	done
}

shape_batch() { # SIDE-LETTER
	local i
	for ((i = 1; i <= NPATHS; i++)); do
		[[ ${SHAPE[i]} ]] && echo "qdisc replace dev $1$i root netem ${SHAPE[i]}"
	done
}

links_ready() {
	local ns state
	for ns in "$CL" "$SV"; do
		state=$(ip -n "$ns" -br link show up type veth) || return
		[[ $(grep -c ' UP ' <<<"$state") == "$NPATHS" ]] || return
	done
}

# rp_filter would drop what arrives on another path than the reply takes; a short add_addr_timeout
# repeats announcements the peer had no room for; IPv6 addresses must survive link_down.
ns_sysctls() {
	in_ns "$1" bash -c 'cd /proc/sys/net && echo 0 >ipv4/conf/all/rp_filter &&
		echo 0 >ipv4/conf/default/rp_filter && echo 1 >mptcp/enabled &&
		echo 1 >mptcp/add_addr_timeout && echo 1 >ipv6/conf/all/keep_addr_on_down &&
		echo 1 >ipv6/conf/default/keep_addr_on_down'
}

# paths N [4|6|46] [RATE/DELAY[/QUEUE]...]: namespaces $CL and $SV joined by N veth pairs, client
# 10.0.I.1 (fd00:I::1) on c$I, server 10.0.I.2 (fd00:I::2) on s$I. Shapes are per path and apply
# to both directions; the last one given holds for all further paths.
paths() {
	local i last='' shaped='' side

	drop_paths
	NPATHS=$1 FAMILY=${2:-4}
	shift $(($# < 2 ? $# : 2))
	SHAPE=('')
	for ((i = 1; i <= NPATHS; i++)); do
		(($#)) && { last=$(shape_args "$1"); shift; }
		SHAPE[i]=$last
		shaped+=$last
	done
	CL=client.$$.$((++topologies)) SV=server.$$.$topologies
	if [[ $FAMILY == 4 ]]; then SERVER_ADDR=10.0.1.2; else SERVER_ADDR=fd00:1::2; fi

	{
		echo "netns add $CL"
		echo "netns add $SV"
		for ((i = 1; i <= NPATHS; i++)); do
			echo "link add c$i netns $CL type veth peer name s$i netns $SV"
		done
	} | ip -batch - || bail_out "cannot create the namespaces"
	ns_sysctls "$CL" && ns_sysctls "$SV" || bail_out "cannot set the namespaces' sysctls"
	topology_batch c 1 "$FAMILY" "$NPATHS" | ip -n "$CL" -batch - &&
		topology_batch s 2 "$FAMILY" "$NPATHS" | ip -n "$SV" -batch - ||
		bail_out "cannot set the addresses"
	if [[ $shaped ]]; then
		for side in "c $CL" "s $SV"; do
			shape_batch "${side% *}" | tc -n "${side#* }" -batch - ||
				bail_out "cannot shape the paths"
		done
	fi
	wait_for 5 links_ready || bail_out "the links did not come up"
}

drop_paths() {
	[[ $CL ]] || return 0
	printf 'netns del %s\n' "$CL" "$SV" | ip -force -batch - 2>/dev/null
	CL='' SV='' NPATHS=0
}

path_dev() { # NS I
	if [[ $1 == "$CL" ]]; then echo "c$2"; else echo "s$2"; fi
}

# Drop silently, in $NS's sending direction, whatever path I carries.
blackhole() { # NS I
	# shellcheck disable=SC2086
	tc -n "$1" qdisc replace dev "$(path_dev "$1" "$2")" root netem ${SHAPE[$2]} loss 100%
}

unblackhole() { # NS I
	# shellcheck disable=SC2086
	tc -n "$1" qdisc replace dev "$(path_dev "$1" "$2")" root netem ${SHAPE[$2]}
}

link_down() { ip -n "$1" link set dev "$(path_dev "$1" "$2")" down; } # NS I
link_up() { ip -n "$1" link set dev "$(path_dev "$1" "$2")" up; } # NS I

set_sysctl() { # NS NAME VALUE, e.g. set_sysctl $CL net.mptcp.checksum_enabled 1
	in_ns "$1" bash -c 'echo "$2" >"/proc/sys/${1//.//}"' - "$2" "$3"
}

get_sysctl() { # NS NAME
	in_ns "$1" cat "/proc/sys/${2//.//}"
}

# Both sides by default: the sender's is what counts, but --reverse must find it too.
set_sched() { # NAME [NS...]
	local name=$1 ns
	shift
	(($#)) || set -- "$CL" "$SV"
	for ns in "$@"; do
		set_sysctl "$ns" net.mptcp.scheduler "$name" || return
	done
}

# A counter of the namespace as nstat names it: MPTcpExtMPJoinAckRx, TcpExtTCPTimeouts
mib() { # NS NAME
	local line names values i
	while read -r -a names && read -r -a values; do
		for ((i = 1; i < ${#names[@]}; i++)); do
			if [[ ${names[0]%:}${names[i]} == "$2" ]]; then
				echo "${values[i]}"
				return
			fi
		done
	done < <(in_ns "$1" cat /proc/net/netstat)
	diag "no counter '$2'"
	echo none
	return 1
}

# ---- traffic ----

XFER='' XFER_PID='' XFER_OUT='' VERDICT='' xfers=0

xfer_command() {
	xfer_cmd=("$HELPERS/xfer" --client-ns "$CL" --server-ns "$SV" --addr "$SERVER_ADDR"
		  --timeout $((60 * SLOW)) "$@")
}

# Run a transfer to its end. Prints and leaves in $VERDICT ok or what went wrong; the JSON is in
# $XFER, and for xfer_get also after "$(xfer ...)", where assignments are lost.
xfer() { # ARGS...
	local -a xfer_cmd
	xfer_command "$@"
	XFER_OUT=$TEST_DIR/xfer.json
	"${xfer_cmd[@]}" >"$XFER_OUT" </dev/null
	xfer_verdict $?
	echo "$VERDICT"
	[[ $VERDICT == ok ]]
}

xfer_verdict() { # STATUS
	XFER=''
	[[ -s $XFER_OUT ]] && XFER=$(<"$XFER_OUT")
	VERDICT="no answer, status $1"
	if [[ $1 -eq 0 && $XFER == '{"ok":true,'* ]]; then
		VERDICT=ok
	elif [[ $XFER =~ \"error\":\"([^\"]*)\" ]]; then
		VERDICT=${BASH_REMATCH[1]:-no reason, status $1}
	fi
}

# In the background. Several at once are fine: $XFER_PID is the last one, all functions below take
# another PID as last argument.
xfer_start() { # ARGS...
	local -a xfer_cmd
	xfer_command --progress 100 "$@"
	XFER_OUT=$TEST_DIR/xfer.$((++xfers)).json
	"${xfer_cmd[@]}" >"$XFER_OUT" 2>"$XFER_OUT.log" </dev/null &
	XFER_PID=$!
	declare -g "xfer_out_$XFER_PID=$XFER_OUT"
}

# Did at least N payload bytes arrive?
xfer_moved() { # N [PID]
	local out=xfer_out_${2:-$XFER_PID} log
	mapfile -t log <"${!out}.log"
	((${#log[@]})) && [[ ${log[-1]} =~ ^'{"ms":'[0-9]+',"bytes_received":'([0-9]+) ]] &&
		((BASH_REMATCH[1] >= $1))
}

# Does the connection exist, with the scheduler it got? No byte need have moved.
xfer_connected() { # [PID]
	local out=xfer_out_${1:-$XFER_PID} log
	[[ -e ${!out}.log ]] || return
	mapfile -t log <"${!out}.log"
	((${#log[@]})) && [[ ${log[-1]} == *'"subflows":[{'* ]]
}

# With --hold: is the transfer over, the connection still there?
xfer_decided() { # [PID]
	local out=xfer_out_${1:-$XFER_PID}
	[[ -s ${!out} ]]
}

# Ends --hold, or the transfer; call xfer_wait afterwards.
xfer_stop() { # [PID]
	kill -TERM "${1:-$XFER_PID}"
}

# Not in "$(...)": a subshell cannot wait for it. Sets $VERDICT and $XFER.
xfer_wait() { # [PID]
	local out=xfer_out_${1:-$XFER_PID} line
	wait "${1:-$XFER_PID}"
	local status=$?
	XFER_OUT=${!out}
	xfer_verdict $status
	while read -r line; do
		[[ $line == '{'* ]] || diag "$line"
	done <"$XFER_OUT.log"
	[[ $VERDICT == ok ]]
}

xfer_get() { # JQ-FILTER
	jq -r "$1" "${XFER_OUT:-$TEST_DIR/xfer.json}"
}

path_filter='def path($i): select(.local | startswith("10.0.\($i).") or
	startswith("[fd00:\($i):"));'

path_bytes() { # I: bytes the sending side put on path I, retransmissions included
	xfer_get "$path_filter [.subflows[] | path($1) | .bytes_sent] | add // 0"
}

path_share() { # I: the same in percent of all paths
	xfer_get "$path_filter ([.subflows[].bytes_sent] | add // 0) as \$all |
		if \$all == 0 then 0 else
		100 * ([.subflows[] | path($1) | .bytes_sent] | add // 0) / \$all | round end"
}

# Sequential connections under a test's control: xfer_start --step "$STEP" --connections 3,
# then for each I from 0: step_done I (waits until it is over), act, step_go I (starts the next).
STEP=$TEST_DIR/step
step_done() { wait_for 30 test -e "$STEP.$1.done"; }
step_go() { : >"$STEP.$1.go"; }

# ---- kernel log ----

dmesg_mark() {
	KMSG_MARK="mptcp-ext test $$ $RANDOM$RANDOM"
	echo "$KMSG_MARK" >/dev/kmsg
}

# Lines since dmesg_mark, but for what any kernel says under emulation
dmesg_new() {
	dmesg | sed "1,/$KMSG_MARK/d" | grep -vE '\] (random: crng|clocksource: |hrtimer: interrupt took)'
}
