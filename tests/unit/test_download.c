#include "tests/support/support.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/file.h"
#include "net/download.h"
#include "net/download_internal.h"
#include "tests/unit/http_stub.h"

// sha256 of "hello\n", by coreutils' sha256sum.
static const char hello_sha256[] =
    "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
static const struct th_download_limits limits = {.size_max = 50000, .seconds_max = 10};
static const struct th_download_rules plain = {.schemes = "http,https",
                                               .redirect_schemes = "http,https"};
static const struct th_download_rules plain_then_safe = {.schemes = "http,https",
                                                         .redirect_schemes = "https"};

struct fixture {
    struct http_stub *stub;
    char folder[TH_TEST_PATH_SIZE];
    char path[TH_TEST_PATH_SIZE];
    char url[TH_TEST_PATH_SIZE];
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->stub = http_stub_new();
    th_test_folder_make(f->folder);
    (void)th_test_path(f->path, f->folder, "got");
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    http_stub_free(f->stub);
    th_test_folder_remove(f->folder);
    free(f);
    return 0;
}

static const char *url_of(struct fixture *f, const char *name)
{
    (void)snprintf(f->url, sizeof f->url, "http://127.0.0.1:%d/%s", http_stub_port(f->stub), name);
    return f->url;
}

static void assert_nothing_left(const struct fixture *f)
{
    char part[TH_TEST_PATH_SIZE];
    assert_false(th_file_exists(f->path));
    assert_false(th_file_exists(th_test_path(part, f->folder, "got.part")));
}

static void download__file_and_digest_are_the_bytes_served(void **state)
{
    static const char *const names[] = {"hello", "plain"}; // the second by a redirect
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct th_error err = {0};
        struct th_hash hash = {{0}};
        char hex[TH_HASH_HEX_SIZE];
        char *data = NULL;
        size_t size = 0;
        assert_ok(
            th_download_by_rules(&plain, url_of(f, names[i]), f->path, &limits, NULL, &hash, &err),
            &err);
        assert_string_equal(th_hash_hex(&hash, hex), hello_sha256);
        assert_ok(th_file_read(f->path, 100, &data, &size, &err), &err);
        assert_string_equal(data, "hello\n");
        free(data);
    }
}

static void download__other_schemes_are_refused_before_any_connection(void **state)
{
    struct fixture *f = *state;
    char local[TH_TEST_PATH_SIZE];
    (void)snprintf(local, sizeof local, "http://127.0.0.1:%d/hello", http_stub_port(f->stub));
    const char *const urls[] = {
        local,   "http://example.org/x", "file:///etc/hostname",        "ftp://127.0.0.1/x",
        "HTTPS", "example.org/x",        "/vsicurl/http://127.0.0.1/x", ""};
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
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
    struct fixture *f = *state;
    static const char *const urls[] = {"http://localhost/x", "http://127.0.0.1.example.org/x",
                                       "http://10.0.0.1:80/x"};
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
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
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct th_error err = {0};
        struct th_hash hash = {{7}};
        print_message("case %s\n", cases[i].name);
        assert_status(th_download_by_rules(&plain, url_of(f, cases[i].name), f->path, &limits, NULL,
                                           &hash, &err),
                      cases[i].status, &err);
        assert_string_equal(err.key, cases[i].key);
        assert_int_equal(hash.bytes[0], 7);
        assert_nothing_left(f);
    }
}

static void download__five_redirects_are_followed_and_no_more(void **state)
{
    struct fixture *f = *state;
    struct th_error err = {0};
    struct th_hash hash;
    assert_status(
        th_download_by_rules(&plain, url_of(f, "again"), f->path, &limits, NULL, &hash, &err),
        TH_UNREADABLE, &err);
    assert_int_equal(http_stub_n_requests(f->stub), 6);
}

static void download__redirect_to_plain_http_is_refused(void **state)
{
    struct fixture *f = *state;
    struct th_error err = {0};
    struct th_hash hash;
    assert_status(th_download_by_rules(&plain_then_safe, url_of(f, "plain"), f->path, &limits, NULL,
                                       &hash, &err),
                  TH_UNREADABLE, &err);
    assert_string_equal(err.key, "download_redirect");
    assert_int_equal(http_stub_n_requests(f->stub), 1);
    assert_nothing_left(f);
}

static void download__time_is_limited(void **state)
{
    static const struct th_download_limits short_limits = {.size_max = 100, .seconds_max = 1};
    struct fixture *f = *state;
    struct th_error err = {0};
    struct th_hash hash;
    assert_status(
        th_download_by_rules(&plain, url_of(f, "slow"), f->path, &short_limits, NULL, &hash, &err),
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
    struct fixture *f = *state;
    int n_calls = 0;
    struct th_progress progress = {.report = stop_at_once, .context = &n_calls};
    struct th_error err = {0};
    struct th_hash hash;
    assert_status(
        th_download_by_rules(&plain, url_of(f, "slow"), f->path, &limits, &progress, &hash, &err),
        TH_INTERRUPTED, &err);
    assert_true(n_calls > 0);
    assert_nothing_left(f);
}

static void download__unwritable_target_is_a_disk_error(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    struct th_error err = {0};
    struct th_hash hash;
    (void)th_test_path(path, f->folder, "none/got");
    assert_status(
        th_download_by_rules(&plain, url_of(f, "hello"), path, &limits, NULL, &hash, &err), TH_IO,
        &err);
    assert_string_equal(err.key, "download_disk");
}

static void download__existing_file_survives_a_failure(void **state)
{
    struct fixture *f = *state;
    struct th_error err = {0};
    struct th_hash hash;
    char *data = NULL;
    size_t size = 0;
    assert_ok(th_file_write(f->path, "old", 3, &err), &err);
    assert_status(
        th_download_by_rules(&plain, url_of(f, "cut"), f->path, &limits, NULL, &hash, &err),
        TH_UNREADABLE, &err);
    assert_ok(th_file_read(f->path, 100, &data, &size, &err), &err);
    assert_string_equal(data, "old");
    free(data);
}

// Runs the openssl program, which every system with root certificates has. Output is dropped.
static pid_t spawn_openssl(const char *const arguments[])
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        int nothing = open("/dev/null", O_RDWR);
        (void)dup2(nothing, 0);
        (void)dup2(nothing, 1);
        (void)dup2(nothing, 2);
        (void)execvp("openssl", (char *const *)arguments);
        _exit(127);
    }
    return child;
}

static void download__certificate_nobody_vouches_for_is_refused(void **state)
{
    struct fixture *f = *state;
    char key[TH_TEST_PATH_SIZE], certificate[TH_TEST_PATH_SIZE], port[16], url[64];
    int how = 0;
    (void)th_test_path(key, f->folder, "key.pem");
    (void)th_test_path(certificate, f->folder, "certificate.pem");
    const char *const make[] = {
        "openssl", "req", "-x509", "-newkey",       "rsa:2048", "-nodes",
        "-days",   "2",   "-subj", "/CN=127.0.0.1", "-addext",  "subjectAltName=IP:127.0.0.1",
        "-keyout", key,   "-out",  certificate,     NULL};
    pid_t child = spawn_openssl(make);
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how) && WEXITSTATUS(how) == 0);
    // The stub's port is taken, so its neighbourhood is as good a guess as any; a port that is in
    // use makes the server end at once, and then the next one is tried.
    enum th_status status = TH_OK;
    struct th_error err = {0};
    for (int attempt = 0; attempt < 20; attempt++) {
        struct th_hash hash;
        (void)snprintf(port, sizeof port, "127.0.0.1:%d",
                       20000 + (http_stub_port(f->stub) + 37 * attempt) % 10000);
        (void)snprintf(url, sizeof url, "https://%s/x", port);
        const char *const serve[] = {"openssl", "s_server", "-accept",   port,   "-key",
                                     key,       "-cert",    certificate, "-www", NULL};
        child = spawn_openssl(serve);
        for (int wait = 0; wait < 50; wait++) {
            (void)nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
            status = th_download(url, f->path, &limits, NULL, &hash, &err);
            if (strcmp(err.key, "download_failed") != 0) // that is: nobody listens yet
                break;
            if (waitpid(child, &how, WNOHANG) == child) {
                child = 0;
                break;
            }
        }
        if (child > 0) {
            (void)kill(child, SIGKILL);
            (void)waitpid(child, &how, 0);
            break;
        }
    }
    assert_status(status, TH_UNREADABLE, &err);
    assert_string_equal(err.key, "download_untrusted");
    assert_nothing_left(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(download__file_and_digest_are_the_bytes_served, set_up,
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
    };
    // A proxy that is set for the session must not see the tests.
    (void)setenv("no_proxy", "*", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
