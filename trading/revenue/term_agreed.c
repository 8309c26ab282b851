// What was agreed before a term was recorded stays as it is: no sale comes under another term than
// it was made under, and nothing is torn apart that can only be shared as one.
#include <stdlib.h>
#include <string.h>

#include "trading/revenue/revenue_internal.h"

struct ruling { // th_term_on
    int64_t n;
    int64_t term_id;
};

static bool same(const struct ruling *a, const struct ruling *b)
{
    return a->n == b->n && a->term_id == b->term_id;
}

struct comparison {
    struct th_store *store;
    const struct th_term *term; // new, and posted
    const char *login;          // who records it
    struct th_error *err;
};

// What the new term does to the parts of a deal on one day.
struct change {
    bool any;
    bool splits;            // its parts come under different terms
    struct ruling replaced; // by which one of them was governed; n 0: none was
    int64_t freed_by;       // the term that the same officer ended for one of them; 0: none
};

static enum th_status rule(const struct comparison *of, const char *day,
                           const struct th_trade_line *line, bool without, struct ruling *ret,
                           struct th_error *err)
{
    const struct th_term_question question = {.on_date = day,
                                              .pool_id = line->pool_id,
                                              .package_id = line->package_id,
                                              .without_id = without ? of->term->term_id : 0};
    return th_term_on(of->store, &question, &ret->n, &ret->term_id, err);
}

// What he freed of a term himself is another officer's to bring under the next one.
static enum th_status look_back(const struct comparison *of, const char *day,
                                const struct th_trade_line *line, struct change *change)
{
    const struct th_term_question question = {
        .on_date = day, .pool_id = line->pool_id, .package_id = line->package_id};
    char login[TH_LOGIN_SIZE];
    int64_t term_id = 0;
    enum th_status status = th_term_freed(of->store, &question, &term_id, login, of->err);
    if (status == TH_OK && strcmp(login, of->login) == 0) {
        change->freed_by = term_id;
    }
    return status;
}

static enum th_status compare(const struct comparison *of, int64_t trade_id, const char *day,
                              struct change *ret_change)
{
    struct th_trade_line_list lines = {0};
    struct change change = {.any = false};
    struct ruling first = {0};
    bool has_first = false;
    enum th_status status = th_trade_lines(of->store, trade_id, &lines, of->err);
    for (size_t i = 0; i < lines.n && status == TH_OK; i++) {
        struct ruling before = {0};
        struct ruling after = {0};
        if (lines.items[i].pool_id == 0) {
            continue; // no village is behind it
        }
        status = rule(of, day, &lines.items[i], true, &before, of->err);
        if (status == TH_OK) {
            status = rule(of, day, &lines.items[i], false, &after, of->err);
        }
        if (!same(&before, &after)) {
            change.any = true;
            change.replaced = before.n > 0 ? before : change.replaced;
            status = status == TH_OK ? look_back(of, day, &lines.items[i], &change) : status;
        }
        change.splits = change.splits || (has_first && !same(&first, &after));
        first = has_first ? first : after;
        has_first = true;
    }
    th_trade_line_list_clear(&lines);
    *ret_change = change;
    return status;
}

static enum th_status refuse(const struct comparison *of, enum th_status status, const char *key,
                             const struct th_trade *trade)
{
    (void)th_error_set(of->err, status, key, "on", trade->on_date, "from", of->term->from_on,
                       "login", of->login, NULL);
    th_error_add_int(of->err, "trade", trade->trade_id);
    return status;
}

static enum th_status check_sale(const struct comparison *of, int64_t trade_id)
{
    struct th_trade trade;
    struct change change = {.any = false};
    enum th_status status = th_trade_load(of->store, trade_id, &trade, of->err);
    if (status == TH_OK) {
        status = compare(of, trade_id, trade.on_date, &change);
    }
    if (status == TH_OK && change.replaced.n > 0) {
        status = refuse(of, TH_CONFLICT, "term_overtakes", &trade);
        th_error_add_int(of->err, "term", change.replaced.term_id);
    } else if (status == TH_OK && change.any && change.splits) {
        status = refuse(of, TH_CONFLICT, "term_splits_deal", &trade);
    } else if (status == TH_OK && change.freed_by != 0) {
        status = refuse(of, TH_NOT_PERMITTED, "term_freed_own", &trade);
        th_error_add_int(of->err, "term", change.freed_by);
    }
    return status;
}

// What acts upon it comes under the term of its own day, but as one.
static enum th_status check_promise(const struct comparison *of, int64_t trade_id)
{
    struct th_trade trade;
    struct change change = {.any = false};
    enum th_status status = th_trade_load(of->store, trade_id, &trade, of->err);
    if (status == TH_OK) {
        bool begins_later = strcmp(of->term->from_on, trade.on_date) > 0;
        status = compare(of, trade_id, begins_later ? of->term->from_on : trade.on_date, &change);
    }
    return status == TH_OK && change.any && change.splits
               ? refuse(of, TH_CONFLICT, "term_splits_deal", &trade)
               : status;
}

enum th_status th_term_check_agreed(struct th_store *store, const struct th_term *term,
                                    const char *login, struct th_error *err)
{
    const struct comparison comparison = {.store = store, .term = term, .login = login, .err = err};
    int64_t *sales = NULL;
    int64_t *promises = NULL;
    size_t n_sales = 0;
    size_t n_promises = 0;
    enum th_status status =
        th_sales_between(store, term->from_on, term->to_on, &sales, &n_sales, err);
    for (size_t i = 0; i < n_sales && status == TH_OK; i++) {
        status = check_sale(&comparison, sales[i]);
    }
    if (status == TH_OK) {
        status = th_promises_open(store, &promises, &n_promises, err);
    }
    for (size_t i = 0; i < n_promises && status == TH_OK; i++) {
        status = check_promise(&comparison, promises[i]);
    }
    free(sales);
    free(promises);
    return status;
}
