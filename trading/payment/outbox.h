// Messages to the bank's system: made of what is owed when they are to be carried, and carried by
// `outbox deliver`.
//
// What messages say is compared with what is owed before each delivery. A message that has not
// arrived and no longer says so is withdrawn, and another takes its place under a key of its own; a
// payment that was ordered and is no longer owed is stopped by a message. So a payment number is
// ordered by one message at most, to the account that holds when that message is made.
//
// A message is carried at least once. It always bears the same idempotency key, by which the other
// side knows what it has had. It is signed: header "Tanhui-Signature: v1=<64 hex digits>" is
// HMAC-SHA256 by the shared secret over "tanhui-outbox-1\n" <Tanhui-Timestamp> "\n"
// <Idempotency-Key> "\n" <body>. The secret, 32 bytes, stands in "<registry>.outbox-key", a file of
// its own that only its owner may read: "tanhui-outbox-key-1 <64 hex digits>\n".
#ifndef TH_TRADING_OUTBOX_H
#define TH_TRADING_OUTBOX_H

#include "registry/registry.h"

enum {
    TH_OUTBOX_ATTEMPTS_MAX = 12, // then a message is dead until somebody has it tried again
    TH_OUTBOX_POST_SECONDS = 30,
    TH_OUTBOX_LEASE_SECONDS = 120,  // after which a deliverer who said nothing is given up
    TH_OUTBOX_BACKOFF_SECONDS = 10, // doubled each time …
    TH_OUTBOX_BACKOFF_MAX = 21600   // … up to this, less up to half of it by chance
};

// Where messages go from now on; makes the secret when there is none. By the admin. Reply: url,
// secret_file, key_made. TH_INVALID ("url_scheme", "text_too_long").
enum th_status th_outbox_set(struct th_registry *registry, const struct th_request *request,
                             const char *url, struct th_json **ret_reply,
                             struct th_error *err) TH_MUST_CHECK;

struct th_outbox_deliver_input {
    bool once; // each message that is due at most once; else until none waits
    void (*pause)(void *context, int64_t seconds); // until the next is due; NULL: as if once
    void *context;
};
// To the address that the admin set, and nowhere else. By bank or admin. A dry run tells what would
// be made and withdrawn, and sends nothing. Reply: made, withdrawn, delivered, failed, dead,
// next_at (null when nothing waits), without_account (payments that are not ordered for want of
// one). TH_NOT_FOUND ("outbox_no_target", "outbox_key_missing"), TH_UNREADABLE
// ("outbox_key_unreadable"), TH_INVALID ("url_scheme"), TH_NOT_PERMITTED, TH_INTERRUPTED
// ("interrupted").
enum th_status th_outbox_deliver(struct th_registry *registry, const struct th_request *request,
                                 const struct th_outbox_deliver_input *input,
                                 struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

// Reply: url, messages[{message_id, kind, distribution_id, idempotency_key, sha256, size, state,
// replaced_by, attempts, next_at, http_status, problem, delivered_at}], not_ordered (payments[] as
// th_payment_list_show has them, that no message orders; empty unless state is NULL). state NULL:
// all.
enum th_status th_outbox_list(struct th_registry *registry, const char *state,
                              struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;
// The same of one message, with its body, in which account numbers have stars unless the reader may
// see those of the run. TH_NOT_FOUND ("outbox_not_found").
enum th_status th_outbox_show(struct th_registry *registry, const struct th_request *request,
                              int64_t message_id, struct th_json **ret_reply,
                              struct th_error *err) TH_MUST_CHECK;
// Has a message that did not arrive tried again from the beginning, a dead one too. Reply: as
// th_outbox_show. TH_CONFLICT ("outbox_delivered", "outbox_withdrawn").
enum th_status th_outbox_retry(struct th_registry *registry, const struct th_request *request,
                               int64_t message_id, struct th_json **ret_reply,
                               struct th_error *err) TH_MUST_CHECK;
// Has a delivered message carried once more under the same key, as far as it still says what is
// owed: the other side lost it. By the admin, in the journal. Reply: as th_outbox_show. TH_CONFLICT
// ("outbox_not_delivered", "outbox_withdrawn").
enum th_status th_outbox_resend(struct th_registry *registry, const struct th_request *request,
                                int64_t message_id, const char *reason, struct th_json **ret_reply,
                                struct th_error *err) TH_MUST_CHECK;

#endif
