// In which unit a table declares areas: mu, hectares, square metres or ares. The heading may say
// so; otherwise the measured areas do, since the units are 6.7 to 10,000 times apart.
#ifndef TH_REGISTRY_AREA_UNIT_H
#define TH_REGISTRY_AREA_UNIT_H

#include <stdbool.h>
#include <stddef.h>

#include "core/reasons.h"

enum th_area_unit { TH_AREA_UNIT_MU, TH_AREA_UNIT_HA, TH_AREA_UNIT_M2, TH_AREA_UNIT_ARE };
enum { TH_AREA_UNIT_N = 4, TH_AREA_UNIT_HEADING_MAX = 256 };

double th_area_unit_m2(enum th_area_unit unit);           // square metres of one
const char *th_area_unit_name(enum th_area_unit unit);    // "mu", "ha", "m2", "are"
const char *th_area_unit_message(enum th_area_unit unit); // "@detect.unit.mu", for arguments
// By name or by a usual writing of it: "亩", "公顷", "hm2", "平方米", "㎡", "公亩" …
bool th_area_unit_parse(const char *text, enum th_area_unit *ret_unit);
// A heading without its unit: "面积（亩）" or "area_m2" give "面积", "area" and the unit; false
// when it names none (then `base` is the whole heading).
bool th_area_unit_of_heading(const char *heading, char base[TH_AREA_UNIT_HEADING_MAX],
                             enum th_area_unit *ret_unit);

// What people write into a cell of areas.
struct th_area_amount {
    double value;
    bool has_unit; // named in the cell: it goes before that of the column
    enum th_area_unit unit;
};
// A decimal number; also in full-width digits, with commas between whole groups of three
// ("1,234.5", where no group is left out and the first one is not 0), and with one of the writings
// of a unit behind it: "90亩", "6 公顷", "60,000㎡". false, with *ret_amount untouched, for
// anything that could be read in two ways or says more than a number: "1,23", "90-100亩", "约90亩",
// "1.2万".
bool th_area_amount_parse(const char *text, struct th_area_amount *ret_amount);

struct th_area_pair {
    double declared;    // as written
    double measured_m2; // geodesic
};

struct th_area_unit_input {
    const struct th_area_pair *pairs; // of rows that have both; others are not of use
    size_t n_pairs;
    const char *heading;          // of the column
    bool known;                   // the meaning of the column's name says its unit (TBMJ: m²)
    enum th_area_unit known_unit; // then this
};

enum th_area_unit_verdict {
    TH_AREA_UNIT_UNTOLD,  // neither heading nor rows; mu is meant until somebody says otherwise
    TH_AREA_UNIT_DECIDED, // `unit`
    TH_AREA_UNIT_ASK      // `unit` is the likeliest
};

struct th_area_unit_finding {
    enum th_area_unit_verdict verdict;
    enum th_area_unit unit;
    size_t n;                       // pairs that were compared
    size_t n_agree[TH_AREA_UNIT_N]; // of them, within TH_AREA_UNIT_TOLERANCE of that unit
    double median_m2;               // measured square metres for one declared unit; 0 without rows
    struct th_reasons evidence;
};

// Share of the measured area by which a declared one may differ and still speak for a unit.
#define TH_AREA_UNIT_TOLERANCE 0.2

// TH_NO_MEMORY only.
enum th_status th_area_unit_find(const struct th_area_unit_input *input,
                                 struct th_area_unit_finding *ret_finding,
                                 struct th_error *err) TH_MUST_CHECK;

#endif
