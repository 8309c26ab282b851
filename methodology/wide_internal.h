// Whole numbers of 128 bits, in which area × factor is exact, and texts of exact areas.
#ifndef TH_METHODOLOGY_WIDE_INTERNAL_H
#define TH_METHODOLOGY_WIDE_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/quantity.h"

__extension__ typedef __int128 th_wide;

// Areas are kept in 1/300 m², of which a mu has this many.
enum { TH_WIDE_MU = 200000 };

// Toward −∞; `divisor` > 0. Toward +∞ is −floor(−dividend).
th_wide th_wide_floor(th_wide dividend, th_wide divisor);

bool th_wide_fits(th_wide value); // in 64 bits, and INT64_MIN is kept out

enum { TH_WIDE_TEXT_SIZE = 48 };

// `value` / 10^decimals as plain digits without separators of thousands; with `trim` without the
// zeros at the end. Returns buf.
const char *th_wide_decimal(int64_t value, int decimals, bool trim, char buf[TH_WIDE_TEXT_SIZE]);

// Area in mu, exact: a mu is 200,000 units, so that six decimals are enough. Returns buf.
const char *th_wide_mu(struct th_area area, char buf[TH_WIDE_TEXT_SIZE]);

#endif
