# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#
# What the kernel scripts share: where things are, and which source counts.
#
# CACHE/kernel-tree        the developer's work tree, one commit a patch
# CACHE/linux-<sha>/src    the repository; its work tree is what gets built
#                          (src-debug: a second one, for the debug flavour)
# CACHE/linux-<sha>/obj*   object directories, kept so that a changed patch
#                          rebuilds only what it touches
# CACHE/kernel-<key>       a finished kernel (KPATH)

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
BASE_DIR=$HERE/6.12
SERIES=$BASE_DIR/series
TARBALL=/usr/src/linux-source-6.12.tar.xz
CACHE=${MPTCP_EXT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/mptcp-ext}
KERNEL_TREE=${KERNEL_TREE:-$CACHE/kernel-tree}

# The output must not depend on the user's git configuration, nor the kernel's
# make on ours.
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE
unset MAKEFLAGS MFLAGS MAKELEVEL O V ARCH CROSS_COMPILE KBUILD_OUTPUT CFLAGS LDFLAGS

say()  { printf '%s\n' "$*" >&2; }
warn() { printf 'warning: %s\n' "$*" >&2; }
die()  { printf 'error: %s\n' "$*" >&2; exit 1; }

kgit() { git -c user.name='mptcp-ext' -c user.email='mptcp-ext@localhost' \
	     -c core.abbrev=12 -c gc.auto=0 -c advice.detachedHead=false "$@"; }

series_field() { sed -n "s/^# *$1: *//p" "$SERIES"; }
tested_version() { series_field base; }	# "linux-source-6.12 <version>"
tested_sha() { series_field sha256; }

# Patch files in order, absolute names.
series_patches()
{
	local name

	while read -r name; do
		[ -e "$BASE_DIR/$name" ] || die "series names '$name', which is not in $BASE_DIR"
		printf '%s\n' "$BASE_DIR/$name"
	done < <(sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d' "$SERIES")
}

# sha256 of the source tarball. Hashing 150 MB takes most of a second, so the
# answer is kept under the file's size, time and inode. Without the package the
# tested sum stands in: it names what `make deps` is about to install.
source_sha()
{
	local stamp sum

	if [ ! -e "$TARBALL" ]; then
		tested_sha
		return
	fi
	stamp=$CACHE/sha256-$(stat -c '%s-%Y-%i' "$TARBALL")
	if [ ! -s "$stamp" ]; then
		mkdir -p "$CACHE"
		rm -f "$CACHE"/sha256-*
		sum=$(sha256sum < "$TARBALL")
		printf '%s\n' "${sum%% *}" > "$stamp.$$" && mv "$stamp.$$" "$stamp"
	fi
	cat "$stamp"
}

# lock NAME: wait for whoever else works on the same thing. Descriptor 9 stays
# open, and the lock held, until the script ends.
lock()
{
	mkdir -p "$CACHE"
	exec 9> "$CACHE/lock-$1"
	flock -n 9 && return
	say "waiting for another make that holds $CACHE/lock-$1"
	flock 9
}
