// From a published value with its 95 % interval to a distribution that is drawn from.
//
// low and high are the 2.5 % and 97.5 % quantiles, whatever the shape; what each shape does with
// the value is said below. Only the normal shape has the value as its mean in every case: for the
// others `mean` says where the draws lie, and mean / value − 1 is the bias that the shape brings.
// Quantities keep the unit of the value.
#ifndef TH_METHODOLOGY_DISTRIBUTION_H
#define TH_METHODOLOGY_DISTRIBUTION_H

#include "core/attributes.h"
#include "core/error.h"
#include "methodology/document.h"
#include "methodology/random.h"

struct th_distribution {
    enum th_interval_shape shape;
    bool is_fixed;             // the interval has no width: every draw is the value
    double value;              // as published
    double mean;               // of the draws
    double deviation;          // standard deviation of the draws
    double place, scale;       // normal: mean and deviation; lognormal: of the logarithm; truncated
                               // normal: of the normal that is cut; uniform: lower end and width
    double lower, mode, upper; // triangular
    double kept;               // truncated normal: the share of the normal that lies above 0
};

// TH_SHAPE_NORMAL: mean = value. Where the interval leans to one side, the wider half counts for
//   both: the draws spread at least as far as the source's interval and are not shifted.
// TH_SHAPE_LOGNORMAL: ln of the draws is normal between ln low and ln high, so that both quantiles
//   are met exactly. The median is √(low · high), the mean exp(σ²/2) times that. The value is not
//   used; a published mean or median of skewed data lies near either. CH4 193.7 (99.8–358) kg/ha/yr
//   has median 189.0 and mean 199.3: the draws lie 2.9 % above the value, which is conservative for
//   an emission.
// TH_SHAPE_TRIANGULAR: mode = value, ends where the quantiles are met. The mean is a third of both
//   ends and the mode: a value near one end is a mode, not a mean, and the draws lie far from it
//   (of 193.7 (99.8–358) the mean is 220.1, 14 % above). Ends may lie below zero.
// TH_SHAPE_UNIFORM: between ends that lie 2.5 % of the width outside the interval; the mean is its
//   middle, whatever the value.
// TH_SHAPE_TRUNCATED_NORMAL: the normal as above, cut off at 0 and scaled up; the mean is higher
// than
//   the value by what is cut. low may be negative, the value may not.
//
// TH_INVALID ("interval_unordered" unless low <= value <= high are finite; "interval_not_positive"
// for a lognormal with low <= 0, "interval_value_negative" for a truncated normal; with "value",
// "low", "high").
enum th_status th_distribution_fit(enum th_interval_shape shape, double value, double low,
                                   double high, struct th_distribution *ret_distribution,
                                   struct th_error *err) TH_MUST_CHECK;

// The value below which a share p (0 … 1, both out) of the draws lies.
double th_distribution_quantile(const struct th_distribution *distribution, double p);

// Block `block` of the draws (methodology/random.h); each depends on nothing else.
void th_distribution_draw(const struct th_distribution *distribution, struct th_random random,
                          uint64_t block, double ret[TH_RANDOM_BLOCK]);

#endif
