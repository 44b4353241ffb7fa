# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Costs and scenarios of policies, measured under icount.

.PHONY: bench

BENCH_BIN	:= $(O)/selftests/bench
BENCH_CFLAGS	= $(CFLAGS) -isystem $(KPATH)/libbpf/include -isystem $(KPATH)/include
BENCH_OBJS	:= $(patsubst %,$(BENCH_BIN)/%.o,traffic conn netem pattern decisions)
BENCH_BPF	:= $(patsubst %.c,$(O)/%.o,$(wildcard selftests/bench/*.bpf.c))

ALL		+= $(BENCH_BIN)/traffic $(BENCH_BIN)/decisions $(BENCH_BPF)

$(BENCH_BPF): $(KSTAMP)

$(BENCH_OBJS): $(BENCH_BIN)/%.o: selftests/bench/%.c selftests/bench/build.mk $(KSTAMP) | $(KPATH)/.done
	$(call note,CC)
	$(Q)mkdir -p $(@D) && $(CC) $(BENCH_CFLAGS) -MMD -MP -c $< -o $@

$(BENCH_BIN)/traffic: $(filter-out %/decisions.o,$(BENCH_OBJS))
	$(call note,LINK)
	$(Q)$(CC) -o $@ $^ $(LOADER_LIBBPF) -lelf -lz

$(BENCH_BIN)/decisions: $(BENCH_BIN)/decisions.o
	$(call note,LINK)
	$(Q)$(CC) -o $@ $^ $(LOADER_LIBBPF) -lelf -lz

bench:	all ## what policies cost and gain, under icount; BENCH='cost goodput scenarios' SEEDS=10 SCENARIO='NAME...' (estimate, two idle cores: 15 min)
	$(Q)packaging/deps.sh demo
	$(Q)kernel-patches/kernel.sh build --base
	$(Q)selftests/bench/run.sh

-include $(wildcard $(BENCH_BIN)/*.d)
