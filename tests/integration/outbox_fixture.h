// A market with a run of two payments, P1-1-1 and P1-2-1, and a server that takes what is
// delivered.
#ifndef TH_TESTS_OUTBOX_FIXTURE_H
#define TH_TESTS_OUTBOX_FIXTURE_H

#include <stdatomic.h>
#include <sys/types.h>

#include "tests/integration/market.h"
#include "tests/support/post_receiver.h"
#include "trading/payment/outbox.h"
#include "trading/payment/payment.h"

#define OUTBOX_MAJIANONG "马家弄村"
#define OUTBOX_GAOJIATANG "高家堂村"

enum { OUTBOX_BY_REQUEST = 1000 };
struct outbox_fixture {
    struct market market;
    struct post_receiver *receiver;
    int answers[64];  // by request; 0: 200
    int answer_all;   // to every request, unless OUTBOX_BY_REQUEST
    atomic_bool hold; // nothing is answered while it is set
    pid_t kill_at_first;
};

// The run is not proposed yet; both villages have accounts. The teardown wants the books sound, and
// the same as the journal makes them.
int outbox_setup(void **state);
int outbox_setup_lacking(void **state); // Majianong has no account yet
int outbox_teardown(void **state);

void outbox_set_target(struct outbox_fixture *f);
// Once, by the bank.
struct th_json *outbox_deliver(struct outbox_fixture *f, enum th_status want);
void outbox_expect_counts(struct th_json *reply, int64_t delivered, int64_t failed, int64_t dead);
// As an officer sees it.
struct th_json *outbox_message(struct outbox_fixture *f, int64_t message_id);
void outbox_expect_messages(struct outbox_fixture *f, int64_t n); // made so far
void outbox_expect_state(struct outbox_fixture *f, int64_t message_id, const char *state);

// Proposed by the bank, confirmed by an officer.
void outbox_account(struct outbox_fixture *f, const char *party, const char *number);
enum outbox_event { OUTBOX_PAID, OUTBOX_RETURNED, OUTBOX_RESENT };
// By hand.
enum th_status outbox_payment(struct outbox_fixture *f, enum outbox_event event, const char *party);
// By the bank's file: lines "number,amount,status,date,reference", * as in market_payment_numbers.
void outbox_report(struct outbox_fixture *f, const char *rows);

// Another process that delivers once, over a registry that it opens for itself.
pid_t outbox_start_deliverer(struct outbox_fixture *f, uint64_t chance);

#endif
