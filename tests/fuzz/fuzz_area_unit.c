// In which unit areas are declared: a heading up to the first NUL, then pairs of declared and
// measured areas, as two doubles of 8 bytes each. First byte: whether the column's name says a
// unit.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/area_unit.h"
#include "tests/fuzz/fuzz.h"

// A heading gives back the base and the unit that it was made of.
static void check_heading(const char *heading)
{
    static const struct {
        const char *before, *behind;
    } forms[] = {{"(", ")"}, {"（", "）"}, {"_", ""}, {"/", ""}, {"：", ""}, {"[", ""}};
    char base[TH_AREA_UNIT_HEADING_MAX];
    char again[TH_AREA_UNIT_HEADING_MAX];
    char made[TH_AREA_UNIT_HEADING_MAX];
    enum th_area_unit unit = TH_AREA_UNIT_MU;
    bool named = th_area_unit_of_heading(heading, base, &unit);
    assert((int)unit >= 0 && (int)unit < TH_AREA_UNIT_N && strlen(base) <= strlen(heading));
    if (!named || strlen(base) > 200 || base[0] == '\0') {
        return;
    }
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        enum th_area_unit same = TH_AREA_UNIT_MU;
        (void)snprintf(made, sizeof(made), "%s%s%s%s", base, forms[i].before,
                       th_area_unit_name(unit), forms[i].behind);
        bool found = th_area_unit_of_heading(made, again, &same);
        assert(found && same == unit && strcmp(again, base) == 0);
    }
}

// An amount that is read is a number, and read again as the same when it is written plainly.
static void check_amount(const char *text)
{
    struct th_area_amount amount = {0};
    struct th_area_amount again = {0};
    char plain[400];
    if (!th_area_amount_parse(text, &amount)) {
        return;
    }
    assert(isfinite(amount.value) && strpbrk(text, "0123456789\xEF") != NULL);
    if (amount.value < 0) {
        return; // no area, and never with a unit
    }
    (void)snprintf(plain, sizeof(plain), "%.6f%s", amount.value,
                   amount.has_unit ? th_area_unit_name(amount.unit) : "");
    bool short_enough = strlen(plain) < 60;
    bool found = th_area_amount_parse(plain, &again);
    assert(!short_enough ||
           (found && again.has_unit == amount.has_unit && again.value == strtod(plain, NULL)));
    assert(!found || !amount.has_unit || again.unit == amount.unit);
}

static bool counts(const struct th_area_pair *pair)
{
    return pair->declared > 0 && pair->measured_m2 > 0 &&
           isfinite(pair->measured_m2 / pair->declared);
}

// Counted once more, unit by unit and pair by pair.
static void check_finding(const struct th_area_unit_input *input,
                          const struct th_area_unit_finding *finding)
{
    size_t n = 0;
    size_t n_below = 0;
    size_t n_above = 0;
    size_t n_agree[TH_AREA_UNIT_N] = {0};
    size_t best = 0;
    for (size_t i = 0; i < input->n_pairs; i++) {
        const struct th_area_pair *pair = &input->pairs[i];
        if (!counts(pair)) {
            continue;
        }
        n++;
        double m2 = pair->measured_m2 / pair->declared;
        n_below += m2 < finding->median_m2;
        n_above += m2 > finding->median_m2;
        for (size_t u = 0; u < TH_AREA_UNIT_N; u++) {
            double wanted_m2 = th_area_unit_m2((enum th_area_unit)u);
            n_agree[u] += fabs(wanted_m2 / m2 - 1) <= TH_AREA_UNIT_TOLERANCE;
        }
    }
    assert(finding->n == n && n_below <= n / 2 && n_above <= n / 2);
    for (size_t u = 0; u < TH_AREA_UNIT_N; u++) {
        assert(finding->n_agree[u] == n_agree[u]);
        best = n_agree[u] > best ? n_agree[u] : best;
    }
    assert((int)finding->unit >= 0 && (int)finding->unit < TH_AREA_UNIT_N);
    assert(finding->evidence.n <= TH_REASONS_MAX);
    char base[TH_AREA_UNIT_HEADING_MAX];
    enum th_area_unit unit = TH_AREA_UNIT_MU;
    bool said = th_area_unit_of_heading(input->heading, base, &unit) || input->known;
    assert((finding->verdict == TH_AREA_UNIT_UNTOLD) == (n == 0 && !said));
    // What nobody said is decided by four rows of five, and by nothing less.
    if (finding->verdict == TH_AREA_UNIT_DECIDED && !said) {
        assert(n > 0 && n_agree[finding->unit] == best && 5 * best >= 4 * n);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    char *text = fuzz_text(data + 1, size - 1);
    size_t heading_size = strlen(text);
    size_t rest = size - 1 - heading_size;
    size_t n = rest > 0 ? (rest - 1) / sizeof(struct th_area_pair) : 0;
    struct th_area_pair *pairs = malloc((n + 1) * sizeof(*pairs));
    assert(pairs != NULL);
    memcpy(pairs, text + heading_size + (rest > 0), n * sizeof(*pairs));
    th_text_mend(text);
    check_heading(text);
    check_amount(text);
    struct th_area_unit_input input = {.pairs = pairs,
                                       .n_pairs = n,
                                       .heading = text,
                                       .known = (data[0] & 1) != 0,
                                       .known_unit = (enum th_area_unit)(data[0] >> 1 & 3)};
    static struct th_area_unit_finding finding; // 30 kB
    enum th_status status = th_area_unit_find(&input, &finding, NULL);
    assert(status == TH_OK);
    check_finding(&input, &finding);
    free(pairs);
    free(text);
    return 0;
}
