#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#
# Does vm/run report what happened in the machine? Runs on the host, boots five
# machines, writes TAP.

TOP=$(cd "$(dirname "$0")/../.." && pwd)
O=${O:-$TOP/build}
mkdir -p "$O/test"
export TMPDIR=$O/test		# not /tmp, which guests have one of their own of
. "$TOP/selftests/kernel/lib.sh"
RUN=$TOP/selftests/vm/run

# boot NAME ARG...: run vm/run; output in $TEST_DIR/NAME.{out,err,status}
boot()
{
	local name=$1 status=0
	shift

	"$RUN" --cpus 1 --mem 512M "$@" > "$TEST_DIR/$name.out" 2> "$TEST_DIR/$name.err" || status=$?
	echo $status > "$TEST_DIR/$name.status"
}

status_of() { cat "$TEST_DIR/$1.status"; }

plan 15

boot usage --frobnicate
is "$(status_of usage)" 125 "an unknown option is refused"
KPATH=$TEST_DIR boot nokernel -- true
is "$(status_of nokernel)" 125 "a missing kernel is reported"
like "$(cat "$TEST_DIR/nokernel.err")" 'make kernel' "with the way to get one"

# two at a time: parallel runs must not disturb each other
mkdir "$TEST_DIR/files"
# shellcheck disable=SC2016	# the guest expands these
boot plain --out "$TEST_DIR/files" -- bash -c 'pwd; id -u; echo kept > "$VM_OUT/file"; ls -d /sys/fs/bpf /sys/fs/cgroup/cgroup.procs /sys/kernel/tracing/events; touch "$0"/x || echo read-only' "$TOP" &
# shellcheck disable=SC2016
boot words -- bash -c 'printf "<%s>" "$@"; echo to-stderr >&2; exit 3' - "a b" "it's" '$HOME "q"' ''
wait $!
is "$(status_of plain)" 0 "exit status 0 passes through"
is "$(cat "$TEST_DIR/plain.out")" "$TOP
0
/sys/fs/bpf
/sys/fs/cgroup/cgroup.procs
/sys/kernel/tracing/events
read-only" "the command runs in the checkout, as root, with the usual file systems"
is "$(cat "$TEST_DIR/files/file")" kept "what it writes to VM_OUT stays"
is "$(status_of words)" 3 "exit status 3 passes through"
is "$(cat "$TEST_DIR/words.out")" "<a b><it's><\$HOME \"q\"><>" "arguments keep spaces and quotes"
like "$(cat "$TEST_DIR/words.err")" to-stderr "standard error arrives apart"

boot complaint -- bash -c 'echo "<4>WARNING: CPU: 0 PID: 1 at net/mptcp/self.c:1 test" > /dev/kmsg' &
boot poweroff -- busybox poweroff -f
wait $!
is "$(status_of complaint)" 120 "a kernel warning wins over exit status 0"
like "$(cat "$TEST_DIR/complaint.err")" 'net/mptcp/self.c:1' "and is shown"
is "$(status_of poweroff)" 121 "a machine that ends early is no answer"

mkdir "$TEST_DIR/hang"
start=$SECONDS
boot hang --timeout 25 --out "$TEST_DIR/hang" -- bash -c 'echo before; sleep 1000'
is "$(status_of hang)" 124 "a hang ends at the time limit"
between $((SECONDS - start)) 25 45 "and soon after it"
run_fails "and leaves no process" pgrep -f "$TEST_DIR/hang"
