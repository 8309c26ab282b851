#include "store/ground/parcel_store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "store/db_internal.h"
#include "store/ground/parcel_row_internal.h"
#include "store/journal/entry_internal.h"

// The number that a version bore: the present one, unless it was corrected after that version.
#define NUMBER_THEN                                                                                \
    "CASE WHEN v.version < p.version AND EXISTS (SELECT 1 FROM parcel_renumbering r"               \
    " WHERE r.parcel_id = v.parcel_id AND r.version > v.version)"                                  \
    " THEN (SELECT r.old_number FROM parcel_renumbering r WHERE r.parcel_id = v.parcel_id"         \
    " AND r.version > v.version ORDER BY r.version LIMIT 1) ELSE p.number END, "

// Columns in the order that read_record expects.
#define RECORD_COLUMNS                                                                             \
    "p.parcel_id, v.version, p.state, v.kind, p.village, g.name, " NUMBER_THEN "p.source_key, "    \
    "v.land_scheme, v.land_class, v.declared_m2_300, v.measured_m2_300, v.sliver_m2_300, "         \
    "v.perimeter_mm, v.import_id, v.source_row, v.feature, v.geometry_hash, v.row_hash, "          \
    "p.retired_on, v.from_on, v.origin, v.attributes"
enum { COLUMN_ATTRIBUTES = 22, COLUMN_GEOMETRY = 23, COLUMN_VERSION_ID, COLUMN_UNTIL };

// The same for read_ground.
#define GROUND_COLUMNS                                                                             \
    "p.parcel_id, v.version, p.state, v.kind, p.village, " NUMBER_THEN                             \
    "v.land_class, v.declared_m2_300, v.measured_m2_300, v.sliver_m2_300, v.geometry_hash, "       \
    "p.retired_on, v.from_on, v.origin, v.attributes"
enum { COLUMN_GROUND_ATTRIBUTES = 14 };

#define IN_FORCE                                                                                   \
    " FROM parcel p"                                                                               \
    " JOIN parcel_version v ON v.parcel_id = p.parcel_id AND v.version = p.version"
#define OF_PACKAGE                                                                                 \
    " FROM package_parcel k"                                                                       \
    " JOIN parcel p ON p.parcel_id = k.parcel_id"                                                  \
    " JOIN parcel_version v ON v.parcel_id = k.parcel_id AND v.version = k.version"
#define NAMED " JOIN village g ON g.code = p.village"
#define WHERE_ANY                                                                                  \
    " WHERE p.parcel_id BETWEEN ?1 AND ?2 AND (?3 IS NULL OR p.village = ?3)"                      \
    " AND (?4 IS NULL OR v.kind = ?4) AND (?5 IS NULL OR p.state = ?5)"                            \
    " ORDER BY p.parcel_id"
#define WHERE_PACKAGE                                                                              \
    " WHERE k.package_id = ?6 AND k.parcel_id BETWEEN ?1 AND ?2"                                   \
    " AND (?3 IS NULL OR p.village = ?3)"                                                          \
    " AND (?4 IS NULL OR v.kind = ?4) AND (?5 IS NULL OR p.state = ?5)"                            \
    " ORDER BY k.parcel_id"
// The same rows of one village, found by the two indexes that begin with it instead of by a look at
// every parcel: whoever goes through a city village by village would look at all of them each time.
#define WHERE_VILLAGE                                                                              \
    " WHERE p.parcel_id IN (SELECT parcel_id FROM parcel WHERE village = ?3 AND number IS NOT "    \
    "NULL UNION ALL SELECT parcel_id FROM parcel WHERE village = ?3 AND number IS NULL)"           \
    " AND p.parcel_id BETWEEN ?1 AND ?2"                                                           \
    " AND (?4 IS NULL OR v.kind = ?4) AND (?5 IS NULL OR p.state = ?5) ORDER BY p.parcel_id"

static const char SQL_EACH[] = "SELECT " RECORD_COLUMNS IN_FORCE NAMED WHERE_ANY;
static const char SQL_EACH_VILLAGE[] = "SELECT " RECORD_COLUMNS IN_FORCE NAMED WHERE_VILLAGE;
static const char SQL_EACH_PACKAGE[] = "SELECT " RECORD_COLUMNS OF_PACKAGE NAMED WHERE_PACKAGE;
// In the order in which the versions lie in the file, so that none has to be looked for.
static const char SQL_GROUND_EACH[] =
    "SELECT " GROUND_COLUMNS " FROM parcel_version v NOT INDEXED"
    " CROSS JOIN parcel p ON p.parcel_id = v.parcel_id AND p.version = v.version"
    " WHERE (?4 IS NULL OR v.kind = ?4) AND (?5 IS NULL OR p.state = ?5)";
static const char SQL_GROUND_ONE[] = "SELECT " GROUND_COLUMNS IN_FORCE WHERE_ANY;
static const char SQL_GROUND_EACH_VILLAGE[] = "SELECT " GROUND_COLUMNS IN_FORCE WHERE_VILLAGE;
static const char SQL_GROUND_EACH_PACKAGE[] = "SELECT " GROUND_COLUMNS OF_PACKAGE WHERE_PACKAGE;
static const char SQL_GEOMETRY_EACH[] =
    "SELECT " RECORD_COLUMNS ", v.geom" IN_FORCE NAMED WHERE_ANY;
// Of versions that begin on one day the last one holds.
static const char SQL_GEOMETRY_EACH_ON[] =
    "SELECT " RECORD_COLUMNS ", v.geom FROM parcel p"
    " JOIN parcel_version v ON v.parcel_id = p.parcel_id AND v.version ="
    " (SELECT max(o.version) FROM parcel_version o"
    " WHERE o.parcel_id = p.parcel_id AND o.from_on <= ?6)"
    " JOIN village g ON g.code = p.village"
    " WHERE p.parcel_id BETWEEN ?1 AND ?2 AND (?3 IS NULL OR p.village = ?3)"
    " AND (?4 IS NULL OR v.kind = ?4) AND (?5 IS NULL OR p.state = ?5)"
    " AND (p.retired_on IS NULL OR p.retired_on > ?6) ORDER BY p.parcel_id";
static const char SQL_GEOMETRY_EACH_PACKAGE[] =
    "SELECT " RECORD_COLUMNS ", v.geom" OF_PACKAGE NAMED WHERE_PACKAGE;

static const char SQL_VERSIONS[] =
    "SELECT " RECORD_COLUMNS " FROM parcel p"
    " JOIN parcel_version v ON v.parcel_id = p.parcel_id"
    " JOIN village g ON g.code = p.village WHERE p.parcel_id = ?1 ORDER BY v.version";

static const char SQL_LOAD[] = "SELECT " RECORD_COLUMNS ", v.geom FROM parcel p"
                               " JOIN parcel_version v ON v.parcel_id = p.parcel_id"
                               " AND v.version = CASE WHEN ?2 = 0 THEN p.version ELSE ?2 END"
                               " JOIN village g ON g.code = p.village WHERE p.parcel_id = ?1";

// CROSS JOIN keeps the R*Tree outermost. Versions begin in their order, so that one ends where the
// next begins; of those that begin on one day the last one holds.
static const char SQL_BOX[] =
    "SELECT " RECORD_COLUMNS ", v.geom, v.version_id,"
    " CASE WHEN v.version = p.version THEN p.retired_on ELSE"
    " (SELECT n.from_on FROM parcel_version n"
    " WHERE n.parcel_id = v.parcel_id AND n.version = v.version + 1) END"
    " FROM idx_parcel_version_geom i"
    " CROSS JOIN parcel_version v ON v.version_id = i.pkid"
    " CROSS JOIN parcel p ON p.parcel_id = v.parcel_id"
    " CROSS JOIN village g ON g.code = p.village"
    " WHERE i.xmax >= ?1 AND i.ymax >= ?2 AND i.xmin <= ?3 AND i.ymin <= ?4"
    " AND (v.version = p.version OR (EXISTS (SELECT 1 FROM parcel_version n"
    " WHERE n.parcel_id = v.parcel_id AND n.version = v.version + 1"
    " AND n.from_on > ?5 AND n.from_on > v.from_on)"
    " AND NOT EXISTS (SELECT 1 FROM parcel_version l WHERE l.parcel_id = v.parcel_id"
    " AND l.version > v.version AND l.geometry_hash = v.geometry_hash"
    " AND coalesce((SELECT n.from_on FROM parcel_version n WHERE n.parcel_id = l.parcel_id"
    " AND n.version = l.version + 1), p.retired_on, '9999-12-31') > l.from_on)))";

static const char SQL_FIND_NUMBER[] =
    "SELECT " RECORD_COLUMNS " FROM parcel p"
    " JOIN parcel_version v ON v.parcel_id = p.parcel_id AND v.version = p.version"
    " JOIN village g ON g.code = p.village WHERE p.village = ?1 AND p.number = ?2";
static const char SQL_FIND_SOURCE[] =
    "SELECT " RECORD_COLUMNS " FROM parcel p"
    " JOIN parcel_version v ON v.parcel_id = p.parcel_id AND v.version = p.version"
    " JOIN village g ON g.code = p.village"
    " WHERE p.village = ?1 AND p.source_key = ?2 AND p.number IS NULL";

static void read_record(struct th_stmt *q, struct th_parcel_record *record)
{
    *record = (struct th_parcel_record){0};
    record->parcel_id = th_column_int(q, 0);
    record->version = th_column_int(q, 1);
    th_column_copy(q, 2, record->state, sizeof(record->state));
    th_column_copy(q, 3, record->kind, sizeof(record->kind));
    th_column_copy(q, 4, record->village, sizeof(record->village));
    th_column_copy(q, 5, record->village_name, sizeof(record->village_name));
    th_column_copy(q, 6, record->number, sizeof(record->number));
    th_column_copy(q, 7, record->source_key, sizeof(record->source_key));
    th_column_copy(q, 8, record->land_scheme, sizeof(record->land_scheme));
    th_column_copy(q, 9, record->land_class, sizeof(record->land_class));
    record->has_declared = !th_column_is_null(q, 10);
    record->declared = th_column_area(q, 10);
    record->measured = th_column_area(q, 11);
    record->sliver = th_column_area(q, 12);
    record->perimeter_mm = th_column_int(q, 13);
    record->import_id = th_column_int(q, 14);
    record->source_row = th_column_int(q, 15);
    record->feature = th_column_int(q, 16);
    th_column_hash(q, 17, &record->geometry_hash);
    th_column_hash(q, 18, &record->row_hash);
    record->retired_on = th_column_date(q, 19);
    record->from = th_column_date(q, 20);
    th_column_copy(q, 21, record->origin, sizeof(record->origin));
}

// The rest of the record stays as it is.
static void read_ground(struct th_stmt *q, struct th_parcel_record *record)
{
    record->parcel_id = th_column_int(q, 0);
    record->version = th_column_int(q, 1);
    th_column_copy(q, 2, record->state, sizeof(record->state));
    th_column_copy(q, 3, record->kind, sizeof(record->kind));
    th_column_copy(q, 4, record->village, sizeof(record->village));
    th_column_copy(q, 5, record->number, sizeof(record->number));
    th_column_copy(q, 6, record->land_class, sizeof(record->land_class));
    record->has_declared = !th_column_is_null(q, 7);
    record->declared = th_column_area(q, 7);
    record->measured = th_column_area(q, 8);
    record->sliver = th_column_area(q, 9);
    th_column_hash(q, 10, &record->geometry_hash);
    record->retired_on = th_column_date(q, 11);
    record->from = th_column_date(q, 12);
    th_column_copy(q, 13, record->origin, sizeof(record->origin));
}

static enum th_status read_geometry(struct th_stmt *q, unsigned char **ret_wkb, size_t *ret_size,
                                    struct th_error *err)
{
    size_t size = 0;
    const void *blob = th_column_blob(q, COLUMN_GEOMETRY, &size);
    return th_spatial_blob_to_wkb(blob, size, ret_wkb, ret_size, err);
}

static const char *text_or_null(const char *text)
{
    return text == NULL || text[0] == '\0' ? NULL : text;
}

static enum th_status load(struct th_store *store, int64_t parcel_id, int64_t version,
                           struct th_parcel_record *ret_record, char **ret_attributes,
                           unsigned char **ret_wkb, size_t *ret_size, struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, SQL_LOAD);
    th_bind_int(q, 1, parcel_id);
    th_bind_int(q, 2, version);
    enum th_status status = TH_OK;
    if (!th_stmt_next(q, &status, err) && status == TH_OK) {
        status = th_error_set(err, TH_NOT_FOUND, "parcel_not_found", NULL);
        th_error_add_int(err, "parcel", parcel_id);
    }
    if (status == TH_OK && ret_record != NULL) {
        read_record(q, ret_record);
    }
    if (status == TH_OK && ret_attributes != NULL) {
        const char *text = th_column_text(q, COLUMN_ATTRIBUTES);
        size_t size = text == NULL ? 0 : strlen(text);
        char *copy = malloc(size + 1);
        if (copy == NULL) {
            status = th_error_no_memory(err);
        } else {
            memcpy(copy, text == NULL ? "" : text, size + 1);
            *ret_attributes = copy;
        }
    }
    if (status == TH_OK && ret_wkb != NULL) {
        status = read_geometry(q, ret_wkb, ret_size, err);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_parcel_load(struct th_store *store, int64_t parcel_id, int64_t version,
                              struct th_parcel_record *ret_record, struct th_error *err)
{
    return load(store, parcel_id, version, ret_record, NULL, NULL, NULL, err);
}

enum th_status th_parcel_attributes_load(struct th_store *store, int64_t parcel_id, int64_t version,
                                         char **ret_attributes, struct th_error *err)
{
    return load(store, parcel_id, version, NULL, ret_attributes, NULL, NULL, err);
}

enum th_status th_parcel_geometry_load(struct th_store *store, int64_t parcel_id, int64_t version,
                                       unsigned char **ret_wkb, size_t *ret_size,
                                       struct th_error *err)
{
    return load(store, parcel_id, version, NULL, NULL, ret_wkb, ret_size, err);
}

static void bind_filter(struct th_stmt *q, const struct th_parcel_filter *filter)
{
    bool one = filter->parcel_id > 0;
    th_bind_int(q, 1, one ? filter->parcel_id : 0);
    th_bind_int(q, 2, one ? filter->parcel_id : INT64_MAX);
    th_bind_text(q, 3, filter->village);
    th_bind_text(q, 4, filter->kind);
    th_bind_text(q, 5, filter->state);
    if (filter->package_id > 0) {
        th_bind_int(q, 6, filter->package_id);
    }
}

// Steps through a bound query of records and is done with it at the end.
static enum th_status visit_records(struct th_stmt *q,
                                    bool (*visit)(void *context,
                                                  const struct th_parcel_record *record,
                                                  const char *attributes),
                                    void *context, struct th_error *err)
{
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_parcel_record record;
        read_record(q, &record);
        go_on = visit(context, &record, th_column_text(q, COLUMN_ATTRIBUTES));
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_parcel_each(struct th_store *store, const struct th_parcel_filter *filter,
                              bool (*visit)(void *context, const struct th_parcel_record *record,
                                            const char *attributes),
                              void *context, struct th_error *err)
{
    const char *sql =
        filter->village != NULL && filter->parcel_id <= 0 ? SQL_EACH_VILLAGE : SQL_EACH;
    struct th_stmt *q = th_db_query(store, filter->package_id > 0 ? SQL_EACH_PACKAGE : sql);
    bind_filter(q, filter);
    return visit_records(q, visit, context, err);
}

enum th_status th_parcel_ground_each(struct th_store *store, const struct th_parcel_filter *filter,
                                     bool (*visit)(void *context,
                                                   const struct th_parcel_record *record,
                                                   const char *attributes),
                                     void *context, struct th_error *err)
{
    const char *sql = filter->package_id > 0  ? SQL_GROUND_EACH_PACKAGE
                      : filter->parcel_id > 0 ? SQL_GROUND_ONE
                      : filter->village       ? SQL_GROUND_EACH_VILLAGE
                                              : SQL_GROUND_EACH;
    struct th_stmt *q = th_db_query(store, sql);
    bind_filter(q, filter);
    struct th_parcel_record record = {0};
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        read_ground(q, &record);
        go_on = visit(context, &record, th_column_text(q, COLUMN_GROUND_ATTRIBUTES));
    }
    th_stmt_done(q);
    return status;
}

enum th_status
th_parcel_geometry_each(struct th_store *store, const struct th_parcel_filter *filter,
                        bool (*visit)(void *context, const struct th_parcel_record *record,
                                      const char *attributes, const void *wkb, size_t wkb_size),
                        void *context, struct th_error *err)
{
    const char *sql = filter->on.year != 0 ? SQL_GEOMETRY_EACH_ON : SQL_GEOMETRY_EACH;
    struct th_stmt *q =
        th_db_query(store, filter->package_id > 0 ? SQL_GEOMETRY_EACH_PACKAGE : sql);
    bind_filter(q, filter);
    if (filter->package_id <= 0 && filter->on.year != 0) {
        th_bind_date(q, 6, filter->on);
    }
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_parcel_record record;
        read_record(q, &record);
        unsigned char *wkb = NULL;
        size_t wkb_size = 0;
        status = read_geometry(q, &wkb, &wkb_size, err);
        go_on = status == TH_OK &&
                visit(context, &record, th_column_text(q, COLUMN_ATTRIBUTES), wkb, wkb_size);
        free(wkb);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_parcel_version_each(struct th_store *store, int64_t parcel_id,
                                      bool (*visit)(void *context,
                                                    const struct th_parcel_record *record,
                                                    const char *attributes),
                                      void *context, struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, SQL_VERSIONS);
    th_bind_int(q, 1, parcel_id);
    return visit_records(q, visit, context, err);
}

enum th_status th_parcel_box_each(struct th_store *store, const struct th_parcel_box *box,
                                  bool (*visit)(void *context, const struct th_parcel_stand *stand),
                                  void *context, struct th_error *err)
{
    struct th_stmt *q = th_db_query(store, SQL_BOX);
    th_bind_real(q, 1, box->west_deg);
    th_bind_real(q, 2, box->south_deg);
    th_bind_real(q, 3, box->east_deg);
    th_bind_real(q, 4, box->north_deg);
    th_bind_date(q, 5, box->since);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_parcel_stand stand;
        unsigned char *wkb = NULL;
        read_record(q, &stand.record);
        stand.version_id = th_column_int(q, COLUMN_VERSION_ID);
        stand.until = th_column_date(q, COLUMN_UNTIL);
        status = read_geometry(q, &wkb, &stand.wkb_size, err);
        stand.wkb = wkb;
        go_on = status == TH_OK && visit(context, &stand);
        free(wkb);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_parcel_find(struct th_store *store, const char *village, const char *number,
                              const char *source_key, bool *ret_found,
                              struct th_parcel_record *ret_record, struct th_hash *ret_content,
                              struct th_error *err)
{
    bool by_number = text_or_null(number) != NULL;
    struct th_stmt *q = th_db_query(store, by_number ? SQL_FIND_NUMBER : SQL_FIND_SOURCE);
    th_bind_text(q, 1, village);
    th_bind_text(q, 2, by_number ? number : source_key);
    bool row = false;
    enum th_status status = th_stmt_step(q, &row, err);
    if (status == TH_OK) {
        *ret_found = row;
        if (row) {
            read_record(q, ret_record);
            *ret_content = th_parcel_content_hash(ret_record, th_column_text(q, COLUMN_ATTRIBUTES));
        }
    }
    th_stmt_done(q);
    return status;
}

static struct th_parcel_known read_known(struct th_stmt *q)
{
    struct th_parcel_record record = {.has_declared = !th_column_is_null(q, 7),
                                      .declared = th_column_area(q, 7)};
    struct th_parcel_known known = {.parcel_id = th_column_int(q, 0),
                                    .version = th_column_int(q, 1),
                                    .retired = !th_column_is_null(q, 2),
                                    .number = th_column_text(q, 3),
                                    .source_key = th_column_text(q, 9)};
    th_column_copy(q, 4, record.kind, sizeof(record.kind));
    th_column_copy(q, 5, record.land_scheme, sizeof(record.land_scheme));
    th_column_copy(q, 6, record.land_class, sizeof(record.land_class));
    th_column_hash(q, 8, &known.geometry_hash);
    known.content = th_parcel_content_hash(&record, th_column_text(q, 10));
    return known;
}

enum th_status th_parcel_known_each(struct th_store *store, const char *village,
                                    bool (*visit)(void *context,
                                                  const struct th_parcel_known *known),
                                    void *context, struct th_error *err)
{
    // Each half is in the order of its index.
#define KNOWN_COLUMNS                                                                              \
    "SELECT p.parcel_id, p.version, p.retired_on, p.number, v.kind, v.land_scheme, v.land_class,"  \
    " v.declared_m2_300, v.geometry_hash, p.source_key, v.attributes FROM parcel p"                \
    " CROSS JOIN parcel_version v ON v.parcel_id = p.parcel_id AND v.version = p.version"
    static const char SQL_NUMBERED[] =
        KNOWN_COLUMNS " WHERE p.village = ?1 AND p.number IS NOT NULL ORDER BY p.number";
    static const char SQL_OTHERS[] =
        KNOWN_COLUMNS " WHERE p.village = ?1 AND p.number IS NULL ORDER BY p.source_key";
    enum th_status status = TH_OK;
    bool go_on = true;
    for (int half = 0; half < 2 && go_on && status == TH_OK; half++) {
        struct th_stmt *q = th_db_query(store, half == 0 ? SQL_NUMBERED : SQL_OTHERS);
        th_bind_text(q, 1, village);
        while (go_on && th_stmt_next(q, &status, err)) {
            struct th_parcel_known known = read_known(q);
            go_on = visit(context, &known);
        }
        th_stmt_done(q);
    }
    return status;
}

enum th_status th_parcel_extent(struct th_store *store, const char *division, double *ret_west_deg,
                                double *ret_south_deg, double *ret_east_deg, double *ret_north_deg,
                                bool *ret_any, struct th_error *err)
{
    static const char SQL_EXTENT[] =
        "SELECT count(*), min(i.xmin), min(i.ymin), max(i.xmax), max(i.ymax) FROM parcel p"
        " JOIN parcel_version v ON v.parcel_id = p.parcel_id AND v.version = p.version"
        " JOIN idx_parcel_version_geom i ON i.pkid = v.version_id"
        " WHERE p.state = 'registered' AND substr(p.village, 1, length(?1)) = ?1";
    struct th_stmt *q = th_db_query(store, SQL_EXTENT);
    th_bind_text(q, 1, division);
    enum th_status status = TH_OK;
    if (th_stmt_next(q, &status, err)) {
        *ret_any = th_column_int(q, 0) > 0;
        *ret_west_deg = th_column_real(q, 1);
        *ret_south_deg = th_column_real(q, 2);
        *ret_east_deg = th_column_real(q, 3);
        *ret_north_deg = th_column_real(q, 4);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_parcel_packaged(struct th_store *store, int64_t parcel_id, int from_year,
                                  int64_t *ret_package_id, struct th_error *err)
{
    static const char SQL_PACKAGED[] =
        "SELECT min(k.package_id) FROM package_parcel k"
        " JOIN package g ON g.package_id = k.package_id"
        " WHERE k.parcel_id = ?1 AND g.state NOT IN ('draft', 'returned', 'withdrawn')"
        " AND CASE WHEN ?2 IS NULL THEN g.state <> 'issued' ELSE g.to_on >= ?2 END";
    struct th_stmt *q = th_db_query(store, SQL_PACKAGED);
    th_bind_int(q, 1, parcel_id);
    if (from_year > 0) {
        th_bind_date(q, 2, (struct th_date){from_year, 1, 1});
    }
    return th_stmt_int(q, 0, ret_package_id, err);
}

enum th_status th_parcel_heads(struct th_store *store, int64_t *ret_parcel_id,
                               int64_t *ret_version_id, struct th_error *err)
{
    static const char SQL_LAST_PARCEL[] = "SELECT max(parcel_id) FROM parcel";
    static const char SQL_LAST_VERSION[] = "SELECT max(version_id) FROM parcel_version";
    int64_t parcel_id = 0;
    int64_t version_id = 0;
    enum th_status status = th_stmt_int(th_db_query(store, SQL_LAST_PARCEL), 0, &parcel_id, err);
    if (status == TH_OK) {
        status = th_stmt_int(th_db_query(store, SQL_LAST_VERSION), 0, &version_id, err);
    }
    if (status != TH_OK) {
        return status;
    }
    *ret_parcel_id = parcel_id;
    *ret_version_id = version_id;
    return TH_OK;
}

#define INTO_PARCEL                                                                                \
    "INSERT INTO parcel (parcel_id, village, number, source_key, state, version, seq) VALUES "
#define PARCEL "(?, ?, ?, ?, 'registered', 1, ?)"
#define INTO_VERSION                                                                               \
    "INSERT INTO parcel_version (parcel_id, version, from_on, origin, kind, land_scheme,"          \
    " land_class, declared_m2_300, measured_m2_300, sliver_m2_300, perimeter_mm, attributes,"      \
    " import_id, source_row, feature, geometry_hash, row_hash, seq, geom) VALUES "
#define VERSION "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
enum { PARCEL_PARAMETERS = 5, VERSION_PARAMETERS = 19 };

// `at` is the number of parameters before this row's.
static void bind_identity(struct th_stmt *q, int at, const struct th_parcel_record *record,
                          int64_t seq)
{
    th_bind_int(q, at + 1, record->parcel_id);
    th_bind_text_borrowed(q, at + 2, record->village);
    th_bind_text_borrowed(q, at + 3, text_or_null(record->number));
    th_bind_text_borrowed(q, at + 4, record->source_key);
    th_bind_int(q, at + 5, seq);
}

static void bind_version(struct th_stmt *q, int at, const struct th_parcel_version_row *version,
                         int64_t seq)
{
    const struct th_parcel_record *record = version->record;
    th_bind_int(q, at + 1, record->parcel_id);
    th_bind_int(q, at + 2, record->version);
    th_bind_date(q, at + 3, record->from);
    th_bind_text_borrowed(q, at + 4, record->origin);
    th_bind_text_borrowed(q, at + 5, record->kind);
    th_bind_text_borrowed(q, at + 6, text_or_null(record->land_scheme));
    th_bind_text_borrowed(q, at + 7, text_or_null(record->land_class));
    if (record->has_declared) {
        th_bind_area(q, at + 8, record->declared);
    } else {
        th_bind_null(q, at + 8);
    }
    th_bind_area(q, at + 9, record->measured);
    th_bind_area(q, at + 10, record->sliver);
    th_bind_int(q, at + 11, record->perimeter_mm);
    th_bind_text_borrowed(q, at + 12, version->attributes);
    th_bind_id(q, at + 13, record->import_id);
    th_bind_int(q, at + 14, record->source_row);
    th_bind_int(q, at + 15, record->feature);
    th_bind_blob_borrowed(q, at + 16, record->geometry_hash.bytes, TH_HASH_SIZE);
    th_bind_blob_borrowed(q, at + 17, version->row->row_hash.bytes, TH_HASH_SIZE);
    th_bind_int(q, at + 18, seq);
    th_bind_blob_borrowed(q, at + 19, version->row->blob, version->row->blob_size);
}

static enum th_status store_identity(struct th_store *store, const struct th_parcel_record *record,
                                     int64_t seq, struct th_error *err)
{
    static const char SQL_NEW[] = INTO_PARCEL PARCEL;
    struct th_stmt *q = th_db_query(store, SQL_NEW);
    bind_identity(q, 0, record, seq);
    return th_stmt_run(q, err);
}

// Does this version follow the one in force?
static enum th_status check_next(struct th_store *store, const struct th_parcel_record *record,
                                 struct th_error *err)
{
    static const char SQL_BEFORE[] =
        "SELECT p.version, p.state, v.from_on FROM parcel p JOIN parcel_version v"
        " ON v.parcel_id = p.parcel_id AND v.version = p.version WHERE p.parcel_id = ?1";
    struct th_stmt *q = th_db_query(store, SQL_BEFORE);
    th_bind_int(q, 1, record->parcel_id);
    enum th_status status = TH_OK;
    bool row = th_stmt_next(q, &status, err);
    if (status != TH_OK) {
        th_stmt_done(q);
        return status;
    }
    if (!row || th_column_int(q, 0) != record->version - 1) {
        status = th_error_set(err, TH_CONFLICT, "store_constraint", "detail",
                              "parcel.version does not follow", NULL);
    } else if (strcmp(th_column_text(q, 1), "retired") == 0) {
        status = th_error_set(err, TH_CONFLICT, "parcel_is_retired", NULL);
        th_error_add_int(err, "parcel", record->parcel_id);
    } else if (th_date_compare(record->from, th_column_date(q, 2)) < 0) {
        char from[TH_DATE_TEXT_SIZE];
        status =
            th_error_set(err, TH_CONFLICT, "parcel_version_date", "date",
                         th_date_format(record->from, from), "since", th_column_text(q, 2), NULL);
        th_error_add_int(err, "parcel", record->parcel_id);
    }
    th_stmt_done(q);
    return status;
}

static enum th_status store_next(struct th_store *store, const struct th_parcel_record *record,
                                 struct th_error *err)
{
    static const char SQL_NEXT[] = "UPDATE parcel SET version = ?2 WHERE parcel_id = ?1";
    enum th_status status = check_next(store, record, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_stmt *q = th_db_query(store, SQL_NEXT);
    th_bind_int(q, 1, record->parcel_id);
    th_bind_int(q, 2, record->version);
    return th_stmt_run(q, err);
}

enum th_status th_parcel_row_write(struct th_store *store,
                                   const struct th_parcel_version_row *version, int64_t seq,
                                   int64_t *ret_version_id, struct th_error *err)
{
    static const char SQL_VERSION[] = INTO_VERSION VERSION;
    const struct th_parcel_record *record = version->record;
    int64_t version_id = 0;
    enum th_status status = record->version == 1 ? store_identity(store, record, seq, err)
                                                 : store_next(store, record, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_stmt *q = th_db_query(store, SQL_VERSION);
    bind_version(q, 0, version, seq);
    status = th_stmt_insert(q, &version_id, err);
    if (status == TH_OK) {
        status = th_entry_note_version(store, version_id, &version->row->row_hash, seq, err);
    }
    if (status == TH_OK) {
        *ret_version_id = version_id;
    }
    return status;
}

enum th_status th_parcel_rows_write(struct th_store *store,
                                    const struct th_parcel_version_row *versions, int64_t seq,
                                    int64_t *ret_last_version_id, struct th_error *err)
{
    static const char SQL_NEW_AT_ONCE[] = INTO_PARCEL TH_DB_AT_ONCE(PARCEL);
    static const char SQL_VERSIONS_AT_ONCE[] = INTO_VERSION TH_DB_AT_ONCE(VERSION);
    struct th_stmt *q = th_db_query(store, SQL_NEW_AT_ONCE);
    for (int i = 0; i < TH_DB_N_AT_ONCE; i++) {
        bind_identity(q, i * PARCEL_PARAMETERS, versions[i].record, seq);
    }
    enum th_status status = th_stmt_run(q, err);
    if (status != TH_OK) {
        return status;
    }
    q = th_db_query(store, SQL_VERSIONS_AT_ONCE);
    for (int i = 0; i < TH_DB_N_AT_ONCE; i++) {
        bind_version(q, i * VERSION_PARAMETERS, &versions[i], seq);
    }
    int64_t last_id = 0;
    status = th_stmt_insert(q, &last_id, err);
    for (int i = 0; i < TH_DB_N_AT_ONCE && status == TH_OK; i++) {
        status = th_entry_note_version(store, last_id - (TH_DB_N_AT_ONCE - 1 - i),
                                       &versions[i].row->row_hash, seq, err);
    }
    if (status == TH_OK) {
        *ret_last_version_id = last_id;
    }
    return status;
}

enum th_status th_parcel_insert(struct th_store *store, const struct th_parcel_record *record,
                                const char *attributes, const void *wkb, size_t wkb_size,
                                int64_t seq, struct th_hash *ret_row_hash, struct th_error *err)
{
    struct th_parcel_row row = {0};
    int64_t version_id = 0;
    enum th_status status = th_parcel_row_prepare(record, attributes, wkb, wkb_size, &row, err);
    if (status == TH_OK) {
        status =
            th_parcel_row_write(store, &(struct th_parcel_version_row){record, attributes, &row},
                                seq, &version_id, err);
    }
    if (status == TH_OK) {
        *ret_row_hash = row.row_hash;
    }
    th_parcel_row_clear(&row);
    return status;
}
