// Cells lie between cuts of uneven width; corners stray a little, and the side between two corners
// is a line that strays from its chord by a twentieth of its length at most, less towards its ends.
// So a side stays within 12° of its chord at both ends, which keeps rings simple and neighbours
// apart without any test.
#include "bench/fabric.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// Metres of a degree near 30.6° north; only sizes in metres depend on them, not the sharing.
static const double lon_degree_m = 95890.0;
static const double lat_degree_m = 110870.0;
static const double middle_lon_deg = 119.6;
static const double middle_lat_deg = 30.6;
static const double cut_min_m = 24.0; // 500 to 5,000 m² a parcel
static const double cut_max_m = 68.0;
static const double corner_stray = 0.08; // of the narrower cut beside it
static const double side_stray = 0.05;
static const double overlap_m = 4.0;

const char *const bench_defect_names[BENCH_N_DEFECTS] = {
    "none",    "bow_tie", "spike",    "empty", "duplicate",
    "overlap", "sliver",  "declared", "hole",  "multipart"};

const unsigned bench_defect_rates[BENCH_N_DEFECTS] = {
    [BENCH_BOW_TIE] = 20,   [BENCH_SPIKE] = 10,   [BENCH_EMPTY] = 10,
    [BENCH_DUPLICATE] = 20, [BENCH_OVERLAP] = 40, [BENCH_SLIVER] = 60,
    [BENCH_DECLARED] = 20,  [BENCH_HOLE] = 100,   [BENCH_MULTIPART] = 100};

struct metres {
    double x, y;
};

struct side {
    struct metres points[BENCH_SIDE_MAX + 1];
    size_t n; // pieces
};

// SplitMix64 by Sebastiano Vigna (public domain).
uint64_t bench_random_next(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

// A number of its own for each thing that is drawn.
static uint64_t stream(uint64_t seed, uint64_t kind, size_t r, size_t c)
{
    uint64_t state = seed ^ (kind << 60) ^ ((uint64_t)r << 30) ^ (uint64_t)c;
    (void)bench_random_next(&state);
    return bench_random_next(&state);
}

static double even(uint64_t *state) // 0 … 1
{
    return (double)(bench_random_next(state) >> 11) / 9007199254740992.0;
}

static double signed_even(uint64_t *state) // -1 … 1
{
    return 2.0 * even(state) - 1.0;
}

enum { STREAM_COLUMNS, STREAM_ROWS, STREAM_CORNER, STREAM_LEVEL, STREAM_UPRIGHT, STREAM_DEFECT };

static double *cuts(uint64_t seed, uint64_t kind, size_t n)
{
    double *positions = malloc((n + 1) * sizeof(*positions));
    uint64_t state = stream(seed, kind, 0, 0);
    if (positions == NULL) {
        return NULL;
    }
    positions[0] = 0.0;
    for (size_t i = 0; i < n; i++) {
        positions[i + 1] = positions[i] + cut_min_m + (cut_max_m - cut_min_m) * even(&state);
    }
    return positions;
}

bool bench_fabric_make(uint64_t seed, size_t n, struct bench_fabric *ret_fabric)
{
    struct bench_fabric fabric = {.seed = seed, .n = n};
    assert(n >= 1);
    while (fabric.n_columns * fabric.n_columns < n) {
        fabric.n_columns++;
    }
    fabric.n_rows = (n + fabric.n_columns - 1) / fabric.n_columns;
    fabric.n_villages = n < 20000 ? 4 : 20;
    fabric.columns = cuts(seed, STREAM_COLUMNS, fabric.n_columns);
    fabric.rows = cuts(seed, STREAM_ROWS, fabric.n_rows);
    if (fabric.columns == NULL || fabric.rows == NULL) {
        bench_fabric_clear(&fabric);
        return false;
    }
    fabric.west_deg = middle_lon_deg - fabric.columns[fabric.n_columns] / 2.0 / lon_degree_m;
    fabric.south_deg = middle_lat_deg - fabric.rows[fabric.n_rows] / 2.0 / lat_degree_m;
    *ret_fabric = fabric;
    return true;
}

void bench_fabric_clear(struct bench_fabric *fabric)
{
    free(fabric->columns);
    free(fabric->rows);
    fabric->columns = NULL;
    fabric->rows = NULL;
}

// Half the room that a corner has: the narrower of the cuts beside it.
static double room(const double *positions, size_t n, size_t i)
{
    double before = i > 0 ? positions[i] - positions[i - 1] : cut_max_m;
    double behind = i < n ? positions[i + 1] - positions[i] : cut_max_m;
    return before < behind ? before : behind;
}

static struct metres corner(const struct bench_fabric *fabric, size_t r, size_t c)
{
    uint64_t state = stream(fabric->seed, STREAM_CORNER, r, c);
    double x = corner_stray * room(fabric->columns, fabric->n_columns, c) * signed_even(&state);
    double y = corner_stray * room(fabric->rows, fabric->n_rows, r) * signed_even(&state);
    return (struct metres){fabric->columns[c] + x, fabric->rows[r] + y};
}

// The side that begins at corner r, c: to the east, or to the north. The same for both its cells.
static void draw_side(const struct bench_fabric *fabric, bool upright, size_t r, size_t c,
                      struct side *side)
{
    enum { KNOTS = 5 };
    uint64_t state = stream(fabric->seed, upright ? STREAM_UPRIGHT : STREAM_LEVEL, r, c);
    struct metres from = corner(fabric, r, c);
    struct metres to = upright ? corner(fabric, r + 1, c) : corner(fabric, r, c + 1);
    double knots[KNOTS];
    side->n = BENCH_SIDE_MIN +
              (size_t)(bench_random_next(&state) % (BENCH_SIDE_MAX - BENCH_SIDE_MIN + 1));
    for (size_t i = 0; i < KNOTS; i++) {
        knots[i] = signed_even(&state);
    }
    side->points[0] = from;
    side->points[side->n] = to;
    for (size_t i = 1; i < side->n; i++) {
        double t = (double)i / (double)side->n;
        size_t k = (size_t)(t * (KNOTS - 1));
        double within = t * (KNOTS - 1) - (double)k;
        double slow = knots[k] + within * (knots[k + 1] - knots[k]);
        double stray = side_stray * 4.0 * t * (1.0 - t) * (0.7 * slow + 0.3 * signed_even(&state));
        side->points[i].x = from.x + t * (to.x - from.x) - stray * (to.y - from.y);
        side->points[i].y = from.y + t * (to.y - from.y) + stray * (to.x - from.x);
    }
}

static struct bench_point on_grid(const struct bench_fabric *fabric, struct metres place)
{
    return (struct bench_point){llround((fabric->west_deg + place.x / lon_degree_m) * 1e8),
                                llround((fabric->south_deg + place.y / lat_degree_m) * 1e8)};
}

static void add(const struct bench_fabric *fabric, struct metres place, struct bench_ring *ring)
{
    assert(ring->n < BENCH_RING_MAX);
    ring->points[ring->n++] = on_grid(fabric, place);
}

// Points first … last of a side, in either direction.
static void walk(const struct bench_fabric *fabric, const struct side *side, size_t first,
                 size_t last, struct bench_ring *ring)
{
    size_t i = first;
    for (;;) {
        add(fabric, side->points[i], ring);
        if (i == last) {
            return;
        }
        i = first < last ? i + 1 : i - 1;
    }
}

static void close_ring(struct bench_ring *ring)
{
    size_t n = 0; // the corner where two sides meet came twice
    for (size_t i = 0; i < ring->n; i++) {
        if (n == 0 || ring->points[i].lon_e8 != ring->points[n - 1].lon_e8 ||
            ring->points[i].lat_e8 != ring->points[n - 1].lat_e8) {
            ring->points[n++] = ring->points[i];
        }
    }
    if (ring->points[0].lon_e8 != ring->points[n - 1].lon_e8 ||
        ring->points[0].lat_e8 != ring->points[n - 1].lat_e8) {
        ring->points[n++] = ring->points[0];
    }
    ring->n = n;
}

struct cell {
    struct side south, east, north, west; // eastward and northward
};

static void draw_cell(const struct bench_fabric *fabric, size_t index, struct cell *cell)
{
    size_t r = index / fabric->n_columns;
    size_t c = index % fabric->n_columns;
    draw_side(fabric, false, r, c, &cell->south);
    draw_side(fabric, true, r, c + 1, &cell->east);
    draw_side(fabric, false, r + 1, c, &cell->north);
    draw_side(fabric, true, r, c, &cell->west);
}

static void draw_shell(const struct bench_fabric *fabric, const struct cell *cell, bool bow_tie,
                       bool spike, struct bench_ring *ring)
{
    ring->n = 0;
    walk(fabric, &cell->south, 0, cell->south.n, ring);
    if (spike) {
        struct metres at = cell->south.points[cell->south.n];
        add(fabric, (struct metres){at.x + 8.0, at.y - 3.0}, ring);
        add(fabric, at, ring);
    }
    walk(fabric, &cell->east, bow_tie ? cell->east.n : 0, bow_tie ? 0 : cell->east.n, ring);
    walk(fabric, &cell->north, cell->north.n, 0, ring);
    walk(fabric, &cell->west, cell->west.n, 0, ring);
    close_ring(ring);
}

// Pushes the inner vertices of the east side by up to `depth_m`, most in the middle.
static void bulge(struct side *side, double depth_m)
{
    for (size_t i = 1; i < side->n; i++) {
        double t = (double)i / (double)side->n;
        side->points[i].x += depth_m * 4.0 * t * (1.0 - t);
    }
}

static void draw_hole(const struct bench_fabric *fabric, const struct cell *cell,
                      struct bench_ring *ring)
{
    static const struct metres octagon[] = {{3, 0},  {2, -2}, {0, -3}, {-2, -2},
                                            {-3, 0}, {-2, 2}, {0, 3},  {2, 2}};
    struct metres a = cell->south.points[0];
    struct metres b = cell->north.points[cell->north.n];
    ring->n = 0;
    for (size_t i = 0; i < sizeof(octagon) / sizeof(octagon[0]); i++) {
        add(fabric, (struct metres){(a.x + b.x) / 2 + octagon[i].x, (a.y + b.y) / 2 + octagon[i].y},
            ring);
    }
    close_ring(ring);
}

// Two parts, parted by a lane one piece of the sides wide.
static void draw_parts(const struct bench_fabric *fabric, const struct cell *cell,
                       struct bench_parcel *parcel)
{
    size_t s = cell->south.n / 2;
    size_t t = cell->north.n / 2;
    struct bench_ring *left = &parcel->rings[0];
    struct bench_ring *right = &parcel->rings[1];
    left->n = right->n = 0;
    walk(fabric, &cell->south, 0, s, left);
    walk(fabric, &cell->north, t, 0, left);
    walk(fabric, &cell->west, cell->west.n, 0, left);
    close_ring(left);
    walk(fabric, &cell->south, s + 1, cell->south.n, right);
    walk(fabric, &cell->east, 0, cell->east.n, right);
    walk(fabric, &cell->north, cell->north.n, t + 1, right);
    close_ring(right);
    parcel->n_rings = 2;
    parcel->multipart = true;
}

// The same ground, begun elsewhere and run through the other way.
static void turn_round(struct bench_ring *ring, size_t start)
{
    struct bench_ring turned = {.n = ring->n};
    size_t n = ring->n - 1;
    for (size_t i = 0; i < n; i++) {
        turned.points[i] = ring->points[(start + n - i) % n];
    }
    turned.points[n] = turned.points[0];
    *ring = turned;
}

// One cell in nine may be chosen, each with eight that are not; the next one in its row exists.
static enum bench_defect defect_of(const struct bench_fabric *fabric, size_t index)
{
    size_t r = index / fabric->n_columns;
    size_t c = index % fabric->n_columns;
    if (r % 3 != 1 || c % 3 != 1 || c + 1 >= fabric->n_columns || index + 1 >= fabric->n) {
        return BENCH_NONE;
    }
    uint64_t draw = stream(fabric->seed, STREAM_DEFECT, r, c) % 10000;
    for (int d = 1; d < BENCH_N_DEFECTS; d++) {
        uint64_t rate = (uint64_t)bench_defect_rates[d] * 9;
        if (draw < rate) {
            return (enum bench_defect)d;
        }
        draw -= rate;
    }
    return BENCH_NONE;
}

static double ring_area_m2(const struct bench_ring *ring)
{
    double sum = 0.0;
    struct bench_point o = ring->points[0];
    for (size_t i = 1; i + 1 < ring->n; i++) {
        struct bench_point a = ring->points[i];
        struct bench_point b = ring->points[i + 1];
        sum += (double)(a.lon_e8 - o.lon_e8) * (double)(b.lat_e8 - o.lat_e8) -
               (double)(b.lon_e8 - o.lon_e8) * (double)(a.lat_e8 - o.lat_e8);
    }
    return fabs(sum) / 2.0 * 1e-16 * lon_degree_m * lat_degree_m;
}

void bench_parcel_draw(const struct bench_fabric *fabric, size_t row,
                       struct bench_parcel *ret_parcel)
{
    struct cell cell;
    struct bench_parcel *parcel = ret_parcel;
    size_t index = row - 1;
    assert(row >= 1 && row <= fabric->n);
    parcel->defect = defect_of(fabric, index);
    parcel->partner = 0;
    parcel->n_rings = 1;
    parcel->multipart = false;
    parcel->village =
        (unsigned)(index % fabric->n_columns * fabric->n_villages / fabric->n_columns);
    if (parcel->defect == BENCH_DUPLICATE) {
        parcel->defect = BENCH_NONE; // the next row is the copy
    } else if (index % fabric->n_columns > 0 && defect_of(fabric, index - 1) == BENCH_DUPLICATE) {
        parcel->defect = BENCH_DUPLICATE;
        parcel->partner = row - 1;
        index--;
    }
    draw_cell(fabric, index, &cell);
    uint64_t random = stream(fabric->seed, STREAM_DEFECT, index, 1);
    if (parcel->defect == BENCH_OVERLAP) {
        bulge(&cell.east, overlap_m);
    }
    if (parcel->defect == BENCH_SLIVER) {
        bulge(&cell.east, 0.05 + 0.03 * even(&random));
    }
    draw_shell(fabric, &cell, parcel->defect == BENCH_BOW_TIE, parcel->defect == BENCH_SPIKE,
               &parcel->rings[0]);
    parcel->area_m2 = ring_area_m2(&parcel->rings[0]);
    if (parcel->defect == BENCH_EMPTY) {
        parcel->n_rings = 0;
    }
    if (parcel->defect == BENCH_DUPLICATE) {
        turn_round(&parcel->rings[0], parcel->rings[0].n / 3);
    }
    if (parcel->defect == BENCH_HOLE) {
        draw_hole(fabric, &cell, &parcel->rings[1]);
        parcel->area_m2 -= ring_area_m2(&parcel->rings[1]);
        parcel->n_rings = 2;
    }
    if (parcel->defect == BENCH_MULTIPART) {
        draw_parts(fabric, &cell, parcel);
        parcel->area_m2 = ring_area_m2(&parcel->rings[0]) + ring_area_m2(&parcel->rings[1]);
    }
}

static unsigned char *put(unsigned char *at, const void *value, size_t size)
{
    memcpy(at, value, size);
    return at + size;
}

static unsigned char *put_head(unsigned char *at, uint32_t type, uint32_t count)
{
    *at++ = 1;
    at = put(at, &type, sizeof(type));
    return put(at, &count, sizeof(count));
}

size_t bench_parcel_wkb(const struct bench_parcel *parcel, unsigned char *wkb)
{
    enum { POLYGON = 3, MULTI_POLYGON = 6 };
    unsigned char *at = wkb;
    if (parcel->n_rings == 0) {
        return 0;
    }
    at = put_head(at, MULTI_POLYGON, parcel->multipart ? (uint32_t)parcel->n_rings : 1);
    for (size_t r = 0; r < parcel->n_rings; r++) {
        const struct bench_ring *ring = &parcel->rings[r];
        uint32_t n = (uint32_t)ring->n;
        if (r == 0 || parcel->multipart) {
            at = put_head(at, POLYGON, parcel->multipart ? 1 : (uint32_t)parcel->n_rings);
        }
        at = put(at, &n, sizeof(n));
        for (size_t i = 0; i < ring->n; i++) {
            // The division gives the double nearest to the decimal, as a parser would.
            double xy[2] = {(double)ring->points[i].lon_e8 / 1e8,
                            (double)ring->points[i].lat_e8 / 1e8};
            at = put(at, xy, sizeof(xy));
        }
    }
    return (size_t)(at - wkb);
}
