// Texts from files: mended, cut, trimmed and measured, they stay UTF-8 and within their room.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char small[16];
    char *text = fuzz_text(data, size);
    size_t length = strlen(text);
    bool good = th_text_is_utf8(text, length);
    char *mended = th_text_duplicate(text);
    assert(mended != NULL);
    th_text_mend(mended);
    assert(th_text_is_utf8(mended, strlen(mended)) && strlen(mended) <= length);
    if (good) {
        assert(strcmp(text, mended) == 0);
    }
    assert(th_text_width(mended) <= 2 * length);
    (void)th_text_has_hidden(mended);
    th_text_copy(small, sizeof(small), mended);
    assert(strlen(small) < sizeof(small) && th_text_is_utf8(small, strlen(small)));
    assert(th_text_starts_with(mended, small));
    th_text_trim(mended);
    assert(th_text_is_utf8(mended, strlen(mended)));
    free(mended);
    free(text);
    return 0;
}
