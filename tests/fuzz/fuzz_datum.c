// Parameters between datums as somebody types them; what is accepted is written so that it is
// accepted again, with every digit.
#include <math.h>
#include <stdlib.h>

#include "gis/datum.h"
#include "tests/fuzz/fuzz.h"

enum { LIMIT = 64 * 1024 };

static void check_same(const double *a, const double *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        assert(isfinite(a[i]) && a[i] == b[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct th_crs_datum datum;
    struct th_crs_datum again;
    struct th_buf out;
    char *text = fuzz_text(data, size);
    th_buf_init(&out, LIMIT);
    if (th_crs_datum_parse(text, &datum, NULL) == TH_OK) {
        th_crs_datum_text(&datum, NULL, &out);
        enum th_status status = th_crs_datum_parse(th_buf_text(&out), &again, NULL);
        assert(status == TH_OK && datum.kind == again.kind);
        check_same(datum.shift_m, again.shift_m, 3);
        check_same(datum.rotation_arcsec, again.rotation_arcsec, 3);
        check_same(&datum.scale_ppm, &again.scale_ppm, 1);
    }
    th_buf_clear(&out);
    free(text);
    return 0;
}
