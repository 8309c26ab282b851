// What papers of deals have in common.
#ifndef TH_TRADING_PRINTED_INTERNAL_H
#define TH_TRADING_PRINTED_INTERNAL_H

#include "papers/proof.h"
#include "store/deal/trade_store.h"
#include "store/registry_store.h"

enum { TH_PRINTED_NUMBER_SIZE = 64 };

// The frame of a paper: its registry, its number, the entry by which it holds. The texts of `proof`
// stand in the frame, which must not be copied.
struct th_printed {
    struct th_registry_record registry;
    char number[TH_PRINTED_NUMBER_SIZE];
    char head[65];
    char at[48];
    struct th_proof proof;
};

// "RC-330523-000003-9F3A71C2": what the paper is, the registry's division, the deal, and the first
// 8 digits of the SHA-256 of "<registry id>:<trade>:<head>", where `head` is the hash of the entry
// that decided it. The same for ever, and another one in a registry that went another way from a
// backup.
void th_printed_number(const char *what, const struct th_registry_record *registry,
                       int64_t trade_id, const char *head, char ret_number[TH_PRINTED_NUMBER_SIZE]);
// Inside a reading. The entry is that of the deal's last change: for an approved one, of its
// approval.
enum th_status th_printed_load(struct th_store *store, const char *what,
                               const struct th_trade *trade, struct th_printed *printed,
                               struct th_error *err) TH_MUST_CHECK;
// "trade", "kind" and "state" of the deal, for a refusal of TH_CONFLICT.
enum th_status th_printed_refuse(const struct th_trade *trade, const char *key,
                                 struct th_error *err);

#endif
