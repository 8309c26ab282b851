// Messages to the bank's system as rows, and how far they have come.
//
// A message, what it says of payments, and its withdrawal are written with a journal entry. Its
// delivery is changed by single statements, each a transaction of its own without one: taking a
// message out is one of them, so that two who deliver at once never have the same one.
#ifndef TH_STORE_OUTBOX_STORE_H
#define TH_STORE_OUTBOX_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"
#include "core/hash.h"
#include "store/check.h"
#include "store/journal/posting.h"
#include "store/revenue/payout_store.h"
#include "store/store.h"

enum { TH_OUTBOX_KEY_SIZE = 96, TH_OUTBOX_URL_SIZE = 512, TH_OUTBOX_LEASE_SIZE = 40 };

struct th_outbox_message { // texts are borrowed
    int64_t message_id;    // ignored when storing
    const char *kind;      // payment_run payment_again payment_correction
    int64_t distribution_id;
    const char *idempotency_key;
    const char *body;
    struct th_hash sha256;
    int64_t created_utc;
    int64_t seq;
};
// Within a transaction; the message waits from then on. TH_CONFLICT ("store_constraint").
enum th_status th_outbox_insert(struct th_store *store, const struct th_outbox_message *message,
                                int64_t *ret_message_id, struct th_error *err) TH_MUST_CHECK;

// "outbox_rows": every message has a row that tells how far it has come.
enum th_status th_outbox_check_all(struct th_store *store, const struct th_check_sink *sink,
                                   struct th_error *err) TH_MUST_CHECK;
// Messages without such a row wait again, as ones that may have arrived: to the receiver the same
// key is the same message. Adds how many there were to *ret_n.
enum th_status th_outbox_mend(struct th_store *store, int64_t *ret_n,
                              struct th_error *err) TH_MUST_CHECK;

// Does the message say what its journal entry says it does? Whoever changed it past the program
// would have it signed otherwise.
enum th_status th_outbox_sound(struct th_store *store, int64_t message_id, bool *ret_sound,
                               struct th_error *err) TH_MUST_CHECK;

// "" when there is none.
enum th_status th_outbox_target(struct th_store *store, char ret_url[TH_OUTBOX_URL_SIZE],
                                struct th_error *err) TH_MUST_CHECK;
enum th_status th_outbox_target_insert(struct th_store *store, const char *url, const char *login,
                                       int64_t seq, struct th_error *err) TH_MUST_CHECK;

// Outside of a transaction. Takes the message that has been due longest for `lease_s` seconds, of
// those that are not withdrawn and all of whose orders stand: owed, to that account.
// *ret_message_id 0: none is due. *ret_attempt counts from 1.
enum th_status th_outbox_take(struct th_store *store, const char *lease, int64_t now_utc,
                              int64_t lease_s, int64_t *ret_message_id, int64_t *ret_attempt,
                              struct th_error *err) TH_MUST_CHECK;
struct th_outbox_result {
    int64_t message_id;
    const char *lease;
    const char *state; // delivered waiting dead
    int64_t now_utc;
    int64_t next_utc;    // of a waiting one
    int64_t http_status; // 0: no answer
    const char *problem; // key; NULL: none
};
// Gives a message back. Without effect when the lease is another's by now.
enum th_status th_outbox_give_back(struct th_store *store, const struct th_outbox_result *result,
                                   struct th_error *err) TH_MUST_CHECK;
// Has a message tried again at once, as if for the first time: one that was delivered, or one that
// was not. TH_NOT_FOUND ("outbox_not_found" with "message"), TH_CONFLICT ("outbox_withdrawn",
// "outbox_delivered", "outbox_not_delivered").
enum th_status th_outbox_again(struct th_store *store, int64_t message_id, bool delivered,
                               int64_t now_utc, struct th_error *err) TH_MUST_CHECK;
// When the next message is due or its lease ends; 0: nothing waits.
enum th_status th_outbox_next(struct th_store *store, int64_t *ret_next_utc,
                              struct th_error *err) TH_MUST_CHECK;

struct th_outbox_row { // texts are borrowed
    struct th_outbox_message message;
    const char *state;   // waiting delivered dead withdrawn
    int64_t replaced_by; // 0: nothing, or not withdrawn
    int64_t attempts;
    int64_t next_utc;
    int64_t lease_until_utc; // 0: nobody sends it
    int64_t http_status;     // 0: none
    const char *problem;     // "" without
    int64_t delivered_utc;   // 0: not yet
};
// By id; state NULL: any, message_id 0: all. The visitor returns false to stop.
enum th_status th_outbox_each(struct th_store *store, const char *state, int64_t message_id,
                              bool (*visit)(void *context, const struct th_outbox_row *row),
                              void *context, struct th_error *err) TH_MUST_CHECK;

// What a message says of one payment.
struct th_outbox_word {
    int64_t distribution_id;
    int64_t party_id;
    int64_t attempt;
    int64_t account_id; // to which it is ordered; 0: it is stopped
    int64_t message_id; // 0: none says so yet
};
struct th_outbox_words {
    struct th_outbox_word *items; // free()
    size_t n;
};
// By run, party and attempt: all that is to be said beside what was delivered or is being sent now.
// Orders of what is owed and has an account; stops of numbers that may have arrived as ordered, are
// no longer owed, and were not reported by the bank's own file.
enum th_status th_outbox_wanted(struct th_store *store, int64_t now_utc,
                                struct th_outbox_words *ret_words,
                                struct th_error *err) TH_MUST_CHECK;
// In the same order: what messages say that are neither delivered nor withdrawn, and that nobody is
// sending now.
enum th_status th_outbox_waiting(struct th_store *store, int64_t now_utc,
                                 struct th_outbox_words *ret_words,
                                 struct th_error *err) TH_MUST_CHECK;
// What is owed and ordered by no message; account_id 0: it has none.
enum th_status th_outbox_unordered(struct th_store *store, struct th_outbox_words *ret_words,
                                   struct th_error *err) TH_MUST_CHECK;

// May this payment have arrived at the bank's system as ordered?
enum th_status th_outbox_ordered(struct th_store *store, const struct th_payout *payout,
                                 bool *ret_ordered, struct th_error *err) TH_MUST_CHECK;

// TH_CONFLICT ("store_constraint"): another message orders the payment.
enum th_status th_outbox_word_post(struct th_posting *posting, const struct th_outbox_word *word,
                                   struct th_error *err) TH_MUST_CHECK;
// replaced_by 0: by nothing.
enum th_status th_outbox_withdraw(struct th_posting *posting, int64_t message_id,
                                  int64_t replaced_by, struct th_error *err) TH_MUST_CHECK;

#endif
