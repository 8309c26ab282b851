#include "gis/validity.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "tests/support/support.h"
#include "tests/unit/shapes.h"

static int validity_make(void **state)
{
    struct th_error err = {0};
    struct th_validity *validity = NULL;
    assert_ok(th_validity_new(&validity, &err), &err);
    *state = validity;
    return 0;
}

static int validity_drop(void **state)
{
    th_validity_free(*state);
    return 0;
}

// Reasons and places by drawing the shapes.
static const struct {
    const char *wkt;
    const char *reason; // NULL: valid
    const char *lon;    // NULL: any place
    const char *lat;
} cases[] = {
    {"POLYGON ((0 0,4 0,4 4,0 4,0 0))", NULL, NULL, NULL},
    {"POLYGON ((0 0,4 0,4 4,0 4,0 0),(1 1,1 2,2 2,1 1))", NULL, NULL, NULL},
    {"POLYGON ((0 0,4 0,4 4,0 4,0 0),(0 0,1 2,2 2,0 0))", NULL, NULL, NULL},
    {"MULTIPOLYGON (((0 0,1 0,1 1,0 0)),((1 1,2 1,2 2,1 1)))", NULL, NULL, NULL},
    {"POLYGON ((0 0,4 4,4 0,0 4,0 0))", "@validity.self_intersection", "2.0000000", "2.0000000"},
    {"MULTIPOLYGON (((0 0,4 0,4 4,0 4,0 0)),((2 1,6 1,6 3,2 3,2 1)))",
     "@validity.self_intersection", "4.0000000", NULL},
    {"POLYGON ((0 0,4 0,2 2,4 4,0 4,2 2,0 0))", "@validity.ring_self_intersection", "2.0000000",
     "2.0000000"},
    {"POLYGON ((0 0,4 0,4 4,0 4,0 0),(6 6,6 7,7 7,6 6))", "@validity.hole_outside_shell", NULL,
     NULL},
    {"POLYGON ((0 0,9 0,9 9,0 9,0 0),(1 1,1 8,8 8,8 1,1 1),(2 2,2 3,3 3,2 2))",
     "@validity.nested_holes", NULL, NULL},
    {"MULTIPOLYGON (((0 0,9 0,9 9,0 9,0 0)),((1 1,2 1,2 2,1 1)))", "@validity.nested_shells", NULL,
     NULL},
    {"POLYGON ((0 0,4 0,4 4,0 4,0 0),(2 0,1 2,2 4,3 2,2 0))", "@validity.disconnected_interior",
     NULL, NULL},
    {"POLYGON ((0 0,1 1,0 0))", "@validity.too_few_points", "0.0000000", "0.0000000"},
    {"POLYGON ((0 0,4 0,4 4,0 4))", "@validity.ring_not_closed", "0.0000000", "0.0000000"},
    {"POLYGON ((0 0,4 0,nan 4,0 4,0 0))", "@validity.invalid_coordinate", NULL, "4.0000000"},
    {"POLYGON ((0 0,4 0,4 inf,0 4,0 0))", "@validity.invalid_coordinate", "4.0000000", NULL},
};

static void check__gives_reason_and_place(void **state)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_error err = {0};
        struct th_geometry shape = th_test_shape(cases[i].wkt);
        print_message("  %s\n", cases[i].wkt);
        enum th_status want = cases[i].reason == NULL ? TH_OK : TH_DATA_PROBLEM;
        assert_status(th_validity_check(*state, &shape, &err), want, &err);
        th_geometry_clear(&shape);
        if (want == TH_OK) {
            continue;
        }
        assert_string_equal(err.key, "geometry_invalid");
        assert_string_equal(th_error_arg_get(&err, "reason"), cases[i].reason);
        if (cases[i].lon != NULL) {
            assert_string_equal(th_error_arg_get(&err, "lon"), cases[i].lon);
        }
        if (cases[i].lat != NULL) {
            assert_string_equal(th_error_arg_get(&err, "lat"), cases[i].lat);
        }
    }
}

static void check__nothing_is_an_empty_geometry(void **state)
{
    struct th_error err = {0};
    struct th_geometry shape = {0};
    assert_status(th_validity_check(*state, &shape, &err), TH_DATA_PROBLEM, &err);
    assert_string_equal(err.key, "geometry_empty");
}

// Text between `open` and `close` behind *at, copied; *at moves behind it. false when there is
// none.
static bool between(const char **at, const char *open, const char *close, char *text, size_t size)
{
    const char *start = strstr(*at, open);
    const char *end = start == NULL ? NULL : strstr(start, close);
    if (end == NULL) {
        return false;
    }
    start += strlen(open);
    assert_true((size_t)(end - start) < size);
    memcpy(text, start, (size_t)(end - start));
    text[end - start] = '\0';
    *at = end;
    return true;
}

// Runs the polygon cases of a GEOS test file with its expectations; returns how many there were.
static int suite_run(struct th_validity *validity, const char *path)
{
    enum { TEXT_SIZE = 256 * 1024 };
    struct th_error err = {0};
    char *file = NULL;
    size_t size = 0;
    int n_run = 0;
    char *wkt = malloc(TEXT_SIZE);
    char answer[64];
    assert_non_null(wkt);
    assert_ok(th_file_read(path, TEXT_SIZE, &file, &size, &err), &err);
    for (const char *at = file; between(&at, "<a>", "</a>", wkt, TEXT_SIZE);) {
        struct th_geometry shape = {0};
        assert_true(between(&at, "arg1=\"A\">", "</op>", answer, sizeof(answer)));
        if (!th_test_shape_read(wkt, &shape)) {
            continue; // points, lines, collections, empty shapes
        }
        bool want = strstr(answer, "true") != NULL;
        bool valid = th_validity_check(validity, &shape, &err) == TH_OK;
        th_geometry_clear(&shape);
        if (valid != want) {
            fail_msg("%s: expected %s: %s", path, answer, wkt);
        }
        n_run++;
    }
    free(file);
    free(wkt);
    return n_run;
}

static void check__agrees_with_the_geos_suite(void **state)
{
    // Counted in the files: polygons and multipolygons that are not empty.
    static const struct {
        const char *name;
        int n_min;
    } files[] = {{"topology/TestIsValid.xml", 3}, {"topology/TestValid.xml", 50}};
    for (size_t i = 0; i < 2; i++) {
        char path[TH_TEST_PATH_SIZE];
        if (th_test_shared_path(path, files[i].name) == NULL) {
            print_message("Skipped: the GEOS validity cases are not there (%s).\n", files[i].name);
            skip();
        }
        int n_run = suite_run(*state, path);
        print_message("  %s: %d cases\n", files[i].name, n_run);
        assert_true(n_run >= files[i].n_min);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check__gives_reason_and_place),
        cmocka_unit_test(check__nothing_is_an_empty_geometry),
        cmocka_unit_test(check__agrees_with_the_geos_suite),
    };
    return cmocka_run_group_tests(tests, validity_make, validity_drop);
}
