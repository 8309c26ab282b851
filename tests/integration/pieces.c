#include "tests/integration/pieces.h"

#include <stdlib.h>

#include "tests/support/support.h"

static uint64_t cells_of(struct th_store *store, const struct cells *grid, int64_t parcel_id,
                         int64_t version)
{
    struct th_geometry shape = {0};
    struct th_error err;
    unsigned char *wkb = NULL;
    size_t size = 0;
    assert_ok(th_parcel_geometry_load(store, parcel_id, version, &wkb, &size, &err), &err);
    assert_ok(th_geometry_from_wkb(wkb, size, &shape, &err), &err);
    free(wkb);
    uint64_t cells = cells_under(grid, &shape);
    th_geometry_clear(&shape);
    return cells;
}

void piece_load(struct th_store *store, const struct cells *grid, int64_t parcel_id,
                int64_t version, struct piece *piece)
{
    struct th_parcel_record record;
    struct th_error err;
    assert_ok(th_parcel_load(store, parcel_id, version, &record, &err), &err);
    if (piece->id != parcel_id || piece->version != record.version) {
        piece->cells = cells_of(store, grid, parcel_id, version);
    }
    piece->id = parcel_id;
    piece->version = record.version;
    piece->measured_m2 = th_area_m2(record.measured);
    piece->sliver_m2 = th_area_m2(record.sliver);
    piece->retired = record.retired_on.year != 0;
    piece->retired_year = record.retired_on.year;
}

size_t pieces_overcounted(const struct cells *grid, const struct piece *const *pieces, size_t n,
                          uint64_t taken, double slack_m2, double slack)
{
    static uint64_t cells[1 << PIECES_MAX];
    static double sum_m2[1 << PIECES_MAX];
    assert_true(n <= PIECES_MAX);
    for (size_t set = 1; set < (size_t)1 << n; set++) {
        size_t last = 0;
        while (set >> (last + 1) != 0) {
            last++;
        }
        size_t rest = set & ~((size_t)1 << last);
        const struct piece *p = pieces[last];
        double counted_m2 = p->measured_m2 - p->sliver_m2;
        cells[set] = (rest == 0 ? 0 : cells[rest]) | (p->cells & ~taken);
        sum_m2[set] =
            (rest == 0 ? 0 : sum_m2[rest]) + counted_m2 - slack_m2 - slack * p->measured_m2;
        if (sum_m2[set] > cells_m2(grid, cells[set])) {
            return set;
        }
    }
    return 0;
}
