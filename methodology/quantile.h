// Quantiles: of the normal distribution, of Student's t, and of a column of draws.
#ifndef TH_METHODOLOGY_QUANTILE_H
#define TH_METHODOLOGY_QUANTILE_H

#include <stddef.h>

#include "core/attributes.h"
#include "core/error.h"

// P(Z <= z) of the standard normal distribution: within 1e-15 of the true value, below -2 within
// 1e-13 of itself. 0 below -38, where it leaves the range of normal doubles, 1 above 38.
double th_normal_cdf(double z);
double th_normal_density(double z);

// z with P(Z <= z) = p, 0 < p < 1, by M. J. Wichura, Algorithm AS 241: the percentage points of the
// normal distribution, Appl. Statist. 37 (1988) 477, PPND16: within 1e-15 of itself.
double th_normal_quantile(double p);
// Half-width of the interval that holds `confidence` (0 … 1, both out), in standard deviations:
// 1.96 for 0.95, 1.645 for 0.90.
double th_normal_half_width(double confidence);

// P(|T| > t) of Student's t with `degrees` of freedom (≥ 1), t >= 0: the incomplete beta function
// I_x(degrees / 2, 1 / 2) at x = degrees / (degrees + t²), by its continued fraction (NIST DLMF
// 8.17.22). Above a million degrees the normal distribution stands in; they differ by 3e-6.
double th_student_tail(double t, unsigned long degrees);
// t with P(|T| <= t) = confidence, 0 < confidence < 1: 1.692 for 0.90 and 33. Within 1e-12 of
// itself.
double th_student_half_width(double confidence, unsigned long degrees);

// --- Columns of draws ----------------------------------------------------------------------------

// Of n >= 1 finite draws, as numpy and PERCENTILE.INC of a workbook have it (type 7 of R. J.
// Hyndman, Y. Fan, Sample quantiles in statistical packages, Amer. Statist. 50 (1996) 361): with
// the draws in ascending order, numbered from 0, the value at place (n − 1) p, on the line between
// neighbours. The order in which the draws stand changes nothing. 0 <= p <= 1.
// ret_quantiles[i] is that of shares[i]; TH_NO_MEMORY.
enum th_status th_quantiles(const double *draws, size_t n, const double *shares, size_t n_shares,
                            double *ret_quantiles, struct th_error *err) TH_MUST_CHECK;

// Mean, and standard deviation with n − 1 (0 of one draw), in one fixed order of additions.
void th_moments(const double *draws, size_t n, double *ret_mean, double *ret_deviation);

#endif
