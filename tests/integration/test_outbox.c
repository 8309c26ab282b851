// Messages to the bank's system, carried to a server on this machine: once if all goes well, again
// when it does not, never by two at a time.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/file.h"
#include "core/text.h"
#include "registry/audit.h"
#include "store/revenue/outbox_store.h"
#include "tests/integration/outbox_fixture.h"

static int64_t get(const struct th_json *object, const char *key)
{
    return th_json_get_int(object, key, -1);
}

// HMAC-SHA256 by its definition (RFC 2104) over SHA-256, and not by the function under test.
static void mac(const unsigned char *secret, const char *text, char hex[TH_HASH_HEX_SIZE])
{
    unsigned char pads[2][64];
    struct th_hasher *inner = th_hasher_new(TH_HASH_SHA256);
    struct th_hasher *outer = th_hasher_new(TH_HASH_SHA256);
    for (size_t i = 0; i < 64; i++) {
        unsigned char byte = i < 32 ? secret[i] : 0;
        pads[0][i] = byte ^ 0x36;
        pads[1][i] = byte ^ 0x5c;
    }
    th_hasher_update(inner, pads[0], 64);
    th_hasher_update(inner, text, strlen(text));
    struct th_hash hash = th_hasher_final(inner);
    th_hasher_update(outer, pads[1], 64);
    th_hasher_update(outer, hash.bytes, 32);
    hash = th_hasher_final(outer);
    (void)th_hash_hex(&hash, hex);
    th_hasher_free(inner);
    th_hasher_free(outer);
}

static void read_secret(struct outbox_fixture *f, unsigned char secret[32])
{
    char path[TH_TEST_PATH_SIZE + 16];
    char *text = NULL;
    size_t size = 0;
    struct th_hash bytes;
    (void)snprintf(path, sizeof(path), "%s.outbox-key", f->market.world.path);
    assert_ok(th_file_read(path, 1000, &text, &size, &f->market.err), &f->market.err);
    assert_true(th_text_starts_with(text, "tanhui-outbox-key-1 "));
    text[size - 1] = '\0';
    assert_ok(th_hash_parse(text + 20, &bytes, &f->market.err), &f->market.err);
    memcpy(secret, bytes.bytes, 32);
    free(text);
}

static void approved_run__is_signed_and_delivered_once(void **state)
{
    struct outbox_fixture *f = *state;
    unsigned char secret[32];
    char signed_text[4096];
    char hex[TH_HASH_HEX_SIZE];
    char want[128];
    assert_null(outbox_deliver(f, TH_NOT_FOUND));
    market_refused(&f->market, "outbox_no_target");
    outbox_set_target(f);
    outbox_expect_counts(outbox_deliver(f, TH_OK), 0, 0, 0);
    th_json_free(market_distribute(&f->market, NULL, false, TH_OK));
    outbox_expect_counts(outbox_deliver(f, TH_OK), 1, 0, 0);
    outbox_expect_counts(outbox_deliver(f, TH_OK), 0, 0, 0);
    outbox_expect_state(f, 1, "delivered");
    assert_int_equal(post_receiver_n(f->receiver), 1);
    const struct post_taken *taken = post_receiver_at(f->receiver, 0);
    struct th_json *body = NULL;
    assert_ok(th_json_parse(taken->body, strlen(taken->body), &body, &f->market.err),
              &f->market.err);
    assert_int_equal(get(body, "amount_fen"), 4195800);
    assert_int_equal(th_json_size(th_json_get(body, "payments")), 2);
    market_payment_numbers(&f->market, "P1-1-1-*", want, sizeof(want));
    assert_string_equal(
        th_json_get_text(th_json_at(th_json_get(body, "payments"), 0), "number", ""), want);
    assert_string_equal(post_taken_header(taken, "Idempotency-Key"),
                        th_json_get_text(body, "id", "none"));
    th_json_free(body);
    // What is signed, put together as the header of the module says.
    read_secret(f, secret);
    (void)snprintf(want, sizeof(want), "%s", post_taken_header(taken, "Tanhui-Timestamp"));
    int n = snprintf(signed_text, sizeof(signed_text), "tanhui-outbox-1\n%s\n%s\n%s", want,
                     post_taken_header(taken, "Idempotency-Key"), taken->body);
    assert_true(n > 0 && (size_t)n < sizeof(signed_text));
    mac(secret, signed_text, hex);
    (void)snprintf(want, sizeof(want), "v1=%s", hex);
    assert_string_equal(post_taken_header(taken, "Tanhui-Signature"), want);
}

// Who writes past the program what is owed finds no signature for it.
static void delivery__refuses_what_the_journal_does_not_know(void **state)
{
    struct outbox_fixture *f = *state;
    outbox_set_target(f);
    th_json_free(market_distribute(&f->market, NULL, false, TH_OK));
    f->answers[0] = 500;
    outbox_expect_counts(outbox_deliver(f, TH_OK), 0, 1, 0);
    f->market.world.now_utc += TH_OUTBOX_BACKOFF_SECONDS;
    market_sql(&f->market, "DROP TRIGGER outbox_message_no_update;"
                           "UPDATE outbox_message SET body = replace(body, '4195800', '9195800')");
    outbox_expect_counts(outbox_deliver(f, TH_OK), 0, 0, 1);
    outbox_expect_state(f, 1, "dead");
    assert_int_equal(post_receiver_n(f->receiver), 1);
}

static bool holds(struct outbox_fixture *f)
{
    struct th_messages *messages = NULL;
    struct th_json *reply = NULL;
    struct th_error *err = &f->market.err;
    assert_ok(th_messages_new(&messages, err), err);
    assert_ok(
        th_registry_check(f->market.world.registry, NULL, false, messages, TH_LANG_EN, &reply, err),
        err);
    bool ok = th_json_get_bool(reply, "ok", true);
    th_json_free(reply);
    th_messages_free(messages);
    return ok;
}

// How far messages have come is in no entry: what was lost of it is made again, so that a message
// may be carried twice, under its own key, but is not forgotten.
static void messages__of_which_nothing_tells_how_far_they_came_wait_again(void **state)
{
    struct outbox_fixture *f = *state;
    const struct th_request admin = {.login = "admin"};
    struct th_json *reply = NULL;
    char key[128];
    outbox_set_target(f);
    th_json_free(market_distribute(&f->market, NULL, false, TH_OK));
    outbox_expect_counts(outbox_deliver(f, TH_OK), 1, 0, 0);
    (void)snprintf(key, sizeof(key), "%s",
                   post_taken_header(post_receiver_at(f->receiver, 0), "Idempotency-Key"));
    assert_true(holds(f));
    market_sql(&f->market, "DELETE FROM outbox_delivery");
    assert_false(holds(f));
    assert_ok(th_registry_rebuild(f->market.world.registry, &admin, NULL, &reply, &f->market.err),
              &f->market.err);
    assert_int_equal(get(reply, "n_mended"), 1);
    th_json_free(reply);
    assert_true(holds(f));
    outbox_expect_counts(outbox_deliver(f, TH_OK), 1, 0, 0);
    assert_int_equal(post_receiver_n(f->receiver), 2);
    assert_string_equal(post_taken_header(post_receiver_at(f->receiver, 1), "Idempotency-Key"),
                        key);
}

static void delivery__is_for_logins_of_a_bank_and_admins(void **state)
{
    struct outbox_fixture *f = *state;
    const struct th_request clerk = {.login = "clerk"};
    const struct th_request works = {.login = "works"};
    const struct th_outbox_deliver_input input = {.once = true};
    struct th_error *err = &f->market.err;
    struct th_json *reply = NULL;
    outbox_set_target(f);
    assert_status(th_outbox_deliver(f->market.world.registry, &clerk, &input, &reply, err),
                  TH_NOT_PERMITTED, err);
    assert_string_equal(err->key, "role_not_allowed");
    assert_string_equal(th_error_arg_get(err, "allowed"), "@value.role.bank, @value.role.admin");
    assert_string_equal(th_error_arg_get(err, "role"), "@value.role.clerk");
    // An enterprise deals for itself alone.
    market_login(&f->market, "works", "造纸厂");
    assert_status(th_outbox_deliver(f->market.world.registry, &works, &input, &reply, err),
                  TH_NOT_PERMITTED, err);
    assert_string_equal(err->key, "outbox_no_bank");
    assert_status(th_outbox_retry(f->market.world.registry, &works, 1, &reply, err),
                  TH_NOT_PERMITTED, err);
    assert_string_equal(err->key, "outbox_no_bank");
}

static void run__that_is_tried_or_rejected_orders_nothing(void **state)
{
    struct outbox_fixture *f = *state;
    const struct th_request bank = {.login = "bank"};
    const struct th_request officer = {.login = "officer", .dry_run = true};
    const struct th_distribute_input all = {.through = "2022-12-31"};
    struct th_json *reply = NULL;
    outbox_set_target(f);
    assert_ok(th_revenue_distribute(f->market.world.registry, &bank, &all, &reply, &f->market.err),
              &f->market.err);
    th_json_free(reply);
    reply = NULL;
    assert_ok(th_run_approve(f->market.world.registry, &officer, 1, NULL, &reply, &f->market.err),
              &f->market.err);
    th_json_free(reply);
    outbox_expect_counts(outbox_deliver(f, TH_OK), 0, 0, 0);
    th_json_free(market_decide_run(&f->market, 1, false, TH_OK));
    outbox_expect_counts(outbox_deliver(f, TH_OK), 0, 0, 0);
    assert_int_equal(th_test_sql_int(f->market.world.store, "SELECT count(*) FROM outbox_message"),
                     0);
}

static void failure__is_tried_again_later_and_later_until_it_is_given_up(void **state)
{
    struct outbox_fixture *f = *state;
    const struct th_request bank = {.login = "bank"};
    struct th_json *reply = NULL;
    char first_key[128];
    int64_t last_pause_s = 0;
    outbox_set_target(f);
    th_json_free(market_distribute(&f->market, NULL, false, TH_OK));
    for (int64_t attempt = 1; attempt <= TH_OUTBOX_ATTEMPTS_MAX; attempt++) {
        bool last = attempt == TH_OUTBOX_ATTEMPTS_MAX;
        f->answers[attempt - 1] = 500;
        outbox_expect_counts(outbox_deliver(f, TH_OK), 0, !last, last);
        outbox_expect_counts(outbox_deliver(f, TH_OK), 0, 0, 0); // it is not due
        int64_t pause_s =
            th_test_sql_int(f->market.world.store, "SELECT next_utc FROM outbox_delivery") -
            f->market.world.now_utc;
        int64_t whole_s = TH_OUTBOX_BACKOFF_SECONDS << (attempt - 1);
        whole_s = whole_s > TH_OUTBOX_BACKOFF_MAX ? TH_OUTBOX_BACKOFF_MAX : whole_s;
        assert_true(pause_s >= whole_s / 2 && pause_s <= whole_s);
        assert_true(pause_s >= last_pause_s / 2);
        last_pause_s = pause_s;
        f->market.world.now_utc += pause_s;
    }
    outbox_expect_state(f, 1, "dead");
    assert_int_equal(post_receiver_n(f->receiver), TH_OUTBOX_ATTEMPTS_MAX);
    (void)snprintf(first_key, sizeof(first_key), "%s",
                   post_taken_header(post_receiver_at(f->receiver, 0), "Idempotency-Key"));
    f->market.world.now_utc += 10 * TH_OUTBOX_BACKOFF_MAX;
    outbox_expect_counts(outbox_deliver(f, TH_OK), 0, 0, 0); // the dead stay dead …
    assert_ok(th_outbox_retry(f->market.world.registry, &bank, 1, &reply, &f->market.err),
              &f->market.err); // … until somebody wakes them
    assert_string_equal(th_json_get_text(reply, "problem", ""), "post_status");
    assert_int_equal(get(reply, "http_status"), 500);
    th_json_free(reply);
    f->answers[TH_OUTBOX_ATTEMPTS_MAX] = 200;
    outbox_expect_counts(outbox_deliver(f, TH_OK), 1, 0, 0);
    assert_string_equal(
        post_taken_header(post_receiver_at(f->receiver, TH_OUTBOX_ATTEMPTS_MAX), "Idempotency-Key"),
        first_key);
    reply = NULL;
    assert_status(th_outbox_retry(f->market.world.registry, &bank, 1, &reply, &f->market.err),
                  TH_CONFLICT, &f->market.err);
    market_refused(&f->market, "outbox_delivered");
    assert_status(th_outbox_retry(f->market.world.registry, &bank, 9, &reply, &f->market.err),
                  TH_NOT_FOUND, &f->market.err);
    market_refused(&f->market, "outbox_not_found");
    assert_null(reply);
}

static void crash__between_sending_and_marking_sends_again_with_the_same_key(void **state)
{
    struct outbox_fixture *f = *state;
    char first_key[128];
    char *first_body = NULL;
    int how = 0;
    outbox_set_target(f);
    th_json_free(market_distribute(&f->market, NULL, false, TH_OK));
    f->kill_at_first = outbox_start_deliverer(f, 1);
    assert_int_equal(waitpid(f->kill_at_first, &how, 0), f->kill_at_first);
    assert_true(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL);
    f->kill_at_first = 0;
    outbox_expect_state(f, 1, "waiting");
    assert_int_equal(post_receiver_n(f->receiver), 1);
    (void)snprintf(first_key, sizeof(first_key), "%s",
                   post_taken_header(post_receiver_at(f->receiver, 0), "Idempotency-Key"));
    first_body = post_receiver_at(f->receiver, 0)->body;
    // Whoever was killed may still be sending, as far as anybody knows.
    outbox_expect_counts(outbox_deliver(f, TH_OK), 0, 0, 0);
    f->market.world.now_utc += TH_OUTBOX_LEASE_SECONDS + 1;
    outbox_expect_counts(outbox_deliver(f, TH_OK), 1, 0, 0);
    assert_int_equal(post_receiver_n(f->receiver), 2);
    const struct post_taken *again = post_receiver_at(f->receiver, 1);
    assert_string_equal(post_taken_header(again, "Idempotency-Key"), first_key);
    assert_string_equal(again->body, first_body);
}

static void deliverers__at_once_never_send_the_same_message(void **state)
{
    struct outbox_fixture *f = *state;
    enum { N_MESSAGES = 20, N_DELIVERERS = 3 };
    pid_t children[N_DELIVERERS];
    outbox_set_target(f);
    th_json_free(market_distribute(&f->market, NULL, false, TH_OK));
    struct th_posting *posting = market_begin(&f->market);
    for (int i = 1; i < N_MESSAGES; i++) {
        char key[64];
        int64_t message_id = 0;
        (void)snprintf(key, sizeof(key), "more-%d", i);
        const struct th_outbox_message more = {.kind = "payment_again",
                                               .distribution_id = 1,
                                               .idempotency_key = key,
                                               .body = "{}",
                                               .created_utc = f->market.world.now_utc,
                                               .seq = th_posting_seq(posting)};
        assert_ok(th_outbox_insert(f->market.world.store, &more, &message_id, &f->market.err),
                  &f->market.err);
    }
    assert_int_equal(market_commit(&f->market, posting), TH_OK);
    for (size_t i = 0; i < N_DELIVERERS; i++) {
        children[i] = outbox_start_deliverer(f, i + 1);
    }
    for (size_t i = 0; i < N_DELIVERERS; i++) {
        int how = 0;
        assert_int_equal(waitpid(children[i], &how, 0), children[i]);
        assert_int_equal(how, 0);
    }
    assert_int_equal(post_receiver_n(f->receiver), N_MESSAGES);
    for (size_t i = 0; i < N_MESSAGES; i++) {
        char key[128];
        (void)snprintf(key, sizeof(key), "%s",
                       post_taken_header(post_receiver_at(f->receiver, i), "Idempotency-Key"));
        for (size_t k = 0; k < i; k++) {
            assert_string_not_equal(
                post_taken_header(post_receiver_at(f->receiver, k), "Idempotency-Key"), key);
        }
    }
    assert_int_equal(th_test_sql_int(f->market.world.store,
                                     "SELECT count(*) FROM outbox_delivery "
                                     "WHERE state = 'delivered' AND attempts = 1"),
                     N_MESSAGES);
}

static void login__must_be_of_the_bank_or_the_admin(void **state)
{
    struct outbox_fixture *f = *state;
    static const char *const LOGINS[] = {"clerk", "officer", "nobody", "", NULL};
    const struct th_outbox_deliver_input input = {.once = true};
    struct th_json *reply = NULL;
    for (size_t i = 0; i < sizeof(LOGINS) / sizeof(LOGINS[0]); i++) {
        const struct th_request request = {.login = LOGINS[i]};
        assert_status(
            th_outbox_deliver(f->market.world.registry, &request, &input, &reply, &f->market.err),
            TH_NOT_PERMITTED, &f->market.err);
        assert_status(th_outbox_set(f->market.world.registry, &request, "https://bank.example/",
                                    &reply, &f->market.err),
                      TH_NOT_PERMITTED, &f->market.err);
    }
    const struct th_request admin = {.login = "admin"};
    assert_status(th_outbox_set(f->market.world.registry, &admin, "http://bank.example/", &reply,
                                &f->market.err),
                  TH_INVALID, &f->market.err);
    market_refused(&f->market, "url_scheme_local");
    assert_null(reply);
}

static void secret__that_is_missing_or_spoilt_sends_nothing(void **state)
{
    struct outbox_fixture *f = *state;
    char path[TH_TEST_PATH_SIZE + 16];
    outbox_set_target(f);
    th_json_free(market_distribute(&f->market, NULL, false, TH_OK));
    (void)snprintf(path, sizeof(path), "%s.outbox-key", f->market.world.path);
    assert_ok(th_file_write(path, "tanhui-outbox-key-1 00\n", 23, &f->market.err), &f->market.err);
    assert_null(outbox_deliver(f, TH_UNREADABLE));
    market_refused(&f->market, "outbox_key_unreadable");
    assert_int_equal(unlink(path), 0);
    assert_null(outbox_deliver(f, TH_NOT_FOUND));
    market_refused(&f->market, "outbox_key_missing");
    assert_int_equal(post_receiver_n(f->receiver), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, outbox_setup, outbox_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(approved_run__is_signed_and_delivered_once),
        TEST(delivery__refuses_what_the_journal_does_not_know),
        TEST(messages__of_which_nothing_tells_how_far_they_came_wait_again),
        TEST(delivery__is_for_logins_of_a_bank_and_admins),
        TEST(run__that_is_tried_or_rejected_orders_nothing),
        TEST(failure__is_tried_again_later_and_later_until_it_is_given_up),
        TEST(crash__between_sending_and_marking_sends_again_with_the_same_key),
        TEST(deliverers__at_once_never_send_the_same_message),
        TEST(login__must_be_of_the_bank_or_the_admin),
        TEST(secret__that_is_missing_or_spoilt_sends_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
