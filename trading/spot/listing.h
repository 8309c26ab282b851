// Listing (挂牌) and acceptance (摘牌): units are offered at a price, and taken at that price in
// part or whole. There is no matching: whoever accepts names the listing. Inputs and replies as in
// trading/deal/trade.h.
//
// Reply of a listing's trade also: listing{least_t, until, left_t}.
#ifndef TH_TRADING_LISTING_H
#define TH_TRADING_LISTING_H

#include "registry/registry.h"

struct th_listing_input {
    const char *holder;
    const char *tonnes;
    const char *price; // per tonne, tax-inclusive
    const char *tax;   // NULL: 0
    const char *package;
    const char *least; // that one acceptance takes; NULL: 1
    const char *until; // last day; NULL: until it is withdrawn
    const char *on;
};
// Units of a bank come from its pools, which they leave now, with their cost. TH_CONFLICT
// ("not_enough_units"), TH_INVALID ("listing_least_large", "listing_until", "tonnes_invalid",
// "tax_invalid"), TH_USAGE ("price_missing"), TH_NOT_PERMITTED.
enum th_status th_trade_propose_listing(struct th_registry *registry,
                                        const struct th_request *request,
                                        const struct th_listing_input *input,
                                        struct th_json **ret_reply,
                                        struct th_error *err) TH_MUST_CHECK;

struct th_acceptance_input {
    const char *listing;
    const char *to;
    const char *tonnes; // NULL: all that is left
    const char *on;
};
// TH_NOT_FOUND ("listing_not_found"), TH_CONFLICT ("listing_not_open", "not_enough_units",
// "listing_least" with "least"), TH_INVALID ("same_party"), TH_NOT_PERMITTED.
enum th_status th_trade_propose_acceptance(struct th_registry *registry,
                                           const struct th_request *request,
                                           const struct th_acceptance_input *input,
                                           struct th_json **ret_reply,
                                           struct th_error *err) TH_MUST_CHECK;

// Ends an approved listing: what nobody took goes back to its holder, which needs no second person.
// Acceptances that are proposed stay. Reply: that of the trade, with released_t. TH_CONFLICT
// ("listing_not_open", "listing_all_taken").
enum th_status th_listing_withdraw(struct th_registry *registry, const struct th_request *request,
                                   int64_t trade_id, struct th_json **ret_reply,
                                   struct th_error *err) TH_MUST_CHECK;

#endif
