// The registry as CAD Trust reads it: one workbook with a sheet for each table of its data
// dictionary v2.0.2 (data/cadtrust/), named and headed as its nodes expect them.
#ifndef TH_TRADING_CADTRUST_H
#define TH_TRADING_CADTRUST_H

#include "core/messages.h"
#include "registry/registry.h"

struct th_cadtrust_options { // texts are borrowed for the call; NULL: not given
    const char *path;        // must not exist
    const char *link_base;   // "https://registry.example/": where packages are shown in public
    // "PARTY=Name in the list": under which name of the list of verification bodies a verifier's
    // party is known there. One whose own name stands in the list needs none.
    const char *const *bodies;
    size_t n_bodies;
    const struct th_messages *messages;
};

// Packages are projects, their vintages issuances, the leaves of unit blocks units; ids are made
// from the registry's own, so that the next export names the same records alike. Verification,
// issuances and units of a package whose verifier is not in CAD Trust's list stay out: they would
// need a name that is not listed.
//
// Reply: file, format, version, sha256, n (records), tables[{table, sheet, n}],
// left_out[{package_id, package, verifier, reason}], ok (nothing was left out). TH_CONFLICT
// ("file_exists"), TH_INVALID ("cadtrust_body_form", "cadtrust_body_unlisted", "cadtrust_body_near"
// with "near", "cadtrust_link"), TH_LIMIT ("workbook_rows"), TH_IO.
enum th_status th_cadtrust_export(struct th_registry *registry,
                                  const struct th_cadtrust_options *options,
                                  struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif
