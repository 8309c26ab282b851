// Layers beside the parcels: boundaries of county, township and village, and land that other
// schemes have taken. They are loaded whole or not at all, dated, and never erased.
#ifndef TH_REGISTRY_LAYER_H
#define TH_REGISTRY_LAYER_H

#include "core/messages.h"
#include "registry/registry.h"

enum { TH_LAYER_SHAPES_MAX = 100000 };

struct th_layer_add_options { // texts are borrowed; NULL: not given
    const char *source;
    const char *role; // county, township, village, other_scheme
    const char *name;
    const char *scheme; // "CCER"; needed for other_scheme, and only there
    const char *from;   // first day it holds; NULL: it always did (1900-01-01)
    const char *to;     // last day; NULL: open
    const char *document;
    const char *code_field; // NULL: "code", "代码", "XZQDM" …
    const char *name_field; // NULL: "name", "名称", "XZQMC" …
    const char *layer;      // of the source
    const char *crs;        // in place of what the source declares
    const char *encoding;
    const struct th_messages *messages; // NULL: problems carry their key as message
    enum th_lang lang;
};
// Reply: layer_id (null when nothing is stored), role, name, read, accepted, rejected, unchanged
// (all of a source that such a layer was loaded from before), area_m2, area_mu, crs,
// problems[{row, code, severity, message, hint}], beside[{layer_id, role, name, scheme, source,
// sha256, from, to, on, message}] (boundaries of the same role that hold on some of its days: from
// `on` this one counts where both have a boundary). One problem keeps the whole layer out. TH_USAGE
// ("layer_role", "layer_scheme"), TH_INVALID ("layer_field" with "field", "fields"; those of a
// name; "layer_dates"), TH_DATA_PROBLEM ("crs_missing", "crs_unsupported"), TH_LIMIT
// ("layer_too_many"), errors of th_reader_open.
enum th_status th_layer_add(struct th_registry *registry, const struct th_request *request,
                            const struct th_layer_add_options *options, struct th_json **ret_reply,
                            struct th_error *err) TH_MUST_CHECK;

// Reply: n, layers[{layer_id, role, name, scheme, source, sha256, from, to, n_shapes, document_id,
// seq}].
enum th_status th_layer_list(struct th_registry *registry, const char *role,
                             struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

// `on` is the first day on which it holds no more (NULL: today). Reply: the layer, reason.
// TH_NOT_FOUND ("layer_not_found"), TH_CONFLICT ("layer_withdrawn"), TH_USAGE ("reason_needed").
enum th_status th_layer_withdraw_use(struct th_registry *registry, const struct th_request *request,
                                     int64_t layer_id, const char *reason, const char *on,
                                     struct th_json **ret_reply,
                                     struct th_error *err) TH_MUST_CHECK;

#endif
