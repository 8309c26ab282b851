// One printed page that shows where parcels lie: title, map, graticule, numbers, legend, scale bar,
// north arrow, reference system, table of parcels. Chinese and English, drawn by cairo and pango;
// the same input gives the same bytes.
#ifndef TH_PAPERS_MAP_H
#define TH_PAPERS_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/messages.h"
#include "core/quantity.h"

enum th_map_format { TH_MAP_PDF, TH_MAP_PNG, TH_MAP_SVG };

// Closed rings in projected metres; even-odd filling makes holes.
struct th_map_ring {
    const double *xy; // x0 y0 x1 y1 …
    size_t n;         // vertices
};

struct th_map_parcel {
    int64_t parcel_id;
    const char *label;   // number drawn inside the parcel
    const char *kind;    // bamboo, orchard, tea, forest, wetland: decides hatch and colour
    const char *village; // name
    struct th_area counted;
    struct th_area measured; // has a column of its own where any parcel's is not what counts
    const struct th_map_ring *rings;
    size_t n_rings;
};

struct th_map_sheet {
    const char *title;
    const char *subtitle;        // county, township, village
    const char *crs;             // "CGCS2000 / 3° Gauss-Krüger, CM 120°"
    const char *crs_code;        // "EPSG:4549"
    const char *date;            // ISO, of the data
    const char *program;         // "tanhui 0.1.0"
    const char *registry;        // its name and id
    const char *data_hash;       // hex, printed small
    double central_meridian_deg; // of the projection, for the north arrow's note
    double west_deg, south_deg, east_deg, north_deg; // of the parcels, for the note under the title
    int64_t scale; // 1:scale, 0 chooses the largest round scale that fits
    const struct th_map_parcel *parcels;
    size_t n_parcels; // 1 … 2,000; the table shows as many as fit and says how many it leaves out
};

// Draws to `path`, which gets its name when it is whole and unless it exists: TH_CONFLICT
// ("file_exists"). TH_IO ("map_failed" with "detail"). *ret_scale is the scale used, *ret_sha256
// the digest of the file.
enum th_status th_map_print(const struct th_map_sheet *sheet, const struct th_messages *messages,
                            enum th_lang lang, enum th_map_format format, const char *path,
                            int64_t *ret_scale, struct th_hash *ret_sha256,
                            struct th_error *err) TH_MUST_CHECK;

#endif
