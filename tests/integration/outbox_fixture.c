#include "tests/integration/outbox_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/file.h"
#include "trading/payment/outbox.h"
#include "trading/payment/payment.h"

static int answer(void *context, size_t i)
{
    struct outbox_fixture *f = context;
    if (i == 0 && f->kill_at_first != 0) {
        (void)kill(f->kill_at_first, SIGKILL);
        return 200;
    }
    while (atomic_load(&f->hold)) {
        (void)nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    if (f->answer_all != OUTBOX_BY_REQUEST) {
        return f->answer_all;
    }
    return f->answers[i % 64] != 0 ? f->answers[i % 64] : 200;
}

int outbox_setup_lacking(void **state)
{
    struct outbox_fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    market_make(&f->market);
    market_anji(&f->market);
    market_bought(&f->market, "1 2", "43.44");
    int64_t sale = market_sold(&f->market, "制药厂", "2000", "73.41");
    th_json_free(market_receipt(&f->market, sale, "146820.00", TH_OK));
    th_json_free(market_term(&f->market, "net_of_cost", "70", "village=1", TH_OK));
    outbox_account(f, OUTBOX_GAOJIATANG, "6230910199000000029");
    f->answer_all = OUTBOX_BY_REQUEST;
    f->receiver = post_receiver_new(answer, f);
    *state = f;
    return 0;
}

int outbox_setup(void **state)
{
    (void)outbox_setup_lacking(state);
    outbox_account(*state, OUTBOX_MAJIANONG, "6230910199000000011");
    return 0;
}

int outbox_teardown(void **state)
{
    struct outbox_fixture *f = *state;
    post_receiver_free(f->receiver);
    market_assert_sound(f->market.world.store);
    if (!f->market.past_journal) {
        market_assert_rebuilt(f->market.world.store);
    }
    market_remove(&f->market);
    free(f);
    return 0;
}

static int64_t get(const struct th_json *object, const char *key)
{
    return th_json_get_int(object, key, -1);
}

void outbox_set_target(struct outbox_fixture *f)
{
    const struct th_request admin = {.login = "admin"};
    struct th_json *reply = NULL;
    assert_ok(th_outbox_set(f->market.world.registry, &admin, post_receiver_url(f->receiver),
                            &reply, &f->market.err),
              &f->market.err);
    assert_true(th_json_get_bool(reply, "key_made", false));
    th_json_free(reply);
}

struct th_json *outbox_deliver(struct outbox_fixture *f, enum th_status want)
{
    const struct th_request bank = {.login = "bank"};
    const struct th_outbox_deliver_input input = {.once = true};
    struct th_json *reply = NULL;
    assert_status(
        th_outbox_deliver(f->market.world.registry, &bank, &input, &reply, &f->market.err), want,
        &f->market.err);
    return reply;
}

void outbox_expect_counts(struct th_json *reply, int64_t delivered, int64_t failed, int64_t dead)
{
    assert_int_equal(get(reply, "delivered"), delivered);
    assert_int_equal(get(reply, "failed"), failed);
    assert_int_equal(get(reply, "dead"), dead);
    th_json_free(reply);
}

struct th_json *outbox_message(struct outbox_fixture *f, int64_t message_id)
{
    const struct th_request officer = {.login = "officer"};
    struct th_json *reply = NULL;
    assert_ok(
        th_outbox_show(f->market.world.registry, &officer, message_id, &reply, &f->market.err),
        &f->market.err);
    return reply;
}

void outbox_expect_messages(struct outbox_fixture *f, int64_t n)
{
    assert_int_equal(th_test_sql_int(f->market.world.store, "SELECT count(*) FROM outbox_message"),
                     n);
}

void outbox_expect_state(struct outbox_fixture *f, int64_t message_id, const char *state)
{
    struct th_json *reply = outbox_message(f, message_id);
    assert_string_equal(th_json_get_text(reply, "state", ""), state);
    th_json_free(reply);
}

void outbox_account(struct outbox_fixture *f, const char *party, const char *number)
{
    const struct th_request bank = {.login = "bank"};
    const struct th_request officer = {.login = "officer"};
    const struct th_party_account_input input = {
        .party = party, .bank = "安吉农商银行", .number = number};
    struct th_json *reply = NULL;
    assert_ok(th_party_account_add(f->market.world.registry, &bank, &input, &reply, &f->market.err),
              &f->market.err);
    const struct th_party_account_word word = {.account_id = get(reply, "account_id"),
                                               .number = number};
    th_json_free(reply);
    reply = NULL;
    assert_ok(
        th_party_account_confirm(f->market.world.registry, &officer, &word, &reply, &f->market.err),
        &f->market.err);
    th_json_free(reply);
}

enum th_status outbox_payment(struct outbox_fixture *f, enum outbox_event event, const char *party)
{
    static enum th_status (*const CALLS[])(
        struct th_registry * registry, const struct th_request *request,
        const struct th_payment_input *input, struct th_json **ret_reply,
        struct th_error *err) = {[OUTBOX_PAID] = th_payment_confirm,
                                 [OUTBOX_RETURNED] = th_payment_return,
                                 [OUTBOX_RESENT] = th_payment_resend};
    const struct th_request bank = {.login = "bank"};
    const struct th_payment_input input = {.run_id = 1, .party = party, .reference = "COUNTER"};
    struct th_json *reply = NULL;
    enum th_status status =
        CALLS[event](f->market.world.registry, &bank, &input, &reply, &f->market.err);
    th_json_free(reply);
    return status;
}

void outbox_report(struct outbox_fixture *f, const char *rows)
{
    const struct th_request bank = {.login = "bank"};
    char path[TH_TEST_PATH_SIZE];
    char text[512];
    char numbered[400];
    struct th_json *reply = NULL;
    th_test_path(path, f->market.world.folder, "back.csv");
    market_payment_numbers(&f->market, rows, numbered, sizeof(numbered));
    int n = snprintf(text, sizeof(text), "number,amount,status,date,reference\n%s", numbered);
    assert_ok(th_file_write(path, text, (size_t)n, &f->market.err), &f->market.err);
    const struct th_payment_import_input input = {.source = path};
    assert_ok(th_payment_import(f->market.world.registry, &bank, &input, &reply, &f->market.err),
              &f->market.err);
    th_json_free(reply);
}

// In a process of its own, over a registry that it opens for itself.
pid_t outbox_start_deliverer(struct outbox_fixture *f, uint64_t chance)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child != 0) {
        return child;
    }
    const struct th_request bank = {.login = "bank"};
    const struct th_outbox_deliver_input input = {.once = true};
    struct th_registry *registry = NULL;
    struct th_json *reply = NULL;
    struct th_error err = {0};
    f->market.world.chance += chance;
    // The other side waits for the child's number before it kills.
    (void)nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
    enum th_status status = th_registry_open(f->market.world.path, TH_STORE_WRITE,
                                             &f->market.world.surroundings, &registry, &err);
    if (status == TH_OK) {
        status = th_outbox_deliver(registry, &bank, &input, &reply, &err);
    }
    _exit(status == TH_OK ? 0 : 1);
}
