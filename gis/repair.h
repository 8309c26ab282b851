// Proposals for shapes that are not valid. Nothing is repaired silently: both known methods are
// tried, and a person or a stated rule accepts one of them.
#ifndef TH_GIS_REPAIR_H
#define TH_GIS_REPAIR_H

#include "gis/geometry.h"

enum th_repair_method { TH_REPAIR_LINEWORK, TH_REPAIR_STRUCTURE, TH_REPAIR_METHODS };

struct th_repair_proposal {
    bool possible;               // polygonal, valid, not empty
    struct th_geometry geometry; // normalised, degrees; empty unless possible
    double area_m2;              // geodesic; 0 unless possible
};

struct th_repair {
    struct th_repair_proposal by_method[TH_REPAIR_METHODS];
    double source_area_m2; // geodesic, of the rings as they stand, loops added up by sign: what an
                           // editor may show
    bool agree; // both possible, polygonal without loss (no line or point dropped), and their areas
                // within TH_REPAIR_AGREEMENT of each other: the rule may accept it
    char engine[32]; // "GEOS 3.11.1"
};
#define TH_REPAIR_AGREEMENT 0.001

const char *th_repair_method_name(enum th_repair_method method); // "linework", "structure"

struct th_repairer; // holds a GEOS context; one per thread
enum th_status th_repairer_new(struct th_repairer **ret_repairer,
                               struct th_error *err) TH_MUST_CHECK;
void th_repairer_free(struct th_repairer *repairer);

// For a shape in degrees; *ret_repair is overwritten, cleared with th_repair_clear. Nothing is
// possible for shapes without places on the earth, of no extent, wider than a ground, or so tangled
// that trying would take many seconds (over 500 crossings; over 1,000,000 / vertices, but at least
// 10, in larger shapes).
enum th_status th_repair_propose(struct th_repairer *repairer, const struct th_geometry *geometry,
                                 struct th_repair *ret_repair, struct th_error *err) TH_MUST_CHECK;
void th_repair_clear(struct th_repair *repair);

#endif
