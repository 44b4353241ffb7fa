# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# libmptcp-ext (static and shared) and the CLI.

LOADER_VERSION	:= $(shell sed -n 's/^.define MPX_VERSION.*"\(.*\)"/\1/p' include/mptcp_ext/mptcp_ext.h)
LOADER_SONAME	:= libmptcp-ext.so.0

# -isystem: the kernel's and libbpf's headers are not ours to warn about.
LOADER_CFLAGS	= $(CFLAGS) -D_GNU_SOURCE -fPIC -I include -I $(O) \
	-isystem $(KPATH)/libbpf/include -isystem $(KPATH)/include
LOADER_LIBBPF	= $(KPATH)/libbpf/lib/libbpf.a
LOADER_LIBS	:= -lelf -lz -lmnl -lpthread

LIB_SRCS	:= $(wildcard loader/lib/*.c)
LIB_OBJS	:= $(LIB_SRCS:%.c=$(O)/%.o)
CTL_SRCS	:= $(wildcard loader/ctl/*.c loader/common/*.c)
CTL_OBJS	:= $(CTL_SRCS:%.c=$(O)/%.o)

LOADER		:= $(O)/loader/libmptcp-ext.a $(O)/loader/libmptcp-ext.so $(O)/loader/mptcp-pmctl
ALL		+= $(LOADER)

.PHONY: loader
loader: $(LOADER)

$(O)/loader/%.o: loader/%.c loader/build.mk | $(KPATH)/.done
	$(call note,CC)
	$(Q)mkdir -p $(@D) && $(CC) $(LOADER_CFLAGS) -MMD -MP -c $< -o $@

# BPF programs inside the library, without their debug sections.
LIB_SKELS	:= $(O)/bpf/run/tree.skel.h $(O)/bpf/metrics/snapshot.skel.h
%.skel.h: %.bpf.o
	$(call note,SKEL)
	$(Q)$(KPATH)/bpftool gen object $(@:.h=.o) $<
	$(Q)$(KPATH)/bpftool gen skeleton $(@:.h=.o) name $(basename $(basename $(@F)))_bpf > $@
$(O)/loader/lib/tree.o $(O)/loader/lib/snapshot.o: $(LIB_SKELS)

# The examples' text is inside the CLI.
CTL_TEMPLATES	:= $(wildcard examples/*/*)
$(O)/loader/ctl/template.o: $(CTL_TEMPLATES)

# What the objects were compiled against may move with the kernel.
$(LIB_OBJS) $(CTL_OBJS): $(KSTAMP)

# libbpf is inside both, hidden: programs may use another version of it besides.
$(O)/loader/exports: loader/lib/libmptcp-ext.map
	$(Q)mkdir -p $(@D) && sed -n 's/^\t\t\(mpx_[a-z_]*\);$$/\1/p' $< > $@

$(O)/loader/libmptcp-ext.a: $(LIB_OBJS) $(O)/loader/exports
	$(call note,AR)
	$(Q)$(LD) -r -o $(@:.a=.whole) $(LIB_OBJS) $(LOADER_LIBBPF)
	$(Q)objcopy --keep-global-symbols=$(O)/loader/exports $(@:.a=.whole) $(@:.a=.o)
	$(Q)rm -f $@ $(@:.a=.whole) && $(AR) rcs $@ $(@:.a=.o) && rm $(@:.a=.o)

$(O)/loader/libmptcp-ext.so: $(LIB_OBJS) loader/lib/libmptcp-ext.map
	$(call note,LINK)
	$(Q)$(CC) -shared -Wl,-soname,$(LOADER_SONAME) -Wl,--no-undefined \
		-Wl,--version-script=loader/lib/libmptcp-ext.map $(LDFLAGS) -o $@ $(LIB_OBJS) \
		$(LOADER_LIBBPF) $(LOADER_LIBS)
	$(Q)ln -sf libmptcp-ext.so $(@D)/$(LOADER_SONAME)

# The CLI stands alone: one file to copy into a VM or onto a router.
$(O)/loader/mptcp-pmctl: $(CTL_OBJS) $(O)/loader/libmptcp-ext.a
	$(call note,LINK)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LOADER_LIBS) -ljansson

-include $(LIB_OBJS:.o=.d) $(CTL_OBJS:.o=.d)
