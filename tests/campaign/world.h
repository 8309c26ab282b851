// A registry with one bank's world in it, or several, made by the use cases that people go through:
// villages, parties, logins, parcels, packages that were verified and issued.
#ifndef TH_TESTS_CAMPAIGN_WORLD_H
#define TH_TESTS_CAMPAIGN_WORLD_H

#include "registry/registry.h"
#include "tests/campaign/model.h"
#include "tests/support/support.h"

enum { WORLD_PACKAGES = 64, WORLD_SLOTS = 8, WORLD_LOGIN_SIZE = 24, WORLD_WKT_SIZE = 600 };

// One bank with its villages and buyers. Several stand beside each other in a file.
struct slot {
    int number;
    int64_t party_ids[N_PARTIES];
    int64_t package_ids[WORLD_PACKAGES];
    int64_t term_ids[N_TERMS];
    int64_t parcel_ids[WORLD_PACKAGES][PARCELS];
    bool wide;
    char logins[N_LOGINS][WORLD_LOGIN_SIZE];
    int n_packages;
    int n_issued; // of them, from the first
};

struct world {
    char folder[TH_TEST_PATH_SIZE];
    char path[TH_TEST_PATH_SIZE];
    char document[TH_TEST_PATH_SIZE];
    int64_t now_utc;
    uint64_t chance;
    struct th_surroundings surroundings;
    struct th_registry *registry;
    struct th_error err;
    struct slot slots[WORLD_SLOTS];
    int n_slots;
};

struct world_size {
    int n_slots;
    int n_issued;    // packages of a slot that are issued
    int n_planned;   // and that are verified only
    bool wide;       // much ground: ten times the tonnes
    int64_t now_utc; // 0: a day in 2024
};

// Makes folder and registry; the file is closed afterwards. `system_user` is borrowed.
void world_make(struct world *world, const struct world_size *size);
void world_open(struct world *world);
// Does the special term hold for this package of a slot? What falls under the two is not sold as
// one.
bool world_special(int package);
void world_shut(struct world *world);
// A copy of a registry that is shut, in a folder of its own.
void world_copy(const struct world *from, struct world *world);
void world_remove(struct world *world);
// The model of one slot as it stands at the beginning, of an open registry.
struct model *world_model(struct world *world, int slot);
// Draws rectangles over strips of packages' ground as WKT.
void world_draw(const struct slot *slot, const struct burn *burns, int n,
                char text[WORLD_WKT_SIZE]);
int world_today(const struct world *world); // in days since 1970-01-01, at Shanghai
const char *world_day(int day, char text[16]);

#endif
