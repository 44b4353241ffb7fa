#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Do random policies, right and wrong ones, leave every transfer alive and the kernel silent?
#
# $FUZZ_COUNT policies from $FUZZ_SEED on, $FUZZ_WORKERS at a time ('make fuzz' makes the objects).
# timeout: 150
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/policy.sh"

seed=${FUZZ_SEED:-1} count=${FUZZ_COUNT:-50} workers=${FUZZ_WORKERS:-6}
objects=$O/fuzz
[[ -e $objects/$seed.bpf.o && -e $objects/$((seed + count - 1)).bpf.o ]] ||
	bail_out "no objects for the seeds $seed to $((seed + count - 1)) (run 'make fuzz')"
logs=${VM_OUT:-$TEST_DIR}/random
mkdir -p "$logs"

# lib.sh knows one topology; the earlier ones are ours to remove.
cleanup() {
	local i
	for ((i = 1; i <= topologies; i++)); do
		printf 'netns del %s\n' "client.$$.$i" "server.$$.$i"
	done | ip -force -batch - 2>/dev/null
}

dmesg_mark
for ((i = 0; i < workers; i++)); do
	CL='' SV=''
	case $((i % 3)) in
	0) paths 3 4 "-/3ms loss 5%/100" "-/6ms loss 2%/100" "-/12ms loss 5%/100" ;;
	1) paths 3 4 "-/2ms loss 3%/100" "20mbit/5ms loss 5%/50" "-/20ms/100" ;;
	2) paths 3 4 "10mbit/4ms loss 2%/30" "-/2ms loss 8%/100" "-/5ms 2ms loss 3%/100" ;;
	esac
	set_sysctl "$CL" net.mptcp.close_timeout 1
	set_sysctl "$SV" net.mptcp.close_timeout 1
done

"$O/selftests/fuzz/fuzz_run" --client-ns "client.$$." --server-ns "server.$$." \
	--addr "$SERVER_ADDR" --paths 3 --workers "$workers" --objects "$objects" --logs "$logs" \
	--seed "$seed" --count "$count" >"$logs/run" 2>"$logs/run.err"
status=$?
declare -A sum=()
while read -r key value; do
	[[ $key == seed ]] || sum[$key]=$value
done <"$logs/run"
sed 's/^/# /' "$logs/run.err" >&2
grep -E '^seed [0-9]+: (FAILED|lost|not run)' "$logs/run" | sed 's/^/# /' >&2
diag "seeds $seed to $((seed + count - 1)):" "$(grep -v '^seed' "$logs/run" | tr '\n' ' ')"

is "${sum[failed]:-none}" 0 "$count random policies: every transfer arrives unchanged"
between "${sum[passed]:-0}" $((count * 85 / 100)) "$count" "most of them run"
between "${sum[refused]:--1}" "${sum[unsafe]:-0}" $((count * 15 / 100 + 1)) \
	"the verifier refuses the others"
is "${sum[left_over]:-none}" 0 "none is left in the kernel at the end"
isnt "${sum[kept]:-0}" 0 "some decided to the end"
isnt "${sum[events]:-0}" 0 "some were told what happened"
# among a few there may be none
for what in SchedDupBytes SchedReinjBytes SchedWaits; do
	((count < 50)) || isnt "${sum[$what]:-0}" 0 "some had their way: $what"
done
isnt $((${sum[SchedFallbackStall]:-0} + ${sum[SchedFallbackRetrans]:-0} +
	${sum[SchedFallbackError]:-0} + ${sum[SchedFallbackBudget]:-0})) 0 \
	"some had to be helped out"
is "$status" 0 "nobody was lost"
# some seeds press the button
kernel_says() { dmesg_new | grep -v "MPTCP: all policies in BPF disabled on request"; }
is "$(kernel_says)" "" "the kernel log is silent"
done_testing
