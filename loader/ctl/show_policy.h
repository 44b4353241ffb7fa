/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/* An opened policy as text and as JSON, and the options that prepare it. */
#ifndef CTL_SHOW_POLICY_H
#define CTL_SHOW_POLICY_H

#include "ctl.h"
#include "opts.h"

void show_policy(struct ctl *ctl, const struct mpx_policy *pol);

/* Apply --name and --set. */
int prepare_policy(struct mpx_policy *pol, const char *name, const struct opt_list *set);

#endif /* CTL_SHOW_POLICY_H */
