// Limits of good practice that somebody hands in. What is accepted judges whatever was stated, and
// shows a value on the side of the limit on which it stands.
#include <stdlib.h>
#include <string.h>

#include "methodology/practice.h"
#include "tests/fuzz/fuzz.h"

static void judge(const struct th_practice_limit *limit, const struct th_json *values)
{
    struct th_practice_finding finding;
    char text[TH_RATIO_TEXT_SIZE];
    th_practice_judge(limit, values, &finding);
    assert(finding.n_missing <= limit->n_of + limit->n_per);
    assert(finding.result != TH_PRACTICE_NOT_STATED || !finding.has_value);
    if (finding.has_value) {
        int side = th_ratio_compare(finding.value, limit->value);
        bool keeps = limit->test == TH_PRACTICE_AT_LEAST ? side >= 0 : side <= 0;
        assert(keeps == (finding.result == TH_PRACTICE_PASS));
        assert(th_practice_value_text(finding.value, limit->value, text)[0] != '\0');
    }
    (void)th_practice_holds(limit, 2024);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char stated[] =
        "{\"n_synthetic\":\"10.5\",\"n_organic\":\"9/2\",\"p2o5\":\"0\",\"k2o\":\"-3\","
        "\"sprays\":\"2\",\"ecological_share\":\"9.999999999\",\"border_trees\":\"many\"}";
    struct th_error err;
    struct th_practice *practice = NULL;
    struct th_json *values = NULL;
    char *text = fuzz_text(data, size);
    enum th_status status = th_practice_parse(text, size, &practice, &err);
    if (status == TH_INVALID) {
        assert(strcmp(err.key, "practice_invalid") == 0);
        assert(th_error_arg_get(&err, "where") != NULL);
        assert(th_error_arg_get(&err, "reason") != NULL);
    } else if (status == TH_OK &&
               th_json_parse(stated, sizeof(stated) - 1, &values, NULL) == TH_OK) {
        assert(th_practice_id(practice)[0] != '\0' && th_practice_n_limits(practice) > 0);
        for (size_t i = 0; i < th_practice_n_limits(practice); i++) {
            judge(th_practice_limit(practice, i), values);
            judge(th_practice_limit(practice, i), NULL);
        }
    }
    th_json_free(values);
    th_practice_free(practice);
    free(text);
    return 0;
}
