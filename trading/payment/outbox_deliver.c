// Carries messages to the bank's system.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/hash.h"
#include "core/text.h"
#include "net/post.h"
#include "registry/reply.h"
#include "store/revenue/outbox_store.h"
#include "trading/payment/outbox_internal.h"

enum { BODY_MAX = 1 << 28 };

struct delivery { // of one call
    struct th_registry *registry;
    struct th_store *store;
    char url[TH_OUTBOX_URL_SIZE];
    struct th_outbox_secret secret;
    char lease[TH_OUTBOX_LEASE_SIZE];
    struct th_outbox_renewed renewed;
    int64_t n_delivered, n_failed, n_dead;
};

struct letter { // a message that is being sent
    char key[TH_OUTBOX_KEY_SIZE];
    char *body;
};

static bool read_letter(void *context, const struct th_outbox_row *row)
{
    struct letter *letter = context;
    th_text_copy(letter->key, sizeof(letter->key), row->message.idempotency_key);
    letter->body = strdup(row->message.body);
    return false;
}

static enum th_status sign(const struct delivery *delivery, const struct letter *letter,
                           int64_t now_utc, char ret_hex[TH_HASH_HEX_SIZE], struct th_error *err)
{
    struct th_buf text;
    th_buf_init(&text, BODY_MAX);
    th_buf_printf(&text, "tanhui-outbox-1\n%" PRId64 "\n%s\n", now_utc, letter->key);
    th_buf_append_str(&text, letter->body);
    enum th_status status = th_buf_check(&text, err);
    if (status == TH_OK) {
        struct th_hash mac = th_hmac_sha256(delivery->secret.bytes, sizeof(delivery->secret.bytes),
                                            th_buf_text(&text), strlen(th_buf_text(&text)));
        (void)th_hash_hex(&mac, ret_hex);
    }
    th_buf_clear(&text);
    return status;
}

static enum th_status send_letter(const struct delivery *delivery, const struct letter *letter,
                                  int64_t message_id, int64_t *ret_http_status,
                                  struct th_error *err)
{
    int64_t now_utc = th_registry_now(delivery->registry);
    char hex[TH_HASH_HEX_SIZE];
    char key[TH_OUTBOX_KEY_SIZE + 32];
    char id[64];
    char time[64];
    char signature[TH_HASH_HEX_SIZE + 32];
    enum th_status status = sign(delivery, letter, now_utc, hex, err);
    if (status != TH_OK) {
        return status;
    }
    (void)snprintf(key, sizeof(key), "Idempotency-Key: %s", letter->key);
    (void)snprintf(id, sizeof(id), "Tanhui-Message: %" PRId64, message_id);
    (void)snprintf(time, sizeof(time), "Tanhui-Timestamp: %" PRId64, now_utc);
    (void)snprintf(signature, sizeof(signature), "Tanhui-Signature: v1=%s", hex);
    const char *const headers[] = {"Content-Type: application/json", key, id, time, signature};
    const struct th_http_post post = {.url = delivery->url,
                                      .headers = headers,
                                      .n_headers = sizeof(headers) / sizeof(headers[0]),
                                      .body = letter->body,
                                      .size = strlen(letter->body),
                                      .seconds_max = TH_OUTBOX_POST_SECONDS};
    return th_http_post(&post, ret_http_status, err);
}

// The longer it fails, the longer the pause; chance keeps those who failed together apart.
static int64_t pause_after(const struct delivery *delivery, int64_t attempt)
{
    const struct th_surroundings *around = th_registry_surroundings(delivery->registry);
    int64_t pause_s = TH_OUTBOX_BACKOFF_SECONDS;
    uint32_t chance = 0;
    for (int64_t i = 1; i < attempt && pause_s < TH_OUTBOX_BACKOFF_MAX; i++) {
        pause_s *= 2;
    }
    if (pause_s > TH_OUTBOX_BACKOFF_MAX) {
        pause_s = TH_OUTBOX_BACKOFF_MAX;
    }
    around->random(around->context, &chance, sizeof(chance));
    return pause_s - (int64_t)(chance % (uint32_t)(pause_s / 2 + 1));
}

static enum th_status deliver_message(struct delivery *delivery, int64_t message_id,
                                      int64_t attempt, struct th_error *err)
{
    struct letter letter = {.body = NULL};
    struct th_error why = {0};
    int64_t http_status = 0;
    bool sound = false;
    enum th_status status = th_outbox_sound(delivery->store, message_id, &sound, err);
    if (status == TH_OK) {
        status = th_outbox_each(delivery->store, NULL, message_id, read_letter, &letter, err);
    }
    if (status == TH_OK && !letter.body) {
        status = th_error_no_memory(err);
    }
    if (status != TH_OK) {
        return status;
    }
    enum th_status sent = sound ? send_letter(delivery, &letter, message_id, &http_status, &why)
                                : th_error_set(&why, TH_CORRUPT, "outbox_altered", NULL);
    free(letter.body);
    bool dead = sent != TH_OK && (!sound || attempt >= TH_OUTBOX_ATTEMPTS_MAX);
    int64_t now_utc = th_registry_now(delivery->registry);
    const struct th_outbox_result result = {
        .message_id = message_id,
        .lease = delivery->lease,
        .state = sent == TH_OK ? "delivered"
                 : dead        ? "dead"
                               : "waiting",
        .now_utc = now_utc,
        .next_utc = now_utc + (sent == TH_OK ? 0 : pause_after(delivery, attempt)),
        .http_status = http_status,
        .problem = sent == TH_OK ? NULL : why.key};
    delivery->n_delivered += sent == TH_OK;
    delivery->n_failed += sent != TH_OK && !dead;
    delivery->n_dead += dead;
    return th_outbox_give_back(delivery->store, &result, err);
}

static enum th_status renew(struct delivery *delivery, const struct th_request *request,
                            struct th_error *err)
{
    struct th_outbox_renewed renewed;
    enum th_status status = th_outbox_renew(delivery->registry, request, &renewed, err);
    if (status == TH_OK) {
        delivery->renewed.n_made += renewed.n_made;
        delivery->renewed.n_withdrawn += renewed.n_withdrawn;
    }
    return status;
}

// Everything that is due now. What fails is due later, so that this ends.
static enum th_status deliver_due(struct delivery *delivery, const struct th_progress *progress,
                                  struct th_error *err)
{
    const int64_t until_utc = th_registry_now(delivery->registry);
    enum th_status status = TH_OK;
    int64_t message_id = 1;
    while (status == TH_OK && message_id != 0) {
        int64_t attempt = 0;
        if (!th_progress_report(progress, "outbox", delivery->n_delivered, -1)) {
            return th_error_set(err, TH_INTERRUPTED, "interrupted", NULL);
        }
        status = th_outbox_take(delivery->store, delivery->lease, until_utc,
                                TH_OUTBOX_LEASE_SECONDS, &message_id, &attempt, err);
        if (status == TH_OK && message_id != 0) {
            status = deliver_message(delivery, message_id, attempt, err);
        }
    }
    return status;
}

static enum th_status deliver_all(struct delivery *delivery, const struct th_request *request,
                                  const struct th_outbox_deliver_input *input,
                                  int64_t *ret_next_utc, struct th_error *err)
{
    int64_t next_utc = 0;
    enum th_status status = TH_OK;
    bool more = true;
    while (status == TH_OK && more) {
        status = renew(delivery, request, err);
        if (status == TH_OK && !request->dry_run) {
            status = deliver_due(delivery, request->progress, err);
        }
        if (status == TH_OK) {
            status = th_outbox_next(delivery->store, &next_utc, err);
        }
        more =
            status == TH_OK && next_utc != 0 && !input->once && !request->dry_run && input->pause;
        if (more) {
            int64_t rest_s = next_utc - th_registry_now(delivery->registry);
            input->pause(input->context, rest_s > 1 ? rest_s : 1);
        }
    }
    *ret_next_utc = next_utc;
    return status;
}

static enum th_status prepare(struct delivery *delivery, const struct th_request *request,
                              struct th_error *err)
{
    const struct th_surroundings *around = th_registry_surroundings(delivery->registry);
    unsigned char chance[16];
    enum th_status status = th_outbox_check_login(delivery->registry, request, err);
    if (status == TH_OK) {
        status = th_outbox_target(delivery->store, delivery->url, err);
    }
    if (status == TH_OK && delivery->url[0] == '\0') {
        status = th_error_set(err, TH_NOT_FOUND, "outbox_no_target", NULL);
    } else if (status == TH_OK) {
        status = th_http_post_check(delivery->url, err);
    }
    if (status == TH_OK) {
        status = th_outbox_secret_read(delivery->registry, &delivery->secret, err);
    }
    around->random(around->context, chance, sizeof(chance));
    for (size_t i = 0; i < sizeof(chance); i++) {
        (void)snprintf(delivery->lease + 2 * i, 3, "%02x", chance[i]);
    }
    return status;
}

static enum th_status count_without_account(struct th_store *store, int64_t *ret_n,
                                            struct th_error *err)
{
    struct th_outbox_words words = {0};
    int64_t n = 0;
    enum th_status status = th_outbox_unordered(store, &words, err);
    for (size_t i = 0; i < words.n; i++) {
        n += words.items[i].account_id == 0;
    }
    free(words.items);
    if (status == TH_OK) {
        *ret_n = n;
    }
    return status;
}

enum th_status th_outbox_deliver(struct th_registry *registry, const struct th_request *request,
                                 const struct th_outbox_deliver_input *input,
                                 struct th_json **ret_reply, struct th_error *err)
{
    struct delivery delivery = {.registry = registry, .store = th_registry_store(registry)};
    char next_at[TH_INSTANT_TEXT_SIZE];
    int64_t next_utc = 0;
    int64_t n_without_account = 0;
    enum th_status status = prepare(&delivery, request, err);
    if (status == TH_OK) {
        status = deliver_all(&delivery, request, input, &next_utc, err);
    }
    if (status == TH_OK) {
        status = count_without_account(delivery.store, &n_without_account, err);
    }
    struct th_json *reply = th_json_object();
    th_json_set_int(reply, "made", delivery.renewed.n_made);
    th_json_set_int(reply, "withdrawn", delivery.renewed.n_withdrawn);
    th_json_set_int(reply, "delivered", delivery.n_delivered);
    th_json_set_int(reply, "failed", delivery.n_failed);
    th_json_set_int(reply, "dead", delivery.n_dead);
    th_json_set_text(reply, "next_at", next_utc != 0 ? th_instant_format(next_utc, next_at) : NULL);
    th_json_set_int(reply, "without_account", n_without_account);
    if (request->dry_run) {
        th_json_set_bool(reply, "dry_run", true);
    }
    return th_reply_finish(status, reply, ret_reply, err);
}
