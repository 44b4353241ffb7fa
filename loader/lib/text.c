// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/* Small text jobs that several parts of the library share. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

/* Read a small file as text, without the last line feed. Returns its length. */
int mpx_read_file(const char *path, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t n;
	int fd, err = 0;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while (len < size - 1) {
		n = read(fd, buf + len, size - 1 - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			err = -errno;
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	close(fd);
	if (err)
		return err;
	while (len && buf[len - 1] == '\n')
		len--;
	buf[len] = '\0';
	return (int)len;
}

/* Bytes of the UTF-8 sequence at @s, 0 when it is none (or overlong, or a surrogate). */
static int utf8_length(const unsigned char *s)
{
	static const struct { unsigned char mask, lead; uint32_t low; } form[] = {
		{ 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 }, { 0xf8, 0xf0, 0x10000 },
	};
	uint32_t cp;
	size_t i;
	int n, k;

	for (i = 0; i < mpx_array_size(form); i++) {
		if ((s[0] & form[i].mask) != form[i].lead)
			continue;
		n = (int)i + 1;
		cp = s[0] & (unsigned char)~form[i].mask;
		for (k = 1; k <= n; k++) {
			if ((s[k] & 0xc0) != 0x80)
				return 0;
			cp = cp << 6 | (s[k] & 0x3f);
		}
		if (cp < form[i].low || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
			return 0;
		return n + 1;
	}
	return 0;
}

/*
 * Is @text printable UTF-8? Objects come from anywhere, and their text goes to
 * terminals (escape sequences) and into JSON.
 */
bool mpx_text_ok(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	int n;

	while (*s) {
		if (*s < 0x20 || *s == 0x7f)
			return false;
		n = *s < 0x80 ? 1 : utf8_length(s);
		if (!n)
			return false;
		/* C1 controls are escape sequences too. */
		if (n == 2 && s[0] == 0xc2 && s[1] < 0xa0)
			return false;
		s += n;
	}
	return true;
}

/* Append @name to the comma-separated list in @buf, as far as there is room. */
void mpx_name_list(char *buf, size_t size, const char *name)
{
	size_t len = strlen(buf), n = strlen(name);

	if (len + n + 5 > size)
		return;
	if (len) {
		memcpy(buf + len, ", ", 2);
		len += 2;
	}
	buf[len++] = '\'';
	memcpy(buf + len, name, n);
	len += n;
	memcpy(buf + len, "'", 2);
}
