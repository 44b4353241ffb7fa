// SPDX-License-Identifier: GPL-2.0-only
/* Right marks, and nonsense in the two writable fields. */
#include <mptcp_bpf/common.bpf.h>

char _license[] SEC("license") = "GPL";

__u64 turn;

static __s64 nonsense(__u64 n)
{
	switch (n & 7) {
	case 0:
		return 0;
	case 1:
		return -1;
	case 2:
		return 0x7fffffff;
	case 3:
		return -0x7fffffff - 1LL;
	case 4:
		return 1LL << 32;	/* 0 in 32 bits */
	case 5:
		return 0x7fffffffffffffffLL;
	case 6:
		return 1;
	default:
		return (__s64)(~0ULL << 63);
	}
}

SEC("struct_ops")
int BPF_PROG(fields_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf;
	__u64 n = __sync_fetch_and_add(&turn, 1);

	msk->snd_burst = nonsense(n);
	mpx_for_each_subflow(msk, sf) {
		sf->avg_pacing_rate = nonsense(n + 4);
		if (mptcp_subflow_active(sf) && bpf_sk_stream_memory_free(sf))
			mptcp_subflow_set_scheduled(sf, true);
	}
	return 0;
}

SEC(".struct_ops.link")
struct mptcp_sched_ops fields = {
	.get_send	= (void *)fields_get_send,
	.name		= "fields",
};
