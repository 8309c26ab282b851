// Codes of the Chinese administration.
#ifndef TH_CORE_CODES_H
#define TH_CORE_CODES_H

#include <stdbool.h>

// Unified social credit code, GB 32100-2015: 18 characters of 0-9 A-Z without I O S V Z, weights
// 3^(i-1) mod 31, check character last.
bool th_uscc_valid(const char *code);

// Statistical division code of a village: 12 digits, not starting with 0.
bool th_village_code_valid(const char *code);

// Division code of a province, city or county (2, 4 or 6 digits), or township (9).
bool th_division_code_valid(const char *code, int n_digits);

#endif
