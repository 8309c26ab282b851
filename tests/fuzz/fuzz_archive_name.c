// The directory of an archive, and the name of an entry.
#include <stdlib.h>

#include "core/text.h"
#include "gis/reader/archive_name_internal.h"
#include "gis/reader/zip_internal.h"
#include "tests/fuzz/fuzz.h"

enum { LIMIT = 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct th_buf out;
    struct th_zip zip;
    if (th_zip_measure(fuzz_file(data, size), &zip, NULL) == TH_OK) {
        assert(zip.n_entries <= TH_ZIP_ENTRIES_MAX && zip.size <= TH_ZIP_SIZE_MAX);
    }
    char *name = fuzz_text(data, size);
    th_text_mend(name); // GDAL hands names out in UTF-8
    th_buf_init(&out, LIMIT);
    th_archive_name_decode(name, &out);
    assert(th_buf_check(&out, NULL) == TH_OK && th_text_is_utf8(th_buf_text(&out), out.size));
    th_buf_clear(&out);
    free(name);
    return 0;
}
