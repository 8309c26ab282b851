// Was the shift of a phone's map rightly claimed? Whoever says --offset of a file that has none
// moves its parcels half a kilometre away, where they overlap nothing: registered ground would be
// registered once more. The file's own coordinates tell: a row that is a registered parcel as it
// stands, corner by corner, cannot need a shift taken off.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gis/offset.h"
#include "registry/intake/parcel_internal.h"

// In 1e-8°: programs write six decimals.
enum { CORNER_MISS = 60 };

struct corner {
    int64_t x, y; // 1e-8°
};

struct claiming {
    const struct th_staged_row *row;
    struct corner *corners; // of the row, as they stand in the file
    size_t n_corners, capacity;
    int64_t twin; // 0: none
    enum th_status status;
    struct th_error err;
};

static struct th_xy as_in_file(enum th_offset offset, struct th_xy place)
{
    struct th_xy gcj02 = th_offset_to_gcj02(place);
    return offset == TH_OFFSET_BD09 ? th_offset_to_bd09(gcj02) : gcj02;
}

static enum th_status corners_make(struct claiming *c, enum th_offset offset,
                                   struct th_box *ret_box, struct th_error *err)
{
    const struct th_ground *ground = c->row->ground;
    struct th_box box = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    if (ground->n_points > c->capacity) {
        struct corner *grown = realloc(c->corners, ground->n_points * sizeof(*grown));
        if (grown == NULL) {
            return th_error_no_memory(err);
        }
        c->corners = grown;
        c->capacity = ground->n_points;
    }
    c->n_corners = ground->n_points;
    for (size_t i = 0; i < c->n_corners; i++) {
        struct th_xy place = {(double)(ground->origin_x + ground->points[i].x) / 1e8,
                              (double)(ground->origin_y + ground->points[i].y) / 1e8};
        place = as_in_file(offset, place);
        c->corners[i] = (struct corner){llround(place.x * 1e8), llround(place.y * 1e8)};
        box = (struct th_box){fmin(box.west, place.x), fmin(box.south, place.y),
                              fmax(box.east, place.x), fmax(box.north, place.y)};
    }
    *ret_box = box;
    return TH_OK;
}

static int corner_compare(const void *a, const void *b)
{
    const struct corner *left = a;
    const struct corner *right = b;
    return (left->x > right->x) - (left->x < right->x);
}

static bool has_corner(const struct corner *sorted, size_t n, const struct corner *corner)
{
    size_t low = 0;
    size_t high = n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (sorted[middle].x < corner->x - CORNER_MISS) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (; low < n && sorted[low].x <= corner->x + CORNER_MISS; low++) {
        if (llabs(sorted[low].y - corner->y) <= CORNER_MISS) {
            return true;
        }
    }
    return false;
}

// Rings may begin elsewhere and come in another order once they are moved, so each corner is looked
// for by its place.
static enum th_status is_twin(const struct claiming *c, const struct th_ground *other,
                              bool *ret_twin, struct th_error *err)
{
    const struct th_ground *ground = c->row->ground;
    bool twin = ground->n_points == other->n_points && ground->n_rings == other->n_rings &&
                ground->n_polygons == other->n_polygons;
    *ret_twin = false;
    if (!twin) {
        return TH_OK;
    }
    struct corner *sorted = calloc(other->n_points, sizeof(*sorted));
    if (sorted == NULL) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < other->n_points; i++) {
        sorted[i] = (struct corner){other->origin_x + other->points[i].x,
                                    other->origin_y + other->points[i].y};
    }
    qsort(sorted, other->n_points, sizeof(*sorted), corner_compare);
    for (size_t i = 0; twin && i < c->n_corners; i++) {
        twin = has_corner(sorted, other->n_points, &c->corners[i]);
    }
    free(sorted);
    *ret_twin = twin;
    return TH_OK;
}

static bool registered_visit(void *context, const struct th_parcel_stand *stand)
{
    struct claiming *c = context;
    const struct th_parcel_record *record = &stand->record;
    struct th_ground *ground = NULL;
    bool twin = false;
    // A row may bring its own parcel home.
    if (stand->until.year != 0 || record->parcel_id == c->row->parcel_id) {
        return true;
    }
    enum th_status status = th_ground_from_wkb(stand->wkb, stand->wkb_size, &ground, &c->err);
    if (status == TH_UNREADABLE || status == TH_DATA_PROBLEM) {
        return true; // the comparison names it to the rows beside it
    }
    if (status == TH_OK) {
        status = is_twin(c, ground, &twin, &c->err);
    }
    th_ground_free(ground);
    c->status = status;
    c->twin = twin ? record->parcel_id : 0;
    return status == TH_OK && !twin;
}

static void refuse(struct th_import_run *run, struct th_staged_row *row, int64_t twin)
{
    bool is_bd09 = run->how.offset == TH_OFFSET_BD09;
    struct th_error what;
    (void)th_error_set(&what, TH_DATA_PROBLEM, "offset_disproved", "map",
                       is_bd09 ? "@offset.bd09" : "@offset.gcj02", NULL);
    th_error_add_int(&what, "other", twin);
    th_problems_add(&run->resolved, row->row, row->feature, TH_PROBLEM_ERROR, NULL, &what);
    row->fate = TH_ROW_REFUSED;
}

enum th_status th_import_shift_claim_check(struct th_import_run *run, struct th_error *err)
{
    struct claiming c = {.status = TH_OK};
    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && i < run->n_rows; i++) {
        struct th_staged_row *row = &run->rows[i];
        struct th_box box = {0};
        if (row->ground == NULL || row->fate != TH_ROW_PENDING || !th_offset_applies(row->middle)) {
            continue;
        }
        c.row = row;
        c.twin = 0;
        status = corners_make(&c, run->how.offset, &box, err);
        const struct th_parcel_box there = {box.west, box.south, box.east, box.north, {0}};
        if (status == TH_OK) {
            status = th_parcel_box_each(run->store, &there, registered_visit, &c, err);
        }
        if (status == TH_OK && c.status != TH_OK) {
            status = c.status;
            if (err != NULL) {
                *err = c.err;
            }
        }
        if (status == TH_OK && c.twin != 0) {
            refuse(run, row, c.twin);
        }
    }
    free(c.corners);
    return status;
}
