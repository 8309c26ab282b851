// An equation of stems that somebody hands in. What is accepted computes: a value above nought that
// is written down, or a refusal.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "methodology/stem.h"
#include "tests/fuzz/fuzz.h"

static void compute(const struct th_stem *stem, const char *part, const double *measures)
{
    double value = 0;
    unsigned flags = 0;
    struct th_buf formula;
    th_buf_init(&formula, 16 * 1024);
    if (th_stem_value(stem, part, measures, &value, &flags, NULL) == TH_OK) {
        assert(isfinite(value) && value > 0);
        th_stem_write(stem, part, measures, NULL, TH_CALC_WORKBOOK, &formula);
        assert(th_buf_text(&formula)[0] != '\0');
    }
    th_stem_write(stem, part, NULL, NULL, TH_CALC_PEOPLE, &formula);
    th_buf_clear(&formula);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const double measures[TH_STEM_N_MEASURES] = {10, 12, 2, 9, 0.5, 85};
    struct th_error err;
    struct th_stem *stem = NULL;
    char *text = fuzz_text(data, size);
    enum th_status status = th_stem_parse(text, size, &stem, &err);
    if (status == TH_INVALID) {
        assert(strcmp(err.key, "stem_invalid") == 0);
        assert(th_error_arg_get(&err, "where") != NULL);
        assert(th_error_arg_get(&err, "reason") != NULL);
    } else if (status == TH_OK) {
        assert(th_stem_id(stem)[0] != '\0' && th_stem_version(stem)[0] != '\0');
        size_t n_parts = th_stem_n_parts(stem);
        for (size_t i = 0; i < n_parts; i++) {
            compute(stem, th_stem_part(stem, i), measures);
        }
        if (n_parts == 0) {
            compute(stem, NULL, measures);
        }
    }
    th_stem_free(stem);
    free(text);
    return 0;
}
