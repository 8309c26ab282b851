// How much can be owed under a pledge, as far as the registry knows the loan. What is owed is
// stated by who collects it; the registry says only where that cannot be true.
#include "core/ratio.h"
#include "trading/pledge/pledge_internal.h"

// Interest that an overdue loan can have grown: the contract's rate and half of it again, which is
// the most that a bank adds for being late, by days of a year of 360.
static const struct th_ratio PER_DAY_AND_PERCENT = {3, INT64_C(2) * 100 * 360};

static enum th_status grown_interest(struct th_store *store, int64_t pledge_id,
                                     const struct th_loan_known *known, int64_t *ret_fen,
                                     struct th_error *err)
{
    struct th_pledge pledge;
    struct th_ratio rate;
    enum th_status status = th_pledge_load(store, pledge_id, &pledge, err);
    if (status == TH_OK) {
        status = th_ratio_parse(pledge.rate, &rate, err);
    }
    if (status == TH_OK) {
        status = th_ratio_mul(rate, PER_DAY_AND_PERCENT, &rate, err);
    }
    return status == TH_OK ? th_ratio_apply_ceil(rate, known->fen_days, ret_fen, err) : status;
}

static enum th_status most_interest(struct th_store *store, int64_t pledge_id,
                                    const struct th_loan_known *known,
                                    struct th_money *ret_interest, struct th_error *err)
{
    int64_t fen = 0;
    enum th_status status = grown_interest(store, pledge_id, known, &fen, err);
    // What was paid before counts, whatever it was paid for.
    int64_t left_fen = fen - th_money_fen(known->paid.interest);
    *ret_interest = th_money_from_fen(left_fen > 0 ? left_fen : 0);
    return status;
}

enum th_status th_debt_interest_fits(struct th_store *store, int64_t pledge_id,
                                     struct th_money interest, const char *on_date, bool *ret_fits,
                                     struct th_error *err)
{
    struct th_loan_known known;
    int64_t fen = 0;
    enum th_status status = th_loan_known(store, pledge_id, on_date, &known, err);
    if (status == TH_OK) {
        status = grown_interest(store, pledge_id, &known, &fen, err);
    }
    if (status == TH_OK) {
        *ret_fits = th_money_fen(interest) <= fen;
    }
    return status;
}

static enum th_status too_large(struct th_error *err, const char *key, int64_t pledge_id,
                                struct th_money amount, struct th_money limit)
{
    char amount_text[TH_QUANTITY_TEXT_SIZE];
    char limit_text[TH_QUANTITY_TEXT_SIZE];
    (void)th_error_set(err, TH_CONFLICT, key, "amount", th_money_format(amount, amount_text),
                       "limit", th_money_format(limit, limit_text), NULL);
    th_error_add_int(err, "pledge", pledge_id);
    return TH_CONFLICT;
}

enum th_status th_debt_check_interest(struct th_store *store, int64_t pledge_id,
                                      struct th_money amount, const char *on_date,
                                      struct th_error *err)
{
    struct th_loan_known known;
    struct th_money limit = {0};
    enum th_status status = th_loan_known(store, pledge_id, on_date, &known, err);
    if (status == TH_OK) {
        status = most_interest(store, pledge_id, &known, &limit, err);
    }
    return status == TH_OK && th_money_compare(amount, limit) > 0
               ? too_large(err, "interest_too_large", pledge_id, amount, limit)
               : status;
}

enum th_status th_debt_check_owed(struct th_store *store, int64_t pledge_id, struct th_money owed,
                                  const char *on_date, struct th_error *err)
{
    struct th_loan_known known;
    struct th_money limit = {0};
    if (th_money_fen(owed) == 0) {
        return TH_OK;
    }
    enum th_status status = th_loan_known(store, pledge_id, on_date, &known, err);
    if (status != TH_OK) {
        return status;
    }
    // A loan that was never paid out here may have been elsewhere, or be another kind of debt.
    bool recorded = th_money_fen(known.paid.payout) > 0;
    struct th_money principal = recorded ? known.paid.payout : known.principal;
    status = th_money_sub(principal, known.paid.repayment, &principal, err);
    if (status == TH_OK && th_money_fen(principal) == 0) {
        (void)th_error_set(err, TH_CONFLICT, "loan_repaid", NULL);
        th_error_add_int(err, "pledge", pledge_id);
        return TH_CONFLICT;
    }
    if (status == TH_OK) {
        status = most_interest(store, pledge_id, &known, &limit, err);
    }
    if (status == TH_OK) {
        status = th_money_add(limit, principal, &limit, err);
    }
    if (status == TH_OK) {
        status = th_money_sub(limit, known.uncredited, &limit, err);
    }
    if (status == TH_OK && th_money_compare(owed, limit) > 0) {
        limit = th_money_fen(limit) > 0 ? limit : th_money_from_fen(0);
        status = too_large(err, "owed_too_large", pledge_id, owed, limit);
    }
    return status;
}
