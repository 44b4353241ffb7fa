# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause

.PHONY: kernel kernel-tree kernel-export kernel-path

kernel:	## patched kernel, libbpf, bpftool; DEBUG=1 BASE=1 KERNEL_SRC=DIR (10 min / at once)
	$(Q)packaging/deps.sh build kernel
	$(Q)kernel-patches/kernel.sh build $(KFLAGS)

kernel-tree: ## the kernel source with the series as commits, to work in (1 min)
	$(Q)packaging/deps.sh kernel
	$(Q)kernel-patches/tree.sh checkout

kernel-export: ## write that tree's commits back to kernel-patches/6.12 (1 s)
	$(Q)kernel-patches/tree.sh export

kernel-path: ## print the directory of the finished kernel
	@echo $(KPATH)

$(KPATH)/.done:
	$(Q)kernel-patches/kernel.sh build $(KFLAGS)

# Changes only when KPATH does: what is compiled against vmlinux.h is then stale
# although no file of the old directory got newer.
KSTAMP	:= $(O)/kernel-path
$(KSTAMP): FORCE
	@mkdir -p $(@D); echo $(KPATH) | cmp -s - $@ || echo $(KPATH) > $@
.PHONY: FORCE
FORCE:
