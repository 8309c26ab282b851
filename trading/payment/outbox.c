// The outbox as people see it, and its delivery.
#include "trading/payment/outbox.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/file.h"
#include "core/hash.h"
#include "core/text.h"
#include "net/post.h"
#include "registry/reply.h"
#include "store/outbox_store.h"
#include "trading/payment/outbox_internal.h"
#include "trading/trading_internal.h"

static const char KEY_HEAD[] = "tanhui-outbox-key-1 ";
enum { PATH_LIMIT = 4096, BODY_MAX = 1 << 28 };

static enum th_status key_path(struct th_registry *registry, struct th_buf *path,
                               struct th_error *err)
{
    th_buf_init(path, PATH_LIMIT);
    th_buf_printf(path, "%s.outbox-key", th_store_path(th_registry_store(registry)));
    return th_buf_check(path, err);
}

enum th_status th_outbox_secret_read(struct th_registry *registry,
                                     struct th_outbox_secret *ret_secret, struct th_error *err)
{
    enum { KEY_SIZE = sizeof(KEY_HEAD) - 1 + 2 * sizeof(ret_secret->bytes) + 1 };
    struct th_buf path;
    struct th_hash bytes;
    char *text = NULL;
    size_t size = 0;
    enum th_status status = key_path(registry, &path, err);
    if (status == TH_OK) {
        status = th_file_read(th_buf_text(&path), KEY_SIZE + 1, &text, &size, err);
    }
    if (status == TH_NOT_FOUND) {
        status =
            th_error_set(err, TH_NOT_FOUND, "outbox_key_missing", "path", th_buf_text(&path), NULL);
    } else if (status == TH_OK || status == TH_LIMIT) {
        bool good = status == TH_OK && size == KEY_SIZE && text[size - 1] == '\n' &&
                    th_text_starts_with(text, KEY_HEAD);
        if (good) {
            text[size - 1] = '\0';
            good = th_hash_parse(text + sizeof(KEY_HEAD) - 1, &bytes, NULL) == TH_OK;
        }
        status = good ? TH_OK
                      : th_error_set(err, TH_UNREADABLE, "outbox_key_unreadable", "path",
                                     th_buf_text(&path), NULL);
    }
    if (status == TH_OK) {
        memcpy(ret_secret->bytes, bytes.bytes, sizeof(ret_secret->bytes));
    }
    free(text);
    th_buf_clear(&path);
    return status;
}

static enum th_status make_secret(struct th_registry *registry, const char *path,
                                  struct th_error *err)
{
    const struct th_surroundings *around = th_registry_surroundings(registry);
    struct th_hash bytes;
    char hex[TH_HASH_HEX_SIZE];
    char text[sizeof(KEY_HEAD) + TH_HASH_HEX_SIZE];
    around->random(around->context, bytes.bytes, sizeof(bytes.bytes));
    int n = snprintf(text, sizeof(text), "%s%s\n", KEY_HEAD, th_hash_hex(&bytes, hex));
    return th_file_write_secret(path, text, (size_t)n, err);
}

enum th_status th_outbox_set(struct th_registry *registry, const struct th_request *request,
                             const char *url, struct th_json **ret_reply, struct th_error *err)
{
    struct th_work *work = NULL;
    struct th_buf path;
    enum th_status status = th_http_post_check(url, err);
    if (status != TH_OK) {
        return status;
    }
    if (strlen(url) >= TH_OUTBOX_URL_SIZE) {
        return th_error_set(err, TH_INVALID, "text_too_long", "field", "url", NULL);
    }
    struct th_json *given = th_json_object();
    th_json_set_text(given, "url", url);
    status =
        th_work_begin(registry, request, TH_MAY_USERS, "outbox.set", given, &work, ret_reply, err);
    th_json_free(given);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    status = th_outbox_target_insert(th_work_store(work), url, th_work_actor(work)->login,
                                     th_work_seq(work), err);
    if (status == TH_OK) {
        status = key_path(registry, &path, err);
    } else {
        th_buf_init(&path, 1);
    }
    bool fresh = status == TH_OK && !th_file_exists(th_buf_text(&path));
    if (status == TH_OK && fresh && !request->dry_run) {
        status = make_secret(registry, th_buf_text(&path), err);
    }
    struct th_json *body = th_json_object();
    struct th_json *reply = th_json_object();
    th_json_set_text(body, "url", url);
    th_json_set_text(reply, "url", url);
    th_json_set_text(reply, "secret_file", th_buf_text(&path));
    th_json_set_bool(reply, "key_made", fresh);
    th_buf_clear(&path);
    return th_work_end(work, status, "outbox", body, reply, ret_reply, err);
}

// Delivery is no change of the books: only its login is looked at.
static enum th_status check_login(struct th_registry *registry, const struct th_request *request,
                                  struct th_error *err)
{
    struct th_user user;
    if (!request->login || request->login[0] == '\0') {
        return th_error_set(err, TH_NOT_PERMITTED, "login_missing", NULL);
    }
    enum th_status status = th_user_load(th_registry_store(registry), request->login, &user, err);
    if (status == TH_NOT_FOUND) {
        return th_error_set(err, TH_NOT_PERMITTED, "login_unknown", "login", request->login, NULL);
    }
    if (status == TH_OK && strcmp(user.role, "bank") != 0 && strcmp(user.role, "admin") != 0) {
        status = th_error_set(err, TH_NOT_PERMITTED, "role_not_allowed", "login", request->login,
                              "role", user.role, NULL);
    }
    return status;
}

struct delivery { // of one call
    struct th_registry *registry;
    struct th_store *store;
    const char *url;
    struct th_outbox_secret secret;
    char lease[TH_OUTBOX_LEASE_SIZE];
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
        status = deliver_due(delivery, request->progress, err);
        if (status == TH_OK) {
            status = th_outbox_next(delivery->store, &next_utc, err);
        }
        more = status == TH_OK && next_utc != 0 && !input->once && input->pause;
        if (more) {
            int64_t rest_s = next_utc - th_registry_now(delivery->registry);
            input->pause(input->context, rest_s > 1 ? rest_s : 1);
        }
    }
    *ret_next_utc = next_utc;
    return status;
}

static void set_instant(struct th_json *object, const char *key, int64_t utc)
{
    char text[TH_INSTANT_TEXT_SIZE];
    th_json_set_text(object, key, utc != 0 ? th_instant_format(utc, text) : NULL);
}

enum th_status th_outbox_deliver(struct th_registry *registry, const struct th_request *request,
                                 const struct th_outbox_deliver_input *input,
                                 struct th_json **ret_reply, struct th_error *err)
{
    const struct th_surroundings *around = th_registry_surroundings(registry);
    struct delivery delivery = {.registry = registry, .store = th_registry_store(registry)};
    char url[TH_OUTBOX_URL_SIZE];
    unsigned char chance[16];
    int64_t next_utc = 0;
    enum th_status status = check_login(registry, request, err);
    if (status == TH_OK) {
        status = th_outbox_target(delivery.store, url, err);
    }
    delivery.url = url;
    if (status == TH_OK && delivery.url[0] == '\0') {
        status = th_error_set(err, TH_NOT_FOUND, "outbox_no_target", NULL);
    } else if (status == TH_OK) {
        status = th_http_post_check(delivery.url, err);
    }
    if (status == TH_OK) {
        status = th_outbox_secret_read(registry, &delivery.secret, err);
    }
    if (status != TH_OK) {
        return status;
    }
    around->random(around->context, chance, sizeof(chance));
    for (size_t i = 0; i < sizeof(chance); i++) {
        (void)snprintf(delivery.lease + 2 * i, 3, "%02x", chance[i]);
    }
    status = deliver_all(&delivery, request, input, &next_utc, err);
    struct th_json *reply = th_json_object();
    th_json_set_int(reply, "delivered", delivery.n_delivered);
    th_json_set_int(reply, "failed", delivery.n_failed);
    th_json_set_int(reply, "dead", delivery.n_dead);
    set_instant(reply, "next_at", next_utc);
    return th_reply_finish(status, reply, ret_reply, err);
}

struct listing {
    struct th_json *messages;
    bool with_body;
};

static bool list_message(void *context, const struct th_outbox_row *row)
{
    struct listing *listing = context;
    struct th_json *item = th_json_object();
    char hex[TH_HASH_HEX_SIZE];
    th_json_set_int(item, "message_id", row->message.message_id);
    th_json_set_text(item, "kind", row->message.kind);
    th_json_set_int(item, "distribution_id", row->message.distribution_id);
    th_json_set_text(item, "idempotency_key", row->message.idempotency_key);
    th_json_set_text(item, "sha256", th_hash_hex(&row->message.sha256, hex));
    th_json_set_int(item, "size", (int64_t)strlen(row->message.body));
    th_json_set_text(item, "state", row->state);
    th_json_set_int(item, "attempts", row->attempts);
    set_instant(item, "next_at", strcmp(row->state, "waiting") == 0 ? row->next_utc : 0);
    th_json_set(item, "http_status",
                row->http_status != 0 ? th_json_int(row->http_status) : th_json_null());
    th_json_set_word(item, "problem", row->problem);
    set_instant(item, "delivered_at", row->delivered_utc);
    if (listing->with_body) {
        th_json_set_text(item, "body", row->message.body);
    }
    th_json_append(listing->messages, item);
    return true;
}

enum th_status th_outbox_list(struct th_registry *registry, const char *state,
                              struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct listing listing = {.messages = th_json_array()};
    char url[TH_OUTBOX_URL_SIZE] = "";
    enum th_status status = th_outbox_target(store, url, err);
    if (status == TH_OK) {
        status = th_outbox_each(store, state, 0, list_message, &listing, err);
    }
    struct th_json *reply = th_json_object();
    th_json_set_word(reply, "url", url);
    th_json_set(reply, "messages", listing.messages);
    return th_reply_finish(status, reply, ret_reply, err);
}

enum th_status th_outbox_show(struct th_registry *registry, int64_t message_id,
                              struct th_json **ret_reply, struct th_error *err)
{
    struct listing listing = {.messages = th_json_array(), .with_body = true};
    enum th_status status =
        th_outbox_each(th_registry_store(registry), NULL, message_id, list_message, &listing, err);
    if (status == TH_OK && (message_id <= 0 || th_json_size(listing.messages) != 1)) {
        status = th_error_set(err, TH_NOT_FOUND, "outbox_not_found", NULL);
        th_error_add_int(err, "message", message_id);
    }
    struct th_json *reply = status == TH_OK ? th_json_copy(th_json_at(listing.messages, 0)) : NULL;
    th_json_free(listing.messages);
    return th_reply_finish(status, reply, ret_reply, err);
}

enum th_status th_outbox_retry(struct th_registry *registry, const struct th_request *request,
                               int64_t message_id, struct th_json **ret_reply, struct th_error *err)
{
    enum th_status status = check_login(registry, request, err);
    if (status == TH_OK) {
        status = th_outbox_revive(th_registry_store(registry), message_id,
                                  th_registry_now(registry), err);
    }
    return status == TH_OK ? th_outbox_show(registry, message_id, ret_reply, err) : status;
}
