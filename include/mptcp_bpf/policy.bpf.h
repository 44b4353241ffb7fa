/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/*
 * What a policy says of itself, readable from the object file without loading
 * it (mptcp-policy(7)).
 *
 * The section "mptcp_ext" holds NUL-terminated "key=value" strings, like a
 * kernel module's modinfo. Keys: kind, description, version, ext_version and,
 * once per tunable, tunable. The license is read from the "license" section.
 *
 * A tunable is an ordinary global variable. MPX_TUNABLE() makes a constant of
 * it that is set at load time, so that the verifier can drop dead branches;
 * MPX_TUNABLE_LIVE() a variable that may also change while the policy runs.
 * Both record
 *
 *	tunable=NAME|TYPE|MIN|MAX|DEFAULT|UNIT|HELP
 *
 * where TYPE is one of u32, s32, u64, s64 and bool, and the numbers are
 * decimal or 0x-prefixed. The library checks that the variable exists, that
 * its size fits TYPE, and refuses values outside [MIN, MAX].
 */
#ifndef __MPTCP_BPF_POLICY_BPF_H
#define __MPTCP_BPF_POLICY_BPF_H

#define MPX_META_SECTION	"mptcp_ext"

#define __mpx_cat2(a, b)	a##b
#define __mpx_cat(a, b)		__mpx_cat2(a, b)
#define __mpx_str2(x)		#x
#define __mpx_str(x)		__mpx_str2(x)

/* One "key=value" string of the metadata section. */
#define MPX_META(text)							\
	static const char __mpx_cat(__mpx_meta_, __COUNTER__)[]		\
	__attribute__((used, section(MPX_META_SECTION), aligned(1))) = text

/*
 * Describe the policy. @kind: "sched". @version: the policy's own. @ext:
 * lowest net.mptcp.ext_version that it works with.
 */
#define MPX_POLICY(kind, version, ext, description)			\
	MPX_META("kind=" kind);						\
	MPX_META("version=" version);					\
	MPX_META("ext_version=" __mpx_str(ext));			\
	MPX_META("description=" description)

#define __mpx_type_u32	__u32
#define __mpx_type_s32	__s32
#define __mpx_type_u64	__u64
#define __mpx_type_s64	__s64
#define __mpx_type_bool	bool

/* @name and @type are strings already: as words, bool would expand to _Bool. */
#define __mpx_tunable(name, type, min, max, def, unit, help)		\
	MPX_META("tunable=" name "|" type "|" __mpx_str(min) "|"	\
		 __mpx_str(max) "|" __mpx_str(def) "|" unit "|" help)

/* A tunable set at load time only. */
#define MPX_TUNABLE(name, type, min, max, def, unit, help)		\
	__mpx_tunable(#name, #type, min, max, def, unit, help);	\
	const volatile __mpx_type_##type name = def

/* A tunable that may also change while the policy is loaded. */
#define MPX_TUNABLE_LIVE(name, type, min, max, def, unit, help)		\
	__mpx_tunable(#name, #type, min, max, def, unit, help);	\
	volatile __mpx_type_##type name __attribute__((section(".data.tunable"))) = def

#endif /* __MPTCP_BPF_POLICY_BPF_H */
