#include "methodology/separate.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "methodology/calc_internal.h"

// A product of two nodes, one of each side; -1 stands for 1.
struct product {
    int d; // in `activity`
    int f; // in `factors`
};

struct form { // a node as a sum of products
    struct product products[TH_SEPARATE_PARTS_MAX];
    size_t n;
};

struct th_separate {
    struct th_calc activity; // of the parcel's data
    struct th_calc factors;  // of the drawn parameters: its inputs, by slot
    struct product parts[TH_SEPARATE_PARTS_MAX];
    enum th_side sides[TH_SEPARATE_PARTS_MAX];
    enum th_gas gases[TH_SEPARATE_PARTS_MAX];
    size_t n_parts;
};

enum sort { SORT_NUMBER, SORT_DATA, SORT_UNCERTAIN, SORT_MIXED };

struct splitter {
    const struct th_calc *calc;
    const bool *is_uncertain;
    enum sort sorts[TH_CALC_NODES_MAX];
    int in_activity[TH_CALC_NODES_MAX]; // where a node was copied to; -1: not yet
    int in_factors[TH_CALC_NODES_MAX];
    struct th_separate *separate;
    struct th_error *err;
};

static bool reaches_uncertain(const struct splitter *splitter, const struct th_calc_node *node)
{
    bool uncertain = node->op == TH_OP_SLOT && splitter->is_uncertain[node->index];
    for (size_t i = 0; node->op == TH_OP_CHOOSE && i < node->n_rows; i++) {
        uncertain = uncertain || splitter->is_uncertain[node->index + i];
    }
    const int operands[] = {node->a, node->b, node->c};
    for (size_t i = 0; i < 3; i++) {
        if (operands[i] >= 0) {
            enum sort sort = splitter->sorts[operands[i]];
            uncertain = uncertain || sort == SORT_UNCERTAIN || sort == SORT_MIXED;
        }
    }
    return uncertain;
}

static void sort_nodes(struct splitter *splitter)
{
    for (size_t i = 0; i < splitter->calc->n_nodes; i++) {
        const struct th_calc_node *node = &splitter->calc->nodes[i];
        bool uncertain = reaches_uncertain(splitter, node);
        splitter->sorts[i] = node->by_parcel ? (uncertain ? SORT_MIXED : SORT_DATA)
                                             : (uncertain ? SORT_UNCERTAIN : SORT_NUMBER);
        splitter->in_activity[i] = splitter->in_factors[i] = -1;
    }
}

static enum th_status too_long(const struct splitter *splitter)
{
    return th_error_set(splitter->err, TH_LIMIT, "calc_too_long", NULL);
}

static enum th_status append(const struct splitter *splitter, struct th_calc *calc,
                             const struct th_calc_node *node, int *ret_index)
{
    if (calc->n_nodes == TH_CALC_NODES_MAX) {
        return too_long(splitter);
    }
    calc->nodes[calc->n_nodes] = *node;
    *ret_index = (int)calc->n_nodes++;
    return TH_OK;
}

// A node and all that it needs, into `calc`. Lines lose their rounding; a drawn parameter becomes
// the input of its slot.
static enum th_status copy(struct splitter *splitter, struct th_calc *calc, int *copied, int index,
                           int *ret_index)
{
    if (copied[index] >= 0) {
        *ret_index = copied[index];
        return TH_OK;
    }
    struct th_calc_node node = splitter->calc->nodes[index];
    int *const operands[] = {&node.a, &node.b, &node.c};
    bool varies = node.op == TH_OP_INPUT;
    for (size_t i = 0; i < 3; i++) {
        if (*operands[i] >= 0) {
            enum th_status status = copy(splitter, calc, copied, *operands[i], operands[i]);
            if (status != TH_OK) {
                return status;
            }
            varies = varies || calc->nodes[*operands[i]].by_parcel;
        }
    }
    assert(node.op != TH_OP_CHOOSE || splitter->sorts[index] != SORT_UNCERTAIN);
    if (node.op == TH_OP_LINE) {
        node.op = TH_OP_RETYPE;
    } else if (node.op == TH_OP_SLOT && splitter->is_uncertain[node.index]) {
        node.op = TH_OP_INPUT;
        varies = true;
    }
    node.by_parcel = varies;
    enum th_status status = append(splitter, calc, &node, &copied[index]);
    *ret_index = copied[index];
    return status;
}

static enum th_status to_activity(struct splitter *splitter, int index, int *ret_index)
{
    return copy(splitter, &splitter->separate->activity, splitter->in_activity, index, ret_index);
}

static enum th_status to_factors(struct splitter *splitter, int index, int *ret_index)
{
    return copy(splitter, &splitter->separate->factors, splitter->in_factors, index, ret_index);
}

// a · b or a ÷ b within one side, where -1 is 1.
static enum th_status combine(const struct splitter *splitter, struct th_calc *calc, enum th_op op,
                              int a, int b, int *ret_index)
{
    if (b < 0 || (a < 0 && op == TH_OP_MUL)) {
        *ret_index = b < 0 ? a : b;
        return TH_OK;
    }
    enum th_status status = TH_OK;
    if (a < 0) {
        const struct th_calc_node one = {
            .op = TH_OP_NUMBER, .a = -1, .b = -1, .c = -1, .number = {1, 1}};
        status = append(splitter, calc, &one, &a);
    }
    if (status == TH_OK) {
        const struct th_calc_node node = {.op = op,
                                          .a = a,
                                          .b = b,
                                          .c = -1,
                                          .by_parcel =
                                              calc->nodes[a].by_parcel || calc->nodes[b].by_parcel};
        status = append(splitter, calc, &node, ret_index);
    }
    return status;
}

static enum th_status add_product(const struct splitter *splitter, struct form *form,
                                  struct product product)
{
    if (form->n == TH_SEPARATE_PARTS_MAX) {
        return too_long(splitter);
    }
    form->products[form->n++] = product;
    return TH_OK;
}

static enum th_status form_of(struct splitter *splitter, int index, struct form *form);

static struct form *form_new(struct splitter *splitter, int index, enum th_status *status)
{
    struct form *form = *status == TH_OK ? calloc(1, sizeof(*form)) : NULL;
    if (form) {
        *status = form_of(splitter, index, form);
    } else if (*status == TH_OK) {
        *status = th_error_no_memory(splitter->err);
    }
    return form;
}

static enum th_status form_of_sum(struct splitter *splitter, const struct th_calc_node *node,
                                  struct form *form)
{
    enum th_status status = form_of(splitter, node->a, form);
    struct form *right = form_new(splitter, node->b, &status);
    int minus = -1;
    if (status == TH_OK && node->op == TH_OP_SUB) {
        const struct th_calc_node number = {
            .op = TH_OP_NUMBER, .a = -1, .b = -1, .c = -1, .number = {-1, 1}};
        status = append(splitter, &splitter->separate->factors, &number, &minus);
    }
    for (size_t i = 0; status == TH_OK && i < right->n; i++) {
        struct product product = right->products[i];
        status = combine(splitter, &splitter->separate->factors, TH_OP_MUL, product.f, minus,
                         &product.f);
        status = status == TH_OK ? add_product(splitter, form, product) : status;
    }
    free(right);
    return status;
}

// Every product of the left with every one of the right; a divisor has only one.
static enum th_status form_of_product(struct splitter *splitter, const struct th_calc_node *node,
                                      struct form *form)
{
    enum th_status status = TH_OK;
    struct form *left = form_new(splitter, node->a, &status);
    struct form *right = form_new(splitter, node->b, &status);
    for (size_t i = 0; status == TH_OK && i < left->n; i++) {
        for (size_t k = 0; status == TH_OK && k < right->n; k++) {
            struct product product = {-1, -1};
            status = combine(splitter, &splitter->separate->activity, node->op, left->products[i].d,
                             right->products[k].d, &product.d);
            if (status == TH_OK) {
                status = combine(splitter, &splitter->separate->factors, node->op,
                                 left->products[i].f, right->products[k].f, &product.f);
            }
            status = status == TH_OK ? add_product(splitter, form, product) : status;
        }
    }
    free(left);
    free(right);
    return status;
}

// A table by the parcel's key: each row counts where it is chosen.
static enum th_status form_of_table(struct splitter *splitter, const struct th_calc_node *node,
                                    struct form *form)
{
    struct th_calc *activity = &splitter->separate->activity;
    int key = -1;
    enum th_status status = to_activity(splitter, node->a, &key);
    for (size_t row = 0; row < node->n_rows && status == TH_OK; row++) {
        const struct th_calc_node indicator = {.op = TH_OP_INDICATOR,
                                               .a = key,
                                               .b = -1,
                                               .c = -1,
                                               .index = row,
                                               .n_rows = node->n_rows,
                                               .first_threshold = node->first_threshold,
                                               .by_parcel = true};
        size_t slot = node->index + row;
        const struct th_calc_node value = {.op = splitter->is_uncertain[slot] ? TH_OP_INPUT
                                                                              : TH_OP_SLOT,
                                           .a = -1,
                                           .b = -1,
                                           .c = -1,
                                           .index = slot,
                                           .by_parcel = splitter->is_uncertain[slot]};
        struct product product = {-1, -1};
        status = append(splitter, activity, &indicator, &product.d);
        if (status == TH_OK) {
            status = append(splitter, &splitter->separate->factors, &value, &product.f);
        }
        status = status == TH_OK ? add_product(splitter, form, product) : status;
    }
    return status;
}

static enum th_status not_separable(const struct splitter *splitter)
{
    return th_error_set(splitter->err, TH_INVALID, "not_separable", NULL);
}

static enum th_status form_of_mixed(struct splitter *splitter, const struct th_calc_node *node,
                                    struct form *form)
{
    switch (node->op) {
    case TH_OP_ADD:
    case TH_OP_SUB:
        return form_of_sum(splitter, node, form);
    case TH_OP_MUL:
        return form_of_product(splitter, node, form);
    case TH_OP_DIV:
        return splitter->sorts[node->b] == SORT_MIXED ? not_separable(splitter)
                                                      : form_of_product(splitter, node, form);
    case TH_OP_CHOOSE:
        return splitter->sorts[node->a] == SORT_DATA ? form_of_table(splitter, node, form)
                                                     : not_separable(splitter);
    case TH_OP_LINE:
    case TH_OP_RETYPE:
        return form_of(splitter, node->a, form);
    case TH_OP_NUMBER:
    case TH_OP_SLOT:
    case TH_OP_INPUT:
    case TH_OP_MIN:
    case TH_OP_MAX:
    case TH_OP_WITHIN:
    case TH_OP_EXP:
    case TH_OP_LN:
    case TH_OP_LOG10:
    case TH_OP_POW:
    case TH_OP_INDICATOR:
        break;
    }
    return not_separable(splitter);
}

static enum th_status form_of(struct splitter *splitter, int index, struct form *form)
{
    const struct th_calc_node *node = &splitter->calc->nodes[index];
    struct product product = {-1, -1};
    enum th_status status = TH_OK;
    switch (splitter->sorts[index]) {
    case SORT_DATA:
        status = to_activity(splitter, index, &product.d);
        break;
    case SORT_NUMBER:
    case SORT_UNCERTAIN:
        status = to_factors(splitter, index, &product.f);
        break;
    case SORT_MIXED:
        return form_of_mixed(splitter, node, form);
    }
    return status == TH_OK ? add_product(splitter, form, product) : status;
}

static enum th_status separate_line(struct splitter *splitter, size_t line)
{
    struct th_separate *separate = splitter->separate;
    const struct th_calc_line_info *info = &splitter->calc->lines[line];
    enum th_status status = TH_OK;
    struct form *form = form_new(splitter, splitter->calc->line_nodes[line], &status);
    for (size_t i = 0; status == TH_OK && i < form->n; i++) {
        if (separate->n_parts == TH_SEPARATE_PARTS_MAX) {
            status = too_long(splitter);
            break;
        }
        separate->parts[separate->n_parts] = form->products[i];
        separate->sides[separate->n_parts] = info->side;
        separate->gases[separate->n_parts++] = info->gas;
    }
    free(form);
    if (status == TH_INVALID && splitter->err) {
        char term[TH_ERROR_KEY_SIZE];
        (void)snprintf(term, sizeof(term), "@%s", info->term);
        th_error_add(splitter->err, "term", term);
    }
    return status;
}

enum th_status th_separate_new(const struct th_calc *calc, const bool *is_uncertain,
                               struct th_separate **ret_separate, struct th_error *err)
{
    struct splitter *splitter = calloc(1, sizeof(*splitter));
    struct th_separate *separate = calloc(1, sizeof(*separate));
    enum th_status status = splitter && separate ? TH_OK : th_error_no_memory(err);
    if (status != TH_OK) {
        goto done;
    }
    *splitter = (struct splitter){
        .calc = calc, .is_uncertain = is_uncertain, .separate = separate, .err = err};
    for (size_t i = 0; i < calc->n_thresholds; i++) {
        separate->activity.thresholds[i] = calc->thresholds[i];
    }
    separate->activity.n_thresholds = calc->n_thresholds;
    sort_nodes(splitter);
    for (size_t line = 0; line < calc->n_lines && status == TH_OK; line++) {
        if (calc->lines[line].counted) {
            status = separate_line(splitter, line);
        }
    }
done:
    free(splitter);
    if (status != TH_OK) {
        free(separate);
        return status;
    }
    *ret_separate = separate;
    return TH_OK;
}

void th_separate_free(struct th_separate *separate)
{
    free(separate);
}

size_t th_separate_n_parts(const struct th_separate *separate)
{
    return separate->n_parts;
}

void th_separate_part(const struct th_separate *separate, size_t part, enum th_side *ret_side,
                      enum th_gas *ret_gas)
{
    assert(part < separate->n_parts);
    *ret_side = separate->sides[part];
    *ret_gas = separate->gases[part];
}

// Columns of the nodes that are not 1, and ones for those that are.
static enum th_status columns(const struct th_calc *calc, const double *slots,
                              const struct th_calc_batch *batch, const int *nodes, size_t n_nodes,
                              double *const *ret_columns, struct th_error *err)
{
    int outputs[TH_SEPARATE_PARTS_MAX];
    double *wanted[TH_SEPARATE_PARTS_MAX];
    size_t n_wanted = 0;
    for (size_t i = 0; i < n_nodes; i++) {
        if (nodes[i] >= 0) {
            outputs[n_wanted] = nodes[i];
            wanted[n_wanted++] = ret_columns[i];
            continue;
        }
        for (size_t k = 0; k < batch->n; k++) {
            ret_columns[i][k] = 1.0;
        }
    }
    return th_calc_columns(calc, slots, batch, outputs, n_wanted, wanted, err);
}

enum th_status th_separate_activity(const struct th_separate *separate, const double *slots,
                                    const struct th_calc_batch *batch, double *const *ret_columns,
                                    struct th_error *err)
{
    int nodes[TH_SEPARATE_PARTS_MAX];
    for (size_t i = 0; i < separate->n_parts; i++) {
        nodes[i] = separate->parts[i].d;
    }
    return columns(&separate->activity, slots, batch, nodes, separate->n_parts, ret_columns, err);
}

enum th_status th_separate_factors(const struct th_separate *separate, const double *slots,
                                   const double *const *draws, size_t n, double *const *ret_columns,
                                   struct th_error *err)
{
    int nodes[TH_SEPARATE_PARTS_MAX];
    struct th_calc_batch batch = {.n = n, .inputs = draws};
    for (size_t i = 0; i < separate->n_parts; i++) {
        nodes[i] = separate->parts[i].f;
    }
    return columns(&separate->factors, slots, &batch, nodes, separate->n_parts, ret_columns, err);
}
