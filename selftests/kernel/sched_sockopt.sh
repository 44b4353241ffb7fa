#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Who may give which connection which scheduler, and what does everybody else get to hear?
# timeout: 100
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/policy.sh"

dmesg_mark
mover=$HELPERS/mover
nobody=65534
load_policy first >/dev/null || bail_out "cannot load 'first'"
load_policy roundrobin >/dev/null || bail_out "cannot load 'roundrobin'"
load_policy good/app >/dev/null || bail_out "cannot load good/app"

# What sockopt_sched, run by the command in $as, answers to STEP...: what was asked (set, get,
# data, run), and of the other steps those that failed.
as=()
steps() { # TITLE WANT STEP...
	local title=$1 want=$2 got
	shift 2
	got=$("${as[@]}" "$HELPERS/sockopt_sched" "$@" 2>&1 | awk '
		{ i = index($0, ": "); step = substr($0, 1, i - 1); answer = substr($0, i + 2) }
		step !~ /^(set|get|data|run)/ && answer == "ok" { next }
		step ~ /^run=.*mover/ { sub(/:.*/, "", answer); sub(/ [0-9]+$/, "", answer) }
		{ out = out (out ? ", " : "") answer }
		END { print out }')
	is "$got" "$want" "$title"
}

unprivileged() { setpriv --reuid=$nobody --regid=$nobody --clear-groups -- "$@"; }
without_admin() { setpriv --bounding-set=-net_admin --inh-caps=-net_admin -- "$@"; }
own_namespaces() { unshare --user --map-root-user --net -- "$@"; }
own_netns() { unshare --net -- "$@"; }

# mover's answer without its figures, and without the kernel's words
answer() { # CMD...
	local out
	out=$("$@" 2>&1 | tail -n 1)
	out=${out%%:*}
	echo "${out%% *}"
}

# Writes the namespace's scheduler and prints what it is then, or the refusal.
sysctl_write() { # NAME [CMD...]: the command enters the namespaces
	local out
	# shellcheck disable=SC2016	# the inner shell expands it
	out=$("${@:2}" bash -c 'cd /proc/sys/net/mptcp; echo "$1" >scheduler && echo "$(<scheduler)"' \
		- "$1" 2>&1)
	echo "${out##*: }"
}

# ---- a socket without a connection ----

steps "a socket starts with its namespace's scheduler" "default" mptcp get
steps "before connect" "default, ok, first" mptcp get set=first get
steps "and back" "ok, ok, default" mptcp set=first set=default get
steps "an IPv4 listener" "ok, first" listen listener set=first get
steps "the namespace's default does not follow" "ok, default" mptcp set=first mptcp get
steps "an unknown name" "ENOENT, default" mptcp set=nosuch get
steps "a name of 15 characters that nobody has" "ENOENT" mptcp set=abcdefghijklmno
steps "a name that no policy can have: too long" "EINVAL, default" \
	mptcp set=abcdefghijklmnopqrstuvwxyz get
steps "an empty name" "EINVAL" mptcp set/0=first
steps "a negative length" "EINVAL" mptcp set/-1=first
steps "the length counts, not the NUL" "ok, first" mptcp set/5=firstborn get
steps "a NUL before the end" "ok, first" mptcp set/6=first get
steps "a null pointer" "EFAULT, default" mptcp set/5 get
steps "a null pointer without length" "EINVAL" mptcp set/0
steps "a huge length" "ok, first" mptcp set/16=first get
steps "getsockopt into 3 bytes" "3 'def?????'" mptcp get/3
steps "getsockopt into 8 bytes" "8 'default'" mptcp get/8
steps "getsockopt into 64 bytes says the real length" "16 'default'" mptcp get/64
steps "getsockopt of nothing" "0 '????????'" mptcp get/0
steps "getsockopt with a negative length" "EINVAL" mptcp get/-1
steps "getsockopt to a null pointer" "EFAULT" mptcp get/16=null
steps "getsockopt with a null pointer as length" "EFAULT" mptcp get/null

# ---- a live connection ----

loop=(listen mptcp connect)
steps "while connected, and bytes flow" "default, ok, first, ok, ok, app, ok" \
	"${loop[@]}" get set=first get data=100000 set=app get data=100000
steps "the peer's socket is another one" "ok, default" "${loop[@]}" set=first child get
steps "set before connect, kept after" "ok, first, ok" \
	listen mptcp set=first connect get data=50000
steps "an unknown name leaves the connection alone" "ENOENT, default, ok" \
	"${loop[@]}" set=nosuch get data=1000
steps "a listener's later children get it" "ok, first, ok" \
	listen listener set=first mptcp connect child get data=50000
steps "its earlier children keep theirs" "ok, ok, roundrobin, first, default" \
	listen listener mptcp connect listener set=first mptcp connect listener set=roundrobin \
	mptcp connect child get child=1 get child=0 get
steps "a child is moved without its listener" "ok, ok, first" \
	"${loop[@]}" child set=roundrobin listener set=first get
steps "a socket that connects once more keeps its own" "ok, ok, first, first, ok" \
	"${loop[@]}" set=first data=20000 disconnect get connect get data=20000

# ---- without MPTCP ----

steps "a plain TCP socket" "EOPNOTSUPP, ENOPROTOOPT" tcp get set=first
steps "a connection that fell back to TCP" "ok, ok, roundrobin, ok" \
	listen-tcp mptcp set=first connect set=roundrobin get data=20000

# ---- what counts as a move ----

paths 1
moved_before=$(mib "$CL" MPTcpExtSchedMoved)
as=(nsenter "--net=/run/netns/$CL" --)
steps "not connected, not yet, not any more, or to what it has already: no move" \
	"ok, ok, ok, ok, ok" listen listener set=first mptcp set=first connect set=first child \
	set=first client disconnect set=app
is "$(mib "$CL" MPTcpExtSchedMoved)" "$moved_before" "none is counted as one"
steps "a live connection: a move" "ok, ok" "${loop[@]}" set=first child set=app
is "$(mib "$CL" MPTcpExtSchedMoved)" $((moved_before + 2)) "each is counted"
as=()

# ---- who may, by setsockopt ----

as=(unprivileged)
steps "without privileges: not any" "EPERM, default" mptcp set=first get
steps "without privileges: what the policy's author allowed, and the built-in one" \
	"ok, app, ok, default" mptcp set=app get set=default get
steps "without privileges: an unknown name is unknown" "ENOENT" mptcp set=nosuch
as=(without_admin)
steps "root without CAP_NET_ADMIN: neither" "EPERM, ok, app" mptcp set=first set=app get
as=()
steps "who gave up its privileges cannot on an old socket either" \
	"ok, EPERM, first, ok, app, ok" mptcp set=first uid=$nobody set=first get set=app get \
	set=default
steps "nor on a live one, nor on a listener" "EPERM, ok, ok, EPERM, ok" "${loop[@]}" uid=$nobody \
	set=first set=app data=20000 listener set=first set=app
steps "root of another user namespace: not any, even there" "EPERM, default, ok, app" \
	unshare mptcp set=first get set=app get
steps "nor on a live connection" "EPERM, ok, app, ok" unshare lo "${loop[@]}" \
	set=first set=app get data=20000
steps "nor on a socket from outside" "EPERM, default, ok, app" mptcp unshare set=first get \
	set=app get
steps "root in another network namespace alone: any" "ok, first" unshare-net mptcp set=first get

# ---- who may, by sysctl ----

is "$(sysctl_write first own_netns)" first "sysctl: any policy in the initial user namespace"
is "$(sysctl_write app own_namespaces)" app "sysctl: an allowed one in another"
is "$(sysctl_write default own_namespaces)" default "sysctl: the built-in one in another"
is "$(sysctl_write first own_namespaces)" "Operation not permitted" "sysctl: no other one"
is "$(sysctl_write nosuch own_namespaces)" "No such file or directory" "sysctl: an unknown one"
is "$(sysctl_write app unprivileged)" "Permission denied" "sysctl: nobody without privileges"

# ---- MOVE and GET_CONN ----

# A namespace of its own: what earlier tests closed may still be there in others.
alone=(unshare-net lo "${loop[@]}")
steps "MOVE takes connections, not listeners or what is not connected" \
	"ok 2, default, first, first, default" "${alone[@]}" run="$mover move first" \
	listener get child get client get mptcp get
steps "MOVE to where they are already moves none" "ok 2, ok 0" "${alone[@]}" \
	run="$mover move first" run="$mover move first"
steps "MOVE from one policy leaves others alone" "ok, ok 1, first, app" "${alone[@]}" set=app \
	run="$mover move --from default first" child get client get
steps "MOVE leaves other namespaces alone" "ok 0, default" "${alone[@]}" \
	run="unshare --net $mover move first" get
steps "GET_CONN needs no privilege" "2" "${alone[@]}" \
	run="setpriv --reuid=$nobody --clear-groups -- $mover conns | grep -c ' default kernel 0 1 '"
steps "and shows no other namespace's" "0" "${alone[@]}" \
	run="unshare --net $mover conns | grep -c default"

# ---- who may, by netlink ----

is "$(answer "$mover" move --token 1 first)" ESRCH "MOVE: a connection that does not exist"
is "$(answer "$mover" move nosuch)" ENOENT "MOVE: an unknown name"
is "$(answer "$mover" move)" EINVAL "MOVE: no name"
is "$(answer "$mover" move abcdefghijklmnopqrst)" EINVAL "MOVE: a name that is too long"
is "$(answer "$mover" move --from nosuch first)" ok "MOVE: from a scheduler that nobody has"
is "$(answer unprivileged "$mover" move app)" EPERM "MOVE: not without privileges"
is "$(answer without_admin "$mover" move app)" EPERM "MOVE: not without CAP_NET_ADMIN"
steps "MOVE: root of another user namespace, to an allowed policy only" \
	"EPERM, default, ok 2, app, ok" unshare lo "${loop[@]}" run="$mover move first" get \
	run="$mover move app" get data=20000
steps "MOVE: root in another network namespace, to any" "ok 2, first" \
	"${alone[@]}" run="$mover move first" get
is "$(answer unprivileged "$mover" policies)" ok "GET_POLICY needs no privilege"
is "$(answer own_namespaces "$mover" policies)" ok "nor a certain namespace"

# ---- names that are gone ----

steps "a policy that is removed before connect" "ok, ok, default, ok" listen mptcp set=roundrobin \
	run="$PMCTL unload roundrobin >/dev/null && echo ok" connect get data=20000
steps "its name is unknown" "ENOENT" mptcp set=roundrobin
is "$(answer "$mover" move roundrobin)" ENOENT "for MOVE too"

load_policy bad/move_error --set patience=0 >/dev/null || bail_out "cannot load bad/move_error"
set_sysctl "$CL" net.mptcp.sched_max_fallbacks 1
as=(nsenter "--net=/run/netns/$CL" --)
steps "a policy that is disabled here" "ok, ok, default, ENOENT, default" \
	"${loop[@]}" set=move_error data=1000 get set=move_error get
like "$("${as[@]}" "$mover" move move_error)" "^ENOENT: .*disabled" "MOVE says that it is disabled"
is "$(sysctl_write move_error "${as[@]}")" "No such file or directory" "the sysctl: ENOENT"
as=()
steps "is not disabled elsewhere" "ok, move_error" unshare-net mptcp set=move_error get
unload_policy move_error >/dev/null

# ---- panic ----

is "$(answer unprivileged "$mover" panic)" EPERM "PANIC: not without privileges"
is "$(answer without_admin "$mover" panic)" EPERM "PANIC: not without CAP_NET_ADMIN"
is "$(answer own_namespaces "$mover" panic)" EPERM "PANIC: not from another user namespace"
is "$(answer own_netns "$mover" panic)" EPERM "PANIC: not from another network namespace"
is "$(own_netns ls /proc/sys/net/mptcp | grep -c ext_panic)" 0 "nor is there a sysctl for it"
like "$(</proc/sys/net/mptcp/available_schedulers)" "first" "nothing of that removed a policy"
steps "PANIC: a live connection goes on with the built-in scheduler" \
	"ok, ok, ok, default, ENOENT, ok" "${loop[@]}" set=first run="$mover panic" data=20000 get \
	set=first set=default
gone() { [[ $(</proc/sys/net/mptcp/available_schedulers) == default ]]; }
wait_for 20 gone && ok "PANIC: only the built-in scheduler is left" ||
	not_ok "PANIC: only the built-in scheduler is left"
loaded_policies=()

kernel_says() { dmesg_new | grep -v 'policies in BPF disabled on request'; }
is "$(kernel_says)" "" "the kernel log is silent"
done_testing
