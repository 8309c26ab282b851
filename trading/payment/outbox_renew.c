// What messages say of payments is compared with what is owed, run by run, and made anew where the
// two differ. So an approval, a payment that came back or an account need not know of the outbox.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "store/journal/journal_store.h"
#include "store/registry_store.h"
#include "store/revenue/outbox_store.h"
#include "trading/payment/outbox_internal.h"
#include "trading/payment/payment_internal.h"

struct span { // of one run
    const struct th_outbox_word *words;
    size_t n;
};

struct plan {
    struct th_outbox_words wanted;
    struct th_outbox_words waiting;
    size_t at_wanted; // where the next run begins
    size_t at_waiting;
};

static enum th_status plan_load(struct th_store *store, int64_t now_utc, struct plan *plan,
                                struct th_error *err)
{
    *plan = (struct plan){0};
    enum th_status status = th_outbox_wanted(store, now_utc, &plan->wanted, err);
    return status == TH_OK ? th_outbox_waiting(store, now_utc, &plan->waiting, err) : status;
}

static void plan_clear(struct plan *plan)
{
    free(plan->wanted.items);
    free(plan->waiting.items);
}

static int64_t run_at(const struct th_outbox_words *words, size_t at)
{
    return at < words->n ? words->items[at].distribution_id : INT64_MAX;
}

static struct span take_run(const struct th_outbox_words *words, size_t *at, int64_t run_id)
{
    struct span span = {.words = words->items + *at};
    while (run_at(words, *at) == run_id) {
        span.n++;
        (*at)++;
    }
    return span;
}

static bool says_same(const struct span *a, const struct span *b)
{
    bool same = a->n == b->n;
    for (size_t i = 0; same && i < a->n; i++) {
        same = a->words[i].party_id == b->words[i].party_id &&
               a->words[i].attempt == b->words[i].attempt &&
               a->words[i].account_id == b->words[i].account_id;
    }
    return same;
}

// The next run whose messages do not say what they should; 0: there is none.
static int64_t plan_next(struct plan *plan, struct span *ret_wanted, struct span *ret_waiting)
{
    while (plan->at_wanted < plan->wanted.n || plan->at_waiting < plan->waiting.n) {
        int64_t wanted = run_at(&plan->wanted, plan->at_wanted);
        int64_t waiting = run_at(&plan->waiting, plan->at_waiting);
        int64_t run_id = wanted < waiting ? wanted : waiting;
        *ret_wanted = take_run(&plan->wanted, &plan->at_wanted, run_id);
        *ret_waiting = take_run(&plan->waiting, &plan->at_waiting, run_id);
        if (!says_same(ret_wanted, ret_waiting)) {
            return run_id;
        }
    }
    return 0;
}

struct renewal { // of one run
    struct th_registry *registry;
    struct th_work *work;
    int64_t run_id;
    struct span wanted;
    struct span waiting;
    const char *registry_id;
    const char *head; // digest of the entry before, in hex
};

static bool is_first_of_message(const struct span *span, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (span->words[k].message_id == span->words[i].message_id) {
            return false;
        }
    }
    return true;
}

static bool append_key(void *context, const struct th_outbox_row *row)
{
    th_json_append_text(context, row->message.idempotency_key);
    return true;
}

// Keys of the messages whose place the new one takes.
static enum th_status replaced_json(const struct renewal *renewal, struct th_json *body,
                                    struct th_error *err)
{
    struct th_json *keys = th_json_array();
    enum th_status status = TH_OK;
    for (size_t i = 0; i < renewal->waiting.n && status == TH_OK; i++) {
        if (is_first_of_message(&renewal->waiting, i)) {
            status = th_outbox_each(th_work_store(renewal->work), NULL,
                                    renewal->waiting.words[i].message_id, append_key, keys, err);
        }
    }
    th_json_set(body, "replaces", keys);
    return status;
}

static enum th_status stop_json(struct th_store *store, const struct th_payout *payout,
                                int64_t attempt, struct th_json **ret_item, struct th_error *err)
{
    struct th_payout ended;
    char number[TH_PAYMENT_NUMBER_SIZE];
    enum th_status status = th_payout_ended(store, payout, attempt, &ended, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *item = th_json_object();
    th_json_set_text(item, "number", th_payment_number(&ended, number));
    th_json_set_money(item, "amount_fen", ended.amount);
    th_json_set_text(item, "state", ended.state);
    th_json_set_text(item, "on", ended.on_date);
    th_json_set_word(item, "reference", ended.reference);
    *ret_item = item;
    return TH_OK;
}

struct said { // in one message
    struct th_json *payments;
    struct th_json *stopped;
    struct th_money sum;
    bool again; // all that it orders was ordered before under another number
};

// Both the words and the payouts are by party.
static enum th_status say(const struct renewal *renewal, const struct th_payout_list *payouts,
                          struct said *said, struct th_error *err)
{
    struct th_store *store = th_work_store(renewal->work);
    enum th_status status = TH_OK;
    size_t at = 0;
    said->again = true;
    for (size_t i = 0; i < renewal->wanted.n && status == TH_OK; i++) {
        const struct th_outbox_word *word = &renewal->wanted.words[i];
        struct th_json *item = NULL;
        while (at < payouts->n && payouts->items[at].party_id < word->party_id) {
            at++;
        }
        if (at == payouts->n || payouts->items[at].party_id != word->party_id) {
            return th_error_set(err, TH_CORRUPT, "outbox_altered", NULL);
        }
        const struct th_payout *payout = &payouts->items[at];
        if (word->account_id != 0) {
            said->again = said->again && payout->attempt > 1;
            status = th_payout_json(store, payout, true, &item, err);
            if (status == TH_OK) {
                status = th_money_add(said->sum, payout->amount, &said->sum, err);
            }
            th_json_append(said->payments, item);
        } else {
            status = stop_json(store, payout, word->attempt, &item, err);
            th_json_append(said->stopped, item);
        }
    }
    return status;
}

static const char *kind_of(const struct said *said)
{
    if (th_json_size(said->stopped) > 0) {
        return "payment_correction";
    }
    return said->again ? "payment_again" : "payment_run";
}

static enum th_status body_json(const struct renewal *renewal, const char *key,
                                const char **ret_kind, struct th_json **ret_body,
                                struct th_error *err)
{
    struct th_store *store = th_work_store(renewal->work);
    struct said said = {.payments = th_json_array(), .stopped = th_json_array()};
    struct th_json *body = th_json_object();
    struct th_payout_list payouts = {0};
    struct th_run run = {0};
    char made_at[TH_INSTANT_TEXT_SIZE];
    enum th_status status = th_run_load(store, renewal->run_id, &run, err);
    if (status == TH_OK) {
        status = th_payouts(store, renewal->run_id, 0, &payouts, err);
    }
    if (status == TH_OK) {
        status = say(renewal, &payouts, &said, err);
    }
    if (status == TH_OK) {
        status = replaced_json(renewal, body, err);
    }
    free(payouts.items);
    const char *kind = kind_of(&said);
    th_json_set_text(body, "format", "tanhui-payments-1");
    th_json_set_text(body, "registry_id", renewal->registry_id);
    th_json_set_text(body, "id", key);
    th_json_set_text(body, "kind", kind);
    th_json_set_text(body, "made_at",
                     th_instant_format(th_registry_now(renewal->registry), made_at));
    th_json_set_int(body, "entry", th_work_seq(renewal->work));
    th_json_set_text(body, "approved_by", run.decided_by);
    th_json_set_int(body, "n", (int64_t)th_json_size(said.payments));
    th_json_set_money(body, "amount_fen", said.sum);
    th_json_set(body, "payments", said.payments);
    th_json_set(body, "stopped", said.stopped);
    if (status == TH_OK) {
        *ret_kind = kind;
        *ret_body = body;
    } else {
        th_json_free(body);
    }
    return status;
}

// A registry that goes another way from a backup makes other keys: to the receiver the same key is
// the same message. Hence the digest of the entry before in each.
static enum th_status make_message(const struct renewal *renewal, int64_t *ret_message_id,
                                   struct th_json *entry_messages, struct th_error *err)
{
    struct th_json *body = NULL;
    const char *kind = NULL;
    char key[TH_OUTBOX_KEY_SIZE];
    char hex[TH_HASH_HEX_SIZE];
    char *text = NULL;
    (void)snprintf(key, sizeof(key), "%s-run-%lld-%.16s", renewal->registry_id,
                   (long long)renewal->run_id, renewal->head);
    enum th_status status = body_json(renewal, key, &kind, &body, err);
    if (status == TH_OK) {
        status = th_json_dump(body, TH_JSON_CANONICAL, &text, err);
    }
    th_json_free(body);
    if (status != TH_OK) {
        return status;
    }
    const struct th_outbox_message message = {.kind = kind,
                                              .distribution_id = renewal->run_id,
                                              .idempotency_key = key,
                                              .body = text,
                                              .sha256 =
                                                  th_hash_bytes(TH_HASH_SHA256, text, strlen(text)),
                                              .created_utc = th_registry_now(renewal->registry),
                                              .seq = th_work_seq(renewal->work)};
    status = th_outbox_insert(th_work_store(renewal->work), &message, ret_message_id, err);
    if (status == TH_OK) {
        struct th_json *item = th_json_object();
        th_json_set_int(item, "message_id", *ret_message_id);
        th_json_set_text(item, "sha256", th_hash_hex(&message.sha256, hex));
        th_json_append(entry_messages, item);
    }
    free(text);
    return status;
}

// What is withdrawn goes first: no payment is ordered by two messages, not even for a moment.
static enum th_status renew_run(const struct renewal *renewal, struct th_outbox_renewed *renewed,
                                struct th_json *entry_messages, struct th_error *err)
{
    struct th_posting *posting = th_work_posting(renewal->work);
    int64_t message_id = 0;
    enum th_status status = TH_OK;
    if (renewal->wanted.n > 0) {
        status = make_message(renewal, &message_id, entry_messages, err);
        renewed->n_made++;
    }
    for (size_t i = 0; i < renewal->waiting.n && status == TH_OK; i++) {
        if (is_first_of_message(&renewal->waiting, i)) {
            status =
                th_outbox_withdraw(posting, renewal->waiting.words[i].message_id, message_id, err);
            renewed->n_withdrawn++;
        }
    }
    for (size_t i = 0; i < renewal->wanted.n && status == TH_OK; i++) {
        struct th_outbox_word word = renewal->wanted.words[i];
        word.message_id = message_id;
        status = th_outbox_word_post(posting, &word, err);
    }
    return status;
}

static enum th_status renew_all(struct th_registry *registry, struct th_work *work,
                                struct th_outbox_renewed *renewed, struct th_json *entry_messages,
                                struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    struct th_registry_record record;
    struct th_journal_last before;
    char hex[TH_HASH_HEX_SIZE];
    struct plan plan = {0};
    enum th_status status = th_registry_record_load(store, &record, err);
    if (status == TH_OK) {
        status = th_journal_last(store, &before, err);
    }
    if (status == TH_OK) {
        status = plan_load(store, th_registry_now(registry), &plan, err);
    }
    struct renewal renewal = {
        .registry = registry, .work = work, .registry_id = record.registry_id};
    if (status == TH_OK) {
        renewal.head = th_hash_hex(&before.hash, hex);
    }
    while (status == TH_OK &&
           (renewal.run_id = plan_next(&plan, &renewal.wanted, &renewal.waiting)) != 0) {
        status = renew_run(&renewal, renewed, entry_messages, err);
    }
    plan_clear(&plan);
    return status;
}

// Is there anything to do? Looked at first without keeping others from writing.
static enum th_status is_due(struct th_registry *registry, bool *ret_due, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct plan plan = {0};
    struct span wanted;
    struct span waiting;
    enum th_status status = th_store_begin_read(store, err);
    if (status != TH_OK) {
        return status;
    }
    status = plan_load(store, th_registry_now(registry), &plan, err);
    th_store_end_read(store);
    if (status == TH_OK) {
        *ret_due = plan_next(&plan, &wanted, &waiting) != 0;
    }
    plan_clear(&plan);
    return status;
}

enum th_status th_outbox_renew(struct th_registry *registry, const struct th_request *request,
                               struct th_outbox_renewed *ret_renewed, struct th_error *err)
{
    // The caller's key is of the delivery, which is no work.
    const struct th_request own = {.login = request->login, .dry_run = request->dry_run};
    struct th_outbox_renewed renewed = {0};
    struct th_work *work = NULL;
    struct th_json *reply = NULL;
    bool due = false;
    enum th_status status = is_due(registry, &due, err);
    if (status == TH_OK && due) {
        status =
            th_work_begin(registry, &own, TH_MAY_DELIVER, "outbox.renew", NULL, &work, &reply, err);
    }
    if (status != TH_OK) {
        return status;
    }
    if (!work) {
        *ret_renewed = renewed;
        return TH_OK;
    }
    struct th_json *messages = th_json_array();
    status = renew_all(registry, work, &renewed, messages, err);
    if (status == TH_OK && renewed.n_made == 0 && renewed.n_withdrawn == 0) {
        th_json_free(messages); // somebody else was faster
        th_work_cancel(work);
        *ret_renewed = renewed;
        return TH_OK;
    }
    struct th_json *body = th_json_object();
    th_json_set(body, "messages", messages);
    th_json_set_int(body, "withdrawn", renewed.n_withdrawn);
    status = th_work_end(work, status, "outbox", body, th_json_object(), &reply, err);
    if (status == TH_OK) {
        th_json_free(reply);
        *ret_renewed = renewed;
    }
    return status;
}
