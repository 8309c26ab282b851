// Accounts of orchards: what a year fixed and what it emitted, side by side, by the arithmetic of
// the methodology; the colour of the label; and the fertiliser that net fixation earns. Nothing is
// stored: the same records, rules and methodology give the same account.
#ifndef TH_REGISTRY_ORCHARD_H
#define TH_REGISTRY_ORCHARD_H

#include "core/messages.h"
#include "registry/registry.h"

struct th_orchard_options { // texts are borrowed; NULL: not given
    const char *year;
    const char *methodology;    // "id" or "id@version"; NULL: orchard-account
    const char *const *parcels; // ids: one orchard of these parcels; or …
    size_t n_parcels;
    const char *village; // … the orchards of a village (code or name), or of all of them
    const char *by;      // how these become orchards: "parcel" (default), or "household": the
                         // parcels of one household in one village together
    const char *out;     // the accounts as a new file, .xlsx or .csv
    const struct th_messages *messages;
    enum th_lang lang;
};
// The smallest area that the methodology asks for is asked of the whole orchard: the sum of its
// parcels as measured, slivers taken off. Kilograms are those of `estimate explain`, parcel by
// parcel, without a deduction for uncertainty.
//
// A year that is not over, and one of which a quantity that the methodology asks for was not
// stated, gives no colour and no fertiliser, whoever applied nothing says nought; so does one
// before the county has decided whether "a tonne of carbon" is C or CO2. Fertiliser is handed out
// in whole tonnes; kilograms are carried exactly, from the first year on record on. A negative
// balance earns nothing and owes nothing.
//
// Reply: methodology, methodology_version, year, n_accounts, n_refused, fixed_kg, emitted_kg,
// balance_kg, fertiliser_t (sums over the accounts; null: none has a right yet), colours[{label,
// n}], rules[{rule, holds, since, rule_id, evidence}] of the year, sources[{side (fixed, emitted,
// other), term, pool (of what is fixed), gas, amount (kg CO2e, text)}] (sums over the accounts),
// accounts[{account (its name), parcel_ids[], village, village_name, area_mu, area_used_mu,
// fixed_kg, emitted_kg, co2_kg, ch4_kg, n2o_kg (emitted), other_kg (baseline and leakage),
// balance_kg, ratio (fixed : emitted, text, null without emissions), label (null without), state
// (earned, nothing, not_stated, undecided, running), not_stated[], earned_kg, carried_in_kg,
// fertiliser_t, carried_kg (null: no right yet), note, years[{year, state, balance_kg, earned_kg,
// fertiliser_t, carried_kg}], sources[]}], refused[{account, parcel_ids[], area_mu,
// reasons[{parcel_id, reason, message, limit, found}], because[]}], years[] (of the only account),
// warnings[], file. A single orchard that is refused is an error: TH_INVALID ("not_applicable",
// "orchard_implausible", …). TH_USAGE ("year_needed", "scope_twice", "orchard_by", "roll_format"),
// TH_INVALID
// ("year_invalid"), TH_NOT_FOUND ("village_not_found", "parcel_not_found", "no_orchards",
// "methodology_not_found"), errors of th_roll_open.
enum th_status th_orchard_account(struct th_registry *registry,
                                  const struct th_orchard_options *options,
                                  struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif
