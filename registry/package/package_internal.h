// Inside registry/ only: what the steps of a package share.
#ifndef TH_REGISTRY_PACKAGE_INTERNAL_H
#define TH_REGISTRY_PACKAGE_INTERNAL_H

#include "methodology/issuance.h"
#include "registry/estimate/estimate_internal.h"
#include "registry/package/package.h"
#include "registry/rules.h"
#include "store/estimate/credit_store.h"

// A package with what its next step looks at.
struct th_package_open {
    struct th_package_record record;
    struct th_methodology *methodology;
    struct th_estimate_sources sources; // its parcels by id, with the ground of its first year
    size_t n_changed;                   // of these, in another version than the packaged one
};
enum th_status th_package_open(struct th_store *store, const char *reference,
                               struct th_package_open *ret_package,
                               struct th_error *err) TH_MUST_CHECK;
void th_package_close(struct th_package_open *package);

// Every parcel lies in a village that the actor may act for. TH_NOT_PERMITTED
// ("village_not_yours").
enum th_status th_package_check_villages(const struct th_work *work,
                                         const struct th_package_open *package,
                                         struct th_error *err) TH_MUST_CHECK;
// TH_CONFLICT ("package_state") unless the state is one of the two; `other` may be NULL.
enum th_status th_package_check_state(const struct th_package_record *record, const char *wanted,
                                      const char *other, struct th_error *err) TH_MUST_CHECK;
// package_years.c: each parcel with the ground that counts in the package's first year.
void th_package_take_grounds(struct th_package_open *package);
// One ground of each parcel counts in all years of the package, so that it is one ground that is
// compared with others and credited. TH_CONFLICT ("package_ground_changes", "package_parcel_ends",
// "package_parcel_later", each with "parcel" and "year", the first in which it is otherwise).
enum th_status th_package_check_years(const struct th_package_open *package,
                                      struct th_error *err) TH_MUST_CHECK;
// Every parcel applies, is of one kind and stands in no other package of an overlapping period; its
// ground and its contracts are as the rules of this day want them, whatever held on the day of an
// earlier step.
enum th_status th_package_check_parcels(struct th_work *work, const struct th_package_open *package,
                                        struct th_error *err) TH_MUST_CHECK;
// None of its ground counts twice in itself, or in another package of an overlapping period,
// whatever parcel or version it belonged to then, or under another scheme; narrow strips and what
// an officer waived may, as far as they are off its area. TH_CONFLICT ("ground_twice_in_package",
// "ground_already_packaged", "ground_other_scheme", "ground_not_taken_off").
enum th_status th_package_check_ground(struct th_store *store,
                                       const struct th_package_open *package,
                                       const struct th_rules *rules,
                                       struct th_error *err) TH_MUST_CHECK;
// TH_CONFLICT ("package_stale") when a parcel changed after it was packaged.
enum th_status th_package_check_current(const struct th_package_open *package,
                                        struct th_error *err) TH_MUST_CHECK;
// TH_CONFLICT ("waiver_needed") when a warning of the package's run wants a waiver that is not
// there.
enum th_status th_package_check_waivers(struct th_store *store,
                                        const struct th_package_record *record,
                                        struct th_error *err) TH_MUST_CHECK;

// Estimates the package's parcels over its period and notes the run in the record.
enum th_status th_package_estimate(struct th_store *store, struct th_package_open *package,
                                   int64_t seq, struct th_estimate_result *ret_result,
                                   struct th_error *err) TH_MUST_CHECK;

// The same of some of its parcels over some years; the record keeps its own run.
struct th_package_span {
    const struct th_estimate_source *sources; // borrowed, as is the scope
    size_t n_sources;
    int from_year, to_year;
    const char *scope;
};
enum th_status th_package_estimate_span(struct th_store *store,
                                        const struct th_package_open *package,
                                        const struct th_package_span *span, int64_t seq,
                                        struct th_estimate_result *ret_result,
                                        struct th_error *err) TH_MUST_CHECK;

// package_opening.c: what the ground owes from issued years, less what it grew in years between
// that nobody packaged, which are estimated for it; kept with the package. TH_CONFLICT
// ("package_gap_unknown", "package_gap_of_parent", "package_overtaken": later years are issued).
enum th_status th_package_openings_make(struct th_store *store, struct th_package_open *package,
                                        int64_t seq, struct th_error *err) TH_MUST_CHECK;
// It still starts from what is kept. TH_CONFLICT ("package_opening_changed", and as above).
enum th_status th_package_check_openings(struct th_store *store, struct th_package_open *package,
                                         struct th_error *err) TH_MUST_CHECK;
// No package of earlier years of the same ground waits to be issued. TH_CONFLICT
// ("package_before_waits").
enum th_status th_package_check_waiting(struct th_store *store,
                                        const struct th_package_open *package,
                                        struct th_error *err) TH_MUST_CHECK;
// As th_issuance_plan wants it; the caller frees the list.
enum th_status th_package_owed(struct th_store *store, const struct th_package_open *package,
                               struct th_issuance_debt **ret_debts, size_t *ret_n,
                               struct th_error *err) TH_MUST_CHECK;
enum th_status th_package_opening_sum(struct th_store *store, int64_t package_id,
                                      struct th_carbon *ret_sum,
                                      struct th_error *err) TH_MUST_CHECK;
// [{parcel_id, last_year, debt_kg, gap_kg, run_id, opening_kg}]; what is owed is below zero.
enum th_status th_package_openings_json(struct th_store *store, int64_t package_id,
                                        struct th_json **ret_list,
                                        struct th_error *err) TH_MUST_CHECK;
// [{parcel_id, debt_kg}] that an issued package left, below zero.
enum th_status th_package_debts_json(struct th_store *store, int64_t package_id,
                                     struct th_json **ret_list, struct th_error *err) TH_MUST_CHECK;
// th_estimate_years_floor behind an opening.
enum th_status th_package_years_floor(struct th_estimate_year *years, size_t n,
                                      struct th_carbon opening, struct th_error *err) TH_MUST_CHECK;

// Net of the whole period as it stands now: by the run, limited or stated by the verifier.
enum th_status th_package_net(struct th_store *store, const struct th_package_record *record,
                              struct th_carbon *ret_net, struct th_error *err) TH_MUST_CHECK;
// The same by year and parcel, in the order that th_issuance_plan wants; the caller frees the list.
// A limit of the verifier is a deduction, spread over parcels and years by largest remainder; a
// stated total is spread over the years evenly and over the parcels by measured area.
enum th_status th_package_entries(struct th_store *store, const struct th_package_open *package,
                                  struct th_issuance_entry **ret_entries, size_t *ret_n,
                                  struct th_error *err) TH_MUST_CHECK;

bool th_package_by_statement(const struct th_package_record *record); // no run
struct th_json *th_package_document_json(struct th_store *store, int64_t document_id,
                                         enum th_status *status, struct th_error *err);
struct th_json *th_package_parcels_json(const struct th_package_open *package);
// Measured area without what others claim.
enum th_status th_package_area(const struct th_package_open *package, struct th_area *ret_area,
                               struct th_error *err) TH_MUST_CHECK;
// n_parcels and areas into a reply: area_m2, area_mu, the same as counted_m2, counted_mu, and what
// carbon is reckoned from, area_used_m2, area_used_mu.
enum th_status th_package_set_areas(const struct th_package_open *package, struct th_json *reply,
                                    struct th_error *err) TH_MUST_CHECK;
// The areas of one of its parcels likewise.
void th_package_set_area(const struct th_estimate_source *source, struct th_json *item);
// "package:7"
enum { TH_SUBJECT_SIZE = 48 };
const char *th_package_subject(int64_t package_id, char buf[TH_SUBJECT_SIZE]);

// package_tenure.c: a parcel with contracts on record must be given whole, with the carbon right,
// on every day of the period. TH_CONFLICT ("tenure_not_covering", "carbon_right_missing" with
// "parcel", "on", "share"). Parcels without any contract are refused where the rules require the
// carbon right ("tenure_required" with "parcels", "n", "since"), else let in.
enum th_status th_package_check_tenure(struct th_store *store,
                                       const struct th_package_open *package,
                                       const struct th_rules *rules,
                                       struct th_error *err) TH_MUST_CHECK;
// Appends to a reply's warnings, by what is on record now: "tenure_missing" (parcels without any
// contract), "tenure_expires" (with a contract that ends within the period), "certificate_expires"
// (whose certificate does), with "parcels" ("12 (2022-05-31), …"), "n" and "first".
enum th_status th_package_tenure_warn(struct th_store *store, const struct th_package_open *package,
                                      const struct th_messages *messages, enum th_lang lang,
                                      struct th_json *warnings, struct th_error *err) TH_MUST_CHECK;

// package_restated.c: "survey_restated" (with "n", "parcel", "package", "year"), where the surveys
// that a package goes on from are not those that the issued package before it ended with. It wants
// a waiver. Appended to a reply's warnings; whether `rule` is it and there; and TH_CONFLICT
// ("waiver_needed") as long as nobody waived it.
enum th_status th_package_restated_warn(struct th_store *store,
                                        const struct th_package_record *record,
                                        const struct th_messages *messages, enum th_lang lang,
                                        struct th_json *warnings,
                                        struct th_error *err) TH_MUST_CHECK;
enum th_status th_package_restated_is(struct th_store *store,
                                      const struct th_package_record *record, const char *rule,
                                      bool *ret_there, struct th_error *err) TH_MUST_CHECK;
enum th_status th_package_check_restated(struct th_store *store,
                                         const struct th_package_record *record,
                                         struct th_error *err) TH_MUST_CHECK;

#endif
