/* SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-2-Clause */
/* What each verb's options are parsed into. */
#ifndef CTL_ARGS_H
#define CTL_ARGS_H

#include "opts.h"

struct features_args { bool unused; };
struct check_args { const char *name; struct opt_list set; };
struct load_args { const char *name; struct opt_list set; bool replace; };
struct unload_args { bool force; };
struct list_args { bool unused; };
struct use_args { const char *netns; };
struct run_args { const char *sched; };
struct new_args { const char *kind; };
struct panic_args { bool force; };
struct show_args { const char *netns; bool all_netns; };
struct switch_args { bool all; const char *from; const char *netns; };

#endif /* CTL_ARGS_H */
