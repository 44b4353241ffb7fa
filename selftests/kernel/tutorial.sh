#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Does the tutorial work when it is followed to the letter?
# timeout: 200
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/policy.sh"

page=$TOP_DIR/docs/tutorial.md
cd "$TOP_DIR" || bail_out "no $TOP_DIR"
cleanup() {
	examples/two-paths.sh down 2>/dev/null
	"$PMCTL" panic >/dev/null 2>&1
	rm -rf /tmp/mine /tmp/server.log
}

# "..." stands for any text, also of several lines or none.
matches() { # TEXT PATTERN
	local rest=$1 piece first=yes
	local -a pieces
	mapfile -t -d $'\1' pieces < <(printf '%s' "${2//.../$'\1'}")
	for piece in "${pieces[@]}"; do
		if [[ $first ]]; then
			[[ $rest == "$piece"* ]] || return 1
		else
			[[ $rest == *"$piece"* ]] || return 1
		fi
		rest=${rest#*"$piece"}
		first=''
	done
	[[ $2 == *... || -z ${rest//[$' \n']/} ]]
}

step() { # COMMAND EXPECTED
	local status
	if [[ $1 == *' &' ]]; then
		eval "$1"
		ok "$1"
		return
	fi
	eval "$1" >"$TEST_DIR/out" 2>&1
	status=$?
	OUT=$(<"$TEST_DIR/out")
	matches "$OUT" "$2" && { ok "$1"; return; }
	not_ok "$1"
	diag "  ended with $status and printed:"
	diag "  ${OUT//$'\n'/$'\n#   '}"
	diag "  the page says:"
	diag "  ${2//$'\n'/$'\n#   '}"
}

command='' expected='' inside=''
flush() { [[ ! $command ]] || step "$command" "${expected%$'\n'}"; command='' expected=''; }
while IFS= read -r -u 3 line; do
	case $inside$line in
	'```console')	inside=yes ;;
	'yes```')	flush; inside='' ;;
	'yes$ '*)	flush; command=${line#\$ } ;;
	yes*)		expected+=$line$'\n' ;;
	esac
done 3<"$page"
between "$tap_run" 15 100 "the page has commands"
done_testing
