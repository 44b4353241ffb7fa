#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Does a subflow take what a quota allows it, however much the application writes at once?
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/policy.sh"
. "${BASH_SOURCE[0]%/*}/policy_lib.sh"

dmesg_mark
load() { # NAME OBJECT [LOAD-ARGS...]
	load_policy "$2" --name "$1" "${@:3}" >/dev/null || bail_out "cannot load '$2' as '$1'"
}

# ---- shares ----

# The wider path is the one with the smaller share: it must not get more.
paths 2 4 20mbit/10ms/100 40mbit/10ms/100

# What the connection sent again is no part of a share, but nobody knows on which path it was: it may
# be what makes the difference.
ratio_is() { # LOW HIGH TITLE
	local first second again

	first=$(path_given 1) second=$(path_given 2)
	again=$((first + second - (2 << 20) - 32))
	diag "$3: $first and $second bytes, $again of them sent again"
	[[ $1 ]] || return 0
	if ((again * 10 < second && 100 * first >= $1 * (second - again) &&
	     100 * (first - again) <= $2 * second)); then
		ok "$3: $1 to $2 bytes on the first path for 100 on the second"
	else
		not_ok "$3: $1 to $2 bytes on the first path for 100 on the second"
	fi
}

share() { # TITLE LOW HIGH LOAD-ARGS...
	load quota good/quota "${@:4}"
	set_sched quota "$CL"
	xfer --bytes 2M --chunk 64k --subflows 2 >/dev/null
	is "$VERDICT" ok "$1: every byte arrives unchanged"
	ratio_is "$2" "$3" "$1"
	FIRST=$(policy_var quota most_first) SECOND=$(policy_var quota most_second)
	diag "$1: at most $FIRST and $SECOND bytes at a time"
	is "$(policy_var quota refused)" 0 "$1: no quota is refused"
	unload_policy quota >/dev/null
}

share "3:1 in turns" 291 309
share "1:1 in turns" 97 103 --set share=1 --set unit=1500
share "7:1 in turns of a segment" 679 721 --set share=7 --set unit=1448
# What the application could write at once ends with a decision that is cut short, and the second
# one goes without: the less room it finds, the oftener. Up to 8 to 1 was seen.
share "3:1 at once" '' '' --set together=1
is "$FIRST $SECOND" "12000 4000" "3:1 at once: each to the byte"
share "no quotas" 0 250 --set limit=0
between "$SECOND" 4001 1048576 "no quotas: the second path gets more at a time"

# ---- the smallest and the largest ----

paths 1 4
edge() { # TITLE QUOTA [LOAD-ARGS...]
	load quota_edge good/quota_edge --set bytes="$2" "${@:3}"
	set_sched quota_edge "$CL"
	xfer --bytes 4M --chunk 1M >/dev/null
	is "$VERDICT" ok "$1: every byte arrives unchanged"
	WITH=$(policy_var quota_edge most_with) WITHOUT=$(policy_var quota_edge most_without)
	MSS=$(policy_var quota_edge mss)
	diag "$1: at most $WITH bytes with it, $WITHOUT in the next decision, mss $MSS"
	unload_policy quota_edge >/dev/null
}

edge "a quota of 0" 0
between "$WITH" $((MSS - 40)) "$MSS" "a quota of 0: one segment"
between "$WITHOUT" $((4 * MSS)) 1048576 "a quota of 0: gone with the decision"
edge "a quota of 10000" 10000
is "$WITH" 10000 "a quota of 10000: to the byte"
between "$WITHOUT" 10001 1048576 "a quota of 10000: gone with the decision"
edge "more than there can be" 4294967295
between "$WITH" 20000 1048576 "more than there can be: no limit but the others"
edge "a quota without a mark" 5000 --set unmarked=1
is "$WITH" 0 "a quota without a mark: nothing is sent"
between "$WITHOUT" 20000 2097152 "a quota without a mark: it limits nothing later"

# ---- under load ----

paths 2 4 20mbit/10ms/100
load quota good/quota
set_sched quota "$CL"
xfer_start --bytes 3M --subflows 2
wait_for 20 xfer_moved 300000
in_ns "$CL" ss -K -t 'dst = 10.0.2.2' >/dev/null
run_ok "unload under load" unload_policy quota
run_ok "and a switch" in_ns "$CL" "$PMCTL" switch --all default
xfer_wait
is "$VERDICT" ok "unload under load: every byte arrives unchanged"
is "$(dmesg_new)" "" "the kernel log is silent"
done_testing
