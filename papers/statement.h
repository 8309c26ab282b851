// Statements of money and units: for a village, in the words that a villager knows, and of an
// account, line by line. As PDF to hand out or as a workbook, by the ending of the file.
#ifndef TH_PAPERS_STATEMENT_H
#define TH_PAPERS_STATEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/messages.h"
#include "core/quantity.h"

struct th_statement_frame {
    const char *registry;
    const char *registry_id;
    const char *program;
    const char *on; // the day on which the books were read
};

struct th_statement_arrival {
    const char *on;
    struct th_money amount;
};

struct th_statement_purchase { // units that the party sold itself
    const char *kind;          // of the deal: purchase option enforcement …
    const char *on;
    const char *buyer;
    const char *packages; // their names, one after the other
    struct th_units units;
    bool has_price;
    struct th_money price_per_t;
    struct th_money amount;     // agreed
    struct th_money paid, open; // of it; the arrivals sum to the first
    const struct th_statement_arrival *arrivals;
    size_t n_arrivals;
    const char *next_on; // when the next part is due; NULL: nothing is, or no day was agreed
};

struct th_statement_advance { // money for units that the party still owes
    const char *on;           // the day of the deal
    const char *buyer;
    struct th_units units;
    struct th_money amount;
};

struct th_statement_debt { // money that arrived and is to be paid back
    const char *kind;      // correction refund
    int64_t of_trade_id;   // the deal that was taken back, or whose units do not come
    const char *on;
    const char *creditor;
    struct th_money amount;
    struct th_money returned, open; // of it
};

struct th_statement_sale { // a sale of the bank, and what came back of it
    const char *kind;      // of the deal: resale option …
    const char *on;
    const char *buyer;
    struct th_units units;
    bool has_price;
    struct th_money price_per_t;
    struct th_money receipts, tax, cost, deductions, net; // the last: the first less the others
    const char *ratio;                                    // per cent, "70"
    const char *basis;                                    // gross net_of_cost net_of_costs
    const char *recipient; // kind of party that the term names, "member" of members; NULL: not said
    const char *part;      // of what is returned, for all of that kind, "7/10"
    struct th_units weight; // the party's tonnes in the pools of the sale
    struct th_units pool;   // everybody's
    int64_t n_pools;
    const char *group; // whose member the party is; NULL: itself
    const char *share; // in the group, "4/429"
    struct th_money amount;
    const char *state;       // of the payment: owed paid returned
    const char *state_on;    // since when; owed: since the approval
    const char *returned_on; // of what came back and was ordered again,
    const char *resent_on;   // when; NULL: it did not
};

struct th_village_statement { // of one recipient
    const char *name;
    bool village; // 您村, else 您
    const struct th_statement_purchase *purchases;
    size_t n_purchases;
    const struct th_statement_advance *advances;
    size_t n_advances;
    const struct th_statement_debt *debts;
    size_t n_debts;
    const struct th_statement_sale *sales;
    size_t n_sales;
    struct th_money purchase, revenue, total; // sums of the rows
    struct th_money paid, open;               // of the total
    struct th_money advance, debt;            // beside it; the second: what is open of it
};

// Each recipient on pages of its own, or in rows of the same sheets. TH_INVALID
// ("statement_format": neither .pdf nor .xlsx; "statement_sum" with "name": rows and sums differ),
// errors of a paper (papers/certificate.h) and of a workbook.
enum th_status th_village_statement_print(const struct th_statement_frame *frame,
                                          const struct th_village_statement *statements, size_t n,
                                          const struct th_messages *messages, enum th_lang lang,
                                          const char *path, struct th_hash *ret_sha256,
                                          struct th_error *err) TH_MUST_CHECK;

struct th_account_figures {
    struct th_units held, locked, buffer, retired, cancelled;
    struct th_money claim, cash;
};

struct th_account_row {
    const char *on;
    const char *what;       // in words
    int64_t trade_id;       // 0: none
    const char *serial;     // NULL: a row of money
    int64_t change_t;       // of what the party owns; 0 where units change their state alone
    struct th_units units;  // of the serials
    struct th_money amount; // of a row of money: in the party's favour above 0
    struct th_account_figures after;
    const char *from_state, *to_state; // of the units: held locked …; NULL: not the party's
};

struct th_account_statement {
    const char *name;
    const char *uscc; // NULL or "": none
    const char *from; // NULL: from the beginning
    const char *to;   // NULL: to this day
    struct th_account_figures opening, closing;
    struct th_units
        reversal_owed; // for reversals, on the day of the paper; told where it is over 0
    const struct th_account_row *rows;
    size_t n_rows;
};

// TH_INVALID ("statement_format"), errors of a paper and of a workbook.
enum th_status th_account_statement_print(const struct th_statement_frame *frame,
                                          const struct th_account_statement *statement,
                                          const struct th_messages *messages, enum th_lang lang,
                                          const char *path, struct th_hash *ret_sha256,
                                          struct th_error *err) TH_MUST_CHECK;

#endif
