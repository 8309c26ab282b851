// What happens when the n-th allocation fails: an error that says so, no output touched, nothing
// leaked (the sanitizer and valgrind look on). The linker sends the allocations of core/ through
// the functions here, and jansson is told to use them.
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/buf.h"
#include "core/file.h"
#include "core/hash.h"
#include "core/json.h"
#include "core/messages_internal.h"
#include "core/ratio.h"
#include "core/text.h"
#include "tests/support/support.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);

static int countdown = -1; // allocations before the one that fails; below zero: none fails
static bool for_ever;      // those after it fail too

static bool fails_now(void)
{
    if (countdown < 0) {
        return false;
    }
    if (countdown > 0) {
        countdown--;
        return false;
    }
    if (!for_ever) {
        countdown = -1;
    }
    return true;
}

void *__wrap_malloc(size_t size)
{
    return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails_now() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails_now() ? NULL : __real_realloc(old, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return fails_now() ? NULL : __real_aligned_alloc(alignment, size);
}

// Runs `step` with the first, second, … allocation failing until it succeeds.
static void fail_each(enum th_status (*step)(const char *folder, struct th_error *err),
                      const char *folder)
{
    enum { MANY = 10000 };
    enum th_status status = TH_NO_MEMORY;
    int n = 0;
    for (; status != TH_OK; n++) {
        struct th_error err;
        countdown = n;
        status = step(folder, &err);
        countdown = -1;
        if (status == TH_OK) {
            break;
        }
        assert_status(status, TH_NO_MEMORY, &err);
        assert_string_equal(err.key, "no_memory");
        assert_true(n < MANY);
    }
    assert_true(n > 0); // otherwise nothing was allocated and nothing was tried
}

static enum th_status buf_step(const char *folder, struct th_error *err)
{
    (void)folder;
    struct th_buf buf;
    th_buf_init(&buf, 100000);
    for (int i = 0; i < 5000; i++) {
        th_buf_printf(&buf, "%d,", i);
    }
    enum th_status status = th_buf_check(&buf, err);
    th_buf_clear(&buf);
    return status;
}

static enum th_status allocate_step(const char *folder, struct th_error *err)
{
    (void)folder;
    const int64_t weights[] = {1, 2};
    int64_t shares[] = {8, 9};
    enum th_status status = th_allocate(10, weights, 2, shares, err);
    if (status != TH_OK) {
        assert_true(shares[0] == 8 && shares[1] == 9);
    }
    return status;
}

static enum th_status file_step(const char *folder, struct th_error *err)
{
    char path[TH_TEST_PATH_SIZE];
    char *data = NULL;
    size_t size = 0;
    th_test_path(path, folder, "f");
    enum th_status status = th_file_write(path, "abc", 3, err);
    if (status == TH_OK) {
        status = th_file_read(path, 100, &data, &size, err);
    }
    if (status != TH_OK) {
        assert_null(data);
    }
    free(data);
    return status;
}

static enum th_status json_build_step(const char *folder, struct th_error *err)
{
    (void)folder;
    char *text = NULL;
    struct th_json *root = th_json_object();
    struct th_json *list = th_json_array();
    for (int i = 0; i < 40; i++) {
        char key[8] = {'k', (char)('a' + i % 26), (char)('a' + i / 26), '\0'};
        th_json_set_text(root, key, "value");
        th_json_append_int(list, i);
        th_json_append_text(list, key);
    }
    th_json_set(root, "list", list);
    struct th_json *copy = th_json_copy(root);
    enum th_status status = th_json_dump(copy, TH_JSON_CANONICAL, &text, err);
    if (status == TH_OK) {
        assert_int_equal(th_json_size(th_json_get(copy, "list")), 80);
    } else {
        assert_null(text);
    }
    free(text);
    th_json_free(copy);
    th_json_free(root);
    return status;
}

static enum th_status json_parse_step(const char *folder, struct th_error *err)
{
    (void)folder;
    static const char text[] = "{\"a\":[1,2.5,\"x\",{\"b\":null}],\"c\":\"d\"}";
    struct th_json *value = NULL;
    enum th_status status = th_json_parse(text, sizeof(text) - 1, &value, err);
    if (status != TH_OK) {
        assert_null(value);
    }
    th_json_free(value);
    // jansson's lexer cannot always tell a lack of memory from a bad token.
    return status == TH_UNREADABLE ? th_error_no_memory(err) : status;
}

static enum th_status messages_step(const char *folder, struct th_error *err)
{
    (void)folder;
    static const struct th_embedded_file files[] = {
        {"zh/a.json", (const unsigned char *)"{\"k\":\"1\"}", 9},
        {"en/a.json", (const unsigned char *)"{\"k\":\"2\"}", 9}};
    struct th_messages *messages = NULL;
    enum th_status status = th_messages_from(files, 2, &messages, err);
    if (status == TH_OK) {
        assert_string_equal(th_messages_text(messages, TH_LANG_EN, "k"), "2");
    } else {
        assert_null(messages);
    }
    th_messages_free(messages);
    return status == TH_INTERNAL ? th_error_no_memory(err) : status; // as for the parser
}

static void memory__each_failed_allocation_is_reported(void **state)
{
    (void)state;
    char folder[TH_TEST_PATH_SIZE];
    th_test_folder_make(folder);
    static enum th_status (*const steps[])(const char *, struct th_error *) = {
        buf_step, allocate_step, file_step, json_build_step, json_parse_step, messages_step};
    for (int pass = 0; pass < 2; pass++) {
        for_ever = pass == 1;
        for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
            print_message("  step %zu, %s\n", i, for_ever ? "and all after it" : "only that one");
            fail_each(steps[i], folder);
        }
    }
    for_ever = false;
    th_test_folder_remove(folder);
}

static void memory__functions_without_status_give_null(void **state)
{
    (void)state;
    countdown = 0;
    assert_null(th_text_duplicate("a"));
    countdown = 0;
    assert_null(th_hasher_new(TH_HASH_BLAKE2B));
    countdown = 0;
    assert_null(th_json_object());
    countdown = 0;
    assert_null(th_json_string("a"));
    struct th_buf empty;
    th_buf_init(&empty, 10);
    countdown = 0;
    assert_null(th_buf_take(&empty));
    countdown = -1;
}

static void memory__object_that_lost_its_first_member_says_so(void **state)
{
    (void)state;
    struct th_error err;
    struct th_json *root = th_json_array();
    struct th_json *object = th_json_object();
    struct th_json *member = th_json_array();
    for_ever = true;
    countdown = 0;
    th_json_set(object, "a", member);
    countdown = -1;
    for_ever = false;
    th_json_set_int(object, "b", 1); // too late: what is lost stays lost
    th_json_append(root, object);
    assert_status(th_json_check(root, &err), TH_NO_MEMORY, &err);
    th_json_free(root);
}

int main(void)
{
    json_set_alloc_funcs(__wrap_malloc, free);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory__each_failed_allocation_is_reported),
        cmocka_unit_test(memory__object_that_lost_its_first_member_says_so),
        cmocka_unit_test(memory__functions_without_status_give_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
