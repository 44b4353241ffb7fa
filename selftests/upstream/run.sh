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
#	pass|fail|skip|flaky|once  SCRIPT  SUBTEST  MILLISECONDS
#
# "flaky" failed, but its script says not to count that; "once" failed in one of two
# tries, and a script has a second one when anything fails in it. The last line of
# each file is about the script itself: did it end by itself, with status 0? NAME.log
# is what the script printed (NAME.first.log: at the first try), NAME.netns what ip.c
# found.
#
# A script may take what the file `settings` beside it says, times $SLOW.

set -u

ROOT=/tmp/upstream		# of the scripts
RESULTS=$ROOT/results
SCHED='' POLICY='' NAME=run LIMIT=''
failed=0

# What the scripts run.
TOOLS=(awk basename bash bpftool cat cmp cp cut date dd dirname du env ethtool grep head ip
	ip6tables iptables jq kill ls mkdir mktemp nft nstat ping printf ps rm sed seq sh sleep
	sort ss stat sysctl tail tc tee timeout touch tr true uname uniq wc xargs)
# What those read when they start.
CONFIGURATION=(/etc/ld.so.cache /etc/iproute2 /etc/protocols /etc/services /etc/nsswitch.conf
	/etc/hosts /etc/passwd /etc/group)

# The guest's root is the host's: it asks the host for each file and each symbolic
# link on the way to it. These scripts start ten thousands of programs, and where time
# is counted in instructions the clock runs ahead, by seconds on a busy host, while the
# guest waits for an answer. So they get a root of their own in memory, and what they
# print stays there until they have ended.
make_root()
{
	local dir
	local -a files libs

	mkdir -p $ROOT && mount -t tmpfs -o mode=755 tmpfs $ROOT || return
	mkdir -p $ROOT/{bin,dev,proc,results,run,sys} && mkdir -m 1777 $ROOT/tmp || return
	for dir in dev proc run sys; do
		mount --rbind /$dir $ROOT/$dir || return
	done
	mapfile -t files < <(type -P "${TOOLS[@]}")
	[ ${#files[@]} -eq ${#TOOLS[@]} ] && cp -L "${files[@]}" $ROOT/bin/ || return
	cp -r "$O/upstream/kernel/net" $ROOT/ || return
	mapfile -t libs < <(ldd $ROOT/bin/* $ROOT/net/mptcp/mptcp_connect 2> /dev/null |
		sed -nE 's/^\t([^ ]* => )?(\/[^ ]+) \(.*/\2/p' | sort -u)
	mapfile -t files < <(ls -d "${CONFIGURATION[@]}" 2> /dev/null)
	cp -rL --parents "${libs[@]}" /usr/lib/*/xtables "${files[@]}" $ROOT/ || return
	mv $ROOT/bin/ip $ROOT/bin/real-ip && cp "$O/upstream/bin/ip" $ROOT/bin/
}

# inside COMMAND...: in that root, beside the scripts
inside()
{
	chroot $ROOT /bin/env -C /net/mptcp PATH=/bin UPSTREAM_IP=/bin/real-ip \
		UPSTREAM_SCHED="$SCHED" "$@"
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

# try NAME SCRIPT...: runs it, writes NAME.log and NAME.results
try()
{
	local name=$1 start=$SECONDS verdict=pass
	shift

	inside UPSTREAM_NETNS=/results/"$name.netns" timeout -k 10 $((LIMIT * SLOW)) \
		bash "./$1.sh" "${@:2}" > $RESULTS/"$name.log" 2>&1 < /dev/null || verdict=fail
	inside ip -all netns delete
	{
		results $RESULTS/"$name.log"
		printf '%s\t%s\t%s ends with status 0\t%d\n' $verdict "$1" "$*" \
			$(((SECONDS - start) * 1000))
	} > $RESULTS/"$name.results"
}

# both FIRST SECOND: results of two tries as those of one
both()
{
	awk -F'\t' -v OFS='\t' '
	{ key = $2 FS $3; key = key FS (++times[FILENAME, key]) }
	FILENAME == ARGV[1] { first[key] = $1; next }
	(first[key] == "fail" && $1 == "pass") || (first[key] == "pass" && $1 == "fail") {
		$1 = "once"
	}
	{ print }' "$1" "$2"
}

# Some of these scripts start a hundred programs and wait for the last of them only: what
# fails is asked once more.
run_one()
{
	local script=$1 name=${1//[!a-z0-9A-Z_-]/} start=$SECONDS before
	local -a words

	read -ra words <<< "$script"
	before=$(decisions)
	: > $RESULTS/"$name.netns"
	try "$name" "${words[@]}"
	if grep -q '^fail' $RESULTS/"$name.results"; then
		mv $RESULTS/"$name.results" $RESULTS/"$name.first"
		mv $RESULTS/"$name.log" $RESULTS/"$name.first.log"
		try "$name" "${words[@]}"
		mv $RESULTS/"$name.results" $RESULTS/"$name.second"
		both $RESULTS/"$name".{first,second} > $RESULTS/"$name.results"
	fi
	[ -z "$POLICY" ] || echo $(($(decisions) - before)) > $RESULTS/"$name.decisions"
	printf '%s: %s%s, %d s\n' "$script" \
		"$(cut -f1 $RESULTS/"$name.results" | sort | uniq -c |
			awk '{ printf "%s%d %s", c, $1, $2; c = ", " }')" \
		"$([ -z "$POLICY" ] || echo ", $(cat $RESULTS/"$name.decisions") decisions")" \
		$((SECONDS - start))
	cp $RESULTS/"$name".* "$VM_OUT/"
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

	read -r added kept away invalid < <(cat $RESULTS/*.netns | awk -v want="$want" '
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
		ok "$(cat $RESULTS/"$name.decisions") > 0" \
			"$script: $(cat $RESULTS/"$name.decisions") decisions were $SCHED's"
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
	make_root || { echo "run.sh: cannot make $ROOT" >&2; exit 1; }
	LIMIT=$(sed -n 's/^timeout=//p' $ROOT/net/mptcp/settings)
	for script in "$@"; do
		run_one "$script"
	done
	check_scheduler "$@" > $RESULTS/"$NAME.tap"
	echo "1..$(wc -l < $RESULTS/"$NAME.tap")" >> $RESULTS/"$NAME.tap"
	echo $failed > $RESULTS/"$NAME.exit"
	grep '^not ok' $RESULTS/"$NAME.tap"
	cp $RESULTS/"$NAME".{tap,exit} "$VM_OUT/"
	exit $failed
}

main "$@"
