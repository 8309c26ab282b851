// Prices that were paid.
#ifndef TH_TRADING_PRICE_H
#define TH_TRADING_PRICE_H

#include "registry/registry.h"

struct th_price_options {  // texts as people typed them; NULL: any
    const char *kind;      // of trade, "resale"
    const char *from, *to; // days of contracts, both included
    const char *vintage;   // some of the units are of it
};

// Approved trades in which units changed hands for money. A price per tonne is what was agreed, tax
// included, by its tonnes, rounded half up to the fen; sums and means are made of the amounts, not
// of rounded prices. Reply: prices[{trade_id, on, kind, tonnes, amount_fen, price_fen,
// first_vintage, last_vintage, methodologies[], grounds[]}] by day; months[{month "2022-06", kind,
// n, tonnes, amount_fen, lowest_fen, mean_fen (weighted by tonnes), highest_fen}]; n. TH_INVALID
// ("date_invalid", "year_invalid" for the vintage), TH_USAGE ("period_backwards",
// "usage_value" for the kind).
enum th_status th_price_list(struct th_registry *registry, const struct th_price_options *options,
                             struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif
