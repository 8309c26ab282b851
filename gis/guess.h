// What the numbers of a file say about their reference system, where nothing is declared or what is
// declared cannot be true.
//
// A guess is never used without asking, not even degrees: the same numbers stand on CGCS2000,
// Xian 1980 and Beijing 1954, tens to hundreds of metres apart, and phone maps write GCJ-02. What
// comes out is the exact option to type, and why. That the parcels fall into the county proves zone
// and order of axes; it never proves the datum.
#ifndef TH_GIS_GUESS_H
#define TH_GIS_GUESS_H

#include "core/reasons.h"
#include "gis/geometry.h"
#include "gis/ground.h"
#include "gis/surveyor.h"
#include "gis/zone.h"

enum { TH_GUESS_CANDIDATES_MAX = 12, TH_GUESS_OPTION_SIZE = 160 };

enum th_guess_shape {
    TH_GUESS_NOTHING,
    TH_GUESS_DEGREES,
    TH_GUESS_ZONE,     // number of the zone before the easting
    TH_GUESS_STRIPPED, // easting of six digits
    TH_GUESS_MERCATOR  // of web maps, EPSG:3857
};

enum th_guess_verdict {
    TH_GUESS_AGREES, // nothing speaks against what is declared
    TH_GUESS_ASK,    // candidates, best first
    TH_GUESS_UNKNOWN // the evidence says why
};

struct th_guess_candidate {
    int epsg;
    bool swap_axes;  // northing or latitude comes first
    size_t n_inside; // of n_tested parcels, inside the place
};

struct th_guess_input {
    const struct th_box *boxes; // of the parcels, in numbers of the source
    size_t n_boxes;
    const char *declared;   // of th_crs_transform_new; NULL or "" without
    struct th_box place;    // degrees: the county's boundary, or else the registry's bounds
    bool place_is_county;   // a boundary, or bounds that somebody set for this county
    const char *place_name; // "@" and the key of its words; NULL: county or registry
};

struct th_guess {
    enum th_guess_verdict verdict;
    enum th_guess_shape shape; // of the numbers
    struct th_zone zone;       // with TH_GUESS_ZONE
    bool proved;               // zone and axes: the first candidate alone puts the parcels there
    size_t n_tested;
    double confidence; // of the first candidate: share of n_tested inside the place; else 0
    int n_candidates;
    struct th_guess_candidate candidates[TH_GUESS_CANDIDATES_MAX];
    struct th_reasons evidence;
};

// TH_INTERNAL and TH_NO_MEMORY only: no input is an error.
enum th_status th_guess_crs(const struct th_guess_input *input, struct th_guess *ret_guess,
                            struct th_error *err) TH_MUST_CHECK;
// What to type for the candidates: of an easting of six digits every meridian that is possible,
// "--crs EPSG:4548|EPSG:4549"; otherwise the first, as below. "" without candidates.
void th_guess_options(const struct th_guess *guess, char text[TH_GUESS_OPTION_SIZE]);
// "--crs EPSG:4528" or "--crs EPSG:4528 --axes yx".
void th_guess_option(const struct th_guess_candidate *candidate, char text[TH_GUESS_OPTION_SIZE]);

// Are the coordinates those of a phone map? Compared as they are and with either shift taken off:
// how many parcels lie inside the boundary, and how many of their corners lie on edges of parcels
// that are known to be right.
enum th_offset_verdict {
    TH_OFFSET_UNTESTED,  // nothing to compare with
    TH_OFFSET_CLEAR,     // no sign of a shift
    TH_OFFSET_SUSPECTED, // the boundary fits better without it
    TH_OFFSET_PROVED     // edges meet edges of neighbours only without it
};

struct th_offset_input { // grounds are borrowed; NULL ones are left out
    const struct th_ground *const *parcels;
    size_t n_parcels;
    const struct th_ground *const *boundary; // of county, township or village; may be none
    size_t n_boundary;
    const struct th_ground *const *neighbours; // registered or from a cadastre; may be none
    size_t n_neighbours;
};

struct th_offset_counts { // under one hypothesis
    size_t n_inside;      // parcels whose middle lies in the boundary
    size_t n_on_edge;     // corners within half a metre of a neighbour's edge
};

struct th_offset_finding {
    enum th_offset_verdict verdict;
    enum th_offset offset;             // the shift that is suspected or proved
    size_t n_parcels;                  // that were tested against the boundary; 0 without one
    size_t n_corners;                  // that were tested against neighbours; 0 without any near
    struct th_offset_counts counts[3]; // by enum th_offset
    struct th_reasons evidence;
};

// TH_NO_MEMORY only.
enum th_status th_guess_offset(const struct th_offset_input *input,
                               struct th_offset_finding *ret_finding,
                               struct th_error *err) TH_MUST_CHECK;

#endif
