#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# timeout: 120
# Can somebody who has nothing but what 'make install' installs build a policy, load it and see it
# work: the example, and what 'mptcp-pmctl new' writes?
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/policy.sh"

PREFIX=$TEST_DIR/usr
export PKG_CONFIG_PATH=$PREFIX/lib/pkgconfig PATH=$PREFIX/sbin:$PATH

files() { find "$1" ! -type d | wc -l; }
try() { make -s -C "$TEST_DIR/$1" "${@:2}"; }

run_ok "make install" make -C "$TOP_DIR" -s install PREFIX="$PREFIX" O="$O" KPATH="$KPATH"
is "$(type -p mptcp-pmctl)" "$PREFIX/sbin/mptcp-pmctl" "the tool is there"

# ---- the library ----

cat >"$TEST_DIR/prog.c" <<-'END'
	#include <mptcp_ext/mptcp_ext.h>
	#include <stdio.h>
	int main(void) { return puts(mpx_version()) < 0; }
END
# shellcheck disable=SC2046	# options
run_ok "a program builds against it" gcc -Wall -Werror -o "$TEST_DIR/prog" "$TEST_DIR/prog.c" \
	$(pkg-config --cflags --libs libmptcp-ext)
is "$(LD_LIBRARY_PATH=$PREFIX/lib "$TEST_DIR/prog")" "$(pkg-config --modversion libmptcp-ext)" \
	"and runs"

# ---- the example, far from the tree ----

cp -r "$TOP_DIR/examples/hello-sched" "$TEST_DIR/hello"
run_ok "the example builds" try hello
run_ok "its check passes" try hello check
like "$OUT" "margin_us +u32 +0 +1000000" "check shows its tunable"
run_ok "its test passes" try hello test
like "$OUT" "PASS: hello" "it says so"
is "$(</proc/sys/net/mptcp/available_schedulers) $(ip netns)" "default " "it leaves nothing behind"

# ---- new ----

cd "$TEST_DIR" || bail_out "no $TEST_DIR"
run_ok "new" mptcp-pmctl new my_first
is "$(grep -rl hello my_first)" "" "no other name is in what it writes"
run_ok "it builds" try my_first
run_ok "its check passes" try my_first check
run_ok "its test passes" try my_first test
like "$OUT" "PASS: my_first" "it says so"

sed -i 's/fast" -gt "\$slow/fast" -lt "$slow/' my_first/test.sh
run_fails "a test that expects something else fails" try my_first test
run_fails "new does not write over a directory" mptcp-pmctl new my_first
like "$OUT" "my_first.*exists" "it says so"
run_ok "new with a path" mptcp-pmctl new "$TEST_DIR/my_first/other"
run_ok "the policy is named after its last part" grep -q '"other"' my_first/other/other.bpf.c
run_fails "new with a name that C does not take" mptcp-pmctl new 1st
run_fails "new of an unknown kind" mptcp-pmctl new fine --kind nonsense
run_fails "there is no directory then" test -e fine

# ---- a mistake is shown where it was made ----

sed -i 's/if (!best)$/if (best)/' my_first/my_first.bpf.c
run_fails "a policy that uses no pointer safely is refused" try my_first check
like "$OUT" "my_first.bpf.c:[0-9]+" "with the line of the source"

run_ok "make uninstall" make -C "$TOP_DIR" -s uninstall PREFIX="$PREFIX" O="$O" KPATH="$KPATH"
is "$(files "$PREFIX")" 0 "nothing is left"
done_testing
