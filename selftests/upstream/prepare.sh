#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#
# Puts the kernel's own MPTCP selftests into a directory, unchanged, and builds
# their programs: prepare.sh DIR. They come from the base that the series is for
# (or from $KERNEL_SRC), never from the patched tree, so that the patched kernel
# and the unpatched one are asked the same questions.

set -euo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
NET=tools/testing/selftests/net
SCRIPTS=("$NET/mptcp" "$NET/lib.sh" "$NET/net_helper.sh")
# what `make headers_install` reads: the programs need headers of their own kernel
HEADERS=(Makefile Kbuild Kconfig scripts include/uapi include/asm-generic arch/x86
	tools/include tools/scripts usr)

main()
{
	local dir=$1 tree base='' key program

	if [ -n "${KERNEL_SRC:-}" ]; then
		tree=$(cd "$KERNEL_SRC" && pwd -P)
		key=$(find "$tree/$NET/mptcp" -type f -printf '%p %s %T@\n' | sort | sha256sum)
	else
		base=$("$HERE/../../kernel-patches/tree.sh" base)
		tree=$("$HERE/../../kernel-patches/tree.sh" source)
		key=$base
	fi
	key="$key $(sha256sum < "$0")"
	[ "$(cat "$dir/.done" 2> /dev/null)" != "$key" ] || return 0

	echo "preparing the kernel's MPTCP selftests"
	rm -rf "$dir"
	mkdir -p "$dir/src"
	if [ -n "$base" ]; then
		git -C "$tree" archive "$base" "${SCRIPTS[@]}" "${HEADERS[@]}"
	else
		tar -C "$tree" -c "${SCRIPTS[@]}" "${HEADERS[@]}"
	fi | tar -C "$dir/src" -x
	make -s -C "$dir/src" O="$dir/obj" ARCH=x86_64 headers_install \
		INSTALL_HDR_PATH="$dir/headers" > "$dir/headers.log" 2>&1 ||
		{ cat "$dir/headers.log" >&2; return 1; }
	mv "$dir/src/$NET" "$dir/net"
	for program in "$dir"/net/mptcp/*.c; do
		gcc -Wall -O2 -g -isystem "$dir/headers/include" -Wl,--no-as-needed \
			"$program" -o "${program%.c}"
	done
	rm -rf "$dir/src" "$dir/obj"
	echo "$key" > "$dir/.done"
}

main "$@"
