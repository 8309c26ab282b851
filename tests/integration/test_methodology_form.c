// What a methodology asks of parcels, filled in by a clerk and brought back.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "registry/estimate/methodology.h"
#include "registry/estimate/methodology_form.h"
#include "tests/integration/intake_fixture.h"

// Two tea gardens of class 0202 and an orchard.
static void register_three(struct fixture *f)
{
    static const char *const KINDS[] = {"tea", "orchard"};
    static const char *const ROWS[] = {"地块号,DLBM,WKT\n001,0202,\"" INTAKE_CELL_0
                                       "\"\n002,0202,\"" INTAKE_CELL_1 "\"\n",
                                       "地块号,DLBM,WKT\n003,0201,\"" INTAKE_CELL_2 "\"\n"};
    for (size_t i = 0; i < 2; i++) {
        char path[TH_TEST_PATH_SIZE];
        char name[16];
        (void)snprintf(name, sizeof(name), "%zu.csv", i);
        struct th_parcel_import_options options =
            intake_options(f, fixture_file(f, path, name, ROWS[i]));
        options.kind = KINDS[i];
        th_json_free(fixture_import(f, &options));
    }
}

static enum th_status form(struct fixture *f, const char *methodology, const char *name,
                           char path[TH_TEST_PATH_SIZE], struct th_json **ret_reply,
                           struct th_error *err)
{
    const struct th_methodology_form_options options = {.methodology = methodology,
                                                        .village = FIXTURE_VILLAGE,
                                                        .path = th_test_path(path, f->folder, name),
                                                        .messages = f->messages,
                                                        .lang = TH_LANG_ZH};
    return th_methodology_form(f->registry, &options, ret_reply, err);
}

static struct th_json *take_back(struct fixture *f, const char *path)
{
    struct th_parcel_import_options options = intake_options(f, path);
    options.crs = NULL;
    options.kind = NULL;
    options.update = true;
    options.messages = f->messages;
    return fixture_import(f, &options);
}

// The form as text, with its first row's cells from the fifth on replaced by `cells`.
static void fill_first_row(struct fixture *f, const char *from, const char *name, const char *cells,
                           char path[TH_TEST_PATH_SIZE])
{
    char *text = NULL;
    size_t size = 0;
    struct th_error err;
    char filled[4096];
    assert_ok(th_file_read(from, sizeof(filled), &text, &size, &err), &err);
    char *row = strchr(text, '\n') + 1;
    char *at = row;
    for (int comma = 0; comma < 4; comma++) {
        at = strchr(at, ',') + 1;
    }
    const char *rest = at + strcspn(at, "\r\n");
    (void)snprintf(filled, sizeof(filled), "%.*s%s%s", (int)(at - text), text, cells, rest);
    (void)fixture_file(f, path, name, filled);
    free(text);
}

static void form__that_is_filled_in_comes_back_under_the_names_of_inputs(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    char filled[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err;
    register_three(f);
    assert_ok(form(f, "tea-garden@1", "form.csv", path, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "n", 0), 2); // the orchard is no garden
    const struct th_json *columns = th_json_get(reply, "columns");
    assert_int_equal(th_json_size(columns), 4 + 5);
    assert_string_equal(th_json_text(th_json_at(columns, 4)), "定植年份");
    th_json_free(reply);
    fill_first_row(f, path, "filled.csv", "2015,2010,水田,低活性黏土（红壤、黄壤）,旱地矿质土",
                   filled);
    reply = take_back(f, filled);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
    assert_int_equal(th_json_get_int(reply, "unchanged", -1), 1);
    th_json_free(reply);
    struct th_json *parcel = intake_parcel(f, "001");
    const struct th_json *attributes = th_json_get(parcel, "attributes");
    assert_string_equal(th_json_get_text(attributes, "planted", ""), "2015");
    assert_string_equal(th_json_get_text(attributes, "converted", ""), "2010");
    assert_string_equal(th_json_get_text(attributes, "use_before", ""), "水田");
    assert_string_equal(th_json_get_text(attributes, "soil", ""), "低活性黏土（红壤、黄壤）");
    th_json_free(parcel);
    fixture_assert_books(f);
}

// What is on record stands in the form, and a workbook that nobody touched changes nothing.
static void form__shows_what_is_on_record(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    struct th_json *reply = NULL;
    struct th_error err;
    register_three(f);
    th_json_free(take_back(f, fixture_file(f, path, "said.csv", "地块号,use_before\n001,paddy\n")));
    assert_ok(form(f, "tea-garden@1", "form.csv", path, &reply, &err), &err);
    th_json_free(reply);
    assert_ok(th_file_read(path, 4096, &text, &size, &err), &err);
    assert_non_null(strstr(text, ",001,1,")); // 地块号, 登记编号
    assert_non_null(strstr(text, "水田"));    // in the clerk's words
    assert_null(strstr(text, "paddy"));
    free(text);
    reply = NULL;
    assert_ok(form(f, "tea-garden@1", "form.xlsx", path, &reply, &err), &err);
    th_json_free(reply);
    reply = take_back(f, path);
    assert_int_equal(th_json_get_int(reply, "read", -1), 2);
    assert_int_equal(th_json_get_int(reply, "rejected", -1), 0);
    th_json_free(reply);
    struct th_json *parcel = intake_parcel(f, "001");
    assert_string_equal(th_json_get_text(th_json_get(parcel, "attributes"), "use_before", ""),
                        "水田");
    th_json_free(parcel);
}

static void form__is_refused_where_there_is_nothing_to_fill_in(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err;
    register_three(f);
    assert_status(form(f, "reported-factor", "none.csv", path, &reply, &err), TH_INVALID, &err);
    assert_string_equal(err.key, "form_nothing_asked");
    assert_status(form(f, "freshwater-wetland", "none.csv", path, &reply, &err), TH_NOT_FOUND,
                  &err);
    assert_string_equal(err.key, "form_no_parcels");
    assert_status(form(f, "no-such", "none.csv", path, &reply, &err), TH_NOT_FOUND, &err);
    assert_string_equal(err.key, "methodology_not_found");
    assert_null(reply);
    assert_false(th_file_exists(path));
    assert_ok(form(f, "tea-garden", "there.csv", path, &reply, &err), &err);
    th_json_free(reply);
    reply = NULL;
    assert_status(form(f, "tea-garden", "there.csv", path, &reply, &err), TH_CONFLICT, &err);
    assert_null(reply);
}

#define FORM_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FORM_TEST(form__that_is_filled_in_comes_back_under_the_names_of_inputs),
        FORM_TEST(form__shows_what_is_on_record),
        FORM_TEST(form__is_refused_where_there_is_nothing_to_fill_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
