#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/file.h"
#include "net/download.h"
#include "net/download_internal.h"
#include "tests/support/http_stub.h"

// sha256 of "hello\n", by coreutils' sha256sum.
static const char hello_sha256[] =
    "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
static const struct th_download_limits limits = {.size_max = 50000, .seconds_max = 10};
static const struct th_download_rules plain = {.schemes = "http,https",
                                               .redirect_schemes = "http,https"};
static const struct th_download_rules plain_then_safe = {.schemes = "http,https",
                                                         .redirect_schemes = "https"};

static int set_up(void **state)
{
    struct http_place *place = calloc(1, sizeof(*place));
    assert_non_null(place);
    place->stub = http_stub_new();
    http_place_make(place, "got");
    *state = place;
    return 0;
}

static int tear_down(void **state)
{
    http_place_remove(*state);
    free(*state);
    return 0;
}

static void assert_nothing_left(const struct http_place *f)
{
    char part[TH_TEST_PATH_SIZE];
    assert_false(th_file_exists(f->path));
    assert_false(th_file_exists(th_test_path(part, f->folder, "got.part")));
}

static void download__file_and_digest_are_the_bytes_served(void **state)
{
    static const char *const names[] = {"hello", "plain"}; // the second by a redirect
    struct http_place *f = *state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct th_error err = {0};
        struct th_hash hash = {{0}};
        char hex[TH_HASH_HEX_SIZE];
        char *data = NULL;
        size_t size = 0;
        assert_ok(th_download_by_rules(&plain, http_place_url(f, names[i]), f->path, &limits, NULL,
                                       &hash, &err),
                  &err);
        assert_string_equal(th_hash_hex(&hash, hex), hello_sha256);
        assert_ok(th_file_read(f->path, 100, &data, &size, &err), &err);
        assert_string_equal(data, "hello\n");
        free(data);
    }
}

static void download__other_schemes_are_refused_before_any_connection(void **state)
{
    struct http_place *f = *state;
    char local[TH_TEST_PATH_SIZE];
    (void)snprintf(local, sizeof(local), "http://127.0.0.1:%d/hello", http_stub_port(f->stub));
    const char *const urls[] = {
        local,   "http://example.org/x", "file:///etc/hostname",        "ftp://127.0.0.1/x",
        "HTTPS", "example.org/x",        "/vsicurl/http://127.0.0.1/x", ""};
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        struct th_error err = {0};
        struct th_hash hash = {{7}};
        assert_status(th_download(urls[i], f->path, &limits, NULL, &hash, &err), TH_INVALID, &err);
        assert_string_equal(err.key, "url_scheme");
        assert_int_equal(hash.bytes[0], 7);
        assert_nothing_left(f);
    }
    assert_int_equal(http_stub_n_requests(f->stub), 0);
}

static void download__test_rules_take_plain_http_for_loopback_only(void **state)
{
    struct http_place *f = *state;
    static const char *const urls[] = {"http://localhost/x", "http://127.0.0.1.example.org/x",
                                       "http://10.0.0.1:80/x", "http://127.0.0.1:1@10.0.0.1/x",
                                       "https://user:secret@example.org/x"};
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        struct th_error err = {0};
        struct th_hash hash;
        assert_status(th_download_by_rules(&plain, urls[i], f->path, &limits, NULL, &hash, &err),
                      TH_INVALID, &err);
    }
}

static void download__failures_leave_no_file_and_say_why(void **state)
{
    static const struct {
        const char *name;
        enum th_status status;
        const char *key;
    } cases[] = {
        {"missing", TH_NOT_FOUND, "download_not_found"},
        {"broken", TH_UNREADABLE, "download_status"},
        {"big", TH_LIMIT, "download_too_large"},
        {"bigger", TH_LIMIT, "download_too_large"},
        {"again", TH_UNREADABLE, "download_redirect"},
        {"file", TH_UNREADABLE, "download_redirect"},
        {"cut", TH_UNREADABLE, "download_failed"},
    };
    struct http_place *f = *state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_error err = {0};
        struct th_hash hash = {{7}};
        print_message("case %s\n", cases[i].name);
        assert_status(th_download_by_rules(&plain, http_place_url(f, cases[i].name), f->path,
                                           &limits, NULL, &hash, &err),
                      cases[i].status, &err);
        assert_string_equal(err.key, cases[i].key);
        assert_int_equal(hash.bytes[0], 7);
        assert_nothing_left(f);
    }
}

static void download__five_redirects_are_followed_and_no_more(void **state)
{
    struct http_place *f = *state;
    struct th_error err = {0};
    struct th_hash hash;
    assert_status(th_download_by_rules(&plain, http_place_url(f, "again"), f->path, &limits, NULL,
                                       &hash, &err),
                  TH_UNREADABLE, &err);
    assert_int_equal(http_stub_n_requests(f->stub), 6);
}

static void download__redirect_to_plain_http_is_refused(void **state)
{
    struct http_place *f = *state;
    struct th_error err = {0};
    struct th_hash hash;
    assert_status(th_download_by_rules(&plain_then_safe, http_place_url(f, "plain"), f->path,
                                       &limits, NULL, &hash, &err),
                  TH_UNREADABLE, &err);
    assert_string_equal(err.key, "download_redirect");
    assert_int_equal(http_stub_n_requests(f->stub), 1);
    assert_nothing_left(f);
}

static void download__time_is_limited(void **state)
{
    static const struct th_download_limits short_limits = {.size_max = 100, .seconds_max = 1};
    struct http_place *f = *state;
    struct th_error err = {0};
    struct th_hash hash;
    assert_status(th_download_by_rules(&plain, http_place_url(f, "slow"), f->path, &short_limits,
                                       NULL, &hash, &err),
                  TH_UNREADABLE, &err);
    assert_string_equal(err.key, "download_timeout");
    assert_nothing_left(f);
}

static bool stop_at_once(void *context, const char *stage, int64_t done, int64_t total)
{
    int *n_calls = context;
    (void)done;
    (void)total;
    assert_string_equal(stage, "download");
    (*n_calls)++;
    return false;
}

static void download__reporter_can_stop_it(void **state)
{
    struct http_place *f = *state;
    int n_calls = 0;
    struct th_progress progress = {.report = stop_at_once, .context = &n_calls};
    struct th_error err = {0};
    struct th_hash hash;
    assert_status(th_download_by_rules(&plain, http_place_url(f, "slow"), f->path, &limits,
                                       &progress, &hash, &err),
                  TH_INTERRUPTED, &err);
    assert_true(n_calls > 0);
    assert_nothing_left(f);
}

static void download__unwritable_target_is_a_disk_error(void **state)
{
    struct http_place *f = *state;
    char path[TH_TEST_PATH_SIZE];
    struct th_error err = {0};
    struct th_hash hash;
    (void)th_test_path(path, f->folder, "none/got");
    assert_status(
        th_download_by_rules(&plain, http_place_url(f, "hello"), path, &limits, NULL, &hash, &err),
        TH_IO, &err);
    assert_string_equal(err.key, "download_disk");
}

static void download__existing_file_survives_a_failure(void **state)
{
    struct http_place *f = *state;
    struct th_error err = {0};
    struct th_hash hash;
    char *data = NULL;
    size_t size = 0;
    assert_ok(th_file_write(f->path, "old", 3, &err), &err);
    assert_status(
        th_download_by_rules(&plain, http_place_url(f, "cut"), f->path, &limits, NULL, &hash, &err),
        TH_UNREADABLE, &err);
    assert_ok(th_file_read(f->path, 100, &data, &size, &err), &err);
    assert_string_equal(data, "old");
    free(data);
}

// In place of the plain stub; gives the file with its certificate.
static void speak_tls(struct http_place *f, char certificate[TH_TEST_PATH_SIZE])
{
    http_stub_free(f->stub);
    f->stub =
        http_stub_new_secure(NULL, NULL, th_test_path(certificate, f->folder, "certificate.pem"));
}

static void download__certificate_nobody_vouches_for_is_refused(void **state)
{
    struct http_place *f = *state;
    char certificate[TH_TEST_PATH_SIZE];
    struct th_error err = {0};
    struct th_hash hash;
    speak_tls(f, certificate);
    assert_status(th_download(http_place_url(f, "hello"), f->path, &limits, NULL, &hash, &err),
                  TH_UNREADABLE, &err);
    assert_string_equal(err.key, "download_untrusted");
    assert_int_equal(http_stub_n_requests(f->stub), 0);
    assert_nothing_left(f);
}

// A network may vouch for its own sites; for the host that is named in the certificate, and no
// other.
static void download__certificate_that_the_environment_vouches_for_is_taken(void **state)
{
    struct http_place *f = *state;
    char certificate[TH_TEST_PATH_SIZE];
    char hex[TH_HASH_HEX_SIZE];
    char other[64];
    struct th_error err = {0};
    struct th_hash hash;
    speak_tls(f, certificate);
    assert_int_equal(setenv("SSL_CERT_FILE", certificate, 1), 0);
    enum th_status taken =
        th_download(http_place_url(f, "hello"), f->path, &limits, NULL, &hash, &err);
    (void)unlink(f->path);
    (void)snprintf(other, sizeof(other), "https://localhost:%d/hello", http_stub_port(f->stub));
    struct th_error other_err = {0};
    struct th_hash other_hash;
    enum th_status refused = th_download(other, f->path, &limits, NULL, &other_hash, &other_err);
    assert_int_equal(unsetenv("SSL_CERT_FILE"), 0);
    assert_ok(taken, &err);
    assert_string_equal(th_hash_hex(&hash, hex), hello_sha256);
    assert_status(refused, TH_UNREADABLE, &other_err);
    assert_string_equal(other_err.key, "download_untrusted");
    assert_nothing_left(f);
}

// Over TLS, as real sites do it: whatever a site sends, it is a file or an answer in words.
static void download__a_hostile_site_is_answered_in_words(void **state)
{
    static const struct {
        const char *name;
        enum th_status status;
        const char *key;
        const char *argument, *value;
    } CASES[] = {
        {"hello", TH_OK, NULL, NULL, NULL},
        {"longer", TH_OK, NULL, NULL, NULL}, // what is claimed, and no more
        {"chunks", TH_OK, NULL, NULL, NULL},
        {"zipped", TH_OK, NULL, NULL, NULL}, // not asked for, so not unpacked
        {"missing", TH_NOT_FOUND, "download_not_found", NULL, NULL},
        {"broken", TH_UNREADABLE, "download_status", "status", "500"},
        {"accepted", TH_UNREADABLE, "download_status", "status", "202"},
        {"part", TH_UNREADABLE, "download_status", "status", "206"},
        {"empty", TH_UNREADABLE, "download_status", "status", "204"},
        {"nowhere", TH_UNREADABLE, "download_status", "status", "302"},
        {"again", TH_UNREADABLE, "download_redirect", NULL, NULL},
        {"unsafe", TH_UNREADABLE, "download_redirect", NULL, NULL},
        {"file", TH_UNREADABLE, "download_redirect", NULL, NULL},
        {"ftp", TH_UNREADABLE, "download_redirect", NULL, NULL},
        {"cut", TH_UNREADABLE, "download_failed", NULL, NULL},
        {"less", TH_UNREADABLE, "download_failed", NULL, NULL},
        {"torn", TH_UNREADABLE, "download_endless", NULL, NULL},
        {"heads", TH_UNREADABLE, "download_failed", NULL, NULL},
        {"big", TH_LIMIT, "download_too_large", "limit", "50000"},
        {"bigger", TH_LIMIT, "download_too_large", "limit", "50000"},
        {"endless", TH_LIMIT, "download_too_large", "limit", "50000"},
        {"drip", TH_UNREADABLE, "download_stalled", "seconds", "1"},
    };
    struct http_place *f = *state;
    char certificate[TH_TEST_PATH_SIZE];
    speak_tls(f, certificate);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        // Who is slow is told by the site alone, not by how slow this machine is.
        bool drips = strcmp(CASES[i].key == NULL ? "" : CASES[i].key, "download_stalled") == 0;
        const struct th_download_limits patience = {
            .size_max = 50000, .seconds_max = drips ? 10 : 60, .slow_seconds_max = drips ? 1 : 30};
        struct th_error err = {0};
        struct th_hash hash = {{7}};
        char hex[TH_HASH_HEX_SIZE];
        print_message("case %s\n", CASES[i].name);
        assert_int_equal(setenv("SSL_CERT_FILE", certificate, 1), 0);
        enum th_status status =
            th_download(http_place_url(f, CASES[i].name), f->path, &patience, NULL, &hash, &err);
        assert_int_equal(unsetenv("SSL_CERT_FILE"), 0);
        assert_status(status, CASES[i].status, &err);
        if (status == TH_OK) {
            assert_string_equal(th_hash_hex(&hash, hex), hello_sha256);
            assert_int_equal(unlink(f->path), 0);
            continue;
        }
        assert_string_equal(err.key, CASES[i].key);
        if (CASES[i].argument != NULL) {
            assert_string_equal(th_error_arg_get(&err, CASES[i].argument), CASES[i].value);
        }
        assert_int_equal(hash.bytes[0], 7);
        assert_nothing_left(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(download__file_and_digest_are_the_bytes_served, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(download__a_hostile_site_is_answered_in_words, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(download__other_schemes_are_refused_before_any_connection,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(download__test_rules_take_plain_http_for_loopback_only,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(download__failures_leave_no_file_and_say_why, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(download__five_redirects_are_followed_and_no_more, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(download__redirect_to_plain_http_is_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(download__time_is_limited, set_up, tear_down),
        cmocka_unit_test_setup_teardown(download__reporter_can_stop_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(download__unwritable_target_is_a_disk_error, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(download__existing_file_survives_a_failure, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(download__certificate_nobody_vouches_for_is_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            download__certificate_that_the_environment_vouches_for_is_taken, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
