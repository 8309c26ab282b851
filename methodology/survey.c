#include "methodology/survey.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "methodology/quantile.h"
#include "methodology/random.h"
#include "methodology/uncertainty.h"

// Chinese as it stands, Latin names whatever their capitals.
static bool same_species(const char *a, const char *b)
{
    for (; *a != '\0' && *b != '\0'; a++, b++) {
        if (tolower((unsigned char)*a) != tolower((unsigned char)*b)) {
            return false;
        }
    }
    return *a == *b;
}

static const struct th_plots_equation *equation_of(const struct th_plots *plots,
                                                   const char *species)
{
    for (size_t i = 0; i < plots->n_equations; i++) {
        for (size_t k = 0; k < plots->equations[i].n_species; k++) {
            if (same_species(plots->equations[i].species[k], species)) {
                return &plots->equations[i];
            }
        }
    }
    return NULL;
}

static enum th_status refuse(const struct th_survey_plot *plot, const struct th_survey_class *stems,
                             const char *key, const char *limit, const char *found,
                             struct th_error *err)
{
    (void)th_error_set(err, TH_INVALID, key, "plot", plot->number, "surveyed", plot->surveyed,
                       "species", stems->species, "limit", limit, "found", found, NULL);
    th_error_add_int(err, "row", stems->row);
    return TH_INVALID;
}

// All species that have an equation, as far as an error has room for them.
static enum th_status refuse_species(const struct th_plots *plots,
                                     const struct th_survey_plot *plot,
                                     const struct th_survey_class *stems, struct th_error *err)
{
    struct th_buf names;
    th_buf_init(&names, 16 * 1024);
    for (size_t i = 0; i < plots->n_equations; i++) {
        const char *name = plots->equations[i].species[0];
        if (name[0] != '\0') {
            th_buf_printf(&names, names.size > 0 ? ", %s" : "%s", name);
        }
    }
    enum th_status status = refuse(plot, stems, "survey_species", th_buf_text(&names),
                                   stems->species[0] != '\0' ? stems->species : "-", err);
    th_buf_clear(&names);
    return status;
}

static double number_of(const char *text)
{
    struct th_ratio ratio;
    return text && th_ratio_parse(text, &ratio, NULL) == TH_OK ? th_ratio_double(ratio) : NAN;
}

// What the equation found wrong with a stem, in the words of a survey.
static enum th_status tell_stem(const struct th_survey_plot *plot,
                                const struct th_survey_class *stems, const struct th_error *problem,
                                struct th_error *err)
{
    const char *measure = th_error_arg_get(problem, "measure");
    const char *value = th_error_arg_get(problem, "value");
    const char *range = th_error_arg_get(problem, "range");
    if (problem->status == TH_NO_MEMORY) {
        return th_error_no_memory(err);
    }
    if (strcmp(problem->key, "stem_measure_missing") == 0) {
        return refuse(plot, stems, "survey_measure", measure, "-", err);
    }
    if (strcmp(problem->key, "stem_refused") == 0) {
        return refuse(plot, stems, "survey_refused", range, value, err);
    }
    return refuse(plot, stems, "survey_undefined", "> 0", stems->dbh_cm, err);
}

static enum th_status weigh(const struct th_plots *plots, const struct th_survey_plot *plot,
                            struct th_survey_class *stems, struct th_error *err)
{
    struct th_error problem = {.status = TH_OK};
    double measures[TH_STEM_N_MEASURES];
    stems->equation = equation_of(plots, stems->species);
    if (!stems->equation) {
        return refuse_species(plots, plot, stems, err);
    }
    for (size_t i = 0; i < TH_STEM_N_MEASURES; i++) {
        measures[i] = NAN;
    }
    measures[TH_STEM_DBH] = number_of(stems->dbh_cm);
    measures[TH_STEM_HEIGHT] = number_of(stems->height_m);
    measures[TH_STEM_AGE_DU] = stems->age > 0 ? (double)stems->age : NAN;
    enum th_status status =
        th_stem_value(stems->equation->stem, NULL, measures, &stems->each, &stems->flags, &problem);
    return status == TH_OK ? TH_OK : tell_stem(plot, stems, &problem, err);
}

static enum th_status compute_class(const struct th_plots *plots, const struct th_survey_plot *plot,
                                    struct th_survey_class *stems, struct th_error *err)
{
    enum th_status status = TH_OK;
    if (plots->quantity != TH_PLOTS_GROWING_STOCK) {
        status = weigh(plots, plot, stems, err);
    } else if (stems->volume_m3) {
        stems->each = number_of(stems->volume_m3);
    } else {
        status = refuse(plot, stems, "survey_volume", "m3", "-", err);
    }
    stems->total = th_calc_round((double)stems->n * stems->each);
    return status;
}

static enum th_status compute_plot(const struct th_plots *plots, struct th_survey_plot *plot,
                                   struct th_error *err)
{
    // kg on a square metre are ten tonnes a hectare; a hectare has 10,000 square metres.
    double scale = plots->quantity == TH_PLOTS_GROWING_STOCK ? 10000.0 : 10.0;
    enum th_status status = TH_OK;
    double sum = 0;
    for (size_t i = 0; i < plot->n_classes && status == TH_OK; i++) {
        status = compute_class(plots, plot, &plot->classes[i], err);
        sum += plot->classes[i].total;
    }
    plot->total = th_calc_round(sum);
    plot->stock = th_calc_round(plot->total / number_of(plot->area_m2) * scale);
    return status;
}

// A standard error whose normal interval is as long as Student's.
static double widened(double standard_error, size_t n, double confidence)
{
    return standard_error * th_student_half_width(confidence, (unsigned long)(n - 1)) /
           th_normal_half_width(confidence);
}

// Standard error of a mean of n ≥ 2 values, widened.
static double error_of_mean(const double *values, size_t n, double confidence,
                            double *ret_deviation)
{
    const struct th_stratum stratum = {.area = 1, .plots = values, .n_plots = n};
    struct th_stratified estimate;
    // Two plots and an area are all that it wants.
    enum th_status status = th_stratified_estimate(&stratum, 1, &estimate, NULL);
    assert(status == TH_OK);
    (void)status;
    *ret_deviation = estimate.standard_error * sqrt((double)n);
    return widened(estimate.standard_error, n, confidence);
}

enum th_status th_survey_compute(const struct th_plots *plots, double confidence,
                                 struct th_survey *survey, struct th_error *err)
{
    assert(survey->n_plots > 0);
    double *stocks = calloc(survey->n_plots, sizeof(*stocks));
    enum th_status status = stocks ? TH_OK : th_error_no_memory(err);
    double sum = 0;
    survey->n_outside = survey->n_unknown = 0;
    for (size_t i = 0; i < survey->n_plots && status == TH_OK; i++) {
        struct th_survey_plot *plot = &survey->plots[i];
        status = compute_plot(plots, plot, err);
        stocks[i] = plot->stock;
        sum += plot->stock;
        for (size_t k = 0; k < plot->n_classes && status == TH_OK; k++) {
            const struct th_survey_class *stems = &plot->classes[k];
            survey->n_outside += stems->flags & TH_STEM_OUTSIDE_RANGE ? stems->n : 0;
            survey->n_unknown += stems->flags & TH_STEM_RANGE_UNKNOWN ? stems->n : 0;
        }
    }
    if (status == TH_OK) {
        survey->mean = th_calc_round(sum / (double)survey->n_plots);
        survey->deviation = 0;
        survey->standard_error = survey->mean;
        if (survey->n_plots > 1) {
            survey->standard_error =
                error_of_mean(stocks, survey->n_plots, confidence, &survey->deviation);
        }
    }
    free(stocks);
    return status;
}

static bool same_plot(const struct th_survey_plot *a, const struct th_survey_plot *b)
{
    return strcmp(a->village, b->village) == 0 && strcmp(a->number, b->number) == 0;
}

static size_t count_lost(const struct th_survey *start, const struct th_survey *end)
{
    size_t n_lost = 0;
    for (size_t i = 0; i < start->n_plots; i++) {
        bool found = false;
        for (size_t k = 0; k < end->n_plots && !found; k++) {
            found = same_plot(&start->plots[i], &end->plots[k]);
        }
        n_lost += found ? 0 : 1;
    }
    return n_lost;
}

// Whose error it is: the plots of a survey, by their numbers.
static uint64_t stream_of(const struct th_survey *survey, const char *name, uint64_t row)
{
    struct th_buf scope;
    th_buf_init(&scope, 64 * 1024 * 1024);
    for (size_t i = 0; i < survey->n_plots; i++) {
        th_buf_printf(&scope, "%s/%s\n", survey->plots[i].village, survey->plots[i].number);
    }
    uint64_t stream = th_random_stream(scope.data, scope.size, name, row);
    th_buf_clear(&scope);
    return stream;
}

static void add_error(struct th_survey_interval *interval, size_t input, double standard_error,
                      uint64_t stream)
{
    if (standard_error > 0) {
        interval->errors[interval->n_errors++] =
            (struct th_estimate_error){input, standard_error, stream};
    }
}

enum th_status th_survey_interval_make(const struct th_plots *plots, double confidence,
                                       const struct th_survey *start, const struct th_survey *end,
                                       struct th_survey_interval *ret_interval,
                                       struct th_error *err)
{
    assert(start->year < end->year);
    struct th_survey_interval interval = {
        .start = start, .end = end, .years = end->year - start->year};
    size_t n = end->n_plots;
    double *changes = calloc(n, sizeof(*changes));
    if (!changes) {
        return th_error_no_memory(err);
    }
    interval.n_lost = count_lost(start, end);
    interval.is_paired = n > 1 && interval.n_lost == 0 && start->n_plots == n;
    for (size_t i = 0; i < n && interval.is_paired; i++) {
        changes[i] = end->plots[i].stock - start->plots[i].stock;
    }
    if (interval.is_paired) {
        // The same places err in the same direction in each interval that they give: one stream
        // for all of them, so that intervals of one run do not average it out.
        double widened_error = error_of_mean(changes, n, confidence, &interval.deviation);
        add_error(&interval, plots->end, widened_error, stream_of(end, "plots-change", 0));
    } else {
        add_error(&interval, plots->start, start->standard_error,
                  stream_of(start, "plots", (uint64_t)start->year));
        add_error(&interval, plots->end, end->standard_error,
                  stream_of(end, "plots", (uint64_t)end->year));
    }
    free(changes);
    *ret_interval = interval;
    return TH_OK;
}

// Of "2021-08-15" the day of a year of 365; 0 of a year alone.
static int day_of_year(const char *surveyed)
{
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    if (strlen(surveyed) != 10) {
        return 0;
    }
    int month = 10 * (surveyed[5] - '0') + surveyed[6] - '0';
    int day = 10 * (surveyed[8] - '0') + surveyed[9] - '0';
    return month >= 1 && month <= 12 ? before[month - 1] + day : 0;
}

static int days_apart(int a, int b)
{
    int days = abs(a - b);
    return days > 182 ? 365 - days : days;
}

bool th_survey_season(const struct th_plots *plots, const struct th_survey_interval *interval,
                      size_t *ret_choice)
{
    bool same = true;
    if (!plots->has_season) {
        return false;
    }
    if (plots->season_cycle > 0 && interval->years % plots->season_cycle != 0) {
        *ret_choice = plots->season_other;
        return true;
    }
    for (size_t i = 0; i < interval->start->n_plots; i++) {
        int first = day_of_year(interval->start->plots[i].surveyed);
        for (size_t k = 0; k < interval->end->n_plots; k++) {
            int last = day_of_year(interval->end->plots[k].surveyed);
            if (first == 0 || last == 0) {
                return false;
            }
            same = same && days_apart(first, last) <= plots->season_days;
        }
    }
    *ret_choice = same ? plots->season_same : plots->season_other;
    return true;
}
