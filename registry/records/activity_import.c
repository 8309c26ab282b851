#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "core/text.h"
#include "registry/records/activity_internal.h"
#include "registry/reply.h"
#include "store/activity_store.h"
#include "store/parcel_store.h"

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
    if (status == TH_OK)
        status = th_json_parse(k->origins, strlen(k->origins), &origins, err);
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
        if (th_json_type(value) == TH_JSON_STRING)
            th_json_set(quantities, key, th_json_copy(value));
        if (origin != NULL)
            th_json_set(origins, key, th_json_copy(origin));
    }
}

static enum th_status warn_packaged(struct th_activity_run *m, size_t row, struct th_error *err)
{
    struct th_error what;
    int64_t package_id = 0;
    enum th_status status = th_parcel_packaged(th_work_store(m->work), m->rows[row].parcel_id,
                                               m->rows[row].year, &package_id, err);
    if (status != TH_OK || package_id == 0)
        return status;
    (void)th_error_set(&what, TH_DATA_PROBLEM, "activity_packaged", NULL);
    th_error_add_int(&what, "package", package_id);
    th_activity_problem(m, row, "record_changed", false, &what);
    return TH_OK;
}

static enum th_status store_row(struct th_activity_run *m, size_t row, const struct known *known,
                                const char *quantities, const char *origins,
                                const struct th_hash *sha256, struct th_error *err)
{
    struct th_hash hash;
    struct th_activity_row *r = &m->rows[row];
    const struct th_activity activity = {.parcel_id = r->parcel_id,
                                         .year = r->year,
                                         .version = known->version + 1,
                                         .quantities = quantities,
                                         .origins = origins,
                                         .source = th_file_base_name(m->options->source),
                                         .sha256 = *sha256,
                                         .source_row = m->sheet.lines[row].line,
                                         .seq = th_work_seq(m->work)};
    enum th_status status = th_activity_insert(th_work_store(m->work), &activity, &hash, err);
    if (status == TH_OK && known->version > 0)
        status = warn_packaged(m, row, err);
    if (status != TH_OK)
        return status;
    th_hasher_update(m->stored, hash.bytes, sizeof hash.bytes);
    m->n_accepted++;
    m->n_changed += known->version > 0 ? 1 : 0;
    th_json_append_int(m->parcel_ids, r->parcel_id);
    return TH_OK;
}

// Stores what the row makes of the record, unless that is what the registry has.
static enum th_status settle(struct th_activity_run *m, size_t row,
                             const struct th_activity_said *said, const struct known *known,
                             const struct th_hash *sha256, struct th_error *err)
{
    struct th_json *quantities = NULL;
    struct th_json *origins = NULL;
    char *quantities_text = NULL;
    char *origins_text = NULL;
    bool less = false;
    enum th_status status = known_parse(known, &quantities, &origins, err);
    if (status == TH_OK) {
        overlay(said, quantities, origins);
        status = th_activity_nitrogen(&m->keys, quantities, origins, &less, err);
    }
    if (status == TH_OK)
        status = th_json_dump(quantities, TH_JSON_CANONICAL, &quantities_text, err);
    if (status == TH_OK)
        status = th_json_dump(origins, TH_JSON_CANONICAL, &origins_text, err);
    if (status == TH_OK && less) {
        struct th_error what;
        (void)th_error_set(&what, TH_DATA_PROBLEM, "activity_nitrogen_less", "value",
                           th_json_get_text(quantities, "n_synthetic", ""), NULL);
        th_activity_problem(m, row, "attribute_range", true, &what);
    } else if (status == TH_OK && known->version > 0 &&
               strcmp(quantities_text, known->quantities) == 0) {
        m->n_unchanged++;
    } else if (status == TH_OK) {
        status = store_row(m, row, known, quantities_text, origins_text, sha256, err);
    }
    free(quantities_text);
    free(origins_text);
    th_json_free(quantities);
    th_json_free(origins);
    return status;
}

static enum th_status decide(struct th_activity_run *m, size_t row, const struct th_hash *sha256,
                             struct th_error *err)
{
    struct known known = {0};
    struct th_activity_said said = {NULL, NULL};
    const struct th_activity_question question = {.parcel_id = m->rows[row].parcel_id,
                                                  .year = m->rows[row].year};
    enum th_status status = th_activity_row_read(m, row, &said, err);
    if (status == TH_OK && !m->rows[row].bad) {
        status = th_activity_each(th_work_store(m->work), &question, meet_known, &known, err);
        if (status == TH_OK && known.no_memory)
            status = th_error_no_memory(err);
        if (status == TH_OK)
            status = settle(m, row, &said, &known, sha256, err);
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
    if (left->parcel_id != right->parcel_id)
        return left->parcel_id < right->parcel_id ? -1 : 1;
    if (left->year != right->year)
        return left->year < right->year ? -1 : 1;
    return left->row < right->row ? -1 : 1;
}

static void tell_twice(struct th_activity_run *m, size_t row, size_t other)
{
    struct th_error what;
    (void)th_error_set(&what, TH_DATA_PROBLEM, "activity_twice", NULL);
    th_error_add_int(&what, "year", m->rows[row].year);
    th_error_add_int(&what, "other", m->sheet.lines[other].line);
    th_activity_problem(m, row, "duplicate", true, &what);
}

// Of several rows of one parcel and year nobody knows which holds.
static enum th_status refuse_repeated(struct th_activity_run *m, struct th_error *err)
{
    size_t n = 0;
    struct place *places = calloc(m->sheet.n + 1, sizeof *places);
    if (places == NULL)
        return th_error_no_memory(err);
    for (size_t i = 0; i < m->sheet.n; i++)
        if (!m->rows[i].bad)
            places[n++] = (struct place){m->rows[i].parcel_id, m->rows[i].year, i};
    qsort(places, n, sizeof *places, compare_places);
    for (size_t i = 0; i < n;) {
        size_t end = i + 1;
        while (end < n && places[end].parcel_id == places[i].parcel_id &&
               places[end].year == places[i].year)
            end++;
        for (size_t k = i; end > i + 1 && k < end; k++)
            tell_twice(m, places[k].row, places[k == i ? i + 1 : i].row);
        i = end;
    }
    free(places);
    return TH_OK;
}

static enum th_status import_rows(struct th_activity_run *m, const struct th_hash *sha256,
                                  struct th_error *err)
{
    m->rows = calloc(m->sheet.n + 1, sizeof *m->rows);
    m->stored = th_hasher_new(TH_HASH_BLAKE2B);
    enum th_status status = m->rows == NULL || m->stored == NULL ? th_error_no_memory(err) : TH_OK;
    if (status == TH_OK)
        status = th_sheet_places_new(m->work, m->options->village, &m->places, err);
    for (size_t i = 0; status == TH_OK && i < m->sheet.n; i++)
        status = th_activity_row_take(m, i, err);
    if (status == TH_OK)
        status = refuse_repeated(m, err);
    for (size_t i = 0; status == TH_OK && i < m->sheet.n; i++)
        if (m->rows[i].parcel_id != 0 && m->rows[i].year != 0)
            status = decide(m, i, sha256, err);
    return status;
}

static struct th_json *reply_json(struct th_activity_run *m)
{
    struct th_json *reply = th_json_object();
    int64_t n = (int64_t)m->sheet.n;
    th_json_set_int(reply, "read", n);
    th_json_set_int(reply, "accepted", m->n_accepted);
    th_json_set_int(reply, "changed", m->n_changed);
    th_json_set_int(reply, "rejected", n - m->n_accepted - m->n_unchanged);
    th_json_set_int(reply, "unchanged", m->n_unchanged);
    th_json_set_int(reply, "repaired", 0);
    th_json_set(reply, "problems", th_sheet_told_json(&m->told));
    th_json_set(reply, "parcel_ids", th_json_copy(m->parcel_ids));
    th_json_set(reply, "ignored", th_json_copy(m->columns.ignored));
    th_json_set_real(reply, "seconds", 0);
    return reply;
}

static enum th_status run(struct th_activity_run *m, const struct th_request *request,
                          struct th_json **ret_reply, struct th_error *err)
{
    struct th_hash sha256;
    char hex[TH_HASH_HEX_SIZE];
    enum th_status status = th_hash_file(TH_HASH_SHA256, m->options->source, &sha256, err);
    if (status != TH_OK)
        return status;
    struct th_json *input = th_json_object();
    th_json_set_text(input, "sha256", th_hash_hex(&sha256, hex));
    th_json_set_text(input, "year", m->options->year);
    th_json_set_text(input, "village", m->options->village);
    status = th_work_begin(m->registry, request, TH_MAY_REGISTER, "activity.import", input,
                           &m->work, ret_reply, err);
    th_json_free(input);
    if (status != TH_OK || m->work == NULL)
        return status;
    if (m->option_year > th_work_today(m->work).year) {
        status =
            th_error_set(err, TH_INVALID, "activity_year_future", "year", m->options->year, NULL);
    } else {
        status = import_rows(m, &sha256, err);
    }
    if (status == TH_OK && m->n_accepted == 0) {
        th_work_cancel(m->work);
        return th_reply_finish(TH_OK, reply_json(m), ret_reply, err);
    }
    struct th_json *body = th_json_object();
    if (status == TH_OK) {
        char rows[TH_HASH_HEX_SIZE];
        struct th_hash stored = th_hasher_final(m->stored);
        th_json_set_text(body, "source", th_file_base_name(m->options->source));
        th_json_set_text(body, "sha256", hex);
        th_json_set_int(body, "accepted", m->n_accepted);
        th_json_set_int(body, "changed", m->n_changed);
        th_json_set_text(body, "rows_blake2b", th_hash_hex(&stored, rows));
    }
    return th_work_end(m->work, status, "activity", body, reply_json(m), ret_reply, err);
}

enum th_status th_activity_import(struct th_registry *registry, const struct th_request *request,
                                  const struct th_activity_import_options *options,
                                  struct th_json **ret_reply, struct th_error *err)
{
    struct th_activity_run *m = calloc(1, sizeof *m);
    if (m == NULL)
        return th_error_no_memory(err);
    m->registry = registry;
    m->options = options;
    m->told = (struct th_sheet_told){.messages = options->messages, .lang = options->lang};
    m->parcel_ids = th_json_array();
    enum th_status status = TH_OK;
    if (options->year != NULL && !th_sheet_year(options->year, &m->option_year))
        status = th_error_set(err, TH_INVALID, "year_invalid", "year", options->year, NULL);
    if (status == TH_OK)
        status = th_sheet_keys_read("activity.json", &m->keys, err);
    if (status == TH_OK)
        status = th_sheet_read(options->source, &m->sheet, err);
    if (status == TH_OK)
        status = th_activity_columns_find(&m->keys, &m->sheet, &m->columns, err);
    if (status == TH_OK)
        status = run(m, request, ret_reply, err);
    free(m->rows);
    th_sheet_places_free(m->places);
    th_sheet_told_clear(&m->told);
    th_sheet_clear(&m->sheet);
    th_json_free(m->columns.ignored);
    th_json_free(m->parcel_ids);
    th_hasher_free(m->stored);
    free(m);
    return status;
}
