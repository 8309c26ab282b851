// Four guesses are tried: the parcel asked about is a twin shifted by either map, or the indexed
// one is. Each guess says where the twin must lie, so a look into a few cells around that place is
// all the search there is. Every vertex is then brought over by the guess and compared.
#include "gis/fingerprint.h"

#include <math.h>
#include <stdlib.h>

#include "gis/ground_internal.h"
#include "gis/offset.h"

enum { TABLE_SIZE_MIN = 1024 };

static const double cell_deg = 5e-4;     // about 50 m
static const double alike_reach_m = 100; // regular fields within so much make a match doubtful
static const double area_tolerance = 0.016;
static const double length_tolerance = 0.025;
static const double rounding_m = 0.1;  // by which maps with six decimals move a vertex
static const double degree_m = 111195; // of latitude, on the sphere; 0.5 % is near enough here
static const double pi = 3.14159265358979323846;

struct entry {
    int64_t id;
    const struct th_ground *ground;
    struct th_fingerprint fingerprint;
    size_t next; // entry of the same slot, + 1; 0 ends
};

// Entries hang in slots by the hash of their cell and their number of vertices, which a shift
// leaves alone: most looks into a cell end at an empty slot.
struct th_fingerprint_index {
    struct entry *entries;
    size_t n, capacity;
    size_t *slots;
    size_t n_slots; // a power of two
};

struct guess {
    enum th_offset offset;
    bool indexed_shifted;
};

void th_fingerprint_make(const struct th_ground *ground, double area_m2, double perimeter_m,
                         struct th_fingerprint *ret_fingerprint)
{
    struct th_box box = th_ground_box(ground);
    *ret_fingerprint = (struct th_fingerprint){.n_points = ground->n_points,
                                               .area_m2 = area_m2,
                                               .perimeter_m = perimeter_m,
                                               .lon_deg = (box.west + box.east) / 2,
                                               .lat_deg = (box.south + box.north) / 2};
}

enum th_status th_fingerprint_index_new(struct th_fingerprint_index **ret_index,
                                        struct th_error *err)
{
    struct th_fingerprint_index *index = calloc(1, sizeof(*index));
    if (index == NULL) {
        return th_error_no_memory(err);
    }
    *ret_index = index;
    return TH_OK;
}

void th_fingerprint_index_free(struct th_fingerprint_index *index)
{
    if (index != NULL) {
        free(index->entries);
        free(index->slots);
        free(index);
    }
}

static int64_t cell_of(double degrees)
{
    return (int64_t)floor(degrees / cell_deg);
}

static size_t slot_of(const struct th_fingerprint_index *index, int64_t column, int64_t row,
                      uint32_t n_points)
{
    uint64_t hash = (uint64_t)column * 0x9e3779b97f4a7c15u ^ (uint64_t)row * 0xc2b2ae3d27d4eb4fu ^
                    (uint64_t)n_points * 0x165667b19e3779f9u;
    return (size_t)(hash ^ hash >> 29) & (index->n_slots - 1);
}

static void entry_hang(struct th_fingerprint_index *index, size_t i)
{
    struct entry *entry = &index->entries[i];
    const struct th_fingerprint *print = &entry->fingerprint;
    size_t slot = slot_of(index, cell_of(print->lon_deg), cell_of(print->lat_deg), print->n_points);
    entry->next = index->slots[slot];
    index->slots[slot] = i + 1;
}

static bool index_grow(struct th_fingerprint_index *index)
{
    size_t capacity = index->capacity == 0 ? TABLE_SIZE_MIN : 2 * index->capacity;
    struct entry *entries = realloc(index->entries, capacity * sizeof(*entries));
    if (entries == NULL) {
        return false;
    }
    index->entries = entries;
    size_t *slots = calloc(capacity, sizeof(*slots));
    if (slots == NULL) {
        return false;
    }
    free(index->slots);
    index->slots = slots;
    index->n_slots = capacity;
    index->capacity = capacity;
    for (size_t i = 0; i < index->n; i++) {
        entry_hang(index, i);
    }
    return true;
}

enum th_status th_fingerprint_index_add(struct th_fingerprint_index *index, int64_t id,
                                        const struct th_ground *ground,
                                        const struct th_fingerprint *fingerprint,
                                        struct th_error *err)
{
    if (index->n == index->capacity && !index_grow(index)) {
        return th_error_no_memory(err);
    }
    index->entries[index->n] =
        (struct entry){.id = id, .ground = ground, .fingerprint = *fingerprint};
    entry_hang(index, index->n);
    index->n++;
    return TH_OK;
}

// Where a point of the parcel asked about must lie in its twin.
static struct th_xy bring_over(struct guess guess, struct th_xy point)
{
    if (guess.indexed_shifted) {
        struct th_xy gcj02 = th_offset_to_gcj02(point);
        return guess.offset == TH_OFFSET_BD09 ? th_offset_to_bd09(gcj02) : gcj02;
    }
    struct th_xy gcj02 = guess.offset == TH_OFFSET_BD09 ? th_offset_from_bd09(point) : point;
    return th_offset_from_gcj02(gcj02);
}

// From a to b in metres: east, north.
static struct th_xy way_m(struct th_xy a, struct th_xy b)
{
    return (struct th_xy){(b.x - a.x) * degree_m * cos(a.y * pi / 180), (b.y - a.y) * degree_m};
}

static bool alike(double a, double b, double tolerance, double rounding)
{
    return fabs(a - b) <= tolerance * fmax(a, b) + rounding;
}

static bool prints_alike(const struct th_fingerprint *a, const struct th_fingerprint *b)
{
    return a->n_points == b->n_points &&
           alike(a->area_m2, b->area_m2, area_tolerance, rounding_m * a->perimeter_m) &&
           alike(a->perimeter_m, b->perimeter_m, length_tolerance, rounding_m * a->n_points);
}

static struct th_xy point_of(const struct th_ground *ground, uint32_t i)
{
    return (struct th_xy){th_ground_degrees(ground->origin_x + ground->points[i].x),
                          th_ground_degrees(ground->origin_y + ground->points[i].y)};
}

// The parcel asked about, brought over by a guess.
struct image {
    struct th_xy *points;
    struct th_xy middle; // of its box
};

static struct th_xy middle_of(const struct th_xy *points, uint32_t n)
{
    struct th_xy low = points[0];
    struct th_xy high = points[0];
    for (uint32_t i = 1; i < n; i++) {
        low.x = fmin(low.x, points[i].x);
        low.y = fmin(low.y, points[i].y);
        high.x = fmax(high.x, points[i].x);
        high.y = fmax(high.y, points[i].y);
    }
    return (struct th_xy){(low.x + high.x) / 2, (low.y + high.y) / 2};
}

// Largest distance between the vertices of a ring of the image, moved by `shift`, and those of a
// ring of the twin that starts `turn` vertices later; INFINITY when it is over the limit.
static double ring_residual(const struct th_xy *image, const struct th_ground *twin, uint32_t start,
                            uint32_t n, uint32_t turn, struct th_xy shift)
{
    double worst_m = 0;
    for (uint32_t i = 0; i < n; i++) {
        struct th_xy moved = {image[i].x + shift.x, image[i].y + shift.y};
        struct th_xy way = way_m(moved, point_of(twin, start + (i + turn) % n));
        worst_m = fmax(worst_m, hypot(way.x, way.y));
        if (worst_m > TH_FINGERPRINT_RESIDUAL_M) {
            return INFINITY;
        }
    }
    return worst_m;
}

// Rings start at their smallest vertex, and are put in order by it; the bend of a map may make
// another one the smallest. So every start is tried, and every ring that is still free.
static double residual_of(const struct image *image, const struct th_ground *ground,
                          const struct entry *entry, struct th_xy shift, bool *taken)
{
    const struct th_ground *twin = entry->ground;
    double worst_m = 0;
    uint32_t start = 0;
    if (twin->n_rings != ground->n_rings) {
        return INFINITY;
    }
    for (uint32_t r = 0; r < twin->n_rings; r++) {
        taken[r] = false;
    }
    for (uint32_t r = 0; r < ground->n_rings; r++) {
        uint32_t n = ground->ring_ends[r] - start - 1; // without the closing vertex
        double best_m = INFINITY;
        uint32_t best = 0;
        uint32_t twin_start = 0;
        for (uint32_t t = 0; t < twin->n_rings && best_m == INFINITY; t++) {
            if (!taken[t] && twin->ring_ends[t] - twin_start - 1 == n) {
                for (uint32_t turn = 0; turn < n; turn++) {
                    double residual_m =
                        ring_residual(image->points + start, twin, twin_start, n, turn, shift);
                    best = residual_m < best_m ? t : best;
                    best_m = fmin(best_m, residual_m);
                }
            }
            twin_start = twin->ring_ends[t];
        }
        if (best_m == INFINITY) {
            return INFINITY;
        }
        taken[best] = true;
        worst_m = fmax(worst_m, best_m);
        start = ground->ring_ends[r];
    }
    return worst_m;
}

// A question while it is answered.
struct question {
    const struct th_fingerprint_index *index;
    const struct th_ground *ground;
    const struct th_fingerprint *fingerprint;
    struct image image;
    bool *taken; // room for rings
    bool found;
    struct th_fingerprint_match best;
};

// One entry under one guess; *n_alike counts those of this shape, *best_miss_m is the nearest yet.
static void entry_try(struct question *question, struct guess guess, const struct entry *entry,
                      struct th_fingerprint_match *nearest, uint32_t *n_alike)
{
    const struct th_fingerprint *asked = question->fingerprint;
    const struct th_fingerprint *print = &entry->fingerprint;
    if (!prints_alike(asked, print)) {
        return;
    }
    struct th_xy there = {print->lon_deg, print->lat_deg};
    struct th_xy here = {asked->lon_deg, asked->lat_deg};
    struct th_xy miss = way_m(question->image.middle, there);
    double miss_m = hypot(miss.x, miss.y);
    if (miss_m > alike_reach_m) {
        return;
    }
    struct th_xy shift = {there.x - question->image.middle.x, there.y - question->image.middle.y};
    double residual_m =
        residual_of(&question->image, question->ground, entry, shift, question->taken);
    if (residual_m > TH_FINGERPRINT_RESIDUAL_M) {
        return;
    }
    (*n_alike)++;
    if (miss_m < nearest->miss_m || (miss_m == nearest->miss_m && entry->id < nearest->id)) {
        struct th_xy way = way_m(there, here);
        *nearest = (struct th_fingerprint_match){.id = entry->id,
                                                 .offset = guess.offset,
                                                 .indexed_shifted = guess.indexed_shifted,
                                                 .east_m = way.x,
                                                 .north_m = way.y,
                                                 .miss_m = miss_m,
                                                 .residual_m = residual_m};
    }
}

static void guess_try(struct question *question, struct guess guess)
{
    const struct th_fingerprint_index *index = question->index;
    const struct th_ground *ground = question->ground;
    struct th_fingerprint_match nearest = {.miss_m = INFINITY};
    uint32_t n_alike = 0;
    struct th_xy here = {question->fingerprint->lon_deg, question->fingerprint->lat_deg};
    struct th_xy place = bring_over(guess, here);
    double reach_lat = (alike_reach_m + TH_FINGERPRINT_RESIDUAL_M) / degree_m;
    double reach_lon = reach_lat / cos(place.y * pi / 180);
    bool drawn = false;
    for (int64_t row = cell_of(place.y - reach_lat); row <= cell_of(place.y + reach_lat); row++) {
        for (int64_t column = cell_of(place.x - reach_lon); column <= cell_of(place.x + reach_lon);
             column++) {
            size_t link = index->slots[slot_of(index, column, row, ground->n_points)];
            for (; link != 0; link = index->entries[link - 1].next) {
                const struct entry *entry = &index->entries[link - 1];
                if (cell_of(entry->fingerprint.lon_deg) != column ||
                    cell_of(entry->fingerprint.lat_deg) != row ||
                    !prints_alike(question->fingerprint, &entry->fingerprint)) {
                    continue;
                }
                for (uint32_t i = 0; i < ground->n_points && !drawn; i++) {
                    question->image.points[i] = bring_over(guess, point_of(ground, i));
                }
                if (!drawn) {
                    question->image.middle = middle_of(question->image.points, ground->n_points);
                    drawn = true;
                }
                entry_try(question, guess, entry, &nearest, &n_alike);
            }
        }
    }
    double miss_max_m = n_alike > 1 ? TH_FINGERPRINT_MISS_ALIKE_M : TH_FINGERPRINT_MISS_M;
    if (nearest.miss_m <= miss_max_m &&
        (!question->found || nearest.miss_m < question->best.miss_m)) {
        nearest.n_alike = n_alike - 1;
        question->best = nearest;
        question->found = true;
    }
}

enum th_status th_fingerprint_index_find(const struct th_fingerprint_index *index,
                                         const struct th_ground *ground,
                                         const struct th_fingerprint *fingerprint, bool *ret_found,
                                         struct th_fingerprint_match *ret_match,
                                         struct th_error *err)
{
    static const struct guess guesses[] = {{TH_OFFSET_GCJ02, false},
                                           {TH_OFFSET_BD09, false},
                                           {TH_OFFSET_GCJ02, true},
                                           {TH_OFFSET_BD09, true}};
    struct question question = {.index = index, .ground = ground, .fingerprint = fingerprint};
    struct th_xy here = {fingerprint->lon_deg, fingerprint->lat_deg};
    if (index->n == 0 || !th_offset_applies(here)) {
        *ret_found = false;
        return TH_OK;
    }
    question.image.points = malloc(ground->n_points * sizeof(*question.image.points));
    question.taken = malloc(ground->n_rings * sizeof(*question.taken));
    enum th_status status = TH_OK;
    if (question.image.points == NULL || question.taken == NULL) {
        status = th_error_no_memory(err);
    } else {
        for (size_t i = 0; i < sizeof(guesses) / sizeof(guesses[0]); i++) {
            guess_try(&question, guesses[i]);
        }
        *ret_found = question.found;
        if (question.found) {
            *ret_match = question.best;
        }
    }
    free(question.image.points);
    free(question.taken);
    return status;
}
