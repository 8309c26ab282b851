// Parcels for tests of the store: rectangles, written past the use cases.
#ifndef TH_TESTS_PARCEL_ROWS_H
#define TH_TESTS_PARCEL_ROWS_H

#include "store/ground/parcel_row.h"
#include "tests/unit/registry_world.h"

#define ROWS_VILLAGE "330523001201"

enum { ROWS_WKB_SIZE = 9 + 9 + 4 + 5 * 16 };

// A rectangle as WKB MultiPolygon, little-endian, counter-clockwise.
void rows_rectangle(unsigned char wkb[ROWS_WKB_SIZE], double west, double south, double east,
                    double north);
// A world whose registry has the village, document 1 and import 1 (of so many versions).
void rows_world_make(struct th_test_world *world, int64_t n_versions);
// The same in memory of its own, with a transaction begun; and cmocka's tear-down, which rolls
// back.
struct th_test_world *rows_world_begin(int64_t n_versions);
int rows_take_away(void **state);
// A bamboo parcel of the village, numbered like its id, from 2024-03-09 on; 0.001° wide.
struct th_parcel_record rows_record(int64_t parcel_id, int64_t version, double west,
                                    unsigned char wkb[ROWS_WKB_SIZE]);
// Stores it in the open transaction under journal entry 1.
void rows_insert(struct th_store *store, int64_t parcel_id, int64_t version, double west);
// Commits the open transaction with a journal entry.
void rows_commit(struct th_store *store);
// What the commit says; the entry itself must be taken.
enum th_status rows_commit_try(struct th_store *store, struct th_error *err) TH_MUST_CHECK;

#endif
