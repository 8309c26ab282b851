// Shared by the files of reversals.
#ifndef TH_TRADING_REVERSAL_INTERNAL_H
#define TH_TRADING_REVERSAL_INTERNAL_H

#include "store/deal/reversal_store.h"
#include "trading/deal/deal.h"

extern const struct th_deal_kind th_deal_reversal;

// What must be made good of one issuance: its losses together, the last tonne rounded up.
struct th_reversal_vintage {
    int64_t issuance_id;
    int64_t package_id;
    struct th_carbon lost;
    struct th_units tonnes;
};
struct th_reversal_vintages {          // zero before use
    struct th_reversal_vintage *items; // free(); by package and issuance
    size_t n;
};
enum th_status th_reversal_vintages_sum(const struct th_reversal_extent *extent,
                                        struct th_reversal_vintages *ret_vintages,
                                        struct th_error *err) TH_MUST_CHECK;
// The lines of its trade: a package, its holder, its tonnes. Appends to deal->lines.
enum th_status th_reversal_lines(struct th_store *store,
                                 const struct th_reversal_vintages *vintages, struct th_deal *deal,
                                 struct th_error *err) TH_MUST_CHECK;

// Which buffer is cancelled for the lines, as it stands now, and what is left to the holders.
struct th_reversal_due {
    int64_t party_id;
    struct th_units owed;
};
struct th_reversal_plan {         // zero before use; th_reversal_plan_clear
    struct th_block_list picks;   // ranges, each within a leaf
    struct th_reversal_due *dues; // by party
    size_t n_dues;
};
enum th_status th_reversal_plan_make(struct th_store *store, const char *on_date,
                                     const struct th_trade_line *lines, size_t n_lines,
                                     struct th_reversal_plan *ret_plan,
                                     struct th_error *err) TH_MUST_CHECK;
void th_reversal_plan_clear(struct th_reversal_plan *plan);

// Everything that a reply tells of a reversal.
struct th_reversal_told {
    const struct th_reversal *reversal;
    const char *on_date;
    const struct th_reversal_extent *extent;
    const struct th_trade_line *lines;
    size_t n_lines;
    int64_t approved_id; // the trade once it is approved; 0: what an approval would do is told
    bool ended;          // rejected or expired: neither
};
enum th_status th_reversal_tell(struct th_store *store, const struct th_reversal_told *told,
                                struct th_json *reply, struct th_error *err) TH_MUST_CHECK;

#endif
