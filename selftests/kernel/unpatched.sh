#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Does mptcp-pmctl say what a kernel without our patches lacks, and do there what it can?
. "${BASH_SOURCE[0]%/*}/lib.sh"

[[ ! -e /proc/sys/net/mptcp/ext_version ]] || skip_all "this kernel is patched"
PMCTL=${PMCTL:-$O/loader/mptcp-pmctl}

fails_with() { # STATUS REGEX TITLE ARGS...
	run_quiet "$PMCTL" "${@:4}"
	is "$STATUS" "$1" "$3: exit status $1"
	like "$OUT" "$2" "$3: says so"
}

fails_with 4 "mptcp_sched_ops +no" "features: the hook is missing" features
like "$OUT" "kernel-patches/6.12" "features: what to do"
like "$OUT" "what works:" "features: what works all the same"
fails_with 4 "mptcp_sched_ops" "check: the hook is missing" check "$O/bpf/sched/first.bpf.o"
fails_with 4 "mptcp_sched_ops" "load: the hook is missing" load "$O/bpf/sched/first.bpf.o"
run_ok "list" "$PMCTL" list
like "$OUT" "default" "list: the built-in scheduler"
run_ok "use" "$PMCTL" use default
run_ok "panic" "$PMCTL" panic
done_testing
