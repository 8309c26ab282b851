// The shifts of Chinese web maps by their published formulas, in 80-bit numbers and apart from
// gis/offset.c, so that tests know where a map would show a place without asking what they test.
#ifndef TH_TESTS_MAP_SHIFT_H
#define TH_TESTS_MAP_SHIFT_H

struct th_test_place { // degrees
    long double lon, lat;
};

struct th_test_place th_test_gcj02(struct th_test_place wgs84);
struct th_test_place th_test_bd09(struct th_test_place gcj02); // on top of GCJ-02

#endif
