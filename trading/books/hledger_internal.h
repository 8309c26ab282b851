// The books of all parties and those of one, on their way into a journal.
#ifndef TH_TRADING_HLEDGER_INTERNAL_H
#define TH_TRADING_HLEDGER_INTERNAL_H

#include "store/people/party_store.h"
#include "store/revenue/book_store.h"
#include "trading/books/book_internal.h"

struct th_hledger_leg { // of the entry at hand
    int64_t party_id;
    char name[TH_NAME_SIZE];
    enum th_account account;
    struct th_money amount;
    int64_t trade_id;
    char memo[64];
};

struct th_hledger {
    struct th_store *store;
    struct th_error *err;
    struct th_book book;
    int64_t party_id; // 0: all
    bool bought;      // by that party: it has a stock
    int64_t seq;      // of the transaction begun
    char on[TH_BOOK_ON_SIZE];
    struct th_hledger_leg *legs; // of one party's books alone; owned
    size_t n_legs, capacity;
    enum th_status status; // of what a visitor did
};
void th_hledger_clear(struct th_hledger *h);

const char *th_hledger_name(struct th_book *book, const char *a, const char *b, const char *c,
                            const char *d, char buf[TH_BOOK_ACCOUNT_SIZE]);

// The money of one party as an accountant books it, and its balances.
enum th_status th_hledger_party_money(struct th_hledger *h) TH_MUST_CHECK;
enum th_status th_hledger_party_balances(struct th_hledger *h) TH_MUST_CHECK;

#endif
