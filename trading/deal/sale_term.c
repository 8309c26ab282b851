// The villages' part of a sale is reckoned by one term. So what is sold, or promised to somebody
// who takes of all of it alike, comes under one term: a deal for the units of each.
#include "store/revenue/revenue_store.h"
#include "trading/deal/deal.h"

static enum th_status differ(const char *on_date, const struct th_trade_line *first,
                             const struct th_trade_line *other, int64_t alike_t,
                             struct th_error *err)
{
    (void)th_error_set(err, TH_CONFLICT, "sale_terms_differ", "on", on_date, NULL);
    th_error_add_int(err, "pool", first->pool_id);
    th_error_add_int(err, "other", other->pool_id);
    th_error_add_int(err, "tonnes", alike_t);
    return TH_CONFLICT;
}

enum th_status th_deal_check_one_term(struct th_store *store, const struct th_deal_kind *kind,
                                      const char *on_date, const struct th_trade_line *lines,
                                      size_t n_lines, struct th_error *err)
{
    const struct th_trade_line *first = NULL;
    const struct th_trade_line *other = NULL;
    int64_t n = 0;
    int64_t term_id = 0;
    int64_t alike_t = 0;
    enum th_status status = TH_OK;
    for (size_t i = 0; kind->one_term && i < n_lines && status == TH_OK; i++) {
        const struct th_term_question question = {
            .on_date = on_date, .pool_id = lines[i].pool_id, .package_id = lines[i].package_id};
        int64_t n_here = 0;
        int64_t here_id = 0;
        if (lines[i].pool_id == 0) {
            continue; // no village is behind it
        }
        status = th_term_on(store, &question, &n_here, &here_id, err);
        if (!first) {
            first = &lines[i];
            n = n_here;
            term_id = here_id;
        }
        if (n_here == n && here_id == term_id) {
            alike_t += th_units_t(lines[i].tonnes);
        } else {
            other = other ? other : &lines[i];
        }
    }
    return status == TH_OK && other ? differ(on_date, first, other, alike_t, err) : status;
}
