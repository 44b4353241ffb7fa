# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# What is installed, in one list that install and uninstall go by; man pages.

PREFIX		?= /usr/local
LIBDIR		?= $(PREFIX)/lib
SBINDIR		?= $(PREFIX)/sbin
INCLUDEDIR	?= $(PREFIX)/include
MANDIR		?= $(PREFIX)/share/man
COMPLETIONDIR	?= $(PREFIX)/share/bash-completion/completions

# rst, as bpftool has it: one readable source. Without rst2man (python3-docutils)
# there are no pages, and all else builds.
RST2MAN	:= $(notdir $(firstword $(wildcard /usr/bin/rst2man /usr/bin/rst2man.py)))
MAN	:= $(if $(RST2MAN),$(patsubst docs/man/%.rst,$(O)/man/%,$(wildcard docs/man/*.rst)))
ALL	+= $(MAN)

$(O)/man/%: docs/man/%.rst
	$(call note,MAN)
	$(Q)mkdir -p $(@D) && /usr/bin/$(RST2MAN) --strict $< $@

# each=MODE:DIRECTORY:FILES -> one MODE:SOURCE:DESTINATION a file
entries	= $(foreach f,$3,$1:$f:$2/$(notdir $f))
SHIPPED	:= $(patsubst %.c,$(O)/%.o,$(wildcard bpf/sched/*.bpf.c))

# The types and libbpf's headers that the policies of this tree were built with:
# distributions' are older, or of a kernel without the hooks.
INSTALLED = $(call entries,644,$(INCLUDEDIR)/mptcp_ext,$(wildcard include/mptcp_ext/*.h)) \
	$(call entries,644,$(INCLUDEDIR)/mptcp_bpf,$(wildcard include/mptcp_bpf/*.h)) \
	$(call entries,644,$(INCLUDEDIR)/mptcp_bpf/base,$(KPATH)/vmlinux.h) \
	$(call entries,644,$(INCLUDEDIR)/mptcp_bpf/base/bpf,$(addprefix \
		$(KPATH)/libbpf/include/bpf/bpf_,helpers.h helper_defs.h tracing.h core_read.h endian.h)) \
	$(call entries,644,$(LIBDIR),$(O)/loader/libmptcp-ext.a) \
	755:$(O)/loader/libmptcp-ext.so:$(LIBDIR)/libmptcp-ext.so.$(LOADER_VERSION) \
	$(call entries,644,$(LIBDIR)/mptcp-ext,$(SHIPPED)) \
	$(call entries,755,$(SBINDIR),$(O)/loader/mptcp-pmctl) \
	$(foreach f,$(MAN),644:$f:$(MANDIR)/man$(lastword $(subst ., ,$f))/$(notdir $f)) \
	$(call entries,644,$(COMPLETIONDIR),$(wildcard packaging/completions/*))

# Directories that are ours alone.
INSTALLED_DIRS = $(INCLUDEDIR)/mptcp_bpf/base/bpf $(INCLUDEDIR)/mptcp_bpf/base \
	$(INCLUDEDIR)/mptcp_bpf $(INCLUDEDIR)/mptcp_ext $(LIBDIR)/mptcp-ext

.PHONY: install uninstall

install: $(LOADER) $(SHIPPED) $(MAN) ## headers, library, tool, policies, manual: PREFIX=/usr/local DESTDIR=
	$(Q)for e in $(INSTALLED); do \
		to=$${e##*:} from=$${e#*:}; \
		install -D -m $${e%%:*} $${from%%:*} $(DESTDIR)$$to || exit; done
	$(Q)ln -sf libmptcp-ext.so.$(LOADER_VERSION) $(DESTDIR)$(LIBDIR)/$(LOADER_SONAME)
	$(Q)ln -sf $(LOADER_SONAME) $(DESTDIR)$(LIBDIR)/libmptcp-ext.so
	$(Q)install -d $(DESTDIR)$(LIBDIR)/pkgconfig
	$(Q)sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' \
		-e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' -e 's|@VERSION@|$(LOADER_VERSION)|' \
		loader/lib/libmptcp-ext.pc.in > $(DESTDIR)$(LIBDIR)/pkgconfig/libmptcp-ext.pc
	$(if $(MAN),,@echo "note: no man pages, rst2man (python3-docutils) is missing")

uninstall: ## remove what install installed there; same PREFIX= DESTDIR=
	$(Q)for e in $(INSTALLED); do rm -f $(DESTDIR)$${e##*:}; done
	$(Q)rm -f $(addprefix $(DESTDIR)$(LIBDIR)/,$(LOADER_SONAME) libmptcp-ext.so \
		pkgconfig/libmptcp-ext.pc)
	$(Q)for d in $(INSTALLED_DIRS); do \
		[ ! -d $(DESTDIR)$$d ] || rmdir --ignore-fail-on-non-empty $(DESTDIR)$$d; done
