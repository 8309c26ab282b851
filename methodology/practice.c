#include "methodology/practice.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/embed.h"
#include "core/text.h"
#include "methodology/practice_internal.h"

extern const struct th_embedded_file th_embed_practices[];
extern const size_t th_embed_practices_count;

void th_practice_free(struct th_practice *practice)
{
    if (practice) {
        th_json_free(practice->json);
        free(practice);
    }
}

const char *th_practice_id(const struct th_practice *practice)
{
    return practice->id;
}

const char *th_practice_version(const struct th_practice *practice)
{
    return practice->version;
}

struct th_text th_practice_title(const struct th_practice *practice)
{
    return practice->title;
}

const struct th_hash *th_practice_sha256(const struct th_practice *practice)
{
    return &practice->sha256;
}

bool th_practice_has_kind(const struct th_practice *practice, const char *kind)
{
    const struct th_json *kinds = th_json_get(practice->json, "kinds");
    for (size_t i = 0; i < th_json_size(kinds); i++) {
        if (th_text_equals(th_json_text(th_json_at(kinds, i)), kind)) {
            return true;
        }
    }
    return false;
}

const struct th_json *th_practice_json(const struct th_practice *practice)
{
    return practice->json;
}

size_t th_practice_n_limits(const struct th_practice *practice)
{
    return practice->n_limits;
}

const struct th_practice_limit *th_practice_limit(const struct th_practice *practice, size_t index)
{
    assert(index < practice->n_limits);
    return &practice->limits[index];
}

bool th_practice_holds(const struct th_practice_limit *limit, int year)
{
    const struct th_date end = {year, 12, 31};
    return (limit->from.year == 0 || th_date_compare(limit->from, end) <= 0) &&
           (limit->to.year == 0 || th_date_compare(limit->to, end) >= 0);
}

size_t th_practice_shipped_count(void)
{
    return th_embed_practices_count;
}

const char *th_practice_shipped_text(size_t index, size_t *ret_size)
{
    assert(index < th_embed_practices_count);
    *ret_size = th_embed_practices[index].size;
    return (const char *)th_embed_practices[index].data;
}

const char *th_practice_shipped_name(size_t index)
{
    assert(index < th_embed_practices_count);
    return th_embed_practices[index].name;
}

// --- Judgement ---------------------------------------------------------------------------------

// What was stated of these keys, added up; the others are noted as missing.
static struct th_ratio add_stated(const char *const *keys, size_t n, const struct th_json *values,
                                  struct th_practice_finding *finding, size_t *n_stated)
{
    struct th_ratio sum = {0, 1};
    for (size_t i = 0; i < n; i++) {
        struct th_ratio value;
        const char *text = th_json_get_text(values, keys[i], "");
        struct th_ratio more;
        bool stated = th_ratio_parse(text, &value, NULL) == TH_OK && value.numerator >= 0 &&
                      th_ratio_add(sum, value, &more, NULL) == TH_OK;
        if (stated) {
            sum = more;
            (*n_stated)++;
            continue;
        }
        bool known = false;
        for (size_t k = 0; k < finding->n_missing; k++) {
            known = known || th_text_equals(finding->missing[k], keys[i]);
        }
        if (!known) {
            finding->missing[finding->n_missing++] = keys[i];
        }
    }
    return sum;
}

static bool keeps(const struct th_practice_limit *limit, struct th_ratio value)
{
    int side = th_ratio_compare(value, limit->value);
    return limit->test == TH_PRACTICE_AT_LEAST ? side >= 0 : side <= 0;
}

// A part that is known decides where more of it could change nothing: quantities are never
// negative.
static void judge_sum(const struct th_practice_limit *limit, struct th_ratio sum, size_t n_stated,
                      struct th_practice_finding *finding)
{
    bool decides = keeps(limit, sum) == (limit->test == TH_PRACTICE_AT_LEAST);
    if (finding->n_missing > 0 && (n_stated == 0 || !decides)) {
        return;
    }
    finding->is_part = finding->n_missing > 0;
    finding->has_value = true;
    finding->value = sum;
    finding->result = keeps(limit, sum) ? TH_PRACTICE_PASS : TH_PRACTICE_FAIL;
}

static void judge_share(const struct th_practice_limit *limit, struct th_ratio part,
                        struct th_ratio whole, struct th_practice_finding *finding)
{
    struct th_ratio share;
    if (finding->n_missing > 0) {
        return;
    }
    if (whole.numerator == 0) {
        finding->nothing = true;
        finding->result = TH_PRACTICE_PASS;
        return;
    }
    struct th_ratio per_cent = {100, 1};
    struct th_ratio turned = {whole.denominator, whole.numerator};
    if (th_ratio_mul(part, turned, &share, NULL) == TH_OK &&
        th_ratio_mul(share, per_cent, &share, NULL) == TH_OK) {
        finding->has_value = true;
        finding->value = share;
        finding->result = keeps(limit, share) ? TH_PRACTICE_PASS : TH_PRACTICE_FAIL;
    }
}

void th_practice_judge(const struct th_practice_limit *limit, const struct th_json *values,
                       struct th_practice_finding *ret_finding)
{
    struct th_practice_finding finding = {.result = TH_PRACTICE_NOT_STATED, .value = {0, 1}};
    size_t n_stated = 0;
    struct th_ratio sum = add_stated(limit->of, limit->n_of, values, &finding, &n_stated);
    if (limit->n_per == 0) {
        judge_sum(limit, sum, n_stated, &finding);
    } else {
        struct th_ratio whole = add_stated(limit->per, limit->n_per, values, &finding, &n_stated);
        judge_share(limit, sum, whole, &finding);
    }
    *ret_finding = finding;
}

const char *th_practice_value_text(struct th_ratio value, struct th_ratio limit,
                                   char buf[TH_RATIO_TEXT_SIZE])
{
    static const int64_t scales[] = {100,     1000,     10000,     100000,
                                     1000000, 10000000, 100000000, 1000000000};
    if (!strchr(th_ratio_format(value, buf), '/')) {
        return buf;
    }
    int side = th_ratio_compare(value, limit);
    for (size_t i = 0; i < sizeof(scales) / sizeof(scales[0]); i++) {
        int64_t scaled = 0;
        struct th_ratio shown;
        if (th_ratio_apply_nearest(value, scales[i], &scaled, NULL) != TH_OK ||
            th_ratio_make(scaled, scales[i], &shown, NULL) != TH_OK) {
            break;
        }
        (void)th_ratio_format(shown, buf);
        if (th_ratio_compare(shown, limit) == side) {
            return buf;
        }
    }
    return th_ratio_format(value, buf);
}
