// Everything that was booked, entry by entry: money legs and moves of units of all parties.
#ifndef TH_STORE_BOOK_STORE_H
#define TH_STORE_BOOK_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"
#include "core/quantity.h"
#include "store/deal/money_store.h"
#include "store/store.h"

struct th_book_leg { // texts are borrowed
    int64_t seq;
    const char *kind;  // of the journal entry
    const char *login; // of the journal entry
    int64_t party_id;
    const char *party;
    enum th_account account;
    struct th_money amount;
    const char *on_date;
    int64_t trade_id; // 0: none
    const char *memo;
};
// Legs of the entries in which a party has any (0: all entries), by entry and leg; the visitor
// returns false to stop.
enum th_status th_book_leg_each(struct th_store *store, int64_t party_id,
                                bool (*visit)(void *context, const struct th_book_leg *leg),
                                void *context, struct th_error *err) TH_MUST_CHECK;

struct th_book_move { // texts are borrowed
    int64_t seq;
    const char *kind;  // of the journal entry
    const char *login; // of the journal entry
    int64_t at_utc;
    const char *event; // issue lock unlock transfer retire cancel buffer
    const char *prefix;
    int64_t first, last;
    const char *from_state; // NULL: just issued
    int64_t from_owner_id;
    const char *from_owner;
    const char *state;
    int64_t owner_id;
    const char *owner;
    int64_t trade_id;    // 0: none
    const char *on_date; // that counts by a deal; NULL, or later than the entry: that of the entry
};
// Moves into, out of and within a party's accounts (0: all), by entry; splits move nothing.
enum th_status th_book_move_each(struct th_store *store, int64_t party_id,
                                 bool (*visit)(void *context, const struct th_book_move *move),
                                 void *context, struct th_error *err) TH_MUST_CHECK;

struct th_book_change { // texts are borrowed
    int64_t seq;
    int64_t at_utc;
    const char *prefix; // of the issuance
    int64_t first;      // serials, both included
    int64_t last;
    const char *event;
    const char *from_state; // NULL: not owned before
    const char *state;      // NULL: not owned afterwards
    int64_t trade_id;
    const char *on_date; // that counts by a deal; NULL, or later than the entry: that of the entry
};
// Changes that touched a party, oldest first; splits change nothing and are left out. The visitor
// returns false to stop.
enum th_status th_book_change_each(struct th_store *store, int64_t party_id,
                                   bool (*visit)(void *context,
                                                 const struct th_book_change *change),
                                   void *context, struct th_error *err) TH_MUST_CHECK;

struct th_book_write_off { // texts are borrowed
    int64_t seq;           // of the approval
    const char *kind;      // of the journal entry
    const char *login;     // of the journal entry
    const char *on_date;
    const char *deal; // retirement cancellation transfer
    int64_t trade_id;
    struct th_money cost; // of the units, net of tax
};
// What a party's own units out of its pools had cost when they left without a price, by entry. The
// costs of all that leaves a pool, sold or not, sum to what the pool cost.
enum th_status th_book_write_off_each(struct th_store *store, int64_t party_id,
                                      bool (*visit)(void *context,
                                                    const struct th_book_write_off *write_off),
                                      void *context, struct th_error *err) TH_MUST_CHECK;

struct th_book_interest { // texts are borrowed
    int64_t seq;
    const char *kind;  // of the journal entry
    const char *login; // of the journal entry
    const char *on_date;
    int64_t trade_id; // the pledge
    bool earned;      // by the party; else it is the debtor
    struct th_money amount;
};
// Interest that the sale of pledged units paid, of a party that lent or owed, in order of entries.
// No money moved with it: it had come with the receipts of the sale.
enum th_status th_book_interest_each(struct th_store *store, int64_t party_id,
                                     bool (*visit)(void *context,
                                                   const struct th_book_interest *interest),
                                     void *context, struct th_error *err) TH_MUST_CHECK;

struct th_book_balance { // texts are borrowed
    const char *prefix;
    const char *state;
    int64_t owner_id;
    const char *owner;
    struct th_units units;
};
// What the registry counts itself, of a party (0: all), by issuance, owner and state.
enum th_status th_book_balance_each(struct th_store *store, int64_t party_id,
                                    bool (*visit)(void *context,
                                                  const struct th_book_balance *balance),
                                    void *context, struct th_error *err) TH_MUST_CHECK;

struct th_book_trade {
    char kind[16];
    struct th_money amount, tax, net;
    struct th_money cost; // of the units sold, net of tax
    int64_t seller_id;    // 0: several
    int64_t of_trade_id;  // 0: none
};
// TH_NOT_FOUND ("trade_not_found" with "trade").
enum th_status th_book_trade_load(struct th_store *store, int64_t trade_id,
                                  struct th_book_trade *ret_trade,
                                  struct th_error *err) TH_MUST_CHECK;

#endif
