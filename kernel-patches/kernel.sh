#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#
# Builds what the rest of the project needs of a kernel into KPATH.
#
#	kernel.sh path	[--debug] [--base]	print KPATH
#	kernel.sh build	[--debug] [--base]	make it complete
#
# --debug adds config/debug.config, --base leaves the series out. KERNEL_SRC
# names a source directory to use as it is. KPATH's name is a hash of all that
# goes in, so a finished directory never changes and is found again at once.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

RECIPE=1		# count up when this script starts to build something else
KEEP=6			# finished kernels kept, newest first
OBJECTS=2400		# objects of a cold build, for the progress line only
DEBUG='' BASE=''
KERNEL_SRC=${KERNEL_SRC:-}

fragments()
{
	printf '%s\n' "$HERE/config/mptcp-ext.config" "$HERE/config/vm.config"
	[ -z "$DEBUG" ] || printf '%s\n' "$HERE/config/debug.config"
}

# Everything that decides what gets built, as text.
inputs()
{
	local -a files

	echo "recipe $RECIPE flavour ${DEBUG:+debug}"
	mapfile -t files < <(fragments)
	if [ -n "$KERNEL_SRC" ]; then
		(cd "$KERNEL_SRC" && pwd -P &&
		 find . -name .git -prune -o -type f -printf '%p %s %T@\n' | sort)
	else
		source_sha
		if [ -z "$BASE" ]; then
			mapfile -t -O ${#files[@]} files < <(series_patches)
		fi
	fi
	cat "${files[@]}"
}

kpath()
{
	local key

	key=$(inputs | sha256sum)
	echo "$CACHE/kernel-${key:0:16}${DEBUG:+-debug}"
}

# -- source -------------------------------------------------------------------

# Sets SRC and OBJ, and locks them. Between base and series only the files that
# differ get a new time stamp, so both share one work tree and object directory;
# the debug flavour has its own, to be built beside them.
prepare_source()
{
	local want dir

	if [ -n "$KERNEL_SRC" ]; then
		SRC=$(cd "$KERNEL_SRC" && pwd -P)
		OBJ=$CACHE/obj-$(printf '%s' "$SRC" | sha256sum | cut -c1-12)${DEBUG:+-debug}
		lock "build-${OBJ##*/}"
		return
	fi
	lock "build${DEBUG:+-debug}"
	want=$(source_sha)
	dir=$CACHE/linux-${want:0:12}
	SRC=$dir/src${DEBUG:+-debug}
	OBJ=$dir/obj${DEBUG:+-debug}
	want=$("$HERE/tree.sh" "$([ -n "$BASE" ] && echo base || echo commit)")
	if [ -d "$SRC" ]; then
		kgit -C "$SRC" checkout -q -f --detach "$want"
	else
		git -C "$dir/src" worktree prune
		kgit -C "$dir/src" worktree add -q --detach "$SRC" "$want"
	fi
}

# -- running make -------------------------------------------------------------

kmake_command()
{
	KMAKE=(make -C "$SRC" O="$OBJ" ARCH=x86_64 LOCALVERSION= KBUILD_BUILD_USER=mptcp-ext
		KBUILD_BUILD_HOST=build)
}

progress_line()
{
	local what=$1 total=$2 start=$3 count

	count=$(grep -cE '\.(o|a)$' "$LOG" || true)
	[ "$total" -eq 0 ] || [ "$count" -le "$total" ] || total=$count
	printf '%s: %d%s objects, %d:%02d elapsed' "$what" "$count" \
		"$([ "$total" -eq 0 ] || echo " / $total")" \
		$(((SECONDS - start) / 60)) $(((SECONDS - start) % 60))
}

# logged WHAT TOTAL CMD...: run CMD with its output in $LOG and a progress line;
# on failure show the errors. TOTAL 0: not known (an incremental build).
logged()
{
	local what=$1 total=$2 start=$SECONDS shown=$SECONDS pid
	shift 2

	: > "$LOG"
	# a session of its own: when we are stopped, make and all it started must be
	setsid "$@" > "$LOG" 2>&1 9>&- < /dev/null &
	pid=$!
	# shellcheck disable=SC2064	# pid is gone when the trap runs
	trap "kill -- -$pid 2> /dev/null" EXIT
	while kill -0 $pid 2> /dev/null; do
		if [ -t 2 ]; then
			printf '\r%s ' "$(progress_line "$what" "$total" "$start")" >&2
		elif [ $((SECONDS - shown)) -ge 15 ]; then
			say "$(progress_line "$what" "$total" "$start")"
			shown=$SECONDS
		fi
		sleep 0.5
	done
	trap - EXIT
	if wait $pid; then
		[ ! -t 2 ] || printf '\r' >&2
		[ $((SECONDS - start)) -lt 5 ] || say "$(progress_line "$what" 0 "$start")"
		return
	fi
	[ ! -t 2 ] || echo >&2
	say "error: building $what failed; the last error lines of $LOG:"
	grep -nE '(error|Error|undefined reference|No rule to make|\*\*\*)' "$LOG" | tail -n 15 >&2 ||
		tail -n 15 "$LOG" >&2
	exit 1
}

# -- steps --------------------------------------------------------------------

# Prints what olddefconfig made of our wishes where it differs.
missing_options()
{
	local -a files
	local line

	mapfile -t files < <(fragments)
	# a later fragment may overrule an earlier one
	cat "${files[@]}" | sed -nE 's/^(CONFIG_[A-Za-z0-9_]+)=.*/\1 &/p
		s/^# (CONFIG_[A-Za-z0-9_]+) is not set$/\1 &/p' |
	awk '{ k = $1; sub(/^[^ ]+ /, ""); v[k] = $0 } END { for (k in v) print v[k] }' |
	while read -r line; do
		case $line in
		'#'*)	! grep -qE "^$(cut -d' ' -f2 <<< "$line")=" "$OBJ/.config" || echo "$line";;
		*)	grep -qxF "$line" "$OBJ/.config" || echo "$line";;
		esac
	done
}

configure()
{
	local stamp missing
	local -a files

	mapfile -t files < <(fragments)
	stamp=$(cat "${files[@]}" "$SRC/Makefile" | sha256sum)
	if [ ! -e "$OBJ/.config" ] || [ "$(cat "$OBJ/.mpx-config" 2> /dev/null)" != "$stamp" ]; then
		mkdir -p "$OBJ"
		logged 'kernel configuration' 0 "${KMAKE[@]}" tinyconfig
		cat "${files[@]}" >> "$OBJ/.config"
	fi
	logged 'kernel configuration' 0 "${KMAKE[@]}" olddefconfig
	missing=$(missing_options)
	[ -z "$missing" ] || die "the kernel's configuration lost these options (see $OBJ/.config):
$missing"
	echo "$stamp" > "$OBJ/.mpx-config"
}

build_kernel()
{
	local total=0

	[ -e "$OBJ/vmlinux" ] || total=$OBJECTS
	logged kernel "$total" "${KMAKE[@]}" -j"$JOBS" bzImage vmlinux
}

# libbpf and bpftool of the same source: Debian's are too old for struct_ops
# links. The tools' optional parts (skeletons, disassembler) are not needed.
build_tools()
{
	local out=$OBJ-tools

	mkdir -p "$out/libbpf" "$out/bpftool"
	logged libbpf 0 make -C "$SRC/tools/lib/bpf" -j"$JOBS" OUTPUT="$out/libbpf/" \
		DESTDIR="$out/libbpf/root" prefix=/ libdir=/lib EXTRA_CFLAGS='-g -O2 -fPIC' \
		"$out/libbpf/libbpf.a" install_headers
	logged bpftool 0 make -C "$SRC/tools/bpf/bpftool" -j"$JOBS" OUTPUT="$out/bpftool/" \
		FEATURE_USER= feature-clang-bpf-co-re=0 feature-llvm=0 feature-libbfd=0
	TOOLS=$out
}

collect()
{
	local tmp=$1 header=$SRC/include/uapi/linux/mptcp_ext.h

	mkdir -p "$tmp/libbpf/lib" "$tmp/libbpf/include"
	cp "$OBJ/arch/x86/boot/bzImage" "$OBJ/vmlinux" "$tmp/"
	cp "$OBJ/.config" "$tmp/config"
	"${KMAKE[@]}" -s kernelrelease > "$tmp/release" 2> /dev/null
	cp "$TOOLS/libbpf/libbpf.a" "$tmp/libbpf/lib/"
	cp -r "$TOOLS/libbpf/root/include/bpf" "$tmp/libbpf/include/"
	cp "$TOOLS/bpftool/bpftool" "$tmp/"
	"$tmp/bpftool" btf dump file "$OBJ/vmlinux" format c > "$tmp/vmlinux.h"
	if [ -e "$header" ]; then
		mkdir -p "$tmp/include/linux"
		cp "$header" "$tmp/include/linux/"
	fi
}

# Old finished kernels, and sources whose package is gone.
prune()
{
	local dir sha

	find "$CACHE" -maxdepth 1 -name 'tmp-kernel.*' -mmin +60 -exec rm -rf {} +
	find "$CACHE" -maxdepth 1 -name 'kernel-*' -type d -regex '.*/kernel-[0-9a-f]+\(-debug\)?' \
		-printf '%T@ %p\n' | sort -rn | tail -n +$((KEEP + 1)) | cut -d' ' -f2- |
	while read -r dir; do
		rm -rf "$dir"
	done
	sha=$(source_sha)
	for dir in "$CACHE"/linux-*/; do
		[ -d "$dir" ] || continue
		dir=${dir%/}
		[ "$dir" != "$CACHE/linux-${sha:0:12}" ] || continue
		# a developer's tree may still live on it
		[ ! -e "$dir/src/.git/worktrees/$(basename "$KERNEL_TREE")" ] || continue
		rm -rf "$dir"
	done
}

build()
{
	local dest tmp start=$SECONDS

	dest=$(kpath)
	if [ -e "$dest/.done" ]; then
		touch "$dest"
		return
	fi
	JOBS=${JOBS:-$(($(nproc) + 1))}
	prepare_source
	[ ! -e "$dest/.done" ] || return 0	# somebody else built it meanwhile
	kmake_command
	LOG=${OBJ/\/linux-*\//\/}.log
	configure
	build_kernel
	build_tools
	tmp=$CACHE/tmp-kernel.$$
	rm -rf "$dest"
	collect "$tmp"
	touch "$tmp/.done"
	mv "$tmp" "$dest"
	prune
	say "kernel $(cat "$dest/release") in $dest ($((SECONDS - start)) s)"
}

main()
{
	local verb=${1:-}

	shift || true
	while [ $# -gt 0 ]; do
		case $1 in
		--debug)	DEBUG=1;;
		--base)		BASE=1;;
		*)		die "unknown option '$1'";;
		esac
		shift
	done
	[ -z "$KERNEL_SRC" ] || [ -d "$KERNEL_SRC" ] || die "KERNEL_SRC '$KERNEL_SRC' is no directory"
	case $verb in
	path)	kpath;;
	build)	build;;
	*)	die "usage: kernel.sh path | build [--debug] [--base]";;
	esac
}

main "$@"
