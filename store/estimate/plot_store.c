#include "store/estimate/plot_store.h"

#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/text.h"
#include "store/db_internal.h"
#include "store/journal/row_check_internal.h"

// A plot in memory while it is read: the texts of its stems stay in `texts`.
struct loading {
    int64_t *parcels;
    size_t n_parcels, parcels_capacity;
    struct th_plot_stem *stems;
    size_t n_stems, stems_capacity;
    char **texts;
    size_t n_texts, texts_capacity;
};

static void loading_clear(struct loading *l)
{
    for (size_t i = 0; i < l->n_texts; i++) {
        free(l->texts[i]);
    }
    l->n_texts = 0;
    l->n_parcels = 0;
    l->n_stems = 0;
}

static void loading_free(struct loading *l)
{
    loading_clear(l);
    free(l->parcels);
    free(l->stems);
    free(l->texts);
}

// Room for one more of `size` bytes each; NULL when there is none.
static void *grow(void *items, size_t n, size_t *capacity, size_t size)
{
    if (n < *capacity) {
        return items;
    }
    size_t larger = *capacity == 0 ? 16 : 2 * *capacity;
    void *grown = realloc(items, larger * size);
    if (grown != NULL) {
        *capacity = larger;
    }
    return grown;
}

// A copy that lives as long as the plot; NULL when out of memory.
static const char *keep_text(struct loading *l, const char *text)
{
    char **texts = grow(l->texts, l->n_texts, &l->texts_capacity, sizeof(*texts));
    if (texts == NULL) {
        return NULL;
    }
    l->texts = texts;
    l->texts[l->n_texts] = th_text_duplicate(text);
    return l->texts[l->n_texts] == NULL ? NULL : l->texts[l->n_texts++];
}

static enum th_status load_parcels(struct th_store *store, int64_t plot_id, struct loading *l,
                                   struct th_error *err)
{
    static const char SQL[] =
        "SELECT parcel_id FROM plot_parcel WHERE plot_id = ?1 ORDER BY parcel_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, plot_id);
    enum th_status status = TH_OK;
    while (th_stmt_next(q, &status, err)) {
        int64_t *parcels = grow(l->parcels, l->n_parcels, &l->parcels_capacity, sizeof(*parcels));
        if (parcels == NULL) {
            status = th_error_no_memory(err);
            continue;
        }
        l->parcels = parcels;
        l->parcels[l->n_parcels++] = th_column_int(q, 0);
    }
    th_stmt_done(q);
    return status;
}

static enum th_status load_stems(struct th_store *store, int64_t plot_id, struct loading *l,
                                 struct th_error *err)
{
    static const char SQL[] = "SELECT species, dbh_cm, coalesce(age, 0), height_m, n, source_row,"
                              " volume_m3"
                              " FROM plot_stem WHERE plot_id = ?1 ORDER BY ordinal";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, plot_id);
    enum th_status status = TH_OK;
    while (th_stmt_next(q, &status, err)) {
        struct th_plot_stem *stems = grow(l->stems, l->n_stems, &l->stems_capacity, sizeof(*stems));
        if (stems == NULL) {
            status = th_error_no_memory(err);
            continue;
        }
        l->stems = stems;
        bool height = !th_column_is_null(q, 3);
        bool volume = !th_column_is_null(q, 6);
        struct th_plot_stem *stem = &l->stems[l->n_stems++];
        *stem =
            (struct th_plot_stem){.species = keep_text(l, th_column_text(q, 0)),
                                  .dbh_cm = keep_text(l, th_column_text(q, 1)),
                                  .age = th_column_int(q, 2),
                                  .height_m = height ? keep_text(l, th_column_text(q, 3)) : NULL,
                                  .volume_m3 = volume ? keep_text(l, th_column_text(q, 6)) : NULL,
                                  .n = th_column_int(q, 4),
                                  .source_row = th_column_int(q, 5)};
        if (stem->species == NULL || stem->dbh_cm == NULL || (height && stem->height_m == NULL) ||
            (volume && stem->volume_m3 == NULL)) {
            status = th_error_no_memory(err);
        }
    }
    th_stmt_done(q);
    return status;
}

// BLAKE2b of the canonical JSON array of everything but id and entry.
static enum th_status row_hash(const struct th_plot *plot, struct th_hash *ret_hash,
                               struct th_error *err)
{
    char hex[TH_HASH_HEX_SIZE];
    struct th_json *row = th_json_array();
    struct th_json *parcels = th_json_array();
    struct th_json *stems = th_json_array();
    th_json_append_text(row, "tanhui-plot-1");
    th_json_append_text(row, plot->village);
    th_json_append_text(row, plot->number);
    th_json_append_text(row, plot->surveyed);
    th_json_append_int(row, plot->version);
    th_json_append_text(row, plot->stratum);
    th_json_append_text(row, plot->area_m2);
    th_json_append_text(row, plot->source);
    th_json_append_text(row, th_hash_hex(&plot->sha256, hex));
    for (size_t i = 0; i < plot->n_parcels; i++) {
        th_json_append_int(parcels, plot->parcels[i]);
    }
    for (size_t i = 0; i < plot->n_stems; i++) {
        struct th_json *stem = th_json_array();
        th_json_append_text(stem, plot->stems[i].species);
        th_json_append_text(stem, plot->stems[i].dbh_cm);
        th_json_append_int(stem, plot->stems[i].age);
        th_json_append_text(stem, plot->stems[i].height_m != NULL ? plot->stems[i].height_m : "");
        th_json_append_text(stem, plot->stems[i].volume_m3 != NULL ? plot->stems[i].volume_m3 : "");
        th_json_append_int(stem, plot->stems[i].n);
        th_json_append_int(stem, plot->stems[i].source_row);
        th_json_append(stems, stem);
    }
    th_json_append(row, parcels);
    th_json_append(row, stems);
    enum th_status status = th_row_hash_json(row, ret_hash, err);
    th_json_free(row);
    return status;
}

// Ordinary questions scan all plots; those of estimates go by the indexes of parcels and strata.
#define PLOT_COLUMNS                                                                               \
    "SELECT p.plot_id, p.village, p.number, p.surveyed, p.version, p.stratum, p.area_m2,"          \
    " p.source, p.sha256, p.row_hash, p.seq FROM plot p"

static enum th_status read_plot(struct th_store *store, struct th_stmt *q, struct loading *l,
                                struct th_plot *ret_plot, struct th_error *err)
{
    struct th_plot plot = {.plot_id = th_column_int(q, 0),
                           .village = th_column_text(q, 1),
                           .number = th_column_text(q, 2),
                           .surveyed = th_column_text(q, 3),
                           .version = th_column_int(q, 4),
                           .stratum = th_column_text(q, 5),
                           .area_m2 = th_column_text(q, 6),
                           .source = th_column_text(q, 7),
                           .seq = th_column_int(q, 10)};
    th_column_hash(q, 8, &plot.sha256);
    th_column_hash(q, 9, &plot.row_hash);
    loading_clear(l);
    enum th_status status = load_parcels(store, plot.plot_id, l, err);
    if (status == TH_OK) {
        status = load_stems(store, plot.plot_id, l, err);
    }
    if (status != TH_OK) {
        return status;
    }
    plot.parcels = l->parcels;
    plot.n_parcels = l->n_parcels;
    plot.stems = l->stems;
    plot.n_stems = l->n_stems;
    *ret_plot = plot;
    return TH_OK;
}

enum th_status th_plot_each(struct th_store *store, const struct th_plot_question *question,
                            bool (*visit)(void *context, const struct th_plot *plot), void *context,
                            struct th_error *err)
{
#define PLOT_CONDITIONS                                                                            \
    " p.plot_id BETWEEN ?1 AND ?2"                                                                 \
    " AND (?3 = 0 OR p.plot_id IN (SELECT plot_id FROM plot_parcel WHERE parcel_id = ?3))"         \
    " AND (?4 IS NULL OR p.stratum = ?4) AND (?5 IS NULL OR p.village = ?5)"                       \
    " AND (?6 IS NULL OR p.number = ?6)"                                                           \
    " AND (?7 = 0 OR CAST(substr(p.surveyed, 1, 4) AS INTEGER) = ?7)"                              \
    " AND (?8 OR NOT EXISTS (SELECT 1 FROM plot b WHERE b.village = p.village"                     \
    "  AND b.number = p.number AND b.surveyed = p.surveyed AND b.version > p.version))"            \
    " ORDER BY p.village, p.number, p.surveyed, p.version"
    static const char SQL_ANY[] = PLOT_COLUMNS " WHERE" PLOT_CONDITIONS;
    static const char SQL_PARCEL[] =
        PLOT_COLUMNS " WHERE p.plot_id IN (SELECT plot_id FROM plot_parcel WHERE parcel_id = ?3)"
                     " AND" PLOT_CONDITIONS;
    static const char SQL_STRATUM[] =
        PLOT_COLUMNS " WHERE p.stratum = ?4 AND p.stratum <> '' AND" PLOT_CONDITIONS;
    struct loading l = {0};
    bool stratum = question->stratum != NULL && question->stratum[0] != '\0';
    struct th_stmt *q = th_db_query(store, question->parcel_id > 0 ? SQL_PARCEL
                                           : stratum               ? SQL_STRATUM
                                                                   : SQL_ANY);
    th_bind_int(q, 1, question->plot_id);
    th_bind_int(q, 2, question->plot_id > 0 ? question->plot_id : INT64_MAX);
    th_bind_int(q, 3, question->parcel_id);
    th_bind_text(q, 4, question->stratum);
    th_bind_text(q, 5, question->village);
    th_bind_text(q, 6, question->number);
    th_bind_int(q, 7, question->year);
    th_bind_int(q, 8, question->all_versions || question->plot_id > 0);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        struct th_plot plot;
        status = read_plot(store, q, &l, &plot, err);
        go_on = status == TH_OK && visit(context, &plot);
    }
    th_stmt_done(q);
    loading_free(&l);
    return status;
}

int th_plot_year(const char *surveyed)
{
    int year = 0;
    for (int i = 0; i < 4 && surveyed[i] >= '0' && surveyed[i] <= '9'; i++) {
        year = 10 * year + (surveyed[i] - '0');
    }
    return year;
}

static enum th_status insert_parts(struct th_store *store, const struct th_plot *plot,
                                   int64_t plot_id, struct th_error *err)
{
    static const char SQL_PARCEL[] = "INSERT INTO plot_parcel (plot_id, parcel_id) VALUES (?1, ?2)";
    static const char SQL_STEM[] =
        "INSERT INTO plot_stem (plot_id, ordinal, species, dbh_cm, age, height_m, n, source_row,"
        " volume_m3) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && i < plot->n_parcels; i++) {
        struct th_stmt *q = th_db_query(store, SQL_PARCEL);
        th_bind_int(q, 1, plot_id);
        th_bind_int(q, 2, plot->parcels[i]);
        status = th_stmt_run(q, err);
    }
    for (size_t i = 0; status == TH_OK && i < plot->n_stems; i++) {
        const struct th_plot_stem *stem = &plot->stems[i];
        struct th_stmt *q = th_db_query(store, SQL_STEM);
        th_bind_int(q, 1, plot_id);
        th_bind_int(q, 2, (int64_t)i + 1);
        th_bind_text(q, 3, stem->species);
        th_bind_text(q, 4, stem->dbh_cm);
        th_bind_id(q, 5, stem->age);
        th_bind_text(q, 6, stem->height_m);
        th_bind_int(q, 7, stem->n);
        th_bind_int(q, 8, stem->source_row);
        th_bind_text(q, 9, stem->volume_m3);
        status = th_stmt_run(q, err);
    }
    return status;
}

enum th_status th_plot_insert(struct th_store *store, const struct th_plot *plot,
                              int64_t *ret_plot_id, struct th_hash *ret_row_hash,
                              struct th_error *err)
{
    static const char SQL[] =
        "INSERT INTO plot (village, number, surveyed, version, stratum, area_m2, source, sha256,"
        " row_hash, seq) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    int64_t plot_id = 0;
    struct th_hash hash;
    enum th_status status = row_hash(plot, &hash, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, plot->village);
    th_bind_text(q, 2, plot->number);
    th_bind_text(q, 3, plot->surveyed);
    th_bind_int(q, 4, plot->version);
    th_bind_text(q, 5, plot->stratum);
    th_bind_text(q, 6, plot->area_m2);
    th_bind_text(q, 7, plot->source);
    th_bind_hash(q, 8, &plot->sha256);
    th_bind_hash(q, 9, &hash);
    th_bind_int(q, 10, plot->seq);
    status = th_stmt_insert(q, &plot_id, err);
    if (status == TH_OK) {
        status = insert_parts(store, plot, plot_id, err);
    }
    if (status == TH_OK) {
        *ret_plot_id = plot_id;
        *ret_row_hash = hash;
    }
    return status;
}

enum th_status th_plot_check_all(struct th_store *store, const struct th_check_sink *sink,
                                 struct th_error *err)
{
    static const char SQL[] = PLOT_COLUMNS " ORDER BY p.seq, p.plot_id";
    struct th_row_check check = {.store = store};
    struct loading l = {0};
    struct th_stmt *q = th_db_query(store, SQL);
    enum th_status status = TH_OK;
    while (th_stmt_next(q, &status, err)) {
        struct th_plot plot;
        struct th_hash hash;
        status = read_plot(store, q, &l, &plot, err);
        if (status == TH_OK) {
            status = row_hash(&plot, &hash, err);
        }
        if (status == TH_OK) {
            status = th_row_check_add(&check, plot.plot_id, plot.seq, &hash, &plot.row_hash, err);
        }
    }
    th_stmt_done(q);
    loading_free(&l);
    return th_row_check_end(&check, status, sink, "plot_digests", err);
}

enum th_status th_plot_each_parcel(struct th_store *store,
                                   bool (*visit)(void *context, int64_t parcel_id), void *context,
                                   struct th_error *err)
{
    static const char SQL[] = "SELECT DISTINCT parcel_id FROM plot_parcel ORDER BY parcel_id";
    struct th_stmt *q = th_db_query(store, SQL);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        go_on = visit(context, th_column_int(q, 0));
    }
    th_stmt_done(q);
    return status;
}
