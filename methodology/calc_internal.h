// Inside methodology/ only: how a calc keeps its nodes.
#ifndef TH_METHODOLOGY_CALC_INTERNAL_H
#define TH_METHODOLOGY_CALC_INTERNAL_H

#include "methodology/calc.h"

enum th_op {
    TH_OP_NUMBER,
    TH_OP_SLOT,
    TH_OP_INPUT,
    TH_OP_CHOOSE,
    TH_OP_ADD,
    TH_OP_SUB,
    TH_OP_MIN,
    TH_OP_MAX,
    TH_OP_MUL,
    TH_OP_DIV,
    TH_OP_WITHIN,
    TH_OP_EXP,
    TH_OP_LN,
    TH_OP_LOG10,
    TH_OP_POW,
    TH_OP_RETYPE,    // the same value under another unit
    TH_OP_INDICATOR, // 1 where the key `a` chooses row `index` of a table, else 0 (separate.c)
    TH_OP_LINE
};

enum { TH_CALC_THRESHOLDS_MAX = 1024 };

struct th_calc_node {
    enum th_op op;
    int a, b, c; // operands, which stand before their node; -1 without
    struct th_unit unit;
    struct th_ratio number; // TH_OP_NUMBER
    const char *source;     // TH_OP_NUMBER, TH_OP_LINE
    size_t index;           // slot, first slot, input or line
    size_t n_rows;          // TH_OP_CHOOSE, TH_OP_INDICATOR
    size_t first_threshold; // of them: from[i] is thresholds[first_threshold + i]
    bool by_parcel;         // does an input reach it
};

struct th_calc {
    struct th_calc_node nodes[TH_CALC_NODES_MAX];
    size_t n_nodes;
    struct th_calc_line_info lines[TH_CALC_LINES_MAX];
    int line_nodes[TH_CALC_LINES_MAX];
    size_t n_lines;
    size_t section; // of the lines to come
    double thresholds[TH_CALC_THRESHOLDS_MAX];
    size_t n_thresholds;
    struct th_error fault; // status TH_OK without
};

// Values of the nodes `outputs` for every row of a batch; ret_columns[i] takes batch->n values.
enum th_status th_calc_columns(const struct th_calc *calc, const double *slots,
                               const struct th_calc_batch *batch, const int *outputs,
                               size_t n_outputs, double *const *ret_columns,
                               struct th_error *err) TH_MUST_CHECK;

struct th_calc_sheet {
    const struct th_calc *calc;
    double values[TH_CALC_NODES_MAX]; // of every node
};

#endif
