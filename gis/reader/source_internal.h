// Finding what GDAL shall open for a path: plain file, folder, or something inside an archive. For
// gis/reader/ alone.
#ifndef TH_GIS_READER_SOURCE_INTERNAL_H
#define TH_GIS_READER_SOURCE_INTERNAL_H

#include <stdbool.h>

#include "core/error.h"

struct th_source {
    char *path;       // for GDALOpenEx; absolute, maybe below /vsizip/
    char *base_name;  // of what the user named
    bool chosen;      // `layer` named a file of an archive
    char *gdal_stem;  // name of the file in an archive, without extension, as GDAL has it; or NULL
    char *stem;       // the same as people know it; without an archive, of the file itself
    char *member;     // path inside the archive as people know it, or NULL
    char **documents; // other KML documents of a KMZ, as GDAL opens them; of CPL; NULL: none
};

// `layer` (may be NULL) chooses among several files of an archive by their names.
enum th_status th_source_find(const char *path, const char *layer, struct th_source *ret_source,
                              struct th_error *err) TH_MUST_CHECK;
void th_source_clear(struct th_source *source);

#endif
