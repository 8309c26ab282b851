// An equation as a calc of one line (ADR 19), so that what is computed is what is written down.
// Its inputs are the measures as plain numbers, since empirical equations say in which unit they
// want them; its slots are the coefficients, and behind them π.
#include "methodology/stem.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/embed.h"
#include "core/text.h"
#include "methodology/stem_internal.h"

enum { SLOT_PI = TH_STEM_COEFFICIENTS_MAX, N_SLOTS, NUMBER_SIZE = 32 };

static const double PI = 3.14159265358979323846;

extern const struct th_embedded_file th_embed_stems[];
extern const size_t th_embed_stems_count;

#define OF(measure) (1U << TH_STEM_##measure)

const struct th_stem_form_info th_stem_forms[TH_STEM_N_FORMS] = {
    [TH_STEM_CONSTANT] = {"constant", TH_STEM_PER_STEM, "a", 0},
    [TH_STEM_LINEAR] = {"linear", TH_STEM_PER_STEM, "ab", OF(DBH)},
    [TH_STEM_POWER] = {"power", TH_STEM_PER_STEM, "ab", OF(DBH)},
    [TH_STEM_LOG10] = {"log10", TH_STEM_PER_STEM, "ab", OF(DBH)},
    [TH_STEM_EXP_LN_SUM] = {"exp-ln-sum", TH_STEM_PER_STEM, "ab", OF(DBH)},
    [TH_STEM_DENSITY_POWER] = {"density-power", TH_STEM_PER_STEM, "ab", OF(DBH) | OF(DENSITY)},
    [TH_STEM_DENSITY_HEIGHT_POWER] = {"density-height-power", TH_STEM_PER_STEM, "ab",
                                      OF(DBH) | OF(HEIGHT) | OF(DENSITY)},
    [TH_STEM_BASAL_AREA_QUADRATIC] = {"basal-area-quadratic", TH_STEM_PER_STEM, "abc", OF(D30)},
    [TH_STEM_MOSO_CULM] = {"moso-culm", TH_STEM_PER_STEM, "abcdef", OF(DBH) | OF(AGE_DU)},
    [TH_STEM_VOLUME_LINEAR] = {"volume-linear", TH_STEM_PER_HECTARE, "ab", OF(VOLUME)},
    [TH_STEM_VOLUME_CLASS] = {"volume-class", TH_STEM_PER_VOLUME, "sir", OF(VOLUME)},
};

static const struct {
    const char *name, *unit, *letter;
    struct th_stem_bounds bounds;
} measures_known[TH_STEM_N_MEASURES] = {
    [TH_STEM_DBH] = {"dbh", "cm", "D", {0, 300}},
    [TH_STEM_D30] = {"d30", "cm", "D", {0, 300}},
    [TH_STEM_AGE_DU] = {"age_du", "1", "G", {0, 20}},
    [TH_STEM_HEIGHT] = {"height", "m", "H", {0, 120}},
    [TH_STEM_DENSITY] = {"density", "g/cm3", "ρ", {0.05, 1.5}},
    [TH_STEM_VOLUME] = {"volume", "m3/ha", "V", {0, 5000}},
};

static const char *const class_parts[] = {"stock", "increment", "removal"};
enum { N_CLASS_PARTS = sizeof(class_parts) / sizeof(class_parts[0]) };

const char *th_stem_measure_name(enum th_stem_measure measure)
{
    return measures_known[measure].name;
}

const char *th_stem_measure_unit(enum th_stem_measure measure)
{
    return measures_known[measure].unit;
}

const char *th_stem_measure_letter(enum th_stem_measure measure)
{
    return measures_known[measure].letter;
}

struct th_stem_bounds th_stem_measure_bounds(enum th_stem_measure measure)
{
    return measures_known[measure].bounds;
}

// --- The arithmetic ----------------------------------------------------------------------------

static struct th_node slot(struct th_calc *calc, size_t index)
{
    return th_calc_parameter(calc, index, "1");
}

static struct th_node measured(struct th_calc *calc, enum th_stem_measure measure)
{
    return th_calc_input(calc, measure, "1");
}

static struct th_node whole(struct th_calc *calc, int64_t number)
{
    return th_calc_number(calc, (struct th_ratio){number, 1}, "1", NULL);
}

// exp(a + b ln D), summed over the pairs of coefficients.
static struct th_node exp_ln_sum(struct th_calc *calc, size_t n_coefficients)
{
    struct th_node sum = {-1};
    for (size_t i = 0; i < n_coefficients; i += 2) {
        struct th_node ln = th_calc_ln(calc, measured(calc, TH_STEM_DBH));
        struct th_node inside =
            th_calc_add(calc, slot(calc, i), th_calc_mul(calc, slot(calc, i + 1), ln));
        struct th_node part = th_calc_exp(calc, inside);
        sum = i == 0 ? part : th_calc_add(calc, sum, part);
    }
    return sum;
}

// a + b A + c A², A = π D² ÷ 4.
static struct th_node basal_area_quadratic(struct th_calc *calc)
{
    struct th_node square = th_calc_pow(calc, measured(calc, TH_STEM_D30), whole(calc, 2));
    struct th_node area =
        th_calc_div(calc, th_calc_mul(calc, slot(calc, SLOT_PI), square), whole(calc, 4));
    struct th_node linear =
        th_calc_add(calc, slot(calc, 0), th_calc_mul(calc, slot(calc, 1), area));
    struct th_node quadratic =
        th_calc_mul(calc, slot(calc, 2), th_calc_pow(calc, area, whole(calc, 2)));
    return th_calc_add(calc, linear, quadratic);
}

// a D^b (c G ÷ (d + G))^e + f.
static struct th_node moso_culm(struct th_calc *calc)
{
    struct th_node age = measured(calc, TH_STEM_AGE_DU);
    struct th_node by_diameter = th_calc_mul(
        calc, slot(calc, 0), th_calc_pow(calc, measured(calc, TH_STEM_DBH), slot(calc, 1)));
    struct th_node share = th_calc_div(calc, th_calc_mul(calc, slot(calc, 2), age),
                                       th_calc_add(calc, slot(calc, 3), age));
    struct th_node by_age = th_calc_pow(calc, share, slot(calc, 4));
    return th_calc_add(calc, th_calc_mul(calc, by_diameter, by_age), slot(calc, 5));
}

static struct th_node equation(struct th_calc *calc, const struct th_stem *stem)
{
    struct th_node dbh = measured(calc, TH_STEM_DBH);
    struct th_node density = measured(calc, TH_STEM_DENSITY);
    struct th_node a = slot(calc, 0);
    struct th_node b = slot(calc, 1);
    switch (stem->form) {
    case TH_STEM_LINEAR:
        return th_calc_add(calc, a, th_calc_mul(calc, b, dbh));
    case TH_STEM_POWER:
        return th_calc_mul(calc, a, th_calc_pow(calc, dbh, b));
    case TH_STEM_LOG10:
        return th_calc_pow(calc, whole(calc, 10),
                           th_calc_add(calc, a, th_calc_mul(calc, b, th_calc_log10(calc, dbh))));
    case TH_STEM_EXP_LN_SUM:
        return exp_ln_sum(calc, stem->n_coefficients);
    case TH_STEM_DENSITY_POWER:
        return th_calc_mul(calc, th_calc_mul(calc, a, density), th_calc_pow(calc, dbh, b));
    case TH_STEM_DENSITY_HEIGHT_POWER: {
        struct th_node column =
            th_calc_mul(calc, th_calc_mul(calc, density, measured(calc, TH_STEM_HEIGHT)),
                        th_calc_pow(calc, dbh, whole(calc, 2)));
        return th_calc_mul(calc, a, th_calc_pow(calc, column, b));
    }
    case TH_STEM_BASAL_AREA_QUADRATIC:
        return basal_area_quadratic(calc);
    case TH_STEM_MOSO_CULM:
        return moso_culm(calc);
    case TH_STEM_VOLUME_LINEAR:
        return th_calc_add(calc, th_calc_mul(calc, a, measured(calc, TH_STEM_VOLUME)), b);
    case TH_STEM_CONSTANT:
    case TH_STEM_VOLUME_CLASS:
    case TH_STEM_N_FORMS:
        break;
    }
    return a;
}

enum th_status th_stem_compile(struct th_stem *stem, struct th_error *err)
{
    stem->calc = th_calc_new();
    if (!stem->calc) {
        return th_error_no_memory(err);
    }
    (void)th_calc_line(stem->calc, equation(stem->calc, stem), "term.stem", "1", stem->source);
    enum th_status status = th_calc_finish(stem->calc, err);
    assert(status == TH_OK); // plain numbers, and few
    return status;
}

// --- Choosing numbers --------------------------------------------------------------------------

static bool has_parts(const struct th_stem *stem)
{
    return stem->form == TH_STEM_VOLUME_LINEAR || stem->form == TH_STEM_VOLUME_CLASS;
}

size_t th_stem_n_parts(const struct th_stem *stem)
{
    if (!has_parts(stem)) {
        return 0;
    }
    return stem->form == TH_STEM_VOLUME_CLASS ? (size_t)N_CLASS_PARTS : stem->n_sets;
}

const char *th_stem_part(const struct th_stem *stem, size_t index)
{
    assert(index < th_stem_n_parts(stem));
    return stem->form == TH_STEM_VOLUME_CLASS ? class_parts[index] : stem->sets[index].name;
}

// Place of `part` among the parts; 0 where there are none. false: there is no such part.
static bool find_part(const struct th_stem *stem, const char *part, size_t *ret_index)
{
    bool may_be_null = stem->form != TH_STEM_VOLUME_LINEAR;
    *ret_index = 0;
    if (!part) {
        return may_be_null;
    }
    for (size_t i = 0; i < th_stem_n_parts(stem); i++) {
        if (th_text_equals(th_stem_part(stem, i), part)) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}

static enum th_status part_unknown(const struct th_stem *stem, const char *part,
                                   struct th_error *err)
{
    struct th_buf names;
    th_buf_init(&names, TH_ERROR_VALUE_SIZE);
    for (size_t i = 0; i < th_stem_n_parts(stem); i++) {
        th_buf_printf(&names, "%s%s", i > 0 ? ", " : "", th_stem_part(stem, i));
    }
    enum th_status status = th_error_set(
        err, TH_INVALID, "stem_part_unknown", "stem", stem->id, "part", part ? part : "", "names",
        th_stem_n_parts(stem) > 0 ? th_buf_text(&names) : "–", NULL);
    th_buf_clear(&names);
    return status;
}

enum th_status th_stem_part_find(const struct th_stem *stem, const char *part, struct th_error *err)
{
    size_t index = 0;
    return find_part(stem, part, &index) ? TH_OK : part_unknown(stem, part, err);
}

// The first class whose end is not exceeded; the last one has none.
static size_t class_of(const struct th_stem *stem, double volume)
{
    size_t i = 0;
    while (stem->sets[i].has_up_to && volume > th_ratio_double(stem->sets[i].up_to)) {
        i++;
    }
    return i;
}

struct choice { // the coefficients of one equation
    const struct th_ratio *coefficients;
    size_t n;
};

static struct choice choose(const struct th_stem *stem, size_t part, const double *measures)
{
    if (stem->form == TH_STEM_VOLUME_CLASS) {
        const struct th_stem_set *set = &stem->sets[class_of(stem, measures[TH_STEM_VOLUME])];
        return (struct choice){&set->coefficients[part], 1};
    }
    return (struct choice){stem->sets[part].coefficients, stem->n_coefficients};
}

// --- Values ------------------------------------------------------------------------------------

static const char *measure_key(enum th_stem_measure measure, char buf[TH_ERROR_KEY_SIZE])
{
    (void)snprintf(buf, TH_ERROR_KEY_SIZE, "@measure.%s", measures_known[measure].name);
    return buf;
}

static void range_text(const struct th_stem_range *range, enum th_stem_measure measure, char *buf,
                       size_t size)
{
    const char *unit = measures_known[measure].unit;
    const struct th_stem_bounds bounds = measures_known[measure].bounds;
    (void)snprintf(buf, size, "%.15g … %.15g %s",
                   range->has_low ? th_ratio_double(range->low) : bounds.low,
                   range->has_high ? th_ratio_double(range->high) : bounds.high,
                   strcmp(unit, "1") == 0 ? "" : unit);
    buf[strlen(buf) - (buf[strlen(buf) - 1] == ' ')] = '\0';
}

static enum th_status refused(const struct th_stem *stem, enum th_stem_measure measure,
                              double value, const struct th_stem_range *range, struct th_error *err)
{
    char key[TH_ERROR_KEY_SIZE];
    char number[NUMBER_SIZE];
    char limits[TH_ERROR_VALUE_SIZE];
    (void)snprintf(number, sizeof(number), "%.15g", value);
    range_text(range, measure, limits, sizeof(limits));
    return th_error_set(err, TH_INVALID, "stem_refused", "stem", stem->id, "measure",
                        measure_key(measure, key), "value", number, "range", limits, NULL);
}

static enum th_status check_measure(const struct th_stem *stem, enum th_stem_measure measure,
                                    double value, unsigned *flags, struct th_error *err)
{
    const struct th_stem_range *range = &stem->ranges[measure];
    const struct th_stem_bounds bounds = measures_known[measure].bounds;
    char key[TH_ERROR_KEY_SIZE];
    if (isnan(value)) {
        return th_error_set(err, TH_INVALID, "stem_measure_missing", "stem", stem->id, "measure",
                            measure_key(measure, key), NULL);
    }
    if (!(value >= bounds.low && value <= bounds.high)) {
        static const struct th_stem_range anything = {0};
        return refused(stem, measure, value, range->refuses ? range : &anything, err);
    }
    bool outside = (range->has_low && value < th_ratio_double(range->low)) ||
                   (range->has_high && value > th_ratio_double(range->high));
    if (outside && range->refuses) {
        return refused(stem, measure, value, range, err);
    }
    *flags |= outside ? TH_STEM_OUTSIDE_RANGE : 0U;
    // The classes of volume factors reach to the open end.
    bool known = (range->has_low && range->has_high) || stem->form == TH_STEM_VOLUME_CLASS;
    *flags |= known ? 0U : TH_STEM_RANGE_UNKNOWN;
    return TH_OK;
}

static enum th_status compute(const struct th_stem *stem, struct choice choice,
                              const double *measures, double *ret_value, struct th_error *err)
{
    double slots[N_SLOTS] = {[SLOT_PI] = PI};
    const double *inputs[TH_STEM_N_MEASURES];
    const struct th_calc_batch batch = {.n = 1, .inputs = inputs};
    double value = (double)NAN;
    double *column = &value;
    for (size_t i = 0; i < choice.n; i++) {
        slots[i] = th_ratio_double(choice.coefficients[i]);
    }
    for (size_t i = 0; i < TH_STEM_N_MEASURES; i++) {
        inputs[i] = &measures[i];
    }
    enum th_status status =
        th_calc_columns(stem->calc, slots, &batch, &stem->calc->line_nodes[0], 1, &column, err);
    if (status == TH_OK && !(isfinite(value) && value > 0)) {
        status = th_error_set(err, TH_DATA_PROBLEM, "stem_undefined", "stem", stem->id, NULL);
    }
    if (status == TH_OK) {
        *ret_value = value;
    }
    return status;
}

enum th_status th_stem_value(const struct th_stem *stem, const char *part, const double *measures,
                             double *ret_value, unsigned *ret_flags, struct th_error *err)
{
    unsigned flags = 0;
    size_t index = 0;
    if (!find_part(stem, part, &index)) {
        return part_unknown(stem, part, err);
    }
    for (int i = 0; i < TH_STEM_N_MEASURES; i++) {
        enum th_stem_measure measure = (enum th_stem_measure)i;
        if (th_stem_wants(stem, measure)) {
            enum th_status status = check_measure(stem, measure, measures[i], &flags, err);
            if (status != TH_OK) {
                return status;
            }
        }
    }
    enum th_status status = compute(stem, choose(stem, index, measures), measures, ret_value, err);
    if (status == TH_OK) {
        *ret_flags = flags;
    }
    return status;
}

// --- Writing -----------------------------------------------------------------------------------

struct letters { // context of the leaves
    struct choice choice;
    const double *measures;
    const char *const *names;
    enum th_calc_style style;
};

// 7/3 stays a fraction, since a calculator has it exactly.
static void write_coefficient(struct th_ratio number, enum th_calc_style style, struct th_buf *out)
{
    char text[TH_RATIO_TEXT_SIZE];
    if (!strchr(th_ratio_format(number, text), '/')) {
        th_buf_append_str(out, text);
        return;
    }
    th_buf_printf(out,
                  style == TH_CALC_PEOPLE ? "%" PRId64 " ÷ %" PRId64 : "(%" PRId64 "/%" PRId64 ")",
                  number.numerator, number.denominator);
}

static void write_slot(void *context, size_t index, struct th_buf *out)
{
    const struct letters *letters = context;
    if (index == SLOT_PI) {
        th_buf_append_str(out, letters->style == TH_CALC_PEOPLE ? "π" : "PI()");
        return;
    }
    write_coefficient(letters->choice.coefficients[index], letters->style, out);
}

static void write_measure(void *context, size_t index, struct th_buf *out)
{
    const struct letters *letters = context;
    if (letters->names && letters->names[index]) {
        th_buf_append_str(out, letters->names[index]);
    } else if (letters->measures && !isnan(letters->measures[index])) {
        th_buf_printf(out, "%.15g", letters->measures[index]);
    } else {
        th_buf_append_str(out, measures_known[index].letter);
    }
}

static void write_line(void *context, size_t line, struct th_buf *out)
{
    (void)context;
    (void)line;
    (void)out;
    assert(false); // no equation has a line before its last
}

// "3 (V ≤ 20), 1.4 (V ≤ 40), 0.7"
static void write_classes(const struct th_stem *stem, size_t part, struct th_buf *out)
{
    char number[TH_RATIO_TEXT_SIZE];
    for (size_t i = 0; i < stem->n_sets; i++) {
        const struct th_stem_set *set = &stem->sets[i];
        th_buf_printf(out, "%s%s", i > 0 ? ", " : "",
                      th_ratio_format(set->coefficients[part], number));
        if (set->has_up_to) {
            th_buf_printf(out, " (V ≤ %s)", th_ratio_format(set->up_to, number));
        }
    }
}

void th_stem_write(const struct th_stem *stem, const char *part, const double *measures,
                   const char *const *names, enum th_calc_style style, struct th_buf *out)
{
    const struct th_calc_sheet sheet = {.calc = stem->calc};
    size_t index = 0;
    bool known = find_part(stem, part, &index);
    assert(known);
    if (stem->form == TH_STEM_VOLUME_CLASS && (!measures || isnan(measures[TH_STEM_VOLUME]))) {
        assert(style == TH_CALC_PEOPLE);
        write_classes(stem, index, out);
        return;
    }
    struct letters letters = {.choice = choose(stem, index, measures),
                              .measures = measures,
                              .names = names,
                              .style = style};
    const struct th_calc_leaves leaves = {
        .context = &letters, .line = write_line, .slot = write_slot, .input = write_measure};
    th_calc_sheet_write(&sheet, 0, style, &leaves, out);
}

// --- Shipped -----------------------------------------------------------------------------------

size_t th_stem_shipped_count(void)
{
    return th_embed_stems_count;
}

const char *th_stem_shipped_name(size_t index)
{
    assert(index < th_embed_stems_count);
    return th_embed_stems[index].name;
}

const char *th_stem_shipped_text(size_t index, size_t *ret_size)
{
    assert(index < th_embed_stems_count);
    *ret_size = th_embed_stems[index].size;
    return (const char *)th_embed_stems[index].data;
}

// "moso-culm/12.json" is 12 of "moso-culm" and of "moso-culm@12"; 0: something else.
static int64_t version_named(const char *name, const char *reference)
{
    const char *slash = strchr(name, '/');
    const char *at = strchr(reference, '@');
    size_t size = at ? (size_t)(at - reference) : strlen(reference);
    char text[16];
    int64_t version = 0;
    if (!slash || (size_t)(slash - name) != size || strncmp(name, reference, size) != 0) {
        return 0;
    }
    th_text_copy(text, sizeof(text), slash + 1);
    text[strcspn(text, ".")] = '\0';
    bool is_wanted = !at || strcmp(at + 1, text) == 0;
    return is_wanted && th_text_parse_int(text, 1, INT32_MAX, &version) ? version : 0;
}

enum th_status th_stem_shipped(const char *reference, struct th_stem **ret_stem,
                               struct th_error *err)
{
    int64_t newest = 0;
    size_t found = 0;
    for (size_t i = 0; i < th_embed_stems_count; i++) {
        int64_t version = version_named(th_embed_stems[i].name, reference);
        found = version > newest ? i : found;
        newest = version > newest ? version : newest;
    }
    if (newest == 0) {
        return th_error_set(err, TH_NOT_FOUND, "stem_unknown", "stem", reference, NULL);
    }
    return th_stem_parse((const char *)th_embed_stems[found].data, th_embed_stems[found].size,
                         ret_stem, err);
}

// --- Reading -----------------------------------------------------------------------------------

const char *th_stem_id(const struct th_stem *stem)
{
    return stem->id;
}

const char *th_stem_version(const struct th_stem *stem)
{
    return stem->version;
}

const struct th_text *th_stem_title(const struct th_stem *stem)
{
    return &stem->title;
}

const struct th_text *th_stem_note(const struct th_stem *stem)
{
    return stem->has_note ? &stem->note : NULL;
}

const char *th_stem_source(const struct th_stem *stem)
{
    return stem->source;
}

enum th_evidence th_stem_evidence(const struct th_stem *stem)
{
    return stem->evidence;
}

enum th_stem_basis th_stem_basis(const struct th_stem *stem)
{
    return th_stem_forms[stem->form].basis;
}

const char *th_stem_unit(const struct th_stem *stem)
{
    static const char *const units[] = {[TH_STEM_PER_STEM] = "kg d.m./stem",
                                        [TH_STEM_PER_HECTARE] = "t d.m./ha",
                                        [TH_STEM_PER_VOLUME] = "t d.m./m3"};
    return units[th_stem_basis(stem)];
}

bool th_stem_includes_roots(const struct th_stem *stem)
{
    return stem->includes_roots;
}

bool th_stem_wants(const struct th_stem *stem, enum th_stem_measure measure)
{
    return (th_stem_forms[stem->form].measures >> measure & 1) != 0;
}

const struct th_hash *th_stem_sha256(const struct th_stem *stem)
{
    return &stem->sha256;
}

const struct th_json *th_stem_json(const struct th_stem *stem)
{
    return stem->json;
}

void th_stem_free(struct th_stem *stem)
{
    if (stem) {
        th_calc_free(stem->calc);
        th_json_free(stem->json);
        free(stem);
    }
}
