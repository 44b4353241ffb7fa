/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/*
 * Policies: open an object file, describe it, have the kernel verify it,
 * attach and pin it, and take it away again.
 *
 * A policy is one object file with one or more struct_ops maps. Each of them
 * registers one name; attached and pinned it is an instance of that name:
 *
 *	/sys/fs/bpf/mptcp-ext/<instance>/link
 *	/sys/fs/bpf/mptcp-ext/<instance>/maps/<map>
 *
 * bpffs allows no '.' in names, which in turn cannot contain '-': '.' is
 * written as '-' in both places.
 */
#ifndef MPTCP_EXT_POLICY_H
#define MPTCP_EXT_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MPX_NAME_SIZE	16	/* with the NUL */

struct mpx_policy;

/* --- what an opened object says of itself --- */

struct mpx_about {
	const char *path;
	const char *description;	/* empty without metadata */
	const char *kind;		/* "sched" */
	const char *version;
	const char *license;
	unsigned int ext_version;	/* lowest net.mptcp.ext_version */
	bool has_metadata;
	bool verified;			/* the kernel has accepted it */
};

struct mpx_callback {
	const char *member;
	const char *prog;
	bool sleepable;
};

struct mpx_ops {
	const char *map;
	const char *type;		/* "mptcp_sched_ops" */
	const char *name;		/* the name it registers */
	bool legacy;			/* section ".struct_ops", attached by link all the same */
	size_t callback_cnt;
	const struct mpx_callback *callbacks;
};

enum mpx_type { MPX_U32, MPX_S32, MPX_U64, MPX_S64, MPX_BOOL };

/* Numbers of all types travel as 64 bits; signed ones are sign-extended. */
struct mpx_tunable {
	const char *name;
	const char *unit;
	const char *help;
	enum mpx_type type;
	bool live;			/* may be changed while loaded */
	uint64_t min;
	uint64_t max;
	uint64_t def;
	uint64_t value;			/* what would be, or was, loaded */
};

struct mpx_prog {
	const char *name;
	const char *section;
	uint32_t insns;			/* in the object */
	uint32_t id;			/* 0: not loaded, as are all below */
	uint32_t verified_insns;
	uint32_t xlated_bytes;
	uint32_t jited_bytes;
};

struct mpx_map {
	const char *name;
	const char *type;
	uint32_t key_size;
	uint32_t value_size;
	uint32_t max_entries;
	uint32_t id;			/* 0: not loaded */
};

struct mpx_kfunc {
	const char *name;
	bool optional;			/* weak: the policy copes without */
};

/* Open @path and check it as far as is possible without a kernel. */
struct mpx_policy *mpx_policy__open(const char *path);

/* Close the object. What was attached and pinned stays. */
void mpx_policy__close(struct mpx_policy *pol);

const struct mpx_about *mpx_policy__about(const struct mpx_policy *pol);

/* The @i-th of each; NULL ends the walk. */
const struct mpx_ops *mpx_policy__ops(const struct mpx_policy *pol, size_t i);
const struct mpx_tunable *mpx_policy__tunable(const struct mpx_policy *pol, size_t i);
const struct mpx_prog *mpx_policy__prog(const struct mpx_policy *pol, size_t i);
const struct mpx_map *mpx_policy__map(const struct mpx_policy *pol, size_t i);
const struct mpx_kfunc *mpx_policy__kfunc(const struct mpx_policy *pol, size_t i);

const char *mpx_type_name(enum mpx_type type);

/* @value as text of @type, in @buf. */
const char *mpx_value_text(enum mpx_type type, uint64_t value, char *buf, size_t size);

/* --- before it is verified --- */

/* Register under @name; only for an object with exactly one struct_ops map. */
int mpx_policy__rename(struct mpx_policy *pol, const char *name);

/* Set a tunable, @assignment being "name=value". */
int mpx_policy__set(struct mpx_policy *pol, const char *assignment);

/* --- into the kernel and out again --- */

/* Load it and let the verifier and the struct_ops type judge it; attaches nothing. */
int mpx_policy__verify(struct mpx_policy *pol);

enum mpx_attach_flags {
	MPX_ATTACH_REPLACE = 1 << 0,	/* take the place of instances of the same names */
};

/*
 * Attach and pin every struct_ops map; verifies first where that was not done.
 * On error nothing of it stays attached or pinned. New connections alone use
 * a replacement. What is left of an instance that the kernel has disabled is no
 * obstacle: it is removed, and the new one starts without its history counted.
 */
int mpx_policy__attach(struct mpx_policy *pol, unsigned int flags);

enum mpx_unload_flags {
	MPX_UNLOAD_FOREIGN = 1 << 0,	/* also what this library did not load */
};

/* --- what the kernel did against a policy --- */

/*
 * Why the kernel stopped to ask a policy. The first four are fallbacks: one
 * connection went on with "default" (or, MPX_REASON_RETRANS, was helped once and
 * stayed). The others disabled the policy. Newer kernels may tell more of them.
 */
enum mpx_reason {
	MPX_REASON_NONE,
	MPX_REASON_STALL,	/* it could have sent and did not, for net.mptcp.sched_timeout */
	MPX_REASON_RETRANS,	/* it chose no path for retransmissions, twice in a row */
	MPX_REASON_ERROR,	/* it said so itself: bpf_mptcp_policy_error() */
	MPX_REASON_BUDGET,	/* its decisions took too long */
	MPX_REASON_DISABLED,	/* net.mptcp.sched_max_fallbacks of these within a minute */
	MPX_REASON_PANIC,	/* mptcp-pmctl panic, or net.mptcp.ext_panic */
};

enum mpx_state {
	MPX_STATE_ACTIVE,
	MPX_STATE_DISABLED_NETNS,	/* in the network namespace that asks */
	MPX_STATE_DISABLED,		/* machine-wide; its link was detached */
	MPX_STATE_REMOVED,		/* unloaded: only its exit records are left */
};

/* "stall", "disabled": stable words for programs. NULL: unknown to this version. */
const char *mpx_reason_name(uint32_t reason);
const char *mpx_state_name(uint32_t state);

/* One time that the kernel stopped to ask a policy, as it recorded it. */
struct mpx_exit {
	uint32_t kind;			/* enum mpx_reason */
	/*
	 * Of an error: the policy's code. Stall: ms without progress. Budget: us.
	 * Disabled: fallbacks counted. Else 0.
	 */
	int32_t code;
	uint32_t token;			/* of the connection; 0: not about a single one */
	uint64_t time_ns;		/* since the epoch */
	uint64_t netns_cookie;
	char netns[64];			/* what that netns is called here; empty: not found */
	char reason[64];		/* the kernel's own words */
};

/* A record in a line of English, without its time, in @buf. */
const char *mpx_exit_text(const struct mpx_exit *rec, char *buf, size_t size);

struct mpx_unloaded {
	uint32_t connections;		/* used it when it was detached, and go on doing so */
	bool connections_known;
	bool was_default;		/* this netns' default named it: now "default" */
	bool foreign;
	bool stale;			/* was detached before: only its pins were removed */
	uint32_t state;			/* enum mpx_state it was in */
	struct mpx_exit last;		/* its last exit record; kind MPX_REASON_NONE: none */
};

/* Of a policy that the kernel has disabled this removes the pins that are left. */
int mpx_unload(const char *name, unsigned int flags, struct mpx_unloaded *res);

/* --- what is registered, as the kernel tells it --- */

#define MPX_EXITS	8	/* records that the kernel keeps of a name */

struct mpx_registered {
	char name[MPX_NAME_SIZE];
	bool registered;		/* false: only a pin or exit records are left of it */
	bool bpf;
	bool pinned;			/* an instance of ours */
	bool detached_pin;		/* our link was detached; who is registered is another */
	bool is_default;		/* of the current netns */
	bool counters_known;		/* the two below */
	uint32_t connections;
	uint64_t invalid_marks;
	uint32_t flags;
	uint32_t link_id;		/* 0: none, or not permitted to know */
	uint32_t map_id;
	uint64_t loaded_at;		/* seconds since the epoch, 0: unknown */
	uint32_t prog_cnt;
	uint32_t prog_ids[8];
	char pin[128];			/* directory, empty when not pinned */
	uint32_t id;			/* of the registration; 0: this kernel has no such numbers */
	uint32_t state;			/* enum mpx_state */
	bool fallbacks_known;
	uint64_t fallbacks;		/* since it was registered, in all network namespaces */
	uint32_t exit_cnt;
	struct mpx_exit exits[MPX_EXITS];	/* the last ones of that name, oldest first */
};

struct mpx_registry {
	size_t cnt;
	struct mpx_registered *entries;
	bool complete;			/* false: no "mptcp_ext" netlink family here */
};

struct mpx_registry *mpx_registry__read(void);
void mpx_registry__free(struct mpx_registry *reg);
const struct mpx_registered *mpx_registry__find(const struct mpx_registry *reg,
						const char *name);

#endif /* MPTCP_EXT_POLICY_H */
