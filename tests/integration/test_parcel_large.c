// Sources that go in bulk, with other threads at work: the same as if each row had gone by itself.
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "registry/audit.h"
#include "tests/integration/parcel_fixture.h"

enum { MANY = 1200, ALONE = 20100, CELLS_A_ROW = 200 };

struct sheet {
    int n;
    const char *kind;
    bool numbered;
    int bow_tie; // position of a cell that crosses itself; -1: none
};

static const char *sheet_write(struct fixture *f, char path[TH_TEST_PATH_SIZE], const char *name,
                               struct sheet sheet)
{
    struct th_buf text;
    th_buf_init(&text, 64 * 1024 * 1024);
    for (int i = 0; i < sheet.n; i++) {
        double x = 119 + 0.001 * (i % CELLS_A_ROW);
        double y = 30 + 0.001 * (i / CELLS_A_ROW);
        double first = i == sheet.bow_tie ? y + 0.001 : y; // of the two corners in the east
        double second = i == sheet.bow_tie ? y : y + 0.001;
        th_buf_printf(&text, "%s{\"type\":\"Feature\",\"properties\":{\"kind\":\"%s\"",
                      i == 0 ? "" : ",", sheet.kind);
        if (sheet.numbered)
            th_buf_printf(&text, ",\"number\":\"%d\"", 5000 - i);
        th_buf_printf(&text,
                      "},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[%.6f,%.6f],"
                      "[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f]]]}}",
                      x, y, x + 0.001, first, x + 0.001, second, x, y + 0.001, x, y);
    }
    fixture_geojson(f, path, name, th_buf_text(&text));
    th_buf_clear(&text);
    return path;
}

static struct th_json *import(struct fixture *f, const char *source, bool update)
{
    struct th_parcel_import_options options = fixture_options(f, source);
    options.kind = NULL;
    options.update = update;
    options.messages = f->messages;
    return fixture_import(f, &options);
}

static void assert_counts(const struct th_json *reply, int accepted, int rejected, int unchanged)
{
    assert_int_equal(th_json_get_int(reply, "accepted", -1), accepted);
    assert_int_equal(th_json_get_int(reply, "rejected", -1), rejected);
    assert_int_equal(th_json_get_int(reply, "unchanged", -1), unchanged);
    fixture_assert_accounted(reply);
}

static void assert_books(struct fixture *f)
{
    struct th_json *reply = NULL;
    struct th_error err;
    assert_ok(th_registry_check(f->registry, NULL, true, f->messages, TH_LANG_EN, &reply, &err),
              &err);
    if (!th_json_get_bool(reply, "ok", false)) {
        const struct th_json *checks = th_json_get(reply, "checks");
        for (size_t i = 0; i < th_json_size(checks); i++)
            if (!th_json_get_bool(th_json_at(checks, i), "ok", false))
                print_message("  %s: %s\n", th_json_get_text(th_json_at(checks, i), "name", ""),
                              th_json_get_text(th_json_at(checks, i), "detail", ""));
        fail_msg("the registry is not in order");
    }
    th_json_free(reply);
}

static void many__are_known_again_by_number(void **state)
{
    (void)state;
    struct fixture f;
    char path[TH_TEST_PATH_SIZE];
    fixture_open(&f);
    sheet_write(&f, path, "first.geojson", (struct sheet){MANY, "bamboo", true, -1});
    struct th_json *reply = import(&f, path, false);
    assert_counts(reply, MANY, 0, 0);
    th_json_free(reply);
    reply = import(&f, path, false);
    assert_counts(reply, 0, 0, MANY);
    th_json_free(reply);
    // Another file with the same numbers says something else of them.
    sheet_write(&f, path, "other.geojson", (struct sheet){MANY, "tea", true, -1});
    reply = import(&f, path, false);
    assert_counts(reply, 0, MANY, 0);
    assert_int_equal(fixture_problems(reply, 0, "attributes_changed", "error"), MANY);
    th_json_free(reply);
    assert_books(&f);
    fixture_close(&f);
}

static void many__are_known_again_by_their_row(void **state)
{
    (void)state;
    struct fixture f;
    char path[TH_TEST_PATH_SIZE];
    fixture_open(&f);
    sheet_write(&f, path, "first.geojson", (struct sheet){MANY, "bamboo", false, -1});
    struct th_json *reply = import(&f, path, false);
    assert_counts(reply, MANY, 0, 0);
    th_json_free(reply);
    reply = import(&f, path, false);
    assert_counts(reply, 0, 0, MANY);
    th_json_free(reply);
    fixture_close(&f);
}

// Few and many: each with a second source, whose rows have other keys than the first's.
static void versions__follow_whatever_their_number(void **state)
{
    (void)state;
    for (int n = 3; n <= MANY; n += MANY - 3) {
        struct fixture f;
        char path[TH_TEST_PATH_SIZE];
        fixture_open(&f);
        sheet_write(&f, path, "first.geojson", (struct sheet){n, "bamboo", true, -1});
        struct th_json *reply = import(&f, path, false);
        assert_counts(reply, n, 0, 0);
        th_json_free(reply);
        sheet_write(&f, path, "second.geojson", (struct sheet){n, "tea", true, -1});
        reply = import(&f, path, true);
        assert_counts(reply, n, 0, 0);
        th_json_free(reply);
        // What was stored is what is compared with now.
        reply = import(&f, path, false);
        assert_counts(reply, 0, 0, n);
        th_json_free(reply);
        assert_books(&f);
        fixture_close(&f);
    }
}

static const char *message_of(const struct th_json *reply, const char *code)
{
    const struct th_json *problems = th_json_get(reply, "problems");
    for (size_t i = 0; i < th_json_size(problems); i++)
        if (strcmp(th_json_get_text(th_json_at(problems, i), "code", ""), code) == 0)
            return th_json_get_text(th_json_at(problems, i), "message", NULL);
    return NULL;
}

static void many__have_repairs_proposed_as_few_have(void **state)
{
    (void)state;
    struct fixture f;
    char path[TH_TEST_PATH_SIZE];
    fixture_open(&f);
    sheet_write(&f, path, "few.geojson", (struct sheet){1, "bamboo", true, 0});
    struct th_json *few = import(&f, path, false);
    assert_counts(few, 0, 1, 0);
    sheet_write(&f, path, "many.geojson", (struct sheet){MANY, "bamboo", true, 0});
    struct th_json *many = import(&f, path, false);
    assert_counts(many, MANY - 1, 1, 0);
    const char *message = message_of(many, "geometry_invalid");
    assert_non_null(message);
    // Two triangles of a quarter of the cell each: 0.001° by 0.001° at 30° are 96.486 m by
    // 110.852 m (WGS 84 and CGCS2000, e.g. https://en.wikipedia.org/wiki/Longitude), 16.04 mu.
    assert_non_null(strstr(message, "8.02"));
    assert_string_equal(message, message_of(few, "geometry_invalid"));
    th_json_free(few);
    th_json_free(many);
    fixture_close(&f);
}

// So many that they are written straight to the file, or are not when somebody else has it open.
static void very_many__are_stored_with_and_without_company(void **state)
{
    (void)state;
    for (int company = 0; company < 2; company++) {
        struct fixture f;
        char path[TH_TEST_PATH_SIZE];
        fixture_open(&f);
        struct th_registry *other = company ? fixture_registry_open(f.path) : NULL;
        sheet_write(&f, path, "all.geojson", (struct sheet){ALONE, "bamboo", false, -1});
        struct th_json *reply = import(&f, path, false);
        assert_counts(reply, ALONE, 0, 0);
        th_json_free(reply);
        if (other == NULL)
            other = fixture_registry_open(f.path); // the file is everybody's again
        struct th_parcel_list_options list = {0};
        struct th_error err;
        assert_ok(th_parcel_list(other, &list, &reply, &err), &err);
        assert_int_equal(th_json_get_int(reply, "n", -1), ALONE);
        th_json_free(reply);
        th_registry_close(other);
        assert_books(&f);
        fixture_close(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many__are_known_again_by_number),
        cmocka_unit_test(many__are_known_again_by_their_row),
        cmocka_unit_test(versions__follow_whatever_their_number),
        cmocka_unit_test(many__have_repairs_proposed_as_few_have),
        cmocka_unit_test(very_many__are_stored_with_and_without_company),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
