// Up to what a login may approve.
#ifndef TH_TRADING_LIMIT_H
#define TH_TRADING_LIMIT_H

#include "registry/registry.h"

struct th_user_limit_input {
    const char *login;
    const char *amount; // CNY with tax; NULL: any
    const char *tonnes; // NULL: any; 0 of either: nothing at all
    const char *from;   // first day, not before today; NULL: today
};
// By an admin; ends the login's earlier limit from that day on, and without amount and tonnes there
// is none any more. Reply: limit_id, login, from, amount_fen, tonnes (null: any). TH_NOT_FOUND
// ("user_not_found"), TH_CONFLICT ("user_ended"), TH_INVALID ("limit_past", "limit_tonnes_invalid",
// those of amounts and dates).
enum th_status th_user_limit_set(struct th_registry *registry, const struct th_request *request,
                                 const struct th_user_limit_input *input,
                                 struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif
