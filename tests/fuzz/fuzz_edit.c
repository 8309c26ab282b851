// What somebody draws to divide a parcel: WKT or GeoJSON as a text, or lines and rings over a
// lattice around the parcel. First byte: which of both, and whether lines or a polygon. The parts
// of a parcel are valid, in normal form, and add up to it; joined again they have its area.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "gis/area.h"
#include "gis/edit.h"
#include "gis/validity.h"
#include "tests/fuzz/lattice.h"

enum { LINES_MAX = 4, VERTICES_MAX = 16 };

static struct th_edit *editor(void)
{
    static struct th_edit *edit;
    if (edit == NULL) {
        enum th_status status = th_edit_new(&edit, NULL);
        assert(status == TH_OK);
    }
    return edit;
}

static double area_of(const struct th_geometry *shape)
{
    double area_m2 = 0;
    double perimeter_m = 0;
    th_area_geodesic(&th_ellipsoid_cgcs2000, shape, &area_m2, &perimeter_m);
    return area_m2;
}

// An L of 100 m with a hole.
static void parcel_make(struct th_geometry *ret_parcel)
{
    static const int64_t cells[] = {2, 2, 12, 2, 12, 12, 7,  12, 7,  7, 2, 7,
                                    2, 2, 8,  4, 8,  5,  10, 5,  10, 4, 8, 4};
    static struct th_xy points[12];
    static size_t ring_ends[] = {7, 12};
    static size_t polygon_ends[] = {2};
    struct th_geometry shape = {points, 12, ring_ends, 2, polygon_ends, 1};
    for (size_t i = 0; i < 12; i++) {
        points[i] = (struct th_xy){119.6 + (double)cells[2 * i] * 1e-4,
                                   30.5 + (double)cells[2 * i + 1] * 1e-4};
    }
    enum th_status status = th_geometry_copy(&shape, ret_parcel, NULL);
    assert(status == TH_OK);
    status = th_geometry_normalise(ret_parcel, NULL);
    assert(status == TH_OK);
}

static void check_valid(const struct th_geometry *shape)
{
    static struct th_validity *validity;
    struct th_ground *ground = NULL;
    struct th_geometry copy = {0};
    if (validity == NULL) {
        enum th_status status = th_validity_new(&validity, NULL);
        assert(status == TH_OK);
    }
    enum th_status status = th_ground_new(shape, &ground, NULL);
    assert(status == TH_OK && th_validity_check_ground(validity, ground, NULL) == TH_OK);
    status = th_geometry_copy(shape, &copy, NULL);
    assert(status == TH_OK);
    status = th_geometry_normalise(&copy, NULL);
    assert(status == TH_OK && fuzz_same(copy.points, copy.n_points * sizeof(*copy.points),
                                        shape->points, shape->n_points * sizeof(*shape->points)));
    th_geometry_clear(&copy);
    th_ground_free(ground);
}

static void check_parts(const struct th_geometry *parcel, const struct th_geometry *parts, size_t n)
{
    struct th_geometry whole = {0};
    double sum_m2 = 0;
    size_t n_points = 0;
    assert(n >= 2 && n <= TH_EDIT_PARTS_MAX);
    for (size_t i = 0; i < n; i++) {
        check_valid(&parts[i]);
        double area_m2 = area_of(&parts[i]);
        assert(area_m2 >= TH_EDIT_PART_MIN_M2 * 0.99);
        sum_m2 += area_m2;
        n_points += parts[i].n_points;
    }
    // An end of a cut at every vertex, and the edges of 100 m: 0.008 m² each (gis/edit.h).
    double noise_m2 = (TH_EDIT_AREA_ROUNDING_M2 + 0.01) * (double)(n_points + parcel->n_points);
    assert(fabs(sum_m2 - area_of(parcel)) <= noise_m2);
    // Parts that meet in points only, or around a hole, are not joined.
    if (th_edit_merge(editor(), parts, n, &whole, NULL) == TH_OK) {
        check_valid(&whole);
        assert(fabs(area_of(&whole) - sum_m2) <= noise_m2);
    }
    th_geometry_clear(&whole);
}

static void check(const char *text, size_t size)
{
    struct th_edit_drawing drawing = {0};
    struct th_geometry parcel = {0};
    struct th_geometry *parts = NULL;
    struct th_error err = {0};
    size_t n = 0;
    enum th_status status = th_edit_read(editor(), text, size, &drawing, &err);
    if (status != TH_OK) {
        assert(err.status == status && err.key[0] != '\0');
        return;
    }
    assert(drawing.lines.n_points > 0 && drawing.lines.n_points <= TH_EDIT_VERTICES_MAX);
    for (size_t i = 0; i < drawing.lines.n_points; i++) {
        assert(isfinite(drawing.lines.points[i].x) && isfinite(drawing.lines.points[i].y));
    }
    assert(drawing.polygonal == (drawing.polygons.n_points > 0));
    parcel_make(&parcel);
    status = th_edit_split(editor(), &parcel, &drawing, TH_EDIT_TOLERANCE_M, &parts, &n, &err);
    if (status == TH_OK) {
        check_parts(&parcel, parts, n);
    } else {
        assert(status == TH_DATA_PROBLEM && parts == NULL);
    }
    th_edit_parts_free(parts, n);
    th_geometry_clear(&parcel);
    th_edit_drawing_clear(&drawing);
}

static void line_write(struct fuzz_bytes *bytes, bool closed, struct th_buf *text)
{
    size_t n = fuzz_take(bytes) % VERTICES_MAX + 2;
    uint8_t first = bytes->left > 0 ? *bytes->at : 0;
    for (size_t i = 0; i < n + closed; i++) {
        uint8_t place = i < n ? fuzz_take(bytes) : first;
        th_buf_printf(text, "%s%.8f %.8f",
                      i > 0    ? ","
                      : closed ? "(("
                               : "(",
                      119.6 + (place & 15) * 1e-4, 30.5 + (place >> 4) * 1e-4);
    }
    th_buf_append_str(text, closed ? "))" : ")");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {data, size};
    struct th_buf text;
    uint8_t way = fuzz_take(&bytes);
    if (way < 128) {
        char *copy = fuzz_text(bytes.at, bytes.left);
        check(copy, bytes.left);
        free(copy);
        return 0;
    }
    bool closed = (way & 1) != 0;
    size_t n_lines = (size_t)(way >> 1) % LINES_MAX + 1;
    th_buf_init(&text, 64 * 1024);
    th_buf_append_str(&text, closed ? "MULTIPOLYGON(" : "MULTILINESTRING(");
    for (size_t i = 0; i < n_lines; i++) {
        th_buf_append_str(&text, i > 0 ? "," : "");
        line_write(&bytes, closed, &text);
    }
    th_buf_append_str(&text, ")");
    assert(!text.failed);
    check(th_buf_text(&text), text.size);
    th_buf_clear(&text);
    return 0;
}
