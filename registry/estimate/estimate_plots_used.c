// Which surveys of plots a run used: for its sheet, its rows and its warnings.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/estimate/estimate_plots_internal.h"

struct used {
    const struct th_survey *survey;
    const struct th_survey_state *state;
};

static int compare_used(const void *a, const void *b)
{
    const struct used *left = a;
    const struct used *right = b;
    return strcmp(left->state->digest, right->state->digest);
}

// Each survey that was used, once, by digest; the caller's (free()). NULL: no memory.
static struct used *list_used(const struct th_estimate_plots *plots, size_t *ret_n)
{
    size_t n = 0;
    for (size_t i = 0; i < plots->n; i++) {
        n += plots->sets[i]->n_surveys;
    }
    struct used *used = calloc(n + 1, sizeof(*used));
    n = 0;
    for (size_t i = 0; i < plots->n && used; i++) {
        const struct th_plot_set *set = plots->sets[i];
        for (size_t k = 0; k < set->n_surveys; k++) {
            if (set->states[k].used) {
                used[n++] = (struct used){&set->surveys[k], &set->states[k]};
            }
        }
    }
    if (n > 1) {
        qsort(used, n, sizeof(*used), compare_used);
    }
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || compare_used(&used[kept - 1], &used[i]) != 0) {
            used[kept++] = used[i];
        }
    }
    *ret_n = kept;
    return used;
}

static enum th_status
each_used(const struct th_estimate_plots *plots,
          enum th_status (*take)(void *context, const struct th_estimate_survey_record *survey,
                                 struct th_error *err),
          void *context, struct th_error *err)
{
    size_t n = 0;
    struct used *used = list_used(plots, &n);
    enum th_status status = used ? TH_OK : th_error_no_memory(err);
    for (size_t i = 0; i < n && status == TH_OK; i++) {
        const struct th_estimate_survey_record survey = {used[i].state->digest,
                                                         used[i].state->body};
        status = take(context, &survey, err);
    }
    free(used);
    return status;
}

static enum th_status write_line(void *context, const struct th_estimate_survey_record *survey,
                                 struct th_error *err)
{
    (void)err;
    th_estimate_sheet_survey(survey, context);
    return TH_OK;
}

enum th_status th_estimate_plots_write(const struct th_estimate_plots *plots, struct th_buf *out,
                                       struct th_error *err)
{
    return plots ? each_used(plots, write_line, out, err) : TH_OK;
}

struct storing {
    struct th_store *store;
    int64_t run_id;
};

static enum th_status store_line(void *context, const struct th_estimate_survey_record *survey,
                                 struct th_error *err)
{
    const struct storing *storing = context;
    return th_estimate_survey_insert(storing->store, storing->run_id, survey, err);
}

enum th_status th_estimate_plots_store(struct th_store *store, int64_t run_id,
                                       const struct th_estimate_plots *plots, struct th_error *err)
{
    struct storing storing = {store, run_id};
    return plots ? each_used(plots, store_line, &storing, err) : TH_OK;
}

// What the surveys that were used leave to be said.
struct remarks {
    int64_t n_outside, n_unknown, n_lost, n_single;
    const struct th_survey *outside, *unknown, *single, *lost;
    int64_t n_elsewhere;
    const struct th_survey *elsewhere;
    int lost_to;
};

static void remark_survey(const struct th_survey *survey, struct remarks *remarks)
{
    remarks->outside = survey->n_outside > 0 ? survey : remarks->outside;
    remarks->unknown = survey->n_unknown > 0 ? survey : remarks->unknown;
    remarks->single = survey->n_plots == 1 ? survey : remarks->single;
    remarks->n_outside += survey->n_outside;
    remarks->n_unknown += survey->n_unknown;
    remarks->n_single += survey->n_plots == 1 ? 1 : 0;
}

static void remark_intervals(const struct th_plot_set *set, struct remarks *remarks)
{
    for (size_t i = 0; i + 1 < set->n_surveys; i++) {
        const struct th_interval_state *state = &set->intervals[i];
        if (state->used && state->interval.n_lost > 0) {
            remarks->lost = state->interval.start;
            remarks->lost_to = state->interval.end->year;
            remarks->n_lost += (int64_t)state->interval.n_lost;
        }
    }
}

// A stratum without plots in its own village takes those that another village gave its name.
static void remark_villages(const struct th_plot_set *set, struct remarks *remarks)
{
    const char *end = set->key[0] == 's' ? strchr(set->key, '/') : NULL;
    size_t size = end ? (size_t)(end - set->key) - 1 : 0;
    for (size_t i = 0; end && i < set->n_surveys; i++) {
        const char *village = set->surveys[i].plots[0].village;
        if (set->states[i].used &&
            (strlen(village) != size || strncmp(village, set->key + 1, size) != 0)) {
            remarks->elsewhere = &set->surveys[i];
            remarks->n_elsewhere++;
            return;
        }
    }
}

static void add_warning(const char *key, int64_t n, const struct th_survey *survey, int to_year,
                        struct th_estimate_warning *warnings, size_t *n_warnings)
{
    if (n == 0 || *n_warnings == TH_ESTIMATE_WARNINGS_MAX) {
        return;
    }
    struct th_estimate_warning *warning = &warnings[(*n_warnings)++];
    struct th_error *message = &warning->message;
    *warning = (struct th_estimate_warning){.message.status = TH_DATA_PROBLEM};
    th_text_copy(message->key, sizeof(message->key), key);
    th_error_add(message, "plot", survey->plots[0].number);
    th_error_add_int(message, "n", n);
    th_error_add_int(message, "year", survey->year);
    th_error_add_int(message, "to", to_year);
    th_error_add(message, "village", survey->plots[0].village);
}

enum th_status th_estimate_plots_warn(const struct th_estimate_plots *plots,
                                      struct th_estimate_warning *warnings, size_t *n_warnings,
                                      struct th_error *err)
{
    struct remarks remarks = {.n_outside = 0};
    size_t n = 0;
    if (!plots || plots->n == 0) {
        return TH_OK;
    }
    struct used *used = list_used(plots, &n);
    if (!used) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        remark_survey(used[i].survey, &remarks);
    }
    free(used);
    for (size_t i = 0; i < plots->n; i++) {
        remark_intervals(plots->sets[i], &remarks);
        remark_villages(plots->sets[i], &remarks);
    }
    add_warning("survey_outside", remarks.n_outside, remarks.outside, 0, warnings, n_warnings);
    add_warning("survey_range_unknown", remarks.n_unknown, remarks.unknown, 0, warnings,
                n_warnings);
    add_warning("survey_single", remarks.n_single, remarks.single, 0, warnings, n_warnings);
    add_warning("survey_lost", remarks.n_lost, remarks.lost, remarks.lost_to, warnings, n_warnings);
    add_warning("survey_elsewhere", remarks.n_elsewhere, remarks.elsewhere, 0, warnings,
                n_warnings);
    return TH_OK;
}
