// Sending a body to a server on this machine.
#include "net/post.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/post_receiver.h"

static int by_number(void *context, size_t i)
{
    const int *answers = context;
    return answers[i];
}

static enum th_status send_to(const char *url, int64_t *ret_http_status, struct th_error *err)
{
    static const char *const HEADERS[] = {"Content-Type: application/json", "X-One: 1"};
    const struct th_http_post post = {.url = url,
                                      .headers = HEADERS,
                                      .n_headers = 2,
                                      .body = "{\"a\":1}",
                                      .size = 7,
                                      .seconds_max = 1};
    return th_http_post(&post, ret_http_status, err);
}

static void post__body_and_headers_arrive_as_they_are(void **state)
{
    struct post_receiver *receiver = post_receiver_new(NULL, NULL);
    struct th_error err = {0};
    int64_t http_status = 0;
    (void)state;
    assert_ok(send_to(post_receiver_url(receiver), &http_status, &err), &err);
    assert_int_equal(http_status, 200);
    const struct post_taken *taken = post_receiver_at(receiver, 0);
    assert_string_equal(taken->body, "{\"a\":1}");
    assert_string_equal(post_taken_header(taken, "X-One"), "1");
    assert_string_equal(post_taken_header(taken, "Content-Type"), "application/json");
    assert_string_equal(post_taken_header(taken, "Expect"), "");
    post_receiver_free(receiver);
}

static void post__any_2xx_is_an_answer_and_nothing_else(void **state)
{
    static int answers[] = {201, 202, 204, 301, 302, 400, 404, 409, 500, 503};
    struct post_receiver *receiver = post_receiver_new(by_number, answers);
    (void)state;
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        struct th_error err = {0};
        int64_t http_status = 0;
        enum th_status status = send_to(post_receiver_url(receiver), &http_status, &err);
        assert_int_equal(http_status, answers[i]);
        assert_int_equal(status, answers[i] < 300 ? TH_OK : TH_UNREADABLE);
        if (status != TH_OK) {
            assert_string_equal(err.key, "post_status");
        }
    }
    assert_int_equal(post_receiver_n(receiver), 10); // no redirect was followed
    post_receiver_free(receiver);
}

static void post__silence_and_hanging_up_are_told(void **state)
{
    static int answers[] = {-3, 0};
    struct post_receiver *receiver = post_receiver_new(by_number, answers);
    struct th_error err = {0};
    int64_t http_status = 7;
    (void)state;
    assert_status(send_to(post_receiver_url(receiver), &http_status, &err), TH_UNREADABLE, &err);
    assert_string_equal(err.key, "post_timeout");
    assert_int_equal(http_status, 0);
    post_receiver_free(receiver);
    receiver = post_receiver_new(by_number, answers + 1);
    assert_status(send_to(post_receiver_url(receiver), &http_status, &err), TH_UNREADABLE, &err);
    assert_string_equal(err.key, "post_failed");
    post_receiver_free(receiver);
}

static void post__only_safe_addresses_are_taken(void **state)
{
    static const struct {
        const char *url, *key;
    } CASES[] = {
        {"http://example.com/", "url_scheme_local"},
        {"ftp://127.0.0.1:1/", "url_scheme_local"},
        {"http://127.0.0.1.evil/", "url_scheme_local"},
        {"file:///etc/hostname", "url_scheme_local"},
        {"http://localhost:1/", "url_scheme_local"},
        {"http://[::2]:1/", "url_scheme_local"},
        {"bank.example/tanhui", "url_scheme_local"},
        {"https://bank.example/a b", "url_scheme_local"},
        {"", "url_scheme_local"},
        // The host is what stands after the last @, whatever it looks like before.
        {"http://127.0.0.1:1@evil.example:80/", "url_userinfo"},
        {"http://127.0.0.1:1@127.0.0.2:8791/", "url_userinfo"},
        {"https://bank.example@evil.example/", "url_userinfo"},
        {"https://user:secret@bank.example/", "url_userinfo"},
        {"https://@bank.example/", "url_userinfo"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_error err = {0};
        int64_t http_status = 0;
        assert_status(send_to(CASES[i].url, &http_status, &err), TH_INVALID, &err);
        assert_string_equal(err.key, CASES[i].key);
        assert_null(strcmp(err.key, "url_userinfo") == 0 ? th_error_arg_get(&err, "url") : NULL);
        assert_status(th_http_post_check(CASES[i].url, &err), TH_INVALID, &err);
    }
    static const char *const GOOD[] = {"https://bank.example/tanhui", "HTTPS://bank.example/?a=b@c",
                                       "http://127.0.0.1:8791/x", "http://[::1]:8791/x"};
    for (size_t i = 0; i < sizeof(GOOD) / sizeof(GOOD[0]); i++) {
        struct th_error err = {0};
        assert_ok(th_http_post_check(GOOD[i], &err), &err);
    }
}

// A proxy that plain http would go through; nothing listens there.
static void post__to_this_machine_goes_past_a_proxy(void **state)
{
    struct post_receiver *receiver = post_receiver_new(NULL, NULL);
    struct th_error err = {0};
    int64_t http_status = 0;
    (void)state;
    assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
    assert_ok(send_to(post_receiver_url(receiver), &http_status, &err), &err);
    assert_int_equal(http_status, 200);
    assert_int_equal(unsetenv("http_proxy"), 0);
    post_receiver_free(receiver);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(post__body_and_headers_arrive_as_they_are),
        cmocka_unit_test(post__any_2xx_is_an_answer_and_nothing_else),
        cmocka_unit_test(post__silence_and_hanging_up_are_told),
        cmocka_unit_test(post__to_this_machine_goes_past_a_proxy),
        cmocka_unit_test(post__only_safe_addresses_are_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
