// SPDX-License-Identifier: GPL-2.0-only
/* hello: of the paths that can take data now, send on the one with the shortest round trip. */
#include <mptcp_bpf/common.bpf.h>

char _license[] SEC("license") = "GPL";

MPX_POLICY("sched", "1", 0, "send on the path with the shortest round trip");
MPX_TUNABLE(margin_us, u32, 0, 1000000, 0, "us", "a later path must be faster by this much");

SEC("struct_ops")
int BPF_PROG(hello_get_send, struct mptcp_sock *msk)
{
	struct mptcp_subflow_context *sf, *best = NULL;
	__u32 best_rtt = 0;

	mptcp_set_timeout((struct sock *)msk);

	mpx_for_each_subflow(msk, sf) {
		__u32 rtt = mpx_srtt_us(sf);

		if (!mptcp_subflow_active(sf) || !mpx_cwnd_room(sf))
			continue;
		if (!best || rtt + margin_us < best_rtt) {
			best = sf;
			best_rtt = rtt;
		}
	}
	if (!best)
		return -EAGAIN;

	msk->snd_burst = mpx_room_bytes(best);
	mptcp_subflow_set_scheduled(best, true);
	return 0;
}

SEC(".struct_ops.link")
struct mptcp_sched_ops hello = {
	.get_send	= (void *)hello_get_send,
	.name		= "hello",
};
