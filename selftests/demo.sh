#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#
# Send a real file over two shaped paths, once with a BPF scheduler and once with the built-in one,
# and show what each path carried. Called by `make demo`, which has built everything.
#
#	SCHED	policy source, .bpf.c or .bpf.o	(bpf/sched/minrtt.bpf.c)
#	FILE	what to send			(the kernel image)
#	PATHS	rate/one-way-delay[/queue]...	("10mbit/20ms/100 20mbit/60ms/100")

set -eu
cd "$(dirname "$0")/.."
: "${O:=build}" "${SCHED:=bpf/sched/minrtt.bpf.c}"
: "${PATHS:=10mbit/20ms/100 20mbit/60ms/100}" "${FILE:=${KPATH:-$(make -s kernel-path)}/bzImage}"

die() { printf 'demo: %s\n' "$*" >&2; exit 1; }

[ -r "$FILE" ] || die "cannot read FILE '$FILE'"
[ -r "$SCHED" ] || die "cannot read SCHED '$SCHED'"

object=$O/demo/$(basename "${SCHED%.c}")
object=${object%.o}.o
mkdir -p "$O/demo"
case $SCHED in
*.bpf.c)
	printf 'compile  %s\n' "$SCHED"
	# shellcheck disable=SC2086
	"$CLANG" $BPF_CFLAGS -c "$SCHED" -o "$object" || die "the compiler does not take '$SCHED'" ;;
*.o)
	cp "$SCHED" "$object" ;;
*)
	die "SCHED '$SCHED' is neither a .bpf.c nor an object" ;;
esac

printf 'boot     the patched kernel, %s\n' "$(cat "${KPATH:-$(make -s kernel-path)}/release")"
exec selftests/vm/run --timeout 600 -- selftests/kernel/demo.sh "$object" "$(realpath "$FILE")" \
	"$PATHS"
