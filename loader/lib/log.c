// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
/*
 * Messages: one callback, and the bridge from libbpf. What libbpf warns about
 * is kept for a moment as well, because it often knows the cause of an error
 * that its return value does not tell.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define CAPTURE_LINES	16
#define CAPTURE_SIZE	512

static mpx_log_fn log_fn;
static void *log_ctx;
static enum mpx_level log_max;
static pthread_once_t bridge_once = PTHREAD_ONCE_INIT;

static __thread char capture[CAPTURE_LINES][CAPTURE_SIZE];
static __thread unsigned int capture_cnt;

static void emit(enum mpx_level level, int err, const char *text, const char *detail,
		 const char *full)
{
	struct mpx_msg msg = {
		.size = sizeof(msg),
		.level = level,
		.err = err,
		.text = text,
		.detail = detail,
		.full = full,
	};

	if (log_fn && level <= log_max)
		log_fn(&msg, log_ctx);
}

static void __attribute__((format(printf, 2, 0)))
vemit(enum mpx_level level, const char *fmt, va_list ap)
{
	char text[1024];

	if (!log_fn || level > log_max)
		return;
	vsnprintf(text, sizeof(text), fmt, ap);
	emit(level, 0, text, NULL, NULL);
}

static void capture_line(const char *text)
{
	/* The first ones name the cause; later ones only what failed because of it. */
	if (capture_cnt < CAPTURE_LINES)
		snprintf(capture[capture_cnt++], CAPTURE_SIZE, "%s", text);
}

static int __attribute__((format(printf, 2, 0)))
bridge(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	static const char prefix[] = "libbpf: ";
	char *text, *start;
	size_t len;

	if (level != LIBBPF_WARN && (!log_fn || log_max < MPX_DEBUG))
		return 0;
	if (vasprintf(&text, fmt, ap) < 0)
		return 0;
	len = strlen(text);
	while (len && text[len - 1] == '\n')
		text[--len] = '\0';
	start = text;
	if (!strncmp(start, prefix, sizeof(prefix) - 1))
		start += sizeof(prefix) - 1;
	if (level == LIBBPF_WARN)
		capture_line(start);
	emit(level == LIBBPF_WARN ? MPX_INFO : level == LIBBPF_INFO ? MPX_DEBUG : MPX_TRACE, 0,
	     start, NULL, NULL);
	free(text);
	return 0;
}

static void bridge_install(void)
{
	libbpf_set_print(bridge);
}

void mpx_capture_reset(void)
{
	pthread_once(&bridge_once, bridge_install);
	capture_cnt = 0;
}

const char *mpx_capture_first(void)
{
	return capture_cnt ? capture[0] : "";
}

const char *mpx_capture_find(const char *part)
{
	unsigned int i;

	for (i = 0; i < capture_cnt; i++)
		if (strstr(capture[i], part))
			return capture[i];
	return NULL;
}

void mpx_log_set(mpx_log_fn fn, void *ctx, enum mpx_level max)
{
	pthread_once(&bridge_once, bridge_install);
	log_fn = fn;
	log_ctx = ctx;
	log_max = max;
}

int mpx_fail(int err, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	emit(MPX_ERROR, err, text, NULL, NULL);
	return err;
}

int mpx_fail_detail(int err, const char *detail, const char *full, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	emit(MPX_ERROR, err, text, detail, full);
	return err;
}

void mpx_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vemit(MPX_WARN, fmt, ap);
	va_end(ap);
}

void mpx_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vemit(MPX_INFO, fmt, ap);
	va_end(ap);
}

void mpx_debug(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vemit(MPX_DEBUG, fmt, ap);
	va_end(ap);
}

const char *mpx_version(void)
{
	return MPX_VERSION;
}
