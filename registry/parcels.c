#include "registry/parcels.h"

#include <string.h>

#include "methodology/estimate.h"
#include "registry/reference.h"

const char *const th_parcel_kinds[] = {"bamboo", "orchard", "tea", "forest", "wetland", NULL};

static const struct {
    const char *name;
    int kind; // index into th_parcel_kinds
} KIND_NAMES[] = {
    {"竹林", 0}, {"毛竹林", 0}, {"毛竹", 0},   {"竹林地", 0}, {"果园", 1}, {"茶园", 2},
    {"林地", 3}, {"森林", 3},   {"乔木林", 3}, {"湿地", 4},   {"沼泽", 4},
};

int th_parcel_kind_find(const char *name)
{
    for (int i = 0; th_parcel_kinds[i] != NULL; i++) {
        if (strcmp(th_parcel_kinds[i], name) == 0) {
            return i;
        }
    }
    for (size_t i = 0; i < sizeof(KIND_NAMES) / sizeof(KIND_NAMES[0]); i++) {
        if (strcmp(KIND_NAMES[i].name, name) == 0) {
            return KIND_NAMES[i].kind;
        }
    }
    return TH_PARCEL_KIND_NONE;
}

enum th_status th_parcel_choose(struct th_store *store, const char *village, const char *kind,
                                const char *package, struct th_parcel_choice *ret_choice,
                                struct th_error *err)
{
    struct th_parcel_choice *choice = ret_choice;
    *choice = (struct th_parcel_choice){0};
    enum th_status status = TH_OK;
    if (village != NULL) {
        status = th_village_choose(store, village, &choice->village, err);
        choice->filter.village = choice->village.code;
    }
    if (status == TH_OK && kind != NULL) {
        int index = th_parcel_kind_find(kind);
        if (index == TH_PARCEL_KIND_NONE) {
            return th_error_set(err, TH_INVALID, "kind_invalid", "kind", kind, NULL);
        }
        choice->filter.kind = th_parcel_kinds[index];
    }
    if (status == TH_OK && package != NULL) {
        status = th_package_resolve(store, package, &choice->package, err);
        choice->filter.package_id = choice->package.package_id;
    }
    return status;
}

enum th_status th_parcel_choose_state(const char *word, bool in_force,
                                      struct th_parcel_choice *choice, struct th_error *err)
{
    static const struct {
        const char *word, *state;
    } WORDS[] = {{"registered", "registered"},
                 {"已登记", "registered"},
                 {"retired", "retired"},
                 {"已注销", "retired"},
                 {"all", NULL},
                 {"全部", NULL}};
    if (word == NULL) {
        choice->filter.state = in_force ? "registered" : NULL;
        return TH_OK;
    }
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++) {
        if (strcmp(WORDS[i].word, word) == 0) {
            choice->filter.state = WORDS[i].state;
            return TH_OK;
        }
    }
    return th_error_set(err, TH_USAGE, "parcel_state", "state", word, NULL);
}

struct th_area th_parcel_counted(const struct th_parcel_record *record)
{
    struct th_area counted = th_area_from_m2_300(0);
    // What is not counted was taken off the parcel itself.
    if (th_area_sub(record->measured, record->sliver, &counted, NULL) != TH_OK) {
        return th_area_from_m2_300(0);
    }
    return counted;
}

struct th_area th_parcel_used(const struct th_parcel_record *record)
{
    const struct th_estimate_parcel parcel = {.measured = th_parcel_counted(record),
                                              .has_contracted = record->has_declared,
                                              .contracted = record->declared};
    return th_estimate_area_used(&parcel);
}
