// From the stems of plots to a stock a hectare, line by line, in the digits of a pocket calculator.
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "methodology/estimate_internal.h"
#include "methodology/quantile.h"
#include "methodology/survey_internal.h"

enum {
    SUMMANDS_SHOWN_MAX = 200,  // of a sum that is written out
    DEVIATION_PLOTS_MAX = 200, // STDEV of a spreadsheet takes 255 numbers
    FORMULA_MAX = 8000         // a spreadsheet reads 8192 characters
};

static void set_stem(struct th_json *arguments, const struct th_survey_class *stems)
{
    char age[24];
    (void)snprintf(age, sizeof(age), "%" PRId64, stems->age);
    th_json_set_text(arguments, "species",
                     stems->species[0] != '\0' ? stems->species : "@term.survey_no_species");
    th_json_set_text(arguments, "dbh", stems->dbh_cm);
    th_json_set_text(arguments, "age", age);
    th_json_set_text(arguments, "height", stems->height_m);
}

static struct th_json *plot_arguments(const struct th_survey_plot *plot)
{
    struct th_json *arguments = th_json_object();
    th_json_set_text(arguments, "plot", plot->number);
    th_json_set_text(arguments, "surveyed", plot->surveyed);
    return arguments;
}

static bool same_stem(const struct th_survey_class *a, const struct th_survey_class *b)
{
    return a->equation == b->equation && a->age == b->age &&
           th_text_equals(a->species, b->species) && th_text_equals(a->dbh_cm, b->dbh_cm) &&
           th_text_equals(a->height_m, b->height_m);
}

static double number_of(const char *text)
{
    struct th_ratio ratio;
    return text && th_ratio_parse(text, &ratio, NULL) == TH_OK ? th_ratio_double(ratio) : NAN;
}

// By what of a stem counts beside its diameter.
static size_t kind_of(const struct th_survey_class *stems)
{
    const struct th_stem *stem = stems->equation ? stems->equation->stem : NULL;
    size_t age = stem && th_stem_wants(stem, TH_STEM_AGE_DU) ? 1 : 0;
    size_t height = stem && th_stem_wants(stem, TH_STEM_HEIGHT) ? 2 : 0;
    return age + height;
}

static size_t tell_stem(const struct th_survey_class *stems, struct th_json *lines)
{
    static const char *const terms[] = {"term.survey_stem", "term.survey_stem_age",
                                        "term.survey_stem_height", "term.survey_stem_age_height"};
    const struct th_stem *stem = stems->equation->stem;
    const double measures[TH_STEM_N_MEASURES] = {[TH_STEM_DBH] = number_of(stems->dbh_cm),
                                                 [TH_STEM_D30] = NAN,
                                                 [TH_STEM_AGE_DU] =
                                                     stems->age > 0 ? (double)stems->age : NAN,
                                                 [TH_STEM_HEIGHT] = number_of(stems->height_m),
                                                 [TH_STEM_DENSITY] = NAN,
                                                 [TH_STEM_VOLUME] = NAN};
    char value[TH_EXPLAIN_NUMBER_SIZE];
    struct th_buf expression;
    struct th_buf formula;
    struct th_buf source;
    struct th_json *arguments = th_json_object();
    th_buf_init(&expression, 16 * 1024);
    th_buf_init(&formula, 16 * 1024);
    th_buf_init(&source, 16 * 1024);
    set_stem(arguments, stems);
    th_stem_write(stem, NULL, measures, NULL, TH_CALC_PEOPLE, &expression);
    th_buf_append_str(&formula, "ROUND(");
    th_stem_write(stem, NULL, measures, NULL, TH_CALC_WORKBOOK, &formula);
    th_buf_append_str(&formula, ",6)");
    th_buf_printf(&source, "%s: %s", stems->equation->reference, th_stem_source(stem));
    size_t row = th_explain_add(
        lines, (struct th_explain_line){.term = terms[kind_of(stems)],
                                        .expression = th_buf_text(&expression),
                                        .value = th_explain_number(stems->each, value),
                                        .unit = "kg d.m.",
                                        .source = th_buf_text(&source),
                                        .evidence = th_evidence_name(th_stem_evidence(stem)),
                                        .formula = th_buf_text(&formula),
                                        .arguments = arguments});
    th_buf_clear(&expression);
    th_buf_clear(&formula);
    th_buf_clear(&source);
    return row;
}

// The row of a stem's weight, which is told where it has not been; 0 where its volume was measured.
static size_t stem_row(struct th_survey_told *told, const struct th_survey_class *stems,
                       struct th_json *lines)
{
    if (!stems->equation) {
        return 0;
    }
    for (size_t i = 0; i < told->n; i++) {
        if (same_stem(told->stems[i].stem, stems)) {
            return told->stems[i].row;
        }
    }
    size_t row = tell_stem(stems, lines);
    if (told->n == told->capacity) {
        size_t capacity = told->capacity == 0 ? 64 : 2 * told->capacity;
        void *grown = realloc(told->stems, capacity * sizeof(*told->stems));
        if (!grown) { // it is told once more, then
            return row;
        }
        told->stems = grown;
        told->capacity = capacity;
    }
    told->stems[told->n++] = (struct th_survey_told_stem){stems, row};
    return row;
}

static void tell_class(const struct th_survey_plot *plot, const struct th_survey_class *stems,
                       size_t row, struct th_json *lines)
{
    static const char *const terms[] = {"term.survey_class", "term.survey_class_age",
                                        "term.survey_class_height", "term.survey_class_age_height"};
    const char *term = row > 0 ? terms[kind_of(stems)] : "term.survey_class_volume";
    char each[TH_EXPLAIN_NUMBER_SIZE];
    char value[TH_EXPLAIN_NUMBER_SIZE];
    char text[24];
    char expression[2 * TH_EXPLAIN_NUMBER_SIZE];
    char formula[2 * TH_EXPLAIN_NUMBER_SIZE];
    struct th_json *arguments = plot_arguments(plot);
    set_stem(arguments, stems);
    (void)snprintf(text, sizeof(text), "%" PRId64, stems->row);
    th_json_set_text(arguments, "row", text);
    (void)snprintf(text, sizeof(text), "%" PRId64, stems->n);
    th_json_set_text(arguments, "n", text);
    th_json_set_text(arguments, "each", th_explain_number(stems->each, each));
    (void)snprintf(expression, sizeof(expression), "%s × %s", text, each);
    if (row > 0) {
        (void)snprintf(formula, sizeof(formula), "ROUND(%s*C%zu,6)", text, row);
    } else {
        (void)snprintf(formula, sizeof(formula), "ROUND(%s*%s,6)", text, each);
    }
    (void)th_explain_add(lines,
                         (struct th_explain_line){.term = term,
                                                  .expression = expression,
                                                  .value = th_explain_number(stems->total, value),
                                                  .unit = row > 0 ? "kg d.m." : "m3",
                                                  .source = plot->source,
                                                  .formula = formula,
                                                  .arguments = arguments});
}

static void write_sum(const struct th_survey_plot *plot, struct th_buf *out)
{
    char text[TH_EXPLAIN_NUMBER_SIZE];
    size_t n = plot->n_classes;
    for (size_t i = 0; i < n; i++) {
        if (n > SUMMANDS_SHOWN_MAX && i == SUMMANDS_SHOWN_MAX / 2) {
            th_buf_append_str(out, " + …");
            i = n - SUMMANDS_SHOWN_MAX / 2;
        }
        th_buf_printf(out, i > 0 ? " + %s" : "%s", th_explain_number(plot->classes[i].total, text));
    }
}

// The stems of a plot, then their sum, then the sum for a hectare. Returns the last row.
static size_t tell_plot(struct th_survey_told *told, const struct th_plots *plots,
                        const struct th_survey_plot *plot, struct th_json *lines)
{
    bool volume = plots->quantity == TH_PLOTS_GROWING_STOCK;
    const char *scale = volume ? "10000" : "10";
    char value[TH_EXPLAIN_NUMBER_SIZE];
    char total[TH_EXPLAIN_NUMBER_SIZE];
    char formula[TH_RATIO_TEXT_SIZE + 96];
    struct th_buf expression;
    size_t *rows = calloc(plot->n_classes + 1, sizeof(*rows));
    th_buf_init(&expression, 64 * 1024);
    for (size_t i = 0; i < plot->n_classes; i++) {
        size_t row = stem_row(told, &plot->classes[i], lines);
        if (rows) {
            rows[i] = row;
        }
    }
    size_t first = th_explain_next_row(lines);
    for (size_t i = 0; i < plot->n_classes && rows; i++) {
        tell_class(plot, &plot->classes[i], rows[i], lines);
    }
    free(rows);
    write_sum(plot, &expression);
    (void)snprintf(formula, sizeof(formula), "ROUND(SUM(C%zu:C%zu),6)", first,
                   th_explain_next_row(lines) - 1);
    (void)th_explain_number(plot->total, total);
    size_t sum = th_explain_add(
        lines, (struct th_explain_line){
                   .term = plot->n_classes > 0 ? "term.survey_plot_sum" : "term.survey_plot_empty",
                   .expression = plot->n_classes > 0 ? th_buf_text(&expression) : NULL,
                   .value = total,
                   .unit = volume ? "m3" : "kg d.m.",
                   .source = plot->source,
                   .formula = plot->n_classes > 0 ? formula : NULL,
                   .arguments = plot_arguments(plot)});
    expression.size = 0;
    const char *slash = strchr(plot->area_m2, '/'); // 1000/3, of half a mu
    if (slash) {
        th_buf_printf(&expression, "%s ÷ (%.*s ÷ %s) × %s", total, (int)(slash - plot->area_m2),
                      plot->area_m2, slash + 1, scale);
    } else {
        th_buf_printf(&expression, "%s ÷ %s × %s", total, plot->area_m2, scale);
    }
    (void)snprintf(formula, sizeof(formula), "ROUND(C%zu/(%s)*%s,6)", sum, plot->area_m2, scale);
    struct th_json *arguments = plot_arguments(plot);
    th_json_set_text(arguments, "area", plot->area_m2);
    size_t row = th_explain_add(
        lines,
        (struct th_explain_line){.term = "term.survey_plot_stock",
                                 .expression = th_buf_text(&expression),
                                 .value = th_explain_number(plot->stock, value),
                                 .unit = volume ? "m3/ha" : "t d.m./ha",
                                 .source = volume ? "term.source_m3_m2" : "term.source_kg_m2",
                                 .formula = formula,
                                 .arguments = arguments});
    th_buf_clear(&expression);
    return row;
}

// Mean of the plots' stocks. Returns its row.
static size_t tell_mean(struct th_survey_told *told, const struct th_plots *plots,
                        const struct th_survey *survey, size_t which, const char *title,
                        struct th_json *lines)
{
    char value[TH_EXPLAIN_NUMBER_SIZE];
    struct th_buf expression;
    struct th_buf formula;
    th_buf_init(&expression, 64 * 1024);
    th_buf_init(&formula, 64 * 1024);
    free(told->plot_rows[which]);
    told->plot_rows[which] = calloc(survey->n_plots, sizeof(*told->plot_rows[which]));
    for (size_t i = 0; i < survey->n_plots; i++) {
        size_t row = tell_plot(told, plots, &survey->plots[i], lines);
        if (told->plot_rows[which]) {
            told->plot_rows[which][i] = row;
        }
        th_buf_printf(&expression, i > 0 ? " + %s" : "(%s",
                      th_explain_number(survey->plots[i].stock, value));
        th_buf_printf(&formula, i > 0 ? "+C%zu" : "ROUND((C%zu", row);
    }
    th_buf_printf(&expression, ") ÷ %zu", survey->n_plots);
    if (survey->n_plots == 1) {
        expression.size = 0;
        th_buf_append_str(&expression, th_explain_number(survey->plots[0].stock, value));
    }
    th_buf_printf(&formula, ")/%zu,6)", survey->n_plots);
    bool live = formula.size < FORMULA_MAX;
    char n[24];
    (void)snprintf(n, sizeof(n), "%zu", survey->n_plots);
    struct th_json *arguments = th_json_object();
    th_json_set_text(arguments, "n", n);
    size_t row = th_explain_add(
        lines, (struct th_explain_line){
                   .term = title,
                   .expression = th_buf_text(&expression),
                   .value = th_explain_number(survey->mean, value),
                   .unit = plots->quantity == TH_PLOTS_GROWING_STOCK ? "m3/ha" : "t d.m./ha",
                   .source = "term.source_survey_mean",
                   .formula = live ? th_buf_text(&formula) : NULL,
                   .arguments = arguments});
    th_buf_clear(&expression);
    th_buf_clear(&formula);
    return row;
}

// What an error is computed of: one survey, or the change between two where `before` is told.
struct spread {
    const struct th_survey *survey, *before;
    const size_t *rows, *rows_before; // of the plots' stocks
    double deviation, error;
};

// STDEV(9.5, 8.2) of the stocks, or of their changes: STDEV(9.5 − 8, 8.2 − 7.9). Says whether
// there is a formula, which a spreadsheet takes up to a length.
static bool write_deviation(const struct spread *spread, struct th_buf *out, struct th_buf *formula)
{
    char stock[TH_EXPLAIN_NUMBER_SIZE];
    char before[TH_EXPLAIN_NUMBER_SIZE];
    bool has_rows = spread->rows && (!spread->before || spread->rows_before);
    if (spread->survey->n_plots > DEVIATION_PLOTS_MAX) {
        return false;
    }
    th_buf_append_str(out, "STDEV(");
    th_buf_append_str(formula, "ROUND(STDEV(");
    for (size_t i = 0; i < spread->survey->n_plots; i++) {
        th_buf_append_str(out, i > 0 ? ", " : "");
        th_buf_append_str(out, th_explain_number(spread->survey->plots[i].stock, stock));
        if (spread->before) {
            (void)th_explain_number(spread->before->plots[i].stock, before);
            th_buf_printf(out, " − %s", before);
        }
        if (has_rows) {
            th_buf_printf(formula, i > 0 ? ",C%zu" : "C%zu", spread->rows[i]);
        }
        if (has_rows && spread->before) {
            th_buf_printf(formula, "-C%zu", spread->rows_before[i]);
        }
    }
    th_buf_append_str(out, ")");
    th_buf_append_str(formula, "),6)");
    return has_rows && formula->size < FORMULA_MAX;
}

// Returns the row.
static size_t tell_deviation(const struct th_plots *plots, const struct spread *spread,
                             const struct th_json *arguments, struct th_json *lines)
{
    char value[TH_EXPLAIN_NUMBER_SIZE];
    struct th_buf expression;
    struct th_buf formula;
    th_buf_init(&expression, 64 * 1024);
    th_buf_init(&formula, 64 * 1024);
    bool live = write_deviation(spread, &expression, &formula);
    size_t row = th_explain_add(
        lines,
        (struct th_explain_line){
            .term = spread->before ? "term.survey_deviation_paired" : "term.survey_deviation",
            .expression = expression.size > 0 ? th_buf_text(&expression) : NULL,
            .value = th_explain_number(th_calc_round(spread->deviation), value),
            .unit = plots->quantity == TH_PLOTS_GROWING_STOCK ? "m3/ha" : "t d.m./ha",
            .source = spread->before ? "term.source_survey_deviation_paired"
                                     : "term.source_survey_deviation",
            .formula = live ? th_buf_text(&formula) : NULL,
            .arguments = th_json_copy(arguments)});
    th_buf_clear(&expression);
    th_buf_clear(&formula);
    return row;
}

// deviation ÷ √n × t ÷ z, or the stock itself where there is one plot alone. The value is that of
// the expression as it is printed.
static void tell_error(const struct th_survey_told *told, const struct th_plots *plots,
                       const struct spread *spread, struct th_json *lines)
{
    const char *term = spread->before ? "term.survey_error_paired" : "term.survey_error";
    char texts[4][TH_EXPLAIN_NUMBER_SIZE];
    char expression[5 * TH_EXPLAIN_NUMBER_SIZE];
    char formula[5 * TH_EXPLAIN_NUMBER_SIZE];
    char text[24];
    double error = spread->error;
    size_t n = spread->survey->n_plots;
    struct th_json *arguments = th_json_object();
    (void)snprintf(text, sizeof(text), "%d", spread->survey->year);
    th_json_set_text(arguments, "year", text);
    (void)snprintf(text, sizeof(text), "%zu", n);
    th_json_set_text(arguments, "n", text);
    if (n > 1) {
        size_t row = tell_deviation(plots, spread, arguments, lines);
        double rounded = th_calc_round(spread->deviation);
        double student =
            th_calc_round(th_student_half_width(told->confidence, (unsigned long)(n - 1)));
        double normal = th_calc_round(th_normal_half_width(told->confidence));
        (void)snprintf(text, sizeof(text), "%zu", n - 1);
        th_json_set_text(arguments, "freedom", text);
        (void)th_explain_number(100 * told->confidence, texts[0]);
        th_json_set_text(arguments, "percent", texts[0]);
        error = rounded / sqrt((double)n) * student / normal;
        (void)snprintf(expression, sizeof(expression), "%s ÷ √%zu × %s ÷ %s",
                       th_explain_number(rounded, texts[0]), n,
                       th_explain_number(student, texts[1]), th_explain_number(normal, texts[2]));
        th_json_set_text(arguments, "student", texts[1]);
        th_json_set_text(arguments, "normal", texts[2]);
        (void)snprintf(formula, sizeof(formula), "ROUND(C%zu/SQRT(%zu)*%s/%s,6)", row, n, texts[1],
                       texts[2]);
    }
    (void)th_explain_add(
        lines, (struct th_explain_line){
                   .term = n > 1 ? term : "term.survey_error_single",
                   .expression = n > 1 ? expression : NULL,
                   .value = th_explain_number(th_calc_round(error), texts[3]),
                   .unit = plots->quantity == TH_PLOTS_GROWING_STOCK ? "m3/ha" : "t d.m./ha",
                   .source = n > 1 ? "term.source_survey_error" : "term.source_survey_single",
                   .formula = n > 1 ? formula : NULL,
                   .arguments = arguments});
}

static void tell_errors(const struct th_survey_told *told, const struct th_plots *plots,
                        const struct th_survey_interval *interval, struct th_json *lines)
{
    if (interval->is_paired) {
        const struct spread change = {
            .survey = interval->end,
            .before = interval->start,
            .rows = told->plot_rows[1],
            .rows_before = told->plot_rows[0],
            .deviation = interval->deviation,
            .error = interval->n_errors > 0 ? interval->errors[0].standard_error : 0};
        tell_error(told, plots, &change, lines);
        return;
    }
    const struct th_survey *const surveys[] = {interval->start, interval->end};
    for (size_t i = 0; i < 2; i++) {
        const struct spread one = {.survey = surveys[i],
                                   .rows = told->plot_rows[i],
                                   .deviation = surveys[i]->deviation,
                                   .error = surveys[i]->standard_error};
        tell_error(told, plots, &one, lines);
    }
}

size_t th_survey_explain(struct th_survey_told *told, const struct th_plots *plots,
                         const struct th_survey_interval *interval, size_t input, const char *title,
                         struct th_json *lines)
{
    if (input == plots->start) {
        return tell_mean(told, plots, interval->start, 0, title, lines);
    }
    if (input == plots->end) {
        size_t row = tell_mean(told, plots, interval->end, 1, title, lines);
        tell_errors(told, plots, interval, lines);
        return row;
    }
    char expression[32];
    char formula[32];
    char value[24];
    (void)snprintf(expression, sizeof(expression), "%d − %d", interval->end->year,
                   interval->start->year);
    (void)snprintf(formula, sizeof(formula), "%d-%d", interval->end->year, interval->start->year);
    (void)snprintf(value, sizeof(value), "%d", interval->years);
    return th_explain_add(lines, (struct th_explain_line){.term = title,
                                                          .expression = expression,
                                                          .value = value,
                                                          .unit = "yr",
                                                          .source = "term.source_survey_years",
                                                          .formula = formula});
}
