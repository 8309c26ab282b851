// Shared by the files about contracts.
#ifndef TH_TRADING_CONTRACT_INTERNAL_H
#define TH_TRADING_CONTRACT_INTERNAL_H

#include "core/arena.h"
#include "papers/contract.h"
#include "trading/print/printed_internal.h"
#include "trading/trading_internal.h"

enum { TH_CONTRACT_TERMS_MAX = 12 };

// A contract that is being put together.
struct th_contract_draft {
    struct th_store *store;
    struct th_arena arena; // texts and rows that the contract borrows
    struct th_trade trade;
    struct th_printed printed;
    struct th_contract paper;
    struct th_contract_party *parties;
    int64_t *party_ids;
    struct th_contract_step *steps; // in the arena
    struct th_contract_term terms[TH_CONTRACT_TERMS_MAX];
    const struct th_messages *messages;
    enum th_lang lang;
    struct th_error *err;
};
// A copy in the arena; NULL reads as "".
enum th_status th_contract_keep(struct th_contract_draft *draft, const char *text,
                                const char **ret_kept) TH_MUST_CHECK;
// What a kind of deal agrees upon beside tonnes and price: terms, and steps where they differ.
enum th_status th_contract_set_terms(struct th_contract_draft *draft) TH_MUST_CHECK;

#endif
