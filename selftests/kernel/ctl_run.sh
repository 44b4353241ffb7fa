#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# timeout: 100
# Does 'mptcp-pmctl run' give MPTCP to one process tree, to nobody else, and leave nothing behind?
# Runs on a kernel without our patches, too.
. "${BASH_SOURCE[0]%/*}/lib.sh"

PMCTL=${PMCTL:-$O/loader/mptcp-pmctl}
[[ -x $PMCTL ]] || bail_out "$PMCTL is not built"
[[ ${KPATH:-} ]] && PATH=$KPATH:$PATH	# bpftool

RUN=("$PMCTL" run --)
CGROUP=/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)

programs() { bpftool -j prog show | jq '[.[] | select(.name == "tree_protocol")] | length'; }
cgroups() { find "$CGROUP" -maxdepth 1 -name 'mptcp-ext.run.*' | wc -l; }
left() { echo "$(programs) $(cgroups)"; }
nothing_left() { [[ $(left) == "0 0" ]]; }
gone() { [[ ! -e /proc/$1 ]]; }
capable() { mib "$CL" MPTcpExtMPCapableSYNACKRX; }	# MPTCP connections the client got

# ---- which sockets ----

cat >"$TEST_DIR/sockets.py" <<'END'
import socket as s
SO_PROTOCOL = 38
def proto(family, kind, wanted=0):
    with s.socket(family, kind, wanted) as sock:
        return sock.getsockopt(s.SOL_SOCKET, SO_PROTOCOL)
print(proto(s.AF_INET, s.SOCK_STREAM), proto(s.AF_INET6, s.SOCK_STREAM, s.IPPROTO_TCP),
      proto(s.AF_INET, s.SOCK_STREAM | s.SOCK_NONBLOCK), proto(s.AF_INET, s.SOCK_DGRAM),
      proto(s.AF_UNIX, s.SOCK_STREAM))
END
is "$("${RUN[@]}" python3 "$TEST_DIR/sockets.py")" "262 262 262 17 0" \
	"stream sockets of IPv4 and IPv6 are MPTCP, others what they were"
is "$(python3 "$TEST_DIR/sockets.py")" "6 6 6 17 0" "outside nothing changed"
is "$("${RUN[@]}" sh -c "sh -c 'python3 $TEST_DIR/sockets.py; true'; true")" "262 262 262 17 0" \
	"grandchildren too"
is "$("${RUN[@]}" "${RUN[@]}" python3 "$TEST_DIR/sockets.py")" "262 262 262 17 0" \
	"a tree in a tree"

# ---- connections ----

paths 1
head -c 300000 /dev/urandom >"$TEST_DIR/file"
get='import urllib.request as u, sys; sys.stdout.buffer.write(u.urlopen(sys.argv[1]).read())'
url=http://$SERVER_ADDR:8000/file
listening() { [[ $(ss -N "$SV" -Htln "sport = :$1") ]]; }
fetch_ok() { cmp -s "$TEST_DIR/file" "$TEST_DIR/got"; }

# Not in_ns: $! would be the shell that runs the function.
nsenter --net="/run/netns/$SV" -- "${RUN[@]}" \
	python3 -m http.server -d "$TEST_DIR" -b "$SERVER_ADDR" 8000 >"$TEST_DIR/http.log" 2>&1 &
server=$!
wait_for 20 listening 8000
# ip netns exec hides /sys/fs/cgroup
ip netns exec "$CL" "${RUN[@]}" python3 -c "$get" "$url" >"$TEST_DIR/got"
run_ok "python: the file arrives" fetch_ok
is "$(capable)" 1 "python: over MPTCP"

in_ns "$CL" python3 -c "$get" "$url" >"$TEST_DIR/got"
run_ok "a neighbour gets the file as well" fetch_ok
is "$(capable) $(mib "$CL" MPTcpExtMPCapableSYNTX)" "1 1" "over TCP"

if type -t curl >/dev/null; then
	run_ok "curl" in_ns "$CL" "${RUN[@]}" curl -sS -o "$TEST_DIR/got" "$url"
	run_ok "curl: the file arrives" fetch_ok
	is "$(capable)" 2 "curl: over MPTCP"
else
	skip "curl" "curl is not installed"
fi
kill -TERM "$server"
wait "$server"
is $? 143 "the server ends with the signal it was sent"
run_fails "it is gone" listening 8000

in_ns "$SV" "${RUN[@]}" iperf3 -s -1 -p 8001 >/dev/null &
server=$!
wait_for 20 listening 8001
before=$(capable)
run_ok "iperf3" in_ns "$CL" "${RUN[@]}" iperf3 -c "$SERVER_ADDR" -p 8001 -n 1M
is $(($(capable) - before)) 2 "iperf3: control and data connection over MPTCP"
wait "$server"
is $? 0 "iperf3's server ends well"

if type -t dropbear ssh >/dev/null && [[ ${MPX_VM:-} ]]; then
	# the VM's /etc is a throw-away copy: root may log in with a key of ours
	mkdir -m 700 "$TEST_DIR/.ssh"
	chmod 755 "$TEST_DIR"
	sed -i "s|^\(root:.*:\)[^:]*\(:[^:]*\)\$|\1$TEST_DIR\2|" /etc/passwd
	ssh-keygen -q -t ed25519 -N '' -f "$TEST_DIR/key"
	cp "$TEST_DIR/key.pub" "$TEST_DIR/.ssh/authorized_keys"
	dropbearkey -t ed25519 -f "$TEST_DIR/host" >/dev/null 2>&1
	nsenter --net="/run/netns/$SV" -- "${RUN[@]}" \
		dropbear -F -E -s -r "$TEST_DIR/host" -p "$SERVER_ADDR:8002" 2>"$TEST_DIR/ssh.log" &
	server=$!
	wait_for 20 listening 8002
	before=$(capable)
	in_ns "$CL" "${RUN[@]}" ssh -q -i "$TEST_DIR/key" -p 8002 -o BatchMode=yes \
		-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null "root@$SERVER_ADDR" \
		"cat '$TEST_DIR/file'; exit 5" >"$TEST_DIR/got"
	is $? 5 "ssh: the remote command's exit status"
	run_ok "ssh: the file arrives" fetch_ok
	is $(($(capable) - before)) 1 "ssh: over MPTCP"
	kill -TERM "$server"
	wait "$server" 2>/dev/null
else
	skip "ssh" "dropbear or ssh is not installed"
fi

in_ns "$SV" "${RUN[@]}" bash -c "exec 3<>/dev/tcp/$SERVER_ADDR/1" 2>/dev/null
is $? 1 "a refused connection is refused"

# ---- exit status, signals ----

"${RUN[@]}" sh -c 'exit 3'
is $? 3 "the exit status is the command's"
"$PMCTL" run sh -c 'exit 4'
is $? 4 "without --, options of the command are its own"
is "$("$PMCTL" -j run -- echo text)" text "with -j, stdout is the command's"
{ "${RUN[@]}" sh -c 'kill -KILL $$'; } 2>/dev/null
is $? 137 "a command that is killed"
run_quiet "${RUN[@]}" /nonexistent
is "$STATUS" 127 "no such command: 127"
run_quiet "${RUN[@]}" "$TEST_DIR/file"
is "$STATUS" 126 "not executable: 126"
like "$OUT" "$TEST_DIR/file.*denied" "it says so"
run_quiet "$PMCTL" run
is "$STATUS" 2 "no command: usage"

"${RUN[@]}" bash -c "trap 'kill %1; exit 7' TERM; sleep 1000 & : >'$TEST_DIR/ready'; wait" &
run=$!
wait_for 20 test -e "$TEST_DIR/ready"
kill -TERM $run
wait $run
is $? 7 "SIGTERM reaches the command, which decides"
is "$(left)" "0 0" "no program and no cgroup is left"

# ---- what outlives it ----

pid=$("${RUN[@]}" bash -c 'sleep 1000 >/dev/null & echo $!')
is "$(left)" "0 0" "a daemon the command left does not keep the cgroup"
is "$(</proc/"$pid"/cgroup)" "$(</proc/self/cgroup)" "it is back in the caller's"
kill "$pid"

"${RUN[@]}" bash -c "echo \$\$ >$TEST_DIR/pid; exec sleep 1000" &
run=$!
wait_for 20 test -s "$TEST_DIR/pid"
is "$(left)" "1 1" "while it runs there is one of each"
kill -KILL $run
wait $run 2>/dev/null
run_ok "after kill -9 the program goes by itself" wait_for 10 eval '[[ $(programs) == 0 ]]'
is "$(python3 "$TEST_DIR/sockets.py")" "6 6 6 17 0" "sockets are what they were"
kill -KILL "$(<"$TEST_DIR/pid")"
wait_for 10 gone "$(<"$TEST_DIR/pid")"
"${RUN[@]}" true
run_ok "and the next run removes the cgroup" nothing_left

# ---- a scheduler of its own ----

if grep -qw mptcp_select_scheduler /proc/kallsyms; then
	users() { "$PMCTL" -j list | jq '.policies[] | select(.name == "first") | .connections'; }
	cat >"$TEST_DIR/hold.py" <<-'END'
		import socket, sys, time
		if sys.argv[1] == "server":
		    conn = socket.create_server((sys.argv[2], 8002)).accept()[0]
		else:
		    conn = socket.create_connection((sys.argv[2], 8002))
		    conn.sendall(b"x")
		time.sleep(1000)
	END
	"$PMCTL" load "$O/bpf/sched/first.bpf.o" >/dev/null
	ip netns exec "$SV" "$PMCTL" run --sched first -- \
		python3 "$TEST_DIR/hold.py" server "$SERVER_ADDR" &
	run=$!
	wait_for 20 listening 8002
	nsenter --net="/run/netns/$CL" -- "${RUN[@]}" \
		python3 "$TEST_DIR/hold.py" client "$SERVER_ADDR" &
	client=$!
	connected() { [[ $(ss -N "$SV" -Htn "sport = :8002") ]]; }
	wait_for 20 connected
	run_ok "--sched: the command's connection has it" wait_for 5 eval '[[ $(users) == 1 ]]'
	is "$(ss -N "$CL" -HMn state established | wc -l) $(users)" "1 1" \
		"the other end, in a tree without --sched, has not"
	kill -TERM $client
	wait $client
	is "$(</proc/sys/net/mptcp/scheduler)" default "the namespace's default is what it was"
	kill -TERM $run
	wait $run
	is "$(left)" "0 0" "nothing is left of it"
	"$PMCTL" unload first >/dev/null
fi

# ---- refusals ----

run_ok "--sched with the namespace's own" "$PMCTL" run --sched default -- true
run_quiet "$PMCTL" run --sched other -- touch "$TEST_DIR/ran"
if grep -qw mptcp_select_scheduler /proc/kallsyms; then
	is "$STATUS" 1 "--sched with a name that is not there: exit status 1"
	like "$OUT" "'other'.*load" "it says what to do"
else
	is "$STATUS" 4 "--sched with another one: exit status 4"
	like "$OUT" "mptcp-pmctl use other" "it says what to do"
fi
run_fails "the command did not run" test -e "$TEST_DIR/ran"
set_sysctl "$CL" net.mptcp.enabled 0
run_quiet in_ns "$CL" "${RUN[@]}" true
is "$STATUS" 1 "MPTCP is off"
like "$OUT" "net.mptcp.enabled=1" "it says how to turn it on"
run_quiet setpriv --reuid 65534 --clear-groups "${RUN[@]}" true
is "$STATUS" 1 "without rights"
like "$OUT" "needs root" "it says what they are"
done_testing
