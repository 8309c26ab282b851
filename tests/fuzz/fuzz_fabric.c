// A few parcels on a lattice: the fabric finds the same pairs with one thread and with two, asked
// parcel by parcel, and with the parcels in reverse order.
#include <math.h>
#include <stdlib.h>

#include "gis/area.h"
#include "gis/fabric.h"
#include "gis/validity.h"
#include "tests/fuzz/lattice.h"

enum { PARCELS_MAX = 8, STEP_E8 = 1000 }; // 1e-5 degrees, about a metre

struct world {
    struct th_fabric_parcel parcels[PARCELS_MAX];
    size_t n;
};

static void draw(struct fuzz_bytes *bytes, struct world *world)
{
    struct th_validity *validity = NULL;
    enum th_status status = th_validity_new(&validity, NULL);
    assert(status == TH_OK);
    while (bytes->left > 0 && world->n < PARCELS_MAX) {
        struct th_geometry shape = {0};
        struct th_ground *ground = NULL;
        if (!fuzz_lattice_shape(bytes, 3, STEP_E8, &shape)) {
            continue;
        }
        double area_m2 = 0;
        double perimeter_m = 0;
        th_area_geodesic(&th_ellipsoid_cgcs2000, &shape, &area_m2, &perimeter_m);
        // Ground of less than the noise does not even meet itself; no survey lets it through.
        bool kept = area_m2 > 2 * TH_OVERLAP_NOISE_M2 &&
                    th_ground_new(&shape, &ground, NULL) == TH_OK &&
                    th_validity_check_ground(validity, ground, NULL) == TH_OK;
        if (kept) {
            world->parcels[world->n].ground = ground;
            world->parcels[world->n].area_m2 = area_m2;
            world->parcels[world->n].id = (int64_t)world->n + 1;
            world->n++;
        } else {
            th_ground_free(ground);
        }
        th_geometry_clear(&shape);
    }
    th_validity_free(validity);
}

static void join(const struct world *world, unsigned n_threads, struct th_fabric_pairs *ret_pairs)
{
    struct th_fabric *fabric = NULL;
    enum th_status status =
        th_fabric_new(world->parcels, world->n, &th_overlap_limits_default, &fabric, NULL);
    assert(status == TH_OK);
    status = th_fabric_join(fabric, n_threads, NULL, ret_pairs, NULL);
    assert(status == TH_OK && !ret_pairs->cut);
    th_fabric_free(fabric);
}

// Is the pair (a, b) among them, with the same area?
static bool has(const struct th_fabric_pairs *pairs, size_t a, size_t b, double area_m2)
{
    for (size_t i = 0; i < pairs->n; i++) {
        if (pairs->items[i].a == a && pairs->items[i].b == b) {
            return fabs(pairs->items[i].finding.area_m2 - area_m2) <= 1e-6 * (1 + area_m2);
        }
    }
    return false;
}

static void check(const struct world *world)
{
    struct th_fabric_pairs pairs[3] = {{0}};
    struct world reverse = {.n = world->n};
    for (size_t i = 0; i < world->n; i++) {
        reverse.parcels[i] = world->parcels[world->n - 1 - i];
    }
    join(world, 1, &pairs[0]);
    join(world, 2, &pairs[1]);
    join(&reverse, 1, &pairs[2]);
    assert(pairs[0].n == pairs[1].n && pairs[0].n == pairs[2].n);
    for (size_t i = 0; i < pairs[0].n; i++) {
        const struct th_fabric_pair *pair = &pairs[0].items[i];
        const struct th_fabric_parcel *a = &world->parcels[pair->a];
        const struct th_fabric_parcel *b = &world->parcels[pair->b];
        assert(pair->a < pair->b && pair->b < world->n);
        assert(pairs[1].items[i].a == pair->a && pairs[1].items[i].b == pair->b);
        assert(pair->finding.other_id == a->id && pair->finding.kind != TH_OVERLAP_NONE);
        assert(pair->finding.area_m2 <= fmin(a->area_m2, b->area_m2) * (1 + 1e-6) + 1e-6);
        assert(
            has(&pairs[2], world->n - 1 - pair->b, world->n - 1 - pair->a, pair->finding.area_m2));
    }
    for (size_t i = 0; i < 3; i++) {
        free(pairs[i].items);
    }
}

static void check_questions(const struct world *world)
{
    struct th_fabric *fabric = NULL;
    struct th_fabric_probe *probe = NULL;
    struct th_fabric_pairs pairs = {0};
    size_t n_asked = 0;
    bool more = false;
    join(world, 1, &pairs);
    enum th_status status =
        th_fabric_new(world->parcels, world->n, &th_overlap_limits_default, &fabric, NULL);
    assert(status == TH_OK);
    status = th_fabric_probe_new(&probe, NULL);
    assert(status == TH_OK);
    for (size_t i = 0; i < world->n; i++) {
        struct th_overlap_finding *findings = NULL;
        size_t n_findings = 0;
        status = th_fabric_test(fabric, probe, world->parcels[i].ground, world->parcels[i].area_m2,
                                &findings, &n_findings, &more, NULL);
        assert(status == TH_OK && !more);
        n_asked += n_findings;
        free(findings);
    }
    // Every pair is met from both sides, and everybody meets himself.
    assert(n_asked == 2 * pairs.n + world->n);
    free(pairs.items);
    th_fabric_probe_free(probe);
    th_fabric_free(fabric);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {data, size};
    struct world world = {.n = 0};
    draw(&bytes, &world);
    if (world.n > 0) {
        check(&world);
        check_questions(&world);
    }
    for (size_t i = 0; i < world.n; i++) {
        th_ground_free((struct th_ground *)(uintptr_t)world.parcels[i].ground);
    }
    return 0;
}
