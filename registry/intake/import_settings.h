// What a clerk says about a source, as one JSON object: kept with the import, with a profile to be
// used again, and with a draft to be gone on with. The keys are the names of the options.
#ifndef TH_REGISTRY_IMPORT_SETTINGS_H
#define TH_REGISTRY_IMPORT_SETTINGS_H

#include "core/arena.h"
#include "core/json.h"
#include "registry/intake/parcel.h"
#include "store/store.h"

// Settings that were kept, as long as options point into them; zero before use.
struct th_kept_settings {
    struct th_json *json;
    struct th_arena arena;
};
void th_kept_settings_clear(struct th_kept_settings *kept);

// The options that describe the source and what to do with it: neither its path nor where answers
// go. Options that were not given are absent.
struct th_json *th_import_settings_json(const struct th_parcel_import_options *options);

// Fills the options that were not given from a text of th_import_settings_json, which `kept` holds
// from then on, also after a failure. A list that was given stays as it is when `join` is false;
// else the kept items come before its own, each once. TH_INVALID ("settings_broken") for anything
// that th_import_settings_json does not write; *options is unchanged then.
enum th_status th_import_settings_fill(const char *text, bool join, struct th_kept_settings *kept,
                                       struct th_parcel_import_options *options,
                                       struct th_error *err) TH_MUST_CHECK;

// The same from the profile that options->profile names, if any; it is NULL afterwards.
// TH_NOT_FOUND
// ("profile_not_found").
enum th_status th_import_settings_of_profile(struct th_store *store, struct th_kept_settings *kept,
                                             struct th_parcel_import_options *options,
                                             struct th_error *err) TH_MUST_CHECK;

// Digest of everything that an import read, by the `source` of its reply: the source's own where
// nothing else was given, else one over the digests of all. TH_INVALID ("hash_invalid").
enum th_status th_import_seen_digest(const struct th_json *source, struct th_hash *ret_sha256,
                                     struct th_error *err) TH_MUST_CHECK;

#endif
