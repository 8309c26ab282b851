// Shared by the files about the outbox.
#ifndef TH_TRADING_OUTBOX_INTERNAL_H
#define TH_TRADING_OUTBOX_INTERNAL_H

#include "registry/work.h"
#include "store/payout_store.h"
#include "trading/payment/outbox.h"

// Puts a message about payments into the outbox, within the work that makes them due, and its id
// and digest into the body of the entry. `kind` is payment_run (all of a run) or payment_again;
// `key` tells it from every other of the registry ("run-7", "P7-12-2").
enum th_status th_outbox_queue(struct th_registry *registry, struct th_work *work, const char *kind,
                               const char *key, const struct th_payout_list *payouts,
                               struct th_json *entry_body, struct th_error *err) TH_MUST_CHECK;

struct th_outbox_secret {
    unsigned char bytes[32];
};
// TH_NOT_FOUND ("outbox_key_missing"), TH_UNREADABLE ("outbox_key_unreadable"), each with "path".
enum th_status th_outbox_secret_read(struct th_registry *registry,
                                     struct th_outbox_secret *ret_secret,
                                     struct th_error *err) TH_MUST_CHECK;

#endif
