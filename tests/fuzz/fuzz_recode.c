// Attribute values in any encoding. First byte: width of the field; then the name of the encoding,
// closed by a NUL; then the value.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "gis/reader/recode_internal.h"
#include "tests/fuzz/fuzz.h"

enum { LIMIT = 1024 * 1024 };

static void check_value(struct th_recode *recode, const char *value, size_t width)
{
    struct th_buf out;
    th_buf_init(&out, LIMIT);
    enum th_recode_fit fit = th_recode_append(recode, value, width, &out);
    assert(fit != TH_RECODE_NO || out.size == 0);
    assert(fit == th_recode_append(recode, value, width, NULL)); // asked without a place for it
    assert(fit != TH_RECODE_CUT || width > 0);
    assert(th_text_is_utf8(th_buf_text(&out), out.size));
    th_buf_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct th_recode recode = {0};
    struct th_buf out;
    if (size == 0) {
        return 0;
    }
    char *text = fuzz_text(data + 1, size - 1);
    const char *value = text + strlen(text);
    value += value < text + size - 1; // behind the NUL, if there is one
    if (th_recode_open(&recode, text)) {
        check_value(&recode, value, data[0]);
        check_value(&recode, value, 0); // nothing is left over from the first
    }
    th_recode_close(&recode);
    th_buf_init(&out, LIMIT);
    if (!th_recode_guess(value, &out)) {
        assert(out.size == 0);
        th_recode_append_mended(value, &out);
        assert(th_recode_is_ascii(th_buf_text(&out)) && out.size == strlen(value));
    }
    assert(th_text_is_utf8(th_buf_text(&out), out.size));
    th_buf_clear(&out);
    free(text);
    return 0;
}
