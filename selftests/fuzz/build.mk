# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Random policies: the generator, the program that runs them in the VM, and one object for each
# seed from SEED on, COUNT of them. SEED.bpf.c stays beside SEED.bpf.o, to read.

.PHONY: fuzz test-fuzz

FUZZ_DIR	:= $(O)/fuzz
FUZZ_BIN	:= $(O)/selftests/fuzz
FUZZ_SEED	:= $(or $(SEED),1)
FUZZ_COUNT	:= $(or $(COUNT),50)
FUZZ_OBJS	= $(foreach n,$(shell seq $(FUZZ_SEED) $$(($(FUZZ_SEED) + $(FUZZ_COUNT) - 1))),\
	$(FUZZ_DIR)/$n.bpf.o)
FUZZ_STRIP	:= $(subst clang,llvm-strip,$(CLANG)) -g
FUZZ_CFLAGS	= $(CFLAGS) -isystem $(KPATH)/libbpf/include -isystem $(KPATH)/include

ALL		+= $(FUZZ_BIN)/gen_policy $(FUZZ_BIN)/fuzz_run

$(FUZZ_BIN)/%.o: selftests/fuzz/%.c selftests/fuzz/build.mk $(KSTAMP) | $(KPATH)/.done
	$(call note,CC)
	$(Q)mkdir -p $(@D) && $(CC) $(FUZZ_CFLAGS) -MMD -MP -c $< -o $@

$(FUZZ_BIN)/gen_policy: $(patsubst %,$(FUZZ_BIN)/%.o,gen_policy gen_expr gen_stmt)
	$(call note,LINK)
	$(Q)$(CC) -o $@ $^

$(FUZZ_BIN)/fuzz_run: $(patsubst %,$(FUZZ_BIN)/%.o,fuzz_run run_net run_policy run_traffic \
		run_events run_move)
	$(call note,LINK)
	$(Q)$(CC) -o $@ $^ $(LOADER_LIBBPF) -lelf -lz

# The same text is not compiled again.
$(FUZZ_DIR)/%.bpf.c: $(FUZZ_BIN)/gen_policy
	$(Q)mkdir -p $(@D) && $< $* > $@.new
	$(Q)if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

# Random code makes all kinds of pointless comparisons: no warnings. Without the debug sections,
# which nobody reads, an object is an eighth of the size.
$(FUZZ_DIR)/%.bpf.o: $(FUZZ_DIR)/%.bpf.c selftests/fuzz/stats.h $(wildcard include/mptcp_bpf/*.h) $(KSTAMP) | $(KPATH)/.done
	$(call note,BPF)
	$(Q)$(CLANG) $(BPF_CFLAGS) -I selftests/fuzz -w -c $< -o $@.new
	$(Q)$(FUZZ_STRIP) $@.new && mv $@.new $@

.PRECIOUS: $(FUZZ_DIR)/%.bpf.c

fuzz: $(FUZZ_OBJS) $(FUZZ_BIN)/fuzz_run ## objects of random policies; SEED=1 COUNT=50 (30 s)

test-fuzz: all ## many random policies in the VM; SEED=1 COUNT=2000 BATCH=250 DEBUG=1 (50: 2 min)
	$(Q)selftests/fuzz/run.sh

-include $(wildcard $(FUZZ_BIN)/*.d)
