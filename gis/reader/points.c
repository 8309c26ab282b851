// From rows with one corner each to the rings of parcels.
#include "gis/reader/points_internal.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "gis/reader/coordinate_internal.h"
#include "gis/reader/rings_internal.h"

// Orders are compared by looking for crossings only for rings that are not long.
enum { ORDER_TEST_MAX = 3000, RING_POINTS_MIN = 3 };

struct corner {
    double x, y;
    size_t row;
    size_t parcel;
    const char *point; // its number; NULL without such a column
    const char *ring;
    const char *fault; // the row cannot be used, and why
    const char *value; // what stands there instead; NULL when nothing does
    bool again;        // the same number at the same place as before
};

// Rows below each other that name the same parcel.
struct run {
    const char *name;
    size_t first, n; // corners
    size_t parcel;
};

struct build {
    const struct th_csv_table *table;
    const struct th_points_plan *plan;
    struct corner *corners;
    size_t n_corners;
    struct run *runs;
    size_t n_runs;
    struct corner *sorted; // by parcel, in the order of the rows
    struct corner *scratch;
    struct th_points out;
};

static const char *cell(const struct build *build, size_t row, int column)
{
    return column == TH_POINTS_NONE ? "" : th_csv_table_cell(build->table, row, (size_t)column);
}

int th_points_compare(const char *a, const char *b)
{
    while (*a != '\0' && *b != '\0') {
        if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
            a += strspn(a, "0");
            b += strspn(b, "0");
            size_t a_size = strspn(a, "0123456789");
            size_t b_size = strspn(b, "0123456789");
            int order = a_size != b_size ? (a_size < b_size ? -1 : 1) : strncmp(a, b, a_size);
            if (order != 0) {
                return order;
            }
            a += a_size;
            b += b_size;
        } else if (*a != *b) {
            return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
        } else {
            a++;
            b++;
        }
    }
    return *a == *b ? 0 : *a == '\0' ? -1 : 1;
}

static void corner_add(struct build *build, size_t row, const char *x, const char *y)
{
    const char *name = cell(build, row, build->plan->parcel);
    struct run *last = build->n_runs == 0 ? NULL : &build->runs[build->n_runs - 1];
    struct corner *corner = &build->corners[build->n_corners];
    *corner = (struct corner){.row = row,
                              .ring = cell(build, row, build->plan->ring),
                              .point = build->plan->point == TH_POINTS_NONE
                                           ? NULL
                                           : cell(build, row, build->plan->point)};
    bool x_fits = th_coordinate_parse(x, &corner->x);
    if (!x_fits || !th_coordinate_parse(y, &corner->y)) {
        corner->value = x_fits || *x == '\0' ? y : x;
        corner->fault = *corner->value == '\0' ? "@points.no_coordinate" : "@points.not_a_number";
    } else if (corner->point != NULL && *corner->point == '\0') {
        corner->fault = "@points.no_number";
    }
    // Merged cells of a spreadsheet leave the name in the first of their rows alone.
    if (last == NULL || (*name != '\0' && strcmp(name, last->name) != 0)) {
        if (*name == '\0') {
            corner->fault = "@points.no_parcel";
        }
        build->runs[build->n_runs++] = (struct run){.name = name, .first = build->n_corners};
        last = &build->runs[build->n_runs - 1];
    }
    last->n++;
    build->n_corners++;
}

// A heading that is repeated on each page, and lines that have nothing to do with corners.
static bool is_beside(const struct build *build, size_t row, const char *x, const char *y)
{
    size_t heading = build->plan->heading;
    return (*x == '\0' && *y == '\0' && *cell(build, row, build->plan->point) == '\0' &&
            *cell(build, row, build->plan->parcel) == '\0') ||
           (*x != '\0' && strcmp(x, cell(build, heading, build->plan->east)) == 0 &&
            strcmp(y, cell(build, heading, build->plan->north)) == 0);
}

static void corners_read(struct build *build)
{
    size_t n = th_csv_table_rows(build->table);
    for (size_t row = build->plan->heading + 1; row < n; row++) {
        const char *x = cell(build, row, build->plan->east);
        const char *y = cell(build, row, build->plan->north);
        if (is_beside(build, row, x, y)) {
            build->out.n_ignored++;
        } else {
            corner_add(build, row, x, y);
        }
    }
}

static int run_compare(const void *left, const void *right)
{
    const struct run *a = left;
    const struct run *b = right;
    int order = strcmp(a->name, b->name);
    return order != 0 ? order : a->first < b->first ? -1 : a->first > b->first ? 1 : 0;
}

static int run_by_corner(const void *left, const void *right)
{
    const struct run *a = left;
    const struct run *b = right;
    return a->first < b->first ? -1 : a->first > b->first ? 1 : 0;
}

// Numbers the parcels by their first rows, and puts their corners together.
static bool corners_gather(struct build *build)
{
    struct run *runs = build->runs;
    size_t n_parcels = 0;
    qsort(runs, build->n_runs, sizeof(*runs), run_compare);
    for (size_t i = 0; i < build->n_runs; i++) {
        bool same = i > 0 && strcmp(runs[i].name, runs[i - 1].name) == 0;
        // For now: the first corner of the parcel, which is a name for it too.
        runs[i].parcel = same ? runs[i - 1].parcel : runs[i].first;
        n_parcels += !same;
    }
    qsort(runs, build->n_runs, sizeof(*runs), run_by_corner);
    size_t *number = calloc(build->n_corners + 1, sizeof(*number));
    size_t *ends = calloc(n_parcels + 1, sizeof(*ends));
    build->out.parcels = calloc(n_parcels + 1, sizeof(*build->out.parcels));
    if (number == NULL || ends == NULL || build->out.parcels == NULL) {
        free(number);
        free(ends);
        return false;
    }
    for (size_t i = 0; i < build->n_runs; i++) {
        if (runs[i].parcel == runs[i].first) {
            number[runs[i].first] = build->out.n_parcels++;
        }
        runs[i].parcel = number[runs[i].parcel];
        ends[runs[i].parcel + 1] += runs[i].n;
    }
    for (size_t i = 0; i < n_parcels; i++) {
        ends[i + 1] += ends[i];
    }
    for (size_t i = 0; i < build->n_runs; i++) {
        for (size_t k = 0; k < runs[i].n; k++) {
            struct corner *corner = &build->corners[runs[i].first + k];
            corner->parcel = runs[i].parcel;
            build->sorted[ends[runs[i].parcel]++] = *corner;
        }
    }
    free(number);
    free(ends);
    return true;
}

static bool same_place(const struct corner *a, const struct corner *b)
{
    return !(a->x < b->x) && !(a->x > b->x) && !(a->y < b->y) && !(a->y > b->y);
}

static int corner_by_number(const void *left, const void *right)
{
    const struct corner *a = left;
    const struct corner *b = right;
    int order = th_points_compare(a->point, b->point);
    return order != 0 ? order : a->row < b->row ? -1 : a->row > b->row ? 1 : 0;
}

static int corner_by_row(const void *left, const void *right)
{
    const struct corner *a = left;
    const struct corner *b = right;
    return a->row < b->row ? -1 : a->row > b->row ? 1 : 0;
}

static bool crosses(const struct build *build, const struct corner *corners, size_t n)
{
    double *xy = build->out.xy + 2 * build->out.n_corners; // room that is filled later
    for (size_t i = 0; i < n; i++) {
        xy[2 * i] = corners[i].x;
        xy[2 * i + 1] = corners[i].y;
    }
    return th_ring_crosses_itself((struct th_ring_points){xy, n});
}

// The number in "J12"; false when there is none, or more than one.
static bool number_of(const char *point, int64_t *ret_number)
{
    return th_text_parse_int(point + strcspn(point, "0123456789"), 0, INT32_MAX, ret_number);
}

// J1 … Jn without a gap: then the rows were shuffled, and the numbers are the order.
static bool is_gapless(const struct corner *sorted, size_t n)
{
    int64_t first;
    int64_t last;
    return number_of(sorted[0].point, &first) && number_of(sorted[n - 1].point, &last) &&
           (uint64_t)(last - first) == n - 1;
}

// Numbers are the order, unless they belong to points that neighbours share and only the order of
// the rows gives a line without crossings. NULL, or why it cannot be said.
static const char *order_choose(const struct build *build, struct corner *corners, size_t n)
{
    bool ascending = true;
    for (size_t i = 1; i < n && ascending; i++) {
        ascending = th_points_compare(corners[i - 1].point, corners[i].point) <= 0;
    }
    if (ascending) {
        return NULL;
    }
    struct corner *sorted = build->scratch;
    memcpy(sorted, corners, n * sizeof(*sorted));
    qsort(sorted, n, sizeof(*sorted), corner_by_number);
    if (n <= ORDER_TEST_MAX) {
        bool rows_cross = crosses(build, corners, n);
        bool numbers_cross = crosses(build, sorted, n);
        if (numbers_cross && !rows_cross) {
            return NULL;
        }
        if (!numbers_cross && !rows_cross && n > RING_POINTS_MIN && !is_gapless(sorted, n)) {
            return "@points.order";
        }
    }
    memcpy(corners, sorted, n * sizeof(*sorted));
    return NULL;
}

// One number, one place. The same corner once more, a closing point for instance, is left out.
// Sorts a copy, so that a long ring costs no more than its sorting.
static const char *numbers_check(const struct build *build, struct corner *corners, size_t *n,
                                 const struct corner **ret_at)
{
    struct corner *sorted = build->scratch;
    bool again = false;
    memcpy(sorted, corners, *n * sizeof(*sorted));
    qsort(sorted, *n, sizeof(*sorted), corner_by_number);
    for (size_t i = 1; i < *n; i++) {
        if (th_points_compare(sorted[i - 1].point, sorted[i].point) != 0) {
            continue;
        }
        if (!same_place(&sorted[i - 1], &sorted[i])) {
            sorted[i].value = sorted[i].point;
            *ret_at = &sorted[i];
            return "@points.repeated";
        }
        struct corner *same = bsearch(&sorted[i], corners, *n, sizeof(*corners), corner_by_row);
        assert(same != NULL);
        same->again = true;
        again = true;
    }
    if (again) {
        size_t kept = 0;
        for (size_t i = 0; i < *n; i++) {
            if (!corners[i].again) {
                corners[kept++] = corners[i];
            }
        }
        *n = kept;
    }
    return NULL;
}

// Why it is no ring, with the corner that shows it; NULL when it is one.
static const char *ring_add(struct build *build, struct corner *corners, size_t n,
                            const struct corner **ret_at)
{
    const char *lost = NULL;
    *ret_at = &corners[0];
    // The first corner once more at the end closes the ring.
    if (n > 1 && same_place(&corners[0], &corners[n - 1])) {
        n--;
    }
    if (n < RING_POINTS_MIN) {
        return "@points.too_few";
    }
    if (corners[0].point != NULL) {
        lost = numbers_check(build, corners, &n, ret_at);
        if (lost == NULL && n < RING_POINTS_MIN) {
            lost = "@points.too_few";
        }
        if (lost == NULL) {
            lost = order_choose(build, corners, n);
        }
    }
    if (lost != NULL) {
        return lost;
    }
    struct th_points *out = &build->out;
    out->rings[out->n_rings++] = (struct th_points_ring){.first = out->n_corners, .n = n};
    for (size_t i = 0; i < n; i++) {
        out->xy[2 * (out->n_corners + i)] = corners[i].x;
        out->xy[2 * (out->n_corners + i) + 1] = corners[i].y;
    }
    out->n_corners += n;
    return NULL;
}

// Where no column tells the rings apart: behind a corner that closes a ring begins the next.
static size_t ring_end(const struct corner *corners, size_t n)
{
    for (size_t i = RING_POINTS_MIN; i < n; i++) {
        if (same_place(&corners[0], &corners[i]) &&
            (corners[0].point == NULL || strcmp(corners[0].point, corners[i].point) == 0)) {
            return i + 1;
        }
    }
    return n;
}

static int corner_by_ring(const void *left, const void *right)
{
    const struct corner *a = left;
    const struct corner *b = right;
    int order = th_points_compare(a->ring, b->ring);
    return order != 0 ? order : a->row < b->row ? -1 : a->row > b->row ? 1 : 0;
}

static size_t ring_size(const struct build *build, const struct corner *corners, size_t n)
{
    size_t size = 1;
    if (build->plan->ring == TH_POINTS_NONE) {
        return ring_end(corners, n);
    }
    while (size < n && th_points_compare(corners[0].ring, corners[size].ring) == 0) {
        size++;
    }
    return size;
}

static void parcel_lose(struct th_points_parcel *parcel, const char *why, const struct corner *at)
{
    parcel->lost = why;
    parcel->row = at->row;
    parcel->value = at->value;
}

static void parcel_build(struct build *build, struct corner *corners, size_t n)
{
    struct th_points *out = &build->out;
    struct th_points_parcel *parcel = &out->parcels[corners[0].parcel];
    size_t n_corners_before = out->n_corners;
    *parcel = (struct th_points_parcel){
        .row = corners[0].row, .first_row = corners[0].row, .first_ring = out->n_rings};
    for (size_t i = 0; i < n; i++) {
        if (corners[i].fault != NULL) {
            parcel_lose(parcel, corners[i].fault, &corners[i]);
            return;
        }
    }
    if (build->plan->ring != TH_POINTS_NONE) {
        qsort(corners, n, sizeof(*corners), corner_by_ring);
    }
    for (size_t begin = 0, size = 0; begin < n && parcel->lost == NULL; begin += size) {
        const struct corner *at;
        size = ring_size(build, corners + begin, n - begin);
        const char *lost = ring_add(build, corners + begin, size, &at);
        if (lost == NULL && out->n_rings - parcel->first_ring > TH_RINGS_MAX) {
            lost = "@points.too_many_rings";
        }
        if (lost != NULL) {
            parcel_lose(parcel, lost, at);
        }
    }
    if (parcel->lost != NULL) {
        out->n_rings = parcel->first_ring;
        out->n_corners = n_corners_before;
    }
    parcel->n_rings = out->n_rings - parcel->first_ring;
}

static int parcel_by_row(const void *left, const void *right)
{
    const struct th_points_parcel *a = left;
    const struct th_points_parcel *b = right;
    return a->row < b->row ? -1 : a->row > b->row ? 1 : 0;
}

static bool parcels_build(struct build *build)
{
    size_t n = build->n_corners;
    build->sorted = calloc(n + 1, sizeof(*build->sorted));
    if (build->sorted == NULL || !corners_gather(build)) {
        return false;
    }
    // Not needed any more beside the sorted ones.
    build->scratch = build->corners;
    build->out.rings = calloc(n / RING_POINTS_MIN + 1, sizeof(*build->out.rings));
    build->out.xy = calloc(n + 1, 2 * sizeof(*build->out.xy));
    if (build->out.rings == NULL || build->out.xy == NULL) {
        return false;
    }
    for (size_t begin = 0, end = 0; begin < n; begin = end) {
        for (end = begin + 1;
             end < n && build->sorted[end].parcel == build->sorted[begin].parcel;) {
            end++;
        }
        parcel_build(build, build->sorted + begin, end - begin);
    }
    // A lost parcel stands at the row at fault.
    qsort(build->out.parcels, build->out.n_parcels, sizeof(*build->out.parcels), parcel_by_row);
    return true;
}

enum th_status th_points_build(const struct th_csv_table *table, const struct th_points_plan *plan,
                               struct th_points *ret_points, struct th_error *err)
{
    size_t n_rows = th_csv_table_rows(table);
    struct build build = {.table = table, .plan = plan};
    build.corners = calloc(n_rows + 1, sizeof(*build.corners));
    build.runs = calloc(n_rows + 1, sizeof(*build.runs));
    bool done = build.corners != NULL && build.runs != NULL;
    if (done) {
        corners_read(&build);
        done = parcels_build(&build);
    }
    free(build.corners);
    free(build.runs);
    free(build.sorted);
    if (!done) {
        th_points_clear(&build.out);
        return th_error_no_memory(err);
    }
    *ret_points = build.out;
    return TH_OK;
}

void th_points_clear(struct th_points *points)
{
    free(points->parcels);
    free(points->rings);
    free(points->xy);
    *points = (struct th_points){0};
}
