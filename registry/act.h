// What people say of most changes: from which day, and why.
#ifndef TH_REGISTRY_ACT_H
#define TH_REGISTRY_ACT_H

#include "registry/work.h"

// `on` or today; TH_INVALID ("date_in_future").
enum th_status th_act_day(const struct th_work *work, const char *on, struct th_date *ret_day,
                          struct th_error *err) TH_MUST_CHECK;
// TH_USAGE ("reason_needed"), TH_INVALID ("reason_too_long").
enum th_status th_act_check_reason(const char *reason, struct th_error *err) TH_MUST_CHECK;

#endif
