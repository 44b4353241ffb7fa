# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# shellcheck shell=bash
#
# For tests of the policies that ship, after lib.sh and policy.sh: what users tell them through
# maps, and who sent how much.

# An address, or a number as 32 bits, as the key of a map over paths: 16 bytes for bpftool.
path_key() { # ADDRESS|NUMBER
	case $1 in
	*:*)	# fd00:I::H, as paths makes them
		local first=${1%%::*}
		printf 'hex fd 00 00 %02x 00 00 00 00 00 00 00 00 00 00 00 %02x' \
			"0x${first#fd00:}" "0x${1##*::}" ;;
	*.*)	printf 'hex 00 00 00 00 00 00 00 00 00 00 ff ff'
		# shellcheck disable=SC2086	# four numbers
		printf ' %02x' ${1//./ } ;;
	*)	printf 'hex'
		number_bytes "$1"
		printf ' 00 00 00 00 00 00 00 00 00 00 00 00' ;;
	esac
}

number_bytes() { # NUMBER
	printf ' %02x %02x %02x %02x' $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 & 255)) \
		$(($1 >> 24))
}

# One line for "bpftool batch"
map_line() { # POLICY MAP ADDRESS|NUMBER VALUE
	echo "map update pinned /sys/fs/bpf/mptcp-ext/$1/maps/$2 key $(path_key "$3")" \
		"value hex$(number_bytes "$4")"
}

map_set() { # POLICY MAP {ADDRESS|NUMBER VALUE}...
	local policy=$1 map=$2
	shift 2
	while (($#)); do
		map_line "$policy" "$map" "$1" "$2"
		shift 2
	done | bpftool batch file - >"$TEST_DIR/batch" 2>&1 || bail_out "$(<"$TEST_DIR/batch")"
}

# Payload that the scheduler gave to path I, what TCP sent again not counted
path_given() { # I [subflows|peer_subflows]
	# shellcheck disable=SC2154	# of lib.sh
	xfer_get "$path_filter [.${2:-subflows}[] | path($1) | .bytes_sent - .bytes_retrans] |
		add // 0"
}

# 100 times what path I was given over what path J was
path_ratio() { # I J
	local i j
	i=$(path_given "$1") j=$(path_given "$2")
	echo $((j ? 100 * i / j : 0))
}

given_share() { # I [subflows|peer_subflows]: percent
	local i all=0 n=0 given
	for ((i = 1; i <= NPATHS; i++)); do
		given=$(path_given "$i" "${2:-subflows}")
		((all += given))
		((i == $1)) && n=$given
	done
	echo $((all ? (200 * n / all + 1) / 2 : 0))
}

# Nobody was blamed, no mark dropped.
clean_record() { # POLICY...
	local p
	for p in "$@"; do
		is "$(policy_get "$p" '"\(.state) \(.fallbacks) \(.invalid_marks)"')" "active 0 0" \
			"$p: no fallback, no invalid mark"
	done
}
