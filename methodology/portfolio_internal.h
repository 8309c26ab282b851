// Inside methodology/ only: which path draws and adds.
#ifndef TH_METHODOLOGY_PORTFOLIO_INTERNAL_H
#define TH_METHODOLOGY_PORTFOLIO_INTERNAL_H

#include "methodology/portfolio.h"
#include "methodology/vector_internal.h"

enum th_status th_portfolio_new_on(enum th_vector vector, const struct th_separate *separate,
                                   const struct th_portfolio_options *options,
                                   struct th_portfolio **ret_portfolio,
                                   struct th_error *err) TH_MUST_CHECK;

#endif
