#include "registry/area_unit.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

enum { ENOUGH_ROWS = 3, AMOUNT_SIZE = 64, GROUP_DIGITS = 3 };

// Of the rows: so many make a unit certain, so many make a heading a lie.
static const double CERTAIN_SHARE = 0.8;

static const struct {
    const char *name, *message;
    double m2;
    const char *writings[8]; // longest first, closed by NULL
} UNITS[TH_AREA_UNIT_N] = {
    {"mu", "@detect.unit.mu", 2000.0 / 3, {"市亩", "亩", "mu", NULL}},
    {"ha", "@detect.unit.ha", 10000, {"hectare", "公顷", "hm2", "hm²", "ha", NULL}},
    {"m2", "@detect.unit.m2", 1, {"平方米", "平米", "sqm", "㎡", "m²", "m2", NULL}},
    {"are", "@detect.unit.are", 100, {"公亩", "are", NULL}},
};

double th_area_unit_m2(enum th_area_unit unit)
{
    return UNITS[unit].m2;
}

const char *th_area_unit_name(enum th_area_unit unit)
{
    return UNITS[unit].name;
}

const char *th_area_unit_message(enum th_area_unit unit)
{
    return UNITS[unit].message;
}

static bool same_word(const char *a, const char *b, size_t size)
{
    if (strlen(b) != size) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        if (tolower((unsigned char)a[i]) != tolower((unsigned char)b[i])) {
            return false;
        }
    }
    return true;
}

static bool unit_of(const char *text, size_t size, enum th_area_unit *ret_unit)
{
    for (int unit = 0; unit < TH_AREA_UNIT_N; unit++) {
        for (int i = 0; UNITS[unit].writings[i] != NULL; i++) {
            if (same_word(text, UNITS[unit].writings[i], size)) {
                *ret_unit = (enum th_area_unit)unit;
                return true;
            }
        }
    }
    return false;
}

bool th_area_unit_parse(const char *text, enum th_area_unit *ret_unit)
{
    return unit_of(text, strlen(text), ret_unit);
}

// Takes the commas out of "1,234,567"; false where they stand between other groups than of three.
static bool groups_join(char *whole)
{
    char *comma = strchr(whole, ',');
    if (comma == NULL) {
        return whole[0] != '\0';
    }
    if (comma == whole || comma - whole > GROUP_DIGITS || whole[0] == '0') {
        return false;
    }
    for (const char *at = comma; *at == ','; at += GROUP_DIGITS + 1) {
        if (strspn(at + 1, "0123456789") < GROUP_DIGITS ||
            (at[GROUP_DIGITS + 1] != ',' && at[GROUP_DIGITS + 1] != '\0')) {
            return false;
        }
    }
    char *to = comma;
    for (const char *from = comma; *from != '\0'; from++) {
        if (*from != ',') {
            *to++ = *from;
        }
    }
    *to = '\0';
    return true;
}

bool th_area_amount_parse(const char *text, struct th_area_amount *ret_amount)
{
    struct th_area_amount amount = {.has_unit = false};
    char narrowed[AMOUNT_SIZE];
    char number[AMOUNT_SIZE];
    if (!th_text_narrow(text, narrowed, sizeof(narrowed))) {
        return false;
    }
    th_text_trim(narrowed);
    if (th_text_parse_double(narrowed, &amount.value)) {
        *ret_amount = amount;
        return true;
    }
    size_t whole = strspn(narrowed, "0123456789,");
    size_t end = whole;
    if (narrowed[end] == '.') {
        end += 1 + strspn(narrowed + end + 1, "0123456789");
    }
    memcpy(number, narrowed, whole);
    number[whole] = '\0';
    if (!groups_join(number)) {
        return false;
    }
    size_t joined = strlen(number);
    memcpy(number + joined, narrowed + whole, end - whole);
    number[joined + end - whole] = '\0';
    char *unit = narrowed + end;
    th_text_trim(unit);
    amount.has_unit = unit[0] != '\0';
    if (!th_text_parse_double(number, &amount.value) ||
        (amount.has_unit && !th_area_unit_parse(unit, &amount.unit))) {
        return false;
    }
    *ret_amount = amount;
    return true;
}

// Where the unit stands: between brackets at the end, or behind the last '_', '/' or ':'. A bracket
// may be open still: names of shapefiles are cut.
static const char *unit_begin(const char *heading, size_t *ret_base, size_t *ret_size)
{
    static const char *const opening[] = {"(", "（", "[", "【", "_", "/", ":", "：", NULL};
    static const char *const closing[] = {")", "）", "]", "】", NULL};
    const char *begin = NULL;
    size_t mark = 0;
    for (int i = 0; opening[i] != NULL; i++) {
        for (const char *at = strstr(heading, opening[i]); at != NULL;
             at = strstr(at + 1, opening[i])) {
            if (begin == NULL || at > begin) {
                begin = at;
                mark = strlen(opening[i]);
            }
        }
    }
    if (begin == NULL || begin == heading) {
        return NULL;
    }
    *ret_base = (size_t)(begin - heading);
    begin += mark;
    *ret_size = strlen(begin);
    for (int i = 0; closing[i] != NULL; i++) {
        size_t size = strlen(closing[i]);
        if (*ret_size > size && strcmp(begin + *ret_size - size, closing[i]) == 0) {
            *ret_size -= size;
        }
    }
    return begin;
}

bool th_area_unit_of_heading(const char *heading, char base[TH_AREA_UNIT_HEADING_MAX],
                             enum th_area_unit *ret_unit)
{
    char text[TH_AREA_UNIT_HEADING_MAX];
    size_t size = 0;
    size_t base_size = 0;
    th_text_copy(text, sizeof(text), heading);
    th_text_trim(text);
    th_text_copy(base, TH_AREA_UNIT_HEADING_MAX, text);
    const char *unit = unit_begin(text, &base_size, &size);
    if (unit == NULL || !unit_of(unit, size, ret_unit)) {
        return false;
    }
    base[base_size] = '\0';
    th_text_trim(base);
    return true;
}

static int compare_doubles(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return left < right ? -1 : left > right;
}

static enum th_status count(const struct th_area_unit_input *input,
                            struct th_area_unit_finding *finding, struct th_error *err)
{
    double *ratios = malloc((input->n_pairs + 1) * sizeof(*ratios));
    if (ratios == NULL) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < input->n_pairs; i++) {
        const struct th_area_pair *pair = &input->pairs[i];
        double ratio = pair->measured_m2 / pair->declared;
        if (!(pair->declared > 0) || !(pair->measured_m2 > 0) || !isfinite(ratio)) {
            continue;
        }
        ratios[finding->n++] = ratio;
        for (int unit = 0; unit < TH_AREA_UNIT_N; unit++) {
            finding->n_agree[unit] += fabs(UNITS[unit].m2 / ratio - 1) <= TH_AREA_UNIT_TOLERANCE;
        }
    }
    if (finding->n > 0) {
        qsort(ratios, finding->n, sizeof(*ratios), compare_doubles);
        finding->median_m2 = ratios[(finding->n - 1) / 2];
    }
    free(ratios);
    return TH_OK;
}

static enum th_area_unit likeliest(const struct th_area_unit_finding *finding)
{
    int best = TH_AREA_UNIT_MU;
    for (int unit = 0; unit < TH_AREA_UNIT_N; unit++) {
        if (finding->n_agree[unit] > finding->n_agree[best]) {
            best = unit;
        }
    }
    return (enum th_area_unit)best;
}

static bool certain(const struct th_area_unit_finding *finding, enum th_area_unit unit)
{
    return finding->n > 0 && (double)finding->n_agree[unit] >= CERTAIN_SHARE * (double)finding->n;
}

static void evidence_of_rows(struct th_area_unit_finding *finding)
{
    char median[32];
    if (finding->n == 0) {
        return;
    }
    (void)snprintf(median, sizeof(median), finding->median_m2 < 1000 ? "%.4g" : "%.0f",
                   finding->median_m2);
    struct th_error *item = th_reasons_add(&finding->evidence, "detect.unit_rows");
    th_error_add(item, "unit", UNITS[likeliest(finding)].message);
    th_error_add_int(item, "part", (long long)finding->n_agree[likeliest(finding)]);
    th_error_add_int(item, "whole", (long long)finding->n);
    th_error_add_int(item, "percent", llround(TH_AREA_UNIT_TOLERANCE * 100));
    th_error_add(item, "median", median);
}

// What is said goes first, unless the rows say otherwise with one voice.
static void judge(struct th_area_unit_finding *finding, bool said, enum th_area_unit unit)
{
    enum th_area_unit best = likeliest(finding);
    bool few = finding->n < ENOUGH_ROWS;
    if (said) {
        bool contradicted = best != unit && certain(finding, best);
        finding->verdict = contradicted ? TH_AREA_UNIT_ASK : TH_AREA_UNIT_DECIDED;
        finding->unit = contradicted ? best : unit;
        return;
    }
    finding->unit = best;
    if (finding->n == 0) {
        finding->verdict = TH_AREA_UNIT_UNTOLD;
    } else if (certain(finding, best) && (!few || best == TH_AREA_UNIT_MU)) {
        finding->verdict = TH_AREA_UNIT_DECIDED;
    } else {
        finding->verdict = TH_AREA_UNIT_ASK;
    }
}

enum th_status th_area_unit_find(const struct th_area_unit_input *input,
                                 struct th_area_unit_finding *ret_finding, struct th_error *err)
{
    struct th_area_unit_finding *finding = calloc(1, sizeof(*finding));
    char base[TH_AREA_UNIT_HEADING_MAX];
    enum th_area_unit unit = TH_AREA_UNIT_MU;
    if (finding == NULL) {
        return th_error_no_memory(err);
    }
    const char *heading = input->heading == NULL ? "" : input->heading;
    bool headed = th_area_unit_of_heading(heading, base, &unit);
    if (!headed && input->known) {
        unit = input->known_unit;
    }
    if (headed || input->known) {
        struct th_error *item = th_reasons_add(&finding->evidence, headed ? "detect.unit_heading"
                                                                          : "detect.unit_standard");
        th_error_add(item, "heading", heading);
        th_error_add(item, "unit", UNITS[unit].message);
    }
    enum th_status status = count(input, finding, err);
    if (status == TH_OK) {
        judge(finding, headed || input->known, unit);
        evidence_of_rows(finding);
        *ret_finding = *finding;
    }
    free(finding);
    return status;
}
