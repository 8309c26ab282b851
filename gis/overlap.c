#include "gis/overlap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gis/geos_internal.h"
#include "gis/overlap_measure_internal.h"
#include "gis/touch_internal.h"

enum {
    LEVELS = 25, // cells from 360° down to 360° / 2^24, about 2 m
    TABLE_SIZE_MIN = 1024
};

// Links are indices of items + 1; 0 ends a list.
struct item {
    int64_t id;
    double area_m2;
    struct th_grid_shape shape;
    size_t next_in_cell;
    size_t next_in_level;
};

struct cell {
    int32_t level; // -1: free
    int32_t column;
    int32_t row;
    size_t first;
};

// A loose grid per order of magnitude: each parcel lies in the cell of its centre, on the level
// whose cells are at least as wide as the parcel, so a search looks half a cell around its box. It
// takes parcels and answers questions in any order.
struct th_overlap_index {
    struct th_overlap_limits limits;
    struct th_geos geos;
    struct th_touch_scratch scratch;
    struct item *items;
    size_t n_items;
    size_t items_capacity;
    struct cell *cells; // open addressing
    size_t n_cells;
    size_t cells_capacity; // a power of two
    size_t level_first[LEVELS];
    size_t level_count[LEVELS];
};

struct findings {
    struct th_overlap_finding *items;
    size_t n;
    size_t capacity;
};

static double cell_size(int level)
{
    return ldexp(360.0 * TH_GRID_PER_DEGREE, -level);
}

static int level_of(const struct th_grid_shape *shape)
{
    double width = (double)(shape->high.x - shape->low.x);
    double height = (double)(shape->high.y - shape->low.y);
    int level = LEVELS - 1;
    while (level > 0 && cell_size(level) < fmax(width, height)) {
        level--;
    }
    return level;
}

static int32_t cell_index(double coordinate, int level)
{
    double index = floor(coordinate / cell_size(level));
    return (int32_t)fmax(fmin(index, INT32_MAX), INT32_MIN);
}

static size_t cell_hash(int32_t level, int32_t column, int32_t row)
{
    uint64_t hash = (uint64_t)(uint32_t)column * 0x9e3779b97f4a7c15u;
    hash ^= (uint64_t)(uint32_t)row * 0xc2b2ae3d27d4eb4fu;
    hash ^= (uint64_t)(uint32_t)level * 0x165667b19e3779f9u;
    hash ^= hash >> 29;
    hash *= 0xbf58476d1ce4e5b9u;
    return (size_t)(hash ^ (hash >> 32));
}

// The cell with these numbers, or the free place where it belongs.
static struct cell *cell_find(const struct th_overlap_index *index, int32_t level, int32_t column,
                              int32_t row)
{
    size_t mask = index->cells_capacity - 1;
    size_t at = cell_hash(level, column, row) & mask;
    for (;; at = (at + 1) & mask) {
        struct cell *cell = &index->cells[at];
        if (cell->level < 0 ||
            (cell->level == level && cell->column == column && cell->row == row)) {
            return cell;
        }
    }
}

static bool cells_grow(struct th_overlap_index *index)
{
    if (index->cells != NULL && 2 * (index->n_cells + 1) <= index->cells_capacity) {
        return true;
    }
    struct cell *old = index->cells;
    size_t old_capacity = index->cells_capacity;
    size_t capacity = old == NULL ? TABLE_SIZE_MIN : 2 * old_capacity;
    struct cell *cells = malloc(capacity * sizeof *cells);
    if (cells == NULL) {
        return false;
    }
    for (size_t i = 0; i < capacity; i++) {
        cells[i].level = -1;
    }
    index->cells = cells;
    index->cells_capacity = capacity;
    for (size_t i = 0; i < old_capacity; i++) {
        if (old[i].level >= 0) {
            *cell_find(index, old[i].level, old[i].column, old[i].row) = old[i];
        }
    }
    free(old);
    return true;
}

enum th_status th_overlap_index_new(const struct th_overlap_limits *limits,
                                    struct th_overlap_index **ret_index, struct th_error *err)
{
    struct th_overlap_index *index = calloc(1, sizeof *index);
    if (index == NULL) {
        return th_error_no_memory(err);
    }
    index->limits = limits == NULL ? th_overlap_limits_default : *limits;
    enum th_status status = th_geos_open(&index->geos, err);
    if (status == TH_OK && !cells_grow(index)) {
        status = th_error_no_memory(err);
    }
    if (status != TH_OK) {
        th_overlap_index_free(index);
        return status;
    }
    *ret_index = index;
    return TH_OK;
}

void th_overlap_index_free(struct th_overlap_index *index)
{
    if (index == NULL) {
        return;
    }
    for (size_t i = 0; i < index->n_items; i++) {
        th_grid_shape_clear(&index->items[i].shape);
    }
    free(index->items);
    free(index->cells);
    th_touch_scratch_clear(&index->scratch);
    th_geos_close(&index->geos);
    free(index);
}

enum th_status th_overlap_index_add(struct th_overlap_index *index, int64_t id,
                                    const struct th_geometry *geometry, double area_m2,
                                    struct th_error *err)
{
    if (index->n_items == index->items_capacity) {
        size_t capacity = index->items_capacity == 0 ? 256 : 2 * index->items_capacity;
        struct item *items = realloc(index->items, capacity * sizeof *items);
        if (items == NULL) {
            return th_error_no_memory(err);
        }
        index->items = items;
        index->items_capacity = capacity;
    }
    if (!cells_grow(index)) {
        return th_error_no_memory(err);
    }
    struct item *item = &index->items[index->n_items];
    *item = (struct item){.id = id, .area_m2 = area_m2};
    enum th_status status = th_grid_shape_new(geometry, &item->shape, err);
    if (status != TH_OK) {
        return status;
    }
    int level = level_of(&item->shape);
    double centre_x = (double)(item->shape.low.x + item->shape.high.x) / 2;
    double centre_y = (double)(item->shape.low.y + item->shape.high.y) / 2;
    int32_t column = cell_index(centre_x, level);
    int32_t row = cell_index(centre_y, level);
    struct cell *cell = cell_find(index, level, column, row);
    if (cell->level < 0) {
        *cell = (struct cell){.level = level, .column = column, .row = row};
        index->n_cells++;
    }
    index->n_items++;
    item->next_in_cell = cell->first;
    cell->first = index->n_items;
    item->next_in_level = index->level_first[level];
    index->level_first[level] = index->n_items;
    index->level_count[level]++;
    return TH_OK;
}

static enum th_status shape_to_geos(struct th_geos *geos, const struct th_grid_shape *shape,
                                    GEOSGeometry **ret_geometry, struct th_error *err)
{
    struct th_geometry geometry;
    enum th_status status = th_grid_shape_geometry(shape, &geometry, err);
    if (status != TH_OK) {
        return status;
    }
    GEOSGeometry *made = th_geos_geometry(geos, &geometry);
    th_geometry_clear(&geometry);
    if (made == NULL) {
        return th_error_set(err, TH_INTERNAL, "geometry_engine", "detail", geos->message, NULL);
    }
    *ret_geometry = made;
    return TH_OK;
}

static enum th_status intersection_measure(struct th_geos *geos, const GEOSGeometry *a,
                                           const struct th_grid_shape *shape_b,
                                           struct th_ruler_size *ret_size, struct th_error *err)
{
    GEOSGeometry *b = NULL;
    enum th_status status = shape_to_geos(geos, shape_b, &b, err);
    if (status != TH_OK) {
        return status;
    }
    const struct th_overlap_frame degrees = {.per_degree = 1};
    GEOSGeometry *common = GEOSIntersection_r(geos->context, a, b);
    if (common == NULL) {
        // Overlay on the grid itself never meets a numerical dead end.
        common = GEOSIntersectionPrec_r(geos->context, a, b, 2 / TH_GRID_PER_DEGREE);
    }
    if (common == NULL || !th_overlap_polygons_measure(geos, common, &degrees, ret_size)) {
        status = th_error_set(err, TH_INTERNAL, "geometry_engine", "detail", geos->message, NULL);
    }
    if (common != NULL) {
        GEOSGeom_destroy_r(geos->context, common);
    }
    GEOSGeom_destroy_r(geos->context, b);
    return status;
}

// One question while it is answered.
struct search {
    struct th_overlap_index *index;
    struct th_grid_shape shape;
    double area_m2;
    GEOSGeometry *geos_shape; // made when first needed
    struct findings findings;
    struct th_error *err;
};

static enum th_status finding_push(struct search *search, struct th_overlap_finding finding)
{
    struct findings *findings = &search->findings;
    if (findings->n == findings->capacity) {
        size_t capacity = findings->capacity == 0 ? 8 : 2 * findings->capacity;
        struct th_overlap_finding *items = realloc(findings->items, capacity * sizeof *items);
        if (items == NULL) {
            return th_error_no_memory(search->err);
        }
        findings->items = items;
        findings->capacity = capacity;
    }
    findings->items[findings->n++] = finding;
    return TH_OK;
}

static enum th_status item_test(struct search *search, const struct item *item)
{
    struct th_overlap_index *index = search->index;
    enum th_touch touch = TH_TOUCH_APART;
    if (!th_grid_boxes_overlap(&search->shape, &item->shape)) {
        return TH_OK;
    }
    enum th_status status =
        th_touch_test(&search->shape, &item->shape, &index->scratch, &touch, search->err);
    if (status != TH_OK || touch == TH_TOUCH_APART) {
        return status;
    }
    if (search->geos_shape == NULL) {
        status = shape_to_geos(&index->geos, &search->shape, &search->geos_shape, search->err);
        if (status != TH_OK) {
            return status;
        }
    }
    struct th_ruler_size common;
    status =
        intersection_measure(&index->geos, search->geos_shape, &item->shape, &common, search->err);
    if (status != TH_OK || common.area_m2 < TH_OVERLAP_NOISE_M2) {
        return status;
    }
    return finding_push(search, th_overlap_classify(&index->limits, item->id, common,
                                                    search->area_m2, item->area_m2));
}

static enum th_status level_search(struct search *search, int level)
{
    const struct th_overlap_index *index = search->index;
    double reach = cell_size(level) / 2;
    int32_t west = cell_index((double)search->shape.low.x - reach, level);
    int32_t east = cell_index((double)search->shape.high.x + reach, level);
    int32_t south = cell_index((double)search->shape.low.y - reach, level);
    int32_t north = cell_index((double)search->shape.high.y + reach, level);
    double n_cells = ((double)east - west + 1) * ((double)north - south + 1);
    enum th_status status = TH_OK;
    if (n_cells > (double)index->level_count[level]) {
        size_t link = index->level_first[level];
        for (; link != 0 && status == TH_OK; link = index->items[link - 1].next_in_level) {
            status = item_test(search, &index->items[link - 1]);
        }
        return status;
    }
    for (int32_t row = south; row <= north; row++) {
        for (int32_t column = west; column <= east; column++) {
            const struct cell *cell = cell_find(index, level, column, row);
            size_t link = cell->level < 0 ? 0 : cell->first;
            for (; link != 0 && status == TH_OK; link = index->items[link - 1].next_in_cell) {
                status = item_test(search, &index->items[link - 1]);
            }
            if (status != TH_OK) {
                return status;
            }
        }
    }
    return TH_OK;
}

enum th_status th_overlap_index_test(struct th_overlap_index *index,
                                     const struct th_geometry *geometry, double area_m2,
                                     struct th_overlap_finding **ret_findings, size_t *ret_n,
                                     struct th_error *err)
{
    struct search search = {.index = index, .area_m2 = area_m2, .err = err};
    enum th_status status = th_grid_shape_new(geometry, &search.shape, err);
    if (status != TH_OK) {
        return status;
    }
    for (int level = 0; level < LEVELS && status == TH_OK; level++) {
        if (index->level_count[level] > 0) {
            status = level_search(&search, level);
        }
    }
    if (status == TH_OK) {
        if (search.findings.n > 1) {
            qsort(search.findings.items, search.findings.n, sizeof *search.findings.items,
                  th_overlap_finding_compare);
        }
        *ret_findings = search.findings.items;
        *ret_n = search.findings.n;
    } else {
        free(search.findings.items);
    }
    if (search.geos_shape != NULL) {
        GEOSGeom_destroy_r(index->geos.context, search.geos_shape);
    }
    th_grid_shape_clear(&search.shape);
    return status;
}
