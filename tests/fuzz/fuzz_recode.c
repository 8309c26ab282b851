// Attribute values in any encoding. First byte: width of the field; then the name of the encoding,
// closed by a NUL; then the value.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "gis/reader/recode_internal.h"
#include "tests/fuzz/fuzz.h"

enum { LIMIT = 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct th_recode recode = {0};
    struct th_buf out;
    if (size == 0)
        return 0;
    char *text = fuzz_text(data + 1, size - 1);
    const char *value = text + strlen(text);
    value += value < text + size - 1; // behind the NUL, if there is one
    (void)th_recode_declare(&recode, text);
    th_buf_init(&out, LIMIT);
    (void)th_recode_append(&recode, value, data[0], &out);
    assert(th_text_is_utf8(th_buf_text(&out), out.size));
    th_buf_clear(&out);
    free(text);
    return 0;
}
