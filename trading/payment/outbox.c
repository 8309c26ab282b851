// The outbox as people see it.
#include "trading/payment/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/file.h"
#include "core/hash.h"
#include "core/text.h"
#include "net/post.h"
#include "registry/login.h"
#include "registry/reference.h"
#include "registry/reply.h"
#include "store/revenue/outbox_store.h"
#include "trading/payment/outbox_internal.h"
#include "trading/payment/payment_internal.h"
#include "trading/trading_internal.h"

static const char KEY_HEAD[] = "tanhui-outbox-key-1 ";
enum { PATH_LIMIT = 4096 };

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

// The login of an enterprise has the role of a bank too, for its own deals.
static enum th_status check_bank(struct th_store *store, const struct th_user *user,
                                 struct th_error *err)
{
    struct th_party party;
    if (user->party_id == 0) {
        return TH_OK;
    }
    enum th_status status = th_party_load(store, user->party_id, &party, err);
    if (status == TH_OK && strcmp(party.kind, "bank") != 0) {
        status = th_error_set(err, TH_NOT_PERMITTED, "outbox_no_bank", "login", user->login,
                              "party", party.name, NULL);
    }
    return status;
}

// Delivery is no change of the books: only its login is looked at.
enum th_status th_outbox_check_login(struct th_registry *registry, const struct th_request *request,
                                     struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct th_user user;
    enum th_status status = th_login_load(store, request->login, &user, err);
    if (status == TH_OK) {
        status = th_permission_check(&user, TH_MAY_DELIVER, err);
    }
    return status == TH_OK ? check_bank(store, &user, err) : status;
}

static void set_instant(struct th_json *object, const char *key, int64_t utc)
{
    char text[TH_INSTANT_TEXT_SIZE];
    th_json_set_text(object, key, utc != 0 ? th_instant_format(utc, text) : NULL);
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
    th_json_set(item, "replaced_by",
                row->replaced_by != 0 ? th_json_int(row->replaced_by) : th_json_null());
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

// Payments that no message orders, because they have no account or were not looked at yet.
static enum th_status list_unordered(struct th_store *store, struct th_json *list,
                                     struct th_error *err)
{
    struct th_outbox_words words = {0};
    enum th_status status = th_outbox_unordered(store, &words, err);
    for (size_t i = 0; i < words.n && status == TH_OK; i++) {
        const struct th_outbox_word *word = &words.items[i];
        struct th_payout_list payouts = {0};
        struct th_json *item = NULL;
        status = th_payouts(store, word->distribution_id, word->party_id, &payouts, err);
        if (status == TH_OK && payouts.n == 1) {
            status = th_payout_json(store, &payouts.items[0], false, &item, err);
            th_json_append(list, item);
        }
        free(payouts.items);
    }
    free(words.items);
    return status;
}

enum th_status th_outbox_list(struct th_registry *registry, const char *state,
                              struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    char url[TH_OUTBOX_URL_SIZE] = "";
    enum th_status status = th_store_begin_read(store, err);
    if (status != TH_OK) {
        return status;
    }
    struct listing listing = {.messages = th_json_array()};
    struct th_json *unordered = th_json_array();
    status = th_outbox_target(store, url, err);
    if (status == TH_OK) {
        status = th_outbox_each(store, state, 0, list_message, &listing, err);
    }
    if (status == TH_OK && !state) {
        status = list_unordered(store, unordered, err);
    }
    th_store_end_read(store);
    struct th_json *reply = th_json_object();
    th_json_set_word(reply, "url", url);
    th_json_set(reply, "messages", listing.messages);
    th_json_set(reply, "not_ordered", unordered);
    return th_reply_finish(status, reply, ret_reply, err);
}

// The body with stars in the place of account numbers.
static enum th_status mask_body(struct th_json *message, struct th_error *err)
{
    const char *text = th_json_get_text(message, "body", "");
    struct th_json *body = NULL;
    char *masked_text = NULL;
    enum th_status status = th_json_parse(text, strlen(text), &body, err);
    struct th_json *payments = th_json_array();
    const struct th_json *whole = th_json_get(body, "payments");
    for (size_t i = 0; i < th_json_size(whole); i++) {
        char masked[TH_ACCOUNT_NUMBER_SIZE];
        struct th_json *item = th_json_copy(th_json_at(whole, i));
        th_json_set_text(item, "account",
                         th_account_masked(th_json_get_text(item, "account", ""), masked));
        th_json_append(payments, item);
    }
    th_json_set(body, "payments", payments);
    if (status == TH_OK) {
        status = th_json_dump(body, TH_JSON_CANONICAL, &masked_text, err);
    }
    if (status == TH_OK) {
        th_json_set_text(message, "body", masked_text);
    }
    free(masked_text);
    th_json_free(body);
    return status;
}

static enum th_status show(struct th_store *store, const char *login, int64_t message_id,
                           struct th_json **ret_message, struct th_error *err)
{
    struct listing listing = {.messages = th_json_array(), .with_body = true};
    struct th_json *message = NULL;
    bool may_see = false;
    enum th_status status = th_outbox_each(store, NULL, message_id, list_message, &listing, err);
    if (status == TH_OK && (message_id <= 0 || th_json_size(listing.messages) != 1)) {
        status = th_error_set(err, TH_NOT_FOUND, "outbox_not_found", NULL);
        th_error_add_int(err, "message", message_id);
    }
    if (status == TH_OK) {
        message = th_json_copy(th_json_at(listing.messages, 0));
        status = th_run_may_see_accounts(
            store, login, th_json_get_int(message, "distribution_id", 0), &may_see, err);
    }
    if (status == TH_OK && !may_see) {
        status = mask_body(message, err);
    }
    th_json_free(listing.messages);
    return th_reply_finish(status, message, ret_message, err);
}

enum th_status th_outbox_show(struct th_registry *registry, const struct th_request *request,
                              int64_t message_id, struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    enum th_status status = th_store_begin_read(store, err);
    if (status == TH_OK) {
        status = show(store, request->login, message_id, ret_reply, err);
        th_store_end_read(store);
    }
    return status;
}

enum th_status th_outbox_retry(struct th_registry *registry, const struct th_request *request,
                               int64_t message_id, struct th_json **ret_reply, struct th_error *err)
{
    enum th_status status = th_outbox_check_login(registry, request, err);
    if (status == TH_OK) {
        status = th_outbox_again(th_registry_store(registry), message_id, false,
                                 th_registry_now(registry), err);
    }
    return status == TH_OK ? th_outbox_show(registry, request, message_id, ret_reply, err) : status;
}

enum th_status th_outbox_resend(struct th_registry *registry, const struct th_request *request,
                                int64_t message_id, const char *reason, struct th_json **ret_reply,
                                struct th_error *err)
{
    struct th_work *work = NULL;
    struct th_json *reply = NULL;
    char note[TH_TRADE_NOTE_SIZE];
    enum th_status status = th_note_parse("reason", reason, note, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *given = th_json_object();
    th_json_set_int(given, "message", message_id);
    th_json_set_text(given, "reason", note);
    status = th_work_begin(registry, request, TH_MAY_USERS, "outbox.resend", given, &work,
                           ret_reply, err);
    th_json_free(given);
    if (status != TH_OK || !work) {
        return status;
    }
    status = th_outbox_again(th_work_store(work), message_id, true, th_registry_now(registry), err);
    if (status == TH_OK) {
        status = show(th_work_store(work), th_work_actor(work)->login, message_id, &reply, err);
    }
    struct th_json *body = th_json_object();
    th_json_set_int(body, "message_id", message_id);
    th_json_set_text(body, "idempotency_key", th_json_get_text(reply, "idempotency_key", ""));
    th_json_set_text(body, "reason", note);
    return th_work_end(work, status, "outbox", body, reply, ret_reply, err);
}
