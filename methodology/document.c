#include "methodology/document.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/text.h"
#include "methodology/document_internal.h"
#include "methodology/stem.h"
#include "methodology/wide_internal.h"

void th_methodology_free(struct th_methodology *methodology)
{
    if (!methodology) {
        return;
    }
    for (size_t i = 0; i < methodology->plots.n_equations; i++) {
        th_stem_free(methodology->plots.equations[i].stem);
    }
    th_calc_free(methodology->calc);
    th_arena_clear(&methodology->arena);
    th_json_free(methodology->json);
    free(methodology);
}

const char *th_methodology_id(const struct th_methodology *methodology)
{
    return methodology->id;
}

const char *th_methodology_version(const struct th_methodology *methodology)
{
    return methodology->version;
}

const char *th_methodology_title(const struct th_methodology *methodology, bool chinese)
{
    return chinese ? methodology->title.zh : methodology->title.en;
}

bool th_methodology_monitoring_only(const struct th_methodology *methodology)
{
    return methodology->monitoring_only;
}

bool th_methodology_statement_based(const struct th_methodology *methodology)
{
    return methodology->statement_based;
}

const struct th_hash *th_methodology_sha256(const struct th_methodology *methodology)
{
    return &methodology->sha256;
}

struct th_ratio th_methodology_buffer_ratio(const struct th_methodology *methodology)
{
    return methodology->buffer_ratio;
}

enum th_uncertainty_rule th_methodology_rule(const struct th_methodology *methodology)
{
    return methodology->rule;
}

struct th_ratio th_methodology_confidence(const struct th_methodology *methodology)
{
    return methodology->confidence;
}

size_t th_methodology_n_inputs(const struct th_methodology *methodology)
{
    return methodology->n_inputs;
}

const struct th_input *th_methodology_input(const struct th_methodology *methodology, size_t index)
{
    assert(index < methodology->n_inputs);
    return &methodology->inputs[index];
}

size_t th_methodology_n_parameters(const struct th_methodology *methodology)
{
    return methodology->n_parameters;
}

const struct th_parameter *th_methodology_parameter(const struct th_methodology *methodology,
                                                    size_t index)
{
    assert(index < methodology->n_parameters);
    return &methodology->parameters[index];
}

const struct th_parameter *th_methodology_parameter_find(const struct th_methodology *methodology,
                                                         const char *name)
{
    for (size_t i = 0; i < methodology->n_parameters; i++) {
        if (th_text_equals(methodology->parameters[i].name, name)) {
            return &methodology->parameters[i];
        }
    }
    return NULL;
}

size_t th_methodology_n_slots(const struct th_methodology *methodology)
{
    return methodology->n_slots;
}

size_t th_methodology_n_terms(const struct th_methodology *methodology)
{
    return methodology->n_terms;
}

const struct th_term *th_methodology_term(const struct th_methodology *methodology, size_t index)
{
    assert(index < methodology->n_terms);
    return &methodology->terms[index];
}

size_t th_methodology_n_conditions(const struct th_methodology *methodology)
{
    return methodology->n_conditions;
}

const struct th_condition *th_methodology_condition(const struct th_methodology *methodology,
                                                    size_t index)
{
    assert(index < methodology->n_conditions);
    return &methodology->conditions[index];
}

const struct th_plots *th_methodology_plots(const struct th_methodology *methodology)
{
    return methodology->has_plots ? &methodology->plots : NULL;
}

size_t th_methodology_n_plausible(const struct th_methodology *methodology)
{
    return methodology->n_plausible;
}

const struct th_plausible *th_methodology_plausible(const struct th_methodology *methodology,
                                                    size_t index)
{
    assert(index < methodology->n_plausible);
    return &methodology->plausible[index];
}

const struct th_calc *th_methodology_calc(const struct th_methodology *methodology)
{
    return methodology->calc;
}

const struct th_json *th_methodology_json(const struct th_methodology *methodology)
{
    return methodology->json;
}

const char *th_evidence_name(enum th_evidence evidence)
{
    switch (evidence) {
    case TH_EVIDENCE_VERIFIED:
        return "verified";
    case TH_EVIDENCE_TWO_SOURCES:
        return "two-sources";
    case TH_EVIDENCE_REPRODUCED:
        return "reproduced";
    case TH_EVIDENCE_UNVERIFIED:
        return "unverified";
    case TH_EVIDENCE_DERIVED:
        return "derived";
    case TH_EVIDENCE_EXPERT_CHOICE:
        return "expert-choice";
    case TH_EVIDENCE_REPORTED:
        return "reported";
    case TH_EVIDENCE_STATED:
        return "stated";
    }
    return "unverified";
}

static bool list_has(const struct th_json *list, const char *text)
{
    for (size_t i = 0; i < th_json_size(list); i++) {
        if (th_text_equals(th_json_text(th_json_at(list, i)), text)) {
            return true;
        }
    }
    return false;
}

// "a, b, c", with every word behind `prefix`: "@x.a, @x.b" is a list that the catalogue looks up.
static void list_text(const struct th_json *list, const char *prefix, char *text, size_t size)
{
    size_t n = th_json_size(list);
    text[0] = '\0';
    size_t used = 0;
    for (size_t i = 0; i < n && used < size; i++) {
        int written = snprintf(text + used, size - used, "%s%s%s", i > 0 ? ", " : "", prefix,
                               th_json_text(th_json_at(list, i)));
        used += written > 0 ? (size_t)written : 0;
    }
}

static enum th_status not_applicable(const struct th_methodology *methodology, const char *reason,
                                     const char *limit, const char *found, struct th_error *err)
{
    return th_error_set(err, TH_DATA_PROBLEM, "not_applicable", "methodology", methodology->id,
                        "reason", reason, "limit", limit, "found", found, NULL);
}

static enum th_status area_fits(const struct th_methodology *methodology, struct th_area area,
                                struct th_error *err)
{
    struct th_ratio minimum = methodology->min_area_mu;
    th_wide have = (th_wide)th_area_m2_300(area) * minimum.denominator;
    if (!methodology->has_min_area || have >= (th_wide)minimum.numerator * TH_WIDE_MU) {
        return TH_OK;
    }
    char mu[TH_WIDE_TEXT_SIZE];
    char ratio[TH_RATIO_TEXT_SIZE];
    // Exact, so that a parcel of 49.999 mu is not told that 50.00 is less than 50.
    return not_applicable(methodology, "@applicability.min_area_mu",
                          th_ratio_format(minimum, ratio), th_wide_mu(area, mu), err);
}

enum th_status th_methodology_site_fits(const struct th_methodology *methodology,
                                        enum th_site_test test, const char *kind,
                                        const char *land_class, struct th_area area,
                                        struct th_error *err)
{
    char limit[TH_ERROR_VALUE_SIZE];
    if (test == TH_SITE_KIND && !list_has(methodology->kinds, kind)) {
        char found[TH_ERROR_VALUE_SIZE] = "";
        list_text(methodology->kinds, "@applicability.kind.", limit, sizeof(limit));
        if (kind && kind[0] != '\0') {
            (void)snprintf(found, sizeof(found), "@applicability.kind.%s", kind);
        }
        return not_applicable(methodology, "@applicability.kind", limit, found, err);
    }
    if (test == TH_SITE_LAND_CLASS && land_class &&
        th_json_type(methodology->land_classes) == TH_JSON_ARRAY &&
        !list_has(methodology->land_classes, land_class)) {
        char found[TH_ERROR_VALUE_SIZE];
        list_text(methodology->land_classes, "@land_class.", limit, sizeof(limit));
        (void)snprintf(found, sizeof(found), "@land_class.%s", land_class);
        return not_applicable(methodology, "@applicability.land_class", limit, found, err);
    }
    return test == TH_SITE_AREA ? area_fits(methodology, area, err) : TH_OK;
}

enum th_status th_methodology_applies(const struct th_methodology *methodology, const char *kind,
                                      const char *land_class, struct th_area area,
                                      struct th_error *err)
{
    enum th_status status = TH_OK;
    for (enum th_site_test test = 0; test < TH_N_SITE_TESTS && status == TH_OK; test++) {
        status = th_methodology_site_fits(methodology, test, kind, land_class, area, err);
    }
    return status;
}

bool th_condition_holds(const struct th_condition *condition, const double *inputs)
{
    double value = inputs[condition->input];
    double limit = th_ratio_double(condition->limit);
    switch (condition->test) {
    case TH_TEST_AT_LEAST:
        return value >= limit;
    case TH_TEST_AT_MOST:
        return value <= limit;
    case TH_TEST_MULTIPLE_OF: // exact; of a limit of 0 it is none
        return fmod(value, limit) == 0.0;
    case TH_TEST_ONE_OF:
    case TH_TEST_NONE_OF:
        break;
    }
    if (!(value >= 0.0 && value < TH_METHODOLOGY_CHOICES_MAX)) {
        return false; // no choice
    }
    bool is_listed = (condition->choices >> (unsigned)value & 1) != 0;
    return is_listed == (condition->test == TH_TEST_ONE_OF);
}
