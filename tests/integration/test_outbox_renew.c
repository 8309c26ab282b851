// What the bank is told of payments is what is owed, whatever happened to them since: nothing is
// ordered twice, what was settled otherwise is stopped, and a bank that follows the rules of
// docs/bank-money.md ends with just the orders that stand.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/file.h"
#include "core/messages.h"
#include "store/revenue/outbox_store.h"
#include "tests/integration/outbox_fixture.h"

// --- The bank's side, after its handbook ---------------------------------------------------------

enum { PAYMENTS_MAX = 64, KEYS_MAX = 256 };

struct order {
    char number[32];
    char account[40];
    char made_at[32]; // of the message that spoke of it last
    int64_t entry;
    bool stands;
};
struct bank_side {
    struct order orders[PAYMENTS_MAX];
    size_t n;
    char keys[KEYS_MAX][96]; // had already, or replaced
    size_t n_keys;
    size_t n_read; // requests
};

static bool had(struct bank_side *side, const char *key)
{
    for (size_t i = 0; i < side->n_keys; i++) {
        if (strcmp(side->keys[i], key) == 0) {
            return true;
        }
    }
    assert_true(side->n_keys < KEYS_MAX);
    (void)snprintf(side->keys[side->n_keys++], sizeof(side->keys[0]), "%s", key);
    return false;
}

static struct order *order_of(struct bank_side *side, const char *number)
{
    for (size_t i = 0; i < side->n; i++) {
        if (strcmp(side->orders[i].number, number) == 0) {
            return &side->orders[i];
        }
    }
    assert_true(side->n < PAYMENTS_MAX);
    struct order *order = &side->orders[side->n++];
    (void)snprintf(order->number, sizeof(order->number), "%s", number);
    return order;
}

// The latest word counts.
static void hear(struct bank_side *side, const struct th_json *body, const struct th_json *item,
                 bool stands)
{
    struct order *order = order_of(side, th_json_get_text(item, "number", ""));
    const char *made_at = th_json_get_text(body, "made_at", "");
    int64_t entry = th_json_get_int(body, "entry", 0);
    int later = strcmp(made_at, order->made_at);
    if (later > 0 || (later == 0 && entry > order->entry)) {
        (void)snprintf(order->made_at, sizeof(order->made_at), "%s", made_at);
        order->entry = entry;
        order->stands = stands;
        (void)snprintf(order->account, sizeof(order->account), "%s",
                       th_json_get_text(item, "account", ""));
    }
}

static void read_message(struct bank_side *side, const struct th_json *body)
{
    const struct th_json *payments = th_json_get(body, "payments");
    const struct th_json *stopped = th_json_get(body, "stopped");
    const struct th_json *replaces = th_json_get(body, "replaces");
    if (had(side, th_json_get_text(body, "id", ""))) {
        return;
    }
    assert_non_null(replaces);
    for (size_t i = 0; i < th_json_size(replaces); i++) {
        (void)had(side, th_json_text(th_json_at(replaces, i)));
    }
    for (size_t i = 0; i < th_json_size(payments); i++) {
        const struct th_json *item = th_json_at(payments, i);
        assert_string_equal(th_json_get_text(item, "state", ""), "owed");
        hear(side, body, item, true);
    }
    for (size_t i = 0; i < th_json_size(stopped); i++) {
        hear(side, body, th_json_at(stopped, i), false);
    }
}

static void read_all(struct outbox_fixture *f, struct bank_side *side)
{
    for (; side->n_read < post_receiver_n(f->receiver); side->n_read++) {
        const char *text = post_receiver_at(f->receiver, side->n_read)->body;
        struct th_json *body = NULL;
        assert_ok(th_json_parse(text, strlen(text), &body, &f->market.err), &f->market.err);
        read_message(side, body);
        th_json_free(body);
    }
}

static bool stands(struct outbox_fixture *f, const char *number)
{
    struct bank_side *side = calloc(1, sizeof(*side));
    assert_non_null(side);
    char whole[64];
    market_payment_numbers(&f->market, number, whole, sizeof(whole));
    read_all(f, side);
    bool is = order_of(side, whole)->stands;
    free(side);
    return is;
}

// --- Single stories ------------------------------------------------------------------------------

static void approved(struct outbox_fixture *f)
{
    outbox_set_target(f);
    th_json_free(market_distribute(&f->market, NULL, false, TH_OK));
}

static void expect_replaced_by(struct outbox_fixture *f, int64_t message_id, int64_t by)
{
    struct th_json *reply = outbox_message(f, message_id);
    assert_string_equal(th_json_get_text(reply, "state", ""), "withdrawn");
    assert_int_equal(th_json_get_int(reply, "replaced_by", 0), by);
    th_json_free(reply);
}

static void delivered(struct outbox_fixture *f, int64_t n)
{
    f->market.world.now_utc += TH_OUTBOX_BACKOFF_MAX;
    outbox_expect_counts(outbox_deliver(f, TH_OK), n, 0, 0);
}

static void refused(struct outbox_fixture *f)
{
    f->answer_all = 500;
    outbox_expect_counts(outbox_deliver(f, TH_OK), 0, 1, 0);
    f->answer_all = OUTBOX_BY_REQUEST;
}

// The finding: 14,456.55 was ordered though it had been paid over the counter.
static void paid_before__is_never_ordered(void **state)
{
    struct outbox_fixture *f = *state;
    approved(f);
    assert_int_equal(outbox_payment(f, OUTBOX_PAID, OUTBOX_MAJIANONG), TH_OK);
    delivered(f, 1);
    assert_false(stands(f, "P1-1-1-*"));
    assert_true(stands(f, "P1-2-1-*"));
    assert_null(strstr(post_receiver_at(f->receiver, 0)->body, "P1-1-1"));
    delivered(f, 0);
}

static void refused_message__whose_payment_was_paid_is_withdrawn(void **state)
{
    struct outbox_fixture *f = *state;
    char key[128];
    approved(f);
    refused(f);
    (void)snprintf(key, sizeof(key), "%s",
                   post_taken_header(post_receiver_at(f->receiver, 0), "Idempotency-Key"));
    assert_int_equal(outbox_payment(f, OUTBOX_PAID, OUTBOX_MAJIANONG), TH_OK);
    delivered(f, 1);
    expect_replaced_by(f, 1, 2);
    outbox_expect_state(f, 2, "delivered");
    // It may have arrived: the bank is told by name what stands no longer.
    const struct post_taken *second = post_receiver_at(f->receiver, 1);
    assert_string_not_equal(post_taken_header(second, "Idempotency-Key"), key);
    assert_non_null(strstr(second->body, key));
    assert_false(stands(f, "P1-1-1-*"));
    assert_true(stands(f, "P1-2-1-*"));
    delivered(f, 0);
    const struct th_request bank = {.login = "bank"};
    struct th_json *reply = NULL;
    assert_status(th_outbox_retry(f->market.world.registry, &bank, 1, &reply, &f->market.err),
                  TH_CONFLICT, &f->market.err);
    market_refused(&f->market, "outbox_withdrawn");
}

static void returned_and_sent_again__goes_under_the_new_number_alone(void **state)
{
    struct outbox_fixture *f = *state;
    approved(f);
    refused(f);
    assert_int_equal(outbox_payment(f, OUTBOX_RETURNED, OUTBOX_MAJIANONG), TH_OK);
    assert_int_equal(outbox_payment(f, OUTBOX_RESENT, OUTBOX_MAJIANONG), TH_OK);
    delivered(f, 1);
    assert_false(stands(f, "P1-1-1-*"));
    assert_true(stands(f, "P1-1-2-*"));
    assert_int_equal(post_receiver_n(f->receiver), 2);
}

static void delivered_order__paid_by_hand_is_stopped_by_a_correction(void **state)
{
    struct outbox_fixture *f = *state;
    approved(f);
    delivered(f, 1);
    assert_int_equal(outbox_payment(f, OUTBOX_PAID, OUTBOX_MAJIANONG), TH_OK);
    delivered(f, 1);
    struct th_json *reply = outbox_message(f, 2);
    assert_string_equal(th_json_get_text(reply, "kind", ""), "payment_correction");
    th_json_free(reply);
    const struct post_taken *correction = post_receiver_at(f->receiver, 1);
    assert_non_null(strstr(correction->body, "\"reference\":\"COUNTER\""));
    assert_non_null(strstr(post_taken_header(correction, "Tanhui-Signature"), "v1="));
    assert_false(stands(f, "P1-1-1-*"));
    assert_true(stands(f, "P1-2-1-*"));
    delivered(f, 0);
}

static void delivered_order__that_the_bank_reports_needs_no_correction(void **state)
{
    struct outbox_fixture *f = *state;
    approved(f);
    delivered(f, 1);
    outbox_report(f, "P1-1-1-*,14456.55,paid,2022-12-31,FT-9\n"
                     "P1-2-1-*,27501.45,returned,2022-12-31,FT-10\n");
    delivered(f, 0);
    assert_int_equal(outbox_payment(f, OUTBOX_RESENT, OUTBOX_GAOJIATANG), TH_OK);
    delivered(f, 1);
    struct th_json *reply = outbox_message(f, 2);
    assert_string_equal(th_json_get_text(reply, "kind", ""), "payment_again");
    th_json_free(reply);
    assert_true(stands(f, "P1-2-2-*"));
    assert_null(strstr(post_receiver_at(f->receiver, 1)->body, "P1-1-1"));
}

static void account__of_the_day_the_message_is_made(void **state)
{
    struct outbox_fixture *f = *state;
    approved(f);
    refused(f);
    outbox_account(f, OUTBOX_MAJIANONG, "6230910199000000037");
    delivered(f, 1);
    expect_replaced_by(f, 1, 2);
    const char *body = post_receiver_at(f->receiver, 1)->body;
    assert_non_null(strstr(body, "6230910199000000037"));
    assert_null(strstr(body, "6230910199000000011"));
    // What was delivered stays: the bank may be paying it.
    outbox_account(f, OUTBOX_MAJIANONG, "6230910199000000045");
    delivered(f, 0);
}

static void payment__without_an_account_waits_for_one(void **state)
{
    struct outbox_fixture *f = *state;
    struct th_json *reply = NULL;
    approved(f);
    reply = outbox_deliver(f, TH_OK);
    assert_int_equal(th_json_get_int(reply, "without_account", -1), 1);
    outbox_expect_counts(reply, 1, 0, 0);
    assert_null(strstr(post_receiver_at(f->receiver, 0)->body, "P1-1-1"));
    reply = NULL;
    assert_ok(th_outbox_list(f->market.world.registry, NULL, &reply, &f->market.err),
              &f->market.err);
    const struct th_json *list = th_json_get(reply, "not_ordered");
    assert_int_equal(th_json_size(list), 1);
    char number[64];
    market_payment_numbers(&f->market, "P1-1-1-*", number, sizeof(number));
    assert_string_equal(th_json_get_text(th_json_at(list, 0), "number", ""), number);
    assert_string_equal(th_json_get_text(th_json_at(list, 0), "account_note", ""), "missing");
    th_json_free(reply);
    outbox_account(f, OUTBOX_MAJIANONG, "6230910199000000037");
    delivered(f, 1);
    assert_true(stands(f, "P1-1-1-*") && stands(f, "P1-2-1-*"));
}

static void show__stars_the_accounts_unless_the_reader_may_see_them(void **state)
{
    struct outbox_fixture *f = *state;
    static const struct {
        const char *login;
        bool whole;
    } READERS[] = {{"officer", true},   {"admin", true}, {"bank", true}, {"clerk", false},
                   {"verifier", false}, {"", false},     {NULL, false}};
    approved(f);
    delivered(f, 1);
    for (size_t i = 0; i < sizeof(READERS) / sizeof(READERS[0]); i++) {
        const struct th_request request = {.login = READERS[i].login};
        struct th_json *reply = NULL;
        assert_ok(th_outbox_show(f->market.world.registry, &request, 1, &reply, &f->market.err),
                  &f->market.err);
        const char *body = th_json_get_text(reply, "body", "");
        assert_int_equal(strstr(body, "6230910199000000011") != NULL, READERS[i].whole);
        assert_int_equal(strstr(body, "6230****0011") != NULL, !READERS[i].whole);
        th_json_free(reply);
    }
}

// How many rows of the list for the counter say that the bank's system pays.
static size_t n_told_to_system(struct outbox_fixture *f, const char *name)
{
    char path[TH_TEST_PATH_SIZE];
    struct th_messages *messages = NULL;
    struct th_json *reply = NULL;
    const struct th_request bank = {.login = "bank"};
    char *text = NULL;
    size_t size = 0;
    size_t n = 0;
    assert_ok(th_messages_new(&messages, &f->market.err), &f->market.err);
    const struct th_payment_file file = {.run_id = 1,
                                         .path = th_test_path(path, f->market.world.folder, name),
                                         .messages = messages,
                                         .lang = TH_LANG_ZH};
    assert_ok(th_payment_list_file(f->market.world.registry, &bank, &file, &reply, &f->market.err),
              &f->market.err);
    th_json_free(reply);
    assert_ok(th_file_read(path, 10000, &text, &size, &f->market.err), &f->market.err);
    for (const char *at = text; (at = strstr(at, "已发给银行系统付款")); at++) {
        n++;
    }
    free(text);
    th_messages_free(messages);
    return n;
}

static void counter_list__names_what_the_banks_system_pays(void **state)
{
    struct outbox_fixture *f = *state;
    approved(f);
    assert_int_equal(n_told_to_system(f, "before.csv"), 0);
    refused(f); // and yet it may have arrived
    assert_int_equal(n_told_to_system(f, "refused.csv"), 2);
    assert_int_equal(outbox_payment(f, OUTBOX_RETURNED, OUTBOX_MAJIANONG), TH_OK);
    assert_int_equal(outbox_payment(f, OUTBOX_RESENT, OUTBOX_MAJIANONG), TH_OK);
    assert_int_equal(n_told_to_system(f, "again.csv"), 1);
}

// --- Sent again by the admin ---------------------------------------------------------------------

static void send_again(struct outbox_fixture *f, const char *login, int64_t message_id,
                       enum th_status want)
{
    const struct th_request request = {.login = login};
    struct th_json *reply = NULL;
    assert_status(th_outbox_resend(f->market.world.registry, &request, message_id, "对方丢了数据",
                                   &reply, &f->market.err),
                  want, &f->market.err);
    th_json_free(reply);
}

static void resend__carries_the_same_key_while_all_is_owed(void **state)
{
    struct outbox_fixture *f = *state;
    char key[128];
    approved(f);
    delivered(f, 1);
    (void)snprintf(key, sizeof(key), "%s",
                   post_taken_header(post_receiver_at(f->receiver, 0), "Idempotency-Key"));
    send_again(f, "bank", 1, TH_NOT_PERMITTED);
    send_again(f, "admin", 9, TH_NOT_FOUND);
    send_again(f, "admin", 1, TH_OK);
    assert_int_equal(th_test_sql_int(f->market.world.store,
                                     "SELECT count(*) FROM journal WHERE kind = 'outbox.resend' "
                                     "AND body LIKE '%对方丢了数据%'"),
                     1);
    send_again(f, "admin", 1, TH_CONFLICT);
    market_refused(&f->market, "outbox_not_delivered");
    delivered(f, 1);
    assert_string_equal(post_taken_header(post_receiver_at(f->receiver, 1), "Idempotency-Key"),
                        key);
}

static void resend__after_a_payment_carries_the_rest_alone(void **state)
{
    struct outbox_fixture *f = *state;
    approved(f);
    delivered(f, 1);
    outbox_report(f, "P1-1-1-*,14456.55,paid,2022-12-31,FT-9\n");
    send_again(f, "admin", 1, TH_OK);
    delivered(f, 1);
    expect_replaced_by(f, 1, 2);
    assert_null(strstr(post_receiver_at(f->receiver, 1)->body, "P1-1-1"));
    assert_non_null(strstr(post_receiver_at(f->receiver, 1)->body, "P1-2-1"));
}

// --- Two at once, and one that is killed ---------------------------------------------------------

static void message_on_its_way__is_left_alone_and_corrected_after(void **state)
{
    struct outbox_fixture *f = *state;
    int how = 0;
    approved(f);
    atomic_store(&f->hold, true);
    pid_t child = outbox_start_deliverer(f, 1);
    while (post_receiver_n(f->receiver) == 0) {
        (void)nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    // It is with the bank, which has not answered.
    assert_int_equal(outbox_payment(f, OUTBOX_RETURNED, OUTBOX_MAJIANONG), TH_OK);
    assert_int_equal(outbox_payment(f, OUTBOX_RESENT, OUTBOX_MAJIANONG), TH_OK);
    outbox_expect_counts(outbox_deliver(f, TH_OK), 0, 0, 0);
    outbox_expect_messages(f, 1);
    atomic_store(&f->hold, false);
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_int_equal(how, 0);
    outbox_expect_state(f, 1, "delivered");
    delivered(f, 1);
    assert_false(stands(f, "P1-1-1-*"));
    assert_true(stands(f, "P1-1-2-*") && stands(f, "P1-2-1-*"));
    assert_int_equal(post_receiver_n(f->receiver), 2);
}

static void let_time_pass(void *context, int64_t seconds)
{
    struct outbox_fixture *f = context;
    f->market.world.now_utc += seconds;
}

static void deliverer__waits_for_the_end_of_anothers_lease(void **state)
{
    struct outbox_fixture *f = *state;
    const struct th_request bank = {.login = "bank"};
    const struct th_outbox_deliver_input input = {.pause = let_time_pass, .context = f};
    struct th_json *reply = NULL;
    int64_t message_id = 0;
    int64_t attempt = 0;
    approved(f);
    refused(f);
    f->market.world.now_utc += TH_OUTBOX_BACKOFF_MAX;
    int64_t begin_utc = f->market.world.now_utc;
    assert_ok(th_outbox_take(f->market.world.store, "somebody", begin_utc, TH_OUTBOX_LEASE_SECONDS,
                             &message_id, &attempt, &f->market.err),
              &f->market.err);
    assert_int_equal(message_id, 1);
    assert_int_equal(outbox_payment(f, OUTBOX_PAID, OUTBOX_MAJIANONG), TH_OK);
    assert_ok(th_outbox_deliver(f->market.world.registry, &bank, &input, &reply, &f->market.err),
              &f->market.err);
    outbox_expect_counts(reply, 1, 0, 0);
    assert_true(f->market.world.now_utc > begin_utc + TH_OUTBOX_LEASE_SECONDS);
    expect_replaced_by(f, 1, 2);
    assert_false(stands(f, "P1-1-1-*"));
}

static void killed_while_sending__is_renewed_when_its_lease_has_ended(void **state)
{
    struct outbox_fixture *f = *state;
    int how = 0;
    approved(f);
    f->kill_at_first = outbox_start_deliverer(f, 1);
    assert_int_equal(waitpid(f->kill_at_first, &how, 0), f->kill_at_first);
    assert_true(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL);
    f->kill_at_first = 0;
    assert_int_equal(outbox_payment(f, OUTBOX_PAID, OUTBOX_MAJIANONG), TH_OK);
    outbox_expect_counts(outbox_deliver(f, TH_OK), 0, 0, 0);
    f->market.world.now_utc += TH_OUTBOX_LEASE_SECONDS + 1;
    outbox_expect_counts(outbox_deliver(f, TH_OK), 1, 0, 0);
    expect_replaced_by(f, 1, 2);
    assert_false(stands(f, "P1-1-1-*"));
    assert_true(stands(f, "P1-2-1-*"));
}

static bool die(void *context, const char *phase, int64_t done, int64_t total)
{
    (void)context;
    (void)phase;
    (void)done;
    (void)total;
    return raise(SIGKILL) != 0;
}

// A process that is gone when it has renewed and goes on to send.
static void renew_and_die(struct outbox_fixture *f)
{
    int how = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const struct th_progress progress = {.report = die};
        const struct th_request bank = {.login = "bank", .progress = &progress};
        const struct th_outbox_deliver_input input = {.once = true};
        struct th_registry *registry = NULL;
        struct th_json *reply = NULL;
        struct th_error err = {0};
        if (th_registry_open(f->market.world.path, TH_STORE_WRITE, &f->market.world.surroundings,
                             &registry, &err) == TH_OK) {
            _exit(th_outbox_deliver(registry, &bank, &input, &reply, &err) == TH_OK ? 2 : 3);
        }
        _exit(1);
    }
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL);
}

static void killed_between_renewal_and_sending__leaves_a_whole_message(void **state)
{
    struct outbox_fixture *f = *state;
    approved(f);
    refused(f);
    assert_int_equal(outbox_payment(f, OUTBOX_PAID, OUTBOX_MAJIANONG), TH_OK);
    renew_and_die(f);
    expect_replaced_by(f, 1, 2);
    outbox_expect_state(f, 2, "waiting");
    assert_int_equal(post_receiver_n(f->receiver), 1);
    delivered(f, 1);
    outbox_expect_state(f, 2, "delivered");
    outbox_expect_messages(f, 2);
    assert_false(stands(f, "P1-1-1-*"));
    assert_true(stands(f, "P1-2-1-*"));
}

static void deliverers__at_once_make_and_send_one_message(void **state)
{
    struct outbox_fixture *f = *state;
    pid_t children[3];
    approved(f);
    for (size_t i = 0; i < 3; i++) {
        children[i] = outbox_start_deliverer(f, i + 1);
    }
    for (size_t i = 0; i < 3; i++) {
        int how = 0;
        assert_int_equal(waitpid(children[i], &how, 0), children[i]);
        assert_int_equal(how, 0);
    }
    outbox_expect_messages(f, 1);
    assert_int_equal(post_receiver_n(f->receiver), 1);
}

// Between the renewal and the lease somebody may confirm a payment.
static void lease__is_not_given_for_an_order_that_stands_no_longer(void **state)
{
    struct outbox_fixture *f = *state;
    int64_t message_id = -1;
    int64_t attempt = 0;
    approved(f);
    refused(f);
    f->market.world.now_utc += TH_OUTBOX_BACKOFF_MAX;
    assert_int_equal(outbox_payment(f, OUTBOX_PAID, OUTBOX_MAJIANONG), TH_OK);
    assert_ok(th_outbox_take(f->market.world.store, "somebody", f->market.world.now_utc,
                             TH_OUTBOX_LEASE_SECONDS, &message_id, &attempt, &f->market.err),
              &f->market.err);
    assert_int_equal(message_id, 0);
}

static void dry_run__tells_and_sends_nothing(void **state)
{
    struct outbox_fixture *f = *state;
    const struct th_request bank = {.login = "bank", .dry_run = true};
    const struct th_outbox_deliver_input input = {.once = false};
    struct th_json *reply = NULL;
    approved(f);
    assert_ok(th_outbox_deliver(f->market.world.registry, &bank, &input, &reply, &f->market.err),
              &f->market.err);
    assert_int_equal(th_json_get_int(reply, "made", 0), 1);
    th_json_free(reply);
    outbox_expect_messages(f, 0);
    assert_int_equal(post_receiver_n(f->receiver), 0);
}

// Past the program, too, nobody orders a payment a second time.
static void layout__has_no_room_for_a_second_order(void **state)
{
    struct outbox_fixture *f = *state;
    approved(f);
    delivered(f, 1);
    struct th_posting *posting = market_begin(&f->market);
    const struct th_outbox_message more = {.kind = "payment_run",
                                           .distribution_id = 1,
                                           .idempotency_key = "more",
                                           .body = "{}",
                                           .created_utc = f->market.world.now_utc,
                                           .seq = th_posting_seq(posting)};
    struct th_outbox_word word = {
        .distribution_id = 1, .party_id = MARKET_MAJIANONG, .attempt = 1, .account_id = 1};
    assert_ok(th_outbox_insert(f->market.world.store, &more, &word.message_id, &f->market.err),
              &f->market.err);
    assert_status(th_outbox_word_post(posting, &word, &f->market.err), TH_CONFLICT, &f->market.err);
    th_posting_free(posting);
    th_store_rollback(f->market.world.store);
}

// --- Anything, in any order ----------------------------------------------------------------------

enum { REPORTED_MAX = 64 };
struct walk {
    struct outbox_fixture *f;
    uint64_t chance;
    struct bank_side *hears_all; // also what it gave no good answer to
    struct bank_side *hears_accepted;
    char reported[REPORTED_MAX][32]; // numbers that the bank knows to be settled
    size_t n_reported;
    int64_t n_accounts;
};

static uint64_t draw(struct walk *walk, uint64_t below)
{
    walk->chance = walk->chance * 6364136223846793005U + 1442695040888963407U;
    return (walk->chance >> 33) % below;
}

static struct th_json *payments(struct walk *walk)
{
    struct th_json *reply = NULL;
    assert_ok(th_payment_list_show(walk->f->market.world.registry, 1, NULL, true, &reply,
                                   &walk->f->market.err),
              &walk->f->market.err);
    return reply;
}

static bool is_reported(const struct walk *walk, const char *number)
{
    for (size_t i = 0; i < walk->n_reported; i++) {
        if (strcmp(walk->reported[i], number) == 0) {
            return true;
        }
    }
    return false;
}

static void report(struct walk *walk, size_t party, const char *status)
{
    static const char *const AMOUNTS[] = {"14456.55", "27501.45"};
    struct th_json *reply = payments(walk);
    const char *number =
        th_json_get_text(th_json_at(th_json_get(reply, "payments"), party), "number", "");
    const char *state =
        th_json_get_text(th_json_at(th_json_get(reply, "payments"), party), "state", "");
    if (strcmp(state, "owed") == 0 && walk->n_reported < REPORTED_MAX) {
        char row[128];
        char day[16];
        time_t shanghai = (time_t)(walk->f->market.world.now_utc + 8 * 3600);
        struct tm tm;
        assert_true(gmtime_r(&shanghai, &tm) && strftime(day, sizeof(day), "%Y-%m-%d", &tm) == 10);
        (void)snprintf(row, sizeof(row), "%s,%s,%s,%s,FT\n", number, AMOUNTS[party], status, day);
        outbox_report(walk->f, row);
        (void)snprintf(walk->reported[walk->n_reported++], sizeof(walk->reported[0]), "%s", number);
    }
    th_json_free(reply);
}

// One side hears every request, the other those alone that it answered well.
static void listen_in(struct walk *walk, bool accepted)
{
    size_t before = walk->hears_all->n_read;
    read_all(walk->f, walk->hears_all);
    walk->hears_accepted->n_read = before;
    if (accepted) {
        read_all(walk->f, walk->hears_accepted);
    }
}

static void deliver_some(struct walk *walk, int answer)
{
    walk->f->answer_all = answer;
    th_json_free(outbox_deliver(walk->f, TH_OK));
    listen_in(walk, answer == 200);
}

static void step(struct walk *walk)
{
    static const char *const PARTIES[] = {OUTBOX_MAJIANONG, OUTBOX_GAOJIATANG};
    struct outbox_fixture *f = walk->f;
    const struct th_request admin = {.login = "admin"};
    struct th_json *reply = NULL;
    char number[32];
    size_t party = draw(walk, 2);
    switch (draw(walk, 10)) {
    case 0:
        (void)outbox_payment(f, OUTBOX_PAID, PARTIES[party]);
        break;
    case 1:
        (void)outbox_payment(f, OUTBOX_RETURNED, PARTIES[party]);
        break;
    case 2:
    case 3:
        (void)outbox_payment(f, OUTBOX_RESENT, PARTIES[party]);
        break;
    case 4:
        report(walk, party, draw(walk, 2) ? "paid" : "returned");
        break;
    case 5:
        (void)snprintf(number, sizeof(number), "62309101990000%05d", (int)++walk->n_accounts);
        outbox_account(f, PARTIES[party], number);
        break;
    case 6:
        deliver_some(walk, 500);
        break;
    case 7:
        deliver_some(walk, 0);
        break;
    case 8:
        if (th_outbox_resend(f->market.world.registry, &admin, (int64_t)draw(walk, 8) + 1, "again",
                             &reply, &f->market.err) == TH_OK) {
            th_json_free(reply);
        }
        break;
    default:
        deliver_some(walk, 200);
        break;
    }
    f->market.world.now_utc += (int64_t)draw(walk, 4000);
}

static void expect_side(struct walk *walk, struct bank_side *side)
{
    struct th_json *reply = payments(walk);
    const struct th_json *list = th_json_get(reply, "payments");
    for (size_t i = 0; i < side->n; i++) {
        bool owed = false;
        for (size_t k = 0; k < th_json_size(list); k++) {
            const struct th_json *item = th_json_at(list, k);
            owed = owed ||
                   (strcmp(th_json_get_text(item, "number", ""), side->orders[i].number) == 0 &&
                    strcmp(th_json_get_text(item, "state", ""), "owed") == 0);
        }
        if (side->orders[i].stands && !owed && !is_reported(walk, side->orders[i].number)) {
            fail_msg("%s stands and is not owed", side->orders[i].number);
        }
    }
    for (size_t k = 0; k < th_json_size(list); k++) {
        const struct th_json *item = th_json_at(list, k);
        if (strcmp(th_json_get_text(item, "state", ""), "owed") == 0) {
            assert_true(order_of(side, th_json_get_text(item, "number", ""))->stands);
        }
    }
    th_json_free(reply);
}

// All that waits has arrived: whatever the bank heard of what went wrong, it knows what is owed.
static void settle(struct walk *walk)
{
    const struct th_request bank = {.login = "bank"};
    struct outbox_fixture *f = walk->f;
    int64_t n =
        th_test_sql_int(f->market.world.store, "SELECT max(message_id) FROM outbox_message");
    for (int64_t id = 1; id <= n; id++) {
        struct th_json *reply = NULL;
        if (th_outbox_retry(f->market.world.registry, &bank, id, &reply, &f->market.err) == TH_OK) {
            th_json_free(reply);
        }
    }
    f->market.world.now_utc += TH_OUTBOX_BACKOFF_MAX;
    deliver_some(walk, 200);
    expect_side(walk, walk->hears_all);
    expect_side(walk, walk->hears_accepted);
}

static void walk__ends_with_the_orders_that_stand(void **state)
{
    struct outbox_fixture *f = *state;
    struct walk walk = {.f = f,
                        .chance = 20221231,
                        .hears_all = calloc(1, sizeof(struct bank_side)),
                        .hears_accepted = calloc(1, sizeof(struct bank_side))};
    size_t n = th_test_rounds(120);
    assert_true(walk.hears_all && walk.hears_accepted);
    approved(f);
    for (size_t i = 0; i < n && post_receiver_n(f->receiver) < 200; i++) {
        step(&walk);
        if (i % 10 == 9) {
            settle(&walk);
        }
    }
    settle(&walk);
    assert_true(post_receiver_n(f->receiver) > 5);
    free(walk.hears_all);
    free(walk.hears_accepted);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, outbox_setup, outbox_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(paid_before__is_never_ordered),
        TEST(refused_message__whose_payment_was_paid_is_withdrawn),
        TEST(returned_and_sent_again__goes_under_the_new_number_alone),
        TEST(delivered_order__paid_by_hand_is_stopped_by_a_correction),
        TEST(delivered_order__that_the_bank_reports_needs_no_correction),
        TEST(account__of_the_day_the_message_is_made),
        cmocka_unit_test_setup_teardown(payment__without_an_account_waits_for_one,
                                        outbox_setup_lacking, outbox_teardown),
        TEST(show__stars_the_accounts_unless_the_reader_may_see_them),
        TEST(counter_list__names_what_the_banks_system_pays),
        TEST(resend__carries_the_same_key_while_all_is_owed),
        TEST(resend__after_a_payment_carries_the_rest_alone),
        TEST(message_on_its_way__is_left_alone_and_corrected_after),
        TEST(deliverer__waits_for_the_end_of_anothers_lease),
        TEST(killed_while_sending__is_renewed_when_its_lease_has_ended),
        TEST(killed_between_renewal_and_sending__leaves_a_whole_message),
        TEST(deliverers__at_once_make_and_send_one_message),
        TEST(lease__is_not_given_for_an_order_that_stands_no_longer),
        TEST(dry_run__tells_and_sends_nothing),
        TEST(layout__has_no_room_for_a_second_order),
        TEST(walk__ends_with_the_orders_that_stand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
