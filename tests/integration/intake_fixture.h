// Sources for looking, mending and deciding: tables of WKT, in the words of a clerk's table.
#ifndef TH_TESTS_INTAKE_FIXTURE_H
#define TH_TESTS_INTAKE_FIXTURE_H

#include "tests/integration/parcel_fixture.h"

// A cell of 0.001° at 119.6 E 30.5 N measures 10,642.4750 m² along geodesics, a value known from
// outside this program.
#define INTAKE_CELL_M2 10642.4750

// Cells side by side: cell 0 has its south-west corner at 119.6 E 30.5 N.
#define INTAKE_CELL_0 "POLYGON((119.6 30.5,119.601 30.5,119.601 30.501,119.6 30.501,119.6 30.5))"
#define INTAKE_CELL_1                                                                              \
    "POLYGON((119.601 30.5,119.602 30.5,119.602 30.501,119.601 30.501,119.601 30.5))"
#define INTAKE_CELL_2                                                                              \
    "POLYGON((119.602 30.5,119.603 30.5,119.603 30.501,119.602 30.501,119.602 30.5))"
// Half of cell 0 and half of cell 1.
#define INTAKE_CELL_BETWEEN                                                                        \
    "POLYGON((119.6005 30.5,119.6015 30.5,119.6015 30.501,119.6005 30.501,119.6005 30.5))"
// Two triangles of a quarter of cell 0 each, crossing in its middle: both repairs find them.
#define INTAKE_BOW_TIE "POLYGON((119.6 30.5,119.601 30.501,119.601 30.5,119.6 30.501,119.6 30.5))"
// Cell 0 with a hole that lies across its eastern side, 3/16 of the cell within and as much
// without: by the linework the outside part takes the place of the inside part (1 cell), by the
// structure a hole is no ground (13/16 of a cell).
#define INTAKE_HOLE_ACROSS                                                                         \
    "POLYGON((119.6 30.5,119.601 30.5,119.601 30.501,119.6 30.501,119.6 30.5),"                    \
    "(119.600625 30.50025,119.601375 30.50025,119.601375 30.50075,119.600625 30.50075,"            \
    "119.600625 30.50025))"

// Options for a table in EPSG:4490, in Chinese, with village and kind.
struct th_parcel_import_options intake_options(const struct fixture *f, const char *source);
// Imports a table of these rows, "number,owner,WKT" each, under the headings 地块号,权利人,WKT; the
// first row is line 2.
struct th_json *intake_import(struct fixture *f, const char *name, const char *rows);
const char *intake_table(struct fixture *f, char path[TH_TEST_PATH_SIZE], const char *name,
                         const char *rows);

int64_t intake_parcels(struct fixture *f); // registered ones
// Text `key` of the only problem of this row with this code; fails unless there is one.
const char *intake_problem(const struct th_json *reply, int64_t row, const char *code,
                           const char *key);
// The parcel of this number, as th_parcel_show gives it; fails unless it is there.
struct th_json *intake_parcel(struct fixture *f, const char *number);

#endif
