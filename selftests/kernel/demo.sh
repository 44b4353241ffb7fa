#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#
# The part of `make demo` that runs in the VM: demo.sh OBJECT SOURCE FILE LIMIT COLUMNS SHAPE...
#
# SOURCE is what the user calls OBJECT; LIMIT, in seconds, is for each transfer; COLUMNS of the
# terminal, 0 if there is none.
#
# Leaves in $VM_OUT for each of the two runs, N = 1 (the policy) and 2 (default): N.name, N.json
# (the result of xfer), N.samples (see demo.awk) and N.sha256 (of what arrived).

. "${BASH_SOURCE[0]%/*}/lib.sh"
trap 'cleanup; drop_paths; rm -rf "$TEST_DIR"' EXIT

object=$1 source=$2 file=$3 limit=$4 columns=$5
shift 5
pmctl=$O/loader/mptcp-pmctl
policy=''

cleanup() { [[ ! $policy ]] || "$pmctl" unload "$policy" >/dev/null 2>&1; }
die() { printf 'demo: %s\n' "$*" >&2; exit 1; }

# busybox's awk hands a line on as soon as it is there; mawk waits for a full buffer.
view() { # SCHED SAMPLES
	busybox awk -v name="$1" -v total="$(stat -c %s "$file")" -v paths="$NPATHS" \
		-v columns="$columns" -v samples="$2" -f "$LIB_DIR/demo.awk"
}

send() { # N SCHED
	local -a xfer_cmd

	set_sched "$2" "$CL" || die "cannot select '$2'"
	XFER_OUT=$VM_OUT/$1.json
	xfer_command --file "$file" --save "$TEST_DIR/arrived" --subflows "$NPATHS" \
		--timeout "$limit" --progress 100
	{
		"${xfer_cmd[@]}" 2>&1 >"$XFER_OUT" </dev/null
		[[ ! -s $XFER_OUT ]] || printf '%s\n' "$(<"$XFER_OUT")"
	} | view "$2" "$VM_OUT/$1.samples"
	xfer_verdict 1
	[[ $VERDICT == timeout ]] &&
		VERDICT="$(xfer_get .bytes_received) of $(stat -c %s "$file") bytes arrived in $limit s"
	[[ $XFER == '{"ok":true,'* ]] || die "the transfer with '$2' failed: $VERDICT"
	sha256sum <"$TEST_DIR/arrived" >"$VM_OUT/$1.sha256"
	echo "$2" >"$VM_OUT/$1.name"
}

printf 'check    %s\n' "$source"
said=$("$pmctl" check "$object" 2>&1) || {
	printf '%s\n' "${said//"$object"/$source}" >&2
	exit 1
}
policy=$("$pmctl" -j load "$object" | jq -r '.loaded[0].name // empty')
[[ $policy ]] || die "cannot load '$source'"
paths "$#" 4 "$@"
printf 'send     with %s, then with default\n\n' "'$policy'"
send 1 "$policy"
send 2 default
