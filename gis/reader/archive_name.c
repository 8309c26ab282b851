#include "gis/reader/archive_name_internal.h"

#include <iconv.h>
#include <stdint.h>
#include <string.h>

#include "gis/reader/recode_internal.h"

enum { NAME_SIZE_MAX = 1024 };

// The bytes that stood in the archive before GDAL took them for CP437; false when they did not.
static bool bytes_restore(const char *name, char *bytes, size_t size)
{
    iconv_t converter = iconv_open("CP437", "UTF-8");
    if ((intptr_t)converter == -1) {
        return false;
    }
    char *source;
    memcpy(&source, &name, sizeof(source)); // iconv's signature lacks the const
    size_t left = strlen(name);
    char *target = bytes;
    size_t room = size - 1;
    bool done = iconv(converter, &source, &left, &target, &room) == 0 && left == 0;
    iconv_close(converter);
    *target = '\0';
    return done;
}

void th_archive_name_decode(const char *name, struct th_buf *out)
{
    char bytes[NAME_SIZE_MAX];
    if (strlen(name) >= sizeof(bytes) || !bytes_restore(name, bytes, sizeof(bytes)) ||
        !th_recode_guess(bytes, out)) {
        th_buf_append_str(out, name);
    }
}
