#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Do objects written for the development tree's interface load and run unchanged?
. "${BASH_SOURCE[0]%/*}/lib.sh"
. "${BASH_SOURCE[0]%/*}/policy.sh"

dmesg_mark
paths 2 4 50mbit/5ms/100
for s in c_first c_legacy c_bkup c_rr c_red c_burst; do
	run_ok "$s loads" load_policy "compat/$s" || continue
	set_sched "$s" "$CL"
	xfer --bytes 4M --subflows 2 >/dev/null
	is "$VERDICT" ok "$s: 4 MiB arrive unchanged"
	share=$(path_share 1)
	case $s in
	c_rr | c_red | c_burst)
		between "$share" 20 80 "$s: both paths are used" ;;
	*)
		between "$share" 99 100 "$s: only the first path is used" ;;
	esac
	set_sched default "$CL"
	run_ok "$s unloads" unload_policy "$s"
done

# bpftool knows nothing of us
run_ok "bpftool registers one" bpftool struct_ops register "$(policy_object compat/c_legacy)"
set_sched c_legacy "$CL"
xfer --bytes 1M --subflows 2 >/dev/null
is "$VERDICT" ok "registered by bpftool: 1 MiB arrives unchanged"
set_sched default "$CL"
run_ok "bpftool removes it" bpftool struct_ops unregister name c_legacy
is "$(</proc/sys/net/mptcp/available_schedulers)" default "it is gone"
is "$(dmesg_new)" "" "the kernel log is silent"
done_testing
