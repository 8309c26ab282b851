// What the parcels of a run bring along, read once and kept, and gone through as often as the run
// needs it: for the draws, for the sheet in its order, for the rows in theirs. What does not fit
// into memory is read again each time.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "registry/estimate/estimate_internal.h"

struct th_estimate_table {
    struct th_store *store;
    const struct th_methodology *methodology;
    int from_year;
    size_t n_years, n_inputs;
    struct th_estimate_records *records;
    struct th_estimate_values **unstated; // of a year, where nothing is stated; NULL: not yet known
    size_t n_parcels;
    size_t n_unrecorded;
    size_t memory_max;
    // Of the first parcels: which of the sets below each brings along, by parcel, then year.
    size_t n_kept, capacity;
    uint32_t *set_of;
    size_t *last_sets; // of each year
    // What several parcels bring along alike is kept once.
    size_t n_sets, sets_capacity;
    double *inputs;     // n_inputs a set
    size_t *errors_end; // of each set
    struct th_estimate_error *errors;
    size_t n_errors, errors_capacity;
};

enum th_status th_estimate_table_new(struct th_store *store,
                                     const struct th_methodology *methodology, int from_year,
                                     int to_year, size_t memory_max,
                                     struct th_estimate_table **ret_table, struct th_error *err)
{
    struct th_estimate_table *table = calloc(1, sizeof(*table));
    if (!table) {
        return th_error_no_memory(err);
    }
    table->store = store;
    table->methodology = methodology;
    table->from_year = from_year;
    table->n_years = (size_t)(to_year - from_year) + 1;
    table->n_inputs = th_methodology_n_inputs(methodology);
    table->memory_max = memory_max;
    table->unstated = calloc(table->n_years, sizeof(struct th_estimate_values *));
    table->last_sets = calloc(table->n_years, sizeof(*table->last_sets));
    enum th_status status =
        table->unstated && table->last_sets
            ? th_estimate_records_new(store, from_year, to_year, &table->records, err)
            : th_error_no_memory(err);
    if (status != TH_OK) {
        th_estimate_table_free(table);
        return status;
    }
    *ret_table = table;
    return TH_OK;
}

void th_estimate_table_free(struct th_estimate_table *table)
{
    if (table) {
        for (size_t i = 0; table->unstated && i < table->n_years; i++) {
            free(table->unstated[i]);
        }
        free(table->unstated);
        th_estimate_records_free(table->records);
        free(table->set_of);
        free(table->last_sets);
        free(table->inputs);
        free(table->errors_end);
        free(table->errors);
        free(table);
    }
}

size_t th_estimate_table_n_unrecorded(const struct th_estimate_table *table)
{
    return table->n_unrecorded;
}

bool th_estimate_is_unrecorded(const struct th_methodology *methodology, const bool *is_default)
{
    size_t n_yearly = 0;
    size_t n_default = 0;
    for (size_t i = 0; i < th_methodology_n_inputs(methodology); i++) {
        if (th_methodology_input(methodology, i)->scope == TH_INPUT_OF_YEAR) {
            n_yearly++;
            n_default += is_default[i] ? 1 : 0;
        }
    }
    return n_yearly > 0 && n_default == n_yearly;
}

// What a parcel brings along of which nothing is stated is the document's defaults, the same for
// all of them in a year: read once.
static enum th_status read_unstated(struct th_estimate_table *table,
                                    const struct th_estimate_source *then, size_t column,
                                    const struct th_estimate_values **ret_values,
                                    struct th_error *err)
{
    enum th_status status = TH_OK;
    if (!table->unstated[column]) {
        struct th_estimate_values *values = calloc(1, sizeof(*values));
        status = values ? th_estimate_source_year(table->store, table->methodology, then, NULL,
                                                  table->records, table->from_year + (int)column,
                                                  values, err)
                        : th_error_no_memory(err);
        if (status != TH_OK) {
            free(values);
            return status;
        }
        table->unstated[column] = values;
    }
    *ret_values = table->unstated[column];
    return status;
}

// `scratch` holds what is stated.
static enum th_status read_year(struct th_estimate_table *table,
                                const struct th_estimate_source *then,
                                const struct th_json *attributes, size_t column,
                                struct th_estimate_values *scratch,
                                const struct th_estimate_values **ret_values, struct th_error *err)
{
    int year = table->from_year + (int)column;
    scratch->n_errors = 0;
    *ret_values = scratch;
    if (table->n_inputs == 0) {
        return TH_OK;
    }
    bool is_stated = attributes || th_methodology_plots(table->methodology) ||
                     th_estimate_records_find(table->records, then->parcel_id, year);
    return is_stated ? th_estimate_source_year(table->store, table->methodology, then, attributes,
                                               table->records, year, scratch, err)
                     : read_unstated(table, then, column, ret_values, err);
}

// Reads a parcel in all years; `take` gets one after the other, NULL where it does not count.
static enum th_status read_parcel(struct th_estimate_table *table,
                                  const struct th_estimate_source *sources, size_t n_ahead,
                                  enum th_status (*take)(void *context, size_t column,
                                                         const struct th_estimate_values *values,
                                                         struct th_error *err),
                                  void *context, struct th_error *err)
{
    struct th_json *attributes = NULL;
    struct th_estimate_source scratch;
    struct th_estimate_values scratch_values;
    enum th_status status = TH_OK;
    bool has_attributes = strcmp(sources[0].attributes, "{}") != 0;
    if (table->n_inputs > 0 && has_attributes) {
        status =
            th_json_parse(sources[0].attributes, strlen(sources[0].attributes), &attributes, err);
    }
    if (table->n_inputs > 0 && status == TH_OK) {
        status = th_estimate_records_load(table->records, sources, n_ahead, err);
    }
    for (size_t column = 0; column < table->n_years && status == TH_OK; column++) {
        int year = table->from_year + (int)column;
        const struct th_estimate_source *then =
            th_estimate_source_then(&sources[0], year, &scratch);
        const struct th_estimate_values *values = NULL;
        if (then) {
            status = read_year(table, then, attributes, column, &scratch_values, &values, err);
        }
        status = status == TH_OK ? take(context, column, values, err) : status;
    }
    th_json_free(attributes);
    return status;
}

static bool grow_parcels(struct th_estimate_table *table)
{
    size_t capacity = table->capacity == 0 ? 256 : 2 * table->capacity;
    uint32_t *set_of = realloc(table->set_of, capacity * table->n_years * sizeof(*set_of));
    if (set_of) {
        table->set_of = set_of;
        table->capacity = capacity;
    }
    return set_of != NULL;
}

static bool grow_sets(struct th_estimate_table *table)
{
    size_t capacity = table->sets_capacity == 0 ? 256 : 2 * table->sets_capacity;
    double *inputs = realloc(table->inputs, (capacity * table->n_inputs + 1) * sizeof(*inputs));
    if (!inputs) {
        return false;
    }
    table->inputs = inputs;
    size_t *errors_end = realloc(table->errors_end, capacity * sizeof(*errors_end));
    if (!errors_end) {
        return false;
    }
    table->errors_end = errors_end;
    table->sets_capacity = capacity;
    return true;
}

static bool grow_errors(struct th_estimate_table *table, size_t n)
{
    size_t capacity = 2 * (table->errors_capacity + n);
    struct th_estimate_error *errors = realloc(table->errors, capacity * sizeof(*errors));
    if (errors) {
        table->errors = errors;
        table->errors_capacity = capacity;
    }
    return errors != NULL;
}

struct set { // borrowed
    const double *inputs;
    const struct th_estimate_error *errors; // NULL without
    size_t n_errors;
};

static struct set set_at(const struct th_estimate_table *table, size_t index)
{
    size_t first = index > 0 ? table->errors_end[index - 1] : 0;
    size_t n_errors = table->errors_end[index] - first;
    return (struct set){.inputs = table->inputs + index * table->n_inputs,
                        .errors = n_errors > 0 ? table->errors + first : NULL,
                        .n_errors = n_errors};
}

static bool is_set(const struct th_estimate_table *table, size_t index,
                   const struct th_estimate_values *values)
{
    if (index >= table->n_sets) {
        return false;
    }
    struct set set = set_at(table, index);
    return set.n_errors == values->n_errors &&
           memcmp(set.inputs, values->inputs, table->n_inputs * sizeof(*set.inputs)) == 0 &&
           (set.n_errors == 0 ||
            memcmp(set.errors, values->errors, set.n_errors * sizeof(*set.errors)) == 0);
}

static enum th_status add_set(struct th_estimate_table *table,
                              const struct th_estimate_values *values, struct th_error *err)
{
    bool fits = table->n_sets < table->sets_capacity || grow_sets(table);
    if (fits && table->n_errors + values->n_errors > table->errors_capacity) {
        fits = grow_errors(table, values->n_errors);
    }
    if (!fits) {
        return th_error_no_memory(err);
    }
    memcpy(table->inputs + table->n_sets * table->n_inputs, values->inputs,
           table->n_inputs * sizeof(*table->inputs));
    if (values->n_errors > 0) {
        memcpy(table->errors + table->n_errors, values->errors,
               values->n_errors * sizeof(*table->errors));
    }
    table->n_errors += values->n_errors;
    table->errors_end[table->n_sets++] = table->n_errors;
    return TH_OK;
}

static bool has_room(const struct th_estimate_table *table)
{
    size_t set_size = table->n_inputs * sizeof(*table->inputs) + sizeof(*table->errors_end);
    size_t size = table->n_sets * set_size + table->n_errors * sizeof(*table->errors) +
                  table->n_kept * table->n_years * sizeof(*table->set_of);
    return size < table->memory_max && table->n_sets < UINT32_MAX - table->n_years;
}

// Values of a parcel that is read for the first time; kept while there is room.
struct reading {
    struct th_estimate_table *table;
    bool is_kept;
    size_t n_unrecorded;
};

static enum th_status keep_year(void *context, size_t column,
                                const struct th_estimate_values *values, struct th_error *err)
{
    struct reading *reading = context;
    struct th_estimate_table *table = reading->table;
    if (values && th_estimate_is_unrecorded(table->methodology, values->is_default)) {
        reading->n_unrecorded++;
    }
    if (!reading->is_kept || !values) {
        return TH_OK;
    }
    if (!is_set(table, table->last_sets[column], values)) {
        enum th_status status = add_set(table, values, err);
        if (status != TH_OK) {
            return status;
        }
        table->last_sets[column] = table->n_sets - 1;
    }
    table->set_of[table->n_kept * table->n_years + column] = (uint32_t)table->last_sets[column];
    return TH_OK;
}

enum th_status th_estimate_table_add(struct th_estimate_table *table,
                                     const struct th_estimate_source *sources, size_t n_ahead,
                                     struct th_error *err)
{
    struct reading reading = {.table = table};
    size_t n_sets = table->n_sets;
    size_t n_errors = table->n_errors;
    reading.is_kept = table->n_kept == table->n_parcels && has_room(table);
    enum th_status status = TH_OK;
    if (reading.is_kept && table->n_kept == table->capacity && !grow_parcels(table)) {
        status = th_error_no_memory(err);
    }
    if (status == TH_OK) {
        status = read_parcel(table, sources, n_ahead, keep_year, &reading, err);
    }
    if (status != TH_OK) {
        table->n_sets = n_sets;
        table->n_errors = n_errors;
        return status;
    }
    table->n_parcels++;
    table->n_kept += reading.is_kept ? 1 : 0;
    table->n_unrecorded += reading.n_unrecorded;
    return TH_OK;
}

// --- Blocks --------------------------------------------------------------------------------------

struct block {
    struct th_estimate_year_block *years;
    double *inputs; // of parcels that are not kept, by year, then place
    struct th_estimate_error *errors;
};

static bool block_make(const struct th_estimate_table *table, struct block *block)
{
    size_t rows = TH_ESTIMATE_BLOCK * table->n_years;
    bool reads_again = table->n_kept < table->n_parcels && table->n_inputs > 0;
    *block = (struct block){.years = calloc(table->n_years, sizeof(*block->years))};
    if (reads_again) {
        block->inputs = calloc(rows * table->n_inputs, sizeof(*block->inputs));
        block->errors = calloc(rows * table->n_inputs, sizeof(*block->errors));
    }
    return block->years && (!reads_again || (block->inputs && block->errors));
}

static void block_clear(struct block *block)
{
    free(block->years);
    free(block->inputs);
    free(block->errors);
}

// A parcel in a year, as yet without what it brings along.
static struct th_estimate_parcel *add_parcel(struct block *block, size_t column,
                                             const struct th_estimate_source *then, size_t place)
{
    struct th_estimate_year_block *year = &block->years[column];
    year->places[year->n] = (uint16_t)place;
    year->parcels[year->n] = (struct th_estimate_parcel){.parcel_id = then->parcel_id,
                                                         .measured = then->measured,
                                                         .has_contracted = then->has_contracted,
                                                         .contracted = then->contracted};
    return &year->parcels[year->n++];
}

struct again { // a parcel that is read again
    const struct th_estimate_table *table;
    const struct th_estimate_source *source;
    struct block *block;
    size_t place;
};

static enum th_status fill_again(void *context, size_t column,
                                 const struct th_estimate_values *values, struct th_error *err)
{
    const struct again *again = context;
    struct th_estimate_source scratch;
    size_t n_inputs = again->table->n_inputs;
    const struct th_estimate_source *then =
        th_estimate_source_then(again->source, again->table->from_year + (int)column, &scratch);
    (void)err;
    if (!values || !then) {
        return TH_OK;
    }
    struct th_estimate_parcel *parcel = add_parcel(again->block, column, then, again->place);
    if (n_inputs > 0) {
        size_t row = column * TH_ESTIMATE_BLOCK + again->place;
        double *inputs = again->block->inputs + row * n_inputs;
        struct th_estimate_error *errors = again->block->errors + row * n_inputs;
        assert(values->n_errors <= n_inputs);
        memcpy(inputs, values->inputs, n_inputs * sizeof(*inputs));
        memcpy(errors, values->errors, values->n_errors * sizeof(*errors));
        parcel->inputs = inputs;
        parcel->errors = errors;
        parcel->n_errors = values->n_errors;
    }
    return TH_OK;
}

static void fill_kept(const struct th_estimate_table *table,
                      const struct th_estimate_source *source, size_t index, struct block *block,
                      size_t place)
{
    struct th_estimate_source scratch;
    for (size_t column = 0; column < table->n_years; column++) {
        const struct th_estimate_source *then =
            th_estimate_source_then(source, table->from_year + (int)column, &scratch);
        if (!then) {
            continue;
        }
        struct th_estimate_parcel *parcel = add_parcel(block, column, then, place);
        struct set set = set_at(table, table->set_of[index * table->n_years + column]);
        parcel->inputs = set.inputs;
        parcel->errors = set.errors;
        parcel->n_errors = set.n_errors;
    }
}

enum th_status
th_estimate_table_each(struct th_estimate_table *table, const struct th_estimate_source *sources,
                       const uint32_t *order,
                       enum th_status (*take)(void *context, const struct th_estimate_block *block,
                                              struct th_error *err),
                       void *context, struct th_error *err)
{
    struct block block;
    uint32_t indices[TH_ESTIMATE_BLOCK];
    enum th_status status = block_make(table, &block) ? TH_OK : th_error_no_memory(err);
    for (size_t first = 0; first < table->n_parcels && status == TH_OK;
         first += TH_ESTIMATE_BLOCK) {
        size_t rest = table->n_parcels - first;
        const struct th_estimate_block given = {.indices = indices,
                                                .n = rest < TH_ESTIMATE_BLOCK ? rest
                                                                              : TH_ESTIMATE_BLOCK,
                                                .years = block.years};
        for (size_t column = 0; column < table->n_years; column++) {
            block.years[column].n = 0;
        }
        for (size_t i = 0; i < given.n && status == TH_OK; i++) {
            indices[i] = order ? order[first + i] : (uint32_t)(first + i);
            const struct th_estimate_source *source = &sources[indices[i]];
            if (indices[i] < table->n_kept) {
                fill_kept(table, source, indices[i], &block, i);
                continue;
            }
            struct again again = {table, source, &block, i};
            status = read_parcel(table, source, 1, fill_again, &again, err);
        }
        status = status == TH_OK ? take(context, &given, err) : status;
    }
    block_clear(&block);
    return status;
}
