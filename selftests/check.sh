#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#
# Static checks of the tree: one line a finding, exit status 1 if there is any.

set -uo pipefail
cd "$(dirname "$0")/.." || exit
failed=0

found()
{
	[ -z "$2" ] || { printf '== %s\n%s\n' "$1" "$2"; failed=1; }
}

files() { git ls-files -co --exclude-standard | while read -r f; do
		[ ! -f "$f" ] || printf '%s\n' "$f"; done; }

shell_files() { files | xargs -r grep -lE -m1 '^#!/bin/(ba)?sh|^# shellcheck shell='; }

found shellcheck "$(shell_files | xargs -r shellcheck -x -P SCRIPTDIR -S warning -f gcc)"

found 'no SPDX line in the first two lines' "$(
	files | grep -vE '^LICENSES/|\.(md|patch|json|golden|txt)$' | while read -r file; do
		head -n 2 "$file" | grep -q 'SPDX-License-Identifier: ' || echo "$file"
	done)"

found 'a registry host is named' "$(
	files | grep -v '^LICENSES/' | xargs -r grep -nIE \
	'(deb|ftp|security|snapshot)[.]debian[.]|pypi[.]|registry[.]npmjs|crates[.]io|proxy[.]golang')"

found 'a path of one machine' "$(
	files | grep -v '^LICENSES/' | xargs -r grep -nIE '(^|[^[:alnum:]_./-])/(work|root|home/[a-z]+)/')"

patches=$(kernel-patches/tree.sh patches)
if [ -n "$patches" ]; then
	# MAINTAINERS is not ours to edit
	found 'checkpatch --strict' "$(
		# shellcheck disable=SC2086	# a list of names without spaces
		perl "$(kernel-patches/tree.sh source)/scripts/checkpatch.pl" --strict --terse -q \
			--no-summary --ignore FILE_PATH_CHANGES,UNKNOWN_COMMIT_ID --root "$(kernel-patches/tree.sh source)" \
			$patches 2> /dev/null)"
fi

[ $failed -ne 0 ] || echo "check: nothing found"
exit $failed
