// Estimates: stored runs with their sheets, the arithmetic of one parcel and year, projections.
//
// Every text of an options struct is what people typed; NULL stands for "not given".
#ifndef TH_REGISTRY_ESTIMATE_H
#define TH_REGISTRY_ESTIMATE_H

#include "core/messages.h"
#include "registry/registry.h"
#include "store/check.h"

struct th_estimate_options {
    const char *methodology; // "id" or "id@version"; NULL: the default of the parcels' kind
    const char *year;        // one year …
    const char *from_year;   // … or the first and the last
    const char *to_year;
    const char *village;       // code or name; at most one of these three, none: whole registry
    const char *package;       // id or name; brings its methodology and inputs along
    const char *parcel;        // id
    const char *const *inputs; // "factor=70/87"
    size_t n_inputs;
    const char *run;                    // of an explanation: a stored run that it follows; or NULL
    const char *out;                    // likewise: a new XLSX file; NULL: none
    const struct th_messages *messages; // for the texts of warnings and terms; NULL: keys only
    enum th_lang lang;
};

// Estimates every parcel that applies in every year and stores run and lines. Reply: run_id,
// methodology, version, from_year, to_year, inputs, area_rule, n_parcels, area_m2, area_mu,
// gross_kg, baseline_kg, project_emissions_kg, leakage_kg, uncertainty{halfwidth_kg, confidence,
// relative, propagated_halfwidth_kg, gross_halfwidth_kg, baseline_halfwidth_kg} (nulls: not stated
// by the sources; the last two: the rule looks at the net), deduction_kg, net_kg, buffer_ratio,
// buffer_kg (of the net, when its whole tonnes are issued as they stand),
// groups[{level ("county", "village"), code, name, n_parcels, gross_kg, deduction_kg, net_kg,
// uncertainty{halfwidth_kg, confidence, relative}}], years[{year, gross_kg, net_kg, whole_t,
// carried_kg, buffer_t}] (whole tonnes by cumulative floor), sheet_sha256, warnings[{code,
// message, needs_waiver}], skipped[{parcel_id, reason, message, limit, found}]. TH_USAGE
// ("period_needed", "scope_twice"), TH_INVALID ("year_invalid", "period_reversed", "input_syntax",
// "methodology_needed", "estimate_by_statement", and those of methodology/estimate.h), TH_NOT_FOUND
// ("no_parcels", "no_default_methodology", "parcel_not_found", …).
enum th_status th_estimate_run(struct th_registry *registry, const struct th_request *request,
                               const struct th_estimate_options *options,
                               struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

// The arithmetic of options->parcel in options->year, nothing stored. Reply: parcel_id, number,
// village, village_name, version, year, run_id (of options->run), methodology,
// methodology_version, methodology_title, rounding, conversions, lines[{term, expression, value,
// unit, source, evidence, formula, code}], warnings[], file (of options->out, a workbook with live
// formulas). A run brings its methodology and inputs along, and what it deducts: without one
// nothing is deducted. TH_USAGE ("explain_needs", "explain_format", "explain_run_alone"),
// TH_NOT_FOUND
// ("explain_run_without": the run has no such parcel and year), TH_CONFLICT ("explain_run_differs":
// what was known then is known otherwise by now), and what th_estimate_run says.
enum th_status th_estimate_explain_parcel(struct th_registry *registry,
                                          const struct th_estimate_options *options,
                                          struct th_json **ret_reply,
                                          struct th_error *err) TH_MUST_CHECK;

struct th_estimate_project_options {
    const char *methodology; // NULL: "reported-factor"
    const char *area_mu;     // "870,000"
    const char *price;       // CNY per tonne, "70.00"; NULL: none
    const char *const *inputs;
    size_t n_inputs;
    const struct th_messages *messages;
    enum th_lang lang;
};

// What an area would bring by a methodology's factor, without parcels; nothing is stored and no
// units follow. Reply: methodology, version, area_mu, factor, unit, gross_kg, tonnes, price_fen,
// amount_fen, units_t (0), warnings[], note.
enum th_status th_estimate_project_area(struct th_registry *registry,
                                        const struct th_estimate_project_options *options,
                                        struct th_json **ret_reply,
                                        struct th_error *err) TH_MUST_CHECK;

// Why two stored runs differ. Reply: first_run, second_run, first_net_kg, second_net_kg, more_kg
// (what the second has more), settings[{what, first, second}], causes[{cause, message, n,
// more_kg}]: each parcel and year whose net differs counts to one cause (left_out, added, area,
// input, several, methodology, deduction); their more_kg sum to more_kg. TH_NOT_FOUND
// ("run_not_found").
enum th_status th_estimate_compare(struct th_registry *registry, const char *first_run,
                                   const char *second_run, const struct th_messages *messages,
                                   enum th_lang lang, struct th_json **ret_reply,
                                   struct th_error *err) TH_MUST_CHECK;

// Every stored run's sheet is made again and compared with its digest: check "sheets", for
// `registry check --deep`. Returns an error only when the check could not be made.
enum th_status th_estimate_check_all(struct th_store *store, const struct th_check_sink *sink,
                                     struct th_error *err) TH_MUST_CHECK;

// The warnings of a stored run, [{code, message, needs_waiver}], for whoever shows what came of it:
// what is unverified stays with every tonne. *ret_warnings is the caller's. TH_NOT_FOUND
// ("run_not_found").
enum th_status th_estimate_run_warnings(struct th_store *store, int64_t run_id,
                                        const struct th_messages *messages, enum th_lang lang,
                                        struct th_json **ret_warnings,
                                        struct th_error *err) TH_MUST_CHECK;

// A stored run as th_estimate_run told it, without `skipped`. TH_NOT_FOUND ("run_not_found").
enum th_status th_estimate_show(struct th_registry *registry, const char *run,
                                const struct th_messages *messages, enum th_lang lang,
                                struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

// Writes the calculation sheet of a stored run to a file: JSON Lines, the same bytes as when the
// run was made. Reply: run_id, file, sha256, n_lines. TH_CORRUPT ("sheet_differs") when the stored
// rows no longer give the digest of the run.
enum th_status th_estimate_sheet(struct th_registry *registry, const char *run, const char *path,
                                 struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif
