#include "methodology/error_sum.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "methodology/exact_sum.h"

struct term {
    uint32_t group;
    uint32_t place; // of its sums
    uint64_t stream;
};

struct th_error_sum {
    const struct th_separate *separate;
    size_t n_parts;
    struct term *terms;
    size_t n_terms, capacity;
    struct th_exact_sum *sums; // by place, then part
    uint32_t *table;           // by hash of group and stream: number of the term from 1; 0: free
    size_t table_size;         // a power of two, above twice the terms
    bool is_ordered;           // then the table no longer fits
    double *columns;           // room for a batch, with and without
    uint32_t *places;
    size_t rows;
};

enum { FIRST_TERMS = 64 };

enum th_status th_error_sum_new(const struct th_separate *separate, struct th_error_sum **ret_sum,
                                struct th_error *err)
{
    struct th_error_sum *sum = calloc(1, sizeof(*sum));
    if (!sum) {
        return th_error_no_memory(err);
    }
    sum->separate = separate;
    sum->n_parts = th_separate_n_parts(separate);
    *ret_sum = sum;
    return TH_OK;
}

void th_error_sum_free(struct th_error_sum *sum)
{
    if (sum) {
        free(sum->terms);
        free(sum->sums);
        free(sum->table);
        free(sum->columns);
        free(sum->places);
        free(sum);
    }
}

// Of a stream the low bits are as good as any: streams are digests. Groups stand side by side.
static size_t slot_of(const struct th_error_sum *sum, uint32_t group, uint64_t stream)
{
    uint64_t hash = (stream ^ group) * 0x9e3779b97f4a7c15U;
    return (size_t)(hash >> 32) & (sum->table_size - 1);
}

static void table_put(struct th_error_sum *sum, size_t term)
{
    size_t slot = slot_of(sum, sum->terms[term].group, sum->terms[term].stream);
    while (sum->table[slot] != 0) {
        slot = (slot + 1) & (sum->table_size - 1);
    }
    sum->table[slot] = (uint32_t)term + 1;
}

static bool fill_table(struct th_error_sum *sum, size_t size)
{
    uint32_t *table = calloc(size, sizeof(*table));
    if (!table) {
        return false;
    }
    free(sum->table);
    sum->table = table;
    sum->table_size = size;
    for (size_t i = 0; i < sum->n_terms; i++) {
        table_put(sum, i);
    }
    sum->is_ordered = false;
    return true;
}

static bool grow(struct th_error_sum *sum)
{
    size_t capacity = sum->capacity == 0 ? FIRST_TERMS : 2 * sum->capacity;
    struct term *terms = realloc(sum->terms, capacity * sizeof(*terms));
    if (!terms) {
        return false;
    }
    sum->terms = terms;
    struct th_exact_sum *sums = realloc(sum->sums, (capacity * sum->n_parts + 1) * sizeof(*sums));
    if (!sums) {
        return false;
    }
    sum->sums = sums;
    sum->capacity = capacity;
    return fill_table(sum, 4 * capacity);
}

// The place of a group's stream; a new one begins with noughts.
static enum th_status find_place(struct th_error_sum *sum, uint32_t group, uint64_t stream,
                                 uint32_t *ret_place, struct th_error *err)
{
    bool has_room = sum->n_terms < sum->capacity || grow(sum);
    if (!has_room || (sum->is_ordered && !fill_table(sum, sum->table_size))) {
        return th_error_no_memory(err);
    }
    size_t slot = slot_of(sum, group, stream);
    for (; sum->table[slot] != 0; slot = (slot + 1) & (sum->table_size - 1)) {
        const struct term *term = &sum->terms[sum->table[slot] - 1];
        if (term->group == group && term->stream == stream) {
            *ret_place = term->place;
            return TH_OK;
        }
    }
    uint32_t place = (uint32_t)sum->n_terms;
    sum->terms[place] = (struct term){group, place, stream};
    memset(sum->sums + place * sum->n_parts, 0, sum->n_parts * sizeof(*sum->sums));
    sum->table[slot] = place + 1;
    sum->n_terms++;
    *ret_place = place;
    return TH_OK;
}

static enum th_status make_room(struct th_error_sum *sum, size_t rows, struct th_error *err)
{
    if (rows <= sum->rows) {
        return TH_OK;
    }
    free(sum->columns);
    free(sum->places);
    sum->rows = 0;
    sum->columns = calloc(2 * rows * sum->n_parts + 1, sizeof(*sum->columns));
    sum->places = calloc(rows, sizeof(*sum->places));
    if (!sum->columns || !sum->places) {
        return th_error_no_memory(err);
    }
    sum->rows = rows;
    return TH_OK;
}

static enum th_status add_columns(struct th_error_sum *sum, double *const *plain,
                                  double *const *with, size_t n, struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t part = 0; part < sum->n_parts && status == TH_OK; part++) {
        bool fits;
        for (size_t i = 0; i < n; i++) {
            with[part][i] -= plain[part][i];
        }
        size_t row =
            th_exact_sum_scatter(sum->sums + part, sum->n_parts, sum->places, with[part], n, &fits);
        if (row < n) {
            status = th_error_set(err, TH_DATA_PROBLEM, "activity_undefined", NULL);
            th_error_add_int(err, "row", (long long)row);
        } else if (!fits) {
            status = th_error_set(err, TH_OVERFLOW, "overflow", NULL);
        }
    }
    return status;
}

enum th_status th_error_sum_add(struct th_error_sum *sum, const double *slots,
                                const struct th_calc_batch *plain, const struct th_calc_batch *with,
                                const uint32_t *groups, const uint64_t *streams,
                                struct th_error *err)
{
    assert(plain->n == with->n);
    double *plain_columns[TH_SEPARATE_PARTS_MAX];
    double *with_columns[TH_SEPARATE_PARTS_MAX];
    enum th_status status = make_room(sum, plain->n, err);
    for (size_t i = 0; i < plain->n && status == TH_OK; i++) {
        status = find_place(sum, groups[i], streams[i], &sum->places[i], err);
    }
    if (status != TH_OK) {
        return status;
    }
    for (size_t part = 0; part < sum->n_parts; part++) {
        plain_columns[part] = sum->columns + 2 * part * plain->n;
        with_columns[part] = plain_columns[part] + plain->n;
    }
    status = th_separate_activity(sum->separate, slots, plain, plain_columns, err);
    if (status == TH_OK) {
        status = th_separate_activity(sum->separate, slots, with, with_columns, err);
    }
    return status == TH_OK ? add_columns(sum, plain_columns, with_columns, plain->n, err) : status;
}

static enum th_status add_term(struct th_error_sum *sum, uint32_t into, const struct term *from,
                               struct th_error *err)
{
    uint32_t place = 0;
    enum th_status status = find_place(sum, into, from->stream, &place, err);
    for (size_t part = 0; part < sum->n_parts && status == TH_OK; part++) {
        if (!th_exact_sum_add(&sum->sums[place * sum->n_parts + part],
                              &sum->sums[from->place * sum->n_parts + part])) {
            status = th_error_set(err, TH_OVERFLOW, "overflow", NULL);
        }
    }
    return status;
}

enum th_status th_error_sum_lift(struct th_error_sum *sum, const uint32_t *within,
                                 struct th_error *err)
{
    enum th_status status = TH_OK;
    size_t n_terms = sum->n_terms; // those that are added behind them are sums already
    for (size_t i = 0; i < n_terms && status == TH_OK; i++) {
        const struct term term = sum->terms[i];
        for (uint32_t group = term.group; group > 0 && status == TH_OK;) {
            assert(within[group] < group);
            group = within[group];
            status = add_term(sum, group, &term, err);
        }
    }
    return status;
}

static int compare_terms(const void *a, const void *b)
{
    const struct term *x = a;
    const struct term *y = b;
    int by_group = (x->group > y->group) - (x->group < y->group);
    return by_group != 0 ? by_group : (x->stream > y->stream) - (x->stream < y->stream);
}

void th_error_sum_order(struct th_error_sum *sum)
{
    if (sum->n_terms > 0) {
        qsort(sum->terms, sum->n_terms, sizeof(*sum->terms), compare_terms);
        sum->is_ordered = true;
    }
}

// The first term of this group or a later one.
static size_t lower_bound(const struct th_error_sum *sum, uint64_t group)
{
    size_t low = 0;
    size_t high = sum->n_terms;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sum->terms[middle].group < group) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

size_t th_error_sum_terms(const struct th_error_sum *sum, uint32_t group, size_t *ret_first)
{
    assert(sum->is_ordered || sum->n_terms == 0);
    size_t first = lower_bound(sum, group);
    *ret_first = first;
    return lower_bound(sum, (uint64_t)group + 1) - first;
}

void th_error_sum_read(const struct th_error_sum *sum, size_t term, uint64_t *ret_stream,
                       double *ret_sums)
{
    assert(term < sum->n_terms);
    const struct th_exact_sum *sums = sum->sums + sum->terms[term].place * sum->n_parts;
    *ret_stream = sum->terms[term].stream;
    for (size_t part = 0; part < sum->n_parts; part++) {
        ret_sums[part] = th_exact_sum_value(&sums[part]);
    }
}
