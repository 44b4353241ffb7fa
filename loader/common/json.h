/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/* What the verbs need on top of jansson. */
#ifndef COMMON_JSON_H
#define COMMON_JSON_H

#include <jansson.h>
#include <stdint.h>

#include <mptcp_ext/policy.h>

/* Text of unknown origin: bytes that are no UTF-8, and controls, become '?'. */
json_t *json_text(const char *text);

/* Numbers above 2^63-1 do not fit a JSON integer and are given as strings. */
json_t *json_number(uint64_t number);
json_t *json_value(enum mpx_type type, uint64_t value);

/* "EEXIST" of -17 or 17. */
const char *errno_name(int err, char *buf, size_t size);

#endif /* COMMON_JSON_H */
