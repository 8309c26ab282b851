// From a serial back to the ground it stands for, and everything that happened to it.
#ifndef TH_TRADING_TRACE_H
#define TH_TRADING_TRACE_H

#include "core/messages.h"
#include "registry/registry.h"

// `serial` is "PREFIX", "PREFIX:12" or "PREFIX:1-836". Reply: serial, prefix, first, last, tonnes,
// issuance_id, vintage, statement_based, package_id, package, holder, holder_name, methodology,
// version, sheet_sha256 (null without a run), warnings[{code, message, needs_waiver}] (of the run;
// without `messages` the message is null), owner, owner_name, state, pool_id (null where the
// range has several: see blocks), blocks[{serial, first, last, state, owner, owner_name, pool_id}],
// events[{at, kind, state, owner, owner_name, trade_id, serial, seq}], parcels[{parcel_id, number,
// village, village_name, year, kg}]. TH_NOT_FOUND ("serial_not_found"), TH_INVALID
// ("serial_invalid").
enum th_status th_unit_trace(struct th_registry *registry, const char *serial,
                             const struct th_messages *messages, enum th_lang lang,
                             struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif
