// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* Are kernel options told apart, and both forms of the file read? */
#include <string.h>

#include "unit.h"

TestSuite(kconfig, .init = unit_log_reset);

static const char text[] =
	"#\n# Automatically generated\n#\n"
	"CONFIG_MPTCP=y\n"
	"CONFIG_MPTCP_IPV6=m\n"
	"# CONFIG_BPF_JIT is not set\n"
	"CONFIG_NOT=n\n"
	"CONFIG_HZ=250\n"
	"CONFIG_LOCALVERSION=\"CONFIG_FAKE=y\"\n"
	"CONFIG_LAST=y";

Test(kconfig, states)
{
	cr_assert_eq(mpx_kconfig_lookup(text, "CONFIG_MPTCP"), MPX_KCONFIG_ON);
	cr_assert_eq(mpx_kconfig_lookup(text, "CONFIG_MPTCP_IPV6"), MPX_KCONFIG_MODULE);
	cr_assert_eq(mpx_kconfig_lookup(text, "CONFIG_BPF_JIT"), MPX_KCONFIG_OFF);
	cr_assert_eq(mpx_kconfig_lookup(text, "CONFIG_NOT"), MPX_KCONFIG_OFF);
	cr_assert_eq(mpx_kconfig_lookup(text, "CONFIG_HZ"), MPX_KCONFIG_ON);
	cr_assert_eq(mpx_kconfig_lookup(text, "CONFIG_LAST"), MPX_KCONFIG_ON);
	cr_assert_eq(mpx_kconfig_lookup(text, "CONFIG_MPT"), MPX_KCONFIG_OFF, "no prefixes");
	cr_assert_eq(mpx_kconfig_lookup(text, "CONFIG_FAKE"), MPX_KCONFIG_OFF, "not in a string");
	cr_assert_eq(mpx_kconfig_lookup(text, "CONFIG_ABSENT"), MPX_KCONFIG_OFF);
	cr_assert_eq(mpx_kconfig_lookup("", "CONFIG_MPTCP"), MPX_KCONFIG_OFF);
}

Test(kconfig, unreadable)
{
	char path[96];
	char *read = mpx_kconfig_read("no-such-release", path, sizeof(path));

	/* A machine may have /proc/config.gz; the release must not matter then. */
	if (read)
		cr_assert_str_eq(path, "/proc/config.gz");
	else
		cr_assert_str_eq(path, "");
	free(read);
}
