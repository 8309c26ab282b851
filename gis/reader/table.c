#include "gis/reader/table_internal.h"

#include <cpl_conv.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/text.h"
#include "gis/reader.h"
#include "gis/reader/coordinate_internal.h"
#include "gis/reader/formats_internal.h"
#include "gis/reader/rings_internal.h"
#include "gis/reader/shape_internal.h"

struct table_rows {
    struct th_rows rows; // first: this is one
    struct th_csv_table *table;
    struct th_points_plan plan;
    struct th_points points; // of TH_POINTS_CORNERS
    size_t *columns;         // of the fields
    const char **texts;
    size_t next;    // parcel, or row of the table
    bool no_memory; // the row could not be made
    OGRGeometryH geometry;
};

static bool is_shape_column(const struct th_points_plan *plan, int column)
{
    if (plan->kind != TH_POINTS_CORNERS) {
        return column == plan->shape;
    }
    return column == plan->east || column == plan->north || column == plan->point ||
           column == plan->ring;
}

static bool fields_make(struct table_rows *table)
{
    struct th_rows_facts *facts = &table->rows.facts;
    size_t n = table->plan.n_columns;
    table->columns = calloc(n + 1, sizeof(*table->columns));
    table->texts = calloc(n + 1, sizeof(*table->texts));
    if (table->columns == NULL || table->texts == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        const char *name = th_csv_table_cell(table->table, table->plan.heading, i);
        if (is_shape_column(&table->plan, (int)i) || *name == '\0') {
            continue;
        }
        table->columns[facts->n_fields] = i;
        if (!th_format_field_add(facts, name, strlen(name))) {
            return false;
        }
    }
    return true;
}

static void extent_make(struct table_rows *table)
{
    struct th_rows_facts *facts = &table->rows.facts;
    const struct th_points *points = &table->points;
    OGREnvelope *extent = &facts->extent;
    for (size_t i = 0; i < points->n_corners; i++) {
        double x = points->xy[2 * i];
        double y = points->xy[2 * i + 1];
        extent->MinX = i == 0 || x < extent->MinX ? x : extent->MinX;
        extent->MaxX = i == 0 || x > extent->MaxX ? x : extent->MaxX;
        extent->MinY = i == 0 || y < extent->MinY ? y : extent->MinY;
        extent->MaxY = i == 0 || y > extent->MaxY ? y : extent->MaxY;
    }
    facts->has_extent = points->n_corners > 0;
}

static enum th_status begin(struct th_rows *rows, enum th_rows_want want, struct th_error *err)
{
    struct table_rows *table = (struct table_rows *)rows;
    (void)want;
    (void)err;
    table->next = table->plan.kind == TH_POINTS_CORNERS ? 0 : table->plan.heading + 1;
    return TH_OK;
}

static OGRGeometryH corners_shape(const struct table_rows *table,
                                  const struct th_points_parcel *parcel)
{
    struct th_ring_points *rings = calloc(parcel->n_rings, sizeof(*rings));
    OGRGeometryH shape = NULL;
    if (rings == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < parcel->n_rings; i++) {
        const struct th_points_ring *ring = &table->points.rings[parcel->first_ring + i];
        rings[i] = (struct th_ring_points){table->points.xy + 2 * ring->first, ring->n};
    }
    shape = th_shape_of_rings(rings, parcel->n_rings);
    free(rings);
    return shape;
}

struct pairs {
    double *xy;
    size_t n;
    size_t capacity;
    bool turned;
    bool no_memory;
};

static bool pair_add(double x, double y, void *context)
{
    struct pairs *pairs = context;
    if (pairs->n == pairs->capacity) {
        size_t capacity = pairs->capacity * 2 + 64;
        double *grown = realloc(pairs->xy, 2 * capacity * sizeof(*grown));
        if (grown == NULL) {
            pairs->no_memory = true;
            return false;
        }
        pairs->xy = grown;
        pairs->capacity = capacity;
    }
    pairs->xy[2 * pairs->n] = pairs->turned ? y : x;
    pairs->xy[2 * pairs->n + 1] = pairs->turned ? x : y;
    pairs->n++;
    return true;
}

// The first corner once more at the end.
static bool is_closed(struct th_ring_points ring)
{
    const double *first = ring.xy;
    const double *last = ring.xy + 2 * (ring.n - 1);
    return !(first[0] < last[0]) && !(first[0] > last[0]) && !(first[1] < last[1]) &&
           !(first[1] > last[1]);
}

static const char *pairs_shape(struct table_rows *table, const char *cell)
{
    struct pairs pairs = {.turned = table->plan.north_first};
    const char *lost = NULL;
    if (!th_coordinate_pairs(cell, pair_add, &pairs)) {
        table->no_memory = pairs.no_memory;
        lost = "@points.pairs";
    } else {
        struct th_ring_points ring = {pairs.xy, pairs.n};
        if (pairs.n > 1 && is_closed(ring)) {
            ring.n--;
        }
        if (ring.n < 3) {
            lost = "@points.too_few";
        } else {
            table->geometry = th_shape_of_rings(&ring, 1);
            table->no_memory = table->geometry == NULL;
        }
    }
    free(pairs.xy);
    return lost;
}

static const char *wkt_shape(struct table_rows *table, const char *cell)
{
    char *copy = th_text_duplicate(cell);
    char *rest = copy;
    if (copy == NULL) {
        table->no_memory = true;
        return NULL;
    }
    bool read = OGR_G_CreateFromWkt(&rest, NULL, &table->geometry) == OGRERR_NONE &&
                strspn(rest, " \t\r\n;") == strlen(rest);
    free(copy);
    if (!read) {
        OGR_G_DestroyGeometry(table->geometry);
        table->geometry = NULL;
        return "@points.wkt";
    }
    return NULL;
}

static void texts_take(struct table_rows *table, size_t row, struct th_rows_row *ret_row)
{
    for (size_t i = 0; i < table->rows.facts.n_fields; i++) {
        const char *cell = th_csv_table_cell(table->table, row, table->columns[i]);
        table->texts[i] = *cell == '\0' ? NULL : cell;
    }
    ret_row->row = (int64_t)th_csv_table_line(table->table, row);
    ret_row->feature = ret_row->row;
    ret_row->texts = table->texts;
}

static void next_parcel(struct table_rows *table, struct th_rows_row *ret_row)
{
    const struct th_points_parcel *parcel = &table->points.parcels[table->next++];
    texts_take(table, parcel->first_row, ret_row);
    ret_row->row = (int64_t)th_csv_table_line(table->table, parcel->row);
    ret_row->feature = ret_row->row;
    ret_row->lost = parcel->lost;
    ret_row->lost_value = parcel->value;
    if (parcel->lost == NULL) {
        ret_row->shape = TH_SHAPE_FROM_POINTS;
        table->geometry = corners_shape(table, parcel);
        table->no_memory = table->geometry == NULL;
    }
}

static void next_row(struct table_rows *table, struct th_rows_row *ret_row)
{
    size_t row = table->next++;
    texts_take(table, row, ret_row);
    if (table->plan.kind == TH_POINTS_NOTHING) {
        return;
    }
    const char *cell = th_csv_table_cell(table->table, row, (size_t)table->plan.shape);
    if (*cell == '\0') {
        return;
    }
    if (table->plan.kind == TH_POINTS_WKT) {
        ret_row->lost = wkt_shape(table, cell);
    } else {
        ret_row->lost = pairs_shape(table, cell);
        ret_row->shape = TH_SHAPE_FROM_POINTS;
    }
    ret_row->lost_value = ret_row->lost == NULL ? NULL : cell;
}

static enum th_status next(struct th_rows *rows, struct th_rows_row *ret_row, bool *ret_more,
                           struct th_error *err)
{
    struct table_rows *table = (struct table_rows *)rows;
    bool corners = table->plan.kind == TH_POINTS_CORNERS;
    size_t n = corners ? table->points.n_parcels : th_csv_table_rows(table->table);
    struct th_rows_row row = {0};
    OGR_G_DestroyGeometry(table->geometry);
    table->geometry = NULL;
    if (table->next >= n) {
        *ret_more = false;
        return TH_OK;
    }
    if (corners) {
        next_parcel(table, &row);
    } else {
        next_row(table, &row);
    }
    if (table->no_memory) {
        return th_error_no_memory(err);
    }
    row.geometry = table->geometry;
    *ret_row = row;
    *ret_more = true;
    return TH_OK;
}

static void table_free(struct th_rows *rows)
{
    struct table_rows *table = (struct table_rows *)rows;
    th_csv_table_free(table->table);
    th_points_clear(&table->points);
    OGR_G_DestroyGeometry(table->geometry);
    th_rows_facts_clear(&table->rows.facts);
    free(table->columns);
    free(table->texts);
    free(table);
}

static char *heading_text(const struct table_rows *table, int column, bool utf8)
{
    struct th_buf text;
    th_buf_init(&text, (size_t)1 << 20);
    th_points_text(th_csv_table_cell(table->table, table->plan.heading, (size_t)column), utf8,
                   &text);
    char *taken = th_buf_take(&text);
    th_buf_clear(&text);
    return taken;
}

static bool axes_tell(struct table_rows *table, bool utf8)
{
    struct th_rows_facts *facts = &table->rows.facts;
    if (table->plan.kind == TH_POINTS_WKT || table->plan.kind == TH_POINTS_NOTHING) {
        return true;
    }
    if (table->plan.kind == TH_POINTS_PAIRS) {
        facts->axis_east = th_text_duplicate(table->plan.north_first ? "2" : "1");
        facts->axis_north = th_text_duplicate(table->plan.north_first ? "1" : "2");
    } else {
        facts->axis_east = heading_text(table, table->plan.east, utf8);
        facts->axis_north = heading_text(table, table->plan.north, utf8);
    }
    facts->axis_how = (enum th_reader_axis_how)table->plan.how;
    return facts->axis_east != NULL && facts->axis_north != NULL;
}

static const char *geometry_type(enum th_points_kind kind)
{
    if (kind == TH_POINTS_NOTHING) {
        return "None";
    }
    return kind == TH_POINTS_WKT ? "Unknown (any)" : "Polygon";
}

static bool facts_make(struct table_rows *table, const struct th_table_source *source)
{
    struct th_rows_facts *facts = &table->rows.facts;
    bool corners = table->plan.kind == TH_POINTS_CORNERS;
    facts->driver = th_text_duplicate(source->driver);
    facts->layer = th_text_duplicate(source->layer);
    facts->geometry_type = th_text_duplicate(geometry_type(table->plan.kind));
    facts->member = th_text_duplicate(source->member);
    facts->raw_text = source->raw_text;
    th_text_copy(facts->declared, sizeof(facts->declared), source->declared);
    facts->n_features =
        (int64_t)(corners ? table->points.n_parcels
                          : th_csv_table_rows(table->table) - table->plan.heading - 1);
    facts->n_ignored = (int64_t)table->points.n_ignored;
    extent_make(table);
    return facts->driver != NULL && facts->layer != NULL && facts->geometry_type != NULL &&
           (source->member == NULL || facts->member != NULL) && axes_tell(table, source->utf8) &&
           fields_make(table);
}

enum th_status th_table_rows(const struct th_table_source *source,
                             const struct th_points_plan *plan, struct th_csv_table *table,
                             struct th_rows **ret_rows, struct th_error *err)
{
    static const struct th_rows_class class = {begin, next, table_free};
    struct table_rows *rows = calloc(1, sizeof(*rows));
    if (rows == NULL) {
        return th_error_no_memory(err);
    }
    rows->rows.class = &class;
    rows->plan = *plan;
    rows->table = table;
    enum th_status status = th_rows_fields_check(plan->n_columns, err);
    if (status == TH_OK && plan->kind == TH_POINTS_CORNERS) {
        status = th_points_build(table, plan, &rows->points, err);
    }
    if (status == TH_OK && !facts_make(rows, source)) {
        status = th_error_no_memory(err);
    }
    if (status == TH_OK) {
        status = begin(&rows->rows, TH_ROWS_ALL, err);
    }
    if (status != TH_OK) {
        rows->table = NULL; // the caller's
        table_free(&rows->rows);
        return status;
    }
    *ret_rows = &rows->rows;
    return TH_OK;
}
