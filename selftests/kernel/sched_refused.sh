#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Is what a policy must not do refused when it is loaded, with a reason that helps?
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/policy.sh"

dmesg_mark

refused() { # OBJECT REGEX TITLE
	run_quiet "$PMCTL" load "$(policy_object "refused/$1")"
	if ((STATUS == 0)); then
		not_ok "$3"
		return
	fi
	like "$OUT" "$2" "$3"
}

refused sleepable_send "sleepable|get_send" "a get_send that may sleep"
refused kfunc_in_init "bpf_mptcp_subflow_ctx" "a kernel function from init"
refused walk_in_release "bpf_iter_mptcp_subflow_new is not allowed" "a walk from release"
refused walk_in_exit "bpf_iter_mptcp_subflow_new is not allowed" "a walk from exit"
refused error_in_release "bpf_mptcp_policy_error is not allowed" "an error from release"
refused error_in_exit "bpf_mptcp_policy_error is not allowed" "an error from exit"
refused write_other "snd_burst" "a write to another field"
refused write_beyond "beyond" "a write beyond the field"
refused loops "bpf_loop|loop#181|cannot use helper" "bpf_loop in get_send"
refused untrusted "trusted|rcu pointer" "an untrusted pointer"
refused no_get_send "get_send" "a policy without get_send"
refused bad_name "name" "a name with a hyphen"
refused bad_flags "flag" "an unknown flag"
refused missing_kfunc "bpf_mptcp_no_such_function" "a kernel function that does not exist"

for what in mark wait quota; do
	refused ${what}_in_event "is not allowed" "a $what from subflow_event"
done
for what in wait quota reinject; do
	refused ${what}_in_retrans "is not allowed" "a $what from get_retrans"
done
refused wait_in_init "bpf_mptcp_sched_wait is not allowed" "a wait from init"
refused sleepable_event "sleepable|subflow_event" "a subflow_event that may sleep"
refused unknown_event "event|not support" "an event that does not exist"
refused no_events "event" "subflow_event without events"
refused events_alone "event" "events without subflow_event"

for object in kfunc_in_fentry kfunc_in_tcp_cc; do
	run_quiet bpftool prog loadall "$(policy_object refused/$object)" "/sys/fs/bpf/$object"
	isnt "$STATUS" 0 "$object: not from another type of program"
	like "$OUT" "mptcp_set_timeout is not allowed" "$object: that call is the reason"
done

is "$(</proc/sys/net/mptcp/available_schedulers)" default "none of them was registered"

# ---- privileges ----

run_fails "registration without CAP_NET_ADMIN" setpriv --bounding-set=-net_admin \
	--inh-caps=-net_admin "$PMCTL" load "$(policy_object first)"
like "$OUT" "CAP_NET_ADMIN" "it says which capability is missing"
is "$(</proc/sys/net/mptcp/available_schedulers)" default "and nothing was registered"

# ---- as many as there is room for ----

made=0
for ((i = 1; i <= 130; i++)); do
	load_policy first --name "p$i" >/dev/null 2>"$TEST_DIR/err" || break
	((++made))
done
is "$made" 127 "127 policies beside the built-in one"
like "$(<"$TEST_DIR/err")" "128|too many|no room|limit" "one more is refused, with the limit"
is "$(wc -w </proc/sys/net/mptcp/available_schedulers)" 128 "all names are listed"
run_ok "panic removes them all" "$PMCTL" panic
loaded_policies=()
is "$(</proc/sys/net/mptcp/available_schedulers)" default "only the built-in one is left"

kernel_says() {
	dmesg_new | grep -vE "does not implement get_send|has subflow_event without events" |
		grep -v "all policies in BPF disabled"
}
is "$(kernel_says)" "" "the kernel log is silent"
done_testing
