#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#
# Does hello carry a stream, whole, and on the faster of two paths? For this it
# makes two network namespaces, joined by a path of 40 ms and one of 10 ms, and
# removes them afterwards; nothing else on the machine is changed.
#
# Needs root, a patched kernel, iproute2 and python3.

cd "$(dirname "$0")" || exit
POLICY=hello
C=$POLICY-c.$$ S=$POLICY-s.$$
WORK=$(mktemp -d)

fail() { echo "FAIL: $*"; exit 1; }

cleanup()
{
	[ -z "${server:-}" ] || kill "$server" 2> /dev/null
	ip netns del "$C" 2> /dev/null
	ip netns del "$S" 2> /dev/null
	[ -z "${loaded:-}" ] || mptcp-pmctl unload "$POLICY" > /dev/null
	rm -rf "$WORK"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

network()
{
	ip netns add "$C" && ip netns add "$S" || return
	for i in 1 2; do
		ip link add c$i netns "$C" type veth peer name s$i netns "$S"
		ip -n "$C" addr add 10.0.$i.1/24 dev c$i
		ip -n "$S" addr add 10.0.$i.2/24 dev s$i
		ip -n "$C" link set c$i up
		ip -n "$S" link set s$i up
	done
	tc -n "$C" qdisc add dev c1 root netem delay 20ms rate 20mbit
	tc -n "$S" qdisc add dev s1 root netem delay 20ms rate 20mbit
	tc -n "$C" qdisc add dev c2 root netem delay 5ms rate 20mbit
	tc -n "$S" qdisc add dev s2 root netem delay 5ms rate 20mbit
	# the client opens one subflow to each address the server announces
	ip -n "$C" mptcp limits set subflows 1 add_addr_accepted 1
	ip -n "$S" mptcp limits set subflows 1 add_addr_accepted 1
	ip -n "$S" mptcp endpoint add 10.0.2.2 dev s2 signal
}

network || fail "cannot make the network namespaces (are you root?)"
mptcp-pmctl load $POLICY.bpf.o > /dev/null || fail "it does not load"
loaded=1
# The server sends, so it is the server's scheduler that counts.
mptcp-pmctl use $POLICY --netns "$S" > /dev/null || fail "it cannot be used"

head -c 1200000 /dev/urandom > "$WORK/file"
cat > "$WORK/server.py" << 'END'
import socket, sys, time
with socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262) as s:   # 262: IPPROTO_MPTCP
    s.bind(("", 8000))   # any address: further paths lead to others
    s.listen()
    print("ready", flush=True)
    conn = s.accept()[0]
    data = open(sys.argv[1], "rb").read()
    # less than either path takes: which one is used is the scheduler's choice
    for i in range(0, len(data), 20000):
        conn.sendall(data[i:i + 20000])
        time.sleep(0.05)
    conn.close()
END
cat > "$WORK/client.py" << 'END'
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262) as s:
    s.settimeout(60)
    s.connect(("10.0.1.2", 8000))
    while data := s.recv(1 << 20):
        sys.stdout.buffer.write(data)
END
mkfifo "$WORK/said"
ip netns exec "$S" python3 "$WORK/server.py" "$WORK/file" > "$WORK/said" &
server=$!
read -r _ < "$WORK/said" || fail "the server does not start"
ip netns exec "$C" python3 "$WORK/client.py" > "$WORK/got" || fail "the transfer did not end"
cmp "$WORK/file" "$WORK/got" || fail "what arrived is not what was sent"

# ip netns exec shows that namespace's /sys
slow=$(ip netns exec "$S" cat /sys/class/net/s1/statistics/tx_bytes)
fast=$(ip netns exec "$S" cat /sys/class/net/s2/statistics/tx_bytes)
echo "1200000 bytes arrived; 40 ms path: $slow bytes sent, 10 ms path: $fast"
[ "$fast" -gt "$slow" ] || fail "the faster path carried less"
echo "PASS: $POLICY"
