// For those who put something into the inbox.
#ifndef TH_TRADING_INBOX_INTERNAL_H
#define TH_TRADING_INBOX_INTERNAL_H

#include "trading/deal/deal.h"
#include "trading/inbox/inbox.h"

struct th_inbox_item { // texts are copied
    char what[32];
    char subject[TH_SUBJECT_SIZE];
    char name[TH_NAME_SIZE]; // of the package, or of the other party
    char by[TH_LOGIN_SIZE];  // who brought it so far; "" as all below
    char since[TH_ON_SIZE];
    char until[TH_ON_SIZE];
    int64_t tonnes;     // 0: none
    int64_t amount_fen; // 0: none
    char command[128];  // complete, as far as the registry knows what it needs
};

struct th_inbox { // one that is being filled
    struct th_store *store;
    struct th_user user;
    char today[TH_ON_SIZE];
    struct th_inbox_item *items;
    size_t n;
    size_t capacity;
};
bool th_inbox_is(const struct th_inbox *inbox, const char *role);
enum th_status th_inbox_add(struct th_inbox *inbox, const struct th_inbox_item *item,
                            struct th_error *err) TH_MUST_CHECK;

// Runs that somebody proposed; payments that are owed or came back.
enum th_status th_inbox_runs(struct th_inbox *inbox, struct th_error *err) TH_MUST_CHECK;
// Accounts that wait for a second person.
enum th_status th_inbox_accounts(struct th_inbox *inbox, struct th_error *err) TH_MUST_CHECK;
// Options that lost what they were to be covered by.
enum th_status th_inbox_options(struct th_inbox *inbox, struct th_error *err) TH_MUST_CHECK;
// For lenders: cover that never came, loans overdue or repaid, registrations that end.
enum th_status th_inbox_pledges(struct th_inbox *inbox, struct th_error *err) TH_MUST_CHECK;

#endif
