// Accounts of enterprises: what one emitted in a year, and its carbon efficiency (碳效码) as a
// document has it. Nothing of it is computed here. What another document says of the same year is a
// new version; the earlier ones stay.
#ifndef TH_REGISTRY_ENTERPRISE_H
#define TH_REGISTRY_ENTERPRISE_H

#include "registry/records/record.h"

struct th_enterprise_input { // texts as people typed them, borrowed; all must be given
    const char *party;       // an enterprise, by id, code or name
    const char *year;
    const char *emissions_t; // tonnes, at most three decimals
    const char *level;       // low middle high
    const char *grade;       // 1 (green) … 5 (red)
    const char *denominator; // output_value value_added
    const char *efficiency;  // exact decimal, as the document has it
    const char *document;    // path
};

// Reply: party, name, uscc, year, version, emissions_kg, level, grade, denominator, efficiency,
// document, document_sha256, unchanged (the latest version says the same by the same
// document; nothing was written).
// TH_INVALID ("enterprise_kind" for another kind of party, "enterprise_value" with "field",
// "value"; "year_invalid", "activity_year_future"), TH_NOT_PERMITTED ("role_not_allowed": officers
// and banks may), errors of th_party_resolve and th_document_record.
enum th_status th_enterprise_record(struct th_registry *registry, const struct th_request *request,
                                    const struct th_enterprise_input *input,
                                    struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

// A table with a row for each enterprise and year; it is itself the document. Reply: read =
// accepted + rejected + unchanged, changed, repaired (0), problems[], ignored[], records[{party,
// year, version}], seconds (0). Errors of th_record_import; TH_INVALID ("sheet_columns").
enum th_status th_enterprise_import(struct th_registry *registry, const struct th_request *request,
                                    const struct th_record_options *options,
                                    struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;
enum th_status th_enterprise_template(const char *path, const struct th_messages *messages,
                                      enum th_lang lang, struct th_json **ret_reply,
                                      struct th_error *err) TH_MUST_CHECK;

#endif
