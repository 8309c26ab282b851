// Decides rows against the registry: known already, changed, new; and whose ground it is.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/intake/parcel_internal.h"
#include "registry/parcel_lineage.h"
#include "store/journal/journal_store.h"

enum {
    // Rows from which on all parcels of their villages are looked at instead of one for each row,
    // where the registry has not many times as many.
    TOGETHER_MIN = 1000,
    TOGETHER_SHARE = 8
};

static void refuse(struct th_import_run *run, struct th_staged_row *row, const char *code,
                   const struct th_error *problem)
{
    th_problems_add(&run->resolved, row->row, row->feature, TH_PROBLEM_ERROR, code, problem);
    row->fate = TH_ROW_REFUSED;
}

static void restart(struct th_import_run *run)
{
    th_problems_clear(&run->resolved);
    th_import_findings_clear(run);
    for (size_t i = 0; i < run->n_rows; i++) {
        struct th_staged_row *row = &run->rows[i];
        if (row->fate != TH_ROW_REJECTED) {
            row->fate = TH_ROW_PENDING;
        }
        row->compared = false;
        row->ground_kept = false;
        row->parcel_id = 0;
        row->version = 0;
        free(row->first_key);
        row->first_key = NULL;
        if (row->village_open) {
            row->village = TH_ROW_NO_INDEX;
        }
        if (row->kind_open) {
            row->kind = TH_ROW_NO_INDEX;
        }
        row->sliver = th_area_from_m2_300(0);
    }
    run->n_accepted = run->n_rejected = run->n_unchanged = 0;
}

static int compare_identity(const void *a, const void *b)
{
    const struct th_staged_row *const *left = a;
    const struct th_staged_row *const *right = b;
    if ((*left)->village != (*right)->village) {
        return (*left)->village < (*right)->village ? -1 : 1;
    }
    int order = strcmp((*left)->number, (*right)->number);
    if (order != 0) {
        return order;
    }
    return (*left)->row < (*right)->row ? -1 : 1;
}

// Of several rows with one number in one village the first stays.
static void refuse_repeated(struct th_import_run *run, struct th_staged_row **numbered, size_t n)
{
    for (size_t first = 0, i = 1; i < n; i++) {
        if (numbered[i]->village != numbered[first]->village ||
            strcmp(numbered[i]->number, numbered[first]->number) != 0) {
            first = i;
            continue;
        }
        struct th_error what;
        (void)th_error_set(&what, TH_DATA_PROBLEM, "number_repeated", "number", numbered[i]->number,
                           "village", run->villages.items[numbered[i]->village].name, NULL);
        th_error_add_int(&what, "other", numbered[first]->row);
        refuse(run, numbered[i], NULL, &what);
    }
}

// The pending rows that have a number, in order of village, number and row; free(). They often
// stand in this order already.
static struct th_staged_row **numbered_rows(const struct th_import_run *run, size_t *ret_n)
{
    struct th_staged_row **numbered = malloc((run->n_rows + 1) * sizeof(*numbered));
    size_t n = 0;
    bool ordered = true;
    for (size_t i = 0; numbered != NULL && i < run->n_rows; i++) {
        if (run->rows[i].fate != TH_ROW_PENDING || run->rows[i].number == NULL) {
            continue;
        }
        numbered[n++] = &run->rows[i];
        ordered = ordered && (n < 2 || compare_identity(&numbered[n - 2], &numbered[n - 1]) < 0);
    }
    if (!ordered) {
        qsort(numbered, n, sizeof(*numbered), compare_identity);
    }
    *ret_n = n;
    return numbered;
}

void th_import_row_record(const struct th_import_run *run, const struct th_staged_row *row,
                          struct th_parcel_record *ret_record)

{
    *ret_record = (struct th_parcel_record){.parcel_id = row->parcel_id,
                                            .version = row->version,
                                            .has_declared = row->has_declared,
                                            .declared = row->declared,
                                            .measured = row->measured,
                                            .sliver = row->sliver,
                                            .perimeter_mm = row->perimeter_mm,
                                            .source_row = row->row,
                                            .feature = row->feature,
                                            .geometry_hash = row->geometry_hash};
    th_text_copy(ret_record->kind, sizeof(ret_record->kind), th_parcel_kinds[row->kind]);
    th_text_copy(ret_record->village, sizeof(ret_record->village),
                 run->villages.items[row->village].code);
    th_text_copy(ret_record->number, sizeof(ret_record->number),
                 row->number == NULL ? "" : row->number);
    if (row->first_key != NULL) {
        th_text_copy(ret_record->source_key, sizeof(ret_record->source_key), row->first_key);
    } else {
        th_import_source_key(run, row, ret_record->source_key);
    }
    th_text_copy(ret_record->origin, sizeof(ret_record->origin),
                 row->repaired ? "repair" : "import");
    if (row->land_class != TH_ROW_NO_INDEX) {
        const struct th_land_class *land = &run->classes.items[row->land_class];
        th_text_copy(ret_record->land_scheme, sizeof(ret_record->land_scheme), land->scheme);
        th_text_copy(ret_record->land_class, sizeof(ret_record->land_class), land->code);
    }
}

struct th_staged_row *th_import_row(const struct th_import_run *run, int64_t number)
{
    size_t low = 0;
    size_t high = run->n_rows;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (run->rows[middle].row < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < run->n_rows && run->rows[low].row == number ? &run->rows[low] : NULL;
}

void th_import_source_key(const struct th_import_run *run, const struct th_staged_row *row,
                          char key[TH_PARCEL_KEY_SIZE])
{
    enum { LAYER_SIZE = 192 };
    th_hash_hex(&run->source.sha256, key);
    size_t used = TH_HASH_HEX_SIZE - 1;
    key[used++] = ':';
    th_text_copy(key + used, LAYER_SIZE, run->source.layer);
    used += strlen(key + used);
    snprintf(key + used, TH_PARCEL_KEY_SIZE - used, ":%lld", (long long)row->row);
}

static bool same_hash(const struct th_hash *a, const struct th_hash *b)
{
    return memcmp(a->bytes, b->bytes, TH_HASH_SIZE) == 0;
}

// Names one particular with its old and new value; "" stands for none.
static void say_change(struct th_error *what, const char *attribute, const char *old,
                       const char *new)
{
    th_error_add(what, "attribute", attribute);
    th_error_add(what, "old", old == NULL || old[0] == '\0' ? "@parcels.none" : old);
    th_error_add(what, "new", new == NULL || new[0] == '\0' ? "@parcels.none" : new);
}

static void say_kind_change(struct th_error *what, const char *old, const char *new)
{
    char keys[2][64];
    snprintf(keys[0], sizeof(keys[0]), "@parcel.kind.%s", old);
    snprintf(keys[1], sizeof(keys[1]), "@parcel.kind.%s", new);
    say_change(what, "@parcels.column.kind", keys[0], keys[1]);
}

static void say_declared_change(struct th_error *what, const struct th_parcel_record *old,
                                const struct th_parcel_record *new)
{
    char buf[2][TH_QUANTITY_TEXT_SIZE];
    say_change(what, "@parcels.column.declared_mu",
               old->has_declared ? th_cent_format(th_area_mu_cent(old->declared), buf[0]) : "",
               new->has_declared ? th_cent_format(th_area_mu_cent(new->declared), buf[1]) : "");
}

// The first attribute, in order of names, whose value is not the same in both; false when all are.
static bool say_attribute_change(struct th_error *what, const struct th_json *old,
                                 const struct th_json *new)
{
    const char *first = NULL;
    const struct th_json *const both[] = {old, new};
    for (size_t side = 0; side < 2; side++) {
        for (void *it = th_json_iter(both[side]); it != NULL;
             it = th_json_iter_next(both[side], it)) {
            const char *key = th_json_iter_key(it);
            if (!th_text_equals(th_json_get_text(old, key, NULL),
                                th_json_get_text(new, key, NULL)) &&
                (first == NULL || strcmp(key, first) < 0)) {
                first = key;
            }
        }
    }
    if (first == NULL) {
        return false;
    }
    say_change(what, first, th_json_get_text(old, first, NULL), th_json_get_text(new, first, NULL));
    return true;
}

// Adds to `what` the first of the particulars that differ, in the order of the content hash.
static enum th_status say_first_change(const struct th_import_run *run,
                                       const struct th_staged_row *row, int64_t parcel_id,
                                       struct th_error *what, struct th_error *err)
{
    struct th_parcel_record known;
    struct th_parcel_record own;
    char *stored = NULL;
    struct th_json *old = NULL;
    struct th_json *new = NULL;
    enum th_status status = th_parcel_load(run->store, parcel_id, 0, &known, err);
    if (status != TH_OK) {
        return status;
    }
    th_import_row_record(run, row, &own);
    if (strcmp(known.kind, own.kind) != 0) {
        say_kind_change(what, known.kind, own.kind);
        return TH_OK;
    }
    if (strcmp(known.land_class, own.land_class) != 0) {
        say_change(what, "@parcels.column.land_class", known.land_class, own.land_class);
        return TH_OK;
    }
    if (known.has_declared != own.has_declared ||
        (own.has_declared && th_area_m2_300(known.declared) != th_area_m2_300(own.declared))) {
        say_declared_change(what, &known, &own);
        return TH_OK;
    }
    status = th_parcel_attributes_load(run->store, parcel_id, known.version, &stored, err);
    if (status == TH_OK) {
        status = th_json_parse(stored, strlen(stored), &old, err);
    }
    if (status == TH_OK) {
        status = th_json_parse(row->attributes, strlen(row->attributes), &new, err);
    }
    if (status == TH_OK && !say_attribute_change(what, old, new)) {
        say_change(what, "@parcels.column.land_class", known.land_scheme, own.land_scheme);
    }
    free(stored);
    th_json_free(old);
    th_json_free(new);
    return status;
}

// The numbers of the parcels that were made of this one, as far as they fit; "" when none were.
static enum th_status heirs_join(struct th_store *store, int64_t parcel_id,
                                 char heirs[TH_ERROR_VALUE_SIZE], struct th_error *err)
{
    struct th_relatives relatives = {0};
    size_t used = 0;
    heirs[0] = '\0';
    enum th_status status = th_relatives_load(store, parcel_id, false, &relatives, err);
    for (size_t i = 0; status == TH_OK && i < relatives.n; i++) {
        struct th_parcel_record heir;
        char name[TH_PARCEL_NUMBER_SIZE + 8];
        if (relatives.items[i].next_id != parcel_id) {
            continue;
        }
        status = th_parcel_load(store, relatives.items[i].parcel_id, 0, &heir, err);
        if (status != TH_OK) {
            break;
        }
        if (heir.number[0] != '\0') {
            (void)snprintf(name, sizeof(name), "%s%s", used == 0 ? "" : "、", heir.number);
        } else {
            (void)snprintf(name, sizeof(name), "%s#%lld", used == 0 ? "" : "、",
                           (long long)heir.parcel_id);
        }
        if (used + strlen(name) + sizeof("、…") > TH_ERROR_VALUE_SIZE) {
            th_text_copy(heirs + used, TH_ERROR_VALUE_SIZE - used, "、…");
            break;
        }
        th_text_copy(heirs + used, TH_ERROR_VALUE_SIZE - used, name);
        used += strlen(name);
    }
    th_relatives_clear(&relatives);
    return status;
}

// A row that is just what was retired, of an export with `--state all` or of a file from before a
// split, asks for nothing; what became of the parcel is told.
static enum th_status compare_retired(struct th_import_run *run, struct th_staged_row *row,
                                      int64_t parcel_id, bool same, struct th_error *err)
{
    struct th_error what;
    char heirs[TH_ERROR_VALUE_SIZE];
    enum th_status status = heirs_join(run->store, parcel_id, heirs, err);
    if (status != TH_OK) {
        return status;
    }
    (void)th_error_set(&what, TH_DATA_PROBLEM, same ? "parcel_retired_same" : "parcel_retired",
                       "heirs", heirs[0] == '\0' ? "@parcels.none" : heirs, NULL);
    th_error_add_int(&what, "parcel", parcel_id);
    if (!same) {
        refuse(run, row, NULL, &what);
        return TH_OK;
    }
    th_problems_add(&run->resolved, row->row, row->feature, TH_PROBLEM_WARNING, NULL, &what);
    row->fate = TH_ROW_UNCHANGED;
    return TH_OK;
}

static enum th_status compare_known(struct th_import_run *run, struct th_staged_row *row,
                                    const struct th_parcel_known *known, struct th_error *err)
{
    struct th_error what;
    struct th_parcel_record own;
    enum th_status status = TH_OK;
    int64_t package_id = 0;
    th_import_row_record(run, row, &own);
    struct th_hash content = th_parcel_content_hash(&own, row->attributes);
    bool same_content = same_hash(&known->content, &content);
    bool same_ground = same_hash(&known->geometry_hash, &row->geometry_hash);
    if (!same_content) {
        status = th_import_keep(run, row, known, err);
        if (status != TH_OK) {
            return status;
        }
        th_import_row_record(run, row, &own);
        content = th_parcel_content_hash(&own, row->attributes);
        same_content = same_hash(&known->content, &content);
    }
    if (known->retired) {
        return compare_retired(run, row, known->parcel_id, same_ground && same_content, err);
    }
    if (same_ground && same_content) {
        row->fate = TH_ROW_UNCHANGED;
        return TH_OK;
    }
    if (!run->options->update) {
        (void)th_error_set(&what, TH_DATA_PROBLEM,
                           same_ground ? "attributes_changed" : "geometry_changed", NULL);
        th_error_add_int(&what, "parcel", known->parcel_id);
        status = same_ground ? say_first_change(run, row, known->parcel_id, &what, err) : TH_OK;
        if (status == TH_OK) {
            refuse(run, row, NULL, &what);
        }
        return status;
    }
    status = th_parcel_packaged(run->store, known->parcel_id, same_ground ? 0 : run->day.year,
                                &package_id, err);
    if (status != TH_OK) {
        return status;
    }
    if (package_id != 0) {
        (void)th_error_set(&what, TH_DATA_PROBLEM, "parcel_packaged", NULL);
        th_error_add_int(&what, "parcel", known->parcel_id);
        th_error_add_int(&what, "package", package_id);
        refuse(run, row, NULL, &what);
        return TH_OK;
    }
    if (same_ground) {
        struct th_parcel_record record;
        status = th_parcel_load(run->store, known->parcel_id, known->version, &record, err);
        if (status != TH_OK) {
            return status;
        }
        row->ground_kept = true;
        row->sliver = record.sliver;
    }
    row->parcel_id = known->parcel_id;
    row->version = known->version + 1;
    row->first_key = th_text_duplicate(known->source_key);
    return row->first_key == NULL ? th_error_no_memory(err) : TH_OK;
}

// `own` says by which village and number, or key, it may be known.
static enum th_status identify_as(struct th_import_run *run, struct th_staged_row *row,
                                  const struct th_parcel_record *own, struct th_error *err)
{
    struct th_parcel_record record;
    struct th_hash content;
    bool found = false;
    enum th_status status = th_parcel_find(run->store, own->village, own->number, own->source_key,
                                           &found, &record, &content, err);
    if (status != TH_OK || !found) {
        return status;
    }
    const struct th_parcel_known known = {.parcel_id = record.parcel_id,
                                          .version = record.version,
                                          .source_key = record.source_key,
                                          .retired = strcmp(record.state, "registered") != 0,
                                          .geometry_hash = record.geometry_hash,
                                          .content = content};
    return compare_known(run, row, &known, err);
}

static enum th_status identify(struct th_import_run *run, struct th_staged_row *row,
                               struct th_error *err)
{
    struct th_parcel_record own;
    th_import_row_record(run, row, &own);
    return identify_as(run, row, &own, err);
}

// A row without a number that tells its parcel's id: that parcel, if it has no number either and
// the same ground in the same village. Ids of another registry say nothing here.
static enum th_status identify_by_id(struct th_import_run *run, struct th_staged_row *row,
                                     struct th_error *err)
{
    struct th_parcel_record told;
    struct th_error why;
    enum th_status status = th_parcel_load(run->store, row->told_id, 0, &told, &why);
    if (status == TH_NOT_FOUND) {
        return TH_OK;
    }
    if (status != TH_OK) {
        if (err != NULL) {
            *err = why;
        }
        return status;
    }
    bool same = told.number[0] == '\0' && same_hash(&told.geometry_hash, &row->geometry_hash) &&
                strcmp(told.village, run->villages.items[row->village].code) == 0;
    return same ? identify_as(run, row, &told, err) : TH_OK;
}

static bool goes_by_id(const struct th_staged_row *row)
{
    return row->fate == TH_ROW_PENDING && row->parcel_id == 0 && row->number == NULL &&
           row->told_id != 0;
}

static int compare_told(const void *a, const void *b)
{
    const struct th_staged_row *const *left = a;
    const struct th_staged_row *const *right = b;
    if ((*left)->told_id != (*right)->told_id) {
        return (*left)->told_id < (*right)->told_id ? -1 : 1;
    }
    return (*left)->row < (*right)->row ? -1 : 1;
}

// Of several rows with one id the first stays.
static enum th_status identify_unnumbered(struct th_import_run *run, struct th_error *err)
{
    struct th_staged_row **told = malloc((run->n_rows + 1) * sizeof(*told));
    size_t n = 0;
    enum th_status status = TH_OK;
    if (told == NULL) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < run->n_rows; i++) {
        if (goes_by_id(&run->rows[i])) {
            told[n++] = &run->rows[i];
        }
    }
    if (n > 1) {
        qsort(told, n, sizeof(*told), compare_told);
    }
    for (size_t first = 0, i = 0; status == TH_OK && i < n; i++) {
        struct th_error what;
        if (i == 0 || told[i]->told_id != told[first]->told_id) {
            first = i;
            status = identify_by_id(run, told[i], err);
            continue;
        }
        (void)th_error_set(&what, TH_DATA_PROBLEM, "parcel_id_repeated", NULL);
        th_error_add_int(&what, "parcel", told[i]->told_id);
        th_error_add_int(&what, "other", told[first]->row);
        refuse(run, told[i], "number_repeated", &what);
    }
    free(told);
    return status;
}

// The rows of one village beside the parcels that are registered there, both in order of number.
struct beside {
    struct th_import_run *run;
    struct th_staged_row **numbered; // of all villages, in order of village and number
    size_t n;
    size_t at;                     // first row of the village that is not behind the parcels yet
    int village;                   // the one that is visited
    char stem[TH_PARCEL_KEY_SIZE]; // of the keys of this source
    enum th_status status;
    struct th_error err;
};

// The row that a parcel without a number came from, if it came from this source.
static struct th_staged_row *row_of_key(const struct beside *b, const char *key)
{
    size_t size = strlen(b->stem);
    int64_t number = 0;
    if (key == NULL || strncmp(key, b->stem, size) != 0 ||
        !th_text_parse_int(key + size, 1, INT64_MAX, &number)) {
        return NULL;
    }
    struct th_staged_row *row = th_import_row(b->run, number);
    bool same = row != NULL && row->number == NULL && row->village == b->village;
    return same ? row : NULL;
}

static struct th_staged_row *row_of_number(struct beside *b, const char *number)
{
    for (; b->at < b->n && b->numbered[b->at]->village == b->village; b->at++) {
        int order = strcmp(b->numbered[b->at]->number, number);
        if (order == 0) {
            return b->numbered[b->at++];
        }
        if (order > 0) {
            break;
        }
    }
    return NULL;
}

static bool known_visit(void *context, const struct th_parcel_known *known)
{
    struct beside *b = context;
    struct th_staged_row *row =
        known->number != NULL ? row_of_number(b, known->number) : row_of_key(b, known->source_key);
    if (row != NULL && row->fate == TH_ROW_PENDING) {
        b->status = compare_known(b->run, row, known, &b->err);
    }
    return b->status == TH_OK;
}

// Of all rows at once; `numbered` are the pending ones with a number, in order.
static enum th_status identify_all(struct th_import_run *run, struct th_staged_row **numbered,
                                   size_t n, struct th_error *err)
{
    struct beside b = {.run = run, .numbered = numbered, .n = n, .status = TH_OK};
    const struct th_staged_row first = {.row = 1};
    bool *present = calloc(run->villages.n + 1, sizeof(*present));
    if (present == NULL) {
        return th_error_no_memory(err);
    }
    th_import_source_key(run, &first, b.stem);
    b.stem[strlen(b.stem) - 1] = '\0';
    for (size_t i = 0; i < run->n_rows; i++) {
        if (run->rows[i].fate == TH_ROW_PENDING) {
            present[run->rows[i].village] = true;
        }
    }
    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && i < run->villages.n; i++) {
        if (!present[i]) {
            continue;
        }
        b.village = (int)i;
        while (b.at < b.n && b.numbered[b.at]->village < b.village) {
            b.at++;
        }
        status =
            th_parcel_known_each(run->store, run->villages.items[i].code, known_visit, &b, err);
        if (status == TH_OK && b.status != TH_OK) {
            status = b.status;
            if (err != NULL) {
                *err = b.err;
            }
        }
    }
    free(present);
    return status;
}

// In an empty registry nothing is known already. A few rows are asked about one by one, many
// beside everything that their villages have.
static enum th_status identify_rows(struct th_import_run *run, struct th_staged_row **numbered,
                                    size_t n, int64_t last_parcel, struct th_error *err)
{
    size_t n_pending = 0;
    for (size_t i = 0; i < run->n_rows; i++) {
        if (run->rows[i].fate != TH_ROW_PENDING) {
            continue;
        }
        run->rows[i].version = 1;
        n_pending++;
    }
    if (last_parcel == 0) {
        return TH_OK;
    }
    if (n_pending >= TOGETHER_MIN && (int64_t)n_pending >= last_parcel / TOGETHER_SHARE) {
        return identify_all(run, numbered, n, err);
    }
    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && i < run->n_rows; i++) {
        if (run->rows[i].fate == TH_ROW_PENDING) {
            status = identify(run, &run->rows[i], err);
        }
    }
    return status;
}

static void count(struct th_import_run *run)
{
    for (size_t i = 0; i < run->n_rows; i++) {
        switch (run->rows[i].fate) {
        case TH_ROW_ACCEPTED:
            run->n_accepted++;
            break;
        case TH_ROW_UNCHANGED:
            run->n_unchanged++;
            break;
        case TH_ROW_PENDING:
        case TH_ROW_REJECTED:
        case TH_ROW_REFUSED:
            run->n_rejected++;
            break;
        }
    }
}

// One error keeps all out when the caller asked for that: the rows without a fault say so.
static void abort_if_asked(struct th_import_run *run)
{
    run->aborted = run->options->on_problem_abort && run->n_rejected > (int64_t)run->dropped.n;
    if (!run->aborted) {
        return;
    }
    struct th_error what;
    (void)th_error_set(&what, TH_DATA_PROBLEM, "import_aborted", NULL);
    for (size_t i = 0; i < run->n_rows; i++) {
        if (run->rows[i].fate != TH_ROW_ACCEPTED) {
            continue;
        }
        refuse(run, &run->rows[i], NULL, &what);
        run->n_accepted--;
        run->n_rejected++;
    }
}

enum th_status th_import_resolve(struct th_import_run *run, struct th_error *err)
{
    int64_t last_parcel = 0;
    int64_t last_version = 0;
    size_t n_numbered = 0;
    restart(run);
    enum th_status status = th_journal_head(run->store, &run->seen_seq, err);
    if (status == TH_OK) {
        status = th_parcel_heads(run->store, &last_parcel, &last_version, err);
    }
    if (status == TH_OK) {
        status = th_import_villages_settle(run, err);
    }
    if (status == TH_OK) {
        status = th_import_shapeless_fill(run, true, err);
    }
    if (status != TH_OK) {
        return status;
    }
    struct th_staged_row **numbered = numbered_rows(run, &n_numbered);
    if (numbered == NULL) {
        return th_error_no_memory(err);
    }
    refuse_repeated(run, numbered, n_numbered);
    status = identify_rows(run, numbered, n_numbered, last_parcel, err);
    if (status == TH_OK) {
        status = th_import_old_numbers(run, numbered, n_numbered, err);
    }
    free(numbered);
    if (status == TH_OK) {
        status = identify_unnumbered(run, err);
    }
    if (status == TH_OK) {
        status = th_import_compare(run, err);
    }
    if (status != TH_OK) {
        return status;
    }
    count(run);
    abort_if_asked(run);
    th_problems_sort(&run->resolved);
    return run->resolved.no_memory ? th_error_no_memory(err) : TH_OK;
}
