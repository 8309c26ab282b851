// Tables of corner points: what their columns mean, and the parcels made of their rows.
#include <stdlib.h>
#include <string.h>

#include "core/csv_table.h"
#include "gis/reader/coordinate_internal.h"
#include "gis/reader/points_internal.h"
#include "tests/fuzz/fuzz.h"

static bool pair_take(double x, double y, void *context)
{
    (void)x;
    (void)y;
    return ++*(size_t *)context < 1000;
}

// Every corner that is given is there, and every ring has at least three.
static void parcels_check(const struct th_points *points)
{
    for (size_t i = 0; i < points->n_parcels; i++) {
        const struct th_points_parcel *parcel = &points->parcels[i];
        assert((parcel->lost == NULL) == (parcel->n_rings > 0));
        for (size_t k = 0; k < parcel->n_rings; k++) {
            const struct th_points_ring *ring = &points->rings[parcel->first_ring + k];
            assert(parcel->first_ring + k < points->n_rings);
            assert(ring->n >= 3 && ring->first + ring->n <= points->n_corners);
        }
    }
}

static void table_use(const struct th_csv_table *table, const char *first_cell)
{
    struct th_points_plan plan;
    struct th_points points;
    double value = 0.0;
    size_t n_pairs = 0;
    (void)th_coordinate_parse(first_cell, &value);
    (void)th_coordinate_pairs(first_cell, pair_take, &n_pairs);
    if (th_points_plan_make(table, false, "f", &plan, NULL) == TH_OK &&
        plan.kind == TH_POINTS_CORNERS && th_points_build(table, &plan, &points, NULL) == TH_OK) {
        parcels_check(&points);
        th_points_clear(&points);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct th_csv_table *table = NULL;
    char *text = malloc(size + 1);
    if (text == NULL) {
        return 0;
    }
    memcpy(text, data, size);
    text[size] = '\0';
    if (th_csv_table_parse(text, size, &table, NULL) != TH_OK) {
        free(text);
        return 0;
    }
    table_use(table, th_csv_table_cell(table, 0, 0));
    th_csv_table_free(table);
    return 0;
}
