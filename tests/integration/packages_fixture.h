// A registry with two bamboo villages, orchards and a wetland, and everyone who takes part in a
// package. Parcels are squares whose areas are set, so that every expected number is plain
// arithmetic.
#ifndef TH_TESTS_PACKAGES_FIXTURE_H
#define TH_TESTS_PACKAGES_FIXTURE_H

#include "registry/estimate/estimate.h"
#include "registry/package/package.h"
#include "registry/registry.h"
#include "tests/support/support.h"

// Parcels by id; areas in hundredths of a mu.
enum {
    PARCEL_BAMBOO_1 = 1,  // village A, 1000.00 mu
    PARCEL_BAMBOO_2,      // village A, 1145.00 mu
    PARCEL_BAMBOO_3,      // village B, 4080.00 mu
    PARCEL_ORCHARD_LARGE, // village A, 50.00 mu
    PARCEL_ORCHARD_SMALL, // village A, 49.99 mu
    PARCEL_WETLAND_1,     // village C, 6000.00 mu
    PARCEL_WETLAND_2,     // village C, 2900.00 mu
    PARCEL_BAMBOO_4, // village B, 100.00 mu of which 1.00 counted to a neighbour, 80.00 declared
    N_PARCELS = PARCEL_BAMBOO_4
};

#define VILLAGE_A "330523001001"
#define VILLAGE_B "330523001002"
#define VILLAGE_C "330521001001"

struct fixture {
    char folder[TH_TEST_PATH_SIZE];
    char registry_path[TH_TEST_PATH_SIZE];
    char document[TH_TEST_PATH_SIZE]; // some statement
    struct th_registry *registry;
    int64_t now_utc;
    struct th_surroundings surroundings;
    struct th_error err;
};

int fixture_setup(void **state);
int fixture_teardown(void **state);

struct th_request fixture_as(const char *login);
// Does the parcel's boundary again: version + 1 with `cent_mu` hundredths of a mu.
void fixture_change_parcel(struct fixture *fixture, int64_t parcel_id, int64_t cent_mu);
// The same from a day on.
void fixture_change_parcel_on(struct fixture *fixture, int64_t parcel_id, int64_t cent_mu,
                              struct th_date on);
// Parties by id, in the order in which they were added.
enum { PARTY_VILLAGE_A = 1, PARTY_VILLAGE_B, PARTY_SUBDISTRICT, PARTY_VERIFIER, PARTY_BANK };

// Steps of a package; each fails the test unless the status is `want`. The reply is NULL unless
// TH_OK.
struct th_json *fixture_create(struct fixture *fixture, const char *login, const char *methodology,
                               const char *holder, const char *parcels, const char *from,
                               const char *to, const char *input, enum th_status want);
struct th_json *fixture_submit(struct fixture *fixture, const char *login, const char *package,
                               enum th_status want);
struct th_json *fixture_waive(struct fixture *fixture, const char *login, const char *package,
                              const char *rule, enum th_status want);
struct th_json *fixture_approve(struct fixture *fixture, const char *login, const char *package,
                                const char *tonnes, enum th_status want);
struct th_json *fixture_issue(struct fixture *fixture, const char *login, const char *package,
                              enum th_status want);
// The key of the last refusal.
void fixture_refused(const struct fixture *fixture, const char *key);

#endif
