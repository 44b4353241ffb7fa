/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/*
 * The bytes xfer sends: a seeded stream that can be computed at any offset, so that the receiver
 * compares without having seen what was sent, and a hash that both ends exchange at the end.
 */
#ifndef XFER_STREAM_H
#define XFER_STREAM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define FNV_BASIS 0xcbf29ce484222325ULL
#define FNV_PRIME 0x100000001b3ULL

/* FNV-1a over little-endian 64-bit words instead of bytes: eight times cheaper when emulated. */
struct stream_hash {
	uint64_t value;
	uint64_t length;
	uint8_t part[8];
};

static inline void stream_hash_init(struct stream_hash *h)
{
	memset(h, 0, sizeof(*h));
	h->value = FNV_BASIS;
}

static inline uint64_t stream_hash_word(uint64_t value, const uint8_t *word)
{
	uint64_t w;

	memcpy(&w, word, sizeof(w));
	return (value ^ w) * FNV_PRIME;
}

static inline void stream_hash_add(struct stream_hash *h, const uint8_t *data, size_t len)
{
	size_t have = h->length % 8, take;

	h->length += len;
	if (have) {
		take = len < 8 - have ? len : 8 - have;
		memcpy(h->part + have, data, take);
		data += take;
		len -= take;
		if (have + take < 8)
			return;
		h->value = stream_hash_word(h->value, h->part);
	}
	for (; len >= 8; data += 8, len -= 8)
		h->value = stream_hash_word(h->value, data);
	memcpy(h->part, data, len);
}

static inline uint64_t stream_hash_end(const struct stream_hash *h)
{
	uint8_t last[8] = { 0 };

	memcpy(last, h->part, h->length % 8);
	return stream_hash_word(h->value, last) ^ h->length;
}

/* splitmix64 as a function of the word's position */
static inline uint64_t stream_word(uint64_t key, uint64_t index)
{
	uint64_t z = key + (index + 1) * 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

/* Streams of different connections and directions must differ, or mixing them up goes unseen. */
static inline uint64_t stream_key(uint64_t seed, unsigned int conn, unsigned int direction)
{
	return stream_word(seed, ((uint64_t)conn << 1) | direction);
}

static inline void stream_fill(uint64_t key, uint64_t offset, uint8_t *out, size_t len)
{
	uint64_t word;
	size_t take;

	while (len) {
		word = stream_word(key, offset / 8);
		take = 8 - offset % 8;
		if (take > len)
			take = len;
		memcpy(out, (uint8_t *)&word + offset % 8, take);
		out += take;
		offset += take;
		len -= take;
	}
}

#endif
