// Packages: from parcels of one holder to issued units, by several persons.
//
//   draft -> submitted -> verified -> issued
//              |  ^
//              v  |
//            returned          draft, submitted, returned -> withdrawn
//
// Every text of an options struct is what people typed; NULL stands for "not given". A package is
// named by its id or by its name, where one package alone bears it.
#ifndef TH_REGISTRY_PACKAGE_H
#define TH_REGISTRY_PACKAGE_H

#include "core/messages.h"
#include "registry/registry.h"
#include "store/estimate/package_store.h"

struct th_package_create_options {
    const char *name;
    const char *holder;          // party: id, name or credit code
    const char *methodology;     // "id" or "id@version"
    const char *from;            // "2021-01-01": the first day of a year
    const char *to;              // "2023-12-31": the last day of a year
    const char *const *villages; // codes or names; these …
    size_t n_villages;
    const char *const *parcels; // … or parcel ids
    size_t n_parcels;
    const char *const *inputs; // "factor=70/87"
    size_t n_inputs;
    const struct th_messages *messages; // for the texts of warnings; NULL: keys only
    enum th_lang lang;
};

// A draft with its estimate (none where the tonnes come by statement: net_kg 0, run_id null).
// Reply: package_id, state, name, net_kg, run_id, sheet_sha256, n_parcels, area_m2, area_mu,
// counted_m2 and counted_mu (the same, net of what others claim), area_used_m2 and area_used_mu
// (the smaller of that and the contracted area of each parcel, from which carbon is reckoned),
// years[], warnings[]. TH_USAGE ("package_needs" with "what", "scope_twice"), TH_INVALID
// ("period_not_whole_years", "monitoring_only", "holder_kind", "parcels_not_applicable",
// "kinds_mixed", …), TH_CONFLICT
// ("parcel_already_packaged"), TH_NOT_FOUND ("no_parcels"), TH_NOT_PERMITTED ("village_not_yours").
enum th_status th_package_create(struct th_registry *registry, const struct th_request *request,
                                 const struct th_package_create_options *options,
                                 struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

// Hands a draft or returned package to the verifier; estimates again where parcels have changed.
// Reply: package_id, state, net_kg, run_id, re_estimated. TH_CONFLICT ("package_state",
// "waiver_needed", "parcel_already_packaged").
enum th_status th_package_submit(struct th_registry *registry, const struct th_request *request,
                                 const char *package, struct th_json **ret_reply,
                                 struct th_error *err) TH_MUST_CHECK;

// Gives up a package that is not verified yet; its ground is free again. Reply: package_id, state,
// reason. TH_USAGE ("reason_needed"), TH_CONFLICT ("package_state").
enum th_status th_package_withdraw(struct th_registry *registry, const struct th_request *request,
                                   const char *package, const char *reason,
                                   struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

// An officer accepts a warning of a draft or returned package. Reply: package_id, waiver_id, rule,
// document{name, sha256}. TH_USAGE ("reason_needed", "document_needed"), TH_NOT_FOUND
// ("warning_absent"), TH_CONFLICT ("waiver_exists", "package_state").
enum th_status th_package_waive(struct th_registry *registry, const struct th_request *request,
                                const char *package, const char *rule, const char *reason,
                                const char *document_path, struct th_json **ret_reply,
                                struct th_error *err) TH_MUST_CHECK;

struct th_package_verify_options {
    const char *package;
    const char *decision;  // "approve" or "return"
    const char *tonnes;    // whole tonnes of the whole period; needed for a statement
    const char *statement; // path of the verifier's document; needed to approve
    const char *
        stated_by; // party that states; NULL: that of the verifier's login, which a statement needs
    const char *reason; // needed to return
};

// Reply: package_id, state, net_kg, verified_t, deduction_kg, document{name, sha256}, stated_by.
// TH_USAGE ("decision_unknown", "statement_needed", "tonnes_needed", "reason_needed",
// "stated_by_needed"), TH_INVALID ("tonnes_invalid", "tonnes_above_estimate"), TH_NOT_PERMITTED
// ("second_person", "verifier_is_holder"), TH_CONFLICT ("package_state", "package_stale",
// "period_not_ended").
enum th_status th_package_verify(struct th_registry *registry, const struct th_request *request,
                                 const struct th_package_verify_options *options,
                                 struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

// One issuance per vintage, held by the holder. Reply: package_id, state, net_kg, serial{prefix,
// first, last} of the first vintage with units (or null), serials[{issuance_id, prefix, first,
// last, vintage, issued_t, buffer_t, carried_kg}], issued_t, buffer_t, rest_kg, statement_based.
enum th_status th_package_issue(struct th_registry *registry, const struct th_request *request,
                                const char *package, struct th_json **ret_reply,
                                struct th_error *err) TH_MUST_CHECK;

// Everything about one package.
enum th_status th_package_show(struct th_registry *registry, const char *package,
                               const struct th_messages *messages, enum th_lang lang,
                               struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

// {"packages": [{package_id, name, holder, methodology, from, to, state, n_parcels, net_kg,
// issued_t}]}
enum th_status th_package_list(struct th_registry *registry, struct th_json **ret_reply,
                               struct th_error *err) TH_MUST_CHECK;

#endif
