// Non-permanence risk: which share of a stock change a buffer holds back against fire, pests,
// storms and people. VCS AFOLU Non-Permanence Risk Tool v4.2. The table of natural risks is read in
// two sources; the smallest score of 10 and failure above 60 were not checked against the tool.
// Scores are percentage points, as exact fractions. Pure.
#ifndef TH_METHODOLOGY_PERMANENCE_H
#define TH_METHODOLOGY_PERMANENCE_H

#include <stddef.h>

#include "core/attributes.h"
#include "core/error.h"
#include "core/ratio.h"

// Share of the carbon stock that an event takes; append-only. A limit belongs to the worse one.
enum th_permanence_loss {
    TH_LOSS_CATASTROPHIC,  // 70 % and more
    TH_LOSS_DEVASTATING,   // 50 to 70 %
    TH_LOSS_MAJOR,         // 25 to 50 %
    TH_LOSS_MINOR,         // 5 to 25 %
    TH_LOSS_INSIGNIFICANT, // below 5 %
    TH_N_LOSSES
};
// How often it comes; append-only.
enum th_permanence_interval {
    TH_WITHIN_10_YEARS, // more often than once in 10 years
    TH_WITHIN_25_YEARS,
    TH_WITHIN_50_YEARS,
    TH_WITHIN_100_YEARS,
    TH_RARER,
    TH_N_INTERVALS
};
enum th_permanence_mitigation { // what is done against it, as the factor it earns; append-only
    TH_MITIGATION_NONE,         // 1
    TH_MITIGATION_HALF,         // 0.5: prevention, or a history of containing it
    TH_MITIGATION_BOTH,         // 0.25
    TH_N_MITIGATIONS
};

struct th_permanence_risk { // one natural risk
    enum th_permanence_loss loss;
    enum th_permanence_interval interval;
    enum th_permanence_mitigation mitigation;
};

// The score of the table times what mitigation leaves, summed over the risks. TH_DATA_PROBLEM
// ("permanence_failed" with "risk", from 1) where the table has FAIL: whatever is done against it,
// such land earns nothing.
enum th_status th_permanence_natural(const struct th_permanence_risk *risks, size_t n,
                                     struct th_ratio *ret_score,
                                     struct th_error *err) TH_MUST_CHECK;

// What the buffer holds back, as a share of the stock change (th_issuance_plan): the three scores
// together, at least 10 points. Internal and external scores are at least 0, what mitigates them
// taken off. TH_INVALID ("permanence_score") of a negative one; TH_DATA_PROBLEM
// ("permanence_too_high" with "score") above 60; TH_OVERFLOW.
enum th_status th_permanence_buffer(struct th_ratio natural, struct th_ratio internal,
                                    struct th_ratio external, struct th_ratio *ret_share,
                                    struct th_error *err) TH_MUST_CHECK;

#endif
