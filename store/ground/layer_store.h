// Layers beside the parcels: boundaries of county, township and village, and land under other
// schemes. Shapes come and go as WKB like those of parcels (store/ground/parcel_store.h).
#ifndef TH_STORE_LAYER_STORE_H
#define TH_STORE_LAYER_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/date.h"
#include "core/error.h"
#include "core/hash.h"
#include "store/people/party_store.h"
#include "store/store.h"

enum { TH_LAYER_ROLE_SIZE = 16, TH_LAYER_SCHEME_SIZE = 32, TH_LAYER_SOURCE_SIZE = 512 };

struct th_layer {
    int64_t layer_id;              // ignored when storing
    char role[TH_LAYER_ROLE_SIZE]; // county, township, village, other_scheme
    char name[TH_NAME_SIZE];
    char scheme[TH_LAYER_SCHEME_SIZE]; // "CCER"; "" unless other_scheme
    char source[TH_LAYER_SOURCE_SIZE]; // file name
    struct th_hash sha256;
    struct th_date from, to; // both ends included; to.year 0: open
    int64_t document_id;     // 0 without
    int64_t n_shapes;        // read only
    int64_t seq;             // journal entry
};

struct th_layer_shape { // texts and bytes are borrowed
    int64_t shape_id;   // ignored when storing
    int64_t layer_id;
    int64_t ordinal;  // 1, 2, 3 … within the layer
    const char *code; // division code or a project's number, "" without
    const char *name; // "" without
    const void *wkb;
    size_t wkb_size;
};

// TH_CONFLICT ("store_constraint").
enum th_status th_layer_insert(struct th_store *store, const struct th_layer *layer,
                               int64_t *ret_layer_id, struct th_error *err) TH_MUST_CHECK;
// TH_CONFLICT ("store_constraint"), TH_INVALID ("wkb_unfit").
enum th_status th_layer_shape_insert(struct th_store *store, const struct th_layer_shape *shape,
                                     int64_t *ret_shape_id, struct th_error *err) TH_MUST_CHECK;

// TH_NOT_FOUND ("layer_not_found").
enum th_status th_layer_load(struct th_store *store, int64_t layer_id, struct th_layer *ret_layer,
                             struct th_error *err) TH_MUST_CHECK;
// Layers in order of id, those that were withdrawn too; role NULL: any. The visitor returns false
// to stop.
enum th_status th_layer_each(struct th_store *store, const char *role,
                             bool (*visit)(void *context, const struct th_layer *layer),
                             void *context, struct th_error *err) TH_MUST_CHECK;

// The layer holds until this day, the last one; before `from`: it never held. TH_NOT_FOUND
// ("layer_not_found"), TH_CONFLICT ("layer_withdrawn").
enum th_status th_layer_withdraw(struct th_store *store, int64_t layer_id, struct th_date to,
                                 int64_t seq, struct th_error *err) TH_MUST_CHECK;

// Which shapes to visit; a zeroed question means those of every layer that ever held.
struct th_layer_question {
    const char *role;    // NULL: any
    int64_t layer_id;    // > 0: of this layer alone
    struct th_date from; // of layers that hold at some time from here …
    struct th_date to;   // … to here; year 0 leaves that end open
    bool has_box;        // whose box meets this one, by the R*Tree
    double west_deg, south_deg, east_deg, north_deg;
};
// In order of shape_id. `layer_name` and `scheme` ("" without) are those of the layer. TH_CORRUPT
// ("parcel_geometry").
enum th_status th_layer_shape_each(struct th_store *store, const struct th_layer_question *question,
                                   bool (*visit)(void *context, const struct th_layer_shape *shape,
                                                 const char *layer_name, const char *scheme),
                                   void *context, struct th_error *err) TH_MUST_CHECK;

#endif
