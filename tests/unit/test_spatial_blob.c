#include "store/ground/spatial_blob.h"

#include <stdlib.h>

#include "tests/support/support.h"

// A square with a hole, and a triangle, as SpatiaLite 5.0.1 gives them by hex(ST_AsBinary(…)).
static const char WKB_HEX[] = "010600000002000000"
                              "010300000002000000"
                              "05000000"
                              "0000000000005E400000000000003E40" // 120 30
                              "0000000000405E400000000000003E40" // 121 30
                              "0000000000405E400000000000003F40" // 121 31
                              "0000000000005E400000000000003F40" // 120 31
                              "0000000000005E400000000000003E40"
                              "04000000"
                              "0000000000105E400000000000403E40" // 120.25 30.25
                              "0000000000105E400000000000803E40" // 120.25 30.5
                              "0000000000205E400000000000803E40" // 120.5 30.5
                              "0000000000105E400000000000403E40"
                              "010300000001000000"
                              "04000000"
                              "0000000000805D400000000000003940" // 118 25
                              "0000000000C05D400000000000003940" // 119 25
                              "0000000000C05D400000000000003A40" // 119 26
                              "0000000000805D400000000000003940";

// The same as SpatiaLite 5.0.1 keeps it: hex(GeomFromText('MULTIPOLYGON(…)', 4490)).
static const char BLOB_HEX[] =
    "00018A110000"
    "0000000000805D4000000000000039400000000000405E400000000000003F407C" // 118 25 121 31
    "0600000002000000"
    "690300000002000000"
    "05000000"
    "0000000000005E400000000000003E40"
    "0000000000405E400000000000003E40"
    "0000000000405E400000000000003F40"
    "0000000000005E400000000000003F40"
    "0000000000005E400000000000003E40"
    "04000000"
    "0000000000105E400000000000403E40"
    "0000000000105E400000000000803E40"
    "0000000000205E400000000000803E40"
    "0000000000105E400000000000403E40"
    "690300000001000000"
    "04000000"
    "0000000000805D400000000000003940"
    "0000000000C05D400000000000003940"
    "0000000000C05D400000000000003A40"
    "0000000000805D400000000000003940"
    "FE";

static unsigned char *bytes(const char *hex, size_t *ret_size)
{
    size_t size = strlen(hex) / 2;
    unsigned char *data = malloc(size);
    assert_non_null(data);
    for (size_t i = 0; i < size; i++) {
        char pair[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
        data[i] = (unsigned char)strtoul(pair, NULL, 16);
    }
    *ret_size = size;
    return data;
}

static void spatial_blob__both_ways_are_what_spatialite_writes(void **state)
{
    (void)state;
    size_t wkb_size = 0;
    size_t blob_size = 0;
    unsigned char *wkb = bytes(WKB_HEX, &wkb_size);
    unsigned char *blob = bytes(BLOB_HEX, &blob_size);
    unsigned char *made = NULL;
    size_t size = 0;
    struct th_error err;
    assert_ok(th_spatial_blob_from_wkb(wkb, wkb_size, &made, &size, &err), &err);
    assert_int_equal(size, blob_size);
    assert_memory_equal(made, blob, size);
    free(made);
    assert_ok(th_spatial_blob_to_wkb(blob, blob_size, &made, &size, &err), &err);
    assert_int_equal(size, wkb_size);
    assert_memory_equal(made, wkb, size);
    free(made);
    struct th_spatial_box box;
    assert_ok(th_spatial_blob_box(blob, blob_size, &box, &err), &err);
    assert_close(box.west, 118, 0);
    assert_close(box.south, 25, 0);
    assert_close(box.east, 121, 0);
    assert_close(box.north, 31, 0);
    free(wkb);
    free(blob);
}

static void spatial_blob__a_cut_at_any_byte_is_refused(void **state)
{
    (void)state;
    size_t wkb_size = 0;
    size_t blob_size = 0;
    unsigned char *wkb = bytes(WKB_HEX, &wkb_size);
    unsigned char *blob = bytes(BLOB_HEX, &blob_size);
    unsigned char *made = NULL;
    size_t made_size = 0;
    for (size_t size = 0; size < wkb_size; size++) {
        unsigned char *part = malloc(size + 1); // of its own, so that reading on would show
        assert_non_null(part);
        memcpy(part, wkb, size);
        assert_int_equal(th_spatial_blob_from_wkb(part, size, &made, &made_size, NULL), TH_INVALID);
        free(part);
    }
    for (size_t size = 0; size < blob_size; size++) {
        unsigned char *part = malloc(size + 1);
        assert_non_null(part);
        memcpy(part, blob, size);
        assert_int_equal(th_spatial_blob_to_wkb(part, size, &made, &made_size, NULL), TH_CORRUPT);
        free(part);
    }
    assert_null(made);
    free(wkb);
    free(blob);
}

static void spatial_blob__other_shapes_orders_and_systems_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *label;
        size_t at;
        unsigned char value;
    } changes[] = {{"start", 0, 1},       {"byte order", 1, 0}, {"SRID", 2, 0xE6},
                   {"end of box", 38, 0}, {"type", 39, 3},      {"entity", 47, 0x68},
                   {"polygon", 48, 2},    {"rings", 52, 0xFF},  {"points", 56, 0xFF}};
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        size_t size = 0;
        unsigned char *blob = bytes(BLOB_HEX, &size);
        unsigned char *made = NULL;
        size_t made_size = 0;
        blob[changes[i].at] = changes[i].value;
        if (th_spatial_blob_to_wkb(blob, size, &made, &made_size, NULL) != TH_CORRUPT) {
            fail_msg("a wrong %s passed", changes[i].label);
        }
        free(blob);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spatial_blob__both_ways_are_what_spatialite_writes),
        cmocka_unit_test(spatial_blob__a_cut_at_any_byte_is_refused),
        cmocka_unit_test(spatial_blob__other_shapes_orders_and_systems_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
