// What a clerk says about a source, as one JSON object: kept with the import, with a profile to be
// used again, and with a draft to be gone on with. The keys are the names of the options.
#ifndef TH_REGISTRY_IMPORT_SETTINGS_H
#define TH_REGISTRY_IMPORT_SETTINGS_H

#include "core/arena.h"
#include "core/json.h"
#include "registry/parcel.h"

// The options that describe the source and what to do with it: neither its path nor where answers
// go. Options that were not given are absent.
struct th_json *th_import_settings_json(const struct th_parcel_import_options *options);

// Fills the options that were not given from `settings`, which must outlive them; a list that was
// given stays as it is when `join` is false, else the kept items come before its own. Arrays are of
// `arena`. TH_INVALID ("settings_broken") for anything that th_import_settings_json does not write.
enum th_status th_import_settings_fill(const struct th_json *settings, bool join,
                                       struct th_arena *arena,
                                       struct th_parcel_import_options *options,
                                       struct th_error *err) TH_MUST_CHECK;

#endif
