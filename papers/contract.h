// A deal as a contract to sign: who, what, for how much in figures and capitals, what is tax, what
// is delivered and paid when. Printed in one language; the same input gives the same bytes.
#ifndef TH_PAPERS_CONTRACT_H
#define TH_PAPERS_CONTRACT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/attributes.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/messages.h"
#include "core/quantity.h"
#include "papers/proof.h"

struct th_contract_party {
    const char *role; // seller buyer pledgor pledgee grantor holder subscriber
    const char *name;
    const char *uscc; // NULL or "": none
};

struct th_contract_line {
    const char *package;
    const char *seller; // NULL: the one seller of the contract
    struct th_units units;
    struct th_money amount;
};

enum th_contract_matter { TH_CONTRACT_DELIVERY, TH_CONTRACT_PAYMENT };
struct th_contract_step { // of the schedule
    enum th_contract_matter matter;
    const char *on;         // a date; NULL: a delivery on approval, a payment as the parties agree
    struct th_units units;  // of a delivery
    struct th_money amount; // of a payment
    const char *note;       // may be NULL
};

struct th_contract_term { // what else was agreed: strike, rate, window …
    const char *key;      // of a message
    const char *value;
};

struct th_contract_debt { // that the price pays, in this order
    const char *creditor;
    const char *document; // which states it
    struct th_money owed;
    struct th_money gets; // of the price
};

struct th_contract {
    const char *kind; // purchase resale transfer pledge option forward subscription acceptance
                      // enforcement exercise
    const char *number;
    bool approved; // else a draft, which says so
    const char *registry;
    const char *registry_id;
    const char *program;
    const char *on;
    const struct th_contract_party *parties; // two or more; in the order of signing
    size_t n_parties;
    const struct th_contract_line *lines;
    size_t n_lines;
    struct th_units units;
    bool has_price;
    struct th_money price_per_t;
    struct th_money amount;   // tax-inclusive; 0: no money changes hands
    const char *tax_rate;     // per cent, "6"
    struct th_money tax, net; // together the amount
    const struct th_contract_step *steps;
    size_t n_steps;
    const struct th_contract_debt *debts; // of an enforcement; the rest of the price is the first
    size_t n_debts;                       // party's
    const struct th_contract_term *terms;
    size_t n_terms;
    const char *note;           // NULL: none
    const char *const *serials; // locked for the contract or moved by it
    size_t n_serials;
    bool statement_based; // some units come by a third party's statement
    const char *proposed_by;
    const char *approved_by; // NULL: nobody yet
    struct th_proof proof;   // the entry by which it was approved, or proposed
};

// Draws to `path` (PDF). TH_INVALID ("contract_sum" with "number") when lines, tax, payments or
// debts do not add up, errors of a paper (papers/certificate.h).
enum th_status th_contract_print(const struct th_contract *contract,
                                 const struct th_messages *messages, enum th_lang lang,
                                 const char *path, struct th_hash *ret_sha256,
                                 struct th_error *err) TH_MUST_CHECK;

#endif
