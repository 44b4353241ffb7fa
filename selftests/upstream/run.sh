#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#
# Inside the VM: runs the kernel's own MPTCP selftests, as they are.
#
#	run.sh [--name NAME] [--sched SCHEDULER] [--load FILE] SCRIPT...
#
# SCRIPT is a script's name with its own flags, in one word: 'diag',
# 'mptcp_join -f -e'. --load loads a policy, --sched selects a scheduler in every
# network namespace that the scripts create (see ip.c); $VM_OUT/NAME.tap says whether
# that was so.
#
# $VM_OUT/NAME.results has one line a subtest, TAB between the fields:
#
#	pass|fail|skip|flaky  SCRIPT  SUBTEST  MILLISECONDS
#
# "flaky" failed, but its script says not to count that. The last line of each
# file is about the script itself: did it end by itself, with status 0? NAME.log
# is what the script printed, NAME.netns what ip.c found.
#
# A script may take what the file `settings` beside it says, times $SLOW.

set -u

MEMORY=/tmp/upstream		# a tmpfs
SCHED='' POLICY='' NAME=run LIMIT=''
failed=0

# What the scripts run.
TOOLS=(awk basename bash bpftool cat cmp cp cut date dd dirname du ethtool grep head ip
	ip6tables iptables jq ls mktemp nft nstat ping printf ps rm sed seq sh sleep sort ss
	sysctl tail tc timeout tr true uname uniq wc xargs)
# What they read at each start.
CONFIGURATION=(/etc/ld.so.cache /etc/iproute2 /etc/protocols /etc/services /etc/nsswitch.conf
	/etc/hosts /etc/passwd /etc/group)

# in_memory FILE: a copy in memory appears in its place
in_memory()
{
	local copy=$MEMORY/places/${1##*/}

	cp -rL "$1" "$copy" && mount --bind "$copy" "$1"
}

# The guest's root is the host's: it asks the host each time a file is opened. These
# scripts start ten thousands of programs, and where time is counted in instructions
# the clock runs ahead, by seconds, while the guest waits for the host. So the tools,
# their libraries and the tests move to memory, and what they print stays there until
# the script has ended; libraries and configuration appear in their old places.
move_to_memory()
{
	local file
	local -a tools libs

	mkdir -p $MEMORY/bin $MEMORY/places
	cp -r "$O/upstream/kernel/net" $MEMORY/
	mapfile -t tools < <(type -P "${TOOLS[@]}")
	[ ${#tools[@]} -eq ${#TOOLS[@]} ] && cp -L "${tools[@]}" $MEMORY/bin/ || return
	mapfile -t libs < <(ldd "${tools[@]}" $MEMORY/net/mptcp/mptcp_connect 2> /dev/null |
		sed -nE 's/^\t([^ ]* => )?(\/[^ ]+) \(.*/\2/p' | sort -u)
	for file in "${libs[@]}" /usr/lib/*/xtables; do
		in_memory "$file" || return
	done
	for file in "${CONFIGURATION[@]}"; do
		[ ! -e "$file" ] || in_memory "$file" || return
	done
	mount --bind $MEMORY/bin/bash /bin/bash || return
	UPSTREAM_IP=$MEMORY/bin/real-ip
	mv $MEMORY/bin/ip "$UPSTREAM_IP"
	cp "$O/upstream/bin/ip" $MEMORY/bin/
	export UPSTREAM_IP UPSTREAM_SCHED=$SCHED PATH=$MEMORY/bin:$PATH
	hash -r
}

# Decisions of the policy so far, counted by the kernel.
decisions()
{
	[ -n "$POLICY" ] || return 0
	bpftool -j prog show name "${SCHED}_get_send" | jq '[.. | .run_cnt? // 0] | add'
}

# Titles must be the same in every run, and ports are counted up.
results()
{
	awk -v OFS='\t' '
	/^TAP version/ { on = 1 }
	!on || !/^(not )?ok [0-9]+ - / { next }
	{
		result = /^ok/ ? "pass" : "fail"
		if (/# SKIP/) result = "skip"
		if (/# IGNORE Flaky/) result = "flaky"
		ms = match($0, /time=[0-9]+ms/) ? substr($0, RSTART + 5, RLENGTH - 7) : ""
		sub(/^(not )?ok [0-9]+ - /, "")
		script = substr($0, 1, index($0, ": ") - 1)
		title = substr($0, index($0, ": ") + 2)
		sub(/ *#.*/, "", title)
		gsub(/:[1-2][0-9][0-9][0-9][0-9]\)/, ")", title)
		gsub(/[ \t]+/, " ", title)
		sub(/^ /, "", title)
		sub(/ $/, "", title)
		print result, script, title, ms
	}' "$1"
}

run_one()
{
	local script=$1 name=${1//[!a-z0-9A-Z_-]/} start=$SECONDS status=0 before verdict=pass
	local -a words

	read -ra words <<< "$script"
	export UPSTREAM_NETNS=$MEMORY/$name.netns
	: > "$UPSTREAM_NETNS"
	before=$(decisions)
	timeout -k 10 $((LIMIT * SLOW)) bash "./${words[0]}.sh" "${words[@]:1}" \
		> $MEMORY/"$name.log" 2>&1 < /dev/null || status=$?
	[ $status -eq 0 ] || verdict=fail
	ip -all netns delete
	{
		results $MEMORY/"$name.log"
		printf '%s\t%s\t%s ends with status 0\t%d\n' $verdict "${words[0]}" "$script" \
			$(((SECONDS - start) * 1000))
	} > $MEMORY/"$name.results"
	[ -z "$POLICY" ] || echo $(($(decisions) - before)) > $MEMORY/"$name.decisions"
	printf '%s: %s%s, %d s, status %d\n' "$script" \
		"$(cut -f1 $MEMORY/"$name.results" | sort | uniq -c |
			awk '{ printf "%s%d %s", c, $1, $2; c = ", " }')" \
		"$([ -z "$POLICY" ] || echo ", $(cat $MEMORY/"$name.decisions") decisions")" \
		$((SECONDS - start)) $status
	cp $MEMORY/"$name".* "$VM_OUT/"
}

ok() # CONDITION TITLE
{
	local verdict=ok

	(($1)) || { verdict='not ok'; failed=1; }
	printf '%s %d - %s\n' "$verdict" $((++checks)) "$2"
}

# Did the scripts run on the scheduler they were meant to run on? As TAP.
check_scheduler()
{
	local want=${SCHED:-default} added kept away invalid script name checks=0

	read -r added kept away invalid < <(cat $MEMORY/*.netns | awk -v want="$want" '
		$1 == "add" && $3 == want { added++ }
		$1 == "delete" && $3 == want { kept++ }
		$3 != want { other++ }
		$1 == "delete" { away += $4; invalid += $5 }
		END { print other ? -1 : added + 0, kept + 0, away + 0, invalid + 0 }')
	ok 'added > 0' "net.mptcp.scheduler was '$want' in all $added network namespaces"
	ok 'kept > 0' "and still was when $kept of them were deleted"
	ok 'away == 0' "no connection was moved away from it ($away)"
	ok 'invalid == 0' "no mark was dropped ($invalid)"
	[ -n "$POLICY" ] || return 0
	for script in "$@"; do
		name=${script//[!a-z0-9A-Z_-]/}
		# it has no connection
		[ "$script" != pm_netlink ] || continue
		ok "$(cat $MEMORY/"$name.decisions") > 0" \
			"$script: $(cat $MEMORY/"$name.decisions") decisions were $SCHED's"
	done
}

main()
{
	while [ $# -gt 0 ]; do
		case $1 in
		--sched)	SCHED=$2; shift;;
		--load)		POLICY=$2; shift;;
		--name)		NAME=$2; shift;;
		*)		break;;
		esac
		shift
	done
	[ -n "${MPX_VM:-}" ] || { echo "run.sh: not in the VM (see selftests/vm/run)" >&2; exit 2; }
	if [ -n "$POLICY" ]; then
		sysctl -q kernel.bpf_stats_enabled=1
		mptcp-pmctl load "$POLICY" || exit
	fi
	move_to_memory || { echo "run.sh: cannot copy the tools to $MEMORY" >&2; exit 1; }
	cd $MEMORY/net/mptcp || exit
	LIMIT=$(sed -n 's/^timeout=//p' settings)
	for script in "$@"; do
		run_one "$script"
	done
	check_scheduler "$@" > $MEMORY/"$NAME.tap"
	echo "1..$(wc -l < $MEMORY/"$NAME.tap")" >> $MEMORY/"$NAME.tap"
	echo $failed > $MEMORY/"$NAME.exit"
	grep '^not ok' $MEMORY/"$NAME.tap"
	cp $MEMORY/"$NAME".{tap,exit} "$VM_OUT/"
	exit $failed
}

main "$@"
