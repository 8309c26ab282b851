// Reversals (碳汇逆转): a burnt, felled or otherwise lost area drawn on the map, what it takes of
// what was issued there, the buffer that is cancelled for it, and what its holder then owes. An
// officer proposes, another one approves (`trade approve`); nobody's held or retired units are
// touched. Rules and assumptions: docs/adr/0028.
#ifndef TH_TRADING_REVERSAL_H
#define TH_TRADING_REVERSAL_H

#include "registry/registry.h"

struct th_reversal_input { // texts are borrowed; NULL: not given
    const char *file;      // with polygons (registry/reversal/drawn.h)
    const char *layer;
    const char *crs;
    const char *encoding;
    const char *on;    // day of the event; NULL: today
    const char *cause; // fire felling pest storm conversion other
    const char *loss;  // per cent of the carbon inside, at most two decimals; NULL: 100
    const char *note;
    const char *document;
};

// What the reversal would be, without anything written. Reply: reversal{cause, on, loss_percent,
// area_m2, area_mu (of the event on the parcels), lost_kg, tonnes (to be made good), buffer_t,
// owed_t}, affected_parcels[{package_id, package, holder, holder_name, parcel_id, version, number,
// village_name, parcel_mu, area_m2, area_mu, share_percent, lost_kg}],
// affected_vintages[{issuance_id, package_id, prefix, vintage, lost_kg, tonnes}],
// affected_serials[{prefix, first, last, tonnes, parcel_id, owner, owner_name, state}] (the serials
// on the parcels' kilograms, and who has them now),
// buffer[{prefix, first, last, tonnes, vintage, owner, owner_name}], owed[{party, party_name,
// owed_t, filled_t, open_t}].
// TH_DATA_PROBLEM ("reversal_nothing"), TH_INVALID ("loss_invalid", "date_in_future"), TH_USAGE
// ("reversal_cause"), errors of th_drawn_read.
enum th_status th_reversal_preview(struct th_registry *registry, const struct th_request *request,
                                   const struct th_reversal_input *input,
                                   struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

// The reply of the trade with what the preview says, until the approval as of now, then as it was
// done; rejected, without buffer and owed. TH_CONFLICT of an approval ("reversal_overtaken" with
// "other"). Errors of the preview.
enum th_status th_trade_propose_reversal(struct th_registry *registry,
                                         const struct th_request *request,
                                         const struct th_reversal_input *input,
                                         struct th_json **ret_reply,
                                         struct th_error *err) TH_MUST_CHECK;

// The trade's reply. With `geojson` (a path; NULL: none) also the ground as a file: file, sha256.
// TH_NOT_FOUND ("trade_not_found", "reversal_not_found"), TH_CONFLICT ("file_exists"), TH_IO.
enum th_status th_reversal_show(struct th_registry *registry, int64_t trade_id, const char *geojson,
                                struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

// Reply: reversals[{trade_id, state, on, cause, loss_percent, tonnes, buffer_t, owed_t, open_t}];
// `open_only`: those of which something is owed.
enum th_status th_reversal_list(struct th_registry *registry, bool open_only,
                                struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif
