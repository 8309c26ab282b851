// Where rows lie and whose ground they are: boundaries, other schemes, retired parcels, neighbours
// that change places, waivers; and packages on the same ground.
// A cell of 0.001° at 119.6 E 30.5 N measures 10,642.4750 m² along geodesics.
#include <stdio.h>

#include "registry/life/parcel_life.h"
#include "registry/package/package.h"
#include "registry/rule.h"
#include "registry/setup.h"
#include "store/ground/overlap_store.h"
#include "store/ground/parcel_store.h"
#include "tests/integration/drawn_fixture.h"

static void county_add(struct fixture *f)
{
    struct drawn county = {.size = 0};
    drawn_box(&county, 119.5, 30.4, 0.1, 0.2, "\"code\":\"330523\",\"name\":\"测试县\"");
    drawn_layer_add(f, &county, (struct th_layer_add_options){.role = "county", .name = "县界"});
}

static void bounds__a_row_lies_in_its_county_or_says_how_much_of_it_does_not(void **state)
{
    struct fixture *f = *state;
    struct drawn rows = {.size = 0};
    county_add(f);
    drawn_row(&rows, 1, 119.599, 30.5, 0.001);      // within, on the boundary
    drawn_row(&rows, 2, 119.5993, 30.502, 0.001);   // three tenths outside
    drawn_row(&rows, 3, 119.5996, 30.504, 0.001);   // six tenths
    drawn_row(&rows, 4, 119.9, 30.5, 0.001);        // far away
    drawn_row(&rows, 5, 119.599005, 30.506, 0.001); // five thousandths
    struct th_json *reply = drawn_import(f, &rows);
    assert_int_equal(drawn_accepted(reply), 3);
    assert_int_equal(fixture_problems(reply, 1, NULL, NULL), 0);
    assert_int_equal(fixture_problems(reply, 2, "outside_county", "warning"), 1);
    assert_non_null(strstr(drawn_message(reply, 2, "outside_county"), "30.00%"));
    assert_non_null(strstr(drawn_message(reply, 2, "outside_county"), "测试县"));
    assert_int_equal(fixture_problems(reply, 3, "outside_county", "error"), 1);
    assert_int_equal(fixture_problems(reply, 4, "outside_county", "error"), 1);
    assert_non_null(strstr(drawn_message(reply, 4, "outside_county"), "100.00%"));
    assert_int_equal(fixture_problems(reply, 5, NULL, NULL), 0);
    th_json_free(reply);
    // A file that lies elsewhere as a whole meets no boundary, and is told so all the same.
    rows.size = 0;
    drawn_row(&rows, 9, 120.9, 30.5, 0.001);
    reply = drawn_import(f, &rows);
    assert_int_equal(fixture_problems(reply, 1, "outside_county", "error"), 1);
    th_json_free(reply);
}

static void bounds__the_township_of_the_village_goes_before_the_county(void **state)
{
    struct fixture *f = *state;
    struct drawn townships = {.size = 0};
    struct drawn rows = {.size = 0};
    county_add(f);
    drawn_box(&townships, 119.5, 30.4, 0.05, 0.2, "\"code\":\"330523001\",\"name\":\"测试乡\"");
    drawn_box(&townships, 119.55, 30.4, 0.05, 0.2, "\"code\":\"330523002\",\"name\":\"别乡\"");
    drawn_layer_add(f, &townships,
                    (struct th_layer_add_options){.role = "township", .name = "乡界"});
    drawn_row(&rows, 1, 119.51, 30.5, 0.001);
    drawn_row(&rows, 2, 119.56, 30.5, 0.001); // in the other township
    struct th_json *reply = drawn_import(f, &rows);
    assert_int_equal(drawn_accepted(reply), 1);
    assert_int_equal(fixture_problems(reply, 1, NULL, NULL), 0);
    assert_non_null(strstr(drawn_message(reply, 2, "outside_county"), "测试乡"));
    th_json_free(reply);
}

static void villages__a_boundary_tells_where_nobody_does(void **state)
{
    struct fixture *f = *state;
    struct drawn villages = {.size = 0};
    struct drawn rows = {.size = 0};
    struct th_parcel_import_options options = fixture_options(f, NULL);
    struct th_parcel_record record;
    struct th_error err;
    options.village = NULL;
    // Nineteen digits, as the land survey has them; in two parts, neither of which holds a half.
    drawn_box(&villages, 119.6, 30.5, 0.0004, 0.01, "\"code\":\"3305230012010000000\"");
    drawn_box(&villages, 119.6004, 30.5, 0.01, 0.01, "\"code\":\"3305230012010000000\"");
    drawn_box(&villages, 119.6104, 30.5, 0.01, 0.01, "\"name\":\"测试二村\"");
    drawn_layer_add(f, &villages, (struct th_layer_add_options){.role = "village", .name = "村界"});
    drawn_row(&rows, 1, 119.6, 30.5, 0.0008);     // both parts of the first
    drawn_row(&rows, 2, 119.6100, 30.501, 0.001); // four and six tenths
    drawn_row(&rows, 3, 119.6200, 30.502, 0.001); // six tenths in none
    drawn_box(&rows, 119.611, 30.503, 0.001, 0.001, "\"number\":\"4\",\"CUN\":\"测试一村\"");
    struct th_json *reply = drawn_import_with(f, &rows, options);
    assert_int_equal(drawn_accepted(reply), 3);
    assert_int_equal(fixture_problems(reply, 3, "village_unknown", "error"), 1);
    static const char *const WANTED[] = {FIXTURE_VILLAGE, FIXTURE_OTHER_VILLAGE, FIXTURE_VILLAGE};
    for (size_t i = 0; i < 3; i++) {
        assert_ok(th_parcel_load(th_registry_store(f->registry), drawn_parcel(reply, i), 0, &record,
                                 &err),
                  &err);
        assert_string_equal(record.village, WANTED[i]);
    }
    // The fourth names one village and lies in another.
    assert_int_equal(fixture_problems(reply, 4, "outside_village", "warning"), 1);
    assert_non_null(strstr(drawn_message(reply, 4, "outside_village"), "100.00%"));
    assert_non_null(strstr(drawn_message(reply, 4, "outside_village"), "测试二村"));
    assert_int_equal(fixture_problems(reply, 0, "outside_village", NULL), 1);
    const struct th_json *detections = th_json_get(reply, "detections");
    bool told = false;
    for (size_t i = 0; i < th_json_size(detections); i++) {
        told =
            told || strcmp(th_json_get_text(th_json_at(detections, i), "what", ""), "village") == 0;
    }
    assert_true(told);
    th_json_free(reply);
    // The village that is given goes before the boundary.
    rows.size = 0;
    drawn_row(&rows, 5, 119.611, 30.507, 0.001);
    reply = drawn_import(f, &rows);
    assert_ok(
        th_parcel_load(th_registry_store(f->registry), drawn_parcel(reply, 0), 0, &record, &err),
        &err);
    assert_string_equal(record.village, FIXTURE_VILLAGE);
    th_json_free(reply);
}

static const struct th_json *place_of(const struct th_json *reply)
{
    const struct th_json *detections = th_json_get(reply, "detections");
    const struct th_json *place = NULL;
    for (size_t i = 0; i < th_json_size(detections); i++) {
        if (strcmp(th_json_get_text(th_json_at(detections, i), "what", ""), "place") == 0) {
            place = th_json_at(detections, i);
        }
    }
    return place;
}

// Nine rows of ten: once for the file, and the rows all in the same words.
static void file__that_lies_elsewhere_as_a_whole_is_told_once(void **state)
{
    struct fixture *f = *state;
    struct drawn villages = {.size = 0};
    struct drawn rows = {.size = 0};
    drawn_box(&villages, 119.6, 30.5, 0.01, 0.01, "\"code\":\"" FIXTURE_VILLAGE "\"");
    drawn_layer_add(f, &villages, (struct th_layer_add_options){.role = "village", .name = "村界"});
    drawn_row(&rows, 1, 119.6, 30.5, 0.001);
    for (int i = 0; i < 8; i++) { // as if the meridian were another one
        drawn_row(&rows, 2 + i, 122.6 + 0.002 * i, 30.5, 0.001);
    }
    drawn_row(&rows, 10, 119.59901, 30.502, 0.001); // 99 of 100 outside
    struct th_json *reply = drawn_import(f, &rows);
    assert_int_equal(drawn_accepted(reply), 10);
    const struct th_json *place = place_of(reply);
    assert_non_null(place);
    assert_string_equal(th_json_get_text(place, "option", ""), "--crs EPSG:…");
    const struct th_json *evidence = th_json_get(place, "evidence");
    assert_int_equal(th_json_size(evidence), 2);
    assert_non_null(strstr(th_json_text(th_json_at(evidence, 0)), "9"));
    assert_non_null(strstr(th_json_text(th_json_at(evidence, 0)), "10"));
    assert_non_null(strstr(th_json_text(th_json_at(evidence, 1)), "EPSG:4326"));
    assert_int_equal(fixture_problems(reply, 0, "outside_village", "warning"), 9);
    const char *words = drawn_message(reply, 2, "outside_village");
    assert_null(strstr(words, "%"));
    assert_string_equal(drawn_message(reply, 10, "outside_village"), words);
    th_json_free(reply);
    // Eight of ten are told one by one.
    rows.size = 0;
    for (int i = 0; i < 10; i++) {
        drawn_row(&rows, 20 + i, i < 2 ? 119.604 + 0.002 * i : 122.7 + 0.002 * i, 30.505, 0.001);
    }
    reply = drawn_import(f, &rows);
    assert_null(place_of(reply));
    assert_non_null(strstr(drawn_message(reply, 3, "outside_village"), "100.00%"));
    th_json_free(reply);
}

static void villages__what_lies_outside_its_own_boundary_is_told_of(void **state)
{
    struct fixture *f = *state;
    struct drawn villages = {.size = 0};
    struct drawn rows = {.size = 0};
    drawn_box(&villages, 119.6, 30.5, 0.01, 0.01, "\"code\":\"" FIXTURE_VILLAGE "\"");
    drawn_layer_add(f, &villages, (struct th_layer_add_options){.role = "village", .name = "村界"});
    drawn_row(&rows, 1, 119.6, 30.5, 0.001);      // within
    drawn_row(&rows, 2, 119.5996, 30.502, 0.001); // four tenths outside
    drawn_row(&rows, 3, 119.5994, 30.504, 0.001); // six tenths
    drawn_row(&rows, 4, 121.5, 30.5, 0.001);      // two hundred kilometres away
    drawn_row(&rows, 5, 116.0, 39.9, 0.001);      // in another province
    struct th_json *reply = drawn_import(f, &rows);
    assert_int_equal(drawn_accepted(reply), 5);
    assert_int_equal(fixture_problems(reply, 1, NULL, NULL), 0);
    assert_int_equal(fixture_problems(reply, 2, NULL, NULL), 0);
    assert_non_null(strstr(drawn_message(reply, 3, "outside_village"), "60.00%"));
    assert_non_null(strstr(drawn_message(reply, 4, "outside_village"), "100.00%"));
    assert_int_equal(fixture_problems(reply, 4, NULL, NULL), 1);
    assert_int_equal(fixture_problems(reply, 5, "outside_province", "warning"), 1);
    th_json_free(reply);
    // A file that meets no boundary at all, and a village that has none.
    rows.size = 0;
    drawn_row(&rows, 9, 121.9, 30.5, 0.001);
    drawn_box(&rows, 121.95, 30.5, 0.001, 0.001, "\"number\":\"10\",\"CUN\":\"测试二村\"");
    reply = drawn_import(f, &rows);
    assert_int_equal(fixture_problems(reply, 1, "outside_village", "warning"), 1);
    assert_int_equal(fixture_problems(reply, 2, NULL, NULL), 0);
    th_json_free(reply);
}

static void scheme_add(struct fixture *f, double west, const char *from, const char *to)
{
    struct drawn land = {.size = 0};
    drawn_box(&land, west, 30.5, 0.001, 0.001, "\"name\":\"一期\"");
    drawn_scheme(f, &land, from, to);
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
    struct drawn file = {.size = 0};
    other.registry = fixture_registry_open(f->path);
    struct meanwhile m = {.other = &other};
    const struct th_progress progress = {scheme_meanwhile, &m};
    drawn_row(&file, 1, 119.61, 30.5, 0.001);
    drawn_row(&file, 2, 119.62, 30.5, 0.001);
    f->request.progress = &progress;
    struct th_json *reply = drawn_import(f, &file);
    f->request.progress = NULL;
    assert_true(m.done);
    assert_int_equal(fixture_problems(reply, 1, "overlap_other_scheme", "error"), 1);
    assert_int_equal(drawn_accepted(reply), 1);
    th_json_free(reply);
    th_registry_close(other.registry);
}

static void schemes__land_that_counts_elsewhere_is_refused_and_strips_are_taken_off(void **state)
{
    struct fixture *f = *state;
    struct drawn rows = {.size = 0};
    struct th_parcel_record record;
    struct th_error err;
    scheme_add(f, 119.6, NULL, NULL);
    scheme_add(f, 119.7, NULL, "2025-06-14");     // over since yesterday
    scheme_add(f, 119.8, NULL, "2025-06-15");     // over from tomorrow on
    drawn_row(&rows, 1, 119.6005, 30.5, 0.001);   // half of it
    drawn_row(&rows, 2, 119.599001, 30.5, 0.001); // a strip of a thousandth, 0.1 m wide
    drawn_row(&rows, 3, 119.7, 30.5, 0.001);
    drawn_row(&rows, 4, 119.8, 30.5, 0.001); // all of it
    struct th_json *reply = drawn_import(f, &rows);
    assert_int_equal(drawn_accepted(reply), 2);
    assert_int_equal(fixture_problems(reply, 1, "overlap_other_scheme", "error"), 1);
    const char *message = drawn_message(reply, 1, "overlap_other_scheme");
    assert_non_null(strstr(message, "CCER"));
    assert_non_null(strstr(message, "竹林项目"));
    assert_non_null(strstr(message, "一期"));
    assert_non_null(strstr(message, "50.00%"));
    assert_int_equal(fixture_problems(reply, 2, "sliver", "warning"), 1);
    assert_non_null(strstr(drawn_message(reply, 2, "sliver"), "竹林项目"));
    assert_int_equal(fixture_problems(reply, 3, NULL, NULL), 0);
    assert_int_equal(fixture_problems(reply, 4, "overlap_other_scheme", "error"), 1);
    assert_ok(
        th_parcel_load(th_registry_store(f->registry), drawn_parcel(reply, 0), 0, &record, &err),
        &err);
    assert_close(th_area_m2(record.sliver), 10.642, 0.01);
    th_json_free(reply);
}

static void schemes__an_officers_waiver_takes_the_ground_off_and_is_on_record(void **state)
{
    struct fixture *f = *state;
    struct drawn rows = {.size = 0};
    struct th_parcel_record record;
    struct th_error err;
    scheme_add(f, 119.6, NULL, NULL);
    drawn_row(&rows, 1, 119.6004, 30.5, 0.001);
    struct th_json *reply = drawn_import_waiving(f, &rows, "1");
    assert_int_equal(drawn_accepted(reply), 1);
    assert_int_equal(fixture_problems(reply, 1, "overlap_other_scheme", "warning"), 1);
    // It is told what is not counted, not how to put it right.
    const struct th_json *told = th_json_at(th_json_get(reply, "problems"), 0);
    assert_non_null(strstr(th_json_get_text(told, "message", ""), "9.58"));
    assert_null(strstr(th_json_get_text(told, "hint", ""), "--waive"));
    int64_t parcel_id = drawn_parcel(reply, 0);
    int64_t import_id = th_json_get_int(reply, "import_id", 0);
    th_json_free(reply);
    assert_ok(th_parcel_load(th_registry_store(f->registry), parcel_id, 0, &record, &err), &err);
    assert_close(th_area_m2(record.sliver), 0.6 * 10642.475, 0.02);
    // The list has both areas, and the sums of both.
    const struct th_parcel_list_options all = {.state = NULL};
    reply = NULL;
    assert_ok(th_parcel_list(f->registry, &all, &reply, &err), &err);
    const struct th_json *listed = th_json_at(th_json_get(reply, "parcels"), 0);
    assert_close(th_json_get_real(listed, "area_m2", 0), 10642.475, 0.02);
    assert_close(th_json_get_real(listed, "counted_m2", 0), 0.4 * 10642.475, 0.03);
    assert_close(th_json_get_real(reply, "counted_m2", 0), 0.4 * 10642.475, 0.03);
    assert_close(th_json_get_real(reply, "area_m2", 0), 10642.475, 0.02);
    th_json_free(reply);
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
    drawn_row(&rows, 2, 119.7, 30.5, 0.001);
    reply = drawn_import_waiving(f, &rows, "1");
    assert_int_equal(drawn_accepted(reply), 0);
    th_json_free(reply);
}

static void package(struct fixture *f, int64_t parcel_id, int year, enum th_status want,
                    struct th_error *err)
{
    drawn_package(f, &parcel_id, 1, year, want, err);
}

static void package__land_under_another_scheme_in_its_period_is_refused_unless_waived(void **state)
{
    struct fixture *f = *state;
    struct drawn rows = {.size = 0};
    struct th_error err;
    drawn_row(&rows, 1, 119.5996, 30.5, 0.001);
    struct th_json *reply = drawn_import(f, &rows);
    int64_t before = drawn_parcel(reply, 0);
    th_json_free(reply);
    scheme_add(f, 119.6, "2022-03-01", NULL); // becomes known later
    package(f, before, 2022, TH_CONFLICT, &err);
    assert_string_equal(err.key, "ground_other_scheme");
    assert_string_equal(th_error_arg_get(&err, "scheme"), "CCER");
    assert_string_equal(th_error_arg_get(&err, "from"), "2022-03-01");
    package(f, before, 2021, TH_OK, &err);
    rows.size = 0;
    drawn_row(&rows, 2, 119.6006, 30.5, 0.001);
    reply = drawn_import_waiving(f, &rows, "1");
    package(f, drawn_parcel(reply, 0), 2022, TH_OK, &err);
    th_json_free(reply);
}

static void retired__a_split_parent_is_remarked_on_and_counts_while_a_package_holds_it(void **state)
{
    struct fixture *f = *state;
    struct drawn rows = {.size = 0};
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err;
    drawn_row(&rows, 1, 119.6, 30.5, 0.001);
    drawn_row(&rows, 2, 119.602, 30.5, 0.001);
    th_json_free(drawn_import(f, &rows));
    package(f, 1, 2022, TH_OK, &err);
    fixture_file(f, path, "cut.wkt", "LINESTRING (119.6005 30.4, 119.6005 30.6)");
    const struct th_parcel_split_options options = {
        .parcel_id = 1, .drawing = path, .reason = "分户"};
    assert_ok(th_parcel_split(f->registry, &f->request, &options, &reply, &err), &err);
    th_json_free(reply);
    drawn_retire(f, 3);
    drawn_retire(f, 4);
    drawn_retire(f, 2); // was in no package
    rows.size = 0;
    drawn_row(&rows, 5, 119.6, 30.5, 0.0004);
    drawn_row(&rows, 6, 119.602, 30.5, 0.001);
    reply = drawn_import(f, &rows);
    assert_int_equal(drawn_accepted(reply), 2);
    assert_int_equal(fixture_problems(reply, 1, "overlap_retired", "warning"), 1);
    assert_non_null(strstr(drawn_message(reply, 1, "overlap_retired"), "parcel 1"));
    assert_int_equal(fixture_problems(reply, 2, NULL, NULL), 0);
    int64_t again = drawn_parcel(reply, 0);
    th_json_free(reply);
    package(f, again, 2022, TH_CONFLICT, &err);
    assert_string_equal(err.key, "ground_already_packaged");
    assert_string_equal(th_error_arg_get(&err, "other"), "1");
    package(f, again, 2023, TH_OK, &err);
    assert_ok(th_package_withdraw(f->registry, &f->request, "1 in 2022", "重做", &reply, &err),
              &err);
    th_json_free(reply);
    package(f, again, 2022, TH_OK, &err);
}

static void compare__neighbours_change_places_in_one_file_unless_one_of_them_cannot(void **state)
{
    struct fixture *f = *state;
    struct drawn rows = {.size = 0};
    struct th_parcel_import_options options = fixture_options(f, NULL);
    options.update = true;
    drawn_row(&rows, 1, 119.6, 30.5, 0.001);
    drawn_row(&rows, 2, 119.601, 30.5, 0.001);
    drawn_row(&rows, 3, 119.602, 30.5, 0.001);
    th_json_free(drawn_import(f, &rows));
    rows.size = 0;
    drawn_row(&rows, 1, 119.601, 30.5, 0.001);
    drawn_row(&rows, 2, 119.6, 30.5, 0.001);
    struct th_json *reply = drawn_import_with(f, &rows, options);
    assert_int_equal(drawn_accepted(reply), 2);
    th_json_free(reply);
    // Now 2 lies west of 1. It wants ground of 3, which stays: so 1 cannot have that of 2.
    rows.size = 0;
    drawn_row(&rows, 1, 119.6, 30.5, 0.001);
    drawn_row(&rows, 2, 119.602, 30.5, 0.0009);
    reply = drawn_import_with(f, &rows, options);
    assert_int_equal(drawn_accepted(reply), 0);
    assert_true(fixture_problems(reply, 1, NULL, "error") > 0);
    assert_true(fixture_problems(reply, 2, NULL, "error") > 0);
    th_json_free(reply);
}

static void cells(struct drawn *file, int n)
{
    for (int i = 0; i < n; i++) {
        drawn_row(file, i + 1, 119.6 + 0.002 * (i % 10), 30.5 + 0.002 * (i / 10), 0.001);
    }
}

static void waive__more_overlaps_than_are_listed_are_not_let_in(void **state)
{
    struct fixture *f = *state;
    struct drawn rows = {.size = 0};
    cells(&rows, 70);
    drawn_box(&rows, 119.5995, 30.4995, 0.021, 0.015, "\"number\":\"71\"");
    struct th_json *reply = drawn_import_waiving(f, &rows, "71");
    assert_int_equal(drawn_accepted(reply), 70);
    assert_int_equal(fixture_problems(reply, 71, "overlap_too_many", "error"), 1);
    assert_true(fixture_problems(reply, 71, "overlap_in_source", "error") > 0);
    th_json_free(reply);
    assert_int_equal(waivers(f).n, 0);
}

static void waive__every_overlap_is_on_record_and_taken_off(void **state)
{
    struct fixture *f = *state;
    struct drawn rows = {.size = 0};
    struct th_parcel_record record;
    struct th_error err;
    double sum_m2 = 0;
    cells(&rows, 70);
    struct th_json *reply = drawn_import(f, &rows);
    assert_int_equal(drawn_accepted(reply), 70);
    for (size_t i = 0; i < 70; i++) {
        assert_ok(th_parcel_load(th_registry_store(f->registry), drawn_parcel(reply, i), 0, &record,
                                 &err),
                  &err);
        sum_m2 += th_area_m2(record.measured);
    }
    th_json_free(reply);
    rows.size = 0;
    drawn_box(&rows, 119.5995, 30.4995, 0.021, 0.015, "\"number\":\"71\"");
    reply = drawn_import(f, &rows);
    assert_int_equal(drawn_accepted(reply), 0);
    th_json_free(reply);
    reply = drawn_import_waiving(f, &rows, "1");
    assert_int_equal(drawn_accepted(reply), 1);
    assert_int_equal(waivers(f).n, 70);
    assert_ok(
        th_parcel_load(th_registry_store(f->registry), drawn_parcel(reply, 0), 0, &record, &err),
        &err);
    assert_close(th_area_m2(record.sliver), sum_m2, 0.01 * 70);
    th_json_free(reply);
}

static void sizes__that_no_parcel_has_are_remarked_on(void **state)
{
    struct fixture *f = *state;
    struct drawn rows = {.size = 0};
    struct th_json *reply = NULL;
    struct th_error err;
    const struct th_request officer = {.login = "officer"};
    const struct th_rule_set_options lower = {
        .name = "parcel_largest_mu", .value = "15", .reason = "县里定的"};
    // 0.001° of longitude are 95.9 m, of latitude 110.9 m; a tenth of a mu is 66.67 m².
    drawn_box(&rows, 119.6, 30.5, 0.00001, 0.00001, "\"number\":\"1\"");  // about 1 m²
    drawn_box(&rows, 119.61, 30.5, 0.00007, 0.00008, "\"number\":\"2\""); // 0.089 mu
    drawn_box(&rows, 119.62, 30.5, 0.00008, 0.00008, "\"number\":\"3\""); // 0.102 mu
    drawn_box(&rows, 119.63, 30.5, 0.025, 0.025, "\"number\":\"4\"");     // 9,975 mu
    drawn_box(&rows, 119.66, 30.5, 0.026, 0.025, "\"number\":\"5\"");     // 10,374 mu
    drawn_box(&rows, 120, 30, 1, 1, "\"number\":\"6\"");
    reply = drawn_import(f, &rows);
    assert_int_equal(drawn_accepted(reply), 6);
    for (int64_t row = 1; row <= 6; row++) {
        assert_int_equal(fixture_problems(reply, row, "parcel_small", "warning"), row <= 2);
        assert_int_equal(fixture_problems(reply, row, "parcel_large", "warning"), row >= 5);
    }
    assert_non_null(strstr(drawn_message(reply, 2, "parcel_small"), "0.10 mu"));
    assert_non_null(strstr(drawn_message(reply, 5, "parcel_large"), "10,000.00 mu"));
    th_json_free(reply);
    // What is usual, a county may know better.
    assert_ok(th_rule_set(f->registry, &officer, &lower, &reply, &err), &err);
    th_json_free(reply);
    rows.size = 0;
    drawn_row(&rows, 7, 119.5, 30.5, 0.001); // 15.96 mu
    reply = drawn_import(f, &rows);
    assert_int_equal(fixture_problems(reply, 1, "parcel_large", "warning"), 1);
    th_json_free(reply);
}

#define GROUND_TEST(name) cmocka_unit_test_setup_teardown(name, drawn_set_up, drawn_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        GROUND_TEST(bounds__a_row_lies_in_its_county_or_says_how_much_of_it_does_not),
        GROUND_TEST(bounds__the_township_of_the_village_goes_before_the_county),
        GROUND_TEST(villages__a_boundary_tells_where_nobody_does),
        GROUND_TEST(file__that_lies_elsewhere_as_a_whole_is_told_once),
        GROUND_TEST(villages__what_lies_outside_its_own_boundary_is_told_of),
        GROUND_TEST(schemes__land_that_counts_elsewhere_is_refused_and_strips_are_taken_off),
        GROUND_TEST(schemes__land_that_is_added_while_rows_are_compared_is_not_missed),
        GROUND_TEST(schemes__an_officers_waiver_takes_the_ground_off_and_is_on_record),
        GROUND_TEST(package__land_under_another_scheme_in_its_period_is_refused_unless_waived),
        GROUND_TEST(retired__a_split_parent_is_remarked_on_and_counts_while_a_package_holds_it),
        GROUND_TEST(compare__neighbours_change_places_in_one_file_unless_one_of_them_cannot),
        GROUND_TEST(waive__more_overlaps_than_are_listed_are_not_let_in),
        GROUND_TEST(waive__every_overlap_is_on_record_and_taken_off),
        GROUND_TEST(sizes__that_no_parcel_has_are_remarked_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
