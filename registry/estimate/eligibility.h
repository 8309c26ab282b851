// Which parcels may use a methodology in some years, and for every other one all that keeps it from
// it: the list that a county hands back to its villages before anything is estimated or packaged.
#ifndef TH_REGISTRY_ELIGIBILITY_H
#define TH_REGISTRY_ELIGIBILITY_H

#include "core/messages.h"
#include "registry/registry.h"

struct th_eligibility_options { // texts are borrowed; NULL: not given
    const char *methodology;    // "id" or "id@version"
    const char *year;           // one year …
    const char *from_year;      // … or the first and the last
    const char *to_year;
    const char *village;                // code or name; at most one of these two,
    const char *parcel;                 // id; none: all parcels
    const char *out;                    // the list as a new file, .xlsx or .csv
    const struct th_messages *messages; // NULL: reasons carry their key as message
    enum th_lang lang;
};
// Looks at parcels of the methodology's kinds, village by village; those of other kinds are counted
// alone, unless one is asked for, and what was used up before the years or made after them is left
// out. Nothing is stored. Area is the measured one that counts in these years (ADR 20), slivers
// taken off, as the methodology's limit of area means it. A parcel that stands in a package of
// these years is told so (`packaged`), for it cannot join another one; other schemes are judged at
// packaging.
//
// Reply: methodology, methodology_version, from_year, to_year, n_parcels (= n_eligible +
// n_not_eligible), n_other_kind, eligible_mu, counties[{county (six digits), county_name (null when
// not known), n_parcels, n_eligible, n_not_eligible, eligible_mu}], villages[{village,
// village_name, …}], reasons[{reason, message, n (parcels)}], parcels[{parcel_id, number, village,
// village_name, area_mu, eligibility (eligible, not_eligible), reasons[{reason, message, advice,
// limit, found, from_year, to_year (null: of whatever year)}], because[] (the messages)}] (the
// first 10,000), n_listed, file. TH_USAGE ("period_needed", "scope_twice", "roll_format"),
// TH_INVALID
// ("year_invalid", "period_reversed"), TH_NOT_FOUND ("methodology_not_found", "village_not_found",
// "parcel_not_found", "no_parcels"), errors of th_roll_open.
enum th_status th_methodology_check(struct th_registry *registry,
                                    const struct th_eligibility_options *options,
                                    struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif
