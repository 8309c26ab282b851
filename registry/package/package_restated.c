// Surveys that are no longer what an issued package stood on. A package goes on where the one
// before it ended only when both mean the same stock: where plots were corrected, added or given
// another stratum since, a rise that was issued may be counted once more.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/package/package_internal.h"

static const char RULE[] = "survey_restated";

enum { DIGEST_SIZE = 24 };

// The surveys around the last issued year of a parcel, as issued, and around the year behind it.
struct joint {
    int64_t parcel_id, package_id;
    int64_t old_run, new_run;
    int last_year;
    char old_surveys[2][DIGEST_SIZE], new_surveys[2][DIGEST_SIZE];
};

struct joints {
    struct th_store *store;
    const struct th_package_record *record;
    struct joint *items; // by parcel
    size_t n, capacity;
    int64_t run_id; // that is read
    bool is_old;
    enum th_status status;
    struct th_error *err;
};

static bool collect(void *context, int64_t parcel_id, int64_t version)
{
    struct joints *joints = context;
    struct th_credit_before before;
    (void)version;
    joints->status =
        th_credit_before(joints->store, parcel_id, joints->record->from.year, &before, joints->err);
    if (joints->status != TH_OK || before.package_id == 0) {
        return joints->status == TH_OK;
    }
    if (joints->n == joints->capacity) {
        size_t capacity = joints->capacity == 0 ? 64 : 2 * joints->capacity;
        void *grown = realloc(joints->items, capacity * sizeof(*joints->items));
        if (!grown) {
            joints->status = th_error_no_memory(joints->err);
            return false;
        }
        joints->items = grown;
        joints->capacity = capacity;
    }
    joints->items[joints->n++] = (struct joint){.parcel_id = parcel_id,
                                                .package_id = before.package_id,
                                                .last_year = before.last_year,
                                                .new_run = joints->record->run_id};
    return true;
}

static int compare_joints(const void *a, const void *b)
{
    const struct joint *left = a;
    const struct joint *right = b;
    return (left->parcel_id > right->parcel_id) - (left->parcel_id < right->parcel_id);
}

static struct joint *joint_of(const struct joints *joints, int64_t parcel_id)
{
    const struct joint key = {.parcel_id = parcel_id};
    return joints->n == 0
               ? NULL
               : bsearch(&key, joints->items, joints->n, sizeof(*joints->items), compare_joints);
}

// Years between that nobody packaged have a run of their own, which comes first.
static bool take_gap(void *context, const struct th_credit_opening *opening)
{
    const struct joints *joints = context;
    struct joint *joint = joint_of(joints, opening->parcel_id);
    if (joint && opening->has_gap) {
        joint->new_run = opening->run_id;
    }
    return true;
}

static bool take_row(void *context, const struct th_estimate_row *row)
{
    struct joints *joints = context;
    struct joint *joint = joint_of(joints, row->parcel_id);
    struct th_json *used = NULL;
    if (!joint || (joints->is_old ? joint->old_run : joint->new_run) != joints->run_id ||
        row->year != joint->last_year + (joints->is_old ? 0 : 1)) {
        return true;
    }
    joints->status = th_json_parse(row->used, strlen(row->used), &used, joints->err);
    const struct th_json *surveys = joints->status == TH_OK ? th_json_get(used, "@surveys") : NULL;
    for (size_t i = 0; i < 2 && surveys; i++) {
        th_text_copy(joints->is_old ? joint->old_surveys[i] : joint->new_surveys[i], DIGEST_SIZE,
                     th_json_text(th_json_at(surveys, i)));
    }
    th_json_free(used);
    return joints->status == TH_OK;
}

// Each run once, however many parcels stand in it.
static enum th_status read_runs(struct joints *joints, bool is_old, struct th_error *err)
{
    joints->is_old = is_old;
    for (size_t i = 0; i < joints->n; i++) {
        int64_t run_id = is_old ? joints->items[i].old_run : joints->items[i].new_run;
        bool is_read = run_id == 0;
        for (size_t k = 0; k < i && !is_read; k++) {
            is_read = run_id == (is_old ? joints->items[k].old_run : joints->items[k].new_run);
        }
        if (is_read) {
            continue;
        }
        joints->run_id = run_id;
        enum th_status status = th_estimate_row_each(joints->store, run_id, take_row, joints, err);
        status = status == TH_OK ? joints->status : status;
        if (status != TH_OK) {
            return status;
        }
    }
    return TH_OK;
}

static enum th_status joints_load(struct joints *joints, struct th_error *err)
{
    enum th_status status =
        th_package_parcel_each(joints->store, joints->record->package_id, collect, joints, err);
    status = status == TH_OK ? joints->status : status;
    if (status != TH_OK || joints->n == 0) {
        return status;
    }
    qsort(joints->items, joints->n, sizeof(*joints->items), compare_joints);
    for (size_t i = 0; i < joints->n && status == TH_OK; i++) {
        struct joint *joint = &joints->items[i];
        struct th_package_record before;
        if (i > 0 && joint->package_id == joints->items[i - 1].package_id) {
            joint->old_run = joints->items[i - 1].old_run;
            continue;
        }
        status = th_package_load(joints->store, joint->package_id, &before, err);
        joint->old_run = status == TH_OK && !th_package_by_statement(&before) ? before.run_id : 0;
    }
    if (status == TH_OK) {
        status = th_credit_opening_each(joints->store, joints->record->package_id, take_gap, joints,
                                        err);
    }
    status = status == TH_OK ? read_runs(joints, true, err) : status;
    return status == TH_OK ? read_runs(joints, false, err) : status;
}

// Goes on from the survey that the issued years ended with, or stands between the same two.
static bool goes_on(const struct joint *joint)
{
    const char(*then)[DIGEST_SIZE] = joint->old_surveys;
    const char(*now)[DIGEST_SIZE] = joint->new_surveys;
    return then[0][0] == '\0' || now[0][0] == '\0' || strcmp(now[0], then[1]) == 0 ||
           (strcmp(now[0], then[0]) == 0 && strcmp(now[1], then[1]) == 0);
}

static enum th_status restated(struct th_store *store, const struct th_package_record *record,
                               struct th_estimate_warning *ret_warning, bool *ret_there,
                               struct th_error *err)
{
    struct joints joints = {.store = store, .record = record, .status = TH_OK, .err = err};
    const struct joint *first = NULL;
    int64_t n = 0;
    if (th_package_by_statement(record)) {
        *ret_there = false;
        return TH_OK;
    }
    enum th_status status = joints_load(&joints, err);
    for (size_t i = 0; i < joints.n && status == TH_OK; i++) {
        if (!goes_on(&joints.items[i])) {
            first = first ? first : &joints.items[i];
            n++;
        }
    }
    if (first) {
        *ret_warning =
            (struct th_estimate_warning){.message.status = TH_DATA_PROBLEM, .needs_waiver = true};
        th_text_copy(ret_warning->message.key, sizeof(ret_warning->message.key), RULE);
        th_error_add_int(&ret_warning->message, "n", n);
        th_error_add_int(&ret_warning->message, "parcel", first->parcel_id);
        th_error_add_int(&ret_warning->message, "package", first->package_id);
        th_error_add_int(&ret_warning->message, "year", first->last_year);
    }
    free(joints.items);
    if (status == TH_OK) {
        *ret_there = first != NULL;
    }
    return status;
}

enum th_status th_package_restated_warn(struct th_store *store,
                                        const struct th_package_record *record,
                                        const struct th_messages *messages, enum th_lang lang,
                                        struct th_json *warnings, struct th_error *err)
{
    struct th_estimate_warning warning;
    bool there = false;
    enum th_status status = restated(store, record, &warning, &there, err);
    if (status == TH_OK && there) {
        struct th_json *one = th_estimate_warnings_json(&warning, 1, messages, lang);
        th_json_append(warnings, th_json_copy(th_json_at(one, 0)));
        th_json_free(one);
    }
    return status;
}

enum th_status th_package_restated_is(struct th_store *store,
                                      const struct th_package_record *record, const char *rule,
                                      bool *ret_there, struct th_error *err)
{
    struct th_estimate_warning warning;
    if (!th_text_equals(rule, RULE)) {
        *ret_there = false;
        return TH_OK;
    }
    return restated(store, record, &warning, ret_there, err);
}

enum th_status th_package_check_restated(struct th_store *store,
                                         const struct th_package_record *record,
                                         struct th_error *err)
{
    bool there = false;
    bool has = false;
    enum th_status status = th_package_restated_is(store, record, RULE, &there, err);
    if (status != TH_OK || !there) {
        return status;
    }
    status = th_waiver_has(store, record->package_id, RULE, &has, err);
    if (status == TH_OK && !has) {
        status = th_error_set(err, TH_CONFLICT, "waiver_needed", "rule", RULE, NULL);
        th_error_add_int(err, "package", record->package_id);
    }
    return status;
}
