#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Does each scheduler put the bytes where its rule says, over 2 and 4 paths, IPv4 and IPv6?
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/policy.sh"

schedulers='first minrtt roundrobin burst'
for s in $schedulers; do
	load_policy "$s" >/dev/null || bail_out "cannot load '$s'"
done

shares() {
	local i out=''
	for ((i = 1; i <= NPATHS; i++)); do
		out+=" $(path_share "$i")"
	done
	echo "${out# }"
}

each_at_least() { # PERCENT SHARES...
	local low=$1 s
	for s in "${@:2}"; do
		((s >= low)) || return 1
	done
}

# Every path is as wide as the next, the first one has the longest delay.
bulk() { # SCHED
	local -a got
	local title="$1, $NPATHS paths, IPv$FAMILY"

	set_sched "$1"
	xfer --bytes 10M --subflows "$NPATHS" >/dev/null
	is "$VERDICT" ok "$title: 10 MiB arrive unchanged" || return
	read -r -a got < <(shares)
	diag "$title: shares ${got[*]} %"
	case $1 in
	first)
		between "${got[0]}" 99 100 "$title: everything on the oldest subflow" ;;
	roundrobin)
		run_ok "$title: every path has at least half of an even share" \
			each_at_least $((50 / NPATHS)) "${got[@]}" ;;
	minrtt)
		run_ok "$title: no path is left idle when all windows fill" \
			each_at_least 5 "${got[@]}" ;;
	default)
		default_share=${got[0]}
		ok "$title: ${got[0]} % on the first path" ;;
	burst)
		between "${got[0]}" $((default_share - 15)) $((default_share + 15)) \
			"$title: the same share of the first path as the built-in scheduler" ;;
	esac
}

# Less than one path carries: the windows never fill.
light() { # SCHED
	set_sched "$1"
	xfer --bytes 1M --rate 250k --chunk 4k --subflows "$NPATHS" >/dev/null
	is "$VERDICT" ok "$1, 2 Mbit/s: 1 MiB arrives unchanged"
	diag "$1 with little to send: shares $(shares) %"
}

for family in 4 6; do
	paths 2 $family 20mbit/20ms/100 20mbit/10ms/100
	for s in default $schedulers; do
		bulk "$s"
	done
	if [[ $family == 4 ]]; then
		light minrtt
		between "$(path_share 2)" 80 100 "minrtt, 2 Mbit/s: the path with the lower RTT"
		light roundrobin
		between "$(path_share 2)" 40 60 "roundrobin, 2 Mbit/s: half and half"
	fi
	paths 4 $family 20mbit/20ms/100 20mbit/15ms/100 20mbit/10ms/100 20mbit/5ms/100
	for s in default $schedulers; do
		bulk "$s"
	done
done

for s in $schedulers; do
	is "$(policy_stat "$s" invalid_marks)" 0 "$s marked usable subflows only"
done
done_testing
