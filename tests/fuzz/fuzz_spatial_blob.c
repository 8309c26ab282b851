// The bytes of a geometry column, which another program may have written.
#include <stdlib.h>
#include <string.h>

#include "store/ground/spatial_blob.h"
#include "tests/fuzz/fuzz.h"

static void check_blob(const uint8_t *data, size_t size)
{
    unsigned char *wkb = NULL;
    unsigned char *blob = NULL;
    unsigned char *again = NULL;
    size_t wkb_size = 0;
    size_t blob_size = 0;
    size_t again_size = 0;
    struct th_spatial_box box;
    enum th_status box_status = th_spatial_blob_box(data, size, &box, NULL);
    if (th_spatial_blob_to_wkb(data, size, &wkb, &wkb_size, NULL) != TH_OK) {
        return;
    }
    assert(box_status == TH_OK);
    // The shape inside is one that the store itself could have written.
    enum th_status status = th_spatial_blob_from_wkb(wkb, wkb_size, &blob, &blob_size, NULL);
    if (status == TH_OK) {
        status = th_spatial_blob_to_wkb(blob, blob_size, &again, &again_size, NULL);
        assert(status == TH_OK && fuzz_same(wkb, wkb_size, again, again_size));
    }
    free(again);
    free(blob);
    free(wkb);
}

static void check_wkb(const uint8_t *data, size_t size)
{
    unsigned char *wkb = NULL;
    unsigned char *blob = NULL;
    size_t wkb_size = 0;
    size_t blob_size = 0;
    if (th_spatial_blob_from_wkb(data, size, &blob, &blob_size, NULL) != TH_OK) {
        return;
    }
    enum th_status status = th_spatial_blob_to_wkb(blob, blob_size, &wkb, &wkb_size, NULL);
    assert(status == TH_OK && fuzz_same(data, size, wkb, wkb_size));
    free(wkb);
    free(blob);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_blob(data, size);
    check_wkb(data, size);
    return 0;
}
