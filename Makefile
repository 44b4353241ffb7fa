# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#
# One entry for people; the parts' rules are in the build.mk files. Everything
# made here goes below $(O), kernels go to a cache outside the checkout.

O	?= build
V	?= 0
Q	:= $(if $(filter 1,$(V)),,@)
note	 = $(if $(Q),@printf '  %-6s %s\n' $1 $(@:$(O)/%=%))

export O KERNEL_SRC MPTCP_EXT_CACHE
KFLAGS	:= $(if $(filter 1,$(DEBUG)),--debug) $(if $(filter 1,$(BASE)),--base)
ifndef KPATH
KPATH	:= $(shell kernel-patches/kernel.sh path $(KFLAGS))
endif

CC	:= gcc
CLANG	:= $(or $(shell command -v clang-19),clang)
CFLAGS	?= -std=gnu11 -O2 -g -Wall -Wextra -Werror -Wformat=2
BPF_CFLAGS := -g -O2 -target bpf -mcpu=v3 -D__TARGET_ARCH_x86 -I include -I $(KPATH) \
	-I $(KPATH)/include -I $(KPATH)/libbpf/include -Wall -Werror

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help deps all build demo test check clean

# Fragments add what they build to ALL.
ALL	:=
-include kernel-patches/build.mk loader/build.mk bpf/build.mk selftests/build.mk \
	packaging/build.mk

help:	## this list
	@echo 'usage: make TARGET [V=1] [O=DIR]'; echo
	@sed -nE 's/^([a-z-]+):[^#]*## *(.*)/  \1	\2/p' $(wildcard $(MAKEFILE_LIST)) | \
		expand -t 20
	@echo; echo 'Times: cold / warm on two cores without KVM.'

deps:	## install what building and testing needs (3 min / at once)
	$(Q)packaging/deps.sh

# The kernel's directory may be another one after deps (a newer source), so the
# real work happens in a second make.
all:	deps ## kernel, library, tools, policies, tests (12 min / 5 s)
	$(Q)$(MAKE) --no-print-directory build

# $(O)/prefix: what an installation looks like, for the VM.
build:	$(KPATH)/.done
	$(Q)$(MAKE) --no-print-directory build-parts
	$(Q)$(MAKE) --no-print-directory -s install DESTDIR= PREFIX=$(abspath $(O))/prefix

.PHONY: build-parts
build-parts: $(ALL) $(BPF_OBJS)

demo:	## a scheduler decides a real transfer in the VM; SCHED= FILE= PATHS= (13 min / 1 min)
	$(Q)selftests/demo.sh arguments
	$(Q)$(MAKE) --no-print-directory all
	$(Q)packaging/deps.sh demo
	$(Q)selftests/demo.sh

clean:	## remove everything below $(O); kernels in the cache stay
	$(Q)rm -rf $(O)
