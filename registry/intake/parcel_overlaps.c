// The ground that several parcels claim, as a layer to be looked at on a map: one shape a finding,
// with both sides and what became of it.
#include <string.h>

#include "core/file.h"
#include "core/text.h"
#include "gis/writer.h"
#include "registry/intake/parcel_internal.h"

enum {
    FIELD_ROW,
    FIELD_NUMBER,
    FIELD_OTHER,
    FIELD_OTHER_ID,
    FIELD_CLASS,
    FIELD_M2,
    FIELD_MU,
    FIELD_WIDTH,
    FIELD_FATE,
    N_FIELDS
};

static const struct th_writer_field FIELDS[N_FIELDS] = {
    [FIELD_ROW] = {.name = "row", .type = TH_WRITER_INT},
    [FIELD_NUMBER] = {.name = "number", .type = TH_WRITER_TEXT},
    [FIELD_OTHER] = {.name = "other", .type = TH_WRITER_TEXT},
    [FIELD_OTHER_ID] = {.name = "other_id", .type = TH_WRITER_INT},
    [FIELD_CLASS] = {.name = "class", .type = TH_WRITER_TEXT},
    [FIELD_M2] = {.name = "area_m2", .type = TH_WRITER_REAL},
    [FIELD_MU] = {.name = "area_mu", .type = TH_WRITER_REAL},
    [FIELD_WIDTH] = {.name = "width_m", .type = TH_WRITER_REAL},
    [FIELD_FATE] = {.name = "fate", .type = TH_WRITER_TEXT},
};

enum th_status th_import_overlaps_check(const char *path, struct th_error *err)
{
    if (!th_text_ends_with(path, ".gpkg") && !th_text_ends_with(path, ".geojson")) {
        return th_error_set(err, TH_USAGE, "overlaps_format", "path", path, NULL);
    }
    return th_file_check_new(path, err);
}

static const struct th_staged_row *row_of(const struct th_import_run *run, int64_t row)
{
    const struct th_problem key = {.row = row};
    return th_import_problem_row(run, &key);
}

static enum th_status finding_write(const struct th_import_run *run, struct th_writer *writer,
                                    const struct th_staged_finding *finding, int64_t id,
                                    struct th_error *err)
{
    struct th_geometry shape = {0};
    struct th_area area = th_area_from_m2_300(0);
    const struct th_staged_row *row = row_of(run, finding->row);
    if (finding->wkb == NULL) {
        return TH_OK;
    }
    enum th_status status = th_geometry_from_wkb(finding->wkb, finding->wkb_size, &shape, err);
    if (status == TH_OK) {
        status = th_area_from_m2(finding->finding.area_m2, &area, err);
    }
    if (status == TH_OK) {
        const struct th_writer_value values[N_FIELDS] = {
            [FIELD_ROW] = {.integer = finding->row},
            [FIELD_NUMBER] = {.text = row == NULL ? NULL : row->number},
            [FIELD_OTHER] = {.text = th_import_finding_other(finding)},
            [FIELD_OTHER_ID] = {.integer = finding->other},
            [FIELD_CLASS] = {.text = th_import_finding_class(finding)},
            [FIELD_M2] = {.real = (double)th_area_m2_cent(area) / 100},
            [FIELD_MU] = {.real = (double)th_area_mu_cent(area) / 100},
            [FIELD_WIDTH] = {.real = finding->finding.width_m},
            [FIELD_FATE] = {.text = th_import_finding_fate(finding)}};
        status = th_writer_add(writer, id, &shape, values, err);
    }
    th_geometry_clear(&shape);
    return status;
}

enum th_status th_import_overlaps_write(const struct th_import_run *run, const char *path,
                                        struct th_error *err)
{
    const struct th_writer_options options = {
        .format = th_text_ends_with(path, ".gpkg") ? TH_WRITER_GPKG : TH_WRITER_GEOJSON,
        .layer = "overlaps",
        .fields = FIELDS,
        .n_fields = N_FIELDS};
    struct th_writer *writer = NULL;
    enum th_status status = th_writer_open(path, &options, &writer, err);
    for (size_t i = 0; status == TH_OK && i < run->n_findings; i++) {
        status = finding_write(run, writer, &run->findings[i], (int64_t)i + 1, err);
    }
    if (status == TH_OK) {
        return th_writer_close(writer, NULL, NULL, err);
    }
    th_writer_abort(writer);
    return status;
}
