// Amounts that are counted: carbon, units, money, area. Each is a struct of one integer, so that
// kilograms never meet fen by accident; the member is touched in core/quantity.c only (a test
// greps). Sums are checked: a result that does not fit gives TH_OVERFLOW, never a wrapped number.
#ifndef TH_CORE_QUANTITY_H
#define TH_CORE_QUANTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"

struct th_carbon { // kg CO2e; removal positive, emission negative
    int64_t raw_kg;
};
struct th_units { // issued tonnes, one unit = 1 t CO2e; never negative in a valid state
    int64_t raw_t;
};
struct th_money { // CNY fen; sign by context
    int64_t raw_fen;
};
// Area in 1/300 m², the largest unit in which both 0.01 m² (3) and 0.01 mu (2,000) are whole:
// 1 mu = 2000/3 m² = 200,000; 1 ha = 3,000,000.
struct th_area {
    int64_t raw_m2_300;
};
enum { TH_AREA_M2_300_PER_MU_CENT = 2000 }; // of 0.01 mu

// Into and out of plain integers, at the borders (store, JSON, tests).
struct th_carbon th_carbon_from_kg(int64_t kg);
int64_t th_carbon_kg(struct th_carbon carbon);
struct th_units th_units_from_t(int64_t tonnes);
int64_t th_units_t(struct th_units units);
struct th_money th_money_from_fen(int64_t fen);
int64_t th_money_fen(struct th_money money);
struct th_area th_area_from_m2_300(int64_t m2_300);
int64_t th_area_m2_300(struct th_area area);

// Measured square metres, rounded half to even to 0.01 m². Range 0 … 1e14 m², else TH_OVERFLOW.
enum th_status th_area_from_m2(double m2, struct th_area *ret_area,
                               struct th_error *err) TH_MUST_CHECK;
double th_area_m2(struct th_area area);       // m², for display and JSON
int64_t th_area_m2_cent(struct th_area area); // 0.01 m², half up
int64_t th_area_mu_cent(struct th_area area); // 0.01 mu, half up, for display

enum th_status th_carbon_add(struct th_carbon a, struct th_carbon b, struct th_carbon *ret_sum,
                             struct th_error *err) TH_MUST_CHECK;
enum th_status th_carbon_sub(struct th_carbon a, struct th_carbon b,
                             struct th_carbon *ret_difference, struct th_error *err) TH_MUST_CHECK;
enum th_status th_units_add(struct th_units a, struct th_units b, struct th_units *ret_sum,
                            struct th_error *err) TH_MUST_CHECK;
enum th_status th_units_sub(struct th_units a, struct th_units b, struct th_units *ret_difference,
                            struct th_error *err) TH_MUST_CHECK;
enum th_status th_money_add(struct th_money a, struct th_money b, struct th_money *ret_sum,
                            struct th_error *err) TH_MUST_CHECK;
enum th_status th_money_sub(struct th_money a, struct th_money b, struct th_money *ret_difference,
                            struct th_error *err) TH_MUST_CHECK;
enum th_status th_area_add(struct th_area a, struct th_area b, struct th_area *ret_sum,
                           struct th_error *err) TH_MUST_CHECK;
enum th_status th_area_sub(struct th_area a, struct th_area b, struct th_area *ret_difference,
                           struct th_error *err) TH_MUST_CHECK;

int th_carbon_compare(struct th_carbon a, struct th_carbon b); // -1, 0, 1
int th_units_compare(struct th_units a, struct th_units b);
int th_money_compare(struct th_money a, struct th_money b);
int th_area_compare(struct th_area a, struct th_area b);

struct th_money th_money_negate(struct th_money money); // money > INT64_MIN

// Whole tonnes in a mass, toward −∞: the units that it can carry.
struct th_units th_carbon_whole_t(struct th_carbon carbon);
// Mass of whole tonnes.
enum th_status th_units_carbon(struct th_units units, struct th_carbon *ret_carbon,
                               struct th_error *err) TH_MUST_CHECK;
// price per tonne × tonnes.
enum th_status th_money_times_units(struct th_money price_per_t, struct th_units units,
                                    struct th_money *ret_amount,
                                    struct th_error *err) TH_MUST_CHECK;

// Amounts as people write them: "58.83", "1,086,000", "￥43.44", "43.44 元" → fen; "2509", "2,509
// 吨" → tonnes; "2145.00", "2145亩" → area; a plain figure → its hundredths. Digits, one point, at
// most two decimals (none of tonnes), commas between thousands, all of it of full width or not.
// Refused is what is negative, says more than a figure ("1.2万", "约43元") or could be read in two
// ways
// ("1,23"). TH_INVALID ("amount_invalid").
enum th_status th_money_parse(const char *text, struct th_money *ret_money,
                              struct th_error *err) TH_MUST_CHECK;
enum th_status th_units_parse(const char *text, struct th_units *ret_units,
                              struct th_error *err) TH_MUST_CHECK;
enum th_status th_cent_parse(const char *text, int64_t *ret_hundredths,
                             struct th_error *err) TH_MUST_CHECK;
enum th_status th_area_parse_mu(const char *text, struct th_area *ret_area,
                                struct th_error *err) TH_MUST_CHECK;

enum { TH_QUANTITY_TEXT_SIZE = 40 };

// "-1,234.56" and "1,234": for people. Returns buf.
const char *th_money_format(struct th_money money, char buf[TH_QUANTITY_TEXT_SIZE]);
const char *th_cent_format(int64_t hundredths, char buf[TH_QUANTITY_TEXT_SIZE]);
const char *th_int_format(int64_t value, char buf[TH_QUANTITY_TEXT_SIZE]);

#endif
