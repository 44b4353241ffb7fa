/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/* Private to the library and its unit tests. */
#ifndef MPX_INTERNAL_H
#define MPX_INTERNAL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include <mptcp_ext/mptcp_ext.h>

#define MPX_SCHED_OPS	"mptcp_sched_ops"
#define MPX_DEFAULT	"default"
#define MPX_BPFFS	"/sys/fs/bpf"
#define MPX_PIN_ROOT	MPX_BPFFS "/mptcp-ext"

/*
 * Of linux/bpf.h, under names of our own: the header that a distribution
 * installs may be older than the libbpf that is built with the kernel.
 */
#define MPX_F_LINK	(1u << 13)			/* BPF_F_LINK */
#define MPX_STRUCT_OPS	((enum bpf_attach_type)44)	/* BPF_STRUCT_OPS */
struct mpx_link_info {					/* struct bpf_link_info */
	__u32 type;
	__u32 id;
	__u32 prog_id;
	__u32 pad;
	__u32 map_id;					/* struct_ops.map_id */
	__u32 pad2;
};

#define mpx_array_size(a) (sizeof(a) / sizeof((a)[0]))

/* --- log.c --- */

/* Report why something failed and return @err (negative), for "return mpx_fail(...)". */
int mpx_fail(int err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int mpx_fail_detail(int err, const char *detail, const char *full, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void mpx_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void mpx_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void mpx_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* libbpf's warnings of this thread since the last reset, for causes of errors. */
void mpx_capture_reset(void);
const char *mpx_capture_first(void);		/* "" when there was none */
const char *mpx_capture_find(const char *part);	/* NULL when there was none */

/* --- text.c --- */

int mpx_read_file(const char *path, char *buf, size_t size);
bool mpx_text_ok(const char *text);
void mpx_name_list(char *buf, size_t size, const char *name);

/* --- elf.c --- */

struct mpx_elf {
	unsigned char *data;
	size_t size;
	const char *path;
	size_t shoff;
	unsigned int shnum;
	const char *names;	/* section name table */
	size_t names_size;
};

#define MPX_ELF_MAX	(64u << 20)

int mpx_elf_read(struct mpx_elf *elf, const char *path);
/* Takes @data (malloc'ed) over, also on error; @path must outlive @elf. */
int mpx_elf_parse(struct mpx_elf *elf, void *data, size_t size, const char *path);
void mpx_elf_free(struct mpx_elf *elf);
const void *mpx_elf_section(const struct mpx_elf *elf, const char *name, size_t *size);
bool mpx_elf_weak(const struct mpx_elf *elf, const char *symbol);

/* --- number.c --- */

int mpx_type_parse(const char *text, size_t len, enum mpx_type *type);
bool mpx_type_signed(enum mpx_type type);
size_t mpx_type_bytes(enum mpx_type type);
/* @suffix: C integer suffixes are fine (in metadata). -EINVAL or -ERANGE. */
int mpx_value_parse(enum mpx_type type, const char *text, bool suffix, uint64_t *value);
bool mpx_value_less(enum mpx_type type, uint64_t a, uint64_t b);
uint64_t mpx_value_load(enum mpx_type type, const void *src);
void mpx_value_store(enum mpx_type type, uint64_t value, void *dst);

/* --- meta.c --- */

#define MPX_META_MAX		(64u << 10)	/* bytes in the section */
#define MPX_META_STRING_MAX	1024u
#define MPX_TUNABLE_MAX		64u

struct mpx_meta {
	bool present;
	char *description;
	char *kind;
	char *version;
	unsigned int ext_version;
	size_t tunable_cnt;
	struct mpx_tunable *tunables;
};

/* @path is for messages. On error @meta is empty. */
int mpx_meta_parse(struct mpx_meta *meta, const void *data, size_t size, const char *path);
void mpx_meta_free(struct mpx_meta *meta);

/* --- tunable.c --- */

struct mpx_policy;
int mpx_tunables_bind(struct mpx_policy *pol);

/* --- open.c --- */

/* One struct_ops map of ours and what describe.c says of it. */
struct mpx_ops_map {
	struct mpx_ops pub;
	struct bpf_map *map;
	char *name;		/* inside the initial value */
};

struct mpx_policy {
	char *path;
	struct mpx_elf elf;
	struct bpf_object *obj;
	struct mpx_meta meta;
	char license[128];
	struct mpx_about about;
	size_t ops_cnt;
	struct mpx_ops_map *ops;
	void **slots;		/* of each tunable: where its initial value is */
	size_t prog_cnt;
	struct mpx_prog *progs;
	size_t map_cnt;
	struct mpx_map *maps;
	size_t kfunc_cnt;
	struct mpx_kfunc *kfuncs;
	bool tried;		/* went to the kernel: nothing can be changed any more */
};

/* --- describe.c --- */

int mpx_describe(struct mpx_policy *pol);
void mpx_describe_loaded(struct mpx_policy *pol);
void mpx_describe_free(struct mpx_policy *pol);

/* --- btf.c --- */

const struct btf *mpx_vmlinux(void);	/* NULL: no BTF, errno set */
const struct btf_member *mpx_btf_member(const struct btf *btf, const struct btf_type *type,
					const char *name);
/* -errno unless the kernel has the struct_ops type. */
int mpx_btf_sched_ops(const struct btf **btf, const struct btf_type **value,
		      const struct btf_type **ops, uint32_t *data_off);
bool mpx_btf_func(const char *name);

/* --- ops.c --- */

/* Give the map its final value: the kernel checks all members, and registers nothing. */
int mpx_ops_ready(const struct mpx_policy *pol, const struct mpx_ops_map *ops);
/* What is in a struct_ops map of the kernel; -ENOENT when it is of another type. */
int mpx_ops_read(int map_fd, struct mpx_registered *reg);

/* --- vlog.c --- */

struct mpx_verdict {
	char where[256];	/* "file.c:12: source text", or empty */
	char reason[256];
	char hint[256];		/* next step, or empty */
	char *detail;		/* about 20 lines */
};

int mpx_vlog_reduce(const char *log, const char *prog, struct mpx_verdict *verdict);

/* --- pin.c --- */

#define MPX_PIN_NAME_SIZE	64

/* The kernel's rule for names: fails with the rule in the message. */
int mpx_check_name(const char *name);
bool mpx_name_ok(const char *name);
int mpx_pin_encode(char *buf, size_t size, const char *name);
int mpx_pin_decode(char *buf, size_t size, const char *entry);
int mpx_pin_path(char *buf, size_t size, const char *root, const char *name, const char *leaf);
int mpx_bpffs_ready(const char *bpffs);
/*
 * Lock @root exclusively, creating it, and remove what crashed loads left
 * there. Returns a descriptor of the directory; closing it unlocks.
 */
int mpx_lock_dir(const char *root);
bool mpx_pin_exists(int rootfd, const char *name);
/* Begin an instance in a directory beside its place; commit shows it at once. */
int mpx_pin_begin(int rootfd, const char *root, char *tmp, size_t size);
int mpx_pin_commit(int rootfd, const char *tmp, const char *name, bool replace);
void mpx_pin_abort(int rootfd, const char *tmp);
int mpx_pin_remove(int rootfd, const char *name);

/* --- netns.c --- */

/* A descriptor of the namespace @ns (see assign.h), or -errno after mpx_fail(). */
int mpx_netns_open(const char *ns);
/* Run @fn in namespace @fd, called @label in messages; returns what it returned. */
int mpx_netns_run(int fd, const char *label, int (*fn)(void *arg), void *arg);
typedef int (*mpx_netns_fn)(int fd, const char *label, void *ctx);
/* Every reachable namespace once, the current one first; goes on after an error. */
int mpx_netns_each(mpx_netns_fn fn, void *ctx);
/* The cookie of the namespace this thread is in; 0: this kernel has none. */
uint64_t mpx_netns_cookie(void);
/* That of another one, quietly; 0 also without the right to enter it. */
uint64_t mpx_netns_cookie_of(int fd);

/* --- sysctl.c --- */

int mpx_sysctl_get(const char *name, char *buf, size_t size);
int mpx_sysctl_set(const char *name, const char *value);

/* --- genl_policy.c: quiet, -EOPNOTSUPP where the kernel has no such request --- */

/* Fill @reg, which is empty, with what the kernel has registered. */
int mpx_genl_policies(struct mpx_registry *reg);
/* Disable every BPF policy. */
int mpx_genl_panic(void);

/* --- genl_conn.c: quiet, too; about the current network namespace --- */

/* Append its connections. */
int mpx_genl_conns(struct mpx_conns *conns);
/* @move's netns is not looked at; @words gets what the kernel said to a refusal. */
int mpx_genl_move(const struct mpx_move *move, uint32_t *moved, char *words, size_t size);

/* --- registry.c --- */

struct mpx_registered *mpx_registry_add(struct mpx_registry *reg, const char *name);
/* Was the link that is pinned as @name detached? Without the right to look: no. */
bool mpx_link_detached(const char *name);
/*
 * A disabled policy's registration is taken back right after, but not at once, and
 * one without a link not at all: wait for that of @name, for a few seconds at most.
 */
void mpx_wait_left(const char *name);

/* --- exit.c --- */

/* Report that @entry is disabled or gone, and why, as what became of "cannot @what". */
int mpx_fail_gone(const struct mpx_registered *entry, const char *what);

/* --- panic.c, unload.c --- */

int mpx_unload_entry(const struct mpx_registered *entry, unsigned int flags,
		     struct mpx_unloaded *res);

/* --- conn.c --- */

int mpx_conns_add(struct mpx_conns *conns, const struct mpx_conn *conn);
/* Sort those from @first on by token, and keep one of each. */
void mpx_conns_sort(struct mpx_conns *conns, size_t first);
/* Of @cnt sorted by token; NULL. */
struct mpx_conn *mpx_conns_find(struct mpx_conn *v, size_t cnt, uint32_t token);

/* --- snapshot.c --- */

struct mpx_snapshot;
struct mpx_snap_record;		/* bpf/metrics/snapshot.h */

/* Load the program that looks at sockets; NULL and errno, after mpx_warn(). */
struct mpx_snapshot *mpx_snapshot_new(void);
/* Give each socket of the current network namespace to @fn. */
int mpx_snapshot_read(struct mpx_snapshot *snap,
		      void (*fn)(const struct mpx_snap_record *rec, void *ctx), void *ctx);
void mpx_snapshot_free(struct mpx_snapshot *snap);

/* --- kernel.c --- */

/* Does this process have capability @bit, or the one that implies it? */
bool mpx_has_cap(unsigned int bit);

/* --- kconfig.c --- */

enum mpx_kconfig_state mpx_kconfig_lookup(const char *text, const char *name);
/* The configuration as text, to be freed, and the path it was read from. */
char *mpx_kconfig_read(const char *release, char *path, size_t size);

#endif /* MPX_INTERNAL_H */
