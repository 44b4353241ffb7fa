#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#
# The kernel source as a git repository: tag `base` is Debian's source as
# shipped, the series becomes commits on top of it.
#
#	tree.sh checkout	bring CACHE/kernel-tree to base plus series
#	tree.sh export		write its commits back to kernel-patches/6.12; new ones go
#				to the part before, or to $PART
#	tree.sh commit		print the commit of base plus series (used to build)
#	tree.sh base		print the commit of base
#	tree.sh source		print the repository's directory
#	tree.sh patches		print the patches in order
#
# The series is applied in a scratch work tree that holds only the files it
# touches: nothing a person or a build looks at is ever half applied, and a
# build later changes only the files that differ.

set -euo pipefail
. "$(dirname "$0")/lib.sh"

SHA=$(source_sha)
REPO=$CACHE/linux-${SHA:0:12}/src

import_base()
{
	local tmp=$REPO.new

	git -C "$REPO" rev-parse -q --verify refs/tags/base > /dev/null 2>&1 && return
	[ -e "$TARBALL" ] || die "$TARBALL is missing (run 'make deps')"
	say "unpacking $TARBALL"
	rm -rf "$tmp" "$REPO"
	mkdir -p "$tmp"
	tar -C "$tmp" --strip-components=1 -xf "$TARBALL"
	say "committing the base (about 30 s)"
	git -C "$tmp" init -q -b build
	git -C "$tmp" config gc.auto 0	# 86,000 loose objects are no reason
	# -f: the source ships files that its own .gitignore names; and to compress
	# 1.4 GB that nobody will send anywhere takes 7 s
	kgit -C "$tmp" -c core.compression=0 add -A -f
	GIT_AUTHOR_DATE='2000-01-01T00:00:00Z' GIT_COMMITTER_DATE='2000-01-01T00:00:00Z' \
		kgit -C "$tmp" commit -q -m "base: $(tested_version) or later, sha256 $SHA"
	git -C "$tmp" tag base
	mv "$tmp" "$REPO"
	if [ "$SHA" != "$(tested_sha)" ]; then
		warn "this source is not the tested one ($(tested_version)): continuing with sha256 $SHA"
	fi
}

touched_files()
{
	sed -n -e 's,^--- a/\([^\t]*\).*,\1,p' -e 's,^+++ b/\([^\t]*\).*,\1,p' \
	       -e 's,^rename \(from\|to\) ,,p' "$@" | sort -u
}

# "file:line" of each hunk that `git apply` refuses, as "file: @@ header".
# (`git am -3` itself only names the file.)
failing_hunks()
{
	local tree=$1 patch=$2 file line

	{ git -C "$tree" apply --check "$patch" 2>&1 || true; } |
	sed -n 's/^error: patch failed: \(.*\):\([0-9]*\)$/\1 \2/p' |
	while read -r file line; do
		awk -v f="--- a/$file" -v l="@@ -${line}[, ]" \
			'/^--- /{ on = $0 == f } on && $0 ~ "^" l' "$patch" |
			sed "s,^,  $file: ,"
	done
}

explain_conflict()
{
	local tree=$1 log=$2 nr
	shift 2

	nr=$(sed -n 's/^Patch failed at 0*\([0-9]*\) .*/\1/p' "$log" | head -n1)
	nr=${nr:-1}
	kgit -C "$tree" am --abort > /dev/null 2>&1 || true
	[ "$nr" -eq 1 ] || kgit -C "$tree" am -q -3 "${@:1:nr-1}" > /dev/null 2>&1 || true
	say "error: $(basename "${!nr}") does not apply to this base; hunks that fail:"
	failing_hunks "$tree" "${!nr}" >&2
	sed -nE '/patch failed:/d; s/^(error|CONFLICT)/  &/p' "$log" >&2
	say "To repair the series:"
	if [ ! -e "$KERNEL_TREE" ]; then
		say "  git -C $REPO worktree add -B series $KERNEL_TREE base"
	fi
	say "  cd $KERNEL_TREE && git checkout -B series base
  git am -3 \$($HERE/tree.sh patches)	(resolve, then 'git am --continue')
  and write the result back with 'make kernel-export'"
}

# The commit that is base plus series; applied once, then found by its key.
series_commit()
{
	local -a patches
	local key ref scratch=$CACHE/linux-${SHA:0:12}/scratch log=$CACHE/am.log

	mapfile -t patches < <(series_patches)
	if [ ${#patches[@]} -eq 0 ]; then
		git -C "$REPO" rev-parse 'base^{commit}'
		return
	fi
	key=$(cat "${patches[@]}" | sha256sum)
	ref=refs/series/${key:0:40}
	if ! git -C "$REPO" rev-parse -q --verify "$ref"; then
		git -C "$REPO" worktree remove --force "$scratch" 2> /dev/null || true
		rm -rf "$scratch"
		git -C "$REPO" worktree prune
		kgit -C "$REPO" worktree add -q --no-checkout --detach "$scratch" base
		touched_files "${patches[@]}" | sed 's,^,/,' |
			kgit -C "$scratch" sparse-checkout set --no-cone --stdin
		kgit -C "$scratch" checkout -q
		if ! kgit -C "$scratch" am -3 --committer-date-is-author-date \
				"${patches[@]}" > "$log" 2>&1; then
			explain_conflict "$scratch" "$log" "${patches[@]}"
			kgit -C "$REPO" worktree remove --force "$scratch"
			exit 1
		fi
		git -C "$REPO" update-ref "$ref" "$(git -C "$scratch" rev-parse HEAD)"
		git -C "$REPO" worktree remove --force "$scratch"
		git -C "$REPO" rev-parse "$ref"
	fi
}

# Fails when the developer's tree holds work that is in no patch file yet.
assert_exported()
{
	local head dirty

	dirty=$(git -C "$KERNEL_TREE" status --porcelain -uno | head -n5)
	[ -z "$dirty" ] || die "$KERNEL_TREE has uncommitted changes:
$dirty
commit them and run 'make kernel-export', or discard them, then try again"
	head=$(git -C "$KERNEL_TREE" rev-parse HEAD)
	[ -z "$(git -C "$KERNEL_TREE" for-each-ref --points-at "$head" refs/series refs/tags/base)" ] ||
		return 0
	die "$KERNEL_TREE has commits that were not exported:
$(git -C "$KERNEL_TREE" log --oneline -n5 base..HEAD)
run 'make kernel-export' to keep them, or remove the directory to drop them"
}

do_checkout()
{
	local want

	want=$(series_commit)
	if [ -e "$KERNEL_TREE" ]; then
		if [ "$(git -C "$KERNEL_TREE" rev-parse 'HEAD^{tree}')" = \
		     "$(git -C "$REPO" rev-parse "$want^{tree}")" ]; then
			say "$KERNEL_TREE is up to date"
			return
		fi
		assert_exported
		if [ "$(git -C "$KERNEL_TREE" rev-parse --git-common-dir)" = "$REPO/.git" ]; then
			kgit -C "$KERNEL_TREE" checkout -q -B series "$want"
			say "$KERNEL_TREE: $(git -C "$REPO" rev-list --count "base..$want") patches applied"
			return
		fi
		rm -rf "$KERNEL_TREE"
	fi
	git -C "$REPO" worktree prune
	kgit -C "$REPO" worktree add -q -B series "$KERNEL_TREE" "$want"
	say "$KERNEL_TREE: $(git -C "$REPO" rev-list --count "base..$want") patches applied"
}

# export_commits DIR: write each commit of the tree as a patch file below DIR, in
# the folder that held it before, or its predecessor's; new ones go to $PART if
# that is set. Prints their names in order.
export_commits()
{
	local dir=$1 commit file slug part=${PART:-patches} known
	local -A nr=()

	while read -r commit; do
		file=$(kgit -C "$KERNEL_TREE" format-patch --zero-commit --no-signature -N \
			--diff-algorithm=histogram -o "$dir" -1 "$commit")
		slug=${file##*/0001-}
		known=$(find "$BASE_DIR" -name "[0-9][0-9][0-9][0-9]-$slug" -printf '%P\n')
		if [ -n "$known" ]; then
			part=$(dirname "$known")
		elif [ -n "${PART:-}" ]; then
			part=$PART
		fi
		nr[$part]=$((${nr[$part]:-0} + 1))
		mkdir -p "$dir/$part"
		slug=$part/$(printf %04d "${nr[$part]}")-$slug
		mv "$file" "$dir/$slug"
		echo "$slug"
		if [ "${nr[$part]}" -eq 16 ]; then
			warn "$part has more than 15 patches: start a new part with PART=NAME"
		fi
	done < <(git -C "$KERNEL_TREE" rev-list --reverse base..HEAD)
}

do_export()
{
	local tmp name key
	local -a new

	[ -e "$KERNEL_TREE" ] || die "$KERNEL_TREE does not exist (run 'make kernel-tree')"
	git -C "$KERNEL_TREE" rev-parse -q --verify refs/tags/base > /dev/null ||
		die "$KERNEL_TREE has no tag 'base'"
	[ -z "$(git -C "$KERNEL_TREE" status --porcelain -uno)" ] ||
		warn "$KERNEL_TREE has uncommitted changes; they are not exported"
	tmp=$(mktemp -d)
	# shellcheck disable=SC2064	# tmp is gone when the trap runs
	trap "rm -rf '$tmp'" EXIT
	mapfile -t new < <(export_commits "$tmp")
	sed '/^#/!d' "$SERIES" > "$tmp/series"
	for name in "${new[@]}"; do
		echo "$name" >> "$tmp/series"
		cmp -s "$tmp/$name" "$BASE_DIR/$name" && continue
		mkdir -p "$BASE_DIR/${name%/*}"
		cp "$tmp/$name" "$BASE_DIR/$name"
		say "wrote $name"
	done
	while read -r name; do
		[ ! -e "$tmp/$name" ] || continue
		rm "$BASE_DIR/$name"
		say "removed $name"
	done < <(cd "$BASE_DIR" && find . -name '*.patch' -printf '%P\n' | sort)
	find "$BASE_DIR" -type d -empty -delete
	cmp -s "$tmp/series" "$SERIES" || cp "$tmp/series" "$SERIES"
	if [ ${#new[@]} -gt 0 ]; then
		key=$(cd "$tmp" && cat "${new[@]}" | sha256sum)
		git -C "$KERNEL_TREE" update-ref "refs/series/${key:0:40}" HEAD	# now exported
	fi
	say "${#new[@]} patches in $BASE_DIR"
}

main()
{
	case ${1:-} in
	patches)	series_patches; return;;
	checkout|export|commit|base|source) lock tree;;
	*)		die "usage: tree.sh checkout | export | commit | base | source | patches";;
	esac
	[ "$1" = export ] || import_base
	case $1 in
	checkout)	do_checkout;;
	export)		do_export;;
	commit)		series_commit;;
	base)		git -C "$REPO" rev-parse 'base^{commit}';;
	source)		echo "$REPO";;
	esac
}

main "$@"
