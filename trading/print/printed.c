#include "trading/print/printed_internal.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

#include "core/date.h"
#include "core/hash.h"
#include "store/journal/journal_store.h"

void th_printed_number(const char *what, const struct th_registry_record *registry,
                       int64_t trade_id, const char *head, char ret_number[TH_PRINTED_NUMBER_SIZE])
{
    char text[192];
    char hex[TH_HASH_HEX_SIZE];
    int size =
        snprintf(text, sizeof(text), "%s:%" PRId64 ":%s", registry->registry_id, trade_id, head);
    struct th_hash hash = th_hash_bytes(TH_HASH_SHA256, text, (size_t)size);
    (void)th_hash_hex(&hash, hex);
    for (size_t i = 0; i < 8; i++) {
        hex[i] = (char)toupper((unsigned char)hex[i]);
    }
    (void)snprintf(ret_number, TH_PRINTED_NUMBER_SIZE, "%s-%s-%06" PRId64 "-%.8s", what,
                   registry->admin_code, trade_id, hex);
}

static bool take_entry(void *context, const struct th_journal_entry *entry)
{
    struct th_printed *printed = context;
    printed->proof = (struct th_proof){.seq = entry->seq,
                                       .at = th_instant_format(entry->at_utc, printed->at),
                                       .hash = th_hash_hex(&entry->hash, printed->head)};
    return false;
}

enum th_status th_printed_load(struct th_store *store, const char *what,
                               const struct th_trade *trade, struct th_printed *printed,
                               struct th_error *err)
{
    enum th_status status = th_registry_record_load(store, &printed->registry, err);
    if (status == TH_OK) {
        status = th_journal_each(store, NULL, trade->seq, 1, take_entry, printed, err);
    }
    if (status == TH_OK && printed->proof.seq != trade->seq) {
        status = th_error_set(err, TH_CORRUPT, "registry_corrupt", NULL);
    }
    if (status == TH_OK) {
        th_printed_number(what, &printed->registry, trade->trade_id, printed->head,
                          printed->number);
    }
    return status;
}

enum th_status th_printed_refuse(const struct th_trade *trade, const char *key,
                                 struct th_error *err)
{
    char words[2][64];
    char id[32];
    (void)snprintf(words[0], sizeof(words[0]), "@value.kind.%s", trade->kind);
    (void)snprintf(words[1], sizeof(words[1]), "@value.state.%s", trade->state);
    (void)snprintf(id, sizeof(id), "%" PRId64, trade->trade_id);
    return th_error_set(err, TH_CONFLICT, key, "trade", id, "kind", words[0], "state", words[1],
                        NULL);
}
