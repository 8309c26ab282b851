// What money an entry must move, and what is owed under each deal, as the posts tell it.
#ifndef TH_AUDIT_MONEY_H
#define TH_AUDIT_MONEY_H

#include "audit/fraction.h"
#include "audit/table.h"

enum { TH_ACCOUNT_CLAIM, TH_ACCOUNT_CASH, TH_ACCOUNTS };

// Kinds of deals, in the order of their names in books_deals.c.
enum th_deal_kind {
    TH_DEAL_OTHER, // unknown
    TH_DEAL_PURCHASE,
    TH_DEAL_RESALE,
    TH_DEAL_ACCEPTANCE,
    TH_DEAL_DELIVERY,
    TH_DEAL_EXERCISE,
    TH_DEAL_ENFORCEMENT,
    TH_DEAL_OPTION,
    TH_DEAL_SUBSCRIPTION,
    TH_DEAL_FORWARD,
    TH_DEAL_CORRECTION,
    TH_DEAL_PLEDGE,
    TH_DEAL_LISTING,
    TH_DEAL_REVERSAL,
    TH_DEAL_TRANSFER,
    TH_DEAL_RETIREMENT,
    TH_DEAL_CANCELLATION,
    TH_DEAL_RELEASE,
    TH_DEAL_KINDS
};

// What a leg is for, in the order of the names in books_money.c; the first ones are those of the
// kinds of deals that make claims by their lines.
enum th_memo {
    TH_MEMO_NONE,
    TH_MEMO_PURCHASE,
    TH_MEMO_RESALE,
    TH_MEMO_ACCEPTANCE,
    TH_MEMO_DELIVERY,
    TH_MEMO_EXERCISE,
    TH_MEMO_ENFORCEMENT,
    TH_MEMO_PREMIUM,
    TH_MEMO_RECEIPT,
    TH_MEMO_RECEIPT_BACK,
    TH_MEMO_PREPAID,
    TH_MEMO_REFUND,
    TH_MEMO_DROPPED,
    TH_MEMO_CORRECTION,
    TH_MEMO_DISTRIBUTION,
    TH_MEMO_PAYMENT,
    TH_MEMO_PAYMENT_RETURNED,
    TH_MEMO_LOAN_PAYOUT,
    TH_MEMO_LOAN_REPAYMENT,
    TH_MEMO_LOAN_INTEREST,
    TH_MEMO_LOAN_PAYOUT_BACK,
    TH_MEMO_LOAN_REPAYMENT_BACK,
    TH_MEMO_LOAN_INTEREST_BACK,
    TH_MEMOS
};

struct th_leg {   // of the entry at hand
    int64_t deal; // 0: none
    int64_t party;
    int64_t amount_fen;
    unsigned char account;
    unsigned char memo;
};

// A party under a deal that stands across from the one that pays (under a correction and a refund:
// from the one that is paid, or pays back). Chains as in revenue.h, lowest party first.
struct th_owed {
    int64_t party;
    int64_t open_fen; // of a promise below zero by what was paid before anything was due
    int64_t paid_fen;
    size_t next;
};

struct th_debt { // for which a pledge is enforced; chains in order of rank
    int64_t sale;
    int64_t pledge;
    int64_t owed_fen;
    int64_t credited_fen; // to the loan, of what the sale brought
    size_t next;
};

struct th_loan { // under a pledge
    int64_t debtor;
    int64_t principal_fen;
    struct th_fraction percent; // a year
    int64_t out_fen;            // paid out
    int64_t interest_fen;
    int64_t acknowledged_fen; // repaid, by the word of persons of the lender
    size_t steps;             // its first payment by day, counted from 1; 0: none
};

struct th_loan_payment {
    int64_t pledge;
    enum th_memo memo;
    int64_t amount_fen;
    int64_t day;
    size_t login; // that recorded it
    bool by_sale; // of pledged units
    bool withdrawn;
};

struct th_loan_step {
    int64_t day;
    int64_t fen; // below zero: back
    int64_t interest_fen;
    size_t next; // of that day or a later one
};

struct th_part { // of a sale in a run: what one party is paid
    int64_t deal;
    int64_t party;
    int64_t amount_fen;
    // of the payment, kept with its first part
    int64_t attempt;
    int64_t since;      // day of what happened to it last, or of the approval
    int64_t ordered_by; // message to the bank that orders this attempt; 0: none yet
    int64_t ordered_to; // account
    enum { TH_PAYMENT_OWED, TH_PAYMENT_PAID, TH_PAYMENT_RETURNED } state;
};

struct th_receipt_share { // of a receipt, what it moved for one party
    int64_t party;
    int64_t fen;
    size_t next;
};

struct th_money {        // zeroed memory is empty
    struct th_list legs; // posted, then, taken away, what should have been and was not met yet
    size_t n_posted;
    size_t n_met; // of the posted ones, those that came as they were expected
    struct th_list owed;
    struct th_list debts;
    struct th_list loans;
    struct th_list loan_steps;
    struct th_table loan_payment_ids;
    struct th_list loan_payments; // struct th_loan_payment, a row for each of the ids
    struct th_list parts;         // of runs that were approved, by run, party and deal
    struct th_list sharing;       // of the amount at hand
    struct th_list receipt_shares;
    int64_t run;          // that the entry at hand approves; 0: none
    int64_t carried_deal; // delivery whose receipt is what was prepaid; 0: none
    int64_t carried_fen;
};
void th_money_clear(struct th_money *money);

#endif
