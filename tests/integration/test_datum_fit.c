// Control points made with a known shift, by the textbook formulas of geocentric coordinates, must
// give that shift back.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/file.h"
#include "gis/crs.h"
#include "registry/intake/datum_fit.h"
#include "tests/support/support.h"

enum { POINTS = 5, TEXT_SIZE = 4096 };

struct ellipsoid {
    double a, f;
};
static const struct ellipsoid KRASSOVSKY = {6378245.0, 1 / 298.3};
static const struct ellipsoid CGCS2000 = {6378137.0, 1 / 298.257222101};
static const double SHIFT[3] = {15.8, -154.4, -82.3};
static const double PLACES[POINTS][2] = {
    {119.5, 30.4}, {119.9, 30.5}, {119.6, 30.8}, {119.8, 30.7}, {119.7, 30.55}};

static const double DEGREE = 3.14159265358979323846 / 180;

static void shifted(double lon, double lat, double *ret_lon, double *ret_lat)
{
    double e2 = KRASSOVSKY.f * (2 - KRASSOVSKY.f);
    double n = KRASSOVSKY.a / sqrt(1 - e2 * pow(sin(lat * DEGREE), 2));
    double x = n * cos(lat * DEGREE) * cos(lon * DEGREE) + SHIFT[0];
    double y = n * cos(lat * DEGREE) * sin(lon * DEGREE) + SHIFT[1];
    double z = n * (1 - e2) * sin(lat * DEGREE) + SHIFT[2];
    double to_e2 = CGCS2000.f * (2 - CGCS2000.f);
    double phi = atan2(z, hypot(x, y) * (1 - to_e2));
    for (int i = 0; i < 20; i++) {
        double m = CGCS2000.a / sqrt(1 - to_e2 * pow(sin(phi), 2));
        phi = atan2(z + to_e2 * m * sin(phi), hypot(x, y));
    }
    *ret_lon = atan2(y, x) / DEGREE;
    *ret_lat = phi / DEGREE;
}

static const char *points_write(const char *folder, const char *name, const char *head,
                                char path[TH_TEST_PATH_SIZE])
{
    char text[TEXT_SIZE];
    size_t used = (size_t)snprintf(text, sizeof(text), "%s\n", head);
    for (int i = 0; i < POINTS; i++) {
        double lon = 0;
        double lat = 0;
        shifted(PLACES[i][0], PLACES[i][1], &lon, &lat);
        used += (size_t)snprintf(text + used, sizeof(text) - used, "K%d,%.10f,%.10f,%.10f,%.10f\n",
                                 i + 1, PLACES[i][0], PLACES[i][1], lon, lat);
    }
    assert_int_equal(th_file_write(th_test_path(path, folder, name), text, used, NULL), TH_OK);
    return path;
}

static void datum_fit__points_with_a_known_shift_place_others(void **state)
{
    char folder[TH_TEST_PATH_SIZE];
    (void)state;
    th_test_folder_make(folder);
    char path[TH_TEST_PATH_SIZE];
    struct th_error err;
    struct th_json *reply = NULL;
    const struct th_datum_fit_options options = {
        .path = points_write(folder, "points.csv", "点号,x1,y1,x2,y2", path),
        .from = "EPSG:4214",
        .to = "EPSG:4490",
        .n_parameters = 3};
    assert_int_equal(th_datum_fit_use(&options, &reply, &err), TH_OK);
    assert_int_equal(th_json_get_int(reply, "n", 0), POINTS);
    assert_true(th_json_get_real(reply, "worst_m", 1) < 0.01);
    assert_string_equal(th_json_get_text(th_json_at(th_json_get(reply, "points"), 2), "point", ""),
                        "K3");
    // A point that was not among them comes out where the shift puts it.
    struct th_crs_datum datum;
    struct th_crs_transform *transform = NULL;
    const char *text = th_json_get_text(reply, "datum", "");
    assert_int_equal(th_crs_datum_parse(text, &datum, &err), TH_OK);
    assert_int_equal(th_crs_transform_new_by_datum("EPSG:4214", NULL, &datum, &transform, &err),
                     TH_OK);
    struct th_xy ring[4] = {{119.65, 30.6}, {119.66, 30.6}, {119.66, 30.61}, {119.65, 30.6}};
    size_t end = 4;
    size_t rings = 1;
    const struct th_geometry drawn = {ring, 4, &end, 1, &rings, 1};
    struct th_geometry shape = {0};
    assert_int_equal(th_geometry_copy(&drawn, &shape, &err), TH_OK);
    assert_int_equal(th_crs_transform_apply(transform, &shape, &err), TH_OK);
    double lon = 0;
    double lat = 0;
    shifted(119.65, 30.6, &lon, &lat);
    assert_close(shape.points[0].x, lon, 1e-7); // a centimetre
    assert_close(shape.points[0].y, lat, 1e-7);
    th_geometry_clear(&shape);
    th_crs_transform_free(transform);
    th_json_free(reply);
    th_test_folder_remove(folder);
}

static void datum_fit__wrong_tables_are_named(void **state)
{
    char folder[TH_TEST_PATH_SIZE];
    (void)state;
    th_test_folder_make(folder);
    char path[TH_TEST_PATH_SIZE];
    struct th_error err;
    struct th_json *reply = NULL;
    struct th_datum_fit_options options = {
        .path = points_write(folder, "columns.csv", "point,x1,y1,x2,z", path),
        .from = "EPSG:4214",
        .to = "EPSG:4490",
        .n_parameters = 3};
    assert_int_equal(th_datum_fit_use(&options, &reply, &err), TH_INVALID);
    assert_string_equal(err.key, "datum_columns");
    assert_string_equal(th_error_arg_get(&err, "column"), "y2");
    static const char WORD[] = "point,x1,y1,x2,y2\nK1,119.5,东,119.5,30.4\n";
    assert_int_equal(
        th_file_write(th_test_path(path, folder, "word.csv"), WORD, sizeof(WORD) - 1, NULL), TH_OK);
    assert_int_equal(th_datum_fit_use(&options, &reply, &err), TH_INVALID);
    assert_string_equal(err.key, "datum_number");
    assert_string_equal(th_error_arg_get(&err, "row"), "2");
    options.n_parameters = 5;
    assert_int_equal(th_datum_fit_use(&options, &reply, &err), TH_USAGE);
    assert_null(reply);
    th_test_folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(datum_fit__points_with_a_known_shift_place_others),
        cmocka_unit_test(datum_fit__wrong_tables_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
