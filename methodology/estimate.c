#include "methodology/estimate.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "methodology/decimal_internal.h"
#include "methodology/estimate_internal.h"
#include "methodology/wide_internal.h"

enum { BLOCK = 512, KG_PER_T = 1000 };

double th_estimate_area_mu(struct th_area area)
{
    return (double)th_area_m2_300(area) / TH_WIDE_MU;
}

struct th_area th_estimate_area_used(const struct th_estimate_parcel *parcel)
{
    bool smaller =
        parcel->has_contracted && th_area_compare(parcel->contracted, parcel->measured) < 0;
    return smaller ? parcel->contracted : parcel->measured;
}

static enum th_status overflow(struct th_error *err)
{
    return th_error_set(err, TH_OVERFLOW, "estimate_overflow", NULL);
}

// Beyond 2^53 kg, more than the world emits, doubles skip whole kilograms.
static bool is_kg(double whole)
{
    return fabs(whole) < 0x1p53;
}

enum th_status th_estimate_kg(double kg, enum th_rounding rounding, struct th_carbon *ret_mass,
                              struct th_error *err)
{
    double whole = rounding == TH_ROUND_DOWN ? floor(kg) : ceil(kg);
    if (!is_kg(whole)) {
        return overflow(err);
    }
    *ret_mass = th_carbon_from_kg((int64_t)whole);
    return TH_OK;
}

enum th_status th_estimate_emissions(const struct th_estimate_line *line, struct th_carbon *ret_sum,
                                     struct th_error *err)
{
    struct th_carbon sum = th_carbon_from_kg(0);
    enum th_status status = TH_OK;
    for (size_t gas = 0; gas < TH_N_GASES && status == TH_OK; gas++) {
        status = th_carbon_add(sum, line->emissions[gas], &sum, err);
    }
    if (status == TH_OK) {
        *ret_sum = sum;
    }
    return status;
}

static enum th_status set_net(struct th_estimate_line *line, struct th_error *err)
{
    struct th_carbon net = line->gross;
    struct th_carbon emissions;
    enum th_status status = th_estimate_emissions(line, &emissions, err);
    const struct th_carbon *subtracted[] = {&line->baseline, &emissions, &line->leakage,
                                            &line->deduction};
    for (size_t i = 0; i < 4 && status == TH_OK; i++) {
        status = th_carbon_sub(net, *subtracted[i], &net, err);
    }
    if (status == TH_OK) {
        line->net = net;
    }
    return status;
}

// Columns a power of two apart would share the same lines of a processor's cache.
static size_t stride_of(size_t n)
{
    return n + 64 / sizeof(double);
}

bool th_estimate_columns_make(const struct th_methodology *methodology, size_t n,
                              struct th_estimate_columns *columns)
{
    columns->n_columns = TH_COLUMN_INPUTS + methodology->n_inputs;
    columns->owned = malloc(columns->n_columns * stride_of(n) * sizeof(double));
    for (size_t i = 0; i < columns->n_columns && columns->owned; i++) {
        columns->columns[i] = columns->owned + i * stride_of(n);
        columns->inputs[i] = columns->columns[i];
    }
    return columns->owned != NULL;
}

void th_estimate_columns_clear(struct th_estimate_columns *columns)
{
    free(columns->owned);
}

void th_estimate_columns_fill(struct th_estimate_columns *columns, int year,
                              const struct th_estimate_parcel *parcels, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        columns->columns[TH_COLUMN_AREA_MU][i] =
            th_estimate_area_mu(th_estimate_area_used(&parcels[i]));
        columns->columns[TH_COLUMN_YEAR][i] = year;
        for (size_t k = TH_COLUMN_INPUTS; k < columns->n_columns; k++) {
            columns->columns[k][i] = parcels[i].inputs[k - TH_COLUMN_INPUTS];
        }
    }
}

// A block of parcels and what comes out for them; NULL where the document counts nothing.
struct block {
    struct th_estimate_columns columns;
    double *kg[TH_N_SIDES][TH_N_GASES];
    double *results; // owned
};

enum { N_RESULTS = TH_N_SIDES * TH_N_GASES };

static bool block_make(const struct th_methodology *methodology, struct block *block)
{
    *block = (struct block){.results = malloc(N_RESULTS * stride_of(BLOCK) * sizeof(double))};
    for (size_t i = 0; i < th_calc_n_lines(methodology->calc) && block->results; i++) {
        struct th_calc_line_info line = th_calc_line_at(methodology->calc, i);
        if (line.counted) {
            size_t place = (size_t)line.side * TH_N_GASES + (size_t)line.gas;
            block->kg[line.side][line.gas] = block->results + place * stride_of(BLOCK);
        }
    }
    return block->results && th_estimate_columns_make(methodology, BLOCK, &block->columns);
}

static void block_clear(struct block *block)
{
    th_estimate_columns_clear(&block->columns);
    free(block->results);
}

// All gases of a side in the column of one of them, or NULL; sums of lines that have six decimals
// have them again when they are rounded.
static double *side_kg(double *const kg[TH_N_GASES], size_t n)
{
    double *sum = NULL;
    for (size_t gas = 0; gas < TH_N_GASES; gas++) {
        for (size_t i = 0; i < n && sum && kg[gas]; i++) {
            sum[i] += kg[gas][i];
        }
        sum = sum ? sum : kg[gas];
    }
    return sum;
}

// A block's results in whole kilograms; NULL where there are none.
struct wholes {
    double *gross, *baseline, *leakage;
    double *emissions[TH_N_GASES];
};

static struct wholes whole_block(struct block *block, size_t n)
{
    enum th_vector vector = th_vector_best();
    struct wholes wholes = {.gross = side_kg(block->kg[TH_SIDE_GROSS], n),
                            .baseline = side_kg(block->kg[TH_SIDE_BASELINE], n),
                            .leakage = side_kg(block->kg[TH_SIDE_LEAKAGE], n)};
    memcpy(wholes.emissions, block->kg[TH_SIDE_PROJECT_EMISSIONS], sizeof(wholes.emissions));
    double *const up[] = {wholes.baseline, wholes.leakage, wholes.emissions[TH_GAS_CO2],
                          wholes.emissions[TH_GAS_CH4], wholes.emissions[TH_GAS_N2O]};
    static_assert(sizeof(up) / sizeof(up[0]) == 2 + TH_N_GASES, "every gas");
    if (wholes.gross) {
        th_floor_column_on(vector, wholes.gross, wholes.gross, n);
    }
    for (size_t i = 0; i < sizeof(up) / sizeof(up[0]); i++) {
        if (up[i]) {
            th_ceil_column_on(vector, up[i], up[i], n);
        }
    }
    return wholes;
}

static bool take_kg(const double *wholes, size_t row, struct th_carbon *mass)
{
    double whole = wholes ? wholes[row] : 0.0;
    *mass = th_carbon_from_kg(is_kg(whole) ? (int64_t)whole : 0);
    return is_kg(whole);
}

static enum th_status read_line(const struct wholes *wholes, size_t row,
                                struct th_estimate_line *line, struct th_error *err)
{
    bool fits = take_kg(wholes->gross, row, &line->gross);
    fits = take_kg(wholes->baseline, row, &line->baseline) && fits;
    fits = take_kg(wholes->leakage, row, &line->leakage) && fits;
    for (size_t gas = 0; gas < TH_N_GASES; gas++) {
        fits = take_kg(wholes->emissions[gas], row, &line->emissions[gas]) && fits;
    }
    line->deduction = th_carbon_from_kg(0);
    return fits ? set_net(line, err) : overflow(err);
}

// The row of a block becomes the parcel that people know.
static void name_parcel(struct th_error *err, const struct th_estimate_parcel *parcels)
{
    const char *row = err ? th_error_arg_get(err, "row") : NULL;
    if (row) {
        th_error_add_int(err, "parcel", parcels[strtoul(row, NULL, 10)].parcel_id);
    }
}

static enum th_status estimate_block(const struct th_estimate_rules *rules, const double *slots,
                                     int year, const struct th_estimate_parcel *parcels, size_t n,
                                     struct block *block, struct th_estimate_line *ret_lines,
                                     struct th_error *err)
{
    const struct th_calc_batch batch = {.n = n, .inputs = block->columns.inputs};
    th_estimate_columns_fill(&block->columns, year, parcels, n);
    enum th_status status = th_calc_run(rules->methodology->calc, slots, &batch, block->kg, err);
    if (status == TH_DATA_PROBLEM) {
        name_parcel(err, parcels);
    }
    struct wholes wholes = {.gross = NULL};
    if (status == TH_OK) {
        wholes = whole_block(block, n);
    }
    for (size_t i = 0; i < n && status == TH_OK; i++) {
        ret_lines[i] = (struct th_estimate_line){.parcel_id = parcels[i].parcel_id,
                                                 .year = year,
                                                 .area_used = th_estimate_area_used(&parcels[i])};
        status = read_line(&wholes, i, &ret_lines[i], err);
    }
    return status;
}

enum th_status th_estimate_year(const struct th_estimate_rules *rules, int year,
                                const struct th_estimate_parcel *parcels, size_t n,
                                struct th_estimate_line *ret_lines, struct th_error *err)
{
    double slots[TH_CALC_SLOTS_MAX];
    struct block block;
    enum th_status status = th_estimate_slots(rules, year, slots, err);
    if (status != TH_OK) {
        return status;
    }
    if (!block_make(rules->methodology, &block)) {
        status = th_error_no_memory(err);
    }
    for (size_t first = 0; first < n && status == TH_OK; first += BLOCK) {
        size_t part = n - first < BLOCK ? n - first : BLOCK;
        status = estimate_block(rules, slots, year, parcels + first, part, &block,
                                ret_lines + first, err);
    }
    block_clear(&block);
    return status;
}

// share × kg, toward +∞; kg >= 0.
static enum th_status share_of(struct th_ratio share, int64_t kg, struct th_carbon *ret_part,
                               struct th_error *err)
{
    int64_t part = 0;
    enum th_status status = th_ratio_apply_ceil(share, kg, &part, err);
    if (status == TH_OK) {
        *ret_part = th_carbon_from_kg(part);
    }
    return status;
}

static int64_t credit_kg(struct th_carbon mass)
{
    int64_t kg = th_carbon_kg(mass);
    return kg > 0 ? kg : 0;
}

enum th_status th_estimate_deduct(struct th_estimate_line *line,
                                  const struct th_estimate_shares *shares, struct th_error *err)
{
    struct th_carbon parts[3];
    const struct th_carbon none = th_carbon_from_kg(0);
    line->deduction = none;
    enum th_status status = set_net(line, err);
    const struct th_ratio of[] = {shares->gross, shares->baseline, shares->net};
    int64_t baseline = th_carbon_kg(line->baseline);
    const int64_t kg[] = {credit_kg(line->gross), baseline < 0 ? -baseline : baseline,
                          credit_kg(line->net)};
    struct th_carbon deduction = none;
    for (size_t i = 0; i < 3 && status == TH_OK; i++) {
        status = share_of(of[i], kg[i], &parts[i], err);
        if (status == TH_OK) {
            status = th_carbon_add(deduction, parts[i], &deduction, err);
        }
    }
    if (status != TH_OK) {
        return status;
    }
    line->deduction = deduction;
    return set_net(line, err);
}

// net against bound t/ha: kg · 3,000,000 units a ha against bound · 1,000 kg · units of area.
static int compare_per_ha(struct th_carbon net, struct th_area area, struct th_ratio bound)
{
    enum { UNITS_PER_HA = 15 * TH_WIDE_MU };
    th_wide have = (th_wide)th_carbon_kg(net) * UNITS_PER_HA * bound.denominator;
    th_wide limit = (th_wide)th_area_m2_300(area) * bound.numerator * KG_PER_T;
    return (have > limit) - (have < limit);
}

const struct th_plausible *th_estimate_implausible(const struct th_methodology *methodology,
                                                   struct th_area area_used, struct th_carbon net)
{
    const struct th_plausible *broken = NULL;
    for (size_t i = 0; i < methodology->n_plausible && th_area_m2_300(area_used) > 0; i++) {
        const struct th_plausible *bounds = &methodology->plausible[i];
        bool breaks = compare_per_ha(net, area_used, bounds->low) < 0 ||
                      compare_per_ha(net, area_used, bounds->high) > 0;
        if (breaks && (!broken || bounds->action == TH_PLAUSIBLE_REFUSE)) {
            broken = bounds;
        }
    }
    return broken;
}

// In whole numbers of 128 bits, for an area of a whole county.
enum th_status th_estimate_project(const struct th_estimate_rules *rules, struct th_area area,
                                   struct th_carbon *ret_gross, struct th_error *err)
{
    const struct th_methodology *methodology = rules->methodology;
    const struct th_parameter_row *factor = th_estimate_value(rules, "factor");
    bool by_area = methodology->n_terms == 1 && factor &&
                   methodology->terms[0].family == th_family_find("area-factor");
    if (!by_area) {
        return th_error_set(err, TH_INVALID, "no_area_factor", "methodology", methodology->id,
                            NULL);
    }
    // Below 2^63 × 2^63 and 2^63 × 2^18: neither product can leave 128 bits.
    th_wide dividend = (th_wide)th_area_m2_300(area) * factor->value.numerator;
    th_wide divisor = (th_wide)factor->value.denominator * TH_WIDE_MU;
    th_wide tonnes = th_wide_floor(dividend, divisor);
    // What is left is below the divisor, 2^81, and times 1,000 still far from 128 bits.
    th_wide rest = dividend - tonnes * divisor;
    th_wide kg = tonnes * KG_PER_T + rest * KG_PER_T / divisor;
    if (!th_wide_fits(kg)) {
        return overflow(err);
    }
    *ret_gross = th_carbon_from_kg((int64_t)kg);
    return TH_OK;
}
