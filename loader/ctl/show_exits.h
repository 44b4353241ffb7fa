/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/* What the kernel did against policies, as text and as JSON. */
#ifndef CTL_SHOW_EXITS_H
#define CTL_SHOW_EXITS_H

#include "ctl.h"

/* Is there anything to tell of @r? */
bool has_trouble(const struct mpx_registered *r);

/* "active", "disabled here"; a state that this version does not know as a number. */
const char *state_text(uint32_t state, char *buf, size_t size);

/* A word for programs, or null, or a number that this version does not know. */
json_t *reason_json(uint32_t reason);
json_t *state_json(uint32_t state);
json_t *exit_json(const struct mpx_exit *rec);
json_t *exits_json(const struct mpx_registered *r);

/* Who misbehaved, why, when, and what to do now: a paragraph of @r. */
void show_trouble(const struct ctl *ctl, const struct mpx_registered *r);

#endif /* CTL_SHOW_EXITS_H */
