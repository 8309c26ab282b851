// What is told to the bank's system.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "store/journal_store.h"
#include "store/outbox_store.h"
#include "store/registry_store.h"
#include "trading/payment/outbox_internal.h"
#include "trading/payment/payment_internal.h"

static enum th_status body_json(struct th_work *work, const char *registry_id, const char *kind,
                                const char *key, const struct th_payout_list *payouts,
                                struct th_json **ret_body, struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    struct th_json *body = th_json_object();
    struct th_json *payments = th_json_array();
    struct th_money sum = {0};
    enum th_status status = TH_OK;
    for (size_t i = 0; i < payouts->n && status == TH_OK; i++) {
        struct th_json *item = NULL;
        status = th_payout_json(store, &payouts->items[i], true, &item, err);
        if (status == TH_OK) {
            status = th_money_add(sum, payouts->items[i].amount, &sum, err);
            th_json_append(payments, item);
        }
    }
    th_json_set_text(body, "format", "tanhui-payments-1");
    th_json_set_text(body, "registry_id", registry_id);
    th_json_set_text(body, "id", key);
    th_json_set_text(body, "kind", kind);
    th_json_set_text(body, "approved_by", th_work_actor(work)->login);
    th_json_set_int(body, "n", (int64_t)payouts->n);
    th_json_set_money(body, "amount_fen", sum);
    th_json_set(body, "payments", payments);
    if (status == TH_OK) {
        *ret_body = body;
    } else {
        th_json_free(body);
    }
    return status;
}

enum th_status th_outbox_queue(struct th_registry *registry, struct th_work *work, const char *kind,
                               const char *key, const struct th_payout_list *payouts,
                               struct th_json *entry_body, struct th_error *err)
{
    struct th_registry_record record;
    struct th_journal_last before;
    struct th_json *body = NULL;
    char full_key[TH_OUTBOX_KEY_SIZE];
    char hex[TH_HASH_HEX_SIZE];
    char *text = NULL;
    int64_t message_id = 0;
    if (payouts->n == 0) {
        return TH_OK;
    }
    enum th_status status = th_registry_record_load(th_work_store(work), &record, err);
    if (status != TH_OK) {
        return status;
    }
    // A registry that goes another way from a backup makes other keys: to the receiver the same key
    // is the same message.
    status = th_journal_last(th_work_store(work), &before, err);
    if (status != TH_OK) {
        return status;
    }
    (void)snprintf(full_key, sizeof(full_key), "%s-%s-%.16s", record.registry_id, key,
                   th_hash_hex(&before.hash, hex));
    status = body_json(work, record.registry_id, kind, full_key, payouts, &body, err);
    if (status == TH_OK) {
        status = th_json_dump(body, TH_JSON_CANONICAL, &text, err);
    }
    th_json_free(body);
    if (status != TH_OK) {
        return status;
    }
    const struct th_outbox_message message = {.kind = kind,
                                              .distribution_id = payouts->items[0].distribution_id,
                                              .idempotency_key = full_key,
                                              .body = text,
                                              .sha256 =
                                                  th_hash_bytes(TH_HASH_SHA256, text, strlen(text)),
                                              .created_utc = th_registry_now(registry),
                                              .seq = th_work_seq(work)};
    status = th_outbox_insert(th_work_store(work), &message, &message_id, err);
    th_json_set_int(entry_body, "outbox_message", message_id);
    th_json_set_text(entry_body, "outbox_sha256", th_hash_hex(&message.sha256, hex));
    free(text);
    return status;
}
