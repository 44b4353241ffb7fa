#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#
# TAP on the host: does a fresh clone do what the README promises first? Only the kernel comes from
# the cache. The wall time of `make demo` is a diagnostic: it depends on the machine.

set -u
TOP=$(cd "$(dirname "$0")/.." && pwd)
O=${O:-$TOP/build}

if ! git -C "$TOP" rev-parse -q --verify HEAD > /dev/null 2>&1; then
	echo '1..0 # SKIP not a git checkout'
	exit 4
fi

run=0 failed=0
check() { # STATUS TITLE
	run=$((run + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $run - $2"
	else
		failed=1
		echo "not ok $run - $2"
	fi
}

mkdir -p "$O"
clone=$(mktemp -d "$O/first-time.XXXXXX")
trap 'rm -rf "$clone"' EXIT

git clone -q "$TOP" "$clone/mptcp-ext"
cd "$clone/mptcp-ext" || exit 1
# as in the user's shell: none of what a make around us has set
unset O KPATH MAKEFLAGS MFLAGS MAKELEVEL SCHED FILE PATHS

make help > "$clone/help" 2>&1
check $? "make help"

start=$SECONDS
timeout 900 make demo > "$clone/demo" 2>&1 < /dev/null
check $? "make demo"
seconds=$((SECONDS - start))
grep -qE "sha256 of what arrived +same +same$" "$clone/demo"
check $? "the file arrived unchanged with both schedulers"
[ -s build/demo/demo.svg ] && [ -s build/demo/demo.png ]
check $? "there is a picture"
[ -z "$(git status --short)" ]
check $? "the checkout is as clean as before"
echo "# make demo took $seconds s"
[ $failed -eq 0 ] || sed 's/^/# /' "$clone/demo"
echo "1..$run"
exit $failed
