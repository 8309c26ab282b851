// Parcels after intake: split, merged, given another boundary, retired; and what is told of it.
#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "gis/fabric.h"
#include "registry/audit.h"
#include "registry/estimate/estimate.h"
#include "registry/export/export.h"
#include "registry/life/parcel_life.h"
#include "registry/package/package.h"
#include "registry/setup.h"
#include "store/estimate/estimate_store.h"
#include "store/ground/parcel_life_store.h"
#include "tests/integration/parcel_fixture.h"

// Three cells of 0.001° beside each other, and one of the other village.
static const char FEATURES[] =
    "{\"type\":\"Feature\",\"properties\":{\"number\":\"1\",\"declared_area\":\"15.97\","
    "\"species\":\"moso\",\"age\":\"5\"},"
    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[119.6,30.5],[119.601,30.5],"
    "[119.601,30.501],[119.6,30.501],[119.6,30.5]]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"number\":\"2\",\"declared_area\":\"10.00\","
    "\"species\":\"moso\",\"age\":\"7\"},"
    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[119.601,30.5],[119.602,30.5],"
    "[119.602,30.501],[119.601,30.501],[119.601,30.5]]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"number\":\"3\"},"
    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[119.602,30.5],[119.603,30.5],"
    "[119.603,30.501],[119.602,30.501],[119.602,30.5]]]}},"
    "{\"type\":\"Feature\",\"properties\":{\"number\":\"4\",\"CUN\":\"测试二村\"},"
    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[119.603,30.5],[119.604,30.5],"
    "[119.604,30.501],[119.603,30.501],[119.603,30.5]]]}}";

static int set_up(void **state)
{
    (void)fixture_set_up(state);
    struct fixture *f = *state;
    fixture_parcels(f, FEATURES, fixture_options(f, NULL), 4);
    fixture_user(f, "clerk_2", "clerk", FIXTURE_OTHER_VILLAGE);
    fixture_user(f, "bank", "bank", NULL);
    return 0;
}

static struct th_store *store_of(struct fixture *f)
{
    return th_registry_store(f->registry);
}

static void assert_sound(struct fixture *f)
{
    struct th_json *reply = NULL;
    struct th_error err;
    assert_ok(th_registry_check(f->registry, NULL, true, f->messages, TH_LANG_EN, &reply, &err),
              &err);
    assert_true(th_json_get_bool(reply, "ok", false));
    th_json_free(reply);
}

static struct th_json *split(struct fixture *f, const char *login, int64_t parcel_id,
                             const char *drawing, const char *numbers, enum th_status want,
                             struct th_error *err)
{
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_request request = {.login = login};
    fixture_file(f, path, "drawing.wkt", drawing);
    struct th_parcel_split_options options = {
        .parcel_id = parcel_id, .drawing = path, .numbers = numbers, .reason = "分户"};
    assert_status(th_parcel_split(f->registry, &request, &options, &reply, err), want, err);
    return reply;
}

static struct th_json *merge(struct fixture *f, int64_t a, int64_t b, const char *number,
                             enum th_status want, struct th_error *err)
{
    int64_t ids[2] = {a, b};
    struct th_json *reply = NULL;
    struct th_parcel_merge_options options = {
        .parcel_ids = ids, .n_parcels = 2, .number = number, .reason = "连片"};
    assert_status(th_parcel_merge(f->registry, &f->request, &options, &reply, err), want, err);
    return reply;
}

static struct th_json *adjust(struct fixture *f, int64_t parcel_id, int64_t with_id,
                              const char *drawing, enum th_status want, struct th_error *err)
{
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    fixture_file(f, path, "shape.wkt", drawing);
    struct th_parcel_adjust_options options = {
        .parcel_id = parcel_id, .with_id = with_id, .drawing = path, .reason = "复测"};
    assert_status(th_parcel_adjust(f->registry, &f->request, &options, &reply, err), want, err);
    return reply;
}

static struct th_parcel_record record_of(struct fixture *f, int64_t parcel_id)
{
    struct th_parcel_record record;
    struct th_error err;
    assert_ok(th_parcel_load(store_of(f), parcel_id, 0, &record, &err), &err);
    return record;
}

static const char NORTH_SOUTH[] = "LINESTRING (119.6003 30.499, 119.6003 30.502)";

static void split__parts_carry_on_what_the_parcel_was(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    struct th_json *reply = split(f, "admin", 1, NORTH_SOUTH, "1西, 1东", TH_OK, &err);
    const struct th_json *parcels = th_json_get(reply, "parcels");
    assert_int_equal(th_json_size(parcels), 2);
    assert_string_equal(th_json_get_text(reply, "on", ""), "2025-06-15");
    const struct th_json *retired = th_json_at(th_json_get(reply, "retired"), 0);
    assert_string_equal(th_json_get_text(retired, "state", ""), "retired");
    th_json_free(reply);
    struct th_parcel_record west = record_of(f, 5);
    struct th_parcel_record east = record_of(f, 6);
    struct th_parcel_record old = record_of(f, 1);
    assert_string_equal(west.number, "1西");
    assert_string_equal(east.number, "1东");
    assert_string_equal(west.origin, "split");
    assert_string_equal(west.kind, "bamboo");
    assert_int_equal(old.retired_on.year, 2025);
    // Three tenths of 15.97 mu are 4.791; 0.01 mu are 2,000 parts of 1/300 m².
    assert_int_equal(th_area_m2_300(west.declared), 479 * 2000);
    assert_int_equal(th_area_m2_300(east.declared), 1118 * 2000);
    assert_close(th_area_m2(west.measured), 0.3 * 10642.4750, 0.02);
    char *attributes = NULL;
    assert_ok(th_parcel_attributes_load(store_of(f), 6, 0, &attributes, &err), &err);
    assert_non_null(strstr(attributes, "\"species\":\"moso\""));
    free(attributes);
    // The parcel held until the day before, and nothing holds on its ground twice.
    int64_t version = 77;
    struct th_date day = {2025, 6, 15};
    assert_ok(th_parcel_version_on(store_of(f), 1, day, &version, &err), &err);
    assert_int_equal(version, 0);
    assert_ok(th_parcel_version_on(store_of(f), 5, day, &version, &err), &err);
    assert_int_equal(version, 1);
    assert_sound(f);
}

static void split__numbers_follow_the_parcels_own_unless_given(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    th_json_free(split(f, "admin", 1, NORTH_SOUTH, NULL, TH_OK, &err));
    assert_string_equal(record_of(f, 5).number, "1-1");
    assert_string_equal(record_of(f, 6).number, "1-2");
}

static void split__what_may_not_be_leaves_everything_as_it_was(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *login;
        int64_t parcel_id;
        const char *drawing, *numbers;
        enum th_status status;
        const char *key;
    } cases[] = {
        {"admin", 99, NORTH_SOUTH, NULL, TH_NOT_FOUND, "parcel_not_found"},
        {"clerk_2", 1, NORTH_SOUTH, NULL, TH_NOT_PERMITTED, "village_not_yours"},
        {"bank", 1, NORTH_SOUTH, NULL, TH_NOT_PERMITTED, "role_not_allowed"},
        {"admin", 1, NORTH_SOUTH, "a,b,c", TH_USAGE, "split_numbers"},
        {"admin", 1, NORTH_SOUTH, "a,2", TH_CONFLICT, "number_taken"},
        {"admin", 1, NORTH_SOUTH, "1,x", TH_CONFLICT, "number_taken"}, // its own stays taken
        {"admin", 1, NORTH_SOUTH, "a,a", TH_CONFLICT, "number_taken"},
        {"admin", 1, NORTH_SOUTH, "a,", TH_USAGE, "split_numbers"},
        {"admin", 1, "LINESTRING (0 0, 1 1)", NULL, TH_DATA_PROBLEM, "split_misses"},
        {"admin", 1, "POINT (0 0)", NULL, TH_DATA_PROBLEM, "edit_type"},
        {"admin", 1, "nonsense", NULL, TH_UNREADABLE, "edit_unreadable"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_error err;
        struct th_json *reply = split(f, cases[i].login, cases[i].parcel_id, cases[i].drawing,
                                      cases[i].numbers, cases[i].status, &err);
        assert_string_equal(err.key, cases[i].key);
        assert_null(reply);
    }
    int64_t last_parcel = 0;
    int64_t last_version = 0;
    struct th_error err;
    assert_ok(th_parcel_heads(store_of(f), &last_parcel, &last_version, &err), &err);
    assert_int_equal(last_parcel, 4);
    assert_int_equal(record_of(f, 1).retired_on.year, 0);
    assert_sound(f);
}

static void split__a_dry_run_tells_and_stores_nothing(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err;
    struct th_request request = {.login = "admin", .dry_run = true};
    fixture_file(f, path, "drawing.wkt", NORTH_SOUTH);
    struct th_parcel_split_options options = {.parcel_id = 1, .drawing = path, .reason = "r"};
    assert_ok(th_parcel_split(f->registry, &request, &options, &reply, &err), &err);
    assert_true(th_json_get_bool(reply, "dry_run", false));
    assert_int_equal(th_json_size(th_json_get(reply, "parcels")), 2);
    th_json_free(reply);
    assert_int_equal(record_of(f, 1).retired_on.year, 0);
    // Days and reasons are checked as well.
    options.on = "2025-06-16";
    assert_status(th_parcel_split(f->registry, &request, &options, &reply, &err), TH_INVALID, &err);
    assert_string_equal(err.key, "date_in_future");
    options.on = "2025-06-14"; // registered a day later
    assert_status(th_parcel_split(f->registry, &request, &options, &reply, &err), TH_CONFLICT,
                  &err);
    assert_string_equal(err.key, "parcel_version_date");
    options.on = NULL;
    options.reason = " ";
    assert_status(th_parcel_split(f->registry, &request, &options, &reply, &err), TH_USAGE, &err);
    assert_string_equal(err.key, "reason_needed");
}

static void split__projected_drawings_are_taken_with_their_system(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err;
    // 119.6003 E 30.5005 N by gdaltransform; the line is a little tilted against the meridian.
    fixture_file(f, path, "drawing.wkt", "LINESTRING (461629.27 3375000, 461629.27 3376000)");
    struct th_parcel_split_options options = {
        .parcel_id = 1, .drawing = path, .crs = "EPSG:4549", .reason = "r"};
    assert_ok(th_parcel_split(f->registry, &f->request, &options, &reply, &err), &err);
    th_json_free(reply);
    assert_close(th_area_m2(record_of(f, 5).measured), 0.3 * 10642.4750, 30);
}

static void split__a_file_of_another_format_brings_its_polygon_and_system(void **state)
{
    struct fixture *f = *state;
    char shape[TH_TEST_PATH_SIZE];
    char path[TH_TEST_PATH_SIZE];
    char command[4 * TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err;
    fixture_geojson(f, shape, "corner.geojson",
                    "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"Polygon\","
                    "\"coordinates\":[[[119.6,30.5],[119.6004,30.5],[119.6004,30.5004],"
                    "[119.6,30.5004],[119.6,30.5]]]}}");
    th_test_path(path, f->folder, "corner.gpkg");
    (void)snprintf(command, sizeof(command),
                   "ogr2ogr -f GPKG -s_srs EPSG:4490 -t_srs EPSG:4549 '%s' '%s'", path, shape);
    assert_int_equal(system(command), 0);
    struct th_parcel_split_options options = {.parcel_id = 1, .drawing = path, .reason = "r"};
    assert_ok(th_parcel_split(f->registry, &f->request, &options, &reply, &err), &err);
    th_json_free(reply);
    assert_close(th_area_m2(record_of(f, 5).measured), 0.16 * 10642.4750, 0.1);
}

static void merge__the_whole_has_what_all_have(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    struct th_json *reply = merge(f, 1, 2, "1合", TH_OK, &err);
    const struct th_json *dropped = th_json_get(reply, "attributes_dropped");
    assert_int_equal(th_json_size(dropped), 1);
    assert_string_equal(th_json_text(th_json_at(dropped, 0)), "age");
    assert_int_equal(th_json_size(th_json_get(reply, "retired")), 2);
    th_json_free(reply);
    struct th_parcel_record whole = record_of(f, 5);
    assert_string_equal(whole.number, "1合");
    assert_string_equal(whole.origin, "merge");
    assert_true(whole.has_declared);
    assert_int_equal(th_area_m2_300(whole.declared), 3194000 + 2000000);
    assert_close(th_area_m2(whole.measured), 2 * 10642.4750, 0.1);
    char *attributes = NULL;
    assert_ok(th_parcel_attributes_load(store_of(f), 5, 0, &attributes, &err), &err);
    assert_string_equal(attributes, "{\"species\":\"moso\"}");
    free(attributes);
    assert_int_equal(record_of(f, 1).retired_on.year, 2025);
    assert_int_equal(record_of(f, 2).retired_on.year, 2025);
    assert_sound(f);
}

static void merge__parcels_that_do_not_belong_together_are_refused(void **state)
{
    struct fixture *f = *state;
    static const struct {
        int64_t a, b;
        const char *number;
        enum th_status status;
        const char *key;
    } cases[] = {{1, 3, "x", TH_DATA_PROBLEM, "merge_apart"},
                 {3, 4, "x", TH_INVALID, "merge_mixed"}, // villages
                 {1, 1, "x", TH_USAGE, "merge_count"},
                 {1, 2, "3", TH_CONFLICT, "number_taken"},
                 {1, 2, NULL, TH_USAGE, "number_needed"},
                 {1, 9, "x", TH_NOT_FOUND, "parcel_not_found"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_error err;
        struct th_json *reply =
            merge(f, cases[i].a, cases[i].b, cases[i].number, cases[i].status, &err);
        assert_string_equal(err.key, cases[i].key);
        assert_null(reply);
    }
    assert_int_equal(record_of(f, 1).retired_on.year, 0);
}

static struct th_geometry ground_of(struct fixture *f, int64_t parcel_id)
{
    unsigned char *wkb = NULL;
    size_t size = 0;
    struct th_geometry geometry;
    struct th_error err;
    assert_ok(th_parcel_geometry_load(store_of(f), parcel_id, 0, &wkb, &size, &err), &err);
    assert_ok(th_geometry_from_wkb(wkb, size, &geometry, &err), &err);
    free(wkb);
    return geometry;
}

static bool has_place(const struct th_geometry *shape, double x, double y)
{
    for (size_t i = 0; i < shape->n_points; i++) {
        if (shape->points[i].x == x && shape->points[i].y == y) {
            return true;
        }
    }
    return false;
}

static void adjust__a_boundary_drawn_beside_a_neighbour_is_laid_on_it(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    // The north edge comes down to 30.5006; the east edge is drawn 19 cm off the neighbour's.
    struct th_json *reply = adjust(f, 1, 0,
                                   "POLYGON ((119.6 30.5,119.601002 30.5,119.600999 30.5006,"
                                   "119.6 30.5006,119.6 30.5))",
                                   TH_OK, &err);
    assert_true(th_json_size(th_json_get(reply, "moved")) >= 2);
    assert_int_equal(th_json_get_int(th_json_at(th_json_get(reply, "moved"), 0), "neighbour_id", 0),
                     2);
    assert_close(th_json_get_real(reply, "area_before_m2", 0), 10642.48, 0.02);
    assert_close(th_json_get_real(reply, "area_after_m2", 0), 0.6 * 10642.4750, 0.1);
    th_json_free(reply);
    struct th_parcel_record record = record_of(f, 1);
    assert_int_equal(record.version, 2);
    assert_string_equal(record.origin, "boundary");
    assert_string_equal(record.number, "1");
    assert_int_equal(th_area_m2_300(record.declared), 3194000);
    assert_int_equal(th_area_m2_300(record.sliver), 0);
    struct th_geometry shape = ground_of(f, 1);
    assert_true(has_place(&shape, 119.601, 30.5));
    assert_true(has_place(&shape, 119.601, 30.5006));
    th_geometry_clear(&shape);
    assert_sound(f);
}

static void adjust__ground_of_others_is_not_taken(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    assert_null(adjust(f, 1, 0,
                       "POLYGON ((119.6 30.5,119.6012 30.5,119.6012 30.501,119.6 30.501,"
                       "119.6 30.5))",
                       TH_CONFLICT, &err));
    assert_string_equal(err.key, "adjust_overlap");
    assert_string_equal(th_error_arg_get(&err, "other"), "2");
    assert_null(adjust(f, 1, 0,
                       "POLYGON ((119.6 30.5,119.601 30.5,119.601 30.501,119.6 30.501,"
                       "119.6 30.5))",
                       TH_DATA_PROBLEM, &err));
    assert_string_equal(err.key, "adjust_same");
    assert_null(adjust(f, 1, 0, "LINESTRING (119.6 30.5,119.601 30.5)", TH_DATA_PROBLEM, &err));
    assert_string_equal(err.key, "edit_type");
    assert_int_equal(record_of(f, 1).version, 1);
}

static void adjust__two_neighbours_keep_their_ground_together(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    // The common edge turns; outside, the drawing is 30 cm off.
    struct th_json *reply = adjust(f, 1, 2,
                                   "POLYGON ((119.600003 30.499998,119.6012 30.5,119.6009 30.501,"
                                   "119.6 30.501002,119.600003 30.499998))",
                                   TH_OK, &err);
    assert_int_equal(th_json_size(th_json_get(reply, "parcels")), 2);
    assert_close(th_json_get_real(reply, "area_before_m2", 0), 2 * 10642.475, 0.03);
    assert_close(th_json_get_real(reply, "area_after_m2", 0), 2 * 10642.475, 0.05);
    th_json_free(reply);
    struct th_parcel_record a = record_of(f, 1);
    struct th_parcel_record b = record_of(f, 2);
    assert_int_equal(a.version, 2);
    assert_int_equal(b.version, 2);
    assert_close(th_area_m2(a.measured), 1.05 * 10642.475, 5);
    struct th_geometry first = ground_of(f, 1);
    struct th_geometry second = ground_of(f, 2);
    // Both have the ends of the new edge, bit for bit.
    assert_true(has_place(&first, 119.6012, 30.5) && has_place(&second, 119.6012, 30.5));
    assert_true(has_place(&first, 119.6009, 30.501) && has_place(&second, 119.6009, 30.501));
    struct th_ground *grounds[2] = {NULL, NULL};
    assert_ok(th_ground_new(&first, &grounds[0], &err), &err);
    assert_ok(th_ground_new(&second, &grounds[1], &err), &err);
    const struct th_fabric_parcel parcels[2] = {{grounds[0], th_area_m2(a.measured), 1},
                                                {grounds[1], th_area_m2(b.measured), 2}};
    struct th_fabric *fabric = NULL;
    struct th_fabric_pairs pairs = {0};
    assert_ok(th_fabric_new(parcels, 2, NULL, &fabric, &err), &err);
    assert_ok(th_fabric_join(fabric, 1, NULL, &pairs, &err), &err);
    assert_int_equal(pairs.n, 0);
    free(pairs.items);
    th_fabric_free(fabric);
    th_ground_free(grounds[0]);
    th_ground_free(grounds[1]);
    th_geometry_clear(&first);
    th_geometry_clear(&second);
    // Beyond both there is nothing to give.
    assert_null(adjust(f, 1, 2,
                       "POLYGON ((119.599 30.5,119.6012 30.5,119.6009 30.501,119.599 30.501,"
                       "119.599 30.5))",
                       TH_DATA_PROBLEM, &err));
    assert_string_equal(err.key, "adjust_outside");
    assert_sound(f);
}

static void retire__a_parcel_ends_with_its_reason_and_document(void **state)
{
    struct fixture *f = *state;
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err;
    fixture_file(f, path, "approval.txt", "approved");
    struct th_parcel_retire_options options = {.parcel_id = 3, .reason = "征收", .document = path};
    assert_ok(th_parcel_retire_use(f->registry, &f->request, &options, &reply, &err), &err);
    assert_int_equal(th_json_get_int(reply, "document_id", 0), 1);
    th_json_free(reply);
    assert_ok(th_parcel_history(f->registry, 3, &reply, &err), &err);
    assert_string_equal(th_json_get_text(reply, "retired_reason", ""), "征收");
    assert_string_equal(th_json_get_text(reply, "retired_on", ""), "2025-06-15");
    th_json_free(reply);
    // It is final.
    assert_status(th_parcel_retire_use(f->registry, &f->request, &options, &reply, &err),
                  TH_CONFLICT, &err);
    assert_string_equal(err.key, "parcel_is_retired");
    assert_null(
        split(f, "admin", 3, "LINESTRING (119.6025 30.4, 119.6025 30.6)", NULL, TH_CONFLICT, &err));
    assert_string_equal(err.key, "parcel_is_retired");
    assert_sound(f);
}

static void history__leads_back_and_forward_over_every_change(void **state)
{
    struct fixture *f = *state;
    struct th_json *reply = NULL;
    struct th_error err;
    th_json_free(split(f, "admin", 1, NORTH_SOUTH, NULL, TH_OK, &err)); // 1 -> 5, 6
    th_json_free(merge(f, 6, 2, "62", TH_OK, &err));                    // 6, 2 -> 7
    th_json_free(adjust(f, 7, 3,
                        "POLYGON ((119.6003 30.5,119.6018 30.5,119.6018 30.501,119.6003 30.501,"
                        "119.6003 30.5))",
                        TH_OK, &err)); // 7 and 3 in their second versions
    assert_ok(th_parcel_history(f->registry, 7, &reply, &err), &err);
    const struct th_json *versions = th_json_get(reply, "versions");
    assert_int_equal(th_json_size(versions), 2);
    const struct th_json *first = th_json_at(versions, 0);
    assert_string_equal(th_json_get_text(first, "origin", ""), "merge");
    assert_int_equal(th_json_size(th_json_get(first, "parents")), 2);
    assert_string_equal(th_json_get_text(first, "to", ""), "2025-06-15");
    assert_string_equal(th_json_get_text(first, "lasted", ""), "same_day");
    assert_string_equal(th_json_get_text(first, "login", ""), "admin");
    assert_string_equal(th_json_get_text(first, "entry", ""), "parcel.merge");
    assert_string_equal(th_json_get_text(th_json_at(versions, 1), "entry", ""), "parcel.adjust");
    assert_int_equal(th_json_type(th_json_get(th_json_at(versions, 1), "to")), TH_JSON_NULL);
    // An adjustment moves the ground and nothing else; before and after are those of the versions.
    const struct th_json *changes = th_json_get(reply, "changes");
    assert_int_equal(th_json_size(changes), 1);
    const struct th_json *ground = th_json_at(changes, 0);
    assert_string_equal(th_json_get_text(ground, "field", ""), "area_m2");
    assert_int_equal(th_json_get_int(ground, "version", 0), 2);
    assert_close(th_json_get_real(ground, "before", 0), th_json_get_real(first, "area_m2", 0), 0);
    assert_close(th_json_get_real(ground, "after", 0),
                 th_json_get_real(th_json_at(versions, 1), "area_m2", 0), 0);
    const struct th_json *ancestors = th_json_get(reply, "ancestors");
    assert_int_equal(th_json_size(ancestors), 3);
    assert_int_equal(th_json_get_int(th_json_at(ancestors, 0), "parcel_id", 0), 2);
    assert_int_equal(th_json_get_int(th_json_at(ancestors, 1), "parcel_id", 0), 6);
    assert_int_equal(th_json_get_int(th_json_at(ancestors, 2), "parcel_id", 0), 1);
    assert_int_equal(th_json_get_int(th_json_at(ancestors, 2), "parent_of", 0), 6);
    th_json_free(reply);
    assert_ok(th_parcel_history(f->registry, 1, &reply, &err), &err);
    assert_int_equal(th_json_size(th_json_get(reply, "descendants")), 3); // 5, 6, 7
    first = th_json_at(th_json_get(reply, "versions"), 0);
    assert_string_equal(th_json_get_text(first, "source", ""), "parcels.geojson");
    assert_int_equal(th_json_get_int(first, "row", 0), 1);
    th_json_free(reply);
    assert_status(th_parcel_history(f->registry, 99, &reply, &err), TH_NOT_FOUND, &err);
    assert_sound(f);
}

static int64_t exported(struct fixture *f, const char *name, const char *on, const char *state)
{
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err;
    th_test_path(path, f->folder, name);
    struct th_export_options options = {.format = "csv", .path = path, .on = on, .state = state};
    assert_ok(th_export(f->registry, &options, &reply, &err), &err);
    int64_t n = th_json_get_int(reply, "n", -1);
    th_json_free(reply);
    return n;
}

static void export__a_day_has_the_parcels_that_held_on_it(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    th_json_free(split(f, "admin", 1, NORTH_SOUTH, NULL, TH_OK, &err)); // 1 -> 5, 6
    assert_int_equal(exported(f, "a.csv", "2025-06-14", NULL), 0);      // nothing was registered
    assert_int_equal(exported(f, "b.csv", "2025-06-15", NULL), 5);      // 2, 3, 4, 5, 6
    assert_int_equal(exported(f, "c.csv", NULL, NULL), 5);
    assert_int_equal(exported(f, "d.csv", NULL, "all"), 6);
    assert_int_equal(exported(f, "e.csv", NULL, "已注销"), 1);
}

static void list__retired_ground_is_asked_for_and_in_no_sum(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    struct th_json *reply = NULL;
    static const struct {
        const char *state;
        int n, n_retired;
    } CASES[] = {{NULL, 5, 0},     {"registered", 5, 0}, {"已登记", 5, 0}, {"retired", 1, 1},
                 {"已注销", 1, 1}, {"all", 6, 1},        {"全部", 6, 1}};
    const struct th_parcel_list_options before = {.state = NULL};
    assert_ok(th_parcel_list(f->registry, &before, &reply, &err), &err);
    double ground_m2 = th_json_get_real(reply, "area_m2", 0);
    th_json_free(reply);
    th_json_free(split(f, "admin", 1, NORTH_SOUTH, NULL, TH_OK, &err)); // 1 -> 5, 6
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        const struct th_parcel_list_options options = {.state = CASES[i].state};
        assert_ok(th_parcel_list(f->registry, &options, &reply, &err), &err);
        assert_int_equal(th_json_get_int(reply, "n", 0), CASES[i].n);
        assert_int_equal(th_json_get_int(reply, "n_retired", -1), CASES[i].n_retired);
        // A split leaves as much ground as there was.
        assert_close(th_json_get_real(reply, "area_m2", -1),
                     CASES[i].n == CASES[i].n_retired ? 0 : ground_m2, 0.02);
        th_json_free(reply);
    }
    const struct th_parcel_list_options wrong = {.state = "xyz"};
    reply = NULL;
    assert_status(th_parcel_list(f->registry, &wrong, &reply, &err), TH_USAGE, &err);
    assert_string_equal(err.key, "parcel_state");
    assert_null(reply);
}

static struct th_json *package(struct fixture *f, const char *name, const char *parcel,
                               const char *from, enum th_status want, struct th_error *err)
{
    struct th_json *reply = NULL;
    struct th_package_create_options options = {.name = name,
                                                .holder = "测试合作社",
                                                .methodology = "reported-factor",
                                                .from = from,
                                                .to = "2025-12-31",
                                                .parcels = &parcel,
                                                .n_parcels = 1};
    assert_status(th_package_create(f->registry, &f->request, &options, &reply, err), want, err);
    return reply;
}

static void package__ground_is_not_counted_again_under_another_number(void **state)
{
    struct fixture *f = *state;
    struct th_json *reply = NULL;
    struct th_error err;
    struct th_party_add_options party = {.kind = "cooperative", .name = "测试合作社"};
    assert_ok(th_party_add(f->registry, &f->request, &party, &reply, &err), &err);
    th_json_free(reply);
    // Once submitted, a parcel does not change in the package's years.
    th_json_free(package(f, "two", "2", "2021-01-01", TH_OK, &err));
    assert_ok(th_package_submit(f->registry, &f->request, "two", &reply, &err), &err);
    th_json_free(reply);
    assert_null(
        split(f, "admin", 2, "LINESTRING (119.6015 30.4, 119.6015 30.6)", NULL, TH_CONFLICT, &err));
    assert_string_equal(err.key, "parcel_packaged");
    assert_null(merge(f, 1, 2, "x", TH_CONFLICT, &err));
    assert_string_equal(err.key, "parcel_packaged");
    // A draft does not hold a parcel fast; afterwards its parts are the same ground.
    th_json_free(package(f, "one", "1", "2021-01-01", TH_OK, &err));
    th_json_free(split(f, "admin", 1, NORTH_SOUTH, NULL, TH_OK, &err));
    assert_null(package(f, "part", "5", "2025-01-01", TH_CONFLICT, &err));
    assert_string_equal(err.key, "parcel_already_packaged");
    assert_string_equal(th_error_arg_get(&err, "parcel"), "1");
    assert_ok(th_package_withdraw(f->registry, &f->request, "one", "分户", &reply, &err), &err);
    th_json_free(reply);
    th_json_free(package(f, "part", "5", "2025-01-01", TH_OK, &err));
}

struct counted {
    int64_t used_m2_300[3]; // by year from 2024 on
    int64_t parcels[3];     // of the year, the ids added up
};

static bool count_row(void *context, const struct th_estimate_row *row)
{
    struct counted *counted = context;
    counted->used_m2_300[row->year - 2024] += th_area_m2_300(row->area_used);
    counted->parcels[row->year - 2024] += row->parcel_id;
    return true;
}

// In the year of a split the parts count, and the whole until the year before; in no year both.
static void estimate__years_before_a_split_are_the_wholes(void **state)
{
    struct fixture *f = *state;
    struct counted counted = {{0}, {0}};
    struct th_json *reply = NULL;
    struct th_error err;
    const struct th_estimate_options options = {
        .methodology = "reported-factor", .from_year = "2024", .to_year = "2026"};
    th_json_free(split(f, "admin", 1, NORTH_SOUTH, NULL, TH_OK, &err)); // 2025-06-15
    assert_ok(th_estimate_run(f->registry, &f->request, &options, &reply, &err), &err);
    assert_ok(th_estimate_row_each(th_registry_store(f->registry),
                                   th_json_get_int(reply, "run_id", 0), count_row, &counted, &err),
              &err);
    th_json_free(reply);
    assert_int_equal(counted.parcels[0], 1 + 2 + 3 + 4);
    assert_int_equal(counted.parcels[1], 2 + 3 + 4 + 5 + 6);
    assert_int_equal(counted.parcels[2], 2 + 3 + 4 + 5 + 6);
    assert_true(counted.used_m2_300[0] > 0);
    for (int i = 1; i < 3; i++) {
        assert_close((double)counted.used_m2_300[i], (double)counted.used_m2_300[0], 600);
    }
}

#define LIFE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIFE_TEST(split__parts_carry_on_what_the_parcel_was),
        LIFE_TEST(split__numbers_follow_the_parcels_own_unless_given),
        LIFE_TEST(split__what_may_not_be_leaves_everything_as_it_was),
        LIFE_TEST(split__a_dry_run_tells_and_stores_nothing),
        LIFE_TEST(split__projected_drawings_are_taken_with_their_system),
        LIFE_TEST(split__a_file_of_another_format_brings_its_polygon_and_system),
        LIFE_TEST(merge__the_whole_has_what_all_have),
        LIFE_TEST(merge__parcels_that_do_not_belong_together_are_refused),
        LIFE_TEST(adjust__a_boundary_drawn_beside_a_neighbour_is_laid_on_it),
        LIFE_TEST(adjust__ground_of_others_is_not_taken),
        LIFE_TEST(adjust__two_neighbours_keep_their_ground_together),
        LIFE_TEST(retire__a_parcel_ends_with_its_reason_and_document),
        LIFE_TEST(history__leads_back_and_forward_over_every_change),
        LIFE_TEST(list__retired_ground_is_asked_for_and_in_no_sum),
        LIFE_TEST(export__a_day_has_the_parcels_that_held_on_it),
        LIFE_TEST(estimate__years_before_a_split_are_the_wholes),
        LIFE_TEST(package__ground_is_not_counted_again_under_another_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
