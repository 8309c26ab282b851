// Shared by the files about the outbox.
#ifndef TH_TRADING_OUTBOX_INTERNAL_H
#define TH_TRADING_OUTBOX_INTERNAL_H

#include "registry/work.h"
#include "trading/payment/outbox.h"

struct th_outbox_renewed {
    int64_t n_made;
    int64_t n_withdrawn;
};
// Makes the outbox say what is owed now: waiting messages of a run that do not say so are
// withdrawn, and one message with all that is to be said takes their place. What somebody is
// sending at the moment is left alone, and so are its payments. An entry of the journal, unless
// there is nothing to do.
enum th_status th_outbox_renew(struct th_registry *registry, const struct th_request *request,
                               struct th_outbox_renewed *ret_renewed,
                               struct th_error *err) TH_MUST_CHECK;

// May this login deliver? TH_NOT_PERMITTED.
enum th_status th_outbox_check_login(struct th_registry *registry, const struct th_request *request,
                                     struct th_error *err) TH_MUST_CHECK;

struct th_outbox_secret {
    unsigned char bytes[32];
};
// TH_NOT_FOUND ("outbox_key_missing"), TH_UNREADABLE ("outbox_key_unreadable"), each with "path".
enum th_status th_outbox_secret_read(struct th_registry *registry,
                                     struct th_outbox_secret *ret_secret,
                                     struct th_error *err) TH_MUST_CHECK;

#endif
