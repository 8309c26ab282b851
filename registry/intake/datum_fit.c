#include "registry/intake/datum_fit.h"

#include <stdlib.h>
#include <string.h>

#include "core/csv_table.h"
#include "core/text.h"
#include "gis/datum.h"
#include "registry/reply.h"

enum { N_COLUMNS = 5, NAMES_MAX = 4, TEXT_LIMIT = 64 * 1024 };

static const char *const COLUMN_NAMES[N_COLUMNS][NAMES_MAX] = {
    {"point", "点号", "点名", "名称"},       {"x1", "old_x", "旧东坐标", "旧横坐标"},
    {"y1", "old_y", "旧北坐标", "旧纵坐标"}, {"x2", "new_x", "新东坐标", "新横坐标"},
    {"y2", "new_y", "新北坐标", "新纵坐标"},
};

static enum th_status columns_find(const struct th_csv_table *table, size_t columns[N_COLUMNS],
                                   struct th_error *err)
{
    for (size_t i = 0; i < N_COLUMNS; i++) {
        if (!th_csv_table_column(table, COLUMN_NAMES[i], NAMES_MAX, &columns[i])) {
            return th_error_set(err, TH_INVALID, "datum_columns", "column", COLUMN_NAMES[i][0],
                                NULL);
        }
    }
    return TH_OK;
}

static enum th_status points_read(const struct th_csv_table *table, const size_t columns[N_COLUMNS],
                                  struct th_crs_control *points, struct th_error *err)
{
    for (size_t row = 1; row < th_csv_table_rows(table); row++) {
        double numbers[4];
        for (size_t i = 0; i < 4; i++) {
            const char *cell = th_csv_table_cell(table, row, columns[i + 1]);
            if (th_text_parse_double(cell, &numbers[i])) {
                continue;
            }
            enum th_status status =
                th_error_set(err, TH_INVALID, "datum_number", "value", cell, NULL);
            th_error_add_int(err, "row", (long long)th_csv_table_line(table, row));
            return status;
        }
        points[row - 1] = (struct th_crs_control){.source = {numbers[0], numbers[1]},
                                                  .target = {numbers[2], numbers[3]}};
    }
    return TH_OK;
}

static struct th_json *reply_make(const struct th_csv_table *table, const size_t columns[N_COLUMNS],
                                  const struct th_crs_datum *datum,
                                  const struct th_crs_residual *residuals)
{
    struct th_json *reply = th_json_object();
    struct th_json *points = th_json_array();
    struct th_buf text;
    th_buf_init(&text, TEXT_LIMIT);
    th_crs_datum_text(datum, NULL, &text);
    // What follows the parameters is for the record, not for typing.
    char *end = text.data == NULL ? NULL : strchr(text.data, ';');
    if (end != NULL) {
        *end = '\0';
    }
    th_json_set_text(reply, "datum", th_buf_text(&text));
    th_buf_clear(&text);
    th_json_set_int(reply, "n", (int64_t)datum->n_points);
    th_json_set_real(reply, "rms_m", datum->rms_m);
    th_json_set_real(reply, "worst_m", datum->worst_m);
    for (size_t i = 0; i < datum->n_points; i++) {
        struct th_json *point = th_json_object();
        th_json_set_text(point, "point", th_csv_table_cell(table, i + 1, columns[0]));
        th_json_set_real(point, "east_m", residuals[i].east_m);
        th_json_set_real(point, "north_m", residuals[i].north_m);
        th_json_append(points, point);
    }
    th_json_set(reply, "points", points);
    return reply;
}

enum th_status th_datum_fit_use(const struct th_datum_fit_options *options,
                                struct th_json **ret_reply, struct th_error *err)
{
    struct th_csv_table *table = NULL;
    struct th_crs_control *points = NULL;
    struct th_crs_residual *residuals = NULL;
    struct th_json *reply = NULL;
    struct th_crs_datum datum;
    size_t columns[N_COLUMNS];
    if (options->n_parameters != 3 && options->n_parameters != 7) {
        return th_error_set(err, TH_USAGE, "datum_parameters", NULL);
    }
    enum th_status status = th_csv_table_read(options->path, &table, err);
    if (status == TH_OK) {
        status = columns_find(table, columns, err);
    }
    if (status != TH_OK) {
        goto done;
    }
    size_t n = th_csv_table_rows(table) == 0 ? 0 : th_csv_table_rows(table) - 1;
    points = calloc(n + 1, sizeof(*points));
    residuals = calloc(n + 1, sizeof(*residuals));
    if (points == NULL || residuals == NULL) {
        status = th_error_no_memory(err);
        goto done;
    }
    status = points_read(table, columns, points, err);
    if (status == TH_OK) {
        const struct th_crs_fit fit = {
            .source_crs = options->from,
            .target_crs = options->to,
            .points = points,
            .n_points = n,
            .kind = options->n_parameters == 3 ? TH_CRS_DATUM_SHIFT : TH_CRS_DATUM_POSITION_VECTOR};
        status = th_crs_datum_fit(&fit, &datum, residuals, err);
    }
    if (status == TH_OK) {
        reply = reply_make(table, columns, &datum, residuals);
    }
    status = th_reply_finish(status, reply, ret_reply, err);
done:
    free(points);
    free(residuals);
    th_csv_table_free(table);
    return status;
}
