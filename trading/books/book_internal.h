// Writing a journal for hledger: accounts are declared as they are used.
#ifndef TH_TRADING_BOOK_INTERNAL_H
#define TH_TRADING_BOOK_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/messages.h"
#include "core/quantity.h"

enum { TH_BOOK_ACCOUNT_SIZE = 512, TH_BOOK_PARTS_MAX = 5, TH_BOOK_ON_SIZE = 16 };

struct th_book { // see th_book_init
    const struct th_messages *messages;
    enum th_lang lang;
    struct th_buf declared; // "account …" lines
    struct th_buf body;
    char **names; // accounts declared so far, by hash; owned
    size_t n_names, capacity;
    bool no_memory;
    int64_t n;                     // transactions
    char last_on[TH_BOOK_ON_SIZE]; // of all transactions
};

void th_book_init(struct th_book *book, const struct th_messages *messages, enum th_lang lang);
void th_book_clear(struct th_book *book);

// Name of an account from its parts, up to NULL or the end of the array; "@key" stands for the
// words of a message. What hledger would take for a separator becomes a sign of full width. Returns
// buf.
const char *th_book_account(struct th_book *book, const char *const parts[TH_BOOK_PARTS_MAX],
                            char buf[TH_BOOK_ACCOUNT_SIZE]);
// "6 安吉两山": a party by number and name, which need not be the only one of that name.
const char *th_book_party(int64_t party_id, const char *name, char buf[TH_BOOK_ACCOUNT_SIZE]);

// Declares an account with the type under which hledger counts it and its parts: A assets, C cash,
// L liabilities, R revenues, X expenses, E equity.
void th_book_declare(struct th_book *book, const char *account, char type);
bool th_book_knows(const struct th_book *book, const char *account);

// Begins a transaction: the kind of the journal entry in words; seq and login as tags.
void th_book_begin(struct th_book *book, const char *on, const char *kind, int64_t seq,
                   const char *login);
// A posting of the transaction begun; an amount of 0 is left out. trade_id 0: none. `note`, the key
// of a message or a serial, is a tag.
void th_book_money(struct th_book *book, const char *account, struct th_money amount,
                   int64_t trade_id, const char *note);
void th_book_units(struct th_book *book, const char *account, int64_t tonnes, int64_t trade_id,
                   const char *note);
// Postings of nothing that assert what the account holds by now, subaccounts included or not.
void th_book_assert_money(struct th_book *book, const char *account, struct th_money amount,
                          bool with_parts);
void th_book_assert_units(struct th_book *book, const char *account, int64_t tonnes,
                          bool with_parts);

// The whole journal; free(). TH_LIMIT, TH_NO_MEMORY.
enum th_status th_book_finish(struct th_book *book, const char *heading, char **ret_text,
                              size_t *ret_size, struct th_error *err) TH_MUST_CHECK;

#endif
