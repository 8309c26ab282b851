#include "methodology/calc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "methodology/calc_internal.h"

struct th_calc *th_calc_new(void)
{
    return calloc(1, sizeof(struct th_calc));
}

void th_calc_free(struct th_calc *calc)
{
    free(calc);
}

static bool is_sound(const struct th_calc *calc)
{
    return calc->fault.status == TH_OK;
}

static struct th_node nothing(void)
{
    return (struct th_node){-1};
}

static const struct th_calc_node *at(const struct th_calc *calc, struct th_node node)
{
    assert(node.index >= 0 && (size_t)node.index < calc->n_nodes);
    return &calc->nodes[node.index];
}

static size_t n_operands(enum th_op op)
{
    switch (op) {
    case TH_OP_NUMBER:
    case TH_OP_SLOT:
    case TH_OP_INPUT:
        return 0;
    case TH_OP_CHOOSE:
    case TH_OP_EXP:
    case TH_OP_LN:
    case TH_OP_LOG10:
    case TH_OP_RETYPE:
    case TH_OP_INDICATOR:
    case TH_OP_LINE:
        return 1;
    case TH_OP_ADD:
    case TH_OP_SUB:
    case TH_OP_MIN:
    case TH_OP_MAX:
    case TH_OP_MUL:
    case TH_OP_DIV:
    case TH_OP_POW:
        return 2;
    case TH_OP_WITHIN:
        break;
    }
    return 3;
}

static struct th_node add_node(struct th_calc *calc, const struct th_calc_node *node)
{
    if (!is_sound(calc)) {
        return nothing();
    }
    if (calc->n_nodes == TH_CALC_NODES_MAX) {
        (void)th_error_set(&calc->fault, TH_LIMIT, "calc_too_long", NULL);
        return nothing();
    }
    struct th_calc_node *added = &calc->nodes[calc->n_nodes];
    *added = *node;
    int *const operands[] = {&added->a, &added->b, &added->c};
    for (size_t i = n_operands(node->op); i < 3; i++) {
        *operands[i] = -1;
    }
    return (struct th_node){(int)calc->n_nodes++};
}

// A leaf's unit is a text, an operation's comes from its operands.
static struct th_node add_leaf(struct th_calc *calc, struct th_calc_node *node, const char *unit)
{
    if (!is_sound(calc) || th_unit_parse(unit, &node->unit, &calc->fault) != TH_OK) {
        return nothing();
    }
    return add_node(calc, node);
}

void th_calc_section(struct th_calc *calc, size_t section)
{
    calc->section = section;
}

struct th_node th_calc_number(struct th_calc *calc, struct th_ratio value, const char *unit,
                              const char *source)
{
    struct th_calc_node node = {.op = TH_OP_NUMBER, .number = value, .source = source};
    return add_leaf(calc, &node, unit);
}

struct th_node th_calc_parameter(struct th_calc *calc, size_t slot, const char *unit)
{
    assert(slot < TH_CALC_SLOTS_MAX);
    struct th_calc_node node = {.op = TH_OP_SLOT, .index = slot};
    return add_leaf(calc, &node, unit);
}

struct th_node th_calc_input(struct th_calc *calc, size_t input, const char *unit)
{
    assert(input < TH_CALC_INPUTS_MAX);
    struct th_calc_node node = {.op = TH_OP_INPUT, .index = input, .by_parcel = true};
    return add_leaf(calc, &node, unit);
}

struct th_node th_calc_choose(struct th_calc *calc, struct th_node key, const double *from,
                              size_t n_rows, size_t first_slot, const char *unit)
{
    assert(n_rows >= 1 && first_slot + n_rows <= TH_CALC_SLOTS_MAX);
    if (!is_sound(calc)) {
        return nothing();
    }
    if (n_rows > TH_CALC_THRESHOLDS_MAX - calc->n_thresholds) {
        (void)th_error_set(&calc->fault, TH_LIMIT, "calc_too_long", NULL);
        return nothing();
    }
    struct th_calc_node node = {.op = TH_OP_CHOOSE,
                                .a = key.index,
                                .index = first_slot,
                                .n_rows = n_rows,
                                .first_threshold = calc->n_thresholds,
                                .by_parcel = at(calc, key)->by_parcel};
    for (size_t i = 0; i < n_rows; i++) {
        assert(i == 0 || from[i] > from[i - 1]);
        calc->thresholds[calc->n_thresholds++] = from[i];
    }
    return add_leaf(calc, &node, unit);
}

static void mismatch(struct th_calc *calc, const char *where, const struct th_unit *have,
                     const struct th_unit *want)
{
    char have_text[TH_UNIT_DESCRIPTION_SIZE];
    char want_text[TH_UNIT_DESCRIPTION_SIZE];
    (void)th_error_set(&calc->fault, TH_INVALID, "unit_mismatch", "where", where, "have",
                       th_unit_describe(have, have_text), "want", th_unit_describe(want, want_text),
                       NULL);
}

static const struct th_unit one = {.scale = {1, 1}};

// The node times the exact number that brings it from one scale to another of its dimension.
static struct th_node to_scale(struct th_calc *calc, struct th_node node,
                               const struct th_unit *unit)
{
    struct th_ratio factor;
    if (th_unit_factor(&at(calc, node)->unit, unit, &factor, &calc->fault) != TH_OK) {
        return nothing();
    }
    if (factor.numerator == factor.denominator) {
        return node;
    }
    struct th_calc_node number = {.op = TH_OP_NUMBER, .number = factor, .unit = one};
    struct th_calc_node product = {.op = TH_OP_MUL,
                                   .a = node.index,
                                   .b = add_node(calc, &number).index,
                                   .unit = *unit,
                                   .by_parcel = at(calc, node)->by_parcel};
    return add_node(calc, &product);
}

static bool either_by_parcel(const struct th_calc *calc, struct th_node a, struct th_node b)
{
    return at(calc, a)->by_parcel || at(calc, b)->by_parcel;
}

// Sums and comparisons: one dimension, one scale.
static struct th_node alike(struct th_calc *calc, enum th_op op, const char *name, struct th_node a,
                            struct th_node b)
{
    if (!is_sound(calc)) {
        return nothing();
    }
    const struct th_unit unit = at(calc, a)->unit;
    if (!th_unit_same_dimension(&unit, &at(calc, b)->unit)) {
        mismatch(calc, name, &at(calc, b)->unit, &unit);
        return nothing();
    }
    b = to_scale(calc, b, &unit);
    if (!is_sound(calc)) {
        return nothing();
    }
    struct th_calc_node node = {.op = op,
                                .a = a.index,
                                .b = b.index,
                                .unit = unit,
                                .by_parcel = either_by_parcel(calc, a, b)};
    return add_node(calc, &node);
}

struct th_node th_calc_add(struct th_calc *calc, struct th_node a, struct th_node b)
{
    return alike(calc, TH_OP_ADD, "+", a, b);
}

struct th_node th_calc_sub(struct th_calc *calc, struct th_node a, struct th_node b)
{
    return alike(calc, TH_OP_SUB, "−", a, b);
}

struct th_node th_calc_min(struct th_calc *calc, struct th_node a, struct th_node b)
{
    return alike(calc, TH_OP_MIN, "min", a, b);
}

struct th_node th_calc_max(struct th_calc *calc, struct th_node a, struct th_node b)
{
    return alike(calc, TH_OP_MAX, "max", a, b);
}

struct th_node th_calc_mul(struct th_calc *calc, struct th_node a, struct th_node b)
{
    if (!is_sound(calc)) {
        return nothing();
    }
    struct th_calc_node node = {
        .op = TH_OP_MUL, .a = a.index, .b = b.index, .by_parcel = either_by_parcel(calc, a, b)};
    if (th_unit_mul(&at(calc, a)->unit, &at(calc, b)->unit, &node.unit, &calc->fault) != TH_OK) {
        return nothing();
    }
    return add_node(calc, &node);
}

struct th_node th_calc_div(struct th_calc *calc, struct th_node a, struct th_node b)
{
    if (!is_sound(calc)) {
        return nothing();
    }
    struct th_calc_node node = {
        .op = TH_OP_DIV, .a = a.index, .b = b.index, .by_parcel = either_by_parcel(calc, a, b)};
    if (th_unit_div(&at(calc, a)->unit, &at(calc, b)->unit, &node.unit, &calc->fault) != TH_OK) {
        return nothing();
    }
    return add_node(calc, &node);
}

struct th_node th_calc_within(struct th_calc *calc, struct th_node a, struct th_node low,
                              struct th_node high)
{
    if (!is_sound(calc)) {
        return nothing();
    }
    const struct th_unit unit = at(calc, a)->unit;
    const struct th_node limits[] = {low, high};
    struct th_node scaled[2];
    for (size_t i = 0; i < 2; i++) {
        if (!th_unit_same_dimension(&unit, &at(calc, limits[i])->unit)) {
            mismatch(calc, "within", &at(calc, limits[i])->unit, &unit);
            return nothing();
        }
        scaled[i] = to_scale(calc, limits[i], &unit);
        if (!is_sound(calc)) {
            return nothing();
        }
    }
    struct th_calc_node node = {.op = TH_OP_WITHIN,
                                .a = a.index,
                                .b = scaled[0].index,
                                .c = scaled[1].index,
                                .unit = one,
                                .by_parcel = either_by_parcel(calc, a, scaled[0]) ||
                                             at(calc, scaled[1])->by_parcel};
    return add_node(calc, &node);
}

// The same value under another unit.
static struct th_node retype(struct th_calc *calc, struct th_node a, const struct th_unit *from,
                             const struct th_unit *to, const char *name)
{
    if (!th_unit_same_dimension(&at(calc, a)->unit, from)) {
        mismatch(calc, name, &at(calc, a)->unit, from);
        return nothing();
    }
    struct th_node scaled = to_scale(calc, a, from);
    if (!is_sound(calc)) {
        return nothing();
    }
    struct th_calc_node node = {.op = TH_OP_RETYPE,
                                .a = scaled.index,
                                .unit = *to,
                                .by_parcel = at(calc, scaled)->by_parcel};
    return add_node(calc, &node);
}

struct th_node th_calc_count_of(struct th_calc *calc, struct th_node a, const char *unit)
{
    struct th_unit from;
    if (!is_sound(calc) || th_unit_parse(unit, &from, &calc->fault) != TH_OK) {
        return nothing();
    }
    return retype(calc, a, &from, &one, unit);
}

struct th_node th_calc_as(struct th_calc *calc, struct th_node plain, const char *unit)
{
    struct th_unit to;
    if (!is_sound(calc) || th_unit_parse(unit, &to, &calc->fault) != TH_OK) {
        return nothing();
    }
    return retype(calc, plain, &one, &to, unit);
}

// Functions of plain numbers; `b` < 0 where there is one operand only.
static struct th_node plain_function(struct th_calc *calc, enum th_op op, const char *name,
                                     struct th_node a, struct th_node b)
{
    struct th_node operands[] = {a, b};
    for (size_t i = 0; i < 2 && operands[i].index >= 0; i++) {
        if (!th_unit_same_dimension(&at(calc, operands[i])->unit, &one)) {
            mismatch(calc, name, &at(calc, operands[i])->unit, &one);
            return nothing();
        }
        operands[i] = to_scale(calc, operands[i], &one);
        if (!is_sound(calc)) {
            return nothing();
        }
    }
    struct th_calc_node node = {.op = op,
                                .a = operands[0].index,
                                .b = operands[1].index,
                                .unit = one,
                                .by_parcel = at(calc, operands[0])->by_parcel};
    node.by_parcel = node.by_parcel || (b.index >= 0 && at(calc, operands[1])->by_parcel);
    return add_node(calc, &node);
}

struct th_node th_calc_exp(struct th_calc *calc, struct th_node a)
{
    return is_sound(calc) ? plain_function(calc, TH_OP_EXP, "exp", a, nothing()) : nothing();
}

struct th_node th_calc_ln(struct th_calc *calc, struct th_node a)
{
    return is_sound(calc) ? plain_function(calc, TH_OP_LN, "ln", a, nothing()) : nothing();
}

struct th_node th_calc_log10(struct th_calc *calc, struct th_node a)
{
    return is_sound(calc) ? plain_function(calc, TH_OP_LOG10, "log10", a, nothing()) : nothing();
}

struct th_node th_calc_pow(struct th_calc *calc, struct th_node base, struct th_node exponent)
{
    return is_sound(calc) ? plain_function(calc, TH_OP_POW, "^", base, exponent) : nothing();
}

// `where` names the line in a fault.
static struct th_node add_line(struct th_calc *calc, struct th_node node, const char *where,
                               struct th_calc_line_info info)
{
    struct th_unit want;
    if (!is_sound(calc) || th_unit_parse(info.unit, &want, &calc->fault) != TH_OK) {
        return nothing();
    }
    if (calc->n_lines == TH_CALC_LINES_MAX) {
        (void)th_error_set(&calc->fault, TH_LIMIT, "calc_too_long", NULL);
        return nothing();
    }
    if (!th_unit_same_dimension(&at(calc, node)->unit, &want)) {
        mismatch(calc, where, &at(calc, node)->unit, &want);
        return nothing();
    }
    struct th_node scaled = to_scale(calc, node, &want);
    if (!is_sound(calc)) {
        return nothing();
    }
    struct th_calc_node line = {.op = TH_OP_LINE,
                                .a = scaled.index,
                                .unit = want,
                                .index = calc->n_lines,
                                .by_parcel = at(calc, scaled)->by_parcel};
    struct th_node made = add_node(calc, &line);
    if (made.index >= 0) {
        info.section = calc->section;
        calc->line_nodes[calc->n_lines] = made.index;
        calc->lines[calc->n_lines++] = info;
    }
    return made;
}

struct th_node th_calc_line(struct th_calc *calc, struct th_node node, const char *term,
                            const char *unit, const char *source)
{
    return add_line(calc, node, term,
                    (struct th_calc_line_info){.term = term, .unit = unit, .source = source});
}

struct th_node th_calc_line_of_input(struct th_calc *calc, struct th_node node, size_t input,
                                     const char *unit, const char *source)
{
    return add_line(calc, node, "input",
                    (struct th_calc_line_info){.input = input, .unit = unit, .source = source});
}

void th_calc_count(struct th_calc *calc, struct th_node line, enum th_side side, enum th_gas gas)
{
    struct th_unit want;
    if (!is_sound(calc) || th_unit_parse("kg CO2e/yr", &want, &calc->fault) != TH_OK) {
        return;
    }
    const struct th_calc_node *node = at(calc, line);
    assert(node->op == TH_OP_LINE);
    struct th_calc_line_info *info = &calc->lines[node->index];
    bool is_kg = th_unit_same_dimension(&node->unit, &want) &&
                 node->unit.scale.numerator == node->unit.scale.denominator;
    if (!is_kg) {
        mismatch(calc, info->term ? info->term : "input", &node->unit, &want);
        return;
    }
    assert(!info->counted);
    info->counted = true;
    info->side = side;
    info->gas = gas;
}

enum th_status th_calc_finish(struct th_calc *calc, struct th_error *err)
{
    if (!is_sound(calc) && err != NULL) {
        *err = calc->fault;
    }
    return calc->fault.status;
}

size_t th_calc_n_lines(const struct th_calc *calc)
{
    return calc->n_lines;
}

struct th_calc_line_info th_calc_line_at(const struct th_calc *calc, size_t line)
{
    assert(line < calc->n_lines);
    return calc->lines[line];
}
