// The villages' part of a sale is reckoned by one term. So what is sold, or promised to somebody
// who takes of all of it alike, comes under one term, on its own day and on those on which it may
// be taken: a deal for the units of each.
#include <string.h>

#include "store/revenue/revenue_store.h"
#include "trading/deal/deal.h"
#include "trading/deal/term_days.h"

struct comparison {
    struct th_store *store;
    const struct th_one_term *deal;
};

struct ruling { // th_term_on
    int64_t n;
    int64_t term_id;
};

static enum th_status rule(const struct comparison *of, const char *day, int64_t pool_id,
                           int64_t package_id, struct ruling *ret, struct th_error *err)
{
    const struct th_term_question question = {
        .on_date = day, .pool_id = pool_id, .package_id = package_id};
    return th_term_on(of->store, &question, &ret->n, &ret->term_id, err);
}

static bool same(const struct ruling *a, const struct ruling *b)
{
    return a->n == b->n && a->term_id == b->term_id;
}

// Tonnes leave one pool after the other, and of a pool its packages alike: so many come before the
// first pool with units under another term.
static enum th_status count_lines(const struct comparison *of, const char *day,
                                  const struct ruling *first, int64_t *ret_t, struct th_error *err)
{
    const struct th_one_term *deal = of->deal;
    enum th_status status = TH_OK;
    int64_t pool_id = 0;
    int64_t pool_t = 0;
    int64_t before_t = 0;
    bool alike = true;
    for (size_t i = 0; i < deal->n_lines && alike && status == TH_OK; i++) {
        const struct th_trade_line *line = &deal->lines[i];
        struct ruling here = {0};
        if (line->pool_id != pool_id) {
            before_t += pool_t;
            pool_t = 0;
            pool_id = line->pool_id;
        }
        status = rule(of, day, line->pool_id, line->package_id, &here, err);
        alike = pool_id == 0 || same(&here, first);
        pool_t += th_units_t(line->tonnes);
    }
    *ret_t = alike ? before_t + pool_t : before_t;
    return status;
}

// Units that somebody chose leave in their order.
static enum th_status count_picks(const struct comparison *of, const char *day,
                                  const struct ruling *first, int64_t *ret_t, struct th_error *err)
{
    const struct th_block_list *picks = of->deal->picks;
    enum th_status status = TH_OK;
    bool alike = true;
    *ret_t = 0;
    for (size_t i = 0; i < picks->n && alike && status == TH_OK; i++) {
        struct th_issuance_record issuance;
        struct ruling here = {0};
        status = th_issuance_load(of->store, picks->items[i].issuance_id, &issuance, err);
        if (status == TH_OK) {
            status = rule(of, day, picks->items[i].pool_id, issuance.package_id, &here, err);
        }
        alike = same(&here, first);
        *ret_t += alike ? th_units_t(th_block_units(&picks->items[i])) : 0;
    }
    return status;
}

// What acts on the lock of another deal takes of all that it holds alike: no tonnes of it are under
// one term.
static enum th_status differ(const struct comparison *of, const char *day,
                             const struct th_trade_line *first, const struct th_trade_line *other,
                             const struct ruling *ruling, struct th_error *err)
{
    const struct th_one_term *deal = of->deal;
    bool chosen = deal->picks && deal->picks->n > 0;
    int64_t alike_t = 0;
    enum th_status status = deal->kind->from_lock ? TH_OK
                            : chosen              ? count_picks(of, day, ruling, &alike_t, err)
                                                  : count_lines(of, day, ruling, &alike_t, err);
    if (status != TH_OK) {
        return status;
    }
    (void)th_error_set(err, TH_CONFLICT, alike_t > 0 ? "sale_terms_differ" : "sale_terms_apart",
                       "on", day, NULL);
    th_error_add_int(err, "pool", first->pool_id);
    th_error_add_int(err, "other", other->pool_id);
    th_error_add_int(err, "tonnes", alike_t);
    return TH_CONFLICT;
}

static enum th_status look_on(void *context, const char *day, struct th_error *err)
{
    const struct comparison *of = context;
    const struct th_trade_line *first = NULL;
    struct ruling ruling = {0};
    enum th_status status = TH_OK;
    for (size_t i = 0; i < of->deal->n_lines && status == TH_OK; i++) {
        const struct th_trade_line *line = &of->deal->lines[i];
        struct ruling here = {0};
        if (line->pool_id == 0) {
            continue; // no village is behind it
        }
        status = rule(of, day, line->pool_id, line->package_id, &here, err);
        if (status == TH_OK && first && !same(&here, &ruling)) {
            return differ(of, day, first, line, &ruling, err);
        }
        ruling = first ? ruling : here;
        first = first ? first : line;
    }
    return status;
}

enum th_status th_deal_check_one_term(struct th_store *store, const struct th_one_term *deal,
                                      struct th_error *err)
{
    const struct th_trade *trade = deal->trade;
    struct comparison comparison = {.store = store, .deal = deal};
    char from[TH_ON_SIZE] = "";
    char until[TH_ON_SIZE] = "";
    if (!deal->kind->one_term) {
        return TH_OK;
    }
    enum th_status status = look_on(&comparison, trade->on_date, err);
    if (status != TH_OK || !deal->kind->open_days) {
        return status;
    }
    status = deal->kind->open_days(store, trade, from, until, err);
    const struct th_term_days days = {.from =
                                          strcmp(from, trade->on_date) > 0 ? from : trade->on_date,
                                      .until = until,
                                      .look = look_on,
                                      .context = &comparison};
    return status == TH_OK ? th_term_days_each(store, &days, err) : status;
}
