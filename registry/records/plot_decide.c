// Which plots of a table are taken: a plot stands or falls with all its rows.
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "core/text.h"
#include "registry/records/plot_internal.h"

// The rows of one plot, in their order.
struct span {
    struct th_plot_run *m;
    const size_t *rows;
    size_t n;
};

static int compare_texts(const char *a, const char *b)
{
    int order = strcmp(a, b);
    return order < 0 ? -1 : order > 0;
}

static int compare_plots(const struct th_plot_row *a, const struct th_plot_row *b)
{
    int order = compare_texts(a->village == NULL ? "" : a->village->code,
                              b->village == NULL ? "" : b->village->code);
    order = order != 0 ? order : compare_texts(a->plot, b->plot);
    return order != 0 ? order : compare_texts(a->surveyed, b->surveyed);
}

struct order {
    const struct th_plot_row *row;
    size_t index;
};

static int compare_orders(const void *a, const void *b)
{
    const struct order *left = a;
    const struct order *right = b;
    int order = compare_plots(left->row, right->row);
    return order != 0 ? order : (left->index > right->index) - (left->index < right->index);
}

static void refuse(struct span span, const char *code, const struct th_error *what)
{
    for (size_t i = 0; i < span.n; i++) {
        if (!span.m->rows[span.rows[i]].bad) {
            th_plot_problem(span.m, span.rows[i], code, true, what);
        }
    }
}

// What the rows say of the plot itself; a row may leave it to another.
struct facts {
    const struct th_plot_row *parcels; // NULL: none says it
    const struct th_plot_row *area;
    const char *stratum;
    bool bamboo;
};

static bool same_parcels(const struct th_plot_row *a, const struct th_plot_row *b)
{
    return a->n_parcels == b->n_parcels &&
           memcmp(a->parcels, b->parcels, a->n_parcels * sizeof(a->parcels[0])) == 0;
}

static bool gather(struct span span, struct facts *facts)
{
    struct th_error what;
    bool agree = true;
    *facts = (struct facts){.stratum = ""};
    for (size_t i = 0; i < span.n; i++) {
        const struct th_plot_row *row = &span.m->rows[span.rows[i]];
        bool same =
            (row->n_parcels == 0 || facts->parcels == NULL || same_parcels(row, facts->parcels)) &&
            (!row->has_area || facts->area == NULL ||
             th_ratio_compare(row->area_m2, facts->area->area_m2) == 0) &&
            (row->stratum[0] == '\0' || facts->stratum[0] == '\0' ||
             strcmp(row->stratum, facts->stratum) == 0);
        if (row->n_parcels > 0 && facts->parcels == NULL) {
            facts->parcels = row;
        }
        if (row->has_area && facts->area == NULL) {
            facts->area = row;
        }
        if (row->stratum[0] != '\0') {
            facts->stratum = row->stratum;
        }
        facts->bamboo = facts->bamboo || row->bamboo;
        if (!same) {
            (void)th_error_set(&what, TH_DATA_PROBLEM, "plot_rows_differ", NULL);
            th_plot_problem(span.m, span.rows[i], "attribute_range", true, &what);
        }
        agree = agree && same;
    }
    return agree;
}

static bool complete(struct span span, const struct facts *facts)
{
    struct th_error what;
    const char *key = facts->area == NULL                                   ? "plot_area_missing"
                      : facts->parcels == NULL && facts->stratum[0] == '\0' ? "plot_for_nothing"
                                                                            : NULL;
    if (key == NULL) {
        return true;
    }
    (void)th_error_set(&what, TH_DATA_PROBLEM, key, NULL);
    th_plot_problem(span.m, span.rows[0], "attribute_missing", true, &what);
    return false;
}

struct survey_search {
    int year;
    int other; // the nearest earlier one, else the nearest later one; 0: none
};

static bool meet_survey(void *context, const struct th_plot *plot)
{
    struct survey_search *s = context;
    int year = th_plot_year(plot->surveyed);
    bool earlier = year < s->year;
    bool nearer = s->other == 0 || (earlier && (s->other > s->year || year > s->other)) ||
                  (!earlier && s->other > s->year && year < s->other);
    if (year != s->year && nearer) {
        s->other = year;
    }
    return true;
}

// Moso sprouts every other year: stocks of an even and an odd year do not compare.
static enum th_status warn_odd_years(struct span span, const struct facts *facts,
                                     struct th_error *err)
{
    struct th_error what;
    struct th_store *store = th_work_store(span.m->import.work);
    struct survey_search s = {.year = th_plot_year(span.m->rows[span.rows[0]].surveyed)};
    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && facts->parcels != NULL && i < facts->parcels->n_parcels;
         i++) {
        const struct th_plot_question question = {.parcel_id = facts->parcels->parcels[i]};
        status = th_plot_each(store, &question, meet_survey, &s, err);
    }
    if (status == TH_OK && facts->stratum[0] != '\0') {
        const struct th_plot_question question = {.stratum = facts->stratum};
        status = th_plot_each(store, &question, meet_survey, &s, err);
    }
    if (status != TH_OK || s.other == 0 || (s.year - s.other) % 2 == 0) {
        return status;
    }
    (void)th_error_set(&what, TH_DATA_PROBLEM, "plot_odd_years", NULL);
    th_error_add_int(&what, "year", s.year);
    th_error_add_int(&what, "other", s.other);
    th_plot_problem(span.m, span.rows[0], "survey_interval", false, &what);
    return TH_OK;
}

static void warn_small(struct span span, const struct facts *facts)
{
    struct th_error what;
    char area[TH_RATIO_TEXT_SIZE];
    char least[TH_RATIO_TEXT_SIZE];
    if (th_ratio_compare(facts->area->area_m2, span.m->import.keys.plot_smallest_m2) >= 0) {
        return;
    }
    (void)th_error_set(&what, TH_DATA_PROBLEM, "plot_small", "area",
                       th_ratio_format(facts->area->area_m2, area), "least",
                       th_ratio_format(span.m->import.keys.plot_smallest_m2, least), NULL);
    th_plot_problem(span.m, span.rows[0], "plot_small", false, &what);
}

// The plot as it would be stored, with the texts of its stems.
struct drawn {
    struct th_plot plot;
    struct th_plot_stem *stems;
    char (*texts)[3][TH_RATIO_TEXT_SIZE]; // diameter, height and volume of each
    char area[TH_RATIO_TEXT_SIZE];
};

static enum th_status draw(struct span span, const struct facts *facts, struct drawn *drawn,
                           struct th_error *err)
{
    const struct th_plot_row *first = &span.m->rows[span.rows[0]];
    drawn->stems = calloc(span.n + 1, sizeof(*drawn->stems));
    drawn->texts = calloc(span.n + 1, sizeof(*drawn->texts));
    if (drawn->stems == NULL || drawn->texts == NULL) {
        return th_error_no_memory(err);
    }
    size_t n = 0;
    for (size_t i = 0; i < span.n; i++) {
        const struct th_plot_row *row = &span.m->rows[span.rows[i]];
        if (row->n == 0) {
            continue;
        }
        bool height = row->height_m.numerator > 0;
        bool volume = row->volume_m3.numerator > 0;
        drawn->stems[n] = (struct th_plot_stem){
            .species = row->species,
            .dbh_cm = th_ratio_format(row->dbh_cm, drawn->texts[n][0]),
            .age = row->age,
            .height_m = height ? th_ratio_format(row->height_m, drawn->texts[n][1]) : NULL,
            .volume_m3 = volume ? th_ratio_format(row->volume_m3, drawn->texts[n][2]) : NULL,
            .n = row->n,
            .source_row = span.m->import.sheet.lines[span.rows[i]].line};
        n++;
    }
    drawn->plot =
        (struct th_plot){.village = first->village->code,
                         .number = first->plot,
                         .surveyed = first->surveyed,
                         .version = 1,
                         .stratum = facts->stratum,
                         .area_m2 = th_ratio_format(facts->area->area_m2, drawn->area),
                         .source = th_file_base_name(span.m->import.options->source),
                         .sha256 = span.m->import.sha256,
                         .parcels = facts->parcels == NULL ? NULL : facts->parcels->parcels,
                         .n_parcels = facts->parcels == NULL ? 0 : facts->parcels->n_parcels,
                         .stems = drawn->stems,
                         .n_stems = n,
                         .seq = th_work_seq(span.m->import.work)};
    return TH_OK;
}

struct known {
    const struct th_plot *wanted;
    int64_t version; // 0: none
    bool same;
    bool other_day; // another survey of the same year has this plot
};

static bool same_stem(const struct th_plot_stem *a, const struct th_plot_stem *b)
{
    return strcmp(a->species, b->species) == 0 && strcmp(a->dbh_cm, b->dbh_cm) == 0 &&
           a->age == b->age && th_text_equals(a->height_m, b->height_m) &&
           th_text_equals(a->volume_m3, b->volume_m3) && a->n == b->n;
}

static bool meet_known(void *context, const struct th_plot *plot)
{
    struct known *k = context;
    if (strcmp(plot->surveyed, k->wanted->surveyed) != 0) {
        k->other_day =
            k->other_day || th_plot_year(plot->surveyed) == th_plot_year(k->wanted->surveyed);
        return true;
    }
    k->version = plot->version;
    k->same = strcmp(plot->stratum, k->wanted->stratum) == 0 &&
              strcmp(plot->area_m2, k->wanted->area_m2) == 0 &&
              plot->n_parcels == k->wanted->n_parcels && plot->n_stems == k->wanted->n_stems;
    for (size_t i = 0; k->same && i < plot->n_parcels; i++) {
        k->same = plot->parcels[i] == k->wanted->parcels[i];
    }
    for (size_t i = 0; k->same && i < plot->n_stems; i++) {
        k->same = same_stem(&plot->stems[i], &k->wanted->stems[i]);
    }
    return true;
}

static enum th_status store_plot(struct span span, const struct facts *facts, struct drawn *drawn,
                                 const struct known *known, struct th_error *err)
{
    struct th_hash hash;
    struct th_plot_run *m = span.m;
    drawn->plot.version = known->version + 1;
    enum th_status status = facts->bamboo ? warn_odd_years(span, facts, err) : TH_OK;
    if (status == TH_OK) {
        status = th_plot_insert(th_work_store(m->import.work), &drawn->plot, &drawn->plot.plot_id,
                                &hash, err);
    }
    if (status != TH_OK) {
        return status;
    }
    warn_small(span, facts);
    if (known->other_day) {
        struct th_error what;
        (void)th_error_set(&what, TH_DATA_PROBLEM, "plot_same_year", "surveyed",
                           drawn->plot.surveyed, NULL);
        th_plot_problem(m, span.rows[0], "survey_repeated", false, &what);
    }
    th_hasher_update(m->import.stored, hash.bytes, sizeof(hash.bytes));
    th_json_append_int(m->plot_ids, drawn->plot.plot_id);
    for (size_t i = 0; i < drawn->plot.n_parcels; i++) {
        th_json_append_int(m->import.parcel_ids, drawn->plot.parcels[i]);
    }
    m->import.n_stored++;
    m->import.n_changed += known->version > 0 ? 1 : 0;
    m->import.n_accepted += (int64_t)span.n;
    return TH_OK;
}

// `spoiled`: a row of this plot does not say which survey it belongs to.
static enum th_status decide(struct span span, bool spoiled, struct th_error *err)
{
    struct facts facts;
    struct th_error what;
    struct drawn drawn = {.stems = NULL};
    bool agree = gather(span, &facts);
    bool bad = spoiled;
    for (size_t i = 0; i < span.n; i++) {
        bad = bad || span.m->rows[span.rows[i]].bad;
    }
    if (bad || !agree || !complete(span, &facts)) {
        (void)th_error_set(&what, TH_DATA_PROBLEM, "plot_refused", NULL);
        refuse(span, NULL, &what);
        return TH_OK;
    }
    enum th_status status = draw(span, &facts, &drawn, err);
    struct known known = {.wanted = &drawn.plot};
    const struct th_plot_question question = {.village = drawn.plot.village,
                                              .number = drawn.plot.number};
    if (status == TH_OK) {
        status =
            th_plot_each(th_work_store(span.m->import.work), &question, meet_known, &known, err);
    }
    if (status == TH_OK && known.version > 0 && known.same) {
        span.m->import.n_unchanged += (int64_t)span.n;
    } else if (status == TH_OK) {
        status = store_plot(span, &facts, &drawn, &known, err);
    }
    free(drawn.stems);
    free(drawn.texts);
    return status;
}

enum th_status th_plot_decide_all(struct th_plot_run *m, struct th_error *err)
{
    struct order *orders = calloc(m->import.sheet.n + 1, sizeof(*orders));
    size_t *rows = calloc(m->import.sheet.n + 1, sizeof(*rows));
    enum th_status status = orders == NULL || rows == NULL ? th_error_no_memory(err) : TH_OK;
    size_t n = status == TH_OK ? m->import.sheet.n : 0;
    for (size_t i = 0; i < n; i++) {
        orders[i] = (struct order){&m->rows[i], i};
    }
    if (n > 1) {
        qsort(orders, n, sizeof(*orders), compare_orders);
    }
    for (size_t i = 0; i < n; i++) {
        rows[i] = orders[i].index;
    }
    const struct th_plot_row *unknown = NULL;
    for (size_t i = 0; status == TH_OK && i < n;) {
        size_t end = i + 1;
        while (end < n && compare_plots(orders[i].row, orders[end].row) == 0) {
            end++;
        }
        // Without a survey sorts before the surveys.
        const struct th_plot_row *row = orders[i].row;
        if (row->surveyed[0] == '\0') {
            unknown = row;
        }
        bool spoiled = unknown != NULL && unknown->village == row->village &&
                       strcmp(unknown->plot, row->plot) == 0;
        status = decide((struct span){m, rows + i, end - i}, spoiled, err);
        i = end;
    }
    free(orders);
    free(rows);
    return status;
}
