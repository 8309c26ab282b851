// What the bank pays out of an approved run.
#ifndef TH_STORE_PAYOUT_STORE_H
#define TH_STORE_PAYOUT_STORE_H

#include "store/people/party_store.h"
#include "store/revenue/revenue_store.h"

enum { TH_REFERENCE_SIZE = 128, TH_RUN_WORD_SIZE = 7 };

// One payment: what a party gets of a run, in all its capacities together.
struct th_payout {
    int64_t distribution_id;
    char run_word[TH_RUN_WORD_SIZE]; // from the digest of the entry that proposed the run: another
                                     // history has another one. "" until that entry is written
    int64_t party_id;
    char state[TH_TRADE_WORD_SIZE]; // of the run until it is approved; then owed paid returned
    int64_t attempt;                // from 1 on; one more each time that it is sent again
    struct th_money amount;
    int64_t approved_seq;      // journal entry by which it is owed; 0: not yet
    char since_on[TH_ON_SIZE]; // since when it stands so: of the last event, or of the approval
    char on_date[TH_ON_SIZE];  // of the last event; "" without, as the next two
    char reference[TH_REFERENCE_SIZE];
    char note[TH_TRADE_NOTE_SIZE];
};
struct th_payout_list {
    struct th_payout *items; // free()
    size_t n;
};
// Payments over 0 of a run, by party; party_id 0: all.
enum th_status th_payouts(struct th_store *store, int64_t distribution_id, int64_t party_id,
                          struct th_payout_list *ret_list, struct th_error *err) TH_MUST_CHECK;

// How this attempt at a payment ended: state (paid returned), on_date and reference of its last
// event; state "" when it has not.
enum th_status th_payout_ended(struct th_store *store, const struct th_payout *payout,
                               int64_t attempt, struct th_payout *ret_payout,
                               struct th_error *err) TH_MUST_CHECK;

struct th_payout_event { // texts are borrowed
    int64_t distribution_id;
    int64_t party_id;
    int64_t attempt;
    const char *kind; // paid returned resent
    struct th_money amount;
    const char *on_date;
    const char *reference; // NULL: none, as the note
    const char *note;
    const char *login;
};
enum th_status th_payout_event_post(struct th_posting *posting, const struct th_payout_event *event,
                                    struct th_error *err) TH_MUST_CHECK;

#endif
