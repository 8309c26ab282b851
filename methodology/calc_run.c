// Computing a calc for many parcels: node by node over blocks that stay in the cache. What no input
// reaches is computed once; every operation works on whole columns, so that the compiler uses
// whatever width the processor has, element by element and therefore with the same bytes.
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "methodology/calc_internal.h"
#include "methodology/decimal_internal.h"
#include "methodology/maths.h"

enum { BLOCK = 128 };

static const double LN_10 = 2.302585092994045684;

static void choose(const struct th_calc *calc, const struct th_calc_node *node, const double *slots,
                   const double *key, double *out, size_t n)
{
    const double *from = &calc->thresholds[node->first_threshold];
    for (size_t i = 0; i < n; i++) {
        out[i] = key[i] >= from[0] ? slots[node->index] : (double)NAN;
    }
    for (size_t row = 1; row < node->n_rows; row++) {
        double value = slots[node->index + row];
        for (size_t i = 0; i < n; i++) {
            out[i] = key[i] >= from[row] ? value : out[i];
        }
    }
}

static void indicate(const struct th_calc *calc, const struct th_calc_node *node, const double *key,
                     double *out, size_t n)
{
    const double *from = &calc->thresholds[node->first_threshold];
    double low = from[node->index];
    double high = node->index + 1 < node->n_rows ? from[node->index + 1] : (double)INFINITY;
    for (size_t i = 0; i < n; i++) {
        double chosen = key[i] >= low && key[i] < high ? 1.0 : 0.0;
        out[i] = key[i] >= from[0] ? chosen : (double)NAN;
    }
}

static void fill(double *out, size_t n, double value)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = value;
    }
}

// Of a whole column. What is no number stays none, in min, max and within (a − a) too.
#define COLUMN(expression)                                                                         \
    for (size_t i = 0; i < n; i++) {                                                               \
        out[i] = (expression);                                                                     \
    }

static void compute(const struct th_calc *calc, const struct th_calc_node *node,
                    const double *slots, const double *a, const double *b, const double *c,
                    double *out, size_t n)
{
    switch (node->op) {
    case TH_OP_NUMBER:
        fill(out, n, th_ratio_double(node->number));
        break;
    case TH_OP_SLOT:
        fill(out, n, slots[node->index]);
        break;
    case TH_OP_CHOOSE:
        choose(calc, node, slots, a, out, n);
        break;
    case TH_OP_INDICATOR:
        indicate(calc, node, a, out, n);
        break;
    case TH_OP_ADD:
        COLUMN(a[i] + b[i])
        break;
    case TH_OP_SUB:
        COLUMN(a[i] - b[i])
        break;
    case TH_OP_MUL:
        COLUMN(a[i] * b[i])
        break;
    case TH_OP_DIV:
        COLUMN(a[i] / b[i])
        break;
    case TH_OP_MIN:
        COLUMN(a[i] <= b[i] || a[i] != a[i] ? a[i] : b[i])
        break;
    case TH_OP_MAX:
        COLUMN(a[i] >= b[i] || a[i] != a[i] ? a[i] : b[i])
        break;
    case TH_OP_WITHIN:
        COLUMN(a[i] >= b[i] && a[i] < c[i] ? 1.0 : a[i] - a[i])
        break;
    case TH_OP_EXP:
        COLUMN(th_exp(a[i]))
        break;
    case TH_OP_LN:
        COLUMN(th_ln(a[i]))
        break;
    case TH_OP_LOG10:
        COLUMN(th_ln(a[i]) / LN_10)
        break;
    case TH_OP_POW:
        COLUMN(th_pow(a[i], b[i]))
        break;
    case TH_OP_LINE:
        th_round_column_on(th_vector_best(), a, out, n);
        break;
    case TH_OP_RETYPE:
        memcpy(out, a, n * sizeof(*out));
        break;
    case TH_OP_INPUT:
        assert(false); // stands in the batch
        break;
    }
}

struct room { // one column of a block for each node
    const double *columns[TH_CALC_NODES_MAX];
    double *owned;
};

static double *column_of(const struct room *room, size_t node)
{
    return room->owned + node * BLOCK;
}

static const double *operand(const struct room *room, int node)
{
    return node < 0 ? NULL : room->columns[node];
}

// Nodes of the wanted sort, in order; `n` rows from `first` of the batch.
static void run_nodes(const struct th_calc *calc, const double *slots,
                      const struct th_calc_batch *batch, size_t first, size_t n, bool by_parcel,
                      struct room *room)
{
    for (size_t i = 0; i < calc->n_nodes; i++) {
        const struct th_calc_node *node = &calc->nodes[i];
        if (node->by_parcel != by_parcel) {
            continue;
        }
        if (node->op == TH_OP_INPUT) {
            room->columns[i] = batch->inputs[node->index] + first;
            continue;
        }
        double *out = column_of(room, i);
        compute(calc, node, slots, operand(room, node->a), operand(room, node->b),
                operand(room, node->c), out, n);
        room->columns[i] = out;
    }
}

static bool all_finite(const double *values, size_t n)
{
    double sum = 0.0; // of zeros, or of what is none
    for (size_t i = 0; i < n; i++) {
        sum += values[i] - values[i];
    }
    return sum == 0.0;
}

// The first line without a value in the block, which the counted ones have it from.
static enum th_status undefined(const struct th_calc *calc, const struct room *room, size_t first,
                                size_t n, struct th_error *err)
{
    for (size_t row = 0; row < n; row++) {
        for (size_t line = 0; line < calc->n_lines; line++) {
            if (!isfinite(room->columns[calc->line_nodes[line]][row])) {
                const char *name = calc->lines[line].term;
                char term[TH_ERROR_KEY_SIZE];
                (void)snprintf(term, sizeof(term), "@%s", name ? name : "term.input");
                (void)th_error_set(err, TH_DATA_PROBLEM, "calc_undefined", "term", term, NULL);
                size_t at = first + row;
                th_error_add_int(err, "row", (long long)at);
                return TH_DATA_PROBLEM;
            }
        }
    }
    return TH_OK;
}

static enum th_status room_make(const struct th_calc *calc, const double *slots,
                                struct room *ret_room, struct th_error *err)
{
    static const struct th_calc_batch none = {0};
    assert(calc->fault.status == TH_OK);
    *ret_room = (struct room){.owned = malloc(calc->n_nodes * BLOCK * sizeof(double))};
    if (!ret_room->owned) {
        return th_error_no_memory(err);
    }
    run_nodes(calc, slots, &none, 0, BLOCK, false, ret_room);
    return TH_OK;
}

static void add_column(double *sum, const double *more, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        sum[i] += more[i];
    }
}

// Counts the lines of a block in their order, so that every sum is made in one order only.
static enum th_status count_block(const struct th_calc *calc, const struct room *room, size_t first,
                                  size_t n, double *ret_kg[TH_N_SIDES][TH_N_GASES],
                                  struct th_error *err)
{
    for (size_t line = 0; line < calc->n_lines; line++) {
        const struct th_calc_line_info *info = &calc->lines[line];
        const double *values = room->columns[calc->line_nodes[line]];
        if (!info->counted) {
            continue;
        }
        if (!all_finite(values, n)) {
            return undefined(calc, room, first, n, err);
        }
        double *out = ret_kg[info->side][info->gas];
        if (out) {
            add_column(out + first, values, n);
        }
    }
    return TH_OK;
}

enum th_status th_calc_run(const struct th_calc *calc, const double *slots,
                           const struct th_calc_batch *batch,
                           double *ret_kg[TH_N_SIDES][TH_N_GASES], struct th_error *err)
{
    struct room room;
    enum th_status status = room_make(calc, slots, &room, err);
    if (status != TH_OK) {
        return status;
    }
    for (size_t i = 0; i < (size_t)TH_N_SIDES * TH_N_GASES; i++) {
        double *out = ret_kg[i / TH_N_GASES][i % TH_N_GASES];
        if (out) {
            fill(out, batch->n, 0.0);
        }
    }
    for (size_t first = 0; first < batch->n && status == TH_OK; first += BLOCK) {
        size_t n = batch->n - first < BLOCK ? batch->n - first : BLOCK;
        run_nodes(calc, slots, batch, first, n, true, &room);
        status = count_block(calc, &room, first, n, ret_kg, err);
    }
    free(room.owned);
    return status;
}

enum th_status th_calc_columns(const struct th_calc *calc, const double *slots,
                               const struct th_calc_batch *batch, const int *outputs,
                               size_t n_outputs, double *const *ret_columns, struct th_error *err)
{
    struct room room;
    enum th_status status = room_make(calc, slots, &room, err);
    if (status != TH_OK) {
        return status;
    }
    for (size_t first = 0; first < batch->n; first += BLOCK) {
        size_t n = batch->n - first < BLOCK ? batch->n - first : BLOCK;
        run_nodes(calc, slots, batch, first, n, true, &room);
        for (size_t i = 0; i < n_outputs; i++) {
            memcpy(ret_columns[i] + first, room.columns[outputs[i]], n * sizeof(double));
        }
    }
    free(room.owned);
    return TH_OK;
}

enum th_status th_calc_sheet_new(const struct th_calc *calc, const double *slots,
                                 const struct th_calc_batch *batch, size_t row,
                                 struct th_calc_sheet **ret_sheet, struct th_error *err)
{
    struct room room = {.owned = NULL};
    assert(row < batch->n);
    struct th_calc_sheet *sheet = malloc(sizeof(*sheet));
    enum th_status status = sheet ? room_make(calc, slots, &room, err) : th_error_no_memory(err);
    if (status == TH_OK) {
        run_nodes(calc, slots, batch, row, 1, true, &room);
        status = undefined(calc, &room, row, 1, err);
    }
    for (size_t i = 0; i < calc->n_nodes && status == TH_OK; i++) {
        sheet->values[i] = room.columns[i][0];
    }
    free(room.owned);
    if (status != TH_OK) {
        free(sheet);
        return status;
    }
    sheet->calc = calc;
    *ret_sheet = sheet;
    return TH_OK;
}

void th_calc_sheet_free(struct th_calc_sheet *sheet)
{
    free(sheet);
}

double th_calc_sheet_value(const struct th_calc_sheet *sheet, size_t line)
{
    assert(line < sheet->calc->n_lines);
    return sheet->values[sheet->calc->line_nodes[line]];
}
