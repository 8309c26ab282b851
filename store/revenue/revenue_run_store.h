// Runs of revenue back to the villages: proposed by one person, decided by another.
#ifndef TH_STORE_REVENUE_RUN_STORE_H
#define TH_STORE_REVENUE_RUN_STORE_H

#include "store/people/party_store.h"
#include "store/revenue/revenue_store.h"

struct th_run {
    int64_t distribution_id;
    char through_on[TH_ON_SIZE];
    char state[TH_TRADE_WORD_SIZE]; // proposed approved rejected
    char proposed_by[TH_LOGIN_SIZE];
    char decided_by[TH_LOGIN_SIZE]; // "" while proposed, as the next two
    char decided_on[TH_ON_SIZE];
    char reason[TH_TRADE_NOTE_SIZE];
    int64_t alone_rule_id; // by which one person sufficed; 0: two decided
    struct th_sale_share sum;
    int64_t seq; // journal entry of the proposal
};

// TH_NOT_FOUND ("revenue_run_not_found" with "run").
enum th_status th_run_load(struct th_store *store, int64_t distribution_id, struct th_run *ret_run,
                           struct th_error *err) TH_MUST_CHECK;
// By id; state NULL: any. The visitor returns false to stop.
enum th_status th_run_each(struct th_store *store, const char *state,
                           bool (*visit)(void *context, const struct th_run *run), void *context,
                           struct th_error *err) TH_MUST_CHECK;

struct th_run_decision { // texts are borrowed
    int64_t distribution_id;
    const char *state; // approved rejected
    const char *login;
    const char *on_date;
    const char *reason;    // NULL: none
    int64_t alone_rule_id; // 0: none
};
// TH_CONFLICT ("store_constraint") when it is decided.
enum th_status th_run_decide(struct th_posting *posting, const struct th_run_decision *decision,
                             struct th_error *err) TH_MUST_CHECK;

// The first run that is proposed and holds part of this sale (0: of any), sold by this party (0: by
// anybody); *ret_run_id is 0 when there is none.
enum th_status th_run_pending(struct th_store *store, int64_t trade_id, int64_t seller_id,
                              int64_t *ret_run_id, struct th_error *err) TH_MUST_CHECK;

// What a run takes from a sale.
struct th_run_sale {
    int64_t trade_id;
    int64_t term_id;
    int64_t seller_id;
    struct th_sale_share share;
};
struct th_run_sale_list {
    struct th_run_sale *items; // free()
    size_t n;
};
// By trade.
enum th_status th_run_sales(struct th_store *store, int64_t distribution_id,
                            struct th_run_sale_list *ret_list, struct th_error *err) TH_MUST_CHECK;

// What a run gives a party of one sale, all its capacities together.
struct th_run_part {
    int64_t trade_id;
    int64_t payer_id; // who sold
    int64_t party_id;
    struct th_money amount; // over 0
};
struct th_run_part_list {
    struct th_run_part *items; // free()
    size_t n;
};
// By trade and party; party_id 0: of all.
enum th_status th_run_parts(struct th_store *store, int64_t distribution_id, int64_t party_id,
                            struct th_run_part_list *ret_list, struct th_error *err) TH_MUST_CHECK;

// A cost of a sale of a run, listed, withdrawn or trued up after the approved run before and before
// this one. Texts are borrowed.
struct th_run_cost {
    int64_t trade_id;
    int64_t deduction_id; // 0: of a settled reserve
    const char *kind;     // of a deduction; reserve_settled with what it came to
    struct th_money amount;
    struct th_hash document_sha256;
    const char *listed_by;
    const char *withdrawn_by; // NULL: it counts
};
// In order of the journal. The visitor returns false to stop.
enum th_status th_run_cost_each(struct th_store *store, int64_t distribution_id,
                                bool (*visit)(void *context, const struct th_run_cost *cost),
                                void *context, struct th_error *err) TH_MUST_CHECK;

#endif
