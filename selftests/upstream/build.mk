# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# The kernel's own MPTCP selftests: fetched from its source, built, run as they are.

.PHONY: test-upstream upstream-programs

test-upstream: all upstream-programs ## the kernel's own MPTCP selftests: same results? (estimate, two idle cores: 40 min)
	$(Q)kernel-patches/kernel.sh build --base
	$(Q)selftests/test.sh upstream-full

upstream-programs: $(O)/upstream/bin/ip
	$(Q)selftests/upstream/prepare.sh $(O)/upstream/kernel

# The scripts start it ten thousand times: a static program starts faster.
$(O)/upstream/bin/ip: selftests/upstream/ip.c
	$(call note,CC)
	$(Q)mkdir -p $(@D) && $(CC) $(CFLAGS) -static $< -o $@
