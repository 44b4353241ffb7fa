#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#
# Installs what building and testing needs: deps.sh [build] [kernel] [vm] [demo]
# (default: the first three). A call that finds everything there needs no network and
# takes a moment. The user's apt configuration stays as it was: the two packages
# that Debian 12 lacks come through a private one.

set -euo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
SERIES=$HERE/../kernel-patches/6.12/series
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# a machine without backports keeps Debian 12's QEMU and is not asked again
NO_BACKPORTS=${MPTCP_EXT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/mptcp-ext}/no-backports

BUILD=(make gcc libc6-dev git clang-19 llvm-19 libelf-dev zlib1g-dev libzstd-dev libcap-dev
	libcriterion-dev libjansson-dev libmnl-dev libasan8 libubsan1 pkg-config jq shellcheck
	python3-docutils)
KERNEL=(make gcc libc6-dev git pahole bc bison flex libelf-dev libssl-dev zlib1g-dev libzstd-dev
	libcap-dev rsync cpio kmod xz-utils perl python3)
# curl, ssh, dropbear (a server without a service): tests run them over MPTCP.
# udev: virtme-ng's guest finds its ports by the names udev gives them
VM=(iproute2 nftables ethtool tcpdump iperf3 busybox-static python3 procps udev util-linux
	curl openssh-client dropbear-bin iptables iputils-ping)
DEMO=(gnuplot-nox fonts-dejavu-core)

# a fresh machine may still run its own first update
APT=(apt-get -q -y -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300)
LOG=
ROOT=()

say()  { printf '%s\n' "$*" >&2; }
die()  { printf 'error: %s\n' "$*" >&2; exit 1; }

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2> /dev/null)" = installed ]; }
version_of() { dpkg-query -W -f '${Version}' "$1" 2> /dev/null || true; }

missing_of()
{
	local all

	# one call for all: dpkg-query is slow to start
	all=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2> /dev/null || true)
	printf '%s\n' "$@" | sort -u |
		grep -vxF -f <(sed -n 's/^installed //p' <<< "$all") || true
}

# Run a command that changes the system; its output goes to a log that is shown
# when it fails.
run()
{
	if [ -z "$LOG" ]; then
		LOG=$(mktemp)
		trap 'rm -f "$LOG"' EXIT
		if [ "$(id -u)" -ne 0 ]; then
			command -v sudo > /dev/null || die "run 'make deps' as root (or install sudo)"
			ROOT=(sudo)
		fi
	fi
	"${ROOT[@]}" env DEBIAN_FRONTEND=noninteractive "$@" > "$LOG" 2>&1 < /dev/null && return
	tail -n 20 "$LOG" >&2
	die "'$*' failed"
}

UPDATED=
update_lists()
{
	[ -z "$UPDATED" ] || return 0
	say "updating the package lists"
	# an unrelated source that cannot be reached must not stop us: apt-get
	# install will say what it really lacks
	(run "${APT[@]}" update) 2> /dev/null || true
	UPDATED=1
}

install()
{
	update_lists
	say "installing: $*"
	run "${APT[@]}" --no-install-recommends install "$@"
}

codename() { sed -n 's/^VERSION_CODENAME=//p' /etc/os-release; }

# The mirror this machine uses for Debian itself.
mirror()
{
	# shellcheck disable=SC2016	# apt expands these
	apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' \
		'Created-By: Packages' | awk '$2 == "bookworm" && $3 == "main" { print $1; exit }'
}

# Fill $PRIVATE with an apt configuration of its own: the lists of the user's
# sources when $2 says so, plus suite $1.
private_apt()
{
	local suite=$1 with_users=$2 uri file

	update_lists
	uri=$(mirror)
	[ -n "$uri" ] || die "no apt source for Debian 12 ('bookworm main') is configured"
	PRIVATE=$(mktemp -d)
	mkdir -p "$PRIVATE/parts" "$PRIVATE/lists/partial" "$PRIVATE/cache/archives/partial"
	: > "$PRIVATE/sources.list"
	if [ "$with_users" = yes ]; then
		cp -a /var/lib/apt/lists/. "$PRIVATE/lists/"
		[ ! -e /etc/apt/sources.list ] || cp /etc/apt/sources.list "$PRIVATE/"
		for file in /etc/apt/sources.list.d/*; do
			[ ! -e "$file" ] || ln -s "$file" "$PRIVATE/parts/"
		done
	fi
	echo "deb [signed-by=$KEYRING] $uri $suite main" > "$PRIVATE/parts/mptcp-ext-$suite.list"
	PRIVATE_OPTS=(-o "Dir::Etc::sourcelist=$PRIVATE/sources.list"
		-o "Dir::Etc::sourceparts=$PRIVATE/parts" -o "Dir::State::lists=$PRIVATE/lists"
		-o "Dir::Cache=$PRIVATE/cache" -o APT::Sandbox::User=root)
	(run "${APT[@]}" "${PRIVATE_OPTS[@]}" update) 2> /dev/null || true
}

# QEMU 10 (backports) emulates this guest twice as fast as Debian 12's 7.2.
install_qemu()
{
	if [ "$(codename)" != bookworm ]; then
		install qemu-system-x86
		return
	fi
	private_apt bookworm-backports yes
	say "installing: qemu-system-x86 (bookworm-backports)"
	if ! (run "${APT[@]}" "${PRIVATE_OPTS[@]}" --no-install-recommends \
			-t bookworm-backports install qemu-system-x86); then
		say "warning: no QEMU from bookworm-backports; Debian 12's own works, half as fast"
		installed qemu-system-x86 || install qemu-system-x86
		mkdir -p "$(dirname "$NO_BACKPORTS")"
		touch "$NO_BACKPORTS"
	fi
	rm -rf "$PRIVATE"
}

# Debian 12 has no virtme-ng; Debian 13's package is architecture-independent
# and its dependencies are met on 12.
install_virtme()
{
	if [ "$(codename)" != bookworm ]; then
		install virtme-ng
		return
	fi
	private_apt trixie no
	say "installing: virtme-ng (trixie)"
	(cd "$PRIVATE" && run "${APT[@]}" "${PRIVATE_OPTS[@]}" download virtme-ng)
	run "${APT[@]}" --no-install-recommends install "$PRIVATE"/virtme-ng_*.deb
	rm -rf "$PRIVATE"
}

need_qemu()
{
	installed qemu-system-x86 || return 0
	[ "$(codename)" = bookworm ] || return 1
	dpkg --compare-versions "$(version_of qemu-system-x86)" lt 1:8 &&
		[ ! -e "$NO_BACKPORTS" ]
}

# The kernel source: the tested version while apt offers it, else the newest.
install_source()
{
	local pkg tested have

	read -r pkg tested < <(sed -n 's/^# *base: *//p' "$SERIES")
	have=$(version_of "$pkg")
	[ "$have" != "$tested" ] || return 0
	[ -n "$have" ] || update_lists
	if apt-cache madison "$pkg" | awk '{ print $3 }' | grep -qxF "$tested"; then
		say "installing: $pkg $tested"
		run "${APT[@]}" --no-install-recommends \
			--allow-downgrades install "$pkg=$tested"
		return
	fi
	[ -n "$have" ] || install "$pkg"
	say "warning: $pkg is $(version_of "$pkg"), the series was tested with $tested"
}

main()
{
	local -a groups=("$@") packages=() missing=()
	local group

	command -v dpkg-query > /dev/null || die "this needs Debian (dpkg, apt)"
	[ ${#groups[@]} -gt 0 ] || groups=(build kernel vm)
	for group in "${groups[@]}"; do
		case $group in
		build)	packages+=("${BUILD[@]}");;
		kernel)	packages+=("${KERNEL[@]}");;
		vm)	packages+=("${VM[@]}");;
		# another gnuplot of the user would have to go for ours
		demo)	command -v gnuplot > /dev/null || packages+=("${DEMO[@]}");;
		*)	die "unknown group '$group' (build, kernel, vm, demo)";;
		esac
	done
	[ ${#packages[@]} -eq 0 ] || mapfile -t missing < <(missing_of "${packages[@]}")
	[ ${#missing[@]} -eq 0 ] || install "${missing[@]}"
	for group in "${groups[@]}"; do
		case $group in
		kernel)
			install_source;;
		vm)
			! need_qemu || install_qemu
			installed virtme-ng || install_virtme;;
		esac
	done
}

main "$@"
