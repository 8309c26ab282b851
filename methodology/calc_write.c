// Expressions as text, for a person with a calculator and for a spreadsheet.
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "methodology/calc_internal.h"

// How tightly an operation binds; an operand that binds less tightly stands in brackets.
enum binding { BINDS_SUM = 1, BINDS_PRODUCT, BINDS_POWER, BINDS_LEAF };

struct writer {
    const struct th_calc_sheet *sheet;
    enum th_calc_style style;
    const struct th_calc_leaves *leaves;
    struct th_buf *out;
};

static void write_node(const struct writer *writer, int index, enum binding at_least);

static void put(const struct writer *writer, const char *people, const char *workbook)
{
    th_buf_append_str(writer->out, writer->style == TH_CALC_PEOPLE ? people : workbook);
}

// 44/12 is written as it was given, 1/4 as 0.25.
static bool is_fraction(struct th_ratio number)
{
    char text[TH_RATIO_TEXT_SIZE];
    return number.denominator != 1 && strchr(th_ratio_format(number, text), '/') != NULL;
}

static void write_number(const struct writer *writer, struct th_ratio number)
{
    char text[TH_RATIO_TEXT_SIZE];
    if (is_fraction(number)) {
        th_buf_printf(writer->out, "%" PRId64, number.numerator);
        put(writer, " ÷ ", "/");
        th_buf_printf(writer->out, "%" PRId64, number.denominator);
    } else {
        th_buf_append_str(writer->out, th_ratio_format(number, text));
    }
}

// The leaf as the caller writes it; what begins with a minus inside of an expression in brackets.
static void write_leaf(const struct writer *writer, void (*write)(void *, size_t, struct th_buf *),
                       size_t index, enum binding at_least)
{
    size_t start = writer->out->size;
    struct th_buf text;
    th_buf_init(&text, 1024);
    write(writer->leaves->context, index, &text);
    const char *leaf = th_buf_text(&text);
    bool brackets = (start > 0 && at_least > BINDS_SUM && leaf[0] == '-') ||
                    (at_least > BINDS_PRODUCT && strstr(leaf, " ÷ ")); // 70 ÷ 87
    th_buf_printf(writer->out, brackets ? "(%s)" : "%s", leaf);
    th_buf_clear(&text);
}

// × 44/12 reads "× 44 ÷ 12", × 1/15 reads "÷ 15".
static void write_times(const struct writer *writer, int index)
{
    const struct th_calc_node *node = &writer->sheet->calc->nodes[index];
    bool shrinks =
        node->op == TH_OP_NUMBER && node->number.numerator == 1 && node->number.denominator != 1;
    if (shrinks) {
        put(writer, " ÷ ", "/");
        th_buf_printf(writer->out, "%" PRId64, node->number.denominator);
        return;
    }
    put(writer, " × ", "*");
    if (node->op == TH_OP_NUMBER) {
        write_number(writer, node->number);
    } else {
        // (a ÷ b) after × needs no brackets, a sum does.
        write_node(writer, index, BINDS_PRODUCT);
    }
}

static void write_call(const struct writer *writer, const char *people, const char *workbook, int a,
                       int b)
{
    put(writer, people, workbook);
    th_buf_append_char(writer->out, '(');
    write_node(writer, a, BINDS_SUM);
    if (b >= 0) {
        put(writer, ", ", ",");
        write_node(writer, b, BINDS_SUM);
    }
    th_buf_append_char(writer->out, ')');
}

// The key is not part of the expression, but whoever writes its leaves wants to know of them.
static void mention(const struct writer *writer, int index)
{
    struct th_buf unseen;
    th_buf_init(&unseen, 16 * 1024);
    struct writer beside = *writer;
    beside.out = &unseen;
    write_node(&beside, index, BINDS_SUM);
    th_buf_clear(&unseen);
}

// Of the logarithm of nought, which no calculator takes, the power of e is nought.
static void write_exp(const struct writer *writer, const struct th_calc_node *node)
{
    const struct th_calc_sheet *sheet = writer->sheet;
    if (writer->style == TH_CALC_PEOPLE && isinf(sheet->values[node->a])) {
        mention(writer, node->a);
        th_buf_append_char(writer->out, '0');
    } else {
        write_call(writer, "exp", "EXP", node->a, -1);
    }
}

// What another line came to may be nought: e to the power of this logarithm is nought again, and a
// spreadsheet goes on.
static void write_ln(const struct writer *writer, const struct th_calc_node *node)
{
    const struct th_calc_node *of = &writer->sheet->calc->nodes[node->a];
    while (of->op == TH_OP_RETYPE) {
        of = &writer->sheet->calc->nodes[of->a];
    }
    if (writer->style == TH_CALC_PEOPLE || of->op != TH_OP_LINE) {
        write_call(writer, "ln", "LN", node->a, -1);
        return;
    }
    th_buf_append_str(writer->out, "LN(MAX(");
    write_node(writer, node->a, BINDS_SUM);
    th_buf_append_str(writer->out, ",1E-300))");
}

static void write_within(const struct writer *writer, const struct th_calc_node *node)
{
    const struct {
        int a, b;
        const char *people, *workbook;
    } sides[] = {{node->b, node->a, " ≤ ", "<="}, {node->a, node->c, " < ", "<"}};
    put(writer, "(", "IF(AND(");
    for (size_t i = 0; i < 2; i++) {
        if (i == 0 || writer->style == TH_CALC_WORKBOOK) {
            write_node(writer, sides[i].a, BINDS_LEAF);
        }
        put(writer, sides[i].people, sides[i].workbook);
        write_node(writer, sides[i].b, BINDS_LEAF);
        put(writer, "", i == 0 ? "," : "");
    }
    put(writer, ")", "),1,0)");
}

static size_t chosen_slot(const struct writer *writer, const struct th_calc_node *node)
{
    const double *from = &writer->sheet->calc->thresholds[node->first_threshold];
    double key = writer->sheet->values[node->a];
    size_t row = 0;
    while (row + 1 < node->n_rows && key >= from[row + 1]) {
        row++;
    }
    return node->index + row;
}

static enum binding binding_of(const struct th_calc_node *node)
{
    switch (node->op) {
    case TH_OP_ADD:
    case TH_OP_SUB:
        return BINDS_SUM;
    case TH_OP_MUL:
    case TH_OP_DIV:
        return BINDS_PRODUCT;
    case TH_OP_NUMBER:
        return is_fraction(node->number) ? BINDS_PRODUCT : BINDS_LEAF;
    case TH_OP_POW:
        return BINDS_POWER;
    case TH_OP_SLOT:
    case TH_OP_INPUT:
    case TH_OP_CHOOSE:
    case TH_OP_MIN:
    case TH_OP_MAX:
    case TH_OP_WITHIN:
    case TH_OP_EXP:
    case TH_OP_LN:
    case TH_OP_LOG10:
    case TH_OP_LINE:
    case TH_OP_RETYPE:
    case TH_OP_INDICATOR:
        break;
    }
    return BINDS_LEAF;
}

// An operation between its operands.
static void write_between(const struct writer *writer, const struct th_calc_node *node)
{
    enum binding own = binding_of(node);
    if (node->op == TH_OP_MUL) {
        write_node(writer, node->a, own);
        write_times(writer, node->b);
        return;
    }
    bool is_power = node->op == TH_OP_POW;
    write_node(writer, node->a, is_power ? BINDS_LEAF : own);
    if (node->op == TH_OP_ADD) {
        put(writer, " + ", "+");
    } else if (node->op == TH_OP_SUB) {
        put(writer, " - ", "-");
    } else if (node->op == TH_OP_DIV) {
        put(writer, " ÷ ", "/");
    } else {
        put(writer, " ^ ", "^");
    }
    // a − (b − c), a ÷ (b × c): the right operand must bind more tightly.
    enum binding right = node->op == TH_OP_ADD ? BINDS_SUM : (enum binding)(own + 1);
    write_node(writer, node->b, right);
}

static void write_plain(const struct writer *writer, const struct th_calc_node *node,
                        enum binding at_least)
{
    switch (node->op) {
    case TH_OP_NUMBER:
        write_number(writer, node->number);
        break;
    case TH_OP_SLOT:
        write_leaf(writer, writer->leaves->slot, node->index, at_least);
        break;
    case TH_OP_CHOOSE:
        mention(writer, node->a);
        write_leaf(writer, writer->leaves->slot, chosen_slot(writer, node), at_least);
        break;
    case TH_OP_INPUT:
        write_leaf(writer, writer->leaves->input, node->index, at_least);
        break;
    case TH_OP_LINE:
        write_leaf(writer, writer->leaves->line, node->index, at_least);
        break;
    case TH_OP_RETYPE:
        write_node(writer, node->a, at_least);
        break;
    case TH_OP_MIN:
        write_call(writer, "min", "MIN", node->a, node->b);
        break;
    case TH_OP_MAX:
        write_call(writer, "max", "MAX", node->a, node->b);
        break;
    case TH_OP_EXP:
        write_exp(writer, node);
        break;
    case TH_OP_LN:
        write_ln(writer, node);
        break;
    case TH_OP_LOG10:
        write_call(writer, "log10", "LOG10", node->a, -1);
        break;
    case TH_OP_WITHIN:
        write_within(writer, node);
        break;
    case TH_OP_ADD:
    case TH_OP_SUB:
    case TH_OP_MUL:
    case TH_OP_DIV:
    case TH_OP_POW:
        write_between(writer, node);
        break;
    case TH_OP_INDICATOR:
        assert(false); // of draws, which nobody reads
        break;
    }
}

static void write_node(const struct writer *writer, int index, enum binding at_least)
{
    const struct th_calc_node *node = &writer->sheet->calc->nodes[index];
    bool brackets = binding_of(node) < at_least;
    put(writer, brackets ? "(" : "", brackets ? "(" : "");
    write_plain(writer, node, brackets ? BINDS_SUM : at_least);
    put(writer, brackets ? ")" : "", brackets ? ")" : "");
}

void th_calc_sheet_write(const struct th_calc_sheet *sheet, size_t line, enum th_calc_style style,
                         const struct th_calc_leaves *leaves, struct th_buf *out)
{
    assert(line < sheet->calc->n_lines);
    const struct writer writer = {.sheet = sheet, .style = style, .leaves = leaves, .out = out};
    write_node(&writer, sheet->calc->nodes[sheet->calc->line_nodes[line]].a, BINDS_SUM);
}
