// The registry's day. Its clock only goes forward (an entry is never dated before the one it
// follows), so that what expires stays expired, and a leap is confirmed before it is written down.
#ifndef TH_REGISTRY_CLOCK_H
#define TH_REGISTRY_CLOCK_H

#include "registry/registry.h"

#define TH_CLOCK_ENTRY_KIND "registry.clock"

// TH_CONFLICT ("clock_ahead" with "now", "last") when the system's clock stands more than this many
// days after the last entry, which is of `last_utc`: every later entry would bear that day for
// ever.
enum { TH_CLOCK_LEAP_DAYS = 366 };
enum th_status th_clock_check(struct th_registry *registry, int64_t last_utc,
                              struct th_error *err) TH_MUST_CHECK;

// An admin says which day it is ("2026-11-22"), and the registry goes on from it. TH_CONFLICT
// ("clock_other_day") when the system's clock says another one. Reply: day, last_day.
enum th_status th_registry_clock(struct th_registry *registry, const struct th_request *request,
                                 const char *day, struct th_json **ret_reply,
                                 struct th_error *err) TH_MUST_CHECK;

#endif
