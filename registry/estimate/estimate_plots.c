// Surveys of sample plots on their way to an estimate: which plots speak for a parcel, which two
// surveys a year lies between. A set of plots is read and computed once, however many parcels it
// speaks for.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/estimate/estimate_plots_internal.h"
#include "store/estimate/plot_store.h"

struct th_estimate_plots *th_estimate_plots_new(void)
{
    return calloc(1, sizeof(struct th_estimate_plots));
}

static void set_free(struct th_plot_set *set)
{
    for (size_t i = 0; set && i < set->n_surveys; i++) {
        free(set->states[i].problem);
        free(set->states[i].body);
    }
    if (set) {
        th_arena_clear(&set->arena);
        free(set->key);
        free(set->plots);
        free(set->surveys);
        free(set->states);
        free(set->intervals);
    }
    free(set);
}

static void clear(struct th_estimate_plots *plots)
{
    for (size_t i = 0; i < plots->n; i++) {
        set_free(plots->sets[i]);
    }
    free(plots->sets);
    free(plots->named);
    memset(plots, 0, sizeof(*plots));
}

void th_estimate_plots_free(struct th_estimate_plots *plots)
{
    if (plots) {
        clear(plots);
    }
    free(plots);
}

// --- Reading -------------------------------------------------------------------------------------

struct filling {
    struct th_plot_set *set;
    bool no_memory;
};

static const char *keep(struct filling *filling, const char *text)
{
    const char *kept = text ? th_arena_text(&filling->set->arena, text) : NULL;
    filling->no_memory = filling->no_memory || (text && !kept);
    return kept;
}

static void keep_stems(struct filling *filling, const struct th_plot *from,
                       struct th_survey_plot *plot)
{
    size_t size = (from->n_stems + 1) * sizeof(*plot->classes);
    plot->classes = th_arena_take(&filling->set->arena, size);
    if (!plot->classes) {
        filling->no_memory = true;
        return;
    }
    memset(plot->classes, 0, size);
    plot->n_classes = from->n_stems;
    for (size_t i = 0; i < from->n_stems; i++) {
        const struct th_plot_stem *stem = &from->stems[i];
        plot->classes[i] = (struct th_survey_class){.species = keep(filling, stem->species),
                                                    .dbh_cm = keep(filling, stem->dbh_cm),
                                                    .height_m = keep(filling, stem->height_m),
                                                    .volume_m3 = keep(filling, stem->volume_m3),
                                                    .age = stem->age,
                                                    .n = stem->n,
                                                    .row = stem->source_row};
    }
}

static bool keep_plot(void *context, const struct th_plot *from)
{
    struct filling *filling = context;
    struct th_plot_set *set = filling->set;
    if (set->n_plots == set->capacity) {
        size_t capacity = set->capacity == 0 ? 16 : 2 * set->capacity;
        void *grown = realloc(set->plots, capacity * sizeof(*set->plots));
        if (!grown) {
            filling->no_memory = true;
            return false;
        }
        set->plots = grown;
        set->capacity = capacity;
    }
    struct th_survey_plot *plot = &set->plots[set->n_plots++];
    *plot = (struct th_survey_plot){.version = from->version,
                                    .village = keep(filling, from->village),
                                    .number = keep(filling, from->number),
                                    .surveyed = keep(filling, from->surveyed),
                                    .area_m2 = keep(filling, from->area_m2),
                                    .source = keep(filling, from->source)};
    keep_stems(filling, from, plot);
    return !filling->no_memory;
}

static int compare_plots(const void *a, const void *b)
{
    const struct th_survey_plot *left = a;
    const struct th_survey_plot *right = b;
    int order = th_plot_year(left->surveyed) - th_plot_year(right->surveyed);
    order = order != 0 ? order : strcmp(left->village, right->village);
    order = order != 0 ? order : strcmp(left->number, right->number);
    return order != 0 ? order : strcmp(left->surveyed, right->surveyed);
}

// Of a plot that was surveyed twice in a year the later survey counts.
static void drop_repeated(struct th_plot_set *set)
{
    size_t kept = 0;
    for (size_t i = 0; i < set->n_plots; i++) {
        const struct th_survey_plot *plot = &set->plots[i];
        const struct th_survey_plot *next = i + 1 < set->n_plots ? plot + 1 : NULL;
        bool repeated = next && th_plot_year(plot->surveyed) == th_plot_year(next->surveyed) &&
                        strcmp(plot->village, next->village) == 0 &&
                        strcmp(plot->number, next->number) == 0;
        if (!repeated) {
            set->plots[kept++] = *plot;
        }
    }
    set->n_plots = kept;
}

static enum th_status group(struct th_plot_set *set, struct th_error *err)
{
    if (set->n_plots > 1) {
        qsort(set->plots, set->n_plots, sizeof(*set->plots), compare_plots);
    }
    drop_repeated(set);
    set->surveys = calloc(set->n_plots + 1, sizeof(*set->surveys));
    set->states = calloc(set->n_plots + 1, sizeof(*set->states));
    set->intervals = calloc(set->n_plots + 1, sizeof(*set->intervals));
    if (!set->surveys || !set->states || !set->intervals) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < set->n_plots; i++) {
        int year = th_plot_year(set->plots[i].surveyed);
        if (set->n_surveys == 0 || set->surveys[set->n_surveys - 1].year != year) {
            set->surveys[set->n_surveys++] =
                (struct th_survey){.year = year, .plots = &set->plots[i]};
        }
        set->surveys[set->n_surveys - 1].n_plots++;
    }
    return TH_OK;
}

static enum th_status fill(struct th_store *store, struct th_plot_set *set,
                           const struct th_plot_question *question, struct th_error *err)
{
    struct filling filling = {.set = set};
    enum th_status status = th_plot_each(store, question, keep_plot, &filling, err);
    return status == TH_OK && filling.no_memory ? th_error_no_memory(err) : status;
}

// Plots of the stratum in the village itself, else in any.
static enum th_status fill_stratum(struct th_store *store, struct th_plot_set *set,
                                   const char *village, const char *stratum, struct th_error *err)
{
    const struct th_plot_question near = {.stratum = stratum, .village = village};
    const struct th_plot_question any = {.stratum = stratum};
    enum th_status status = fill(store, set, &near, err);
    return status == TH_OK && set->n_plots == 0 ? fill(store, set, &any, err) : status;
}

// Where a key stands or would stand.
static size_t place_of(const struct th_estimate_plots *plots, const char *key, bool *ret_found)
{
    size_t low = 0;
    size_t high = plots->n;
    *ret_found = false;
    while (low < high && !*ret_found) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(plots->sets[middle]->key, key);
        *ret_found = order == 0;
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return high;
}

// Takes the set over, also where it fails.
static enum th_status insert(struct th_estimate_plots *plots, size_t at, struct th_plot_set *set,
                             struct th_error *err)
{
    if (plots->n == plots->capacity) {
        size_t capacity = plots->capacity == 0 ? 16 : 2 * plots->capacity;
        void *grown = realloc(plots->sets, capacity * sizeof(struct th_plot_set *));
        if (!grown) {
            set_free(set);
            return th_error_no_memory(err);
        }
        plots->sets = grown;
        plots->capacity = capacity;
    }
    memmove(plots->sets + at + 1, plots->sets + at, (plots->n - at) * sizeof(struct th_plot_set *));
    plots->sets[at] = set;
    plots->n++;
    return TH_OK;
}

// `stratum` NULL: the plots that name the parcel.
static enum th_status find_set(struct th_estimate_plots *plots, struct th_store *store,
                               const struct th_estimate_source *source, const char *stratum,
                               struct th_plot_set **ret_set, struct th_error *err)
{
    const struct th_plot_question by_name = {.parcel_id = source->parcel_id};
    char key[TH_CODE_SIZE + 256];
    bool found = false;
    if (stratum) {
        (void)snprintf(key, sizeof(key), "s%s/%s", source->village, stratum);
    } else { // ascending parcels are appended
        (void)snprintf(key, sizeof(key), "p%020lld", (long long)source->parcel_id);
    }
    size_t at = place_of(plots, key, &found);
    if (found) {
        *ret_set = plots->sets[at];
        return TH_OK;
    }
    struct th_plot_set *set = calloc(1, sizeof(*set));
    enum th_status status = set ? TH_OK : th_error_no_memory(err);
    if (status == TH_OK) {
        set->key = th_text_duplicate(key);
        status = set->key ? TH_OK : th_error_no_memory(err);
    }
    if (status == TH_OK) {
        status = stratum ? fill_stratum(store, set, source->village, stratum, err)
                         : fill(store, set, &by_name, err);
    }
    status = status == TH_OK ? group(set, err) : status;
    if (status != TH_OK) {
        set_free(set);
        return status;
    }
    status = insert(plots, at, set, err);
    if (status == TH_OK) {
        *ret_set = set;
    }
    return status;
}

static bool note_named(void *context, int64_t parcel_id)
{
    struct th_estimate_plots *plots = context;
    if (plots->n_named == plots->named_capacity) {
        size_t capacity = plots->named_capacity == 0 ? 256 : 2 * plots->named_capacity;
        void *grown = realloc(plots->named, capacity * sizeof(*plots->named));
        if (!grown) {
            plots->has_named = false;
            return false;
        }
        plots->named = grown;
        plots->named_capacity = capacity;
    }
    plots->named[plots->n_named++] = parcel_id;
    return true;
}

static enum th_status load_named(struct th_estimate_plots *plots, struct th_store *store,
                                 struct th_error *err)
{
    if (plots->has_named) {
        return TH_OK;
    }
    plots->n_named = 0;
    plots->has_named = true;
    enum th_status status = th_plot_each_parcel(store, note_named, plots, err);
    if (status == TH_OK && !plots->has_named) {
        status = th_error_no_memory(err);
    }
    plots->has_named = status == TH_OK;
    return status;
}

static int compare_ids(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

// The set that speaks for a parcel; *ret_set is NULL where none does.
static enum th_status set_of(struct th_estimate_plots *plots, struct th_store *store,
                             const struct th_estimate_source *source,
                             const struct th_json *attributes, struct th_plot_set **ret_set,
                             struct th_error *err)
{
    struct th_plot_set *set = NULL;
    enum th_status status = load_named(plots, store, err);
    bool named = status == TH_OK && plots->n_named > 0 &&
                 bsearch(&source->parcel_id, plots->named, plots->n_named, sizeof(*plots->named),
                         compare_ids);
    const char *stratum = th_json_get_text(attributes, "stratum", "");
    if (named) {
        status = find_set(plots, store, source, NULL, &set, err);
    }
    if (status == TH_OK && (!set || set->n_surveys == 0) && stratum[0] != '\0') {
        status = find_set(plots, store, source, stratum, &set, err);
    }
    if (status == TH_OK) {
        *ret_set = set && set->n_surveys > 0 ? set : NULL;
    }
    return status;
}

// --- Computing -----------------------------------------------------------------------------------

static void set_number(struct th_json *object, const char *key, double value)
{
    char text[48];
    (void)snprintf(text, sizeof(text), "%.6f", value);
    th_json_set_text(object, key, text);
}

// Area and stems, whatever a registry calls plot and parcels and wherever the rows stood.
static struct th_json *content_json(const struct th_survey_plot *plot)
{
    struct th_json *content = th_json_array();
    th_json_append_text(content, "tanhui-plot-content-1");
    th_json_append_text(content, plot->area_m2);
    for (size_t i = 0; i < plot->n_classes; i++) {
        const struct th_survey_class *stems = &plot->classes[i];
        struct th_json *item = th_json_array();
        th_json_append_text(item, stems->species);
        th_json_append_text(item, stems->dbh_cm);
        th_json_append_int(item, stems->age);
        th_json_append_text(item, stems->height_m ? stems->height_m : "");
        th_json_append_text(item, stems->volume_m3 ? stems->volume_m3 : "");
        th_json_append_int(item, stems->n);
        th_json_append(content, item);
    }
    return content;
}

static struct th_json *plot_json(const struct th_survey_plot *plot)
{
    char hex[TH_HASH_HEX_SIZE];
    char *text = NULL;
    struct th_json *json = th_json_object();
    struct th_json *content = content_json(plot);
    if (th_json_dump(content, TH_JSON_CANONICAL, &text, NULL) == TH_OK) {
        struct th_hash hash = th_hash_bytes(TH_HASH_BLAKE2B, text, strlen(text));
        th_json_set_text(json, "content_blake2b", th_hash_hex(&hash, hex));
    }
    free(text);
    th_json_free(content);
    th_json_set_text(json, "village", plot->village);
    th_json_set_text(json, "number", plot->number);
    th_json_set_text(json, "surveyed", plot->surveyed);
    th_json_set_int(json, "version", plot->version);
    set_number(json, "stock", plot->stock);
    return json;
}

// What a sheet says of a survey, and the digest by which lines name it.
static enum th_status write_body(const struct th_plots *plots, struct th_survey *survey,
                                 struct th_survey_state *state, struct th_error *err)
{
    char hex[TH_HASH_HEX_SIZE];
    struct th_json *body = th_json_object();
    struct th_json *list = th_json_array();
    for (size_t i = 0; i < survey->n_plots; i++) {
        th_json_append(list, plot_json(&survey->plots[i]));
    }
    th_json_set_int(body, "year", survey->year);
    th_json_set_text(body, "quantity", th_plots_quantity_name(plots->quantity));
    set_number(body, "mean", survey->mean);
    set_number(body, "standard_error", survey->standard_error);
    th_json_set_int(body, "n_outside", survey->n_outside);
    th_json_set(body, "plots", list);
    enum th_status status = th_json_dump(body, TH_JSON_CANONICAL, &state->body, err);
    th_json_free(body);
    if (status == TH_OK) {
        struct th_hash hash = th_hash_bytes(TH_HASH_BLAKE2B, state->body, strlen(state->body));
        th_text_copy(state->digest, sizeof(state->digest), th_hash_hex(&hash, hex));
        survey->digest = state->digest;
    }
    return status;
}

static enum th_status compute(const struct th_methodology *methodology, struct th_plot_set *set,
                              size_t index, struct th_error *err)
{
    const struct th_plots *plots = th_methodology_plots(methodology);
    double confidence = th_ratio_double(th_methodology_confidence(methodology));
    struct th_survey_state *state = &set->states[index];
    struct th_error problem;
    if (!state->done) {
        state->status = th_survey_compute(plots, confidence, &set->surveys[index], &problem);
        if (state->status == TH_OK) {
            state->status = write_body(plots, &set->surveys[index], state, &problem);
        }
        if (state->status != TH_OK) {
            state->problem = malloc(sizeof(*state->problem));
            if (!state->problem) {
                return th_error_no_memory(err);
            }
            *state->problem = problem;
        }
        state->done = true;
    }
    if (state->status != TH_OK && err) {
        *err = *state->problem;
    }
    return state->status;
}

static enum th_status make_interval(const struct th_methodology *methodology,
                                    struct th_plot_set *set, size_t first, struct th_error *err)
{
    struct th_interval_state *state = &set->intervals[first];
    enum th_status status = compute(methodology, set, first, err);
    status = status == TH_OK ? compute(methodology, set, first + 1, err) : status;
    if (status == TH_OK && !state->done) {
        status = th_survey_interval_make(th_methodology_plots(methodology),
                                         th_ratio_double(th_methodology_confidence(methodology)),
                                         &set->surveys[first], &set->surveys[first + 1],
                                         &state->interval, err);
        state->done = status == TH_OK;
    }
    return status;
}

// --- Answers -------------------------------------------------------------------------------------

static enum th_status refuse(const struct th_methodology *methodology, const char *reason,
                             const char *limit, const char *found, struct th_error *err)
{
    return th_error_set(err, TH_INVALID, "not_applicable", "methodology",
                        th_methodology_id(methodology), "reason", reason, "limit", limit, "found",
                        found, NULL);
}

// Of a stem that cannot be weighed: the place of it in the words of a refusal.
static enum th_status refuse_stem(const struct th_methodology *methodology,
                                  const struct th_error *problem, struct th_error *err)
{
    static const char *const places[] = {"plot", "surveyed", "row", "species"};
    char reason[TH_ERROR_KEY_SIZE + 16];
    (void)snprintf(reason, sizeof(reason), "@applicability.%s", problem->key);
    (void)refuse(methodology, reason, th_error_arg_get(problem, "limit"),
                 th_error_arg_get(problem, "found"), err);
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        const char *value = th_error_arg_get(problem, places[i]);
        th_error_add(err, places[i], value && value[0] != '\0' ? value : "-");
    }
    return TH_INVALID;
}

// A year in which no interval of the set ends or goes on.
static enum th_status refuse_year(const struct th_methodology *methodology,
                                  const struct th_plot_set *set, int year, struct th_error *err)
{
    int last = set->surveys[set->n_surveys - 1].year;
    char limit[32];
    char found[64] = "";
    const char *reason = set->n_surveys == 1 ? "@applicability.survey_once"
                         : year > last       ? "@applicability.survey_later"
                                             : "@applicability.survey_before";
    for (size_t i = 0; i < set->n_surveys && strlen(found) < sizeof(found) - 16; i++) {
        size_t used = strlen(found);
        (void)snprintf(found + used, sizeof(found) - used, i > 0 ? ", %d" : "%d",
                       set->surveys[i].year);
    }
    (void)snprintf(limit, sizeof(limit), year > last ? "≥ %d" : "< %d", year);
    enum th_status status = refuse(methodology, reason, limit, found, err);
    th_error_add_int(err, "year", year);
    return status;
}

static enum th_status find_interval(const struct th_methodology *methodology,
                                    struct th_plot_set *set, int year,
                                    struct th_interval_state **ret_state, struct th_error *err)
{
    struct th_error problem = {.status = TH_OK};
    for (size_t i = 0; i + 1 < set->n_surveys; i++) {
        if (year <= set->surveys[i].year || year > set->surveys[i + 1].year) {
            continue;
        }
        enum th_status status = make_interval(methodology, set, i, &problem);
        if (status == TH_OK) {
            *ret_state = &set->intervals[i];
        } else if (status == TH_INVALID) {
            status = refuse_stem(methodology, &problem, err);
        } else if (err) {
            *err = problem;
        }
        return status;
    }
    return refuse_year(methodology, set, year, err);
}

static enum th_status find(struct th_store *store, const struct th_methodology *methodology,
                           const struct th_estimate_source *source,
                           const struct th_json *attributes, int year,
                           struct th_interval_state **ret_state, struct th_error *err)
{
    struct th_estimate_plots *plots = source->plots;
    enum th_status status = TH_OK;
    if (plots->methodology != methodology) { // equations and quantity may be others
        clear(plots);
        plots->methodology = methodology;
    }
    plots->store = store;
    if (plots->last_parcel != source->parcel_id) {
        plots->last_parcel = 0;
        status = set_of(plots, store, source, attributes, &plots->last, err);
        if (status != TH_OK) {
            return status;
        }
        plots->last_parcel = source->parcel_id;
    }
    if (!plots->last) {
        const char *stratum = th_json_get_text(attributes, "stratum", "");
        return refuse(methodology, "@applicability.survey_none", "@applicability.survey_wanted",
                      stratum[0] != '\0' ? stratum : "@applicability.no_stratum", err);
    }
    return find_interval(methodology, plots->last, year, ret_state, err);
}

enum th_status th_estimate_plots_find(struct th_store *store,
                                      const struct th_methodology *methodology,
                                      const struct th_estimate_source *source,
                                      const struct th_json *attributes, int year,
                                      const struct th_survey_interval **ret_interval,
                                      struct th_error *err)
{
    struct th_interval_state *state = NULL;
    enum th_status status = find(store, methodology, source, attributes, year, &state, err);
    if (status == TH_OK) {
        *ret_interval = &state->interval;
    }
    return status;
}

// The survey that an interval begins or ends with, marked with it.
static void mark(struct th_plot_set *set, const struct th_survey_interval *interval)
{
    for (size_t i = 0; i < set->n_surveys; i++) {
        if (&set->surveys[i] == interval->start || &set->surveys[i] == interval->end) {
            set->states[i].used = true;
        }
    }
}

enum th_status th_estimate_source_surveys(const struct th_methodology *methodology,
                                          const struct th_estimate_source *source, int year,
                                          const struct th_survey_interval **ret_interval,
                                          struct th_error *err)
{
    struct th_interval_state *state = NULL;
    struct th_json *attributes = NULL;
    enum th_status status = TH_OK;
    if (!th_methodology_plots(methodology)) {
        *ret_interval = NULL;
        return TH_OK;
    }
    if (source->plots->last_parcel != source->parcel_id) {
        status = th_json_parse(source->attributes, strlen(source->attributes), &attributes, err);
    }
    if (status == TH_OK) {
        status = find(source->plots->store, methodology, source, attributes, year, &state, err);
    }
    th_json_free(attributes);
    if (status == TH_OK) {
        state->used = true;
        mark(source->plots->last, &state->interval);
        *ret_interval = &state->interval;
    }
    return status;
}
