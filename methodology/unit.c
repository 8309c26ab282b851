#include "methodology/unit.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"

struct atom {
    const char *text;
    struct th_ratio scale; // in base units
    enum th_dimension dimension;
    int8_t power;
};

// The International System, and what the field writes: 1 mu = 2000/3 m².
static const struct atom atoms[] = {
    {"m", {1, 1}, TH_DIMENSION_LENGTH, 1},      {"cm", {1, 100}, TH_DIMENSION_LENGTH, 1},
    {"m2", {1, 1}, TH_DIMENSION_LENGTH, 2},     {"cm2", {1, 10000}, TH_DIMENSION_LENGTH, 2},
    {"ha", {10000, 1}, TH_DIMENSION_LENGTH, 2}, {"mu", {2000, 3}, TH_DIMENSION_LENGTH, 2},
    {"m3", {1, 1}, TH_DIMENSION_LENGTH, 3},     {"cm3", {1, 1000000}, TH_DIMENSION_LENGTH, 3},
    {"L", {1, 1000}, TH_DIMENSION_LENGTH, 3},   {"yr", {1, 1}, TH_DIMENSION_TIME, 1},
    {"GJ", {1, 1}, TH_DIMENSION_ENERGY, 1},     {"stem", {1, 1}, TH_DIMENSION_STEMS, 1},
};

static const struct atom masses[] = {
    {"t", {1000, 1}, TH_DIMENSION_MASS, 1},
    {"kg", {1, 1}, TH_DIMENSION_MASS, 1},
    {"g", {1, 1000}, TH_DIMENSION_MASS, 1},
};

static const struct {
    const char *text;
    enum th_dimension dimension;
} substances[] = {
    {"C", TH_DIMENSION_C},
    {"CO2", TH_DIMENSION_CO2},
    {"CO2e", TH_DIMENSION_CO2E},
    {"CH4", TH_DIMENSION_CH4},
    {"CH4-C", TH_DIMENSION_CH4_C},
    {"N2O", TH_DIMENSION_N2O},
    {"N2O-N", TH_DIMENSION_N2O_N},
    {"N", TH_DIMENSION_N},
    {"d.m.", TH_DIMENSION_DRY_MATTER},
    {"limestone", TH_DIMENSION_LIMESTONE},
    {"dolomite", TH_DIMENSION_DOLOMITE},
    {"urea", TH_DIMENSION_UREA},
    {"fuel", TH_DIMENSION_FUEL},
};

static const struct {
    const char *text;
    struct th_ratio scale;
} plain[] = {{"1", {1, 1}}, {"%", {1, 100}}, {"ppt", {1, 1000}}};

enum { N_ATOMS = sizeof(atoms) / sizeof(atoms[0]), N_MASSES = sizeof(masses) / sizeof(masses[0]) };
enum { N_SUBSTANCES = sizeof(substances) / sizeof(substances[0]) };
enum { N_PLAIN = sizeof(plain) / sizeof(plain[0]) };

static const struct th_unit one = {.scale = {1, 1}};

static struct th_unit of_atom(const struct atom *atom)
{
    struct th_unit unit = {.scale = atom->scale};
    unit.power[atom->dimension] = atom->power;
    return unit;
}

// "kg CO2e": `substance` begins after the blank.
static bool find_substance(const struct atom *mass, const char *substance, struct th_unit *ret_unit)
{
    for (size_t i = 0; i < N_SUBSTANCES; i++) {
        if (strcmp(substances[i].text, substance) == 0) {
            *ret_unit = (struct th_unit){.scale = mass->scale};
            ret_unit->power[substances[i].dimension] = 1;
            return true;
        }
    }
    return false;
}

static bool find_factor(const char *text, struct th_unit *ret_unit)
{
    for (size_t i = 0; i < N_PLAIN; i++) {
        if (strcmp(plain[i].text, text) == 0) {
            *ret_unit = (struct th_unit){.scale = plain[i].scale};
            return true;
        }
    }
    for (size_t i = 0; i < N_ATOMS; i++) {
        if (strcmp(atoms[i].text, text) == 0) {
            *ret_unit = of_atom(&atoms[i]);
            return true;
        }
    }
    for (size_t i = 0; i < N_MASSES; i++) {
        size_t size = strlen(masses[i].text);
        if (strcmp(masses[i].text, text) == 0) {
            *ret_unit = of_atom(&masses[i]);
            return true;
        }
        if (strncmp(masses[i].text, text, size) == 0 && text[size] == ' ') {
            return find_substance(&masses[i], text + size + 1, ret_unit);
        }
    }
    return false;
}

static enum th_status overflow(struct th_error *err)
{
    return th_error_set(err, TH_OVERFLOW, "unit_overflow", NULL);
}

// a · b^sign, sign 1 or -1.
static enum th_status combine(const struct th_unit *a, const struct th_unit *b, int sign,
                              struct th_unit *ret_unit, struct th_error *err)
{
    struct th_unit unit = *a;
    struct th_ratio scale = b->scale;
    if (sign < 0) {
        scale = (struct th_ratio){b->scale.denominator, b->scale.numerator};
    }
    enum th_status status = th_ratio_mul(a->scale, scale, &unit.scale, err);
    if (status != TH_OK) {
        return overflow(err);
    }
    for (size_t i = 0; i < TH_N_DIMENSIONS; i++) {
        int power = a->power[i] + sign * b->power[i];
        if (power > INT8_MAX || power < -INT8_MAX) {
            return overflow(err);
        }
        unit.power[i] = (int8_t)power;
    }
    *ret_unit = unit;
    return TH_OK;
}

enum th_status th_unit_mul(const struct th_unit *a, const struct th_unit *b,
                           struct th_unit *ret_product, struct th_error *err)
{
    return combine(a, b, 1, ret_product, err);
}

enum th_status th_unit_div(const struct th_unit *a, const struct th_unit *b,
                           struct th_unit *ret_quotient, struct th_error *err)
{
    return combine(a, b, -1, ret_quotient, err);
}

enum th_status th_unit_parse(const char *text, struct th_unit *ret_unit, struct th_error *err)
{
    struct th_unit unit = one;
    char part[TH_UNIT_TEXT_SIZE];
    int sign = 1;
    const char *rest = text;
    for (;;) {
        size_t size = strcspn(rest, "/");
        struct th_unit factor;
        if (size < sizeof(part)) {
            memcpy(part, rest, size);
            part[size] = '\0';
        }
        if (size >= sizeof(part) || !find_factor(part, &factor)) {
            th_text_copy(part, sizeof(part), rest);
            return th_error_set(err, TH_INVALID, "unit_unknown", "unit", text, "part", part, NULL);
        }
        enum th_status status = combine(&unit, &factor, sign, &unit, err);
        if (status != TH_OK) {
            return status;
        }
        if (rest[size] == '\0') {
            break;
        }
        rest += size + 1;
        sign = -1;
    }
    *ret_unit = unit;
    return TH_OK;
}

bool th_unit_same_dimension(const struct th_unit *a, const struct th_unit *b)
{
    return memcmp(a->power, b->power, sizeof(a->power)) == 0;
}

enum th_status th_unit_factor(const struct th_unit *from, const struct th_unit *to,
                              struct th_ratio *ret_factor, struct th_error *err)
{
    assert(th_unit_same_dimension(from, to));
    struct th_ratio inverse = {to->scale.denominator, to->scale.numerator};
    return th_ratio_mul(from->scale, inverse, ret_factor, err) == TH_OK ? TH_OK : overflow(err);
}

static const char *base_text(size_t dimension, char buf[TH_UNIT_TEXT_SIZE])
{
    for (size_t i = 0; i < N_SUBSTANCES; i++) {
        if (substances[i].dimension == dimension) {
            (void)snprintf(buf, TH_UNIT_TEXT_SIZE, "kg %s", substances[i].text);
            return buf;
        }
    }
    for (size_t i = 0; i < N_ATOMS; i++) {
        if (atoms[i].dimension == dimension && atoms[i].power == 1 &&
            atoms[i].scale.denominator == 1) {
            return atoms[i].text;
        }
    }
    return "kg";
}

const char *th_unit_describe(const struct th_unit *unit, char buf[TH_UNIT_DESCRIPTION_SIZE])
{
    char name[TH_UNIT_TEXT_SIZE];
    size_t used = 0;
    for (int sign = 1; sign >= -1; sign -= 2) {
        for (size_t i = 0; i < TH_N_DIMENSIONS; i++) {
            int power = sign * unit->power[i];
            if (power <= 0) {
                continue;
            }
            const char *joint = sign < 0 ? (used == 0 ? "1/" : "/") : (used == 0 ? "" : "·");
            int n = snprintf(buf + used, TH_UNIT_DESCRIPTION_SIZE - used,
                             power == 1 ? "%s%s" : "%s%s^%d", joint, base_text(i, name), power);
            used += (size_t)n < TH_UNIT_DESCRIPTION_SIZE - used ? (size_t)n : 0;
        }
    }
    if (used == 0) {
        th_text_copy(buf, TH_UNIT_DESCRIPTION_SIZE, "1");
    }
    return buf;
}
