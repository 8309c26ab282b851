#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "core/text.h"
#include "registry/records/activity_internal.h"
#include "registry/reply.h"
#include "store/estimate/activity_store.h"
#include "store/estimate/package_store.h"

// What the registry has of a parcel and year; copies.
struct known {
    int64_t version; // 0: nothing
    char *quantities;
    char *origins;
    bool no_memory;
};

static bool meet_known(void *context, const struct th_activity *activity)
{
    struct known *k = context;
    k->version = activity->version;
    k->quantities = th_text_duplicate(activity->quantities);
    k->origins = th_text_duplicate(activity->origins);
    k->no_memory = k->quantities == NULL || k->origins == NULL;
    return false;
}

// What was said before, without what was reckoned from it.
static enum th_status known_parse(const struct known *k, struct th_json **ret_quantities,
                                  struct th_json **ret_origins, struct th_error *err)
{
    struct th_json *quantities = NULL;
    struct th_json *origins = NULL;
    if (k->version == 0) {
        *ret_quantities = th_json_object();
        *ret_origins = th_json_object();
        return TH_OK;
    }
    enum th_status status = th_json_parse(k->quantities, strlen(k->quantities), &quantities, err);
    if (status == TH_OK) {
        status = th_json_parse(k->origins, strlen(k->origins), &origins, err);
    }
    if (status != TH_OK) {
        th_json_free(quantities);
        return status;
    }
    if (th_json_get(th_json_get(origins, "n_synthetic"), "products") != NULL) {
        th_json_remove(quantities, "n_synthetic");
        th_json_remove(origins, "n_synthetic");
    }
    *ret_quantities = quantities;
    *ret_origins = origins;
    return TH_OK;
}

// A column of the table goes before what was said earlier, an empty cell takes it back.
static void overlay(const struct th_activity_said *row, struct th_json *quantities,
                    struct th_json *origins)
{
    for (void *it = th_json_iter(row->given); it != NULL; it = th_json_iter_next(row->given, it)) {
        const char *key = th_json_iter_key(it);
        const struct th_json *value = th_json_iter_value(it);
        const struct th_json *origin = th_json_get(row->origins, key);
        th_json_remove(quantities, key);
        th_json_remove(origins, key);
        if (th_json_type(value) == TH_JSON_STRING) {
            th_json_set(quantities, key, th_json_copy(value));
        }
        if (origin != NULL) {
            th_json_set(origins, key, th_json_copy(origin));
        }
    }
}

// A package that is submitted or issued has used what was on record for the year, or its defaults
// where nothing was: whoever says something now must know that it comes too late for that.
static enum th_status warn_packaged(struct th_activity_run *m, size_t row, bool known,
                                    struct th_error *err)
{
    struct th_error what;
    struct th_package_record package;
    int64_t package_id = 0;
    const struct th_activity_row *r = &m->rows[row];
    struct th_store *store = th_work_store(m->import.work);
    enum th_status status =
        th_package_rival(store, 0, r->parcel_id, (struct th_date){r->year, 1, 1},
                         (struct th_date){r->year, 12, 31}, &package_id, err);
    if (status == TH_OK && package_id != 0) {
        status = th_package_load(store, package_id, &package, err);
    }
    // A draft is estimated again, and tonnes by statement used no records.
    if (status != TH_OK || package_id == 0 || th_text_equals(package.state, "draft") ||
        package.run_id == 0) {
        return status;
    }
    (void)th_error_set(&what, TH_DATA_PROBLEM,
                       known ? "activity_packaged" : "activity_packaged_without", NULL);
    th_error_add_int(&what, "package", package_id);
    th_error_add_int(&what, "year", r->year);
    th_activity_problem(m, row, "record_changed", false, &what);
    return TH_OK;
}

static enum th_status store_row(struct th_activity_run *m, size_t row, const struct known *known,
                                const char *quantities, const char *origins, struct th_error *err)
{
    struct th_hash hash;
    struct th_activity_row *r = &m->rows[row];
    const struct th_activity activity = {.parcel_id = r->parcel_id,
                                         .year = r->year,
                                         .version = known->version + 1,
                                         .quantities = quantities,
                                         .origins = origins,
                                         .source = th_file_base_name(m->import.options->source),
                                         .sha256 = m->import.sha256,
                                         .source_row = m->import.sheet.lines[row].line,
                                         .seq = th_work_seq(m->import.work)};
    enum th_status status =
        th_activity_insert(th_work_store(m->import.work), &activity, &hash, err);
    if (status == TH_OK) {
        status = warn_packaged(m, row, known->version > 0, err);
    }
    if (status != TH_OK) {
        return status;
    }
    th_hasher_update(m->import.stored, hash.bytes, sizeof(hash.bytes));
    m->import.n_accepted++;
    m->import.n_stored++;
    m->import.n_changed += known->version > 0 ? 1 : 0;
    th_json_append_int(m->import.parcel_ids, r->parcel_id);
    return TH_OK;
}

// Stores what the row makes of the record, unless that is what the registry has.
static enum th_status settle(struct th_activity_run *m, size_t row,
                             const struct th_activity_said *said, const struct known *known,
                             struct th_error *err)
{
    struct th_json *quantities = NULL;
    struct th_json *origins = NULL;
    char *quantities_text = NULL;
    char *origins_text = NULL;
    bool less = false;
    enum th_status status = known_parse(known, &quantities, &origins, err);
    if (status == TH_OK) {
        overlay(said, quantities, origins);
        status = th_activity_nitrogen(&m->import.keys, quantities, origins, &less, err);
    }
    if (status == TH_OK) {
        status = th_json_dump(quantities, TH_JSON_CANONICAL, &quantities_text, err);
    }
    if (status == TH_OK) {
        status = th_json_dump(origins, TH_JSON_CANONICAL, &origins_text, err);
    }
    if (status == TH_OK && less) {
        struct th_error what;
        (void)th_error_set(&what, TH_DATA_PROBLEM, "activity_nitrogen_less", "value",
                           th_json_get_text(quantities, "n_synthetic", ""), NULL);
        th_activity_problem(m, row, "attribute_range", true, &what);
    } else if (status == TH_OK && known->version > 0 &&
               strcmp(quantities_text, known->quantities) == 0) {
        m->import.n_unchanged++;
    } else if (status == TH_OK) {
        status = store_row(m, row, known, quantities_text, origins_text, err);
    }
    free(quantities_text);
    free(origins_text);
    th_json_free(quantities);
    th_json_free(origins);
    return status;
}

static enum th_status decide(struct th_activity_run *m, size_t row, struct th_error *err)
{
    struct known known = {0};
    struct th_activity_said said = {NULL, NULL};
    const struct th_activity_question question = {.parcel_id = m->rows[row].parcel_id,
                                                  .year = m->rows[row].year};
    enum th_status status = th_activity_row_read(m, row, &said, err);
    if (status == TH_OK && !m->rows[row].bad) {
        status =
            th_activity_each(th_work_store(m->import.work), &question, meet_known, &known, err);
        if (status == TH_OK && known.no_memory) {
            status = th_error_no_memory(err);
        }
        if (status == TH_OK) {
            status = settle(m, row, &said, &known, err);
        }
    }
    free(known.quantities);
    free(known.origins);
    th_json_free(said.given);
    th_json_free(said.origins);
    return status;
}

struct place {
    int64_t parcel_id;
    int year;
    size_t row;
};

static int compare_places(const void *a, const void *b)
{
    const struct place *left = a;
    const struct place *right = b;
    if (left->parcel_id != right->parcel_id) {
        return left->parcel_id < right->parcel_id ? -1 : 1;
    }
    if (left->year != right->year) {
        return left->year < right->year ? -1 : 1;
    }
    return left->row < right->row ? -1 : 1;
}

static void tell_twice(struct th_activity_run *m, size_t row, size_t other)
{
    struct th_error what;
    (void)th_error_set(&what, TH_DATA_PROBLEM, "activity_twice", NULL);
    th_error_add_int(&what, "year", m->rows[row].year);
    th_error_add_int(&what, "other", m->import.sheet.lines[other].line);
    th_activity_problem(m, row, "duplicate", true, &what);
}

// Of several rows of one parcel and year nobody knows which holds.
static enum th_status refuse_repeated(struct th_activity_run *m, struct th_error *err)
{
    size_t n = 0;
    struct place *places = calloc(m->import.sheet.n + 1, sizeof(*places));
    if (places == NULL) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < m->import.sheet.n; i++) {
        if (!m->rows[i].bad) {
            places[n++] = (struct place){m->rows[i].parcel_id, m->rows[i].year, i};
        }
    }
    qsort(places, n, sizeof(*places), compare_places);
    for (size_t i = 0; i < n;) {
        size_t end = i + 1;
        while (end < n && places[end].parcel_id == places[i].parcel_id &&
               places[end].year == places[i].year) {
            end++;
        }
        for (size_t k = i; end > i + 1 && k < end; k++) {
            tell_twice(m, places[k].row, places[k == i ? i + 1 : i].row);
        }
        i = end;
    }
    free(places);
    return TH_OK;
}

static enum th_status take_rows(void *run, struct th_error *err)
{
    struct th_activity_run *m = run;
    size_t n = m->import.sheet.n;
    m->rows = calloc(n + 1, sizeof(*m->rows));
    enum th_status status = m->rows ? TH_OK : th_error_no_memory(err);
    for (size_t i = 0; status == TH_OK && i < n; i++) {
        status = th_activity_row_take(m, i, err);
    }
    if (status == TH_OK) {
        status = refuse_repeated(m, err);
    }
    for (size_t i = 0; status == TH_OK && i < n; i++) {
        if (m->rows[i].parcel_id != 0 && m->rows[i].year != 0) {
            status = decide(m, i, err);
        }
    }
    return status;
}

static const struct th_record_kind kind = {.name = "activity",
                                           .command = "activity.import",
                                           .fields = "activity.json",
                                           .permission = TH_MAY_REGISTER,
                                           .headings = TH_FIELDS_OF_ACTIVITY,
                                           .judge_column = th_activity_column_judge,
                                           .check_columns = th_activity_columns_check,
                                           .take_rows = take_rows};

enum th_status th_activity_import(struct th_registry *registry, const struct th_request *request,
                                  const struct th_record_options *options,
                                  struct th_json **ret_reply, struct th_error *err)
{
    struct th_activity_run *m = calloc(1, sizeof(*m));
    enum th_status status =
        m ? th_record_import(&kind, m, &m->import, registry, request, options, ret_reply, err)
          : th_error_no_memory(err);
    if (m) {
        free(m->rows);
    }
    free(m);
    return status;
}
