// Shapes from WKT for tests, read by hand so that no library under test is asked.
#ifndef TH_TESTS_SHAPES_H
#define TH_TESTS_SHAPES_H

#include "gis/geometry.h"

// Fills *ret_shape (clear it) from the WKT of a polygon or multipolygon; rings stay as they are
// written. false when the text is something else or has nothing in it.
bool th_test_shape_read(const char *wkt, struct th_geometry *ret_shape);
// As above; fails the test instead.
struct th_geometry th_test_shape(const char *wkt);
// The outline of a box.
struct th_geometry th_test_box(double west, double south, double east, double north);

#endif
