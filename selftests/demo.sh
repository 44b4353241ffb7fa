#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#
# Send a real file over shaped paths, once with a BPF scheduler and once with the built-in one; show
# it live, side by side, and as a picture. `make demo` calls it twice: as `demo.sh arguments`, which
# judges what the user gave before anything is built, and, with everything built, without argument.
#
#	SCHED	policy, .bpf.c or .bpf.o	(bpf/sched/minrtt.bpf.c)
#	FILE	what to send			(the kernel image)
#	PATHS	RATE/DELAY[/QUEUE]...		("4mbit/10ms 10mbit/40ms")
#
# DELAY is one way; QUEUE is in packets, by default what the path holds plus 60 ms.

set -euo pipefail
cd "$(dirname "$0")/.."
: "${O:=build}" "${SCHED:=bpf/sched/minrtt.bpf.c}" "${FILE:=}"
: "${PATHS:=4mbit/10ms 10mbit/40ms}"

MAX_PATHS=8		# of the kernel's own path manager
MAX_MIB=512		# the copy that arrives is in the VM's memory
OUT=$O/demo

die() { printf 'demo: %s\n' "$*" >&2; exit 1; }

# ---- arguments ----

# One line a path: RATE/DELAY/QUEUE, bits a second, description. Fails with one line for the user.
read_paths()
{
	awk -v paths="$PATHS" -v max="$MAX_PATHS" '
	function refuse(why) { print "PATHS: " why; exit 1 }
	BEGIN {
		scale["bit"] = 1; scale["kbit"] = 1e3; scale["mbit"] = 1e6; scale["gbit"] = 1e9
		scale["us"] = 1e-6; scale["ms"] = 1e-3; scale["s"] = 1
		n = split(tolower(paths), path, " ")
		if (n < 1 || n > max)
			refuse("1 to " max " paths, not " n)
		for (i = 1; i <= n; i++) {
			if (path[i] !~ /^[0-9]+(\.[0-9]+)?[kmg]?bit\/[0-9]+(\.[0-9]+)?(us|ms|s)(\/[0-9]+)?$/)
				refuse("\047" path[i] "\047 is not RATE/DELAY[/QUEUE] like 10mbit/20ms or 10mbit/20ms/100")
			split(path[i], part, "/")
			match(part[1], /[a-z]+/); bits = part[1] * scale[substr(part[1], RSTART)]
			match(part[2], /[a-z]+/); delay = part[2] * scale[substr(part[2], RSTART)]
			queue = part[3]
			if (bits < 64e3 || bits > 1e9)
				refuse("the rate of \047" path[i] "\047 is not between 64kbit and 1gbit")
			if (delay > 2)
				refuse("the delay of \047" path[i] "\047 is above 2s")
			if (queue == "") {
				queue = int(bits * (delay + 0.06) / 8 / 1500) + 1
				queue = queue < 32 ? 32 : queue
			} else if (queue < 2 || queue > 100000)
				refuse("the queue of \047" path[i] "\047 is not between 2 and 100000 packets")
			out = out sprintf("%s/%s/%d\t%d\t%g Mbit/s, %g ms one way\n", part[1], part[2],
					  queue, bits, bits / 1e6, delay * 1e3)
		}
		printf "%s", out
	}'
}

check_file()
{
	[ -e "$FILE" ] || die "FILE '$FILE' does not exist"
	[ -f "$FILE" ] || die "FILE '$FILE' is not a regular file"
	[ -r "$FILE" ] || die "FILE '$FILE' cannot be read"
	[ -s "$FILE" ] || die "FILE '$FILE' is empty"
	[ "$(stat -L -c %s "$FILE")" -le $((MAX_MIB << 20)) ] ||
		die "FILE '$FILE' is larger than $MAX_MIB MiB"
}

check_arguments()
{
	local said

	case $SCHED in
	*.bpf.c|*.o) ;;
	*) die "SCHED '$SCHED' is neither a .bpf.c nor an object";;
	esac
	[ -f "$SCHED" ] || die "SCHED '$SCHED' does not exist"
	[ -r "$SCHED" ] || die "SCHED '$SCHED' cannot be read"
	said=$(read_paths) || die "$said"
	mapfile -t SHAPES < <(cut -f1 <<< "$said")
	mapfile -t BITS < <(cut -f2 <<< "$said")
	mapfile -t LABELS < <(cut -f3 <<< "$said")
	[ -z "$FILE" ] || check_file
}

# ---- building ----

# What the top Makefile compiles policies with; it knows the kernel's directory only now.
ask_make()
{
	# shellcheck disable=SC2016	# make expands it
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s --no-print-directory --eval \
		'demo-flags: ; @echo "$(KPATH)"; echo "$(CLANG) $(BPF_CFLAGS)"' demo-flags
}

prepare()
{
	local answer

	answer=$(ask_make)
	KPATH=$(sed -n 1p <<< "$answer")
	read -r -a COMPILE <<< "$(sed -n 2p <<< "$answer")"
	export KPATH
	FILE=${FILE:-$KPATH/bzImage}
	check_file
	SIZE=$(stat -L -c %s "$FILE")

	rm -rf "$OUT"
	mkdir -p "$OUT/data"
	# the guest does not see the host's /tmp and /run
	cp --reflink=auto -- "$FILE" "$OUT/file"
	OBJECT=$OUT/$(basename "$SCHED")
	OBJECT=${OBJECT%.[co]}.o
	case $SCHED in
	*.o)
		cp -- "$SCHED" "$OBJECT";;
	*)
		printf 'compile  %s\n' "$SCHED"
		"${COMPILE[@]}" -c "$SCHED" -o "$OBJECT" || die "the compiler refuses '$SCHED'";;
	esac
}

# ---- running ----

# Seconds that all paths together need at least.
ideal_seconds()
{
	local bits sum=0

	for bits in "${BITS[@]}"; do
		sum=$((sum + bits))
	done
	echo $((SIZE * 8 / sum + 1))
}

run_machine()
{
	local limit columns=0 status=0 ideal i screen

	ideal=$(ideal_seconds)
	limit=$((30 + 4 * ideal))

	if [ -t 1 ]; then
		exec {screen}>&1
		columns=$(stty size <&"$screen" 2> /dev/null | cut -d' ' -f2) || true
		[ "${columns:-0}" -ge 40 ] || columns=80
	fi
	printf 'file     %s, %d bytes: at least %d s for each of two runs\n' "$FILE" "$SIZE" "$ideal"
	for i in "${!LABELS[@]}"; do
		printf 'path %d   %s, queue of %d packets\n' $((i + 1)) "${LABELS[i]}" \
			"${SHAPES[i]##*/}"
	done
	printf 'boot     Linux %s with the series, in a virtual machine\n' "$(cat "$KPATH/release")"
	# what virtme-run cannot remove when it is killed goes with the next run
	TMPDIR=$(realpath "$OUT") \
		selftests/vm/run --timeout $((120 + 2 * limit)) --out "$OUT/data" -- \
		selftests/kernel/demo.sh "$OBJECT" "$SCHED" "$OUT/file" "$limit" "$columns" \
		"${SHAPES[@]}" &
	machine=$!
	wait "$machine" || status=$?
	machine=''
	return $status
}

# In the background, since bash would not hear a signal sent to it alone before the machine ends.
stop() # STATUS
{
	[ -z "$machine" ] || { kill -TERM "$machine" && wait "$machine"; } || true
	exit "$1"
}

# ---- results ----

# One line a row of the table: kind of value, label, of the first run, of the second.
rows()
{
	# shellcheck disable=SC2016	# jq's variables
	jq -rs '$ARGS.positional as $labels |
		def sent($i): [.subflows[] | select(.local | startswith("10.0.\($i + 1)."))
			| .bytes_sent] | add // 0;
		def row($kind; $what; f): [$kind, $what, (.[] | f | tostring)] | join("\t");
		row("s"; "time"; .seconds),
		(range($labels | length) as $i | row("share"; "path \($i + 1), \($labels[$i])";
			"\(sent($i)) \(.wire_bytes)")),
		row("n"; "retransmitted segments"; .retrans),
		row("bytes"; "sent again on another path"; .bytes_retrans)' \
		"$OUT/data/1.json" "$OUT/data/2.json" --args "${LABELS[@]}"
	printf 'text\tsha256 of what arrived\t%s\t%s\n' "${SAME[@]}"
}

table()
{
	rows | awk -F '\t' -v one="$(cat "$OUT/data/1.name")" -v two="$(cat "$OUT/data/2.name")" '
	function size(n) {
		if (n < 1048576)
			return sprintf("%.0f KiB", n / 1024)
		return sprintf("%.1f MiB", n / 1048576)
	}
	function text(kind, value,	part) {
		if (kind == "s")
			return sprintf("%.2f s", value)
		if (kind == "bytes")
			return size(value)
		if (kind == "share") {
			split(value, part, " ")
			return sprintf("%s %3d %%", size(part[1]),
				100 * part[1] / (part[2] ? part[2] : 1) + 0.5)
		}
		return value
	}
	BEGIN { printf "\n%-36s %18s %18s\n", "", one, two }
	{ printf "%-36s %18s %18s\n", $2, text($1, $3), text($1, $4) }'
}

compare_sums()
{
	local want i got

	want=$(sha256sum < "$OUT/file")
	for i in 1 2; do
		got=$(cat "$OUT/data/$i.sha256")
		SAME[i]=same
		[ "$got" = "$want" ] || SAME[i]=DIFFERENT
	done
}

plot()
{
	local format

	for format in svg png; do
		gnuplot -e "out = '$OUT/demo.$format'; format = '$format'; data = '$OUT/data'" \
			-e "labels = '$(printf '%s|' "${LABELS[@]}")'; paths = ${#LABELS[@]}" \
			-e "rates = '$(printf '%s ' "${BITS[@]}")'" \
			-e "seconds = '$(jq -r .seconds "$OUT"/data/[12].json | tr '\n' ' ')'" \
			-e "names = '$(cat "$OUT/data/1.name") $(cat "$OUT/data/2.name")'" \
			selftests/demo.gp || die "gnuplot cannot draw $OUT/demo.$format"
	done
	printf '\npicture  %s\n         %s\n' "$OUT/demo.svg" "$OUT/demo.png"
}

main()
{
	check_arguments
	[ "${1:-}" != arguments ] || return 0
	prepare
	run_machine || exit
	compare_sums
	rm -f "$OUT/file"
	table
	plot
	[ "${SAME[*]}" = 'same same' ] || die "what arrived is not what was sent"
}

machine=''
trap 'stop 130' INT
trap 'stop 143' TERM HUP
main "$@"
