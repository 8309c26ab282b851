// Where rows lie and whose ground they are: boundaries, other schemes, retired parcels, rows that a
// phone's map has moved, neighbours that change places, waivers; and packages on the same ground.
// A cell of 0.001° at 119.6 E 30.5 N measures 10,642.4750 m² along geodesics.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "gis/offset.h"
#include "registry/audit.h"
#include "registry/layer.h"
#include "registry/package.h"
#include "registry/parcel_life.h"
#include "registry/setup.h"
#include "store/overlap_store.h"
#include "store/parcel_store.h"
#include "tests/integration/parcel_fixture.h"

enum { TEXT_SIZE = 4096, FILE_SIZE = 256 * 1024 };

static int set_up(void **state)
{
    struct fixture *f = malloc(sizeof *f);
    struct th_json *reply = NULL;
    struct th_error err;
    const struct th_party_add_options party = {.kind = "cooperative", .name = "测试合作社"};
    assert_non_null(f);
    fixture_open(f);
    assert_ok(th_party_add(f->registry, &f->request, &party, &reply, &err), &err);
    th_json_free(reply);
    assert_ok(th_user_add(f->registry, &f->request, "officer", "officer", NULL, NULL, &reply, &err),
              &err);
    th_json_free(reply);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    struct th_json *reply = NULL;
    struct th_error err;
    assert_ok(th_registry_check(f->registry, NULL, true, f->messages, TH_LANG_EN, &reply, &err),
              &err);
    assert_true(th_json_get_bool(reply, "ok", false));
    th_json_free(reply);
    fixture_close(f);
    free(f);
    return 0;
}

// A file in the making: features one after the other.
struct features {
    char text[FILE_SIZE];
    size_t size;
};

static void add_ring(struct features *file, const struct th_xy *points, size_t n,
                     const char *properties)
{
    int used = snprintf(file->text + file->size, sizeof file->text - file->size,
                        "%s{\"type\":\"Feature\",\"properties\":{%s},\"geometry\":{\"type\":"
                        "\"Polygon\",\"coordinates\":[[",
                        file->size > 0 ? "," : "", properties);
    assert_true(used > 0 && file->size + (size_t)used < sizeof file->text);
    file->size += (size_t)used;
    for (size_t i = 0; i <= n; i++) {
        used = snprintf(file->text + file->size, sizeof file->text - file->size, "%s[%.9f,%.9f]",
                        i > 0 ? "," : "", points[i % n].x, points[i % n].y);
        assert_true(used > 0 && file->size + (size_t)used < sizeof file->text);
        file->size += (size_t)used;
    }
    used = snprintf(file->text + file->size, sizeof file->text - file->size, "]]}}");
    assert_true(used > 0 && file->size + (size_t)used < sizeof file->text);
    file->size += (size_t)used;
}

static void add_box(struct features *file, double west, double south, double width, double height,
                    const char *properties)
{
    const struct th_xy ring[] = {{west, south},
                                 {west + width, south},
                                 {west + width, south + height},
                                 {west, south + height}};
    add_ring(file, ring, 4, properties);
}

// A row of a cell's height with a number.
static void add_row(struct features *file, int number, double west, double south, double width)
{
    char properties[64];
    (void)snprintf(properties, sizeof properties, "\"number\":\"%d\"", number);
    add_box(file, west, south, width, 0.001, properties);
}

static struct th_json *import_with(struct fixture *f, const struct features *file,
                                   struct th_parcel_import_options options)
{
    static int n = 0;
    char name[32];
    char path[TH_TEST_PATH_SIZE];
    (void)snprintf(name, sizeof name, "rows%d.geojson", ++n);
    fixture_geojson(f, path, name, file->text);
    options.source = path;
    return fixture_import(f, &options);
}

static struct th_json *import(struct fixture *f, const struct features *file)
{
    return import_with(f, file, fixture_options(f, NULL));
}

static int64_t accepted(const struct th_json *reply)
{
    return th_json_get_int(reply, "accepted", -1);
}

static int64_t parcel_of(const struct th_json *reply, size_t index)
{
    return th_json_int_value(th_json_at(th_json_get(reply, "parcel_ids"), index));
}

static const char *message_of(const struct th_json *reply, int64_t row, const char *code)
{
    const struct th_json *problems = th_json_get(reply, "problems");
    for (size_t i = 0; i < th_json_size(problems); i++) {
        const struct th_json *problem = th_json_at(problems, i);
        if (th_json_get_int(problem, "row", -1) == row &&
            strcmp(th_json_get_text(problem, "code", ""), code) == 0)
            return th_json_get_text(problem, "message", "");
    }
    fail_msg("row %d has no problem %s", (int)row, code);
    return "";
}

static void layer_add(struct fixture *f, const struct features *file,
                      struct th_layer_add_options options)
{
    static int n = 0;
    char name[32];
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err;
    (void)snprintf(name, sizeof name, "layer%d.geojson", ++n);
    fixture_geojson(f, path, name, file->text);
    options.source = path;
    assert_ok(th_layer_add(f->registry, &f->request, &options, &reply, &err), &err);
    assert_true(accepted(reply) > 0);
    th_json_free(reply);
}

static void county_add(struct fixture *f)
{
    struct features county = {.size = 0};
    add_box(&county, 119.5, 30.4, 0.1, 0.2, "\"code\":\"330523\",\"name\":\"测试县\"");
    layer_add(f, &county, (struct th_layer_add_options){.role = "county", .name = "县界"});
}

static void bounds__a_row_lies_in_its_county_or_says_how_much_of_it_does_not(void **state)
{
    struct fixture *f = *state;
    struct features rows = {.size = 0};
    county_add(f);
    add_row(&rows, 1, 119.599, 30.5, 0.001);      // within, on the boundary
    add_row(&rows, 2, 119.5993, 30.502, 0.001);   // three tenths outside
    add_row(&rows, 3, 119.5996, 30.504, 0.001);   // six tenths
    add_row(&rows, 4, 119.9, 30.5, 0.001);        // far away
    add_row(&rows, 5, 119.599005, 30.506, 0.001); // five thousandths
    struct th_json *reply = import(f, &rows);
    assert_int_equal(accepted(reply), 3);
    assert_int_equal(fixture_problems(reply, 1, NULL, NULL), 0);
    assert_int_equal(fixture_problems(reply, 2, "outside_county", "warning"), 1);
    assert_non_null(strstr(message_of(reply, 2, "outside_county"), "30.00%"));
    assert_non_null(strstr(message_of(reply, 2, "outside_county"), "测试县"));
    assert_int_equal(fixture_problems(reply, 3, "outside_county", "error"), 1);
    assert_int_equal(fixture_problems(reply, 4, "outside_county", "error"), 1);
    assert_non_null(strstr(message_of(reply, 4, "outside_county"), "100.00%"));
    assert_int_equal(fixture_problems(reply, 5, NULL, NULL), 0);
    th_json_free(reply);
    // A file that lies elsewhere as a whole meets no boundary, and is told so all the same.
    rows.size = 0;
    add_row(&rows, 9, 120.9, 30.5, 0.001);
    reply = import(f, &rows);
    assert_int_equal(fixture_problems(reply, 1, "outside_county", "error"), 1);
    th_json_free(reply);
}

static void bounds__the_township_of_the_village_goes_before_the_county(void **state)
{
    struct fixture *f = *state;
    struct features townships = {.size = 0};
    struct features rows = {.size = 0};
    county_add(f);
    add_box(&townships, 119.5, 30.4, 0.05, 0.2, "\"code\":\"330523001\",\"name\":\"测试乡\"");
    add_box(&townships, 119.55, 30.4, 0.05, 0.2, "\"code\":\"330523002\",\"name\":\"别乡\"");
    layer_add(f, &townships, (struct th_layer_add_options){.role = "township", .name = "乡界"});
    add_row(&rows, 1, 119.51, 30.5, 0.001);
    add_row(&rows, 2, 119.56, 30.5, 0.001); // in the other township
    struct th_json *reply = import(f, &rows);
    assert_int_equal(accepted(reply), 1);
    assert_int_equal(fixture_problems(reply, 1, NULL, NULL), 0);
    assert_non_null(strstr(message_of(reply, 2, "outside_county"), "测试乡"));
    th_json_free(reply);
}

static void villages__a_boundary_tells_where_nobody_does(void **state)
{
    struct fixture *f = *state;
    struct features villages = {.size = 0};
    struct features rows = {.size = 0};
    struct th_parcel_import_options options = fixture_options(f, NULL);
    struct th_parcel_record record;
    struct th_error err;
    options.village = NULL;
    // Nineteen digits, as the land survey has them; in two parts, neither of which holds a half.
    add_box(&villages, 119.6, 30.5, 0.0004, 0.01, "\"code\":\"3305230012010000000\"");
    add_box(&villages, 119.6004, 30.5, 0.01, 0.01, "\"code\":\"3305230012010000000\"");
    add_box(&villages, 119.6104, 30.5, 0.01, 0.01, "\"name\":\"测试二村\"");
    layer_add(f, &villages, (struct th_layer_add_options){.role = "village", .name = "村界"});
    add_row(&rows, 1, 119.6, 30.5, 0.0008);     // both parts of the first
    add_row(&rows, 2, 119.6100, 30.501, 0.001); // four and six tenths
    add_row(&rows, 3, 119.6200, 30.502, 0.001); // six tenths in none
    add_box(&rows, 119.611, 30.503, 0.001, 0.001, "\"number\":\"4\",\"CUN\":\"测试一村\"");
    struct th_json *reply = import_with(f, &rows, options);
    assert_int_equal(accepted(reply), 3);
    assert_int_equal(fixture_problems(reply, 3, "village_unknown", "error"), 1);
    static const char *const WANTED[] = {FIXTURE_VILLAGE, FIXTURE_OTHER_VILLAGE, FIXTURE_VILLAGE};
    for (size_t i = 0; i < 3; i++) {
        assert_ok(
            th_parcel_load(th_registry_store(f->registry), parcel_of(reply, i), 0, &record, &err),
            &err);
        assert_string_equal(record.village, WANTED[i]);
    }
    const struct th_json *detections = th_json_get(reply, "detections");
    bool told = false;
    for (size_t i = 0; i < th_json_size(detections); i++)
        told =
            told || strcmp(th_json_get_text(th_json_at(detections, i), "what", ""), "village") == 0;
    assert_true(told);
    th_json_free(reply);
    // The village that is given goes before the boundary.
    rows.size = 0;
    add_row(&rows, 5, 119.611, 30.507, 0.001);
    reply = import(f, &rows);
    assert_ok(th_parcel_load(th_registry_store(f->registry), parcel_of(reply, 0), 0, &record, &err),
              &err);
    assert_string_equal(record.village, FIXTURE_VILLAGE);
    th_json_free(reply);
}

static void scheme_add(struct fixture *f, double west, const char *from, const char *to)
{
    struct features land = {.size = 0};
    add_box(&land, west, 30.5, 0.001, 0.001, "\"name\":\"一期\"");
    layer_add(
        f, &land,
        (struct th_layer_add_options){
            .role = "other_scheme", .name = "竹林项目", .scheme = "CCER", .from = from, .to = to});
}

struct noted {
    int n;
    int64_t parcel_id, other_parcel_id, other_shape_id;
};

static bool note_waiver(void *context, const struct th_overlap_waiver *waiver)
{
    struct noted *noted = context;
    noted->n++;
    noted->parcel_id = waiver->parcel_id;
    noted->other_parcel_id = waiver->other_parcel_id;
    noted->other_shape_id = waiver->other_shape_id;
    return true;
}

static struct noted waivers(struct fixture *f)
{
    struct noted noted = {0};
    struct th_error err;
    assert_ok(th_overlap_waiver_each(th_registry_store(f->registry), 0, note_waiver, &noted, &err),
              &err);
    return noted;
}

static bool note_finding(void *context, const struct th_import_finding *finding)
{
    struct noted *noted = context;
    if (strcmp(finding->other_kind, "layer") == 0) {
        noted->n++;
        noted->other_shape_id = finding->other_id;
    }
    return true;
}

// An officer's import that waives the overlaps of one row.
static struct th_json *import_waiving(struct fixture *f, const struct features *file,
                                      const char *row)
{
    char document[TH_TEST_PATH_SIZE];
    struct th_parcel_import_options options = fixture_options(f, NULL);
    fixture_file(f, document, "decision.txt", "decided");
    options.waive_rows = &row;
    options.n_waive_rows = 1;
    options.waive_reason = "项目已终止";
    options.waive_document = document;
    f->request.login = "officer";
    struct th_json *reply = import_with(f, file, options);
    f->request.login = "admin";
    return reply;
}

// Somebody else, with the file open beside the import.
struct meanwhile {
    struct fixture *other;
    bool done;
};

static bool scheme_meanwhile(void *context, const char *stage, int64_t n_done, int64_t total)
{
    struct meanwhile *m = context;
    (void)n_done;
    (void)total;
    if (strcmp(stage, "compare") == 0 && !m->done) {
        m->done = true;
        scheme_add(m->other, 119.61, "2020-01-01", NULL);
    }
    return true;
}

static void schemes__land_that_is_added_while_rows_are_compared_is_not_missed(void **state)
{
    struct fixture *f = *state;
    struct fixture other = *f;
    struct features file = {.size = 0};
    other.registry = fixture_registry_open(f->path);
    struct meanwhile m = {.other = &other};
    const struct th_progress progress = {scheme_meanwhile, &m};
    add_row(&file, 1, 119.61, 30.5, 0.001);
    add_row(&file, 2, 119.62, 30.5, 0.001);
    f->request.progress = &progress;
    struct th_json *reply = import(f, &file);
    f->request.progress = NULL;
    assert_true(m.done);
    assert_int_equal(fixture_problems(reply, 1, "overlap_other_scheme", "error"), 1);
    assert_int_equal(accepted(reply), 1);
    th_json_free(reply);
    th_registry_close(other.registry);
}

static void schemes__land_that_counts_elsewhere_is_refused_and_strips_are_taken_off(void **state)
{
    struct fixture *f = *state;
    struct features rows = {.size = 0};
    struct th_parcel_record record;
    struct th_error err;
    scheme_add(f, 119.6, NULL, NULL);
    scheme_add(f, 119.7, NULL, "2025-06-14");   // over since yesterday
    scheme_add(f, 119.8, NULL, "2025-06-15");   // over from tomorrow on
    add_row(&rows, 1, 119.6005, 30.5, 0.001);   // half of it
    add_row(&rows, 2, 119.599001, 30.5, 0.001); // a strip of a thousandth, 0.1 m wide
    add_row(&rows, 3, 119.7, 30.5, 0.001);
    add_row(&rows, 4, 119.8, 30.5, 0.001); // all of it
    struct th_json *reply = import(f, &rows);
    assert_int_equal(accepted(reply), 2);
    assert_int_equal(fixture_problems(reply, 1, "overlap_other_scheme", "error"), 1);
    const char *message = message_of(reply, 1, "overlap_other_scheme");
    assert_non_null(strstr(message, "CCER"));
    assert_non_null(strstr(message, "竹林项目"));
    assert_non_null(strstr(message, "一期"));
    assert_non_null(strstr(message, "50.00%"));
    assert_int_equal(fixture_problems(reply, 2, "sliver", "warning"), 1);
    assert_non_null(strstr(message_of(reply, 2, "sliver"), "竹林项目"));
    assert_int_equal(fixture_problems(reply, 3, NULL, NULL), 0);
    assert_int_equal(fixture_problems(reply, 4, "overlap_other_scheme", "error"), 1);
    assert_ok(th_parcel_load(th_registry_store(f->registry), parcel_of(reply, 0), 0, &record, &err),
              &err);
    assert_close(th_area_m2(record.sliver), 10.642, 0.01);
    th_json_free(reply);
}

static void schemes__an_officers_waiver_takes_the_ground_off_and_is_on_record(void **state)
{
    struct fixture *f = *state;
    struct features rows = {.size = 0};
    struct th_parcel_record record;
    struct th_error err;
    scheme_add(f, 119.6, NULL, NULL);
    add_row(&rows, 1, 119.6004, 30.5, 0.001);
    struct th_json *reply = import_waiving(f, &rows, "1");
    assert_int_equal(accepted(reply), 1);
    assert_int_equal(fixture_problems(reply, 1, "overlap_other_scheme", "warning"), 1);
    int64_t parcel_id = parcel_of(reply, 0);
    int64_t import_id = th_json_get_int(reply, "import_id", 0);
    th_json_free(reply);
    assert_ok(th_parcel_load(th_registry_store(f->registry), parcel_id, 0, &record, &err), &err);
    assert_close(th_area_m2(record.sliver), 0.6 * 10642.475, 0.02);
    struct noted noted = waivers(f);
    assert_int_equal(noted.n, 1);
    assert_int_equal(noted.parcel_id, parcel_id);
    assert_int_equal(noted.other_parcel_id, 0);
    assert_int_equal(noted.other_shape_id, 1);
    noted = (struct noted){0};
    assert_ok(th_import_finding_each(th_registry_store(f->registry), import_id, note_finding,
                                     &noted, &err),
              &err);
    assert_int_equal(noted.n, 1);
    assert_int_equal(noted.other_shape_id, 1);
    // Where nothing is left there is nothing to register.
    rows.size = 0;
    scheme_add(f, 119.7, NULL, NULL);
    add_row(&rows, 2, 119.7, 30.5, 0.001);
    reply = import_waiving(f, &rows, "1");
    assert_int_equal(accepted(reply), 0);
    th_json_free(reply);
}

static void package_make(struct fixture *f, const char *name, int64_t parcel_id, int year,
                         enum th_status want, struct th_error *err)
{
    char parcel[24];
    char from[24];
    char to[24];
    const char *parcels[] = {parcel};
    struct th_json *reply = NULL;
    (void)snprintf(parcel, sizeof parcel, "%lld", (long long)parcel_id);
    (void)snprintf(from, sizeof from, "%04d-01-01", year);
    (void)snprintf(to, sizeof to, "%04d-12-31", year);
    const struct th_package_create_options options = {.name = name,
                                                      .holder = "测试合作社",
                                                      .methodology = "reported-factor",
                                                      .from = from,
                                                      .to = to,
                                                      .parcels = parcels,
                                                      .n_parcels = 1};
    assert_status(th_package_create(f->registry, &f->request, &options, &reply, err), want, err);
    th_json_free(reply);
}

static void package__land_under_another_scheme_in_its_period_is_refused_unless_waived(void **state)
{
    struct fixture *f = *state;
    struct features rows = {.size = 0};
    struct th_error err;
    add_row(&rows, 1, 119.5996, 30.5, 0.001);
    struct th_json *reply = import(f, &rows);
    int64_t before = parcel_of(reply, 0);
    th_json_free(reply);
    scheme_add(f, 119.6, "2022-03-01", NULL); // becomes known later
    package_make(f, "2022", before, 2022, TH_CONFLICT, &err);
    assert_string_equal(err.key, "ground_other_scheme");
    assert_string_equal(th_error_arg_get(&err, "scheme"), "CCER");
    assert_string_equal(th_error_arg_get(&err, "from"), "2022-03-01");
    package_make(f, "2021", before, 2021, TH_OK, &err);
    rows.size = 0;
    add_row(&rows, 2, 119.6006, 30.5, 0.001);
    reply = import_waiving(f, &rows, "1");
    package_make(f, "waived", parcel_of(reply, 0), 2022, TH_OK, &err);
    th_json_free(reply);
}

static void retire(struct fixture *f, int64_t parcel_id)
{
    const struct th_parcel_retire_options options = {.parcel_id = parcel_id, .reason = "征收"};
    struct th_json *reply = NULL;
    struct th_error err;
    assert_ok(th_parcel_retire_use(f->registry, &f->request, &options, &reply, &err), &err);
    th_json_free(reply);
}

static void retired__a_split_parent_is_remarked_on_and_counts_while_a_package_holds_it(void **state)
{
    struct fixture *f = *state;
    struct features rows = {.size = 0};
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err;
    add_row(&rows, 1, 119.6, 30.5, 0.001);
    add_row(&rows, 2, 119.602, 30.5, 0.001);
    th_json_free(import(f, &rows));
    package_make(f, "parent", 1, 2022, TH_OK, &err);
    fixture_file(f, path, "cut.wkt", "LINESTRING (119.6005 30.4, 119.6005 30.6)");
    const struct th_parcel_split_options options = {
        .parcel_id = 1, .drawing = path, .reason = "分户"};
    assert_ok(th_parcel_split(f->registry, &f->request, &options, &reply, &err), &err);
    th_json_free(reply);
    retire(f, 3);
    retire(f, 4);
    retire(f, 2); // was in no package
    rows.size = 0;
    add_row(&rows, 5, 119.6, 30.5, 0.0004);
    add_row(&rows, 6, 119.602, 30.5, 0.001);
    reply = import(f, &rows);
    assert_int_equal(accepted(reply), 2);
    assert_int_equal(fixture_problems(reply, 1, "overlap_retired", "warning"), 1);
    assert_non_null(strstr(message_of(reply, 1, "overlap_retired"), "parcel 1"));
    assert_int_equal(fixture_problems(reply, 2, NULL, NULL), 0);
    int64_t again = parcel_of(reply, 0);
    th_json_free(reply);
    package_make(f, "again", again, 2022, TH_CONFLICT, &err);
    assert_string_equal(err.key, "ground_already_packaged");
    assert_string_equal(th_error_arg_get(&err, "other"), "1");
    package_make(f, "later", again, 2023, TH_OK, &err);
    assert_ok(th_package_withdraw(f->registry, &f->request, "parent", "重做", &reply, &err), &err);
    th_json_free(reply);
    package_make(f, "free", again, 2022, TH_OK, &err);
}

static const struct th_xy FIELD[] = {{119.6, 30.5},       {119.6013, 30.5001}, {119.6011, 30.5009},
                                     {119.6006, 30.5007}, {119.6004, 30.5016}, {119.5999, 30.5012}};
enum { FIELD_CORNERS = sizeof FIELD / sizeof FIELD[0] };

static void add_field(struct features *file, bool gcj02, const char *number)
{
    struct th_xy ring[FIELD_CORNERS];
    for (size_t i = 0; i < FIELD_CORNERS; i++)
        ring[i] = gcj02 ? th_offset_to_gcj02(FIELD[i]) : FIELD[i];
    add_ring(file, ring, FIELD_CORNERS, number);
}

static const struct th_json *detection(const struct th_json *reply, const char *what)
{
    const struct th_json *list = th_json_get(reply, "detections");
    for (size_t i = 0; i < th_json_size(list); i++)
        if (strcmp(th_json_get_text(th_json_at(list, i), "what", ""), what) == 0)
            return th_json_at(list, i);
    return NULL;
}

static void shift__a_copy_from_a_phones_map_is_known_by_its_shape(void **state)
{
    struct fixture *f = *state;
    struct features right = {.size = 0};
    struct features moved = {.size = 0};
    struct th_parcel_import_options options = fixture_options(f, NULL);
    add_field(&right, false, "\"number\":\"1\"");
    add_field(&moved, true, "\"number\":\"2\"");
    struct th_json *reply = import(f, &right);
    assert_int_equal(accepted(reply), 1);
    assert_null(detection(reply, "offset"));
    th_json_free(reply);
    reply = import(f, &moved);
    assert_int_equal(accepted(reply), 0);
    assert_int_equal(fixture_problems(reply, 1, "gcj02_suspected", "error"), 1);
    assert_non_null(strstr(message_of(reply, 1, "gcj02_suspected"), "parcel 1"));
    assert_non_null(detection(reply, "offset"));
    assert_string_equal(th_json_get_text(detection(reply, "offset"), "option", ""),
                        "--offset gcj02");
    th_json_free(reply);
    options.offset = "gcj02"; // then it is what it is: the same ground again
    reply = import_with(f, &moved, options);
    assert_int_equal(fixture_problems(reply, 1, "duplicate", "error"), 1);
    assert_int_equal(fixture_problems(reply, 1, "gcj02_suspected", NULL), 0);
    th_json_free(reply);
    options.offset = "none"; // the clerk knows better
    reply = import_with(f, &moved, options);
    assert_int_equal(accepted(reply), 1);
    th_json_free(reply);
}

static void
shift__of_two_rows_the_moved_one_is_blamed_and_of_a_registered_one_the_new_row(void **state)
{
    struct fixture *f = *state;
    struct features both = {.size = 0};
    struct features right = {.size = 0};
    struct th_parcel_import_options options = fixture_options(f, NULL);
    add_field(&both, false, "\"number\":\"1\"");
    add_field(&both, true, "\"number\":\"2\"");
    struct th_json *reply = import_with(f, &both, options);
    assert_int_equal(accepted(reply), 1);
    assert_int_equal(fixture_problems(reply, 1, NULL, NULL), 0);
    assert_int_equal(fixture_problems(reply, 2, "gcj02_suspected", "error"), 1);
    assert_non_null(strstr(message_of(reply, 2, "gcj02_suspected"), "row 1"));
    retire(f, parcel_of(reply, 0));
    th_json_free(reply);
    struct features moved = {.size = 0};
    add_field(&moved, true, "\"number\":\"3\"");
    options.offset = "none";
    reply = import_with(f, &moved, options);
    assert_int_equal(accepted(reply), 1); // retired ones are nobody's twins
    th_json_free(reply);
    add_field(&right, false, "\"number\":\"4\"");
    reply = import(f, &right);
    assert_int_equal(fixture_problems(reply, 1, "gcj02_suspected", "error"), 1);
    assert_non_null(strstr(message_of(reply, 1, "gcj02_suspected"), "m away"));
    th_json_free(reply);
    // Its own parcel is brought back to where it is by an update.
    right.size = 0;
    add_field(&right, false, "\"number\":\"3\"");
    options = fixture_options(f, NULL);
    options.update = true;
    reply = import_with(f, &right, options);
    assert_int_equal(accepted(reply), 1);
    th_json_free(reply);
}

// Cells in a column; the county is narrower than the shift of either map.
static void column(struct features *file, int n)
{
    for (int i = 0; i < n; i++) {
        struct th_xy corner =
            th_offset_to_gcj02((struct th_xy){119.6005 + 0.00002 * i, 30.5 + 0.0012 * i});
        add_row(file, i + 1, corner.x, corner.y, 0.001 + 0.00003 * i);
    }
}

static void shift__a_boundary_proves_it_for_many_rows_and_makes_it_likely_for_few(void **state)
{
    struct fixture *f = *state;
    struct features county = {.size = 0};
    struct features rows = {.size = 0};
    add_box(&county, 119.6, 30.45, 0.0035, 0.2, "\"code\":\"330523\",\"name\":\"测试县\"");
    layer_add(f, &county, (struct th_layer_add_options){.role = "county", .name = "县界"});
    column(&rows, 25);
    struct th_json *reply = import(f, &rows);
    assert_int_equal(accepted(reply), 0);
    for (int row = 1; row <= 25; row++) {
        assert_int_equal(fixture_problems(reply, row, "gcj02_suspected", "error"), 1);
        assert_int_equal(fixture_problems(reply, row, NULL, NULL), 1);
    }
    assert_non_null(detection(reply, "offset"));
    assert_string_equal(th_json_get_text(detection(reply, "offset"), "option", ""),
                        "--offset gcj02");
    assert_true(th_json_size(th_json_get(detection(reply, "offset"), "evidence")) > 0);
    th_json_free(reply);
    rows.size = 0;
    column(&rows, 6);
    reply = import(f, &rows);
    assert_int_equal(fixture_problems(reply, 1, "gcj02_suspected", "warning"), 1);
    assert_int_equal(fixture_problems(reply, 1, "outside_county", "error"), 1);
    th_json_free(reply);
    struct th_parcel_import_options options = fixture_options(f, NULL);
    options.offset = "gcj02";
    reply = import_with(f, &rows, options);
    assert_int_equal(accepted(reply), 6);
    th_json_free(reply);
}

static void compare__neighbours_change_places_in_one_file_unless_one_of_them_cannot(void **state)
{
    struct fixture *f = *state;
    struct features rows = {.size = 0};
    struct th_parcel_import_options options = fixture_options(f, NULL);
    options.update = true;
    add_row(&rows, 1, 119.6, 30.5, 0.001);
    add_row(&rows, 2, 119.601, 30.5, 0.001);
    add_row(&rows, 3, 119.602, 30.5, 0.001);
    th_json_free(import(f, &rows));
    rows.size = 0;
    add_row(&rows, 1, 119.601, 30.5, 0.001);
    add_row(&rows, 2, 119.6, 30.5, 0.001);
    struct th_json *reply = import_with(f, &rows, options);
    assert_int_equal(accepted(reply), 2);
    th_json_free(reply);
    // Now 2 lies west of 1. It wants ground of 3, which stays: so 1 cannot have that of 2.
    rows.size = 0;
    add_row(&rows, 1, 119.6, 30.5, 0.001);
    add_row(&rows, 2, 119.602, 30.5, 0.0009);
    reply = import_with(f, &rows, options);
    assert_int_equal(accepted(reply), 0);
    assert_true(fixture_problems(reply, 1, NULL, "error") > 0);
    assert_true(fixture_problems(reply, 2, NULL, "error") > 0);
    th_json_free(reply);
}

static void cells(struct features *file, int n)
{
    for (int i = 0; i < n; i++)
        add_row(file, i + 1, 119.6 + 0.002 * (i % 10), 30.5 + 0.002 * (i / 10), 0.001);
}

static void waive__more_overlaps_than_are_listed_are_not_let_in(void **state)
{
    struct fixture *f = *state;
    struct features rows = {.size = 0};
    cells(&rows, 70);
    add_box(&rows, 119.5995, 30.4995, 0.021, 0.015, "\"number\":\"71\"");
    struct th_json *reply = import_waiving(f, &rows, "71");
    assert_int_equal(accepted(reply), 70);
    assert_int_equal(fixture_problems(reply, 71, "overlap_too_many", "error"), 1);
    assert_true(fixture_problems(reply, 71, "overlap_in_source", "error") > 0);
    th_json_free(reply);
    assert_int_equal(waivers(f).n, 0);
}

static void waive__every_overlap_is_on_record_and_taken_off(void **state)
{
    struct fixture *f = *state;
    struct features rows = {.size = 0};
    struct th_parcel_record record;
    struct th_error err;
    double sum_m2 = 0;
    cells(&rows, 70);
    struct th_json *reply = import(f, &rows);
    assert_int_equal(accepted(reply), 70);
    for (size_t i = 0; i < 70; i++) {
        assert_ok(
            th_parcel_load(th_registry_store(f->registry), parcel_of(reply, i), 0, &record, &err),
            &err);
        sum_m2 += th_area_m2(record.measured);
    }
    th_json_free(reply);
    rows.size = 0;
    add_box(&rows, 119.5995, 30.4995, 0.021, 0.015, "\"number\":\"71\"");
    reply = import(f, &rows);
    assert_int_equal(accepted(reply), 0);
    th_json_free(reply);
    reply = import_waiving(f, &rows, "1");
    assert_int_equal(accepted(reply), 1);
    assert_int_equal(waivers(f).n, 70);
    assert_ok(th_parcel_load(th_registry_store(f->registry), parcel_of(reply, 0), 0, &record, &err),
              &err);
    assert_close(th_area_m2(record.sliver), sum_m2, 0.01 * 70);
    th_json_free(reply);
}

#define GROUND_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        GROUND_TEST(bounds__a_row_lies_in_its_county_or_says_how_much_of_it_does_not),
        GROUND_TEST(bounds__the_township_of_the_village_goes_before_the_county),
        GROUND_TEST(villages__a_boundary_tells_where_nobody_does),
        GROUND_TEST(schemes__land_that_counts_elsewhere_is_refused_and_strips_are_taken_off),
        GROUND_TEST(schemes__land_that_is_added_while_rows_are_compared_is_not_missed),
        GROUND_TEST(schemes__an_officers_waiver_takes_the_ground_off_and_is_on_record),
        GROUND_TEST(package__land_under_another_scheme_in_its_period_is_refused_unless_waived),
        GROUND_TEST(retired__a_split_parent_is_remarked_on_and_counts_while_a_package_holds_it),
        GROUND_TEST(shift__a_copy_from_a_phones_map_is_known_by_its_shape),
        GROUND_TEST(shift__of_two_rows_the_moved_one_is_blamed_and_of_a_registered_one_the_new_row),
        GROUND_TEST(shift__a_boundary_proves_it_for_many_rows_and_makes_it_likely_for_few),
        GROUND_TEST(compare__neighbours_change_places_in_one_file_unless_one_of_them_cannot),
        GROUND_TEST(waive__more_overlaps_than_are_listed_are_not_let_in),
        GROUND_TEST(waive__every_overlap_is_on_record_and_taken_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
