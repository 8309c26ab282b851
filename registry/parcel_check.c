// From a file to rows that are ground: reading, transformation, validity, area.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "gis/area.h"
#include "gis/validity.h"
#include "registry/parcel_internal.h"

const struct th_share_rule th_rule_area_mismatch = {"area-mismatch", "2026-01-01", 0.20};

enum th_status th_import_report(const struct th_import_run *run, const char *stage, int64_t done,
                                int64_t total, struct th_error *err)
{
    int64_t step = total > 1000 ? total / 1000 : 1;
    if (done != total && done % step != 0)
        return TH_OK;
    if (th_progress_report(run->progress, stage, done, total))
        return TH_OK;
    return th_error_set(err, TH_INTERRUPTED, "interrupted", NULL);
}

static void reject(struct th_import_run *run, struct th_staged_row *row, const char *code,
                   const struct th_error *problem)
{
    th_problems_add(&run->checked, row->row, row->feature, TH_PROBLEM_ERROR, code, problem);
    row->fate = TH_ROW_REJECTED;
    free(row->wkb);
    row->wkb = NULL;
    row->wkb_size = 0;
}

// Errors that speak of the row keep the row out; all others end the import.
static enum th_status judge(struct th_import_run *run, struct th_staged_row *row,
                            enum th_status status, const struct th_error *problem,
                            struct th_error *err)
{
    if (status == TH_OK)
        return TH_OK;
    if (status == TH_DATA_PROBLEM) {
        reject(run, row, NULL, problem);
        return TH_OK;
    }
    if (status == TH_UNREADABLE) {
        reject(run, row, "row_unreadable", problem);
        return TH_OK;
    }
    if (status == TH_OVERFLOW) { // an area that no registry of the earth can hold
        reject(run, row, "out_of_bounds", problem);
        return TH_OK;
    }
    if (err != NULL)
        *err = *problem;
    return status;
}

static enum th_status new_row(struct th_import_run *run, struct th_staged_row **ret_row,
                              struct th_error *err)
{
    if (run->n_rows == TH_PARCEL_IMPORT_ROWS_MAX) {
        enum th_status status = th_error_set(err, TH_LIMIT, "import_too_many", NULL);
        th_error_add_int(err, "limit", TH_PARCEL_IMPORT_ROWS_MAX);
        return status;
    }
    if (run->n_rows == run->rows_capacity) {
        size_t capacity = run->rows_capacity == 0 ? 256 : run->rows_capacity * 2;
        struct th_staged_row *grown = realloc(run->rows, capacity * sizeof *grown);
        if (grown == NULL)
            return th_error_no_memory(err);
        run->rows = grown;
        run->rows_capacity = capacity;
    }
    struct th_staged_row *row = &run->rows[run->n_rows++];
    *row = (struct th_staged_row){
        .village = TH_ROW_NO_INDEX, .kind = TH_ROW_NO_INDEX, .land_class = TH_ROW_NO_INDEX};
    *ret_row = row;
    return TH_OK;
}

static bool finite_coordinates(const struct th_geometry *geometry)
{
    for (size_t i = 0; i < geometry->n_points; i++)
        if (!isfinite(geometry->points[i].x) || !isfinite(geometry->points[i].y))
            return false;
    return true;
}

// Keeps the shape in the coordinates of the source.
static enum th_status take_shape(struct th_import_run *run, const struct th_reader_row *source,
                                 struct th_staged_row *row, struct th_error *err)
{
    struct th_error problem = {0};
    struct th_geometry geometry = {0};
    enum th_status status = TH_OK;
    if (source->wkb == NULL)
        status = th_error_set(&problem, TH_DATA_PROBLEM, "geometry_empty", NULL);
    else
        status = th_geometry_from_wkb(source->wkb, source->wkb_size, &geometry, &problem);
    if (status == TH_OK && !finite_coordinates(&geometry)) {
        status = th_error_set(&problem, TH_DATA_PROBLEM, "geometry_invalid", "reason",
                              "@validity.invalid_coordinate", "lon", "?", "lat", "?", NULL);
    }
    if (status == TH_OK) {
        row->box = th_geometry_box(&geometry);
        status = th_geometry_to_wkb(&geometry, &row->wkb, &row->wkb_size, &problem);
    }
    th_geometry_clear(&geometry);
    return judge(run, row, status, &problem, err);
}

static void unreadable_row(struct th_import_run *run, const struct th_reader_row *source,
                           struct th_staged_row *row)
{
    struct th_error problem = {0};
    (void)th_error_set(&problem, TH_UNREADABLE, "row_unreadable", "detail", source->detail, NULL);
    th_error_add_int(&problem, "row", source->row);
    reject(run, row, "row_unreadable", &problem);
}

static enum th_status read_row(struct th_import_run *run, const struct th_field_map *map,
                               const struct th_reader_row *source, int64_t total,
                               struct th_error *err)
{
    struct th_staged_row *row = NULL;
    enum th_status status = new_row(run, &row, err);
    if (status != TH_OK)
        return status;
    row->row = source->row;
    row->feature = source->feature;
    if (source->lost) {
        unreadable_row(run, source, row);
        return TH_OK;
    }
    status = th_fields_take(run, map, source, row, err);
    if (status == TH_OK)
        status = take_shape(run, source, row, err);
    if (status == TH_OK)
        status = th_import_report(run, "read", (int64_t)run->n_rows, total, err);
    return status;
}

enum th_status th_import_read(struct th_import_run *run, struct th_reader *reader,
                              struct th_error *err)
{
    struct th_field_map map = {0};
    struct th_reader_batch *batch = NULL;
    enum th_status status = th_field_map_make(run->options, reader, &map, err);
    int64_t total = th_reader_info(reader)->n_features;
    while (status == TH_OK) {
        status = th_reader_next(reader, &batch, err);
        if (status != TH_OK || batch == NULL)
            break;
        for (size_t i = 0; status == TH_OK && i < batch->n_rows; i++)
            status = read_row(run, &map, &batch->rows[i], total, err);
        th_reader_batch_free(batch);
    }
    th_field_map_clear(&map);
    if (status == TH_OK && run->checked.no_memory)
        status = th_error_no_memory(err);
    return status;
}

// The box around everything that was read, in coordinates of the source; false when there is
// nothing.
static bool source_extent(const struct th_import_run *run, struct th_box *ret_box)
{
    bool any = false;
    for (size_t i = 0; i < run->n_rows; i++) {
        const struct th_staged_row *row = &run->rows[i];
        if (row->wkb == NULL)
            continue;
        if (!any) {
            *ret_box = row->box;
            any = true;
            continue;
        }
        ret_box->west = fmin(ret_box->west, row->box.west);
        ret_box->south = fmin(ret_box->south, row->box.south);
        ret_box->east = fmax(ret_box->east, row->box.east);
        ret_box->north = fmax(ret_box->north, row->box.north);
    }
    return any;
}

static enum th_status check_bounds(const struct th_import_run *run, struct th_box box,
                                   struct th_error *problem)
{
    struct th_box bounds = {run->frame.west_deg, run->frame.south_deg, run->frame.east_deg,
                            run->frame.north_deg};
    if (th_box_contains(bounds, box))
        return TH_OK;
    struct th_buf text;
    th_buf_init(&text, 256);
    th_buf_printf(&text, "%.5f, %.5f – %.5f, %.5f", box.west, box.south, box.east, box.north);
    enum th_status status =
        th_error_set(problem, TH_DATA_PROBLEM, "outside_bounds", "box", th_buf_text(&text), NULL);
    th_buf_clear(&text);
    th_buf_printf(&text, "%g, %g – %g, %g", bounds.west, bounds.south, bounds.east, bounds.north);
    th_error_add(problem, "bounds", th_buf_text(&text));
    th_buf_clear(&text);
    return status;
}

// The unit that a number of mu was probably written in, by how far it is off; NULL: no idea.
static const char *unit_suspected(double ratio)
{
    static const double M2_PER_MU = 2000.0 / 3;
    static const double MU_PER_HA = 15;
    if (fabs(ratio / M2_PER_MU - 1) <= th_rule_area_mismatch.share)
        return "@parcels.unit.m2";
    if (fabs(ratio * MU_PER_HA - 1) <= th_rule_area_mismatch.share)
        return "@parcels.unit.ha";
    return NULL;
}

static void compare_declared(struct th_import_run *run, const struct th_staged_row *row)
{
    if (!row->has_declared)
        return;
    double declared = th_area_m2(row->declared);
    double measured = th_area_m2(row->measured);
    double difference = fabs(declared - measured) / measured;
    if (difference <= th_rule_area_mismatch.share)
        return;
    char buf[TH_QUANTITY_TEXT_SIZE];
    struct th_error what;
    const char *unit = unit_suspected(declared / measured);
    (void)th_error_set(&what, TH_DATA_PROBLEM,
                       unit == NULL ? "area_mismatch" : "area_mismatch_unit", "declared_mu",
                       th_cent_format(th_area_mu_cent(row->declared), buf), NULL);
    th_error_add(&what, "measured_mu", th_cent_format(th_area_mu_cent(row->measured), buf));
    th_error_add_int(&what, "percent",
                     difference > 1e6 ? 100000000 : (long long)llround(difference * 100));
    th_error_add_int(&what, "limit_percent", llround(th_rule_area_mismatch.share * 100));
    if (unit != NULL)
        th_error_add(&what, "unit", unit);
    th_problems_add(&run->checked, row->row, row->feature, TH_PROBLEM_WARNING, "area_mismatch",
                    &what);
}

static enum th_status measure(struct th_staged_row *row, const struct th_geometry *geometry,
                              struct th_error *problem)
{
    double area_m2 = 0;
    double perimeter_m = 0;
    th_area_geodesic(&th_ellipsoid_cgcs2000, geometry, &area_m2, &perimeter_m);
    row->perimeter_mm = llround(perimeter_m * 1000);
    enum th_status status = th_area_from_m2(area_m2, &row->measured, problem);
    if (status == TH_OK && th_area_m2_300(row->measured) <= 0)
        status = th_error_set(problem, TH_DATA_PROBLEM, "geometry_empty", NULL);
    if (status != TH_OK)
        return status;
    unsigned char *wkb = NULL;
    size_t size = 0;
    status = th_geometry_to_wkb(geometry, &wkb, &size, problem);
    if (status != TH_OK)
        return status;
    free(row->wkb);
    row->wkb = wkb;
    row->wkb_size = size;
    row->geometry_hash = th_hash_bytes(TH_HASH_BLAKE2B, wkb, size);
    return TH_OK;
}

static enum th_status check_row(struct th_import_run *run, struct th_crs_transform *transform,
                                struct th_validity *validity, struct th_staged_row *row,
                                struct th_error *err)
{
    struct th_error problem = {0};
    struct th_geometry geometry = {0};
    enum th_status status = th_geometry_from_wkb(row->wkb, row->wkb_size, &geometry, &problem);
    if (status == TH_OK)
        status = th_crs_transform_apply(transform, &geometry, &problem);
    if (status == TH_OK)
        status = th_geometry_normalise(&geometry, &problem);
    if (status == TH_OK) {
        row->box = th_geometry_box(&geometry);
        row->placed = true;
        status = check_bounds(run, row->box, &problem);
        if (status == TH_DATA_PROBLEM) {
            reject(run, row, "out_of_bounds", &problem);
            th_geometry_clear(&geometry);
            return TH_OK;
        }
    }
    if (status == TH_OK)
        status = th_validity_check(validity, &geometry, &problem);
    if (status == TH_OK)
        status = measure(row, &geometry, &problem);
    th_geometry_clear(&geometry);
    if (status == TH_OK)
        compare_declared(run, row);
    return judge(run, row, status, &problem, err);
}

// Rows that could be read but stand in a reference system that cannot be used.
static void reject_all(struct th_import_run *run, const char *code, const struct th_error *problem)
{
    for (size_t i = 0; i < run->n_rows; i++)
        if (run->rows[i].wkb != NULL)
            reject(run, &run->rows[i], code, problem);
}

// Where nothing is declared, eastings with the number of a zone before them say which system to ask
// about. It is named only: the same numbers stand in Beijing 1954 and Xian 1980 too.
static void propose_crs(struct th_error *problem, const struct th_box *extent)
{
    int zone = 0;
    int width_deg = 0;
    int code = th_crs_zone_proposal(extent, &zone, &width_deg);
    if (code == 0)
        return;
    struct th_buf text;
    th_buf_init(&text, 64);
    th_buf_printf(&text, "EPSG:%d", code);
    (void)th_error_set(problem, TH_DATA_PROBLEM, "crs_missing_zone", "proposal", th_buf_text(&text),
                       NULL);
    th_buf_clear(&text);
    th_error_add_int(problem, "zone", zone);
    th_error_add_int(problem, "width", width_deg);
}

static int compare_problems(const void *a, const void *b)
{
    const struct th_problem *left = a;
    const struct th_problem *right = b;
    if (left->row != right->row)
        return left->row < right->row ? -1 : 1;
    if (left->severity != right->severity)
        return left->severity == TH_PROBLEM_ERROR ? -1 : 1;
    int order = strcmp(left->code, right->code);
    return order != 0 ? order : strcmp(left->arguments, right->arguments);
}

enum th_status th_import_check(struct th_import_run *run, struct th_error *err)
{
    struct th_crs_transform *transform = NULL;
    struct th_validity *validity = NULL;
    struct th_error problem = {0};
    struct th_box extent = {0};
    bool any = source_extent(run, &extent);
    const char *definition = run->options->crs != NULL ? run->options->crs : run->source_crs;
    enum th_status status =
        th_crs_transform_new(definition, any ? &extent : NULL, &transform, &problem);
    if (status == TH_DATA_PROBLEM) {
        char code[TH_ERROR_KEY_SIZE];
        th_text_copy(code, sizeof code, problem.key);
        if (any && strcmp(code, "crs_missing") == 0)
            propose_crs(&problem, &extent);
        reject_all(run, code, &problem);
        status = TH_OK;
    } else if (status != TH_OK && err != NULL) {
        *err = problem;
    }
    if (status == TH_OK && transform != NULL) {
        th_text_copy(run->source.crs_code, sizeof run->source.crs_code,
                     th_crs_transform_code(transform));
        th_text_copy(run->source.crs_name, sizeof run->source.crs_name,
                     th_crs_transform_name(transform));
        th_text_copy(run->source.operation, sizeof run->source.operation,
                     th_crs_transform_operation(transform));
        th_text_mend(run->source.crs_name);
        th_text_mend(run->source.operation);
        status = th_validity_new(&validity, err);
    }
    for (size_t i = 0; status == TH_OK && i < run->n_rows; i++) {
        if (run->rows[i].wkb != NULL)
            status = check_row(run, transform, validity, &run->rows[i], err);
        if (status == TH_OK)
            status = th_import_report(run, "check", (int64_t)i + 1, (int64_t)run->n_rows, err);
    }
    th_validity_free(validity);
    th_crs_transform_free(transform);
    if (status == TH_OK && run->checked.no_memory)
        status = th_error_no_memory(err);
    // Reading and checking went over the rows one after the other.
    if (status == TH_OK && run->checked.n > 1)
        qsort(run->checked.items, run->checked.n, sizeof run->checked.items[0], compare_problems);
    return status;
}
