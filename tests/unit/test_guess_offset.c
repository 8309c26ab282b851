#include <math.h>
#include <stdlib.h>

#include "core/messages.h"
#include "gis/guess.h"
#include "gis/offset.h"
#include "tests/support/support.h"

enum { SIDE = 20, CORNERS = 5 };

// Fields of about 100 m in rows and columns around Gaojiatang, every corner a little off the grid
// but shared by its neighbours.
static struct th_xy node(int column, int row)
{
    unsigned noise = ((unsigned)column * 2654435761u) ^ ((unsigned)row * 40503u * 65537u);
    double dx = (double)(noise >> 8 & 255) / 255 - 0.5;
    double dy = (double)(noise >> 16 & 255) / 255 - 0.5;
    return (struct th_xy){119.70 + 0.001 * (column + 0.4 * dx), 30.42 + 0.001 * (row + 0.4 * dy)};
}

static struct th_xy written(enum th_offset offset, struct th_xy at)
{
    if (offset != TH_OFFSET_NONE) {
        at = th_offset_to_gcj02(at);
    }
    return offset == TH_OFFSET_BD09 ? th_offset_to_bd09(at) : at;
}

// One closed ring; the points lie behind the struct.
static struct th_ground *ring(const struct th_xy *corners, uint32_t n)
{
    struct th_ground *ground =
        calloc(1, sizeof(*ground) + (n + 1) * sizeof(struct th_ground_xy) + 8);
    assert_non_null(ground);
    struct th_ground_xy *points = (struct th_ground_xy *)(ground + 1);
    uint32_t *ends = (uint32_t *)(points + n + 1);
    int64_t x[64];
    int64_t y[64];
    assert_true(n < 64);
    ground->origin_x = ground->origin_y = INT64_MAX;
    for (uint32_t i = 0; i < n; i++) {
        x[i] = llround(corners[i].x * 1e8);
        y[i] = llround(corners[i].y * 1e8);
        ground->origin_x = x[i] < ground->origin_x ? x[i] : ground->origin_x;
        ground->origin_y = y[i] < ground->origin_y ? y[i] : ground->origin_y;
    }
    for (uint32_t i = 0; i <= n; i++) {
        points[i].x = (int32_t)(x[i % n] - ground->origin_x);
        points[i].y = (int32_t)(y[i % n] - ground->origin_y);
        ground->width = points[i].x > ground->width ? points[i].x : ground->width;
        ground->height = points[i].y > ground->height ? points[i].y : ground->height;
    }
    ends[0] = n + 1;
    ends[1] = 1;
    ground->n_points = n + 1;
    ground->n_rings = ground->n_polygons = 1;
    ground->points = points;
    ground->ring_ends = ends;
    ground->polygon_ends = ends + 1;
    return ground;
}

struct fields {
    struct th_ground *all[SIDE * SIDE];
    size_t n;
};

// Fields with (column + row) even or odd, as some map would write them.
static void fields_make(struct fields *fields, int odd, enum th_offset offset, double jitter_deg)
{
    fields->n = 0;
    for (int row = 0; row < SIDE; row++) {
        for (int column = 0; column < SIDE; column++) {
            if ((column + row) % 2 != odd) {
                continue;
            }
            struct th_xy corners[4] = {node(column, row), node(column + 1, row),
                                       node(column + 1, row + 1), node(column, row + 1)};
            for (int k = 0; k < 4; k++) {
                corners[k].x += jitter_deg * (k - 1.5) * (1 + row % 3);
                corners[k] = written(offset, corners[k]);
            }
            fields->all[fields->n++] = ring(corners, 4);
        }
    }
}

static void fields_clear(struct fields *fields)
{
    for (size_t i = 0; i < fields->n; i++) {
        free(fields->all[i]);
    }
}

static struct th_offset_finding *find(const struct fields *parcels, const struct fields *neighbours,
                                      const struct th_ground *const *boundary, size_t n_boundary)
{
    struct th_error err = {0};
    struct th_offset_finding *finding = calloc(1, sizeof(*finding));
    assert_non_null(finding);
    struct th_offset_input input = {.boundary = boundary, .n_boundary = n_boundary};
    if (parcels != NULL) {
        input.parcels = (const struct th_ground *const *)parcels->all;
        input.n_parcels = parcels->n;
    }
    if (neighbours != NULL) {
        input.neighbours = (const struct th_ground *const *)neighbours->all;
        input.n_neighbours = neighbours->n;
    }
    assert_ok(th_guess_offset(&input, finding, &err), &err);
    return finding;
}

static void evidence_check(const struct th_reasons *evidence)
{
    struct th_messages *messages = NULL;
    struct th_error err = {0};
    assert_ok(th_messages_new(&messages, &err), &err);
    for (int i = 0; i < evidence->n; i++) {
        for (int lang = 0; lang < 2; lang++) {
            struct th_buf text;
            th_buf_init(&text, 4096);
            const struct th_error *item = &evidence->items[i];
            th_messages_format(messages, (enum th_lang)lang, item->key, item->args, item->n_args,
                               &text);
            assert_null(strpbrk(th_buf_text(&text), "{}@"));
            if (lang == TH_LANG_ZH) {
                print_message("  %s\n", th_buf_text(&text));
            }
            th_buf_clear(&text);
        }
    }
    th_messages_free(messages);
}

static void edges__prove_the_shift_that_was_put_on(void **state)
{
    (void)state;
    for (int offset = 0; offset < 3; offset++) {
        struct fields parcels;
        struct fields neighbours;
        fields_make(&parcels, 0, (enum th_offset)offset, 0);
        fields_make(&neighbours, 1, TH_OFFSET_NONE, 0);
        struct th_offset_finding *finding = find(&parcels, &neighbours, NULL, 0);
        assert_int_equal(finding->verdict,
                         offset == TH_OFFSET_NONE ? TH_OFFSET_CLEAR : TH_OFFSET_PROVED);
        assert_int_equal(finding->offset, offset);
        // All corners but the four of the whole block are shared with a neighbour.
        assert_true(finding->counts[offset].n_on_edge >= 4 * parcels.n - 4);
        for (int other = 0; other < 3; other++) {
            assert_true(other == offset ||
                        finding->counts[other].n_on_edge * 10 < finding->counts[offset].n_on_edge);
        }
        evidence_check(&finding->evidence);
        free(finding);
        fields_clear(&parcels);
        fields_clear(&neighbours);
    }
}

// The same ground once more from another survey, some decimetres apart.
static void edges__another_survey_of_the_same_fields_is_enough(void **state)
{
    (void)state;
    struct fields parcels;
    struct fields neighbours;
    fields_make(&parcels, 0, TH_OFFSET_GCJ02, 1e-6); // 0.1 to 0.4 m
    fields_make(&neighbours, 0, TH_OFFSET_NONE, 0);
    struct th_offset_finding *finding = find(&parcels, &neighbours, NULL, 0);
    assert_int_equal(finding->verdict, TH_OFFSET_PROVED);
    assert_int_equal(finding->offset, TH_OFFSET_GCJ02);
    free(finding);
    fields_clear(&parcels);
    fields_clear(&neighbours);
}

// A datum that is 60 m off is no phone map, and must not be called one.
static void edges__another_error_is_not_taken_for_a_shift(void **state)
{
    (void)state;
    struct fields parcels;
    struct fields neighbours;
    fields_make(&parcels, 0, TH_OFFSET_NONE, 0);
    fields_make(&neighbours, 1, TH_OFFSET_NONE, 0);
    for (size_t i = 0; i < parcels.n; i++) {
        parcels.all[i]->origin_x += 63000;
    }
    struct th_offset_finding *finding = find(&parcels, &neighbours, NULL, 0);
    assert_int_equal(finding->verdict, TH_OFFSET_CLEAR);
    assert_int_equal(finding->offset, TH_OFFSET_NONE);
    free(finding);
    fields_clear(&parcels);
    fields_clear(&neighbours);
}

// A boundary right around the block: a row of fields on the lee side falls out when shifted.
static void boundary__proves_the_shift_without_any_neighbour(void **state)
{
    (void)state;
    static const struct th_xy corners[] = {{119.6995, 30.4195},
                                           {119.7205, 30.4195},
                                           {119.7205, 30.43},
                                           {119.7206, 30.4405},
                                           {119.6995, 30.4405}};
    struct th_ground *outline = ring(corners, CORNERS);
    const struct th_ground *boundary[] = {outline, NULL};
    for (int offset = 0; offset < 3; offset++) {
        struct fields parcels;
        fields_make(&parcels, 0, (enum th_offset)offset, 0);
        struct th_offset_finding *finding = find(&parcels, NULL, boundary, 2);
        assert_int_equal(finding->n_parcels, parcels.n);
        assert_int_equal(finding->n_corners, 0);
        assert_int_equal(finding->counts[offset].n_inside, parcels.n);
        assert_int_equal(finding->verdict,
                         offset == TH_OFFSET_NONE ? TH_OFFSET_CLEAR : TH_OFFSET_PROVED);
        assert_int_equal(finding->offset, offset);
        evidence_check(&finding->evidence);
        free(finding);
        fields_clear(&parcels);
    }
    free(outline);
}

// A few parcels are a suspicion, not a proof; and edges that meet as they are weigh more.
static void boundary__few_parcels_are_only_suspected(void **state)
{
    (void)state;
    static const struct th_xy corners[] = {
        {119.6995, 30.4195}, {119.7205, 30.4195}, {119.7205, 30.4405}, {119.6995, 30.4405}};
    struct th_ground *outline = ring(corners, 4);
    const struct th_ground *boundary[] = {outline};
    struct fields parcels;
    struct fields some = {.n = 0};
    fields_make(&parcels, 0, TH_OFFSET_GCJ02, 0);
    for (size_t i = 0; i < parcels.n; i++) {
        if (parcels.all[i]->origin_x + parcels.all[i]->width / 2 > 11972050000 && some.n < 8) {
            some.all[some.n++] = parcels.all[i];
        }
    }
    assert_int_equal(some.n, 8);
    struct th_offset_finding *finding = find(&some, NULL, boundary, 1);
    assert_int_equal(finding->verdict, TH_OFFSET_SUSPECTED);
    assert_int_equal(finding->offset, TH_OFFSET_GCJ02);
    free(finding);
    finding = find(&some, &parcels, boundary, 1);
    assert_int_equal(finding->verdict, TH_OFFSET_CLEAR);
    assert_int_equal(finding->offset, TH_OFFSET_NONE);
    free(finding);
    fields_clear(&parcels);
    free(outline);
}

static void nothing_to_compare__is_said(void **state)
{
    (void)state;
    struct fields parcels;
    struct fields neighbours;
    fields_make(&parcels, 0, TH_OFFSET_GCJ02, 0);
    struct th_offset_finding *finding = find(&parcels, NULL, NULL, 0);
    assert_int_equal(finding->verdict, TH_OFFSET_UNTESTED);
    assert_int_equal(finding->evidence.n, 0);
    free(finding);
    finding = find(NULL, NULL, NULL, 0);
    assert_int_equal(finding->verdict, TH_OFFSET_UNTESTED);
    free(finding);
    // Neighbours in another township say nothing either.
    fields_make(&neighbours, 1, TH_OFFSET_NONE, 0);
    for (size_t i = 0; i < neighbours.n; i++) {
        neighbours.all[i]->origin_y += 30000000;
    }
    finding = find(&parcels, &neighbours, NULL, 0);
    assert_int_equal(finding->verdict, TH_OFFSET_UNTESTED);
    free(finding);
    fields_clear(&parcels);
    fields_clear(&neighbours);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edges__prove_the_shift_that_was_put_on),
        cmocka_unit_test(edges__another_survey_of_the_same_fields_is_enough),
        cmocka_unit_test(edges__another_error_is_not_taken_for_a_shift),
        cmocka_unit_test(boundary__proves_the_shift_without_any_neighbour),
        cmocka_unit_test(boundary__few_parcels_are_only_suspected),
        cmocka_unit_test(nothing_to_compare__is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
