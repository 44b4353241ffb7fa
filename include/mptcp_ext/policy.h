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
 * a replacement.
 */
int mpx_policy__attach(struct mpx_policy *pol, unsigned int flags);

enum mpx_unload_flags {
	MPX_UNLOAD_FOREIGN = 1 << 0,	/* also what this library did not load */
};

struct mpx_unloaded {
	uint32_t connections;		/* used it when it was detached, and go on doing so */
	bool connections_known;
	bool was_default;		/* this netns' default named it: now "default" */
	bool foreign;
	bool stale;			/* was detached before: only its pins were removed */
};

int mpx_unload(const char *name, unsigned int flags, struct mpx_unloaded *res);

/* --- what is registered, as the kernel tells it --- */

struct mpx_registered {
	char name[MPX_NAME_SIZE];
	bool registered;		/* false: nothing but a pin is left of it */
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
