// Where the rows of a file without a reference system may lie: what a clerk is asked about follows
// from it, and nothing is decided by it.
#include <math.h>
#include <string.h>

#include "registry/intake/parcel_internal.h"
#include "registry/intake/province.h"
#include "store/ground/layer_store.h"

enum { COUNTY_DIGITS = 6 };

static const double COUNTY_WIDEST_DEG = 5;
static const double BESIDE_DEG = 0.2; // of registered parcels

struct looking {
    char county[COUNTY_DIGITS + 1]; // code; "" when nobody says which
    struct th_box box;
    bool any;
    enum th_status status;
    struct th_error err;
};

// The county of the village that was given, of the registry, or of its villages where all lie in
// one.
static void county_find(const struct th_import_run *run, char county[COUNTY_DIGITS + 1])
{
    const struct th_village_list *villages = &run->villages;
    const char *code = run->default_village;
    if (code[0] == '\0') {
        code = run->frame.admin_code;
    }
    if (strlen(code) < COUNTY_DIGITS && villages->n > 0) {
        code = villages->items[0].code;
        for (size_t i = 1; i < villages->n; i++) {
            if (strncmp(code, villages->items[i].code, COUNTY_DIGITS) != 0) {
                code = "";
            }
        }
    }
    bool whole = strlen(code) >= COUNTY_DIGITS;
    memcpy(county, whole ? code : "", whole ? COUNTY_DIGITS : 0);
    county[whole ? COUNTY_DIGITS : 0] = '\0';
}

static void widen(struct looking *l, struct th_box box)
{
    if (!l->any) {
        l->box = box;
    }
    l->any = true;
    l->box = (struct th_box){fmin(l->box.west, box.west), fmin(l->box.south, box.south),
                             fmax(l->box.east, box.east), fmax(l->box.north, box.north)};
}

static bool take_shape(void *context, const struct th_layer_shape *shape, const char *layer_name,
                       const char *scheme)
{
    struct looking *l = context;
    struct th_geometry geometry = {0};
    (void)layer_name;
    (void)scheme;
    size_t known = strlen(shape->code) < COUNTY_DIGITS ? strlen(shape->code) : COUNTY_DIGITS;
    if (strncmp(shape->code, l->county, l->county[0] == '\0' ? 0 : known) != 0) {
        return true;
    }
    l->status = th_geometry_from_wkb(shape->wkb, shape->wkb_size, &geometry, &l->err);
    if (l->status == TH_OK) {
        widen(l, th_geometry_box(&geometry));
    }
    th_geometry_clear(&geometry);
    return l->status == TH_OK;
}

static enum th_status boundaries(const struct th_import_run *run, struct looking *l,
                                 struct th_error *err)
{
    static const char *const ROLES[] = {"county", "township", "village"};
    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && !l->any && i < sizeof(ROLES) / sizeof(ROLES[0]); i++) {
        const struct th_layer_question question = {
            .role = ROLES[i], .from = run->day, .to = run->day};
        status = th_layer_shape_each(run->store, &question, take_shape, l, err);
        if (status == TH_OK && l->status != TH_OK) {
            status = l->status;
            if (err != NULL) {
                *err = l->err;
            }
        }
    }
    return status;
}

static void place_set(struct th_guess_input *input, struct th_box box, bool is_county,
                      const char *name)
{
    input->place = box;
    input->place_is_county = is_county;
    input->place_name = name;
}

enum th_status th_import_place(const struct th_import_run *run, struct th_guess_input *input,
                               struct th_error *err)
{
    struct looking l = {.status = TH_OK};
    struct th_box box;
    bool any = false;
    county_find(run, l.county);
    enum th_status status = boundaries(run, &l, err);
    if (status != TH_OK) {
        return status;
    }
    if (l.any && l.box.east - l.box.west < COUNTY_WIDEST_DEG) {
        place_set(input, l.box, true, "@place.boundary");
        return TH_OK;
    }
    if (input->place_is_county) {
        return TH_OK;
    }
    status = th_parcel_extent(run->store, l.county, &box.west, &box.south, &box.east, &box.north,
                              &any, err);
    if (status != TH_OK) {
        return status;
    }
    if (any && box.east - box.west < COUNTY_WIDEST_DEG) {
        place_set(input,
                  (struct th_box){box.west - BESIDE_DEG, box.south - BESIDE_DEG,
                                  box.east + BESIDE_DEG, box.north + BESIDE_DEG},
                  false, "@place.parcels");
    } else if (th_province_box(l.county[0] != '\0' ? l.county : run->frame.admin_code, &box)) {
        place_set(input, box, false, "@place.province");
    }
    return TH_OK;
}
