// What of an export is GDAL's: a module that is loaded with the first export, since GDAL and the
// fifty libraries behind it take longer to load than most commands take to run. The module knows
// nothing of the program but this header, and the program nothing of GDAL.
#ifndef TH_GIS_WRITER_MODULE_INTERNAL_H
#define TH_GIS_WRITER_MODULE_INTERNAL_H

#include "gis/writer.h"

enum { TH_WRITER_MESSAGE_SIZE = 256 };

struct th_writer_dataset; // opaque

struct th_writer_plan { // borrowed for the call
    const char *path;
    const char *driver; // GDAL's name
    const char *layer;
    const char *crs;             // "EPSG:4490"
    const char *const *creation; // "NAME=VALUE", closed by NULL
    const char *const *layer_creation;
    const struct th_writer_field *fields; // names are looked at in `open` alone; the rest stays put
    size_t n_fields;
    bool has_widths;
    bool keeps_id;
};

struct th_writer_module {
    // NULL: `message` says why.
    struct th_writer_dataset *(*open)(const struct th_writer_plan *plan,
                                      char message[TH_WRITER_MESSAGE_SIZE]);
    // Texts have the width and signs that the format can hold.
    bool (*add)(struct th_writer_dataset *dataset, int64_t id, const unsigned char *wkb,
                size_t wkb_size, const struct th_writer_value *values,
                char message[TH_WRITER_MESSAGE_SIZE]);
    // Errors of the last write show here. Frees the dataset in any case.
    bool (*close)(struct th_writer_dataset *dataset, bool commit,
                  char message[TH_WRITER_MESSAGE_SIZE]);
};

#define TH_WRITER_MODULE_NAME "tanhui-writer.so"
#define TH_WRITER_MODULE_SYMBOL "th_writer_gdal"

#endif
