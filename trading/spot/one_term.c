// What a bank buys under one contract is sold as one, and the villages' part of a sale is reckoned
// by one term: so the term must be one for all its packages, on the day of the deal and later, as
// far as terms are agreed.
#include "store/revenue/revenue_store.h"
#include "trading/deal/term_days.h"
#include "trading/spot/spot_internal.h"

struct comparison {
    struct th_store *store;
    const struct th_trade_line *lines;
    size_t n_lines;
};

static enum th_status differ(const struct comparison *of, size_t at, const char *day,
                             struct th_error *err)
{
    struct th_package_record first;
    struct th_package_record other;
    enum th_status status = th_package_load(of->store, of->lines[0].package_id, &first, err);
    if (status == TH_OK) {
        status = th_package_load(of->store, of->lines[at].package_id, &other, err);
    }
    return status == TH_OK ? th_error_set(err, TH_CONFLICT, "pool_terms_differ", "package",
                                          first.name, "other", other.name, "on", day, NULL)
                           : status;
}

// By the same term each package, or none by any.
static enum th_status look_on(void *context, const char *day, struct th_error *err)
{
    const struct comparison *of = context;
    int64_t n = 0;
    int64_t term_id = 0;
    enum th_status status = TH_OK;
    for (size_t i = 0; i < of->n_lines && status == TH_OK; i++) {
        const struct th_term_question question = {.on_date = day,
                                                  .package_id = of->lines[i].package_id};
        int64_t n_here = 0;
        int64_t here_id = 0;
        status = th_term_on(of->store, &question, &n_here, &here_id, err);
        if (status == TH_OK && i > 0 && (n_here != n || here_id != term_id)) {
            status = differ(of, i, day, err);
        }
        n = n_here;
        term_id = here_id;
    }
    return status;
}

enum th_status th_purchase_check_terms(struct th_store *store, const char *on_date,
                                       const struct th_trade_line *lines, size_t n_lines,
                                       struct th_error *err)
{
    struct comparison comparison = {.store = store, .lines = lines, .n_lines = n_lines};
    const struct th_term_days days = {
        .from = on_date, .until = "", .look = look_on, .context = &comparison};
    return th_term_days_each(store, &days, err);
}
