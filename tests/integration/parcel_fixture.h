// A registry to import into, and small sources made on the spot.
#ifndef TH_TESTS_PARCEL_FIXTURE_H
#define TH_TESTS_PARCEL_FIXTURE_H

#include "registry/intake/parcel.h"
#include "registry/registry.h"
#include "tests/support/support.h"

#define FIXTURE_VILLAGE "330523001201"       // 测试一村
#define FIXTURE_OTHER_VILLAGE "330523001202" // 测试二村

struct fixture {
    char folder[TH_TEST_PATH_SIZE];
    char path[TH_TEST_PATH_SIZE]; // of the registry
    struct th_registry *registry;
    struct th_messages *messages;
    struct th_request request; // by the login "admin"
};

// Time stands still and chance is a counter.
struct th_surroundings fixture_surroundings(void);

// A registry for the whole earth with the two villages.
void fixture_open(struct fixture *fixture);
// Without the messages; what a child process opens for itself.
struct th_registry *fixture_registry_open(const char *path);
void fixture_close(struct fixture *fixture);
// cmocka's set-up and tear-down around one.
int fixture_set_up(void **state);
int fixture_tear_down(void **state);
// The check of the whole registry, rows included, finds nothing.
void fixture_assert_books(struct fixture *fixture);

// Options with the village and kind "bamboo" set.
struct th_parcel_import_options fixture_options(const struct fixture *fixture, const char *source);
// Imports and hands the reply over; fails the test unless the status is TH_OK.
struct th_json *fixture_import(struct fixture *fixture,
                               const struct th_parcel_import_options *options);

// The features (as fixture_geojson) with these options, whose source is theirs; all `n` are
// accepted.
void fixture_parcels(struct fixture *fixture, const char *features,
                     struct th_parcel_import_options options, int64_t n);
void fixture_user(struct fixture *fixture, const char *login, const char *role,
                  const char *village);

// Writes `text` to a file in the folder and gives its path.
const char *fixture_file(struct fixture *fixture, char path[TH_TEST_PATH_SIZE], const char *name,
                         const char *text);
// A GeoJSON collection of the features given as one text, "{...},{...}".
const char *fixture_geojson(struct fixture *fixture, char path[TH_TEST_PATH_SIZE], const char *name,
                            const char *features);

// Number of problems with this code and severity ("error", "warning"; NULL: any) in a reply, of one
// row (0: of any).
int fixture_problems(const struct th_json *reply, int64_t row, const char *code,
                     const char *severity);
// read = accepted + rejected + unchanged, and every rejected row has an error; the first row's
// number is 1 where features are read, and 2 below headings.
void fixture_assert_accounted(const struct th_json *reply, int64_t first_row);

#endif
