// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * Reads the metadata section of a policy (include/mptcp_bpf/policy.bpf.h).
 * Objects come from anywhere: what is there and wrong is refused with its
 * name and the reason, what is unknown is skipped, so that newer objects load.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

enum { F_NAME, F_TYPE, F_MIN, F_MAX, F_DEFAULT, F_UNIT, F_HELP, F_CNT };

void mpx_meta_free(struct mpx_meta *meta)
{
	size_t i;

	for (i = 0; i < meta->tunable_cnt; i++)
		free((char *)meta->tunables[i].name);
	free(meta->tunables);
	free(meta->description);
	free(meta->kind);
	free(meta->version);
	memset(meta, 0, sizeof(*meta));
}

/* Cut @text at the first six '|'; the seventh field may contain more of them. */
static int split_fields(char *text, char *field[F_CNT])
{
	int i;

	for (i = 0; i < F_CNT; i++) {
		field[i] = text;
		if (i == F_CNT - 1)
			return 0;
		text = strchr(text, '|');
		if (!text)
			return -EINVAL;
		*text++ = '\0';
	}
	return 0;
}

static bool identifier(const char *text)
{
	static const char alpha[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
	size_t len = strlen(text);

	return len && len < 128 && strspn(text, alpha) &&
	       strspn(text, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_") == len;
}

static int parse_limit(const struct mpx_tunable *tun, const char *what, const char *text,
		       uint64_t *value, const char *path)
{
	int err = mpx_value_parse(tun->type, text, true, value);

	if (err)
		return mpx_fail(-EINVAL, "'%s': tunable '%s': %s '%s' is %s %s", path, tun->name,
				what, text, err == -ERANGE ? "out of range for" : "no value of type",
				mpx_type_name(tun->type));
	return 0;
}

static int parse_tunable(struct mpx_tunable *tun, char *field[F_CNT], const char *path)
{
	int err;

	tun->name = field[F_NAME];
	tun->unit = field[F_UNIT];
	tun->help = field[F_HELP];
	if (!identifier(tun->name))
		return mpx_fail(-EINVAL, "'%s': tunable '%s': the name is not a C identifier", path,
				tun->name);
	if (mpx_type_parse(field[F_TYPE], strlen(field[F_TYPE]), &tun->type))
		return mpx_fail(-EINVAL,
				"'%s': tunable '%s': unknown type '%s' (u32, s32, u64, s64 and bool are known)",
				path, tun->name, field[F_TYPE]);
	err = parse_limit(tun, "minimum", field[F_MIN], &tun->min, path);
	if (!err)
		err = parse_limit(tun, "maximum", field[F_MAX], &tun->max, path);
	if (!err)
		err = parse_limit(tun, "default", field[F_DEFAULT], &tun->def, path);
	if (err)
		return err;
	if (mpx_value_less(tun->type, tun->max, tun->min))
		return mpx_fail(-EINVAL, "'%s': tunable '%s': minimum %s is above maximum %s", path,
				tun->name, field[F_MIN], field[F_MAX]);
	if (mpx_value_less(tun->type, tun->def, tun->min) ||
	    mpx_value_less(tun->type, tun->max, tun->def))
		return mpx_fail(-EINVAL, "'%s': tunable '%s': default %s is outside [%s, %s]", path,
				tun->name, field[F_DEFAULT], field[F_MIN], field[F_MAX]);
	tun->value = tun->def;
	return 0;
}

static int add_tunable(struct mpx_meta *meta, const char *text, const char *path)
{
	struct mpx_tunable tun = { 0 }, *grown;
	char *field[F_CNT], *copy;
	size_t i;
	int err;

	if (meta->tunable_cnt == MPX_TUNABLE_MAX)
		return mpx_fail(-E2BIG, "'%s' has more than %u tunables", path, MPX_TUNABLE_MAX);
	copy = strdup(text);
	if (!copy)
		return mpx_fail(-ENOMEM, "cannot read '%s': out of memory", path);
	err = split_fields(copy, field);
	if (err) {
		mpx_fail(err, "'%s': tunable '%s' lacks fields (NAME|TYPE|MIN|MAX|DEFAULT|UNIT|HELP)",
			 path, text);
		goto out_free;
	}
	err = parse_tunable(&tun, field, path);
	if (err)
		goto out_free;
	for (i = 0; i < meta->tunable_cnt; i++) {
		if (strcmp(meta->tunables[i].name, tun.name))
			continue;
		err = mpx_fail(-EINVAL, "'%s' describes tunable '%s' twice", path, tun.name);
		goto out_free;
	}
	grown = realloc(meta->tunables, (meta->tunable_cnt + 1) * sizeof(*grown));
	if (!grown) {
		err = mpx_fail(-ENOMEM, "cannot read '%s': out of memory", path);
		goto out_free;
	}
	meta->tunables = grown;
	grown[meta->tunable_cnt++] = tun;
	return 0;
out_free:
	free(copy);
	return err;
}

/* Keys of one value: the first one counts, as objects linked together have several. */
static int set_once(char **where, const char *key, const char *value, const char *path)
{
	if (*where) {
		mpx_warn("'%s' has several metadata strings '%s'; the first one counts", path, key);
		return 0;
	}
	*where = strdup(value);
	return *where ? 0 : mpx_fail(-ENOMEM, "cannot read '%s': out of memory", path);
}

static int parse_string(struct mpx_meta *meta, const char *text, const char *path)
{
	const char *value = strchr(text, '=');
	uint64_t version;
	size_t key;

	if (!value)
		return 0;
	key = (size_t)(value++ - text);
#define KEY(k) (key == sizeof(k) - 1 && !memcmp(text, k, key))
	if (KEY("description"))
		return set_once(&meta->description, "description", value, path);
	if (KEY("kind"))
		return set_once(&meta->kind, "kind", value, path);
	if (KEY("version"))
		return set_once(&meta->version, "version", value, path);
	if (KEY("tunable"))
		return add_tunable(meta, value, path);
	if (KEY("ext_version")) {
		if (mpx_value_parse(MPX_U32, value, true, &version) || version > INT32_MAX)
			return mpx_fail(-EINVAL, "'%s': ext_version '%s' is not a number", path,
					value);
		/* Of several, all have to be satisfied. */
		if (version > meta->ext_version)
			meta->ext_version = (unsigned int)version;
		return 0;
	}
#undef KEY
	mpx_debug("'%s': unknown metadata '%s' skipped", path, text);
	return 0;
}

int mpx_meta_parse(struct mpx_meta *meta, const void *data, size_t size, const char *path)
{
	const char *text = data, *end = text + size;
	size_t len;
	int err = 0;

	memset(meta, 0, sizeof(*meta));
	if (!size)
		return 0;
	if (size > MPX_META_MAX)
		return mpx_fail(-E2BIG, "'%s': the metadata has %zu bytes, more than %u", path, size,
				MPX_META_MAX);
	if (end[-1])
		return mpx_fail(-EINVAL, "'%s': the last metadata string has no end", path);
	meta->present = true;
	for (; text < end && !err; text += len + 1) {
		len = strlen(text);
		if (len > MPX_META_STRING_MAX)
			err = mpx_fail(-E2BIG, "'%s': a metadata string has %zu bytes, more than %u",
				       path, len, MPX_META_STRING_MAX);
		else if (!mpx_text_ok(text))
			err = mpx_fail(-EINVAL,
				       "'%s': metadata at byte %zu is not printable UTF-8 text", path,
				       (size_t)(text - (const char *)data));
		else if (len)
			err = parse_string(meta, text, path);
	}
	if (err)
		mpx_meta_free(meta);
	return err;
}
