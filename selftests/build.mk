# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause

.PHONY: vm test test-unit test-harness test-vm test-debug check helpers

# Helper programs of the tests inside the VM, and policies that misbehave.
HELPERS := $(patsubst %.c,$(O)/%,$(filter-out %.bpf.c,$(wildcard selftests/kernel/*.c)))
TEST_BPF := $(patsubst %.c,$(O)/%.o,$(shell find selftests/kernel -name '*.bpf.c'))
ALL	+= $(HELPERS) $(TEST_BPF)

helpers: $(HELPERS)

$(O)/selftests/kernel/%: selftests/kernel/%.c
	$(call note,CC)
	$(Q)mkdir -p $(@D) && $(CC) $(CFLAGS) -I include -I $(KPATH)/include -MMD -MP $< -o $@ -lpthread

$(BPF_OBJS) $(TEST_BPF): $(KSTAMP)

-include $(HELPERS:=.d) $(TEST_BPF:.o=.d)
-include selftests/unit/build.mk selftests/fuzz/build.mk selftests/upstream/build.mk \
	selftests/bench/build.mk

vm:	all ## a root shell on the patched kernel (10 s once built)
	$(Q)selftests/vm/run $(KFLAGS)

test:	all ## everything below except test-debug and test-upstream; SUITE='NAME...' (45 min / 30 min)
	$(Q)kernel-patches/kernel.sh build --base
	$(Q)$(MAKE) --no-print-directory fuzz upstream-programs
	$(Q)selftests/test.sh unit harness base upstream vm first

test-unit: all ## Criterion tests on this machine (20 s)
	$(Q)selftests/test.sh unit

test-harness: all ## does selftests/vm/run tell the truth? (2 min)
	$(Q)selftests/test.sh harness

test-vm: all ## the suites of selftests/kernel in the VM; SUITE='NAME...' (20 min)
	$(Q)$(MAKE) --no-print-directory fuzz
	$(Q)selftests/test.sh vm

# What the guest builds, it builds against the kernel it runs: so must be what it finds.
test-debug: deps ## the same with KASAN, lockdep, kmemleak (20 min for that kernel, then 2 h)
	$(Q)$(MAKE) --no-print-directory DEBUG=1 build fuzz
	$(Q)selftests/test.sh debug

check:	## checkpatch, shellcheck, license lines (30 s)
	$(Q)packaging/deps.sh build
	$(Q)selftests/check.sh
