#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#
# Runs the tests of this directory, inside the VM: run-suite.sh [NAME...]
# (default: all that start with #!, which what they source does not). Each NAME.sh
# writes TAP, kept in $VM_OUT/NAME.tap with its exit status in NAME.exit; of a
# failing one everything but the passed tests is printed. With --list, anywhere:
# prints what it would run.
#
# A test ends after 150 s, or after what a line '# timeout: SECONDS' in it says,
# times $SLOW.

set -u
HERE=$(cd "$(dirname "$0")" && pwd)
SUMMARY=$HERE/../summary.sh

list=
if [ "${1:-}" = --list ]; then
	list=1
	shift
fi

if [ $# -eq 0 ]; then
	for file in "$HERE"/*.sh; do
		read -r first < "$file"
		name=${file##*/}
		case $name$first in
		run-suite.sh*|demo.sh*|unpatched.sh*)	;;
		*.sh'#!'*)		set -- "$@" "${name%.sh}";;
		esac
	done
fi

if [ -n "$list" ]; then
	printf '%s\n' "$@"
	exit
fi
[ -n "${MPX_VM:-}" ] || { echo "run-suite.sh: not in the VM (see selftests/vm/run)" >&2; exit 2; }

# Every suite has a file from the start: one that never gets its turn is missed.
for name in "$@"; do
	: > "$VM_OUT/$name.tap"
done

failed=0
for name in "$@"; do
	tap=$VM_OUT/$name.tap
	start=$SECONDS
	limit=$(sed -n 's/^# timeout: *\([0-9]*\)$/\1/p' "$HERE/$name.sh" | head -n1)
	timeout -k 10 $((${limit:-150} * SLOW)) bash "$HERE/$name.sh" > "$tap" 2>&1 < /dev/null
	status=$?
	echo $status > "$VM_OUT/$name.exit"
	case $status in
	124|137) ip -all netns delete;;		# it could not clean up itself
	esac
	"$SUMMARY" one "$tap" > "$VM_OUT/$name.result"
	result=$?
	sed "1s/\$/ ($((SECONDS - start)) s)/" "$VM_OUT/$name.result"
	if [ $result -ne 0 ]; then
		failed=1
		sed '/^ok /d; s/^/  | /' "$tap"
	fi
done
exit $failed
