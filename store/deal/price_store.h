// What units were sold for.
#ifndef TH_STORE_PRICE_STORE_H
#define TH_STORE_PRICE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"
#include "core/quantity.h"
#include "store/store.h"

struct th_price_question { // what was not given holds for all: NULL or 0
    const char *kind;      // of trade
    const char *from, *to; // days of contracts, both included
    int vintage;           // some of the units are of it
};

struct th_price { // texts are borrowed
    int64_t trade_id;
    const char *kind;
    const char *on_date;
    struct th_units units;
    struct th_money amount; // tax-inclusive
    int first_vintage, last_vintage;
    const char *methodologies; // ids, separated by blanks
    const char *grounds;       // kinds of ground as serials have them, "BAM WET"
};
// Approved trades with an amount that handed units over, by day and id; the visitor returns false
// to stop.
enum th_status th_price_each(struct th_store *store, const struct th_price_question *question,
                             bool (*visit)(void *context, const struct th_price *price),
                             void *context, struct th_error *err) TH_MUST_CHECK;

#endif
