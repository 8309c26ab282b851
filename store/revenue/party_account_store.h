// Where parties are paid: proposed by one person, confirmed by another.
#ifndef TH_STORE_PARTY_ACCOUNT_STORE_H
#define TH_STORE_PARTY_ACCOUNT_STORE_H

#include "store/deal/trade_store.h"
#include "store/people/party_store.h"

enum { TH_ACCOUNT_NUMBER_SIZE = 40 };

struct th_party_account {
    int64_t account_id; // ignored when posting, as all from `state` on
    int64_t party_id;
    char bank[TH_NAME_SIZE];
    char number[TH_ACCOUNT_NUMBER_SIZE];
    char holder[TH_NAME_SIZE];
    char proposed_by[TH_LOGIN_SIZE];
    char state[TH_TRADE_WORD_SIZE];  // proposed confirmed refused
    char decided_by[TH_LOGIN_SIZE];  // "" while proposed
    char reason[TH_TRADE_NOTE_SIZE]; // of a refusal; "" without
    int64_t seq;                     // journal entry of the decision; of the proposal without one
};
enum th_status th_party_account_post(struct th_posting *posting,
                                     const struct th_party_account *account,
                                     int64_t *ret_account_id, struct th_error *err) TH_MUST_CHECK;
struct th_party_account_decision { // texts are borrowed
    int64_t account_id;
    const char *state; // confirmed refused
    const char *login;
    const char *reason; // NULL: none
};
// TH_CONFLICT ("store_constraint") when it is decided.
enum th_status th_party_account_decide(struct th_posting *posting,
                                       const struct th_party_account_decision *decision,
                                       struct th_error *err) TH_MUST_CHECK;

// TH_NOT_FOUND ("account_not_found" with "account").
enum th_status th_party_account_load(struct th_store *store, int64_t account_id,
                                     struct th_party_account *ret_account,
                                     struct th_error *err) TH_MUST_CHECK;
// Where a party is paid now: the account that was confirmed last. *ret_found tells whether there is
// one.
enum th_status th_party_account_now(struct th_store *store, int64_t party_id, bool *ret_found,
                                    struct th_party_account *ret_account,
                                    struct th_error *err) TH_MUST_CHECK;
// Was the party paid elsewhere before an entry of the journal: was an account confirmed by then?
enum th_status th_party_account_before(struct th_store *store, int64_t party_id, int64_t seq,
                                       bool *ret_before, struct th_error *err) TH_MUST_CHECK;
// By party and id; party_id 0: of all, state NULL: any. The visitor returns false to stop.
enum th_status th_party_account_each(struct th_store *store, int64_t party_id, const char *state,
                                     bool (*visit)(void *context,
                                                   const struct th_party_account *account),
                                     void *context, struct th_error *err) TH_MUST_CHECK;

// Which banks deal with a party: they bought of it, or of the group that it is a member of; a run
// of what they sold pays it; or it is the bank itself. Is `bank_id` among them, and is another?
enum th_status th_party_banks(struct th_store *store, int64_t party_id, int64_t bank_id,
                              bool *ret_own, bool *ret_other, struct th_error *err) TH_MUST_CHECK;

#endif
