#include "tests/unit/case_file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "core/quantity.h"
#include "tests/support/support.h"

struct case_file case_file_open(const char *name)
{
    static const char *const KEYS[] = {"value", "unit", "source", "evidence"};
    struct th_error err;
    char file[128];
    char path[TH_TEST_PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    struct case_file found = {0};
    (void)snprintf(file, sizeof(file), "data/cases/%s.json", name);
    assert_ok(th_file_read(th_test_source_path(path, file), 1 << 20, &text, &size, &err), &err);
    assert_ok(th_json_parse(text, size, &found.json, &err), &err);
    free(text);
    assert_string_equal(th_json_get_text(found.json, "case", ""), name);
    found.reported = th_json_get(found.json, "reported");
    found.inputs = th_json_get(found.json, "inputs");
    found.computed = th_json_get(found.json, "computed");
    assert_true(th_json_size(found.reported) > 0);
    for (size_t i = 0; i < th_json_size(found.reported); i++) {
        const struct th_json *item = th_json_at(found.reported, i);
        for (size_t k = 0; k < sizeof(KEYS) / sizeof(KEYS[0]); k++) {
            assert_string_not_equal(th_json_get_text(item, KEYS[k], ""), "");
        }
        assert_string_not_equal(th_json_get_text(th_json_get(item, "what"), "zh", ""), "");
        assert_string_not_equal(th_json_get_text(th_json_get(item, "what"), "en", ""), "");
    }
    assert_string_equal(th_json_get_text(found.computed, "evidence", ""), "derived");
    return found;
}

void case_file_close(struct case_file *from)
{
    th_json_free(from->json);
    *from = (struct case_file){0};
}

const char *case_file_reported(const struct case_file *from, const char *what)
{
    for (size_t i = 0; i < th_json_size(from->reported); i++) {
        const struct th_json *item = th_json_at(from->reported, i);
        if (strcmp(th_json_get_text(th_json_get(item, "what"), "en", ""), what) == 0) {
            return th_json_get_text(item, "value", "");
        }
    }
    fail_msg("nothing reported as %s", what);
    return "";
}

int64_t case_file_fen(const struct th_json *object, const char *key)
{
    struct th_error err;
    struct th_money money = {0};
    assert_ok(th_money_parse(th_json_get_text(object, key, ""), &money, &err), &err);
    return th_money_fen(money);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

size_t case_file_names(char (*ret_names)[64], size_t capacity)
{
    char path[TH_TEST_PATH_SIZE];
    size_t n = 0;
    DIR *folder = opendir(th_test_source_path(path, "data/cases"));
    assert_non_null(folder);
    for (const struct dirent *entry = NULL; (entry = readdir(folder)) != NULL;) {
        const char *end = strstr(entry->d_name, ".json");
        if (!end) {
            continue;
        }
        assert_true(n < capacity);
        (void)snprintf(ret_names[n++], sizeof(ret_names[0]), "%.*s", (int)(end - entry->d_name),
                       entry->d_name);
    }
    (void)closedir(folder);
    qsort(ret_names, n, sizeof(ret_names[0]), by_name);
    return n;
}
