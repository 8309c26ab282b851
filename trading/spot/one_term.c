// What a bank buys under one contract is sold as one, and the villages' part of a sale is reckoned
// by one term: so the term must be one for all its packages, on the day of the deal and later, as
// far as terms are agreed.
#include <string.h>

#include "core/text.h"
#include "store/revenue/revenue_store.h"
#include "trading/spot/spot_internal.h"

struct comparison {
    struct th_store *store;
    const char *on_date; // of the deal
    const struct th_trade_line *lines;
    size_t n_lines;
    char last_day[TH_ON_SIZE]; // on which was looked; "": none
    enum th_status status;
    struct th_error *err;
};

static enum th_status differ(const struct comparison *of, size_t at, const char *day)
{
    struct th_package_record first;
    struct th_package_record other;
    enum th_status status = th_package_load(of->store, of->lines[0].package_id, &first, of->err);
    if (status == TH_OK) {
        status = th_package_load(of->store, of->lines[at].package_id, &other, of->err);
    }
    return status == TH_OK ? th_error_set(of->err, TH_CONFLICT, "pool_terms_differ", "package",
                                          first.name, "other", other.name, "on", day, NULL)
                           : status;
}

// By the same term each package, or none by any.
static enum th_status look_on(struct comparison *of, const char *day)
{
    int64_t n = 0;
    int64_t term_id = 0;
    enum th_status status = TH_OK;
    if (strcmp(of->last_day, day) == 0) {
        return TH_OK;
    }
    th_text_copy(of->last_day, sizeof(of->last_day), day);
    for (size_t i = 0; i < of->n_lines && status == TH_OK; i++) {
        const struct th_term_question question = {.on_date = day,
                                                  .package_id = of->lines[i].package_id};
        int64_t n_here = 0;
        int64_t here_id = 0;
        status = th_term_on(of->store, &question, &n_here, &here_id, of->err);
        if (status == TH_OK && i > 0 && (n_here != n || here_id != term_id)) {
            status = differ(of, i, day);
        }
        n = n_here;
        term_id = here_id;
    }
    return status;
}

// A term of some packages can only tell them apart from the day on which it begins, and others on
// the day behind its last one.
static bool look_at_term(void *context, const struct th_term *term)
{
    struct comparison *of = context;
    const char *since = of->on_date;
    char behind[TH_DATE_TEXT_SIZE] = "";
    struct th_date last;
    if (term->scope == TH_TERM_ALL || term->scope == TH_TERM_POOL) {
        return true;
    }
    if (term->ends_on[0] != '\0') {
        th_text_copy(behind, sizeof(behind), term->ends_on);
    } else if (term->to_on[0] != '\0' && th_date_parse(term->to_on, &last, NULL) == TH_OK) {
        (void)th_date_format(th_date_add(last, 1), behind);
    }
    if (behind[0] != '\0' && (strcmp(behind, since) <= 0 || strcmp(behind, term->from_on) <= 0)) {
        return true; // over before the deal, or before it began
    }
    of->status = look_on(of, strcmp(term->from_on, since) > 0 ? term->from_on : since);
    if (of->status == TH_OK && behind[0] != '\0') {
        of->status = look_on(of, behind);
    }
    return of->status == TH_OK;
}

enum th_status th_purchase_check_terms(struct th_store *store, const char *on_date,
                                       const struct th_trade_line *lines, size_t n_lines,
                                       struct th_error *err)
{
    struct comparison comparison = {
        .store = store, .on_date = on_date, .lines = lines, .n_lines = n_lines, .err = err};
    enum th_status status = th_term_each(store, look_at_term, &comparison, err);
    return status == TH_OK ? comparison.status : status;
}
