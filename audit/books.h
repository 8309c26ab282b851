// What the posts of the entries amount to, replayed one after the other.
#ifndef TH_AUDIT_BOOKS_H
#define TH_AUDIT_BOOKS_H

#include "audit/faults.h"
#include "audit/line.h"
#include "audit/money.h"
#include "audit/revenue.h"
#include "audit/units.h"

extern const char *const th_account_names[TH_ACCOUNTS];

struct th_holder { // a party that holds units or money
    int64_t id;
    int64_t units_t[TH_UNIT_STATES];
    int64_t recount_t[TH_UNIT_STATES]; // the same, from the ranges at the end
    int64_t money_fen[TH_ACCOUNTS];
    size_t name; // row of names; SIZE_MAX: none is known
    // as it was added; rows of words, 0: none
    size_t kind;
    size_t village;
    size_t division;
    size_t plain_name;
    bool missed;     // it is told that it was never added
    size_t logins;   // of the role bank that have not ended: by them it acts itself
    int64_t account; // where it is paid, the one that was confirmed last; 0: nowhere yet
};

struct th_person {     // behind a login
    bool known;        // was added
    unsigned roles;    // one bit
    int64_t party;     // for which it acts; 0: the county
    int64_t ended;     // entry behind which it acts no more; 0: it does
    int64_t alone_fen; // decided alone …
    int64_t alone_day; // … on this day, the last one with such a decision
};

enum th_trade_state { TH_TRADE_PROPOSED, TH_TRADE_APPROVED, TH_TRADE_REJECTED, TH_TRADE_EXPIRED };

struct th_deal {
    int64_t id;
    size_t proposer; // row of logins
    enum th_trade_state state;
    bool in_time; // an exercise that was entered on its day
    int64_t tonnes_t;
    int64_t moved_t; // handed over or ended under it
    bool reversal;   // it ends buffer, and the rest of its tonnes is owed
    bool taken_back; // by a correction
    bool stood_in;   // an officer proposed it, for a side that has no login
    enum th_deal_kind kind;
    int64_t refund_t;   // of a delivery: tonnes that are given up
    int64_t gone_t;     // of a promise or pledge: delivered, sold or given up
    int64_t pledged_t;  // of a pledge
    int64_t lock_off_t; // told of its lock, less what lies there
    int64_t lock_seq;   // entry whose end looks at that
    int64_t again_fen;  // came for deliveries of it that were corrected, and may come again
    int64_t owed_t;
    int64_t debtor; // of a reversal: who owes of it, the last that was told
    int64_t amount_fen;
    int64_t tax_fen;
    struct th_fraction tax_rate; // per cent
    int64_t seller;              // 0: none
    int64_t buyer;               // 0: none
    int64_t of;                  // deal that it acts upon; 0: none
    int64_t price_fen;           // a tonne, of an option its strike; -1: none
    int64_t parts_fen;           // in which its amount is due; 0: no parts
    char on_date[TH_DAY_BYTES];
    char expires_on[TH_DAY_BYTES]; // NULs: none
    int64_t received_fen;
    size_t receipts; // first of them, counted from 1; 0: none
    size_t lines;    // first of the lines, counted from 1; 0: none
    size_t revenue;  // row of what it brought, counted from 1; 0: nothing yet
    size_t owed;     // first of those who are owed money, counted from 1; 0: nobody yet
    // of a pledge its loan, of an enforcement its first debt, of a promise or listing its days, of
    // a reversal its first loss; 0: none
    size_t terms;
    size_t beneficiary; // row of beneficiaries, counted from 1; 0: none
};

struct th_expected { // tonnes of a package that is not issued
    int64_t registered_t;
    int64_t told_t; // so many more, by the correction of the entry at hand
    size_t speaker; // row of logins: whose word they are
};

struct th_beneficiary { // a name in whose favour units are retired
    bool accepted;      // by the word that was said last
    int64_t passed_seq; // entry that approved a retirement for it
    size_t waiters;     // first of those who propose one, counted from 1; 0: none
};

struct th_waiter { // a login that proposed retirements for a beneficiary
    size_t login;
    int64_t n; // of them that are not decided yet
    size_t next;
};

enum th_package_state {
    TH_PACKAGE_NONE,
    TH_PACKAGE_DRAFT,
    TH_PACKAGE_SUBMITTED,
    TH_PACKAGE_RETURNED,
    TH_PACKAGE_VERIFIED,
    TH_PACKAGE_WITHDRAWN,
    TH_PACKAGE_ISSUED
};

struct th_package_steps {
    int64_t id;
    size_t created_by; // rows of logins; SIZE_MAX: nobody
    size_t submitted_by;
    size_t verified_by;
    enum th_package_state state;
    int64_t holder;
    int64_t from_year; // first and last of its years
    int64_t to_year;
    int64_t submitted_seq; // entries; 0: none
    int64_t issued_seq;
    size_t first_parcel; // of what was submitted, as is the next
    size_t n_parcels;
    int64_t opening_kg;   // what these owe from before, below zero
    int64_t submitted_kg; // that it was reckoned to have; below zero: not told
    int64_t verified_kg;
    size_t villages; // first of its kilograms by village, counted from 1; 0: none
};

struct th_credit { // of a parcel: a package that was issued of it
    int64_t package;
    int64_t debt_kg; // that it was left owing, below zero
};

struct th_ground { // zeroed memory is empty
    struct th_table parcel_ids;
    struct th_list latest;    // size_t: latest of the credits, a row for each of parcel_ids
    struct th_list credits;   // struct th_credit, counted from 1
    struct th_list submitted; // int64_t: parcels of packages, as they were submitted
};
void th_ground_clear(struct th_ground *ground);

struct th_alone_rule { // up to which amount the county lets one person decide
    int64_t id;
    int64_t amount_fen;
    char since[TH_DAY_BYTES];
};

struct th_account {  // where a party is to be paid
    size_t proposer; // row of logins
    int64_t party;
    bool decided;
    // rows of words: what an entry tells of it
    size_t bank;
    size_t number; // with stars
    size_t holder;
};

struct th_days {                // between which others may act upon a deal
    char from_on[TH_DAY_BYTES]; // NULs: from the beginning
    char to_on[TH_DAY_BYTES];   // NULs: open
};

struct th_message { // to the bank
    int64_t seq;    // entry that made it
    int64_t run;
    size_t orders; // first of what it says, counted from 1
    bool has_news; // it says what none of those said whose place it takes
    bool withdrawn;
    int64_t replaced_by; // 0: nothing was left to say
};

struct th_order { // of a message
    int64_t party;
    int64_t attempt;
    int64_t account; // 0: it is not to be carried out
    size_t next;
};

struct th_loss { // of an issuance, in a reversal
    int64_t issuance;
    int64_t lost_kg;
    size_t next;
};

struct th_moved { // units that change hands or end under a deal
    int64_t deal;
    int64_t from; // owners
    int64_t to;
    int64_t package;
    int64_t pool; // out of which they are; 0: none
    int64_t tonnes_t;
};

struct th_post_kind;

struct th_kind {    // of posts: what the rules say of it, looked up when it is first seen
    unsigned roles; // that may post it
    const struct th_post_kind *how; // it is booked; NULL: it is not
    size_t told;                    // rules that hold it against bodies: first, and how many
    size_t n_told;
    int64_t n; // posts
};
// Do the books look at it at all?
static inline bool th_kind_is_judged(const struct th_kind *kind)
{
    return kind->how || kind->n_told > 0;
}

struct th_pool_move { // units that are held of a pool from then on, or no more
    int64_t pool;
    int64_t package;
    int64_t owner;
    int64_t units_t; // 0: only what is sold or used of it changed
};

enum { TH_GIVEN_KINDS = 4 }; // of rows whose ids are given once

struct th_books { // zeroed memory is empty
    struct th_faults *faults;
    bool partial; // the beginning is missing: only what one entry says alone is checked
    bool no_memory;
    struct th_units units;
    struct th_table holder_ids;
    struct th_holder *holders; // owned
    size_t holders_room;
    struct th_table names; // of parties
    struct th_table logins;
    struct th_list people; // struct th_person, a row for each of logins
    size_t actor;          // behind the entry at hand: row of logins
    struct th_table account_ids;
    struct th_list accounts; // struct th_account, a row for each of account_ids
    struct th_table words;   // kinds, villages, names: of parties
    struct th_table deal_ids;
    struct th_deal *deals; // owned
    size_t deals_room;
    struct th_table receipt_ids;
    struct th_table beneficiary_names; // with their codes
    struct th_list beneficiaries;      // struct th_beneficiary, a row for each of the names
    struct th_list waiters;
    struct th_table message_ids; // to the bank
    struct th_list messages;     // struct th_message, a row for each of the ids
    struct th_list orders;       // struct th_order, of the messages
    struct th_table forecast_ids;
    struct th_list forecasts; // struct th_expected, a row for each of forecast_ids
    struct th_table package_ids;
    struct th_package_steps *packages; // owned
    size_t packages_room;
    struct th_ground ground;
    int64_t issuing;       // holder of the package that the entry at hand issues; 0: it issues none
    struct th_list days;   // struct th_days
    struct th_list losses; // struct th_loss
    struct th_list sorted_losses; // those of the deal at hand
    struct th_list moved;         // struct th_moved, of the entry at hand
    struct th_list pool_moves;    // struct th_pool_move, of the entry at hand
    struct th_revenue revenue;
    struct th_money money;
    struct th_alone_rule *alone; // owned
    size_t n_alone;
    size_t alone_room;
    struct th_table prefixes;
    struct th_table keys;        // login and idempotency key
    char past_day[TH_DAY_BYTES]; // that was judged last, and is one
    size_t next_told; // node of a list in the body that the next post repeats; 0: its first
    struct th_table given_ids[TH_GIVEN_KINDS];
    struct th_table kinds;      // of posts
    struct th_list kinds_rules; // struct th_kind, a row for each of kinds
    int64_t n_posts;
    int64_t issued_t;
    int64_t units_t[TH_UNIT_STATES];
    int64_t legs_fen[TH_ACCOUNTS]; // of the entry at hand
    bool legs_beyond;              // 64 bits
    struct th_pending *pending;    // owned: what is settled at the end of the entry
    size_t n_pending;
    size_t pending_room;
};
void th_books_clear(struct th_books *books);

// Books an entry; of one whose body is not kept, that its login may do it. Faults go to
// books->faults.
void th_books_entry(struct th_books *books, const struct th_line *line,
                    const struct th_node *nodes);
// Counts every range again, at the end of the journal.
void th_books_recount(struct th_books *books);

#endif
