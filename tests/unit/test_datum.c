#include "gis/datum.h"

#include <math.h>
#include <stdlib.h>

#include "gis/crs.h"
#include "tests/support/support.h"

enum { N_POINTS = 8 };

// What the surveys of a county would have measured: parameters of a usual size, and places around
// Anji on the old ellipsoid, whose counterparts are computed here in 80 bits.
static const long double TRUE_SHIFT[3] = {-12.3L, 141.7L, 86.4L};
static const long double TRUE_TURN[3] = {0.31L, -0.82L, 1.14L}; // arc-seconds, position vector
static const long double TRUE_SCALE = -2.7L;                    // ppm
static const struct th_xy OLD[N_POINTS] = {{119.40, 30.40}, {119.88, 30.45}, {119.81, 30.86},
                                           {119.45, 30.80}, {119.60, 30.60}, {119.70, 30.52},
                                           {119.52, 30.70}, {119.75, 30.72}};

struct ellipsoid {
    long double a, rf;
};
static const struct ellipsoid IAG75 = {6378140.0L, 298.257L};
static const struct ellipsoid CGCS2000 = {6378137.0L, 298.257222101L};

static long double radians(long double degrees)
{
    return degrees * acosl(-1.0L) / 180;
}

static void to_space(struct ellipsoid e, struct th_xy at, long double out[3])
{
    long double b = e.a * (1 - 1 / e.rf);
    long double phi = radians((long double)at.y);
    long double c = cosl(phi);
    long double s = sinl(phi);
    long double n = e.a * e.a / sqrtl(e.a * e.a * c * c + b * b * s * s);
    out[0] = n * c * cosl(radians((long double)at.x));
    out[1] = n * c * sinl(radians((long double)at.x));
    out[2] = b * b / (e.a * e.a) * n * s;
}

// By Bowring's iteration on the reduced latitude.
static struct th_xy to_degrees(struct ellipsoid e, const long double p[3])
{
    long double b = e.a * (1 - 1 / e.rf);
    long double e2 = 1 - b * b / (e.a * e.a);
    long double ep2 = e.a * e.a / (b * b) - 1;
    long double r = hypotl(p[0], p[1]);
    long double beta = atan2l(e.a * p[2], b * r);
    long double phi = 0;
    for (int i = 0; i < 6; i++) {
        phi = atan2l(p[2] + ep2 * b * powl(sinl(beta), 3), r - e2 * e.a * powl(cosl(beta), 3));
        beta = atan2l(b * sinl(phi), e.a * cosl(phi));
    }
    return (struct th_xy){(double)(atan2l(p[1], p[0]) * 180 / acosl(-1.0L)),
                          (double)(phi * 180 / acosl(-1.0L))};
}

static struct th_xy true_place(struct th_xy old, bool seven)
{
    long double x[3];
    long double y[3];
    long double r[3];
    to_space(IAG75, old, x);
    for (int k = 0; k < 3; k++) {
        r[k] = seven ? radians(TRUE_TURN[k] / 3600) : 0;
    }
    long double m = seven ? 1 + TRUE_SCALE * 1e-6L : 1;
    y[0] = TRUE_SHIFT[0] + m * (x[0] - r[2] * x[1] + r[1] * x[2]);
    y[1] = TRUE_SHIFT[1] + m * (r[2] * x[0] + x[1] - r[0] * x[2]);
    y[2] = TRUE_SHIFT[2] + m * (-r[1] * x[0] + r[0] * x[1] + x[2]);
    return to_degrees(CGCS2000, y);
}

static struct th_crs_datum true_datum(bool seven, bool frame)
{
    struct th_crs_datum datum = {.kind = TH_CRS_DATUM_SHIFT};
    for (int k = 0; k < 3; k++) {
        datum.shift_m[k] = (double)TRUE_SHIFT[k];
        if (seven) {
            datum.rotation_arcsec[k] = (frame ? -1 : 1) * (double)TRUE_TURN[k];
        }
    }
    if (seven) {
        datum.scale_ppm = (double)TRUE_SCALE;
        datum.kind = frame ? TH_CRS_DATUM_COORDINATE_FRAME : TH_CRS_DATUM_POSITION_VECTOR;
    }
    return datum;
}

static struct th_xy apply(const char *crs, const struct th_crs_datum *datum, struct th_xy at)
{
    struct th_error err = {0};
    struct th_crs_transform *transform = NULL;
    size_t end = 1;
    struct th_geometry shape = {.n_points = 1, .ring_ends = &end, .n_rings = 1};
    shape.points = malloc(sizeof(*shape.points));
    assert_non_null(shape.points);
    shape.points[0] = at;
    assert_ok(th_crs_transform_new_by_datum(crs, NULL, datum, &transform, &err), &err);
    assert_false(th_crs_transform_is_identity(transform));
    assert_ok(th_crs_transform_apply(transform, &shape, &err), &err);
    at = shape.points[0];
    free(shape.points);
    th_crs_transform_free(transform);
    return at;
}

static void given_parameters__lead_where_they_say(void **state)
{
    (void)state;
    for (int form = 0; form < 3; form++) {
        struct th_crs_datum datum = true_datum(form > 0, form == 2);
        for (size_t i = 0; i < N_POINTS; i++) {
            struct th_xy got = apply("EPSG:4610", &datum, OLD[i]);
            struct th_xy want = true_place(OLD[i], form > 0);
            assert_close(got.x, want.x, 1e-10);
            assert_close(got.y, want.y, 1e-10);
        }
    }
}

// Zone 40 of Xian 1980: the middle of the zone at the equator is known without a projection.
static void projected_source__goes_the_same_way(void **state)
{
    (void)state;
    struct th_crs_datum datum = true_datum(true, false);
    struct th_xy got = apply("EPSG:2364", &datum, (struct th_xy){40500000, 0});
    struct th_xy want = true_place((struct th_xy){120, 0}, true);
    assert_close(got.x, want.x, 1e-10);
    assert_close(got.y, want.y, 1e-10);
}

static void beijing54__is_on_its_own_ellipsoid(void **state)
{
    (void)state;
    static const struct ellipsoid krassovsky = {6378245.0L, 298.3L};
    struct th_crs_datum datum = true_datum(false, false);
    struct th_xy old = {119.6, 30.6};
    long double x[3];
    to_space(krassovsky, old, x);
    for (int k = 0; k < 3; k++) {
        x[k] += TRUE_SHIFT[k];
    }
    struct th_xy want = to_degrees(CGCS2000, x);
    struct th_xy got = apply("EPSG:4214", &datum, old);
    assert_close(got.x, want.x, 1e-10);
    assert_close(got.y, want.y, 1e-10);
}

static void parameters__are_refused_where_none_are_needed(void **state)
{
    (void)state;
    static const char *const open[] = {"EPSG:4490", "EPSG:4528", "EPSG:4326"};
    struct th_crs_datum datum = true_datum(false, false);
    for (size_t i = 0; i < 3; i++) {
        struct th_error err = {0};
        struct th_crs_transform *transform = NULL;
        assert_status(th_crs_transform_new_by_datum(open[i], NULL, &datum, &transform, &err),
                      TH_INVALID, &err);
        assert_string_equal(err.key, "datum_needless");
        assert_null(transform);
    }
}

static void identity__is_told_of_degrees_on_cgcs2000_and_wgs84(void **state)
{
    (void)state;
    static const struct {
        const char *definition;
        bool identity;
    } CASES[] = {{"EPSG:4490", true},  {"EPSG:4326", true},  {"OGC:CRS84", true},
                 {"EPSG:4528", false}, {"EPSG:3857", false}, {"EPSG:4267", false}};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_error err = {0};
        struct th_crs_transform *transform = NULL;
        assert_ok(th_crs_transform_new(CASES[i].definition, NULL, &transform, &err), &err);
        assert_int_equal(th_crs_transform_is_identity(transform), CASES[i].identity);
        th_crs_transform_free(transform);
    }
}

static void controls_make(struct th_crs_control controls[N_POINTS], bool seven)
{
    for (size_t i = 0; i < N_POINTS; i++) {
        controls[i] = (struct th_crs_control){OLD[i], true_place(OLD[i], seven)};
    }
}

// Fitted to some points, it must hold at the others, although it knows no heights.
static void fit__holds_at_points_that_it_has_not_seen(void **state)
{
    (void)state;
    static const struct {
        enum th_crs_datum_kind kind;
        size_t n;
        bool seven;
        double tolerance_m;
    } CASES[] = {
        {TH_CRS_DATUM_SHIFT, 3, false, 0.01},
        {TH_CRS_DATUM_POSITION_VECTOR, 4, true, 0.01},
        {TH_CRS_DATUM_COORDINATE_FRAME, 5, true, 0.01},
        {TH_CRS_DATUM_SHIFT, 6, true, 1.0}, // turning is not in the model, and shows
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_error err = {0};
        struct th_crs_datum datum;
        struct th_crs_control controls[N_POINTS];
        struct th_crs_residual residuals[N_POINTS];
        controls_make(controls, CASES[i].seven);
        struct th_crs_fit fit = {"EPSG:4610", "EPSG:4490", controls, CASES[i].n, CASES[i].kind};
        assert_ok(th_crs_datum_fit(&fit, &datum, residuals, &err), &err);
        assert_int_equal(datum.n_points, CASES[i].n);
        assert_true(datum.rms_m <= CASES[i].tolerance_m && datum.worst_m >= datum.rms_m);
        for (size_t k = CASES[i].n; k < N_POINTS; k++) {
            struct th_xy got = apply("EPSG:4610", &datum, OLD[k]);
            assert_close(got.x, controls[k].target.x, CASES[i].tolerance_m / 95000);
            assert_close(got.y, controls[k].target.y, CASES[i].tolerance_m / 110000);
        }
    }
}

static double rms_of(const struct th_crs_datum *datum, const struct th_crs_control *controls,
                     size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        struct th_xy got = apply("EPSG:4610", datum, controls[i].source);
        double north_m = (got.y - controls[i].target.y) * 110860; // metres a degree at 30.6° N
        double east_m = (got.x - controls[i].target.x) * 95890;
        sum += north_m * north_m + east_m * east_m;
    }
    return sqrt(sum / (double)n);
}

// One metre on one of six points. What is returned is the least sum of squares when no parameter
// can be moved without making it larger.
static void fit__no_other_shift_fits_better(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_crs_datum datum;
    struct th_crs_control controls[N_POINTS];
    struct th_crs_residual residuals[N_POINTS];
    controls_make(controls, false);
    controls[4].target.y += 1 / 110860.0;
    struct th_crs_fit fit = {"EPSG:4610", "EPSG:4490", controls, 6, TH_CRS_DATUM_SHIFT};
    assert_ok(th_crs_datum_fit(&fit, &datum, residuals, &err), &err);
    double east_m = 0;
    double north_m = 0;
    for (size_t i = 0; i < 6; i++) {
        east_m += residuals[i].east_m;
        north_m += residuals[i].north_m;
        assert_true(i == 4 || fabs(residuals[i].north_m) < 0.5);
    }
    assert_close(east_m, 0, 1e-3);
    assert_close(north_m, 0, 1e-3);
    assert_close(datum.worst_m, hypot(residuals[4].east_m, residuals[4].north_m), 1e-9);
    assert_true(residuals[4].north_m < -0.5);
    assert_close(datum.rms_m, rms_of(&datum, controls, 6), 0.001);
    for (int k = 0; k < 6; k++) {
        struct th_crs_datum moved = datum;
        moved.shift_m[k / 2] += k % 2 == 0 ? 0.2 : -0.2;
        assert_true(rms_of(&moved, controls, 6) > rms_of(&datum, controls, 6));
    }
}

static void fit__refuses_what_cannot_be_fitted(void **state)
{
    (void)state;
    struct th_crs_control controls[N_POINTS];
    struct th_crs_residual residuals[N_POINTS] = {{7, 7}};
    struct th_crs_control line[5];
    struct th_crs_control spot[4];
    struct th_crs_control mixed[4];
    struct th_crs_control strange[4];
    struct th_crs_control slipped[N_POINTS];
    controls_make(slipped, true);
    slipped[1].target.y += 1e-4; // 11 m
    controls_make(controls, true);
    for (int i = 0; i < 5; i++) {
        struct th_xy at = {119.4 + 0.1 * i, 30.4 + 0.08 * i + (i == 2 ? 0.002 : 0)};
        line[i] = (struct th_crs_control){at, true_place(at, true)};
    }
    for (int i = 0; i < 4; i++) {
        struct th_xy at = {119.4 + 1e-4 * (i % 2), 30.4 + 1e-4 * (i / 2)};
        spot[i] = (struct th_crs_control){at, true_place(at, true)};
        mixed[i] = (struct th_crs_control){controls[i].source, controls[(i + 1) % 4].target};
        strange[i] = controls[i];
    }
    strange[3].source.x = 40519000;
    const struct {
        struct th_crs_fit fit;
        const char *key;
    } CASES[] = {
        {{"EPSG:4610", "EPSG:4490", controls, 2, TH_CRS_DATUM_SHIFT}, "datum_points_few"},
        {{"EPSG:4610", "EPSG:4490", controls, 3, TH_CRS_DATUM_POSITION_VECTOR}, "datum_points_few"},
        {{"EPSG:4610", "EPSG:4490", line, 5, TH_CRS_DATUM_POSITION_VECTOR}, "datum_points_line"},
        {{"EPSG:4610", "EPSG:4490", line, 3, TH_CRS_DATUM_SHIFT}, "datum_points_line"},
        {{"EPSG:4610", "EPSG:4490", spot, 4, TH_CRS_DATUM_SHIFT}, "datum_points_line"},
        {{"EPSG:4610", "EPSG:4490", mixed, 4, TH_CRS_DATUM_SHIFT}, "datum_pair_apart"},
        {{"EPSG:4610", "EPSG:4490", slipped, 4, TH_CRS_DATUM_SHIFT}, "datum_residuals"},
        {{"EPSG:4610", "EPSG:4490", slipped, 5, TH_CRS_DATUM_POSITION_VECTOR}, "datum_residuals"},
        {{"EPSG:4610", "EPSG:4490", strange, 4, TH_CRS_DATUM_SHIFT}, "out_of_bounds"},
        {{"EPSG:4610", "EPSG:2364", controls, 4, TH_CRS_DATUM_SHIFT}, "crs_unsupported"},
        {{"", "EPSG:4490", controls, 4, TH_CRS_DATUM_SHIFT}, "crs_missing"},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_error err = {0};
        struct th_crs_datum datum = {.n_points = 77};
        assert_status(th_crs_datum_fit(&CASES[i].fit, &datum, residuals, &err), TH_DATA_PROBLEM,
                      &err);
        assert_string_equal(err.key, CASES[i].key);
        assert_int_equal(datum.n_points, 77);
        assert_close(residuals[0].east_m, 7, 0);
    }
}

static void text__reads_back_to_the_same_bits(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_crs_datum datum;
    struct th_crs_datum back;
    struct th_crs_control controls[N_POINTS];
    struct th_crs_residual residuals[N_POINTS];
    struct th_buf text;
    controls_make(controls, true);
    struct th_crs_fit fit = {"EPSG:4610", "EPSG:4490", controls, N_POINTS,
                             TH_CRS_DATUM_COORDINATE_FRAME};
    assert_ok(th_crs_datum_fit(&fit, &datum, residuals, &err), &err);
    th_buf_init(&text, 4096);
    th_crs_datum_text(&datum, residuals, &text);
    assert_non_null(strstr(th_buf_text(&text), "; 8 points, RMS 0.00"));
    assert_non_null(strstr(th_buf_text(&text), ", residuals (east north, m) "));
    assert_ok(th_crs_datum_parse(th_buf_text(&text), &back, &err), &err);
    assert_int_equal(back.kind, datum.kind);
    assert_memory_equal(back.shift_m, datum.shift_m, sizeof(back.shift_m));
    assert_memory_equal(back.rotation_arcsec, datum.rotation_arcsec, sizeof(back.rotation_arcsec));
    assert_memory_equal(&back.scale_ppm, &datum.scale_ppm, sizeof(back.scale_ppm));
    assert_int_equal(back.n_points, 0);
    th_buf_clear(&text);
}

static void text__is_what_a_person_types(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum th_crs_datum_kind kind;
        double third, last;
    } GOOD[] = {
        {"-12.5,140,86.25", TH_CRS_DATUM_SHIFT, 86.25, 0},
        {" shift: -12.5 , 140 , 86.25 ", TH_CRS_DATUM_SHIFT, 86.25, 0},
        {"position_vector:1,2,3,0.1,0.2,0.3,-4", TH_CRS_DATUM_POSITION_VECTOR, 3, -4},
        {"coordinate_frame:1,2,3,0.1,0.2,0.3,-4; said by the county", TH_CRS_DATUM_COORDINATE_FRAME,
         3, -4},
    };
    static const struct {
        const char *text;
        const char *key;
    } BAD[] = {
        {"1,2,3,4,5,6,7", "datum_convention"},
        {"", "datum_invalid"},
        {"1,2", "datum_invalid"},
        {"1,2,3,", "datum_invalid"},
        {"1,2,x", "datum_invalid"},
        {"1,2,nan", "datum_invalid"},
        {"shift:1,2,3,4,5,6,7", "datum_invalid"},
        {"position_vector:1,2,3", "datum_invalid"},
        {"bursa:1,2,3,4,5,6,7", "datum_invalid"},
        {"position_vector:1,2,3,4,5,6,7,8", "datum_invalid"},
        {"1e9,2,3", "datum_invalid"},
    };
    for (size_t i = 0; i < sizeof(GOOD) / sizeof(GOOD[0]); i++) {
        struct th_error err = {0};
        struct th_crs_datum datum;
        assert_ok(th_crs_datum_parse(GOOD[i].text, &datum, &err), &err);
        assert_int_equal(datum.kind, GOOD[i].kind);
        assert_close(datum.shift_m[2], GOOD[i].third, 0);
        assert_close(datum.scale_ppm, GOOD[i].last, 0);
    }
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        struct th_error err = {0};
        struct th_crs_datum datum = {.n_points = 77};
        assert_status(th_crs_datum_parse(BAD[i].text, &datum, &err), TH_INVALID, &err);
        assert_string_equal(err.key, BAD[i].key);
        assert_int_equal(datum.n_points, 77);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_parameters__lead_where_they_say),
        cmocka_unit_test(projected_source__goes_the_same_way),
        cmocka_unit_test(beijing54__is_on_its_own_ellipsoid),
        cmocka_unit_test(parameters__are_refused_where_none_are_needed),
        cmocka_unit_test(identity__is_told_of_degrees_on_cgcs2000_and_wgs84),
        cmocka_unit_test(fit__holds_at_points_that_it_has_not_seen),
        cmocka_unit_test(fit__no_other_shift_fits_better),
        cmocka_unit_test(fit__refuses_what_cannot_be_fitted),
        cmocka_unit_test(text__reads_back_to_the_same_bits),
        cmocka_unit_test(text__is_what_a_person_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
