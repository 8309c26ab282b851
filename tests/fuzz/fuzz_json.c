// JSON from anywhere: what is accepted has canonical bytes that are read back to the same bytes,
// and they are those that jansson writes.
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct th_json *value = NULL;
    struct th_json *again = NULL;
    char *text = NULL;
    char *same = NULL;
    char *input = fuzz_text(data, size);
    enum th_status status = th_json_parse(input, size, &value, NULL);
    free(input);
    if (status != TH_OK) {
        return 0;
    }
    status = th_json_dump(value, TH_JSON_CANONICAL, &text, NULL);
    assert(status == TH_OK);
    status = th_json_parse(text, strlen(text), &again, NULL);
    assert(status == TH_OK);
    status = th_json_dump(again, TH_JSON_CANONICAL, &same, NULL);
    assert(status == TH_OK && strcmp(text, same) == 0);
    free(same);
    status = th_json_dump(value, TH_JSON_PRETTY, &same, NULL);
    assert(status == TH_OK);
    free(same);
    json_t *theirs = json_loads(text, JSON_DECODE_ANY, NULL);
    same = json_dumps(theirs,
                      JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    assert(same && strcmp(text, same) == 0);
    json_decref(theirs);
    free(same);
    free(text);
    th_json_free(again);
    th_json_free(value);
    return 0;
}
