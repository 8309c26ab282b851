// Shared by the files about members.
#ifndef TH_TRADING_MEMBER_INTERNAL_H
#define TH_TRADING_MEMBER_INTERNAL_H

#include "store/revenue/member_store.h"
#include "trading/member/member.h"
#include "trading/trading_internal.h"

// A fraction from 0 to 1 with a denominator that members may have. TH_INVALID ("share_invalid").
enum th_status th_share_parse(const char *text, struct th_ratio *ret_share,
                              struct th_error *err) TH_MUST_CHECK;
// Can these two be group and member? Errors as in th_share_add.
enum th_status th_share_check_parties(struct th_work *work, const struct th_party *group,
                                      const struct th_party *member,
                                      struct th_error *err) TH_MUST_CHECK;
// A share that begins on or before the day of an agreed sale moves who is paid of it: an officer's
// to record. *sale keeps what was read of the group, and begins as 0. TH_NOT_PERMITTED
// ("share_agreed" with "name", "from", "on", "trade").
enum th_status th_share_check_agreed(struct th_work *work, const struct th_member_share *share,
                                     struct th_member_sale *sale,
                                     struct th_error *err) TH_MUST_CHECK;

#endif
