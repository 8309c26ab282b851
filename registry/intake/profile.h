// What a clerk says about files of one kind, kept under a name: the forestry station's shapefiles
// are the same every year.
#ifndef TH_REGISTRY_PROFILE_H
#define TH_REGISTRY_PROFILE_H

#include "registry/intake/parcel.h"

// Keeps what `options` says about a source; another profile of that name is replaced only when
// `replace` is set. Reply: name, settings, replace. TH_CONFLICT ("profile_exists" with "profile"),
// TH_INVALID ("name_invalid" and others of th_name_check).
enum th_status th_profile_keep(struct th_registry *registry, const struct th_request *request,
                               const char *name, bool replace,
                               const struct th_parcel_import_options *options,
                               struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;
// Reply: name. TH_NOT_FOUND ("profile_not_found").
enum th_status th_profile_drop(struct th_registry *registry, const struct th_request *request,
                               const char *name, struct th_json **ret_reply,
                               struct th_error *err) TH_MUST_CHECK;
// Reply: profiles[{name, settings}] in order of names.
enum th_status th_profile_list(struct th_registry *registry, struct th_json **ret_reply,
                               struct th_error *err) TH_MUST_CHECK;

#endif
