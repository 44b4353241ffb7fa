# SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
# Criterion tests of user space, with sanitizers, on this machine.

UNIT_DIR	:= $(O)/selftests/unit
UNIT_SAN	:= -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	-fno-omit-frame-pointer
UNIT_CFLAGS	= $(filter-out -O2,$(CFLAGS)) -O1 $(UNIT_SAN) -D_GNU_SOURCE -I include -I loader -I $(O) \
	-isystem $(KPATH)/libbpf/include -isystem $(KPATH)/include

UNIT_FIXTURES	:= $(patsubst %.c,$(O)/%.o,$(wildcard selftests/unit/fixtures/*.bpf.c))
UNIT_TESTS	:= $(patsubst %.c,$(O)/%,$(wildcard selftests/unit/test_*.c))

# The code under test, built a second time: everything but main().
UNIT_OBJS	:= $(patsubst loader/%.c,$(UNIT_DIR)/san/%.o,$(LIB_SRCS) \
	$(filter-out loader/ctl/main.c,$(CTL_SRCS)))
UNIT_CTL	:= $(UNIT_DIR)/san/mptcp-pmctl
ALL		+= $(UNIT_TESTS) $(UNIT_FIXTURES) $(UNIT_CTL) $(UNIT_DIR)/declared

$(UNIT_DIR)/san/%.o: loader/%.c selftests/unit/build.mk | $(KPATH)/.done
	$(call note,CC)
	$(Q)mkdir -p $(@D) && $(CC) $(UNIT_CFLAGS) -MMD -MP -c $< -o $@

$(UNIT_DIR)/san/unit.o: selftests/unit/unit.c selftests/unit/build.mk | $(KPATH)/.done
	$(call note,CC)
	$(Q)mkdir -p $(@D) && $(CC) $(UNIT_CFLAGS) -MMD -MP -c $< -o $@

$(UNIT_DIR)/san/lib/tree.o $(UNIT_DIR)/san/lib/snapshot.o: $(LIB_SKELS)
$(UNIT_DIR)/san/ctl/template.o: $(CTL_TEMPLATES)

$(UNIT_CTL): $(UNIT_OBJS) $(UNIT_DIR)/san/ctl/main.o
	$(call note,LINK)
	$(Q)$(CC) $(UNIT_SAN) -o $@ $^ $(LOADER_LIBBPF) $(LOADER_LIBS) -ljansson

$(UNIT_TESTS): $(O)/selftests/unit/test_%: selftests/unit/test_%.c $(UNIT_OBJS) \
		$(UNIT_DIR)/san/unit.o | $(UNIT_CTL) \
		$(UNIT_FIXTURES) $(UNIT_DIR)/declared $(O)/loader/libmptcp-ext.so
	$(call note,CC)
	$(Q)$(CC) $(UNIT_CFLAGS) -MMD -MP -MF $@.d $< -o $@ $(UNIT_OBJS) \
		$(UNIT_DIR)/san/unit.o $(LOADER_LIBBPF) $(LOADER_LIBS) -ljansson -lcriterion -ldl

# What the public headers declare, for comparison with what is exported.
$(UNIT_DIR)/declared: $(wildcard include/mptcp_ext/*.h)
	$(Q)mkdir -p $(@D) && sed -n '/^#\|^ \*\|^typedef/d; s/.*[ *]\(mpx_[a-z_]*\)(.*/\1/p' $^ | \
		sort -u > $@

# Texts that are compared with the verb table.
$(UNIT_DIR)/mptcp-pmctl.8.rst: docs/man/mptcp-pmctl.8.rst
	$(Q)mkdir -p $(@D) && cp $< $@

$(UNIT_DIR)/completion: packaging/completions/mptcp-pmctl
	$(Q)mkdir -p $(@D) && cp $< $@

$(UNIT_DIR)/mptcp-policy.7.rst: docs/man/mptcp-policy.7.rst
	$(Q)mkdir -p $(@D) && cp $< $@

# What a policy may call, for comparison with the manual.
$(UNIT_DIR)/callable: $(wildcard include/mptcp_bpf/*.h) selftests/unit/build.mk
	$(Q)mkdir -p $(@D) && sed -nE -e '/bpf_iter_/d' \
		-e 's/^((extern|static __always_inline) .*[ *])?(bpf_[a-z_]+|mptcp_[a-z_]+|mpx_[a-z_]+)\(.*/\3/p' \
		$(filter %.h,$^) | \
		sort -u > $@

$(UNIT_DIR)/test_docs: $(addprefix $(UNIT_DIR)/,mptcp-pmctl.8.rst mptcp-policy.7.rst \
	completion callable)

# Fixtures do without the kernel's types; this one without any.
$(O)/selftests/unit/fixtures/no_types.bpf.o: BPF_CFLAGS += -g0
$(UNIT_FIXTURES): selftests/unit/build.mk $(KSTAMP)
$(UNIT_OBJS) $(UNIT_DIR)/san/unit.o: $(KSTAMP)

-include $(UNIT_OBJS:.o=.d) $(UNIT_DIR)/san/unit.d $(UNIT_DIR)/san/ctl/main.d $(UNIT_TESTS:=.d) $(UNIT_FIXTURES:.o=.d)
