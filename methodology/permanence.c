#include "methodology/permanence.h"

#include <assert.h>
#include <stdint.h>

enum { FAIL = -1 };

static const int scores[TH_N_LOSSES][TH_N_INTERVALS] = {
    [TH_LOSS_CATASTROPHIC] = {FAIL, 30, 20, 5, 4},
    [TH_LOSS_DEVASTATING] = {30, 20, 5, 4, 3},
    [TH_LOSS_MAJOR] = {20, 5, 4, 3, 2},
    [TH_LOSS_MINOR] = {5, 4, 3, 2, 1},
    [TH_LOSS_INSIGNIFICANT] = {4, 3, 2, 1, 1},
};

static const struct th_ratio left[TH_N_MITIGATIONS] = {
    [TH_MITIGATION_NONE] = {1, 1},
    [TH_MITIGATION_HALF] = {1, 2},
    [TH_MITIGATION_BOTH] = {1, 4},
};

static const struct th_ratio smallest = {10, 1};
static const struct th_ratio largest = {60, 1};

enum th_status th_permanence_natural(const struct th_permanence_risk *risks, size_t n,
                                     struct th_ratio *ret_score, struct th_error *err)
{
    struct th_ratio sum = {0, 1};
    for (size_t i = 0; i < n; i++) {
        const struct th_permanence_risk *risk = &risks[i];
        assert(risk->loss < TH_N_LOSSES && risk->interval < TH_N_INTERVALS &&
               risk->mitigation < TH_N_MITIGATIONS);
        int score = scores[risk->loss][risk->interval];
        if (score == FAIL) {
            (void)th_error_set(err, TH_DATA_PROBLEM, "permanence_failed", NULL);
            th_error_add_int(err, "risk", (long long)i + 1);
            return TH_DATA_PROBLEM;
        }
        struct th_ratio scored;
        enum th_status status =
            th_ratio_mul((struct th_ratio){score, 1}, left[risk->mitigation], &scored, err);
        if (status == TH_OK) {
            status = th_ratio_add(sum, scored, &sum, err);
        }
        if (status != TH_OK) {
            return status;
        }
    }
    *ret_score = sum;
    return TH_OK;
}

enum th_status th_permanence_buffer(struct th_ratio natural, struct th_ratio internal,
                                    struct th_ratio external, struct th_ratio *ret_share,
                                    struct th_error *err)
{
    struct th_ratio sum = natural;
    if (natural.numerator < 0 || internal.numerator < 0 || external.numerator < 0) {
        return th_error_set(err, TH_INVALID, "permanence_score", NULL);
    }
    enum th_status status = th_ratio_add(sum, internal, &sum, err);
    if (status == TH_OK) {
        status = th_ratio_add(sum, external, &sum, err);
    }
    if (status != TH_OK) {
        return status;
    }
    if (th_ratio_compare(sum, largest) > 0) {
        char text[TH_RATIO_TEXT_SIZE];
        return th_error_set(err, TH_DATA_PROBLEM, "permanence_too_high", "score",
                            th_ratio_format(sum, text), NULL);
    }
    sum = th_ratio_compare(sum, smallest) < 0 ? smallest : sum;
    return th_ratio_mul(sum, (struct th_ratio){1, 100}, ret_share, err);
}
