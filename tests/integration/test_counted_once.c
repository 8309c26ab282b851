// No ground counts twice, in however many strips it is taken, whatever was waived once, and on
// whatever day it is said to have been registered.
// A cell of 0.001° at 119.6 E 30.5 N measures 10,642.475 m² along geodesics; 0.00001° of longitude
// are 0.959 m there, 0.000005° of latitude 0.55 m.
#include <stdio.h>
#include <stdlib.h>

#include "registry/intake/draft.h"
#include "registry/life/parcel_life.h"
#include "registry/package/package.h"
#include "registry/rule.h"
#include "registry/work.h"
#include "store/ground/parcel_store.h"
#include "tests/integration/drawn_fixture.h"

static const double CELL_M2 = 10642.475;

// Half of the cell from `west` in strips narrower than a metre, as one polygon.
static void comb(struct drawn *file, double west, const char *properties)
{
    enum { TEETH = 50 };
    const double tooth = 0.00001;
    struct th_xy points[4 * TEETH + 2];
    size_t n = 0;
    points[n++] = (struct th_xy){west, 30.5};
    points[n++] = (struct th_xy){west + (2 * TEETH - 1) * tooth, 30.5};
    for (int i = TEETH - 1; i >= 0; i--) {
        double left = west + 2 * i * tooth;
        points[n++] = (struct th_xy){left + tooth, 30.501};
        points[n++] = (struct th_xy){left, 30.501};
        points[n++] = (struct th_xy){left, 30.50001};
        if (i > 0) {
            points[n++] = (struct th_xy){left - tooth, 30.50001};
        }
    }
    points[n - 1] = points[0];
    drawn_ring(file, points, n, properties);
}

static void package(struct fixture *f, int64_t parcel_id, int year, enum th_status want,
                    struct th_error *err)
{
    drawn_package(f, &parcel_id, 1, year, want, err);
}

static struct th_json *import_on(struct fixture *f, const struct drawn *rows, const char *on)
{
    struct th_parcel_import_options options = fixture_options(f, NULL);
    options.on = on;
    return drawn_import_with(f, rows, options);
}

// "5,321.24"
static double square_metres(const struct th_error *err, const char *argument)
{
    char digits[32];
    size_t n = 0;
    for (const char *at = th_error_arg_get(err, argument); *at != '\0' && n + 1 < sizeof(digits);
         at++) {
        if (*at != ',') {
            digits[n++] = *at;
        }
    }
    digits[n] = '\0';
    return strtod(digits, NULL);
}

static void rule(struct fixture *f, const char *name, const char *value)
{
    const struct th_request request = {.login = "officer"};
    const struct th_rule_set_options options = {.name = name, .value = value, .reason = "县里定的"};
    struct th_json *reply = NULL;
    struct th_error err;
    assert_ok(th_rule_set(f->registry, &request, &options, &reply, &err), &err);
    th_json_free(reply);
}

static void strips__do_not_open_land_of_a_scheme_that_ended(void **state)
{
    struct fixture *f = *state;
    struct drawn land = {.size = 0};
    struct drawn rows = {.size = 0};
    struct th_error err;
    drawn_box(&land, 119.6, 30.5, 0.001, 0.001, "\"name\":\"一期\"");
    drawn_scheme(f, &land, "2017-01-01", "2020-12-31");
    comb(&rows, 119.6, "\"number\":\"1\"");
    struct th_json *reply = drawn_import(f, &rows);
    assert_int_equal(drawn_accepted(reply), 1);
    package(f, drawn_parcel(reply, 0), 2019, TH_CONFLICT, &err);
    assert_string_equal(err.key, "ground_other_scheme");
    package(f, drawn_parcel(reply, 0), 2021, TH_OK, &err);
    th_json_free(reply);
}

// The small parcel was there first: of the large one that comes later it is no thousandth.
static void strips__that_are_half_of_a_small_neighbour_are_no_strips(void **state)
{
    struct fixture *f = *state;
    struct drawn rows = {.size = 0};
    comb(&rows, 119.6, "\"number\":\"1\"");
    drawn_box(&rows, 119.5, 30.5, 0.2, 0.1, "\"number\":\"2\"");
    struct th_json *reply = drawn_import(f, &rows);
    assert_int_equal(drawn_accepted(reply), 1);
    assert_int_equal(fixture_problems(reply, 2, "overlap_in_source", "error"), 1);
    th_json_free(reply);
}

// Each takes half a hundredth of the cell.
static void beside(struct drawn *shapes, bool west, bool east, bool north)
{
    if (west) {
        drawn_box(shapes, 119.599, 30.5, 0.001005, 0.001, "\"number\":\"11\"");
    }
    if (east) {
        drawn_box(shapes, 119.600995, 30.5, 0.001, 0.001, "\"number\":\"12\"");
    }
    if (north) {
        drawn_box(shapes, 119.6, 30.500995, 0.001, 0.001, "\"number\":\"13\"");
    }
}

static void strips__of_other_schemes_are_weighed_together(void **state)
{
    struct fixture *f = *state;
    struct drawn first = {.size = 0};
    struct drawn others = {.size = 0};
    struct drawn rows = {.size = 0};
    struct th_error err;
    drawn_row(&rows, 1, 119.6, 30.5, 0.001);
    th_json_free(drawn_import(f, &rows));
    beside(&first, true, false, false);
    drawn_scheme(f, &first, "2021-01-01", NULL);
    beside(&others, false, true, true);
    drawn_scheme(f, &others, "2023-01-01", NULL);
    package(f, 1, 2022, TH_OK, &err);
    package(f, 1, 2023, TH_CONFLICT, &err);
    assert_string_equal(err.key, "ground_not_taken_off");
    assert_string_equal(th_error_arg_get(&err, "where"), "CCER 竹林项目");
    assert_string_equal(th_error_arg_get(&err, "parcel"), "1");
    assert_string_equal(th_error_arg_get(&err, "taken_m2"), "0.00");
    // The corners are ground once: 1 − 0.99 × 0.995 of the cell.
    assert_close(square_metres(&err, "area_m2"), 0.01495 * CELL_M2, 0.05);
}

static void strips__of_retired_parcels_in_packages_are_weighed_together(void **state)
{
    struct fixture *f = *state;
    struct drawn rows = {.size = 0};
    struct th_error err;
    beside(&rows, true, false, true); // their own common ground is nothing but a corner
    th_json_free(drawn_import(f, &rows));
    rows.size = 0;
    drawn_box(&rows, 119.600995, 30.5, 0.001, 0.000995, "\"number\":\"12\"");
    th_json_free(drawn_import(f, &rows));
    for (int64_t id = 1; id <= 3; id++) {
        package(f, id, 2022, TH_OK, &err);
        drawn_retire(f, id);
    }
    rows.size = 0;
    drawn_row(&rows, 1, 119.6, 30.5, 0.001);
    struct th_json *reply = drawn_import(f, &rows);
    assert_int_equal(drawn_accepted(reply), 1);
    package(f, drawn_parcel(reply, 0), 2022, TH_CONFLICT, &err);
    assert_string_equal(err.key, "ground_not_taken_off");
    package(f, drawn_parcel(reply, 0), 2023, TH_OK, &err);
    th_json_free(reply);
}

// Whichever of the two is packaged last: the strip is off the area of one, and that is enough.
static void strips__that_a_neighbour_gave_up_are_not_asked_for_again(void **state)
{
    struct fixture *f = *state;
    struct drawn rows = {.size = 0};
    struct th_error err;
    drawn_row(&rows, 1, 119.6, 30.5, 0.001);
    drawn_row(&rows, 2, 119.600995, 30.5, 0.001);
    th_json_free(drawn_import(f, &rows));
    assert_close(th_area_m2(drawn_record(f, 2).sliver), 0.005 * CELL_M2, 0.05);
    rule(f, "sliver_total_share", "0");
    package(f, 2, 2022, TH_OK, &err);
    package(f, 1, 2022, TH_OK, &err);
    package(f, 1, 2023, TH_OK, &err);
    package(f, 2, 2023, TH_OK, &err);
}

static void waiver__opens_no_more_ground_than_was_taken_off(void **state)
{
    struct fixture *f = *state;
    struct drawn land = {.size = 0};
    struct drawn others = {.size = 0};
    struct drawn rows = {.size = 0};
    struct th_error err;
    drawn_box(&land, 119.6005, 30.5, 0.001, 0.001, "\"name\":\"一期\"");
    drawn_scheme(f, &land, "2021-01-01", NULL);
    drawn_row(&rows, 1, 119.6, 30.5, 0.001);
    struct th_json *reply = drawn_import_waiving(f, &rows, "1");
    assert_int_equal(drawn_accepted(reply), 1);
    th_json_free(reply);
    package(f, 1, 2022, TH_OK, &err);
    // Nine thousandths each in the west, north and south, half of the latter two on waived ground.
    drawn_box(&others, 119.599, 30.5, 0.001009, 0.001, "\"name\":\"二期\"");
    drawn_box(&others, 119.6, 30.500991, 0.001, 0.001, "\"name\":\"二期\"");
    drawn_box(&others, 119.6, 30.499, 0.001, 0.001009, "\"name\":\"二期\"");
    drawn_scheme(f, &others, "2023-01-01", NULL);
    package(f, 1, 2023, TH_CONFLICT, &err);
    assert_string_equal(err.key, "ground_not_taken_off");
    assert_close(square_metres(&err, "taken_m2"), 0.5 * CELL_M2, 0.05);
    // All but the western half, less its strips: 1 − (0.5 − 0.009) × (1 − 0.018).
    assert_close(square_metres(&err, "area_m2"), 0.517838 * CELL_M2, 0.1);
}

static void merge__takes_what_was_waived_off_the_whole(void **state)
{
    struct fixture *f = *state;
    struct drawn land = {.size = 0};
    struct drawn rows = {.size = 0};
    struct th_error err;
    const int64_t ids[] = {1, 2};
    // The first lies under the scheme as a whole, but came before it; of the second, a half.
    drawn_row(&rows, 1, 119.601, 30.5, 0.001);
    th_json_free(drawn_import(f, &rows));
    drawn_box(&land, 119.6005, 30.499, 0.01, 0.003, "\"name\":\"一期\"");
    drawn_scheme(f, &land, "2021-01-01", NULL);
    rows.size = 0;
    drawn_row(&rows, 2, 119.6, 30.5, 0.001);
    th_json_free(drawn_import_waiving(f, &rows, "1"));
    package(f, 1, 2022, TH_CONFLICT, &err);
    assert_string_equal(err.key, "ground_other_scheme");
    drawn_merge(f, ids, 2);
    assert_close(th_area_m2(drawn_record(f, 3).measured), 2 * CELL_M2, 0.05);
    assert_close(th_area_m2(drawn_record(f, 3).sliver), 1.5 * CELL_M2, 0.05);
    package(f, 3, 2025, TH_OK, &err);
}

static void days__a_parcel_that_was_retired_later_holds_its_ground(void **state)
{
    struct fixture *f = *state;
    struct drawn rows = {.size = 0};
    struct th_json *reply = NULL;
    struct th_error err;
    const struct th_parcel_retire_options retire = {
        .parcel_id = 1, .on = "2020-01-01", .reason = "征收"};
    drawn_row(&rows, 1, 119.6, 30.5, 0.001);
    th_json_free(import_on(f, &rows, "2010-01-01"));
    assert_ok(th_parcel_retire_use(f->registry, &f->request, &retire, &reply, &err), &err);
    th_json_free(reply);
    rows.size = 0;
    drawn_row(&rows, 2, 119.6005, 30.5, 0.001);
    static const char *const BEFORE[] = {"2009-06-01", "2015-01-01", "2019-12-31"};
    for (size_t i = 0; i < sizeof(BEFORE) / sizeof(BEFORE[0]); i++) {
        reply = import_on(f, &rows, BEFORE[i]);
        assert_int_equal(drawn_accepted(reply), 0);
        assert_non_null(strstr(drawn_message(reply, 1, "overlap_registered"), "later retired"));
        th_json_free(reply);
    }
    reply = import_on(f, &rows, "2020-01-01");
    assert_int_equal(drawn_accepted(reply), 1);
    th_json_free(reply);
}

// The whole gave way in the west, the neighbour in the east.
static void split__parts_take_off_what_the_whole_gave_up_there(void **state)
{
    struct fixture *f = *state;
    char document[TH_TEST_PATH_SIZE];
    char drawing[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err;
    drawn_let_in(f, 119.6, 30.5, 0.0004, 0.001);
    drawn_let_in(f, 119.602, 30.5, 0.001, 0.001);
    drawn_let_in(f, 119.6, 30.5, 0.001, 0.001);
    fixture_file(f, document, "decision.txt", "批复");
    fixture_file(f, drawing, "shape.wkt",
                 "POLYGON ((119.6006 30.5, 119.603 30.5, 119.603 30.501, 119.6006 30.501,"
                 " 119.6006 30.5))");
    const struct th_parcel_adjust_options wider = {.parcel_id = 2,
                                                   .drawing = drawing,
                                                   .reason = "复测",
                                                   .waive = true,
                                                   .document = document,
                                                   .messages = f->messages};
    f->request.login = "officer";
    assert_ok(th_parcel_adjust(f->registry, &f->request, &wider, &reply, &err), &err);
    f->request.login = "admin";
    th_json_free(reply);
    assert_close(th_area_m2(drawn_record(f, 2).sliver), 0.4 * CELL_M2, 0.1);
    drawn_split_at(f, 3, 119.6005);
    assert_close(th_area_m2(drawn_record(f, 4).sliver), 0.4 * CELL_M2, 0.1);
    assert_close(th_area_m2(drawn_record(f, 5).sliver), 0, 0.1);
}

// The cell's height from `west` to `east` for the parcel.
static void adjust(struct fixture *f, int64_t parcel_id, double west, double east, const char *on,
                   enum th_status want, struct th_error *err)
{
    char drawing[256];
    char path[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    (void)snprintf(drawing, sizeof(drawing),
                   "POLYGON ((%.6f 30.5, %.6f 30.5, %.6f 30.501, %.6f 30.501, %.6f 30.5))", west,
                   east, east, west, west);
    fixture_file(f, path, "shape.wkt", drawing);
    const struct th_parcel_adjust_options options = {.parcel_id = parcel_id,
                                                     .drawing = path,
                                                     .reason = "复测",
                                                     .on = on,
                                                     .messages = f->messages};
    assert_status(th_parcel_adjust(f->registry, &f->request, &options, &reply, err), want, err);
    th_json_free(reply);
}

static void days__ground_that_an_adjustment_gives_up_is_held_until_then(void **state)
{
    struct fixture *f = *state;
    struct drawn rows = {.size = 0};
    struct th_error err;
    drawn_row(&rows, 1, 119.6, 30.5, 0.001);
    th_json_free(import_on(f, &rows, "2024-01-01"));
    adjust(f, 1, 119.6, 119.6004, "2025-06-01", TH_OK, &err);
    rows.size = 0;
    drawn_row(&rows, 2, 119.6005, 30.5, 0.001);
    static const char *const BEFORE[] = {"2023-06-01", "2024-06-01", "2025-05-31"};
    for (size_t i = 0; i < sizeof(BEFORE) / sizeof(BEFORE[0]); i++) {
        struct th_json *reply = import_on(f, &rows, BEFORE[i]);
        assert_int_equal(drawn_accepted(reply), 0);
        const char *message = drawn_message(reply, 1, "overlap_registered");
        assert_non_null(strstr(message, "the earlier boundary of parcel 1"));
        assert_non_null(strstr(message, "50.00 %"));
        // The middle of what was given up, not of what the parcel is now.
        const struct th_json *problem = th_json_at(th_json_get(reply, "problems"), 0);
        assert_close(th_json_get_real(problem, "lon", 0), 119.60075, 1e-6);
        th_json_free(reply);
    }
    struct th_json *reply = import_on(f, &rows, "2025-06-01");
    assert_int_equal(drawn_accepted(reply), 1);
    assert_int_equal(fixture_problems(reply, 0, NULL, NULL), 0);
    th_json_free(reply);
}

static void days__an_adjustment_takes_no_ground_before_it_was_given_up(void **state)
{
    struct fixture *f = *state;
    struct drawn rows = {.size = 0};
    struct th_error err;
    drawn_row(&rows, 1, 119.6, 30.5, 0.001);
    drawn_row(&rows, 2, 119.601, 30.5, 0.001);
    th_json_free(import_on(f, &rows, "2024-01-01"));
    adjust(f, 1, 119.6, 119.6004, "2025-06-01", TH_OK, &err);
    adjust(f, 2, 119.6006, 119.602, "2025-05-31", TH_CONFLICT, &err);
    assert_string_equal(err.key, "adjust_overlap");
    assert_string_equal(th_error_arg_get(&err, "other"), "1");
    adjust(f, 2, 119.6006, 119.602, "2025-06-01", TH_OK, &err);
}

static void days__a_version_that_never_held_claims_nothing(void **state)
{
    struct fixture *f = *state;
    struct drawn rows = {.size = 0};
    struct th_error err;
    drawn_row(&rows, 1, 119.6, 30.5, 0.001);
    th_json_free(import_on(f, &rows, "2024-01-01"));
    adjust(f, 1, 119.6, 119.6004, "2024-01-01", TH_OK, &err); // wrong from the first day
    rows.size = 0;
    drawn_row(&rows, 2, 119.6005, 30.5, 0.001);
    struct th_json *reply = import_on(f, &rows, "2023-06-01");
    assert_int_equal(drawn_accepted(reply), 1);
    th_json_free(reply);
}

// On every day one version of the neighbour holds the strip.
static void days__a_strip_is_taken_off_once_however_often_the_neighbour_changed(void **state)
{
    struct fixture *f = *state;
    struct drawn rows = {.size = 0};
    struct th_error err;
    drawn_row(&rows, 1, 119.6, 30.5, 0.001);
    th_json_free(import_on(f, &rows, "2024-01-01"));
    adjust(f, 1, 119.6, 119.6008, "2024-06-01", TH_OK, &err);
    adjust(f, 1, 119.6, 119.6006, "2025-06-01", TH_OK, &err);
    rows.size = 0;
    drawn_row(&rows, 2, 119.599004, 30.5, 0.001); // four thousandths
    struct th_json *reply = import_on(f, &rows, "2024-03-01");
    assert_int_equal(drawn_accepted(reply), 1);
    assert_int_equal(fixture_problems(reply, 1, NULL, NULL), 1);
    assert_close(th_area_m2(drawn_record(f, drawn_parcel(reply, 0)).sliver), 0.004 * CELL_M2, 0.05);
    th_json_free(reply);
}

static void update__of_attributes_alone_takes_nothing_off_again(void **state)
{
    struct fixture *f = *state;
    struct drawn rows = {.size = 0};
    struct drawn land = {.size = 0};
    struct th_parcel_import_options options = fixture_options(f, NULL);
    options.update = true;
    drawn_row(&rows, 1, 119.6, 30.5, 0.001);
    drawn_row(&rows, 2, 119.600995, 30.5, 0.001);
    th_json_free(drawn_import(f, &rows));
    beside(&land, true, false, false);
    drawn_scheme(f, &land, "2021-01-01", NULL);
    rows.size = 0;
    drawn_box(&rows, 119.6, 30.5, 0.001, 0.001, "\"number\":\"1\",\"小地名\":\"竹坞\"");
    drawn_box(&rows, 119.600995, 30.5, 0.001, 0.001, "\"number\":\"2\",\"小地名\":\"石坞\"");
    struct th_json *reply = drawn_import_with(f, &rows, options);
    assert_int_equal(drawn_accepted(reply), 2);
    assert_int_equal(fixture_problems(reply, 0, NULL, NULL), 0);
    th_json_free(reply);
    assert_int_equal(drawn_record(f, 1).version, 2);
    assert_int_equal(th_area_m2_300(drawn_record(f, 1).sliver), 0);
    assert_close(th_area_m2(drawn_record(f, 2).sliver), 0.005 * CELL_M2, 0.05);
    // Nor does it make room: the ground is still its own for the other rows of the file.
    rows.size = 0;
    drawn_row(&rows, 3, 119.6, 30.5, 0.0005);
    drawn_box(&rows, 119.6, 30.5, 0.001, 0.001, "\"number\":\"1\",\"小地名\":\"石坞\"");
    reply = drawn_import_with(f, &rows, options);
    assert_int_equal(fixture_problems(reply, 1, "overlap_registered", "error"), 1);
    assert_int_equal(drawn_accepted(reply), 1);
    th_json_free(reply);
}

static void within__teeth_that_were_waived_are_off_the_later_parcel(void **state)
{
    struct fixture *f = *state;
    struct drawn rows = {.size = 0};
    struct th_error err;
    const int64_t both[] = {1, 2};
    comb(&rows, 119.6, "\"number\":\"1\"");
    th_json_free(drawn_import(f, &rows));
    rows.size = 0;
    drawn_row(&rows, 2, 119.6, 30.5, 0.001);
    struct th_json *reply = drawn_import_waiving(f, &rows, "1");
    assert_int_equal(drawn_accepted(reply), 1);
    th_json_free(reply);
    drawn_package(f, both, 2, 2022, TH_OK, &err);
    drawn_take_nothing_off(f, 2);
    package(f, 2, 2023, TH_OK, &err);
    drawn_package(f, both, 2, 2024, TH_CONFLICT, &err);
    assert_string_equal(err.key, "ground_twice_in_package");
    assert_string_equal(th_error_arg_get(&err, "parcel"), "2");
    assert_string_equal(th_error_arg_get(&err, "other"), "1");
    assert_string_equal(th_error_arg_get(&err, "taken_m2"), "0.00");
    // Fifty teeth of 0.00001° by 0.00099° on a back of 0.00099° by 0.00001°.
    assert_close(square_metres(&err, "area_m2"), 0.5049 * CELL_M2, 0.1);
}

static void within__strips_add_up(void **state)
{
    struct fixture *f = *state;
    struct drawn rows = {.size = 0};
    struct th_error err;
    const int64_t all[] = {1, 2, 3, 4};
    drawn_row(&rows, 1, 119.6, 30.5, 0.001);
    beside(&rows, true, true, true);
    struct th_json *reply = drawn_import(f, &rows);
    assert_int_equal(drawn_accepted(reply), 4);
    th_json_free(reply);
    drawn_package(f, all, 4, 2022, TH_OK, &err);
    drawn_take_nothing_off(f, 2);
    drawn_package(f, all, 4, 2023, TH_CONFLICT, &err);
    assert_string_equal(err.key, "ground_twice_in_package");
    // Three strips of half a hundredth, and two corners where the northern one meets the others.
    assert_close(square_metres(&err, "area_m2"), 0.01505 * CELL_M2, 0.05);
    assert_close(square_metres(&err, "taken_m2"), 0.01005 * CELL_M2, 0.05);
    const int64_t without[] = {1, 3, 4};
    drawn_package(f, without, 3, 2023, TH_OK, &err);
}

static void within__what_was_taken_off_goes_with_the_parts(void **state)
{
    struct fixture *f = *state;
    struct drawn rows = {.size = 0};
    char line[TH_TEST_PATH_SIZE];
    struct th_json *reply = NULL;
    struct th_error err;
    const int64_t west[] = {1, 3};
    const int64_t east[] = {1, 4};
    const int64_t all[] = {1, 3, 4};
    drawn_row(&rows, 1, 119.6, 30.5, 0.001);
    th_json_free(drawn_import(f, &rows));
    rows.size = 0;
    drawn_row(&rows, 2, 119.6005, 30.5, 0.001);
    th_json_free(drawn_import_waiving(f, &rows, "1"));
    fixture_file(f, line, "line.wkt", "LINESTRING (119.60103 30.4999, 119.60107 30.5011)");
    const struct th_parcel_split_options split = {
        .parcel_id = 2, .drawing = line, .reason = "分户", .messages = f->messages};
    assert_ok(th_parcel_split(f->registry, &f->request, &split, &reply, &err), &err);
    th_json_free(reply);
    drawn_package(f, west, 2, 2025, TH_OK, &err);
    drawn_package(f, east, 2, 2026, TH_OK, &err);
    drawn_package(f, all, 3, 2027, TH_OK, &err);
}

// What one parcel gave up to somebody outside does not stand for what another one should have.
static void within__what_was_taken_off_for_others_does_not_count(void **state)
{
    struct fixture *f = *state;
    struct th_error err;
    const int64_t group[] = {1, 2, 4};
    drawn_let_in(f, 119.6, 30.5, 0.001, 0.001);
    drawn_let_in(f, 119.6005, 30.5, 0.001, 0.001);
    drawn_let_in(f, 119.598, 30.5, 0.001, 0.001);
    drawn_let_in(f, 119.5983, 30.5, 0.0018, 0.001); // over the third by 0.7 cells, the first by 0.1
    drawn_package(f, group, 3, 2022, TH_OK, &err);
    drawn_take_nothing_off(f, 2);
    drawn_package(f, group, 3, 2023, TH_CONFLICT, &err);
    assert_string_equal(err.key, "ground_twice_in_package");
    assert_close(square_metres(&err, "area_m2"), 0.6 * CELL_M2, 0.1);
    assert_close(square_metres(&err, "taken_m2"), 0.1 * CELL_M2, 0.1);
}

// None of the three rows can be let in without the room of another that is refused: the first needs
// what the second's parcel has, the second stands on the first's.
static void update__a_row_that_comes_in_late_makes_no_room(void **state)
{
    struct fixture *f = *state;
    struct drawn rows = {.size = 0};
    struct th_parcel_import_options options = fixture_options(f, NULL);
    options.update = true;
    drawn_row(&rows, 1, 119.6, 30.5, 0.001);
    drawn_row(&rows, 2, 119.601, 30.5, 0.001);
    drawn_box(&rows, 119.6, 30.501, 0.002, 0.001, "\"number\":\"3\"");
    th_json_free(drawn_import(f, &rows));
    rows.size = 0;
    drawn_box(&rows, 119.601, 30.5005, 0.002, 0.001, "\"number\":\"3\"");
    drawn_box(&rows, 119.601, 30.5012, 0.001, 0.0008, "\"number\":\"2\"");
    drawn_box(&rows, 119.601, 30.5012, 0.002, 0.0008, "\"number\":\"1\"");
    struct th_json *reply = drawn_import_with(f, &rows, options);
    assert_int_equal(fixture_problems(reply, 1, "overlap_registered", "error"), 1);
    assert_int_equal(fixture_problems(reply, 2, "overlap_registered", "error"), 1);
    assert_int_equal(drawn_accepted(reply), 0);
    th_json_free(reply);
    for (int64_t id = 1; id <= 3; id++) {
        assert_int_equal(drawn_record(f, id).version, 1);
    }
}

// A half until the first of March, a strip of it from then on.
static void days__of_versions_of_a_neighbour_the_largest_is_taken_off(void **state)
{
    struct fixture *f = *state;
    struct drawn rows = {.size = 0};
    char document[TH_TEST_PATH_SIZE];
    const char *row = "1";
    struct th_parcel_import_options options = fixture_options(f, NULL);
    struct th_error err;
    drawn_row(&rows, 1, 119.6, 30.5, 0.001);
    th_json_free(import_on(f, &rows, "2024-01-01"));
    adjust(f, 1, 119.6, 119.600505, "2025-03-01", TH_OK, &err);
    rows.size = 0;
    drawn_row(&rows, 2, 119.6005, 30.5, 0.001);
    fixture_file(f, document, "decision.txt", "批复");
    options.on = "2024-06-01";
    options.waive_rows = &row;
    options.n_waive_rows = 1;
    options.waive_reason = "r";
    options.waive_document = document;
    f->request.login = "officer";
    struct th_json *reply = drawn_import_with(f, &rows, options);
    f->request.login = "admin";
    assert_close(th_area_m2(drawn_record(f, drawn_parcel(reply, 0)).sliver), 0.5 * CELL_M2, 0.1);
    th_json_free(reply);
}

// Particulars and boundary change on one day: the version between never held, but the one before
// it did.
static void
days__a_boundary_is_held_until_it_was_adjusted_whatever_else_changed_that_day(void **state)
{
    struct fixture *f = *state;
    struct drawn rows = {.size = 0};
    struct th_parcel_import_options options = fixture_options(f, NULL);
    struct th_error err;
    drawn_row(&rows, 1, 119.6, 30.5, 0.001);
    th_json_free(import_on(f, &rows, "2024-01-01"));
    rows.size = 0;
    drawn_box(&rows, 119.6, 30.5, 0.001, 0.001, "\"number\":\"1\",\"小地名\":\"竹坞\"");
    options.update = true;
    options.on = "2025-06-01";
    th_json_free(drawn_import_with(f, &rows, options));
    adjust(f, 1, 119.6, 119.6004, "2025-06-01", TH_OK, &err);
    assert_int_equal(drawn_record(f, 1).version, 3);
    rows.size = 0;
    drawn_row(&rows, 2, 119.6005, 30.5, 0.001);
    struct th_json *reply = import_on(f, &rows, "2024-06-01");
    assert_int_equal(fixture_problems(reply, 1, "overlap_registered", "error"), 1);
    th_json_free(reply);
    reply = import_on(f, &rows, "2025-06-01");
    assert_int_equal(drawn_accepted(reply), 1);
    th_json_free(reply);
}

// The officer who let a row in over one neighbour said nothing of a project that came afterwards.
static void draft__lets_nothing_in_under_a_scheme_that_came_after_the_last_look(void **state)
{
    struct fixture *f = *state;
    struct drawn rows = {.size = 0};
    struct drawn land = {.size = 0};
    char path[TH_TEST_PATH_SIZE];
    char document[TH_TEST_PATH_SIZE];
    const char *row = "1";
    const struct th_parcel_import_options nothing = {.messages = f->messages};
    struct th_json *reply = NULL;
    struct th_error err;
    drawn_row(&rows, 1, 119.6, 30.5, 0.001);
    th_json_free(drawn_import(f, &rows));
    rows.size = 0;
    drawn_row(&rows, 2, 119.6008, 30.5, 0.001);
    fixture_file(f, document, "decision.txt", "批复");
    struct th_parcel_import_options options =
        fixture_options(f, fixture_geojson(f, path, "draft.geojson", rows.text));
    options.waive_rows = &row;
    options.n_waive_rows = 1;
    options.waive_reason = "r";
    options.waive_document = document;
    f->request.login = "officer";
    assert_ok(th_draft_open(f->registry, &f->request, &options, &reply, &err), &err);
    int64_t draft_id = th_json_get_int(reply, "draft_id", 0);
    assert_int_equal(drawn_accepted(reply), 1);
    th_json_free(reply);
    f->request.login = "admin";
    drawn_box(&land, 119.6015, 30.5, 0.001, 0.001, "\"name\":\"一期\"");
    drawn_scheme(f, &land, "2021-01-01", NULL);
    f->request.login = "officer";
    assert_ok(th_draft_confirm(f->registry, &f->request, draft_id, &nothing, &reply, &err), &err);
    f->request.login = "admin";
    assert_int_equal(drawn_accepted(reply), 0);
    assert_int_equal(fixture_problems(reply, 1, "overlap_other_scheme", "error"), 1);
    th_json_free(reply);
}

#define GROUND_TEST(name) cmocka_unit_test_setup_teardown(name, drawn_set_up, drawn_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        GROUND_TEST(strips__do_not_open_land_of_a_scheme_that_ended),
        GROUND_TEST(strips__that_are_half_of_a_small_neighbour_are_no_strips),
        GROUND_TEST(strips__of_other_schemes_are_weighed_together),
        GROUND_TEST(strips__of_retired_parcels_in_packages_are_weighed_together),
        GROUND_TEST(strips__that_a_neighbour_gave_up_are_not_asked_for_again),
        GROUND_TEST(waiver__opens_no_more_ground_than_was_taken_off),
        GROUND_TEST(merge__takes_what_was_waived_off_the_whole),
        GROUND_TEST(days__a_parcel_that_was_retired_later_holds_its_ground),
        GROUND_TEST(days__ground_that_an_adjustment_gives_up_is_held_until_then),
        GROUND_TEST(days__an_adjustment_takes_no_ground_before_it_was_given_up),
        GROUND_TEST(days__a_version_that_never_held_claims_nothing),
        GROUND_TEST(days__a_strip_is_taken_off_once_however_often_the_neighbour_changed),
        GROUND_TEST(within__teeth_that_were_waived_are_off_the_later_parcel),
        GROUND_TEST(within__strips_add_up),
        GROUND_TEST(within__what_was_taken_off_goes_with_the_parts),
        GROUND_TEST(within__what_was_taken_off_for_others_does_not_count),
        GROUND_TEST(split__parts_take_off_what_the_whole_gave_up_there),
        GROUND_TEST(draft__lets_nothing_in_under_a_scheme_that_came_after_the_last_look),
        GROUND_TEST(update__of_attributes_alone_takes_nothing_off_again),
        GROUND_TEST(update__a_row_that_comes_in_late_makes_no_room),
        GROUND_TEST(days__of_versions_of_a_neighbour_the_largest_is_taken_off),
        GROUND_TEST(days__a_boundary_is_held_until_it_was_adjusted_whatever_else_changed_that_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
