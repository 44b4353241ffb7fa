// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause
#include <errno.h>

#include "args.h"
#include "show_policy.h"
#include "verbs.h"

const struct opt check_opts[] = {
	{ "name", 'n', OPT_STRING, offsetof(struct check_args, name), "NAME",
	  "check it under another name" },
	{ "set", 's', OPT_LIST, offsetof(struct check_args, set), "TUNABLE=VALUE",
	  "check it with this value (repeatable)" },
	{ 0 }
};

int do_check(struct ctl *ctl, const void *args, int argc, char **argv)
{
	const struct check_args *a = args;
	struct mpx_policy *pol;
	int err;

	(void)argc;
	pol = mpx_policy__open(argv[0]);
	if (!pol)
		return -errno;
	err = prepare_policy(pol, a->name, &a->set);
	if (err)
		goto out_close;
	err = mpx_policy__verify(pol);
	/* Where the kernel cannot judge it, what is known is worth showing. */
	if (!err || err == -EOPNOTSUPP || ctl->json)
		show_policy(ctl, pol);
out_close:
	mpx_policy__close(pol);
	return err;
}
