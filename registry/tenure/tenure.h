// Contracts by which households give land to a holder: brought in from a table, listed, shown.
//
// A row of the table is one contract on one parcel; rows with the same holder and number are one
// contract and say the same of it. A contract is known by holder and number and never changes,
// but for scans that come later. The shares of a parcel on any day sum to 1 at most (else the
// contract that comes later is refused); where they sum to less, the parcel is reported as
// incomplete.
#ifndef TH_REGISTRY_TENURE_H
#define TH_REGISTRY_TENURE_H

#include "core/messages.h"
#include "registry/registry.h"

struct th_tenure_import_options {       // texts are borrowed; NULL: not given
    const char *source;                 // CSV in any encoding, or XLSX
    const char *holder;                 // of rows that do not say
    const char *village;                // of rows that do not say
    const struct th_messages *messages; // NULL: problems carry their key as message
    enum th_lang lang;
};
// Reply: read = accepted + rejected + unchanged (rows), problems[{row, number, code, severity,
// message, hint}], tenure_ids[], incomplete[{parcel_id, on, share}], scans_added. A contract with a
// bad row is refused with all its rows; a row that names a file which is not there is one
// ("tenure_document_missing"), a row that names none is not: no rule asks for scans. A contract
// that is registered already stays as it is, but for a scan that it does not have yet. TH_INVALID
// ("tenure_columns" with "missing"), TH_LIMIT
// ("sheet_too_long"), errors of th_reader_open, TH_NOT_PERMITTED.
enum th_status th_tenure_import(struct th_registry *registry, const struct th_request *request,
                                const struct th_tenure_import_options *options,
                                struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

// Writes an example table to `path` (.csv or .xlsx, must not exist). Reply: file, columns[].
enum th_status th_tenure_template(const char *path, const struct th_messages *messages,
                                  enum th_lang lang, struct th_json **ret_reply,
                                  struct th_error *err) TH_MUST_CHECK;

// Reply: n, contracts[{tenure_id, number, household, holder, holder_id, certificate,
// certificate_expires, declared_mu, from, to, rent_fen, guarantee_fen, dividend, carbon_right,
// ended}]. holder NULL: any; on NULL: whenever.
enum th_status th_tenure_list(struct th_registry *registry, const char *holder, const char *on,
                              struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;
// One contract with parcels[{parcel_id, number, village_name, state, share}] and documents[
// {document_id, name, sha256, seq}], its scans as they came. TH_NOT_FOUND
// ("tenure_not_found").
enum th_status th_tenure_show(struct th_registry *registry, int64_t tenure_id,
                              struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif
