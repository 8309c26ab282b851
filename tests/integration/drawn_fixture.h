// Rows and layers drawn on the spot, one feature after the other, for tests of where rows lie.
#ifndef TH_TESTS_DRAWN_FIXTURE_H
#define TH_TESTS_DRAWN_FIXTURE_H

#include "gis/geometry.h"
#include "registry/layer/layer.h"
#include "store/ground/parcel_store.h"
#include "tests/integration/parcel_fixture.h"

enum { DRAWN_SIZE = 256 * 1024 };

// A file in the making; zeroed it is empty.
struct drawn {
    char text[DRAWN_SIZE];
    size_t size;
};

// cmocka's set-up and tear-down around a fixture with 测试合作社 and a user "officer"; the books
// are checked at the end.
int drawn_set_up(void **state);
int drawn_tear_down(void **state);

// `properties` are what stands between the braces. Twelve decimals are written.
void drawn_ring(struct drawn *file, const struct th_xy *points, size_t n, const char *properties);
void drawn_box(struct drawn *file, double west, double south, double width, double height,
               const char *properties);
// A row of a cell's height (0.001°) with a number.
void drawn_row(struct drawn *file, int number, double west, double south, double width);

struct th_json *drawn_import(struct fixture *f, const struct drawn *file);
struct th_json *drawn_import_with(struct fixture *f, const struct drawn *file,
                                  struct th_parcel_import_options options);
void drawn_layer_add(struct fixture *f, const struct drawn *file,
                     struct th_layer_add_options options);

int64_t drawn_accepted(const struct th_json *reply);
int64_t drawn_parcel(const struct th_json *reply, size_t index); // id
// Of the first problem of this row with this code; fails unless there is one.
const char *drawn_message(const struct th_json *reply, int64_t row, const char *code);
const struct th_json *drawn_detection(const struct th_json *reply, const char *what); // or NULL
void drawn_retire(struct fixture *f, int64_t parcel_id);
struct th_parcel_record drawn_record(struct fixture *f, int64_t parcel_id); // in force
// Land of the scheme CCER, layer 竹林项目.
void drawn_scheme(struct fixture *f, const struct drawn *shapes, const char *from, const char *to);
// An officer's import that waives the overlaps of one row.
struct th_json *drawn_import_waiving(struct fixture *f, const struct drawn *rows, const char *row);
// One row of this box (heights in degrees) that an officer lets in whatever it lies over.
void drawn_let_in(struct fixture *f, double west, double south, double width, double height);
// Divided along a meridian.
void drawn_split_at(struct fixture *f, int64_t parcel_id, double at);
// Joined as "合".
void drawn_merge(struct fixture *f, const int64_t *ids, size_t n);
// A version of the parcel that gave nothing up, as no use of the registry would store it.
void drawn_take_nothing_off(struct fixture *f, int64_t parcel_id);
// A package of at most eight parcels for a year by 测试合作社, named "3 in 2022" after the first.
void drawn_package(struct fixture *f, const int64_t *ids, size_t n, int year, enum th_status want,
                   struct th_error *err);

#endif
