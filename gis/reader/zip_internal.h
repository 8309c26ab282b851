// The directory of a zip, read without unpacking anything. For gis/reader/ alone.
#ifndef TH_GIS_READER_ZIP_INTERNAL_H
#define TH_GIS_READER_ZIP_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"

enum { TH_ZIP_ENTRIES_MAX = 200, TH_ZIP_RATIO_MAX = 200 };
#define TH_ZIP_SIZE_MAX ((uint64_t)2 << 30) // unpacked

struct th_zip {
    unsigned n_entries;
    uint64_t size;       // unpacked, by the directory's own word
    bool names_declared; // an entry says that its name is UTF-8
};

// Measures against the limits above; what an archive of 100,000 entries costs is reading its last
// lines. TH_UNREADABLE ("archive_limit", "archive_broken" with "file").
enum th_status th_zip_measure(const char *path, struct th_zip *ret_zip,
                              struct th_error *err) TH_MUST_CHECK;

#endif
