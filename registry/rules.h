// By which limits parcels and packages are judged: dated, named, and kept with every import and
// finding. The program has a list of its own; a county may decide otherwise from a day on
// (registry/rule.h). What is asked today is judged by what holds today.
#ifndef TH_REGISTRY_RULES_H
#define TH_REGISTRY_RULES_H

#include "core/date.h"
#include "core/json.h"
#include "core/quantity.h"
#include "gis/overlap.h"
#include "store/store.h"

// What accounts of orchards are judged by; of the year of the account
// (registry/records/orchard_rules.h).
enum th_fertiliser_by { TH_FERTILISER_UNDECIDED, TH_FERTILISER_CO2, TH_FERTILISER_CARBON };
struct th_orchard_rules {
    double dark_green_share;  // from which fixation : emission on a colour is given …
    double light_green_share; // … in this order
    double yellow_share;
    double fertiliser_t;                 // tonnes for "a tonne of carbon" that is fixed net …
    enum th_fertiliser_by fertiliser_by; // … which the county must say is CO2 or C
};

// How deals are decided (trading/deal/deal.h).
struct th_deal_rules {
    double proposal_days;  // a proposal that nobody decides about ends after so many days
    double offer_days;     // one that locks somebody else's units, already after so many
    double alone_cny;      // up to this amount one person may propose and approve; 0: never
    double least_cny;      // a purchase for less a tonne is not the buyer's word alone
    int64_t alone_rule_id; // of the county, by which that is so; 0: none
    bool common_buffer;    // buffer covers whatever is lost, not only what is lost of its holder
};

struct th_rules {
    const char *id;                   // "intake-1"; never used again for other numbers
    struct th_date since;             // first day on which they hold
    double area_mismatch_share;       // declared against measured area: more is remarked on
    double area_unit_share;           // the same, for the question which unit is meant
    double outside_remarked_share;    // of a parcel, outside its township or county
    double outside_refused_share;     // of a parcel, likewise: more keeps it out
    double curve_step_deg;            // curved edges become chords of this angle
    double parcel_smallest_mu;        // a parcel of usual size has no less …
    double parcel_largest_mu;         // … and no more: else it is remarked on
    struct th_overlap_limits overlap; // classes of common ground
    bool carbon_right_required;       // of every parcel in a package, by contract; else remarked on
    struct th_date carbon_right_since; // when it is required: since when
    struct th_orchard_rules orchard;
    struct th_deal_rules deal;
    int64_t county_rule_id; // newest decision of the county among these, those of
    // orchards and deals aside; 0: none
};

// A value that a county may decide.
enum { TH_RULE_NAME_SIZE = 32, TH_RULE_VALUE_SIZE = 32 };
struct th_rule_spec {
    const char *name;  // "overlap_width_m"
    double low, high;  // range of a number …
    const char *words; // … or NULL and the words that may be given, "remark required"
};
extern const struct th_rule_spec th_rule_specs[];
extern const size_t th_rule_specs_count;

// A limit that imports and packages are judged by?
bool th_rule_is_of_ground(const char *name);

// Those of the program that hold on a day; before the first of them, the first. Never NULL.
const struct th_rules *th_rules_on(struct th_date day);
// NULL when there never were any of that name.
const struct th_rules *th_rules_find(const char *id);
// The same with what the county decided until that day in their place. TH_CORRUPT
// ("rule_unreadable") for a decision that the program does not understand.
enum th_status th_rules_load(struct th_store *store, struct th_date day, struct th_rules *ret_rules,
                             struct th_error *err) TH_MUST_CHECK;
// May one person decide alone about this amount? Never about what brings no money: that has no
// price which could be small.
bool th_rules_one_suffices(const struct th_rules *rules, struct th_money amount);
// Is the amount so little for these tonnes that the buyer's word does not suffice?
bool th_rules_too_cheap(const struct th_rules *rules, struct th_money amount,
                        struct th_units tonnes);
// One value as text; false for a name that is none.
bool th_rules_value(const struct th_rules *rules, const char *name, char value[TH_RULE_VALUE_SIZE]);
// Is this a value of that rule? Then *ret_value is how it is kept ("0.50" becomes "0.5").
// TH_INVALID
// ("rule_unknown" with "names", "rule_value").
enum th_status th_rule_value_check(const char *name, const char *text,
                                   char ret_value[TH_RULE_VALUE_SIZE],
                                   struct th_error *err) TH_MUST_CHECK;
// All numbers by their names, as texts. NULL when out of memory.
struct th_json *th_rules_json(const struct th_rules *rules);

#endif
