#include "tests/integration/ground_world.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "store/estimate/package_store.h"

void world_note(struct world *w, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int used = vsnprintf(w->log + w->logged, sizeof(w->log) - w->logged, format, args);
    va_end(args);
    w->logged += used > 0 && w->logged + (size_t)used < sizeof(w->log) ? (size_t)used : 0;
}

void world_tell(struct world *w, const char *step, enum th_status status,
                const struct th_error *err)
{
    const char *how = status == TH_OK ? "done" : err->key;
    tally_count(w->tally, step, how);
    world_note(w, " -> %s\n", how);
}

uint64_t world_chance(struct world *w, uint64_t below)
{
    return cells_chance(&w->seed, below);
}

void world_broken(struct world *w, const char *what)
{
    print_message("%s\n", w->log);
    for (size_t i = 0; i < w->n; i++) {
        print_message("  parcel %d v%d%s: %.2f m2 less %.2f, cells %016llx\n",
                      (int)(w->parcels[i].id - w->first), (int)w->parcels[i].version,
                      w->parcels[i].retired ? " (retired)" : "", w->parcels[i].measured_m2,
                      w->parcels[i].sliver_m2, (unsigned long long)w->parcels[i].cells);
    }
    fail_msg("%s", what);
}

struct piece *world_piece(struct world *w, int64_t parcel_id)
{
    return &w->parcels[parcel_id - w->first - 1];
}

double piece_counted_m2(const struct piece *p)
{
    return p->measured_m2 - p->sliver_m2;
}

// No set of these parcels counts more than its cells measure, less those that are taken; `slack`
// is the share of each that may be counted twice.
static void check_sets(struct world *w, const struct piece *const *pieces, size_t n, uint64_t taken,
                       double slack, const char *what)
{
    size_t set = pieces_overcounted(&w->grid, pieces, n, taken, WORLD_NOISE_M2, slack);
    for (size_t i = 0; i < n; i++) {
        if (set >> i & 1) {
            print_message("  of the set: %d\n", (int)(pieces[i]->id - w->first));
        }
    }
    if (set != 0) {
        world_broken(w, what);
    }
}

void world_look(struct world *w)
{
    struct th_store *store = th_registry_store(w->f->registry);
    int64_t last = 0;
    int64_t version = 0;
    struct th_error err;
    assert_ok(th_parcel_heads(store, &last, &version, &err), &err);
    for (int64_t id = w->first + 1; id <= last; id++) {
        assert_true(id - w->first <= MAX_PARCELS);
        struct piece *p = world_piece(w, id);
        version = p->version;
        piece_load(store, &w->grid, id, 0, p);
        if (p->version == version) {
            continue;
        }
        if (p->n_ever < PIECE_VERSIONS) {
            p->ever[p->n_ever++] = p->cells;
        }
        if (fabs(p->measured_m2 - cells_m2(&w->grid, p->cells)) > WORLD_NOISE_M2) {
            world_broken(w, "a parcel is not its cells");
        }
        if (p->sliver_m2 < 0 || p->sliver_m2 > p->measured_m2) {
            world_broken(w, "more is taken off a parcel than it is");
        }
    }
    w->n = (size_t)(last - w->first);
}

size_t world_standing(struct world *w, const struct piece **pieces)
{
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++) {
        if (!w->parcels[i].retired) {
            if (pieces != NULL && n < MAX_STANDING) {
                pieces[n] = &w->parcels[i];
            }
            n++;
        }
    }
    return n;
}

void world_check(struct world *w)
{
    const struct piece *pieces[MAX_STANDING];
    world_look(w);
    size_t n = world_standing(w, pieces);
    check_sets(w, pieces, n < MAX_STANDING ? n : MAX_STANDING, 0, 0,
               "registered ground counts twice");
    for (int year = FIRST_YEAR; year < FIRST_YEAR + N_YEARS; year++) {
        const struct piece *packaged[MAX_STANDING];
        n = 0;
        for (size_t k = 0; k < w->n_packages; k++) {
            const struct bundle *b = &w->packages[k];
            if (strchr("svi", b->state) == NULL || b->from > year || b->to < year) {
                continue;
            }
            for (size_t i = 0; i < b->n; i++) {
                const struct piece *p = &b->held[i];
                const struct piece *now = world_piece(w, b->parcels[i]);
                for (size_t j = 0; j < n; j++) {
                    if (packaged[j]->id == p->id) {
                        world_broken(w, "a parcel is packaged twice");
                    }
                }
                if (now->retired && now->retired_year <= b->to) {
                    world_broken(w, "a packaged parcel was retired in its years");
                }
                if (n < MAX_STANDING) {
                    packaged[n++] = p;
                }
            }
        }
        check_sets(w, packaged, n, 0, 0.01, "packaged ground counts twice");
    }
}

uint64_t world_schemes_in(const struct world *w, int from, int to)
{
    uint64_t cells = 0;
    for (size_t i = 0; i < w->n_schemes; i++) {
        if (w->schemes[i].from <= to && w->schemes[i].to >= from) {
            cells |= w->schemes[i].cells;
        }
    }
    return cells;
}

struct holding {
    struct world *w;
    struct bundle *b;
};

static bool hold(void *context, int64_t parcel_id, int64_t version)
{
    const struct holding *h = context;
    for (size_t i = 0; i < h->b->n; i++) {
        if (h->b->parcels[i] == parcel_id) {
            piece_load(th_registry_store(h->w->f->registry), &h->w->grid, parcel_id, version,
                       &h->b->held[i]);
        }
    }
    return true;
}

void world_check_package(struct world *w, struct bundle *b)
{
    const struct piece *pieces[MAX_TOGETHER];
    struct holding h = {w, b};
    struct th_error err;
    world_look(w);
    assert_ok(th_package_parcel_each(th_registry_store(w->f->registry), b->id, hold, &h, &err),
              &err);
    for (size_t i = 0; i < b->n; i++) {
        pieces[i] = &b->held[i];
    }
    check_sets(w, pieces, b->n, world_schemes_in(w, b->from, b->to), 0.01,
               "packaged ground is under another scheme");
}
