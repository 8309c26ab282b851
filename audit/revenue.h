// What the sale of units brings and to whom it goes, as the posts tell it.
#ifndef TH_AUDIT_REVENUE_H
#define TH_AUDIT_REVENUE_H

#include "audit/fraction.h"
#include "audit/line.h"
#include "audit/table.h"

// Rows that belong to another one are a chain: `next` is the row behind, counted from 1; 0 ends it.

struct th_deal_line {
    int64_t package;
    int64_t pool;
    int64_t seller;
    int64_t tonnes_t;
    int64_t amount_fen;
    int64_t cost_fen;
    size_t next;
};

struct th_pool_part { // of a pool: what one package brought into it, and what was drawn of that
    int64_t package;
    int64_t owner;
    int64_t bought_t;
    int64_t cost_fen;
    int64_t sold_t;
    int64_t sold_fen;
    int64_t used_t;
    int64_t held_t;   // by the owner, neither locked nor ended
    int64_t told_seq; // entry for which it was told that these do not agree
    int64_t n_parted; // out of locks, and put back
    size_t next;
};

struct th_pool {
    size_t parts;
    size_t n_parts;
    size_t found;        // the part that was found last
    int64_t settled_seq; // entry whose end looks at its sums
};

struct th_village_mass { // of a package
    size_t village;      // row of words
    int64_t mass_kg;
    size_t next;
};

struct th_village_name {
    size_t code; // rows of words
    size_t name;
    size_t township;
};

struct th_member { // of a group
    int64_t party;
    struct th_fraction share;
    char from_on[TH_DAY_BYTES];
    char to_on[TH_DAY_BYTES]; // NULs: open
    size_t next;
};

struct th_deal_receipt { // chains as of lines, and a row for each of receipt_ids
    int64_t id;
    int64_t seq; // entry that confirmed it
    int64_t deal;
    int64_t fen;
    size_t next;
    size_t shares; // first of them, counted from 1; 0: it moved no money of its own
    size_t login;  // that confirmed it
    bool withdrawn;
    char on_date[TH_DAY_BYTES];
};

enum th_basis { TH_BASIS_GROSS, TH_BASIS_NET_OF_COST, TH_BASIS_NET_OF_COSTS, TH_BASES };

enum th_term_scope {
    TH_SCOPE_ALL,
    TH_SCOPE_KIND, // of ground
    TH_SCOPE_HOLDER,
    TH_SCOPE_POOL,
    TH_SCOPE_PACKAGE,
    TH_SCOPES
};

struct th_split {
    size_t kind;   // row of words; 0: a certain party
    int64_t party; // 0: a kind
    struct th_fraction share;
    size_t next;
};

struct th_term {
    enum th_basis basis;
    struct th_fraction percent;
    size_t splits;
    int64_t seq; // entry that made it
    enum th_term_scope scope;
    int64_t scope_id;
    size_t scope_kind; // row of words
    char from_on[TH_DAY_BYTES];
    char to_on[TH_DAY_BYTES];   // NULs: open
    char ends_on[TH_DAY_BYTES]; // from then on it holds no more, whatever was agreed; NULs: none
};

struct th_sums { // of one sale in one run, or in all of them
    int64_t receipts_fen;
    int64_t tax_fen;
    int64_t cost_fen;
    int64_t deductions_fen;
    int64_t net_fen;
    int64_t distributed_fen;
};

struct th_deal_revenue {
    struct th_sums sums; // of the runs that were not rejected
    size_t sale;         // its row in the latest run, counted from 1; 0: in none yet
    size_t words;        // latest of the words about its costs, counted from 1; 0: none
    int64_t deducted_fen;
    int64_t reserve_fen;
    bool settled;
    int64_t settled_fen;
};

struct th_listed_cost { // or what a reserve came to
    int64_t seq;        // of the entry that said so
    int64_t deal;
    int64_t fen;
    bool reserve;
    bool withdrawn;
    size_t login; // row of logins: who said so
};

struct th_cost_word { // that a cost was listed or taken back, or what a reserve came to
    int64_t seq;
    size_t login;
    int64_t listed;  // the cost, which may be taken back later; 0: another word
    int64_t settled; // the settlement, likewise
    size_t next;     // the one before
};

struct th_payee {
    int64_t party;
    int64_t group; // 0: itself
    int64_t amount_fen;
    size_t next;
};

struct th_run_sale {
    int64_t run;
    int64_t deal;
    int64_t term;
    struct th_sums now;
    size_t payees;
    size_t next;
    size_t before; // of the same deal, in the run before
};

struct th_run {
    int64_t id;
    int64_t seq;     // entry that proposed it
    size_t proposer; // row of logins
    bool decided;
    bool approved;
    char through_on[TH_DAY_BYTES];
    char decided_on[TH_DAY_BYTES];
    int64_t distributed_fen;
    size_t sales;
    size_t first_part; // of its payments, once it is approved
    size_t n_parts;
    int64_t renewed_seq; // entry that withdrew messages of it last
    bool changed;        // what these said was no longer right
    bool resent;         // a message of it was on its way again, and nothing said past it
};

struct th_revenue { // zeroed memory is empty
    struct th_list lines;
    struct th_list receipts; // struct th_deal_receipt
    struct th_table pool_ids;
    struct th_list pools; // struct th_pool, a row for each of pool_ids
    struct th_list parts;
    struct th_list masses;
    struct th_list villages;
    struct th_table group_ids;
    struct th_list groups; // size_t: first of the members, a row for each of group_ids
    struct th_list members;
    struct th_table place_ids; // kind and village: which party that is, until one is added
    struct th_list places;     // int64_t, a row for each of place_ids; 0: none
    struct th_table term_ids;
    struct th_list terms; // a row for each of term_ids
    struct th_list splits;
    struct th_list deals; // struct th_deal_revenue
    struct th_table cost_ids;
    struct th_list costs; // a row for each of cost_ids
    struct th_table settlement_ids;
    struct th_list settlements; // a row for each of settlement_ids
    struct th_list cost_words;
    struct th_table run_ids;
    struct th_list runs; // a row for each of run_ids
    struct th_list sales;
    struct th_list payees;
    struct th_list differences; // of the run at hand, from exact shares (recipients.c)
};
void th_revenue_clear(struct th_revenue *revenue);

#endif
