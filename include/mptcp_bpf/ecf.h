/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/*
 * Earliest Completion First: Lim, Nahum, Towsley, Gibbens, "ECF: An MPTCP Path
 * Scheduler to Manage Heterogeneous Paths", CoNEXT 2017, algorithm 1.
 *
 * Plain arithmetic, for policies and for tests on the host.
 */
#ifndef __MPTCP_BPF_ECF_H
#define __MPTCP_BPF_ECF_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#include <stdbool.h>
#endif

/* Beyond these more makes no difference, and products stay within 64 bits. */
#define MPX_ECF_MAX_US		(1ULL << 25)
#define MPX_ECF_MAX_BYTES	(1ULL << 30)
#define MPX_ECF_MAX_BETA	100

struct mpx_ecf_path {
	__u64 rtt_us;
	__u64 rttvar_us;	/* mean deviation: sigma of the paper */
	__u64 cwnd;		/* bytes */
};

static __always_inline __u64 __mpx_ecf_clamp(__u64 value, __u64 most)
{
	return value < most ? value : most;
}

/*
 * The fastest path @f has no room, @s is what the default scheduler would take: is
 * it better to wait for @f? With k = @queued, the bytes not assigned yet:
 *
 *	(1 + k / cwnd_f) rtt_f < (1 + waiting beta) (rtt_s + delta)	(line 8)
 *	(k / cwnd_s) rtt_s >= 2 rtt_f + delta				(line 9)
 *
 * where delta = max(sigma_f, sigma_s). @beta in percent. @waiting is the path's
 * hysteresis, kept by the caller between questions: it is set when the answer is to
 * wait, cleared when the first inequality fails, left alone when the second does.
 */
static __always_inline bool mpx_ecf_wait(const struct mpx_ecf_path *f, const struct mpx_ecf_path *s,
					 __u64 queued, __u32 beta, bool *waiting)
{
	__u64 var = f->rttvar_us > s->rttvar_us ? f->rttvar_us : s->rttvar_us;
	__u64 delta = __mpx_ecf_clamp(var, MPX_ECF_MAX_US);
	__u64 rtt_f = __mpx_ecf_clamp(f->rtt_us, MPX_ECF_MAX_US);
	__u64 rtt_s = __mpx_ecf_clamp(s->rtt_us, MPX_ECF_MAX_US);
	__u64 cwnd_f = __mpx_ecf_clamp(f->cwnd ? f->cwnd : 1, MPX_ECF_MAX_BYTES);
	__u64 cwnd_s = __mpx_ecf_clamp(s->cwnd ? s->cwnd : 1, MPX_ECF_MAX_BYTES);
	__u64 k = __mpx_ecf_clamp(queued, MPX_ECF_MAX_BYTES);
	__u64 percent = 100 + (*waiting ? __mpx_ecf_clamp(beta, MPX_ECF_MAX_BETA) : 0);

	if (100 * (cwnd_f + k) * rtt_f >= percent * (rtt_s + delta) * cwnd_f) {
		*waiting = false;
		return false;
	}
	if (k * rtt_s < (2 * rtt_f + delta) * cwnd_s)
		return false;

	*waiting = true;
	return true;
}

#endif /* __MPTCP_BPF_ECF_H */
