#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#
# The part of `make demo` that runs in the VM: demo.sh OBJECT FILE PATHS

. "${BASH_SOURCE[0]%/*}/lib.sh"
trap 'cleanup; drop_paths; rm -rf "$TEST_DIR"' EXIT

object=$1 file=$2
read -r -a shapes <<<"$3"
pmctl=$O/loader/mptcp-pmctl
policy=''

cleanup() { [[ ! $policy ]] || "$pmctl" unload "$policy" >/dev/null 2>&1; }
die() { printf 'demo: %s\n' "$*" >&2; exit 1; }

mib() { awk -v n="$1" 'BEGIN { printf "%.1f MiB", n / 1048576 }'; }

send() { # SCHED
	local i sum state=different

	set_sched "$1" "$CL" || die "cannot select '$1'"
	xfer --file "$file" --save "$TEST_DIR/arrived" --subflows "$NPATHS" \
		--timeout $((120 * SLOW)) >/dev/null
	[[ $VERDICT == ok ]] || die "$1: the transfer failed: $VERDICT"
	sum=$(sha256sum <"$TEST_DIR/arrived")
	[[ $sum == "$want" ]] && state=same
	printf '%-12s %6.1f s' "$1" "$(xfer_get .seconds)"
	for ((i = 1; i <= NPATHS; i++)); do
		printf '  %10s %3d %%' "$(mib "$(path_bytes "$i")")" "$(path_share "$i")"
	done
	printf '  %s\n' "$state"
	[[ $state == same ]] || die "$1: what arrived is not what was sent"
}

printf 'check    %s\n' "${object##*/}"
"$pmctl" check "$object" || exit
printf 'load     %s\n' "${object##*/}"
"$pmctl" load "$object" || exit
policy=$("$pmctl" -j list | jq -r '[.policies[] | select(.bpf)] | .[0].name')

paths "${#shapes[@]}" 4 "${shapes[@]}"
want=$(sha256sum <"$file")

printf '\n%s, %s, over\n' "${file##*/}" "$(mib "$(stat -c %s "$file")")"
for ((i = 1; i <= NPATHS; i++)); do
	printf '  path %d: %s\n' "$i" "${shapes[i - 1]}"
done
printf '\n%-12s %8s' scheduler time
for ((i = 1; i <= NPATHS; i++)); do
	printf '  %16s' "path $i"
done
printf '  sha256\n'
send "$policy"
send default
printf '\nsha256 %s\n' "${want%% *}"
