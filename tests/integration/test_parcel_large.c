// Sources that go in bulk, with other threads at work: the same as if each row had gone by itself.
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
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
        if (sheet.numbered) {
            th_buf_printf(&text, ",\"number\":\"%d\"", 5000 - i);
        }
        th_buf_printf(&text,
                      "},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[%.6f,%.6f],"
                      "[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f],[%.6f,%.6f]]]}}",
                      x, y, x + 0.001, first, x + 0.001, second, x, y + 0.001, x, y);
    }
    fixture_geojson(f, path, name, th_buf_text(&text));
    th_buf_clear(&text);
    return path;
}

// Imports; so many rows must be accepted, rejected and unchanged.
struct counts {
    int accepted, rejected, unchanged;
};

static struct th_json *import(struct fixture *f, const char *source, bool update,
                              struct counts counts)
{
    struct th_parcel_import_options options = fixture_options(f, source);
    options.kind = NULL;
    options.update = update;
    options.messages = f->messages;
    struct th_json *reply = fixture_import(f, &options);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), counts.accepted);
    assert_int_equal(th_json_get_int(reply, "rejected", -1), counts.rejected);
    assert_int_equal(th_json_get_int(reply, "unchanged", -1), counts.unchanged);
    return reply;
}

// All rows of a first source come in, and of the same again none.
static void assert_known_again(struct fixture *f, bool numbered)
{
    char path[TH_TEST_PATH_SIZE];
    sheet_write(f, path, "first.geojson", (struct sheet){MANY, "bamboo", numbered, -1});
    th_json_free(import(f, path, false, (struct counts){MANY, 0, 0}));
    th_json_free(import(f, path, false, (struct counts){0, 0, MANY}));
}

static void many__are_known_again_by_number(void **state)
{
    (void)state;
    struct fixture f;
    char path[TH_TEST_PATH_SIZE];
    fixture_open(&f);
    assert_known_again(&f, true);
    // Another file with the same numbers says something else of them.
    sheet_write(&f, path, "other.geojson", (struct sheet){MANY, "tea", true, -1});
    struct th_json *reply = import(&f, path, false, (struct counts){0, MANY, 0});
    assert_int_equal(fixture_problems(reply, 0, "attributes_changed", "error"), MANY);
    th_json_free(reply);
    fixture_assert_books(&f);
    fixture_close(&f);
}

static void many__are_known_again_by_their_row(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    assert_known_again(&f, false);
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
        th_json_free(import(&f, path, false, (struct counts){n, 0, 0}));
        sheet_write(&f, path, "second.geojson", (struct sheet){n, "tea", true, -1});
        th_json_free(import(&f, path, true, (struct counts){n, 0, 0}));
        // What was stored is what is compared with now.
        th_json_free(import(&f, path, false, (struct counts){0, 0, n}));
        fixture_assert_books(&f);
        fixture_close(&f);
    }
}

static const char *message_of(const struct th_json *reply, const char *code)
{
    const struct th_json *problems = th_json_get(reply, "problems");
    for (size_t i = 0; i < th_json_size(problems); i++) {
        if (strcmp(th_json_get_text(th_json_at(problems, i), "code", ""), code) == 0) {
            return th_json_get_text(th_json_at(problems, i), "message", NULL);
        }
    }
    return NULL;
}

static void many__have_repairs_proposed_as_few_have(void **state)
{
    (void)state;
    struct fixture f;
    char path[TH_TEST_PATH_SIZE];
    fixture_open(&f);
    sheet_write(&f, path, "few.geojson", (struct sheet){1, "bamboo", true, 0});
    struct th_json *few = import(&f, path, false, (struct counts){0, 1, 0});
    sheet_write(&f, path, "many.geojson", (struct sheet){MANY, "bamboo", true, 0});
    struct th_json *many = import(&f, path, false, (struct counts){MANY - 1, 1, 0});
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
        th_json_free(import(&f, path, false, (struct counts){ALONE, 0, 0}));
        struct th_json *reply = NULL;
        if (other == NULL) {
            other = fixture_registry_open(f.path); // the file is everybody's again
        }
        struct th_parcel_list_options list = {0};
        struct th_error err;
        assert_ok(th_parcel_list(other, &list, &reply, &err), &err);
        assert_int_equal(th_json_get_int(reply, "n", -1), ALONE);
        th_json_free(reply);
        th_registry_close(other);
        fixture_assert_books(&f);
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
