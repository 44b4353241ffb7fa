# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Policies that ship: one object for each bpf/<kind>/NAME.bpf.c.

BPF_SRCS := $(wildcard bpf/*/*.bpf.c)
BPF_OBJS := $(BPF_SRCS:%.c=$(O)/%.o)

.PHONY: bpf
bpf: $(BPF_OBJS)

# Any .bpf.c of the tree, the tests' included.
$(O)/%.bpf.o: %.bpf.c | $(KPATH)/.done
	$(call note,BPF)
	$(Q)mkdir -p $(@D) && $(CLANG) $(BPF_CFLAGS) -MMD -MP -c $< -o $@

-include $(BPF_OBJS:.o=.d)
