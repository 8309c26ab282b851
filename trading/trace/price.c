#include "trading/trace/price.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/ratio.h"
#include "core/text.h"
#include "registry/reply.h"
#include "store/deal/price_store.h"
#include "trading/deal/deal.h"

enum { MONTH_SIZE = 8, KINDS_MAX = 64 };

// Trades of one kind within a month.
struct month {
    char month[MONTH_SIZE];
    char kind[TH_TRADE_WORD_SIZE];
    int64_t n;
    struct th_units units;
    struct th_money amount;
    struct th_ratio lowest, highest; // fen a tonne, exact
};

struct listing {
    struct th_json *prices;
    struct th_json *months;
    struct month open[KINDS_MAX]; // of the month at hand, by kind
    size_t n_open;
    int64_t n;
    enum th_status status;
    struct th_error *err;
};

static enum th_status per_tonne(struct th_money amount, struct th_units units,
                                struct th_ratio *ret_price, struct th_error *err)
{
    return th_ratio_make(th_money_fen(amount), th_units_t(units), ret_price, err);
}

static enum th_status set_price(struct th_json *object, const char *key, struct th_ratio price,
                                struct th_error *err)
{
    int64_t fen = 0;
    enum th_status status = th_ratio_apply_nearest(price, 1, &fen, err);
    th_json_set_int(object, key, fen);
    return status;
}

static void close_month(struct listing *listing)
{
    for (size_t i = 0; i < listing->n_open && listing->status == TH_OK; i++) {
        const struct month *month = &listing->open[i];
        struct th_ratio mean = {0, 1};
        struct th_json *item = th_json_object();
        th_json_set_text(item, "month", month->month);
        th_json_set_text(item, "kind", month->kind);
        th_json_set_int(item, "n", month->n);
        th_json_set_units(item, "tonnes", month->units);
        th_json_set_money(item, "amount_fen", month->amount);
        listing->status = set_price(item, "lowest_fen", month->lowest, listing->err);
        if (listing->status == TH_OK) {
            listing->status = per_tonne(month->amount, month->units, &mean, listing->err);
        }
        if (listing->status == TH_OK) {
            listing->status = set_price(item, "mean_fen", mean, listing->err);
        }
        if (listing->status == TH_OK) {
            listing->status = set_price(item, "highest_fen", month->highest, listing->err);
        }
        th_json_append(listing->months, item);
    }
    listing->n_open = 0;
}

static enum th_status add_to_month(struct listing *listing, const struct th_price *price,
                                   struct th_ratio per_t)
{
    struct month *month = NULL;
    if (listing->n_open > 0 &&
        strncmp(listing->open[0].month, price->on_date, MONTH_SIZE - 1) != 0) {
        close_month(listing);
    }
    for (size_t i = 0; i < listing->n_open; i++) {
        if (strcmp(listing->open[i].kind, price->kind) == 0) {
            month = &listing->open[i];
        }
    }
    if (month == NULL) {
        if (listing->n_open == KINDS_MAX) {
            return th_error_set(listing->err, TH_LIMIT, "buffer_full", NULL);
        }
        month = &listing->open[listing->n_open++];
        *month = (struct month){.lowest = per_t, .highest = per_t};
        th_text_copy(month->month, sizeof(month->month), price->on_date);
        th_text_copy(month->kind, sizeof(month->kind), price->kind);
    }
    month->n++;
    month->lowest = th_ratio_compare(per_t, month->lowest) < 0 ? per_t : month->lowest;
    month->highest = th_ratio_compare(per_t, month->highest) > 0 ? per_t : month->highest;
    enum th_status status = th_units_add(month->units, price->units, &month->units, listing->err);
    return status == TH_OK
               ? th_money_add(month->amount, price->amount, &month->amount, listing->err)
               : status;
}

// What stands in a serial for the kind of ground (registry/package/package_issue.c).
static const char *ground_of(const char *word)
{
    static const struct {
        const char *code, *kind;
    } CODES[] = {{"BAM", "bamboo"}, {"ORC", "orchard"}, {"TEA", "tea"},
                 {"FOR", "forest"}, {"WET", "wetland"}, {"OTH", "other"}};
    for (size_t i = 0; i < sizeof(CODES) / sizeof(CODES[0]); i++) {
        if (strcmp(CODES[i].code, word) == 0) {
            return CODES[i].kind;
        }
    }
    return word;
}

static void set_list(struct th_json *object, const char *key, const char *texts)
{
    char word[64];
    struct th_json *list = th_json_array();
    for (const char *at = texts != NULL ? texts : ""; *at != '\0';) {
        size_t size = strcspn(at, " ");
        (void)snprintf(word, sizeof(word), "%.*s", (int)size, at);
        th_json_append_text(list, ground_of(word));
        at += size + (at[size] == ' ');
    }
    th_json_set(object, key, list);
}

static bool add_price(void *context, const struct th_price *price)
{
    struct listing *listing = context;
    struct th_ratio per_t = {0, 1};
    struct th_json *item = th_json_object();
    th_json_set_int(item, "trade_id", price->trade_id);
    th_json_set_text(item, "on", price->on_date);
    th_json_set_text(item, "kind", price->kind);
    th_json_set_units(item, "tonnes", price->units);
    th_json_set_money(item, "amount_fen", price->amount);
    listing->status = per_tonne(price->amount, price->units, &per_t, listing->err);
    if (listing->status == TH_OK) {
        listing->status = set_price(item, "price_fen", per_t, listing->err);
    }
    th_json_set_int(item, "first_vintage", price->first_vintage);
    th_json_set_int(item, "last_vintage", price->last_vintage);
    set_list(item, "methodologies", price->methodologies);
    set_list(item, "grounds", price->grounds);
    th_json_append(listing->prices, item);
    listing->n++;
    if (listing->status == TH_OK) {
        listing->status = add_to_month(listing, price, per_t);
    }
    return listing->status == TH_OK;
}

static enum th_status read_options(const struct th_price_options *options,
                                   struct th_price_question *question, struct th_error *err)
{
    struct th_date from = {0};
    struct th_date to = {0};
    int64_t vintage = 0;
    enum th_status status =
        options->from != NULL ? th_date_parse(options->from, &from, err) : TH_OK;
    if (status == TH_OK && options->to != NULL) {
        status = th_date_parse(options->to, &to, err);
    }
    if (status == TH_OK && options->from != NULL && options->to != NULL &&
        th_date_compare(from, to) > 0) {
        status = th_error_set(err, TH_USAGE, "period_backwards", "from", options->from, "to",
                              options->to, NULL);
    }
    if (status == TH_OK && options->vintage != NULL &&
        !th_text_parse_int(options->vintage, 1900, 9999, &vintage)) {
        status = th_error_set(err, TH_INVALID, "year_invalid", "year", options->vintage, NULL);
    }
    *question = (struct th_price_question){
        .kind = options->kind, .from = options->from, .to = options->to, .vintage = (int)vintage};
    return status;
}

enum th_status th_price_list(struct th_registry *registry, const struct th_price_options *options,
                             struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct th_price_question question;
    enum th_status status = read_options(options, &question, err);
    struct listing *listing = status == TH_OK ? calloc(1, sizeof(*listing)) : NULL;
    if (status == TH_OK && listing == NULL) {
        status = th_error_no_memory(err);
    }
    if (status == TH_OK) {
        status = th_store_begin_read(store, err);
    }
    if (status != TH_OK) {
        free(listing);
        return status;
    }
    *listing = (struct listing){.prices = th_json_array(), .months = th_json_array(), .err = err};
    status = th_price_each(store, &question, add_price, listing, err);
    th_store_end_read(store);
    if (status == TH_OK && listing->status == TH_OK) {
        close_month(listing);
    }
    status = status == TH_OK ? listing->status : status;
    struct th_json *reply = th_json_object();
    th_json_set_int(reply, "n", listing->n);
    th_json_set(reply, "prices", listing->prices);
    th_json_set(reply, "months", listing->months);
    free(listing);
    return th_reply_finish(status, reply, ret_reply, err);
}
