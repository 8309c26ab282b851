// The calculation sheet of one parcel and year: every number with the sum that gives it, in the
// digits that a pocket calculator takes.
#include <inttypes.h>
#include <stdio.h>

#include "methodology/estimate_internal.h"
#include "methodology/wide_internal.h"

const char *th_estimate_term(const char *name, bool as_argument, char *buf, size_t size)
{
    (void)snprintf(buf, size, "%sterm.%s", as_argument ? "@" : "", name);
    return buf;
}

struct line { // NULL members are written as null
    const char *term, *expression, *value, *unit, *source, *evidence;
};

static void add_line(struct th_json *lines, struct line line)
{
    struct th_json *object = th_json_object();
    th_json_set_text(object, "term", line.term);
    th_json_set_text(object, "expression", line.expression);
    th_json_set_text(object, "value", line.value);
    th_json_set_text(object, "unit", line.unit);
    th_json_set_text(object, "source", line.source);
    th_json_set_text(object, "evidence", line.evidence);
    th_json_append(lines, object);
}

static void explain_areas(struct th_json *lines, const struct th_estimate_parcel *parcel)
{
    char m2[TH_WIDE_TEXT_SIZE];
    char mu[TH_WIDE_TEXT_SIZE];
    char ha[TH_WIDE_TEXT_SIZE];
    char contracted[TH_WIDE_TEXT_SIZE];
    char used[TH_WIDE_TEXT_SIZE];
    char expression[3 * TH_WIDE_TEXT_SIZE];
    (void)th_wide_decimal(th_area_m2_cent(parcel->measured), 2, false, m2);
    (void)th_wide_mu(parcel->measured, mu);
    (void)th_wide_mu(th_estimate_area_used(parcel), used);
    // 3,000,000 units are one ha; half up to four decimals, shown only.
    (void)th_wide_decimal((th_area_m2_300(parcel->measured) / 150 + 1) / 2, 4, false, ha);
    add_line(lines, (struct line){.term = "term.area_measured",
                                  .value = m2,
                                  .unit = "m2",
                                  .source = "term.source_geodesic"});
    // Measured areas are whole hundredths of a square metre, so that this sum is exact.
    (void)snprintf(expression, sizeof(expression), "%s × 3 ÷ 2000", m2);
    bool exact = th_area_m2_300(parcel->measured) % 3 == 0;
    add_line(lines, (struct line){.term = "term.area_measured",
                                  .expression = exact ? expression : NULL,
                                  .value = mu,
                                  .unit = "mu",
                                  .source = "term.source_mu"});
    (void)snprintf(expression, sizeof(expression), "%s ÷ 15", mu);
    add_line(lines, (struct line){.term = "term.area_measured",
                                  .expression = expression,
                                  .value = ha,
                                  .unit = "ha",
                                  .source = "term.source_mu"});
    if (!parcel->has_contracted) {
        add_line(lines, (struct line){.term = "term.area_used",
                                      .expression = mu,
                                      .value = used,
                                      .unit = "mu",
                                      .source = "term.rule_area_measured_only"});
        return;
    }
    (void)th_wide_mu(parcel->contracted, contracted);
    add_line(lines, (struct line){.term = "term.area_contracted",
                                  .value = contracted,
                                  .unit = "mu",
                                  .source = "term.source_contract"});
    (void)snprintf(expression, sizeof(expression), "min(%s, %s)", mu, contracted);
    add_line(lines, (struct line){.term = "term.area_used",
                                  .expression = expression,
                                  .value = used,
                                  .unit = "mu",
                                  .source = "term.rule_area_min_1"});
}

// "2145 × 0.39 × 1000", or "20 × 70 ÷ 87 × 1000 = 16091.954…" where something is cut off.
static void gross_expression(struct th_area area, struct th_ratio factor, char *text, size_t size)
{
    char mu[TH_WIDE_TEXT_SIZE];
    char value[TH_RATIO_TEXT_SIZE];
    char cut[TH_WIDE_TEXT_SIZE];
    (void)th_ratio_format(factor, value);
    bool is_fraction = false;
    for (const char *c = value; *c; c++) {
        is_fraction = is_fraction || *c == '/';
    }
    int used = is_fraction ? snprintf(text, size, "%s × %" PRId64 " ÷ %" PRId64 " × 1000",
                                      th_wide_mu(area, mu), factor.numerator, factor.denominator)
                           : snprintf(text, size, "%s × %s × 1000", th_wide_mu(area, mu), value);
    // The same quotient as in estimate.c, kept to a thousandth of a kilogram.
    th_wide dividend = (th_wide)th_area_m2_300(area) * factor.numerator;
    th_wide divisor = (th_wide)factor.denominator * (TH_WIDE_MU / 1000);
    th_wide whole = th_wide_floor(dividend, divisor);
    th_wide rest = dividend - whole * divisor;
    th_wide thousandths = whole * 1000 + th_wide_floor(rest * 1000, divisor);
    if (rest != 0 && th_wide_fits(thousandths) && used > 0 && (size_t)used < size) {
        bool more = (rest * 1000) % divisor != 0;
        (void)snprintf(text + used, size - (size_t)used, " = %s%s",
                       th_wide_decimal((int64_t)thousandths, 3, false, cut), more ? "…" : "");
    }
}

static const char *kg_text(struct th_carbon carbon, char buf[TH_WIDE_TEXT_SIZE])
{
    return th_wide_decimal(th_carbon_kg(carbon), 0, false, buf);
}

static void explain_carbon(struct th_json *lines, const struct th_parameter *factor,
                           const struct th_estimate_line *line)
{
    char expression[6 * TH_WIDE_TEXT_SIZE];
    char texts[6][TH_WIDE_TEXT_SIZE];
    const char *evidence = th_evidence_name(factor->evidence);
    const char *gross = kg_text(line->gross, texts[0]);
    gross_expression(line->area_used, factor->value, expression, sizeof(expression));
    add_line(lines,
             (struct line){"term.gross", expression, gross, "kg CO2e", "term.rule_down", evidence});
    const struct {
        const char *term;
        struct th_carbon mass;
    } subtracted[] = {{"term.baseline", line->baseline},
                      {"term.project_emissions", line->project_emissions},
                      {"term.leakage", line->leakage},
                      {"term.deduction", line->deduction}};
    for (size_t i = 0; i < sizeof(subtracted) / sizeof(subtracted[0]); i++) {
        add_line(lines, (struct line){.term = subtracted[i].term,
                                      .value = kg_text(subtracted[i].mass, texts[i + 1]),
                                      .unit = "kg CO2e",
                                      .source = "term.source_not_counted"});
    }
    (void)snprintf(expression, sizeof(expression), "%s - %s - %s - %s - %s", gross, texts[1],
                   texts[2], texts[3], texts[4]);
    add_line(lines, (struct line){.term = "term.net",
                                  .expression = expression,
                                  .value = kg_text(line->net, texts[5]),
                                  .unit = "kg CO2e",
                                  .source = "term.rule_net",
                                  .evidence = evidence});
}

enum th_status th_estimate_explain(const struct th_estimate_rules *rules,
                                   const struct th_estimate_parcel *parcel, int year,
                                   struct th_json **ret_lines, struct th_error *err)
{
    const struct th_parameter *factor = NULL;
    struct th_estimate_line line;
    char term[TH_ERROR_KEY_SIZE];
    char value[TH_RATIO_TEXT_SIZE];
    enum th_status status = th_estimate_factor(rules, &factor, err);
    if (status == TH_OK) {
        status = th_estimate_parcel_year(rules, parcel, year, &line, err);
    }
    if (status != TH_OK) {
        return status;
    }
    struct th_json *lines = th_json_array();
    explain_areas(lines, parcel);
    add_line(lines, (struct line){.term = th_estimate_term(factor->name, false, term, sizeof(term)),
                                  .value = th_ratio_format(factor->value, value),
                                  .unit = factor->unit,
                                  .source = factor->source,
                                  .evidence = th_evidence_name(factor->evidence)});
    explain_carbon(lines, factor, &line);
    status = lines ? th_json_check(lines, err) : th_error_no_memory(err);
    if (status != TH_OK) {
        th_json_free(lines);
        return status;
    }
    *ret_lines = lines;
    return TH_OK;
}
