#include "methodology/activity_sum.h"

#include <assert.h>
#include <stdlib.h>

#include "methodology/exact_sum.h"

struct th_activity_sum {
    const struct th_separate *separate;
    size_t n_groups, n_parts;
    struct th_exact_sum *sums; // by group, then part
    double *values;            // room for the columns of a batch
    size_t values_rows;
};

enum th_status th_activity_sum_new(const struct th_separate *separate, size_t n_groups,
                                   struct th_activity_sum **ret_activity, struct th_error *err)
{
    struct th_activity_sum *activity = calloc(1, sizeof(*activity));
    if (!activity) {
        return th_error_no_memory(err);
    }
    activity->separate = separate;
    activity->n_groups = n_groups;
    activity->n_parts = th_separate_n_parts(separate);
    activity->sums = calloc(n_groups * activity->n_parts + 1, sizeof(*activity->sums));
    if (!activity->sums) {
        th_activity_sum_free(activity);
        return th_error_no_memory(err);
    }
    *ret_activity = activity;
    return TH_OK;
}

void th_activity_sum_free(struct th_activity_sum *activity)
{
    if (activity) {
        free(activity->sums);
        free(activity->values);
        free(activity);
    }
}

static enum th_status make_room(struct th_activity_sum *activity, size_t rows, struct th_error *err)
{
    if (rows <= activity->values_rows) {
        return TH_OK;
    }
    free(activity->values);
    activity->values_rows = 0;
    activity->values = calloc(rows * activity->n_parts + 1, sizeof(*activity->values));
    if (!activity->values) {
        return th_error_no_memory(err);
    }
    activity->values_rows = rows;
    return TH_OK;
}

enum th_status th_activity_sum_add(struct th_activity_sum *activity, const double *slots,
                                   const struct th_calc_batch *batch, const uint32_t *groups,
                                   struct th_error *err)
{
    double *columns[TH_SEPARATE_PARTS_MAX];
    for (size_t i = 0; i < batch->n; i++) {
        assert(groups[i] < activity->n_groups);
    }
    enum th_status status = make_room(activity, batch->n, err);
    if (status != TH_OK) {
        return status;
    }
    for (size_t part = 0; part < activity->n_parts; part++) {
        columns[part] = activity->values + part * batch->n;
    }
    status = th_separate_activity(activity->separate, slots, batch, columns, err);
    for (size_t part = 0; part < activity->n_parts && status == TH_OK; part++) {
        bool fits;
        size_t row = th_exact_sum_scatter(activity->sums + part, activity->n_parts, groups,
                                          columns[part], batch->n, &fits);
        if (row < batch->n) {
            status = th_error_set(err, TH_DATA_PROBLEM, "activity_undefined", NULL);
            th_error_add_int(err, "row", (long long)row);
        } else if (!fits) {
            status = th_error_set(err, TH_OVERFLOW, "overflow", NULL);
        }
    }
    return status;
}

enum th_status th_activity_sum_merge(struct th_activity_sum *into, size_t into_group,
                                     const struct th_activity_sum *from, size_t from_group,
                                     struct th_error *err)
{
    assert(into->separate == from->separate);
    assert(into_group < into->n_groups && from_group < from->n_groups);
    for (size_t part = 0; part < into->n_parts; part++) {
        if (!th_exact_sum_add(&into->sums[into_group * into->n_parts + part],
                              &from->sums[from_group * from->n_parts + part])) {
            return th_error_set(err, TH_OVERFLOW, "overflow", NULL);
        }
    }
    return TH_OK;
}

void th_activity_sum_read(const struct th_activity_sum *activity, size_t group, double *ret_sums)
{
    assert(group < activity->n_groups);
    for (size_t part = 0; part < activity->n_parts; part++) {
        ret_sums[part] = th_exact_sum_value(&activity->sums[group * activity->n_parts + part]);
    }
}
