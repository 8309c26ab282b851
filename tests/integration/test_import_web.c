// Sources on the web, from the address to the problem list, over real TLS: which page brought a
// row, which number its service gives it, and the row itself.
#include <stdio.h>
#include <stdlib.h>

#include "core/buf.h"
#include "gis/reader.h"
#include "tests/integration/intake_fixture.h"
#include "tests/support/http_stub.h"

// Eight features in pages of three: the second row is a bow-tie, the fifth has no shape, the eighth
// is the ground of the first.
#define RING(w, e) "[" w ",30.5],[" e ",30.5],[" e ",30.501],[" w ",30.501],[" w ",30.5]"
#define AREA(ring) "{\"type\":\"Polygon\",\"coordinates\":[[" ring "]]}"

static const struct {
    const char *owner, *geometry;
} ROWS[] = {
    {"张三", AREA(RING("119.60", "119.601"))},
    {"李四", AREA("[119.61,30.5],[119.611,30.501],[119.611,30.5],[119.61,30.501],[119.61,30.5]")},
    {"王五", AREA(RING("119.62", "119.621"))},
    {"赵六", AREA(RING("119.63", "119.631"))},
    {"孙七", "null"},
    {"周八", AREA(RING("119.65", "119.651"))},
    {"吴九", AREA(RING("119.66", "119.661"))},
    {"郑十", AREA(RING("119.60", "119.601"))},
};
enum { N_ROWS = sizeof(ROWS) / sizeof(ROWS[0]), PAGE = 3 };

struct web {
    struct fixture registry;
    struct http_place place;
};

// Rows `first` … of one page; with ids such as "woods.2" for the second, or else numbers from 101.
static char *page(long first, bool named, const char *more)
{
    struct th_buf body;
    th_buf_init(&body, 64 * 1024);
    th_buf_printf(&body, "{\"type\":\"FeatureCollection\",\"numberMatched\":%d,\"features\":[",
                  N_ROWS);
    for (long row = first; row < N_ROWS && row < first + PAGE; row++) {
        th_buf_printf(&body, "%s{\"type\":\"Feature\",\"id\":", row > first ? "," : "");
        th_buf_printf(&body, named ? "\"woods.%ld\"" : "10%ld", row + 1);
        th_buf_printf(&body,
                      ",\"properties\":{\"地块号\":\"A-%ld\",\"权利人\":\"%s\"},"
                      "\"geometry\":%s}",
                      row + 1, ROWS[row].owner, ROWS[row].geometry);
    }
    th_buf_printf(&body, "]%s}", more);
    char *reply = http_stub_reply("application/geo+json", th_buf_text(&body));
    th_buf_clear(&body);
    return reply;
}

static long number_in(const char *path, const char *name)
{
    const char *at = strstr(path, name);
    return at == NULL ? 0 : strtol(at + strlen(name), NULL, 10);
}

static char *answer(void *context, const char *path)
{
    (void)context;
    if (strstr(path, "service=WFS") != NULL) {
        return page(number_in(path, "startIndex="), true, "");
    }
    if (strstr(path, "/collections/woods/items") != NULL) {
        char more[128] = "";
        long offset = number_in(path, "offset=");
        if (offset + PAGE < N_ROWS) {
            (void)snprintf(more, sizeof(more),
                           ",\"links\":[{\"rel\":\"next\",\"href\":\"items?offset=%ld\"}]",
                           offset + PAGE);
        }
        return page(offset, false, more);
    }
    if (strcmp(path, "/files/woods.csv") == 0) {
        return http_stub_reply("text/csv", "地块号,权利人,WKT\nB-1,张三,\"" INTAKE_CELL_0
                                           "\"\nB-2,李四,\"" INTAKE_BOW_TIE "\"\n");
    }
    return NULL; // 404
}

static int set_up(void **state)
{
    struct web *web = calloc(1, sizeof(*web));
    char certificate[TH_TEST_PATH_SIZE];
    assert_non_null(web);
    fixture_open(&web->registry);
    http_place_make(&web->place, "list.csv");
    (void)th_test_path(certificate, web->place.folder, "certificate.pem");
    web->place.stub = http_stub_new_secure(answer, NULL, certificate);
    assert_int_equal(setenv("SSL_CERT_FILE", certificate, 1), 0);
    *state = web;
    return 0;
}

static int tear_down(void **state)
{
    struct web *web = *state;
    assert_int_equal(unsetenv("SSL_CERT_FILE"), 0);
    http_place_remove(&web->place);
    fixture_close(&web->registry);
    free(web);
    return 0;
}

// Imports from the address and writes the problem list beside.
static struct th_json *import(struct web *web, const char *name, const char *list)
{
    struct th_json *reply = NULL;
    struct th_error err;
    struct th_parcel_import_options options =
        intake_options(&web->registry, http_place_url(&web->place, name));
    (void)th_test_path(web->place.path, web->place.folder, list);
    options.problems_path = web->place.path;
    assert_ok(
        th_parcel_import(web->registry.registry, &web->registry.request, &options, &reply, &err),
        &err);
    return reply;
}

// The problem list, as CSV or as workbook, row by row and by the names of its columns.
struct table {
    char *cells[8][24]; // the headings first
    size_t n_rows, n_columns;
};

static void table_read(const char *path, struct table *table)
{
    const struct th_reader_options how = {.shapeless = true};
    struct th_reader *reader = NULL;
    struct th_reader_batch *batch = NULL;
    struct th_error err;
    *table = (struct table){.n_rows = 1};
    assert_ok(th_reader_open(path, &how, &reader, &err), &err);
    table->n_columns = th_reader_info(reader)->n_fields;
    assert_true(table->n_columns <= 24);
    for (size_t k = 0; k < table->n_columns; k++) {
        table->cells[0][k] = strdup(th_reader_field(reader, k));
    }
    assert_ok(th_reader_next(reader, &batch, &err), &err);
    for (size_t i = 0; i < batch->n_rows; i++, table->n_rows++) {
        for (size_t k = 0; k < table->n_columns; k++) {
            table->cells[table->n_rows][k] =
                strdup(batch->rows[i].values[k] == NULL ? "" : batch->rows[i].values[k]);
        }
    }
    th_reader_batch_free(batch);
    th_reader_close(reader);
}

static void table_clear(struct table *table)
{
    for (size_t i = 0; i < table->n_rows; i++) {
        for (size_t k = 0; k < table->n_columns; k++) {
            free(table->cells[i][k]);
        }
    }
}

// Of the last column of that name: those of the source stand behind those of the list.
static const char *cell(const struct table *table, size_t row, const char *column)
{
    for (size_t k = table->n_columns; k-- > 0;) {
        if (strcmp(table->cells[0][k], column) == 0) {
            return table->cells[row][k];
        }
    }
    return NULL;
}

static void assert_cell(const struct table *table, size_t row, const char *column, const char *want)
{
    const char *text = cell(table, row, column);
    if (text == NULL) {
        fail_msg("no column %s", column);
    } else {
        assert_string_equal(text, want);
    }
}

// Rows 2, 5 and 8, which came with the pages 1, 2 and 3.
static void assert_list(const char *path, const char *id_column, const char *const ids[3])
{
    static const struct {
        const char *row, *code, *page, *number, *owner;
    } WANTED[3] = {{"2", "geometry_invalid", "1", "A-2", "李四"},
                   {"5", "geometry_empty", "2", "A-5", "孙七"},
                   {"8", "duplicate", "3", "A-8", "郑十"}};
    struct table table;
    table_read(path, &table);
    assert_int_equal(table.n_rows, 1 + 3);
    for (size_t i = 0; i < 3; i++) {
        assert_cell(&table, i + 1, "行", WANTED[i].row);
        assert_cell(&table, i + 1, "代码", WANTED[i].code);
        assert_cell(&table, i + 1, "页", WANTED[i].page);
        assert_cell(&table, i + 1, id_column, ids[i]);
        assert_cell(&table, i + 1, "地块号", WANTED[i].number);
        assert_cell(&table, i + 1, "权利人", WANTED[i].owner);
    }
    table_clear(&table);
}

static void assert_origin(const struct th_json *reply, const char *protocol, int64_t pages)
{
    const struct th_json *source = th_json_get(reply, "source");
    assert_string_equal(th_json_get_text(source, "protocol", ""), protocol);
    assert_int_equal(th_json_get_int(source, "pages", -1), pages);
    assert_int_equal(strlen(th_json_get_text(source, "received_sha256", "")), 64);
}

// The row's page in the reply, -1 where it is null.
static int64_t page_of(const struct th_json *reply, int64_t row)
{
    const struct th_json *problems = th_json_get(reply, "problems");
    for (size_t i = 0; i < th_json_size(problems); i++) {
        if (th_json_get_int(th_json_at(problems, i), "row", 0) == row) {
            return th_json_get_int(th_json_at(problems, i), "page", -1);
        }
    }
    fail_msg("row %d has no problem", (int)row);
    return 0;
}

// Numbers are what the service calls its features by.
static void ogc_api__each_problem_says_its_page_and_the_number_of_the_feature(void **state)
{
    struct web *web = *state;
    static const char *const LISTS[] = {"list.csv", "list.xlsx"};
    for (size_t i = 0; i < 2; i++) {
        web->registry.request.dry_run = i == 0;
        struct th_json *reply = import(web, "api/collections/woods", LISTS[i]);
        assert_int_equal(th_json_get_int(reply, "accepted", -1), 5);
        assert_origin(reply, "OGC API – Features", 3);
        assert_int_equal(page_of(reply, 2), 1);
        assert_int_equal(page_of(reply, 5), 2);
        assert_int_equal(page_of(reply, 8), 3);
        th_json_free(reply);
        assert_list(web->place.path, "要素号", (const char *const[]){"102", "105", "108"});
    }
}

// Texts are a column of the source.
static void wfs__each_problem_says_its_page_and_the_id_of_the_feature(void **state)
{
    struct web *web = *state;
    static const char *const LISTS[] = {"list.csv", "list.xlsx"};
    for (size_t i = 0; i < 2; i++) {
        web->registry.request.dry_run = i == 0;
        struct th_json *reply = import(web, "geo?service=WFS&typeNames=a:woods", LISTS[i]);
        assert_int_equal(th_json_get_int(reply, "accepted", -1), 5);
        assert_origin(reply, "WFS 2.0", 3);
        th_json_free(reply);
        assert_list(web->place.path, "id", (const char *const[]){"woods.2", "woods.5", "woods.8"});
    }
}

// A file has no pages, and its list no such columns.
static void file__of_an_address_gives_a_list_like_one_on_disk(void **state)
{
    struct web *web = *state;
    static const char *const LISTS[] = {"list.csv", "list.xlsx"};
    for (size_t i = 0; i < 2; i++) {
        struct table table;
        web->registry.request.dry_run = i == 0;
        struct th_json *reply = import(web, "files/woods.csv", LISTS[i]);
        assert_int_equal(th_json_get_int(reply, "accepted", -1), 1);
        assert_origin(reply, "https", 1);
        assert_int_equal(page_of(reply, 3), -1);
        th_json_free(reply);
        table_read(web->place.path, &table);
        assert_int_equal(table.n_rows, 1 + 1);
        assert_cell(&table, 1, "行", "3");
        assert_cell(&table, 1, "代码", "geometry_invalid");
        assert_cell(&table, 1, "地块号", "B-2");
        assert_cell(&table, 1, "权利人", "李四");
        assert_null(cell(&table, 1, "页"));
        table_clear(&table);
    }
}

// The list that went out comes back with a shape for the row that had none.
static void list__of_pages_is_taken_back_mended(void **state)
{
    struct web *web = *state;
    char mended[TH_TEST_PATH_SIZE];
    const char *mends[] = {fixture_file(
        &web->registry, mended, "mended.csv",
        "行,页,要素号,地块号,权利人,WKT\n"
        "5,2,105,A-5,孙七,\"POLYGON((119.64 30.5,119.641 30.5,119.641 30.501,119.64 30.5))\"\n")};
    struct th_json *reply = NULL;
    struct th_error err;
    struct th_parcel_import_options options =
        intake_options(&web->registry, http_place_url(&web->place, "api/collections/woods"));
    options.mends = mends;
    options.n_mends = 1;
    assert_ok(
        th_parcel_import(web->registry.registry, &web->registry.request, &options, &reply, &err),
        &err);
    assert_int_equal(th_json_get_int(reply, "accepted", -1), 6);
    assert_int_equal(fixture_problems(reply, 5, NULL, NULL), 0);
    th_json_free(reply);
}

// Nothing is read of a site that nobody vouches for, and nothing is stored.
static void site__without_a_certificate_that_is_trusted_is_refused(void **state)
{
    struct web *web = *state;
    struct th_json *reply = NULL;
    struct th_error err = {0};
    struct th_parcel_import_options options =
        intake_options(&web->registry, http_place_url(&web->place, "api/collections/woods"));
    assert_int_equal(unsetenv("SSL_CERT_FILE"), 0);
    assert_status(
        th_parcel_import(web->registry.registry, &web->registry.request, &options, &reply, &err),
        TH_UNREADABLE, &err);
    assert_string_equal(err.key, "download_untrusted");
    assert_null(reply);
    assert_int_equal(http_stub_n_requests(web->place.stub), 0);
    assert_int_equal(intake_parcels(&web->registry), 0);
}

#define WEB_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WEB_TEST(ogc_api__each_problem_says_its_page_and_the_number_of_the_feature),
        WEB_TEST(wfs__each_problem_says_its_page_and_the_id_of_the_feature),
        WEB_TEST(file__of_an_address_gives_a_list_like_one_on_disk),
        WEB_TEST(list__of_pages_is_taken_back_mended),
        WEB_TEST(site__without_a_certificate_that_is_trusted_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
