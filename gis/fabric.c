#include "gis/fabric.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "gis/fabric_internal.h"

static enum th_status large_index(struct th_fabric *fabric, struct th_error *err)
{
    size_t n = 0;
    for (size_t i = 0; i < fabric->n; i++) {
        const struct th_ground *ground = fabric->parcels[i].ground;
        n += ground != NULL && ground->n_points > TH_MEET_LARGE;
    }
    if (n == 0) {
        return TH_OK;
    }
    fabric->large = malloc(n * sizeof(*fabric->large));
    if (fabric->large == NULL) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < fabric->n; i++) {
        const struct th_ground *ground = fabric->parcels[i].ground;
        if (ground != NULL && ground->n_points > TH_MEET_LARGE) {
            struct th_fabric_large *large = &fabric->large[fabric->n_large];
            large->position = (uint32_t)i;
            enum th_status status = th_meet_index_new(ground, &large->index, err);
            if (status != TH_OK) {
                return status;
            }
            fabric->n_large++;
        }
    }
    return TH_OK;
}

enum th_status th_fabric_new(const struct th_fabric_parcel *parcels, size_t n,
                             const struct th_overlap_limits *limits, struct th_fabric **ret_fabric,
                             struct th_error *err)
{
    struct th_fabric *fabric = calloc(1, sizeof(*fabric));
    if (fabric == NULL) {
        return th_error_no_memory(err);
    }
    fabric->parcels = parcels;
    fabric->n = n;
    fabric->limits = limits == NULL ? th_overlap_limits_default : *limits;
    enum th_status status = th_tree_fill(&fabric->tree, parcels, n, err);
    if (status == TH_OK) {
        status = large_index(fabric, err);
    }
    if (status != TH_OK) {
        th_fabric_free(fabric);
        return status;
    }
    *ret_fabric = fabric;
    return TH_OK;
}

void th_fabric_free(struct th_fabric *fabric)
{
    if (fabric == NULL) {
        return;
    }
    for (size_t i = 0; i < fabric->n_large; i++) {
        th_meet_index_free(fabric->large[i].index);
    }
    free(fabric->large);
    th_tree_clear(&fabric->tree);
    free(fabric);
}

void th_fabric_keep_unsound(struct th_fabric *fabric)
{
    fabric->keeps_unsound = true;
}

enum th_status th_fabric_probe_new(struct th_fabric_probe **ret_probe, struct th_error *err)
{
    struct th_fabric_probe *probe = calloc(1, sizeof(*probe));
    if (probe == NULL) {
        return th_error_no_memory(err);
    }
    enum th_status status = th_geos_open(&probe->geos, err);
    if (status == TH_OK) {
        status = th_meet_room_new(&probe->room, err);
    }
    if (status == TH_OK) {
        probe->simple = th_simple_room_new();
        status = probe->simple == NULL ? th_error_no_memory(err) : TH_OK;
    }
    if (status != TH_OK) {
        th_fabric_probe_free(probe);
        return status;
    }
    *ret_probe = probe;
    return TH_OK;
}

void th_fabric_probe_free(struct th_fabric_probe *probe)
{
    if (probe != NULL) {
        th_geos_close(&probe->geos);
        th_meet_room_free(probe->room);
        th_simple_room_free(probe->simple);
        free(probe);
    }
}

struct th_meet_side th_fabric_side(const struct th_fabric *fabric, uint32_t position)
{
    struct th_meet_side side = {.ground = fabric->parcels[position].ground};
    if (side.ground->n_points > TH_MEET_LARGE) {
        size_t low = 0;
        size_t high = fabric->n_large - 1;
        while (low < high) {
            size_t middle = (low + high) / 2;
            if (fabric->large[middle].position < position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        side.index = fabric->large[low].index;
    }
    return side;
}

// Area and perimeter of the common ground of two parcels that may meet; no area when they do not.
static enum th_status pair_measure(struct th_fabric_probe *probe, const struct th_meet_side *a,
                                   double a_m2, const struct th_meet_side *b, double b_m2,
                                   struct th_ruler_size *ret_size, struct th_error *err)
{
    struct th_meet_result result;
    enum th_status status = th_meet_test(a, b, probe->room, &result, err);
    if (status != TH_OK) {
        return status;
    }
    switch (result.meet) {
    case TH_MEET_APART:
        *ret_size = (struct th_ruler_size){0, 0};
        return TH_OK;
    case TH_MEET_WITHIN:
        *ret_size = th_ruler_ground(a->ground);
        ret_size->area_m2 = a_m2;
        return TH_OK;
    case TH_MEET_EQUAL: // the first of many copies has been measured already
    case TH_MEET_AROUND:
        if (probe->measured != b->ground) {
            probe->measured = b->ground;
            probe->size = th_ruler_ground(b->ground);
        }
        *ret_size = (struct th_ruler_size){b_m2, probe->size.perimeter_m};
        return TH_OK;
    case TH_MEET_PARTLY:
        if (result.measured) {
            *ret_size = result.size;
            return TH_OK;
        }
        break;
    case TH_MEET_UNKNOWN:
        break;
    }
    status = th_fabric_overlay_allow(probe, &result, a->ground, b->ground, err);
    if (status != TH_OK) {
        return status;
    }
    int64_t x;
    int64_t y;
    GEOSGeometry *common = th_fabric_overlay(&probe->geos, a->ground, b->ground, &x, &y);
    const struct th_overlap_frame frame = {(double)x, (double)y, TH_GROUND_PER_DEGREE};
    if (common == NULL || !th_overlap_polygons_measure(&probe->geos, common, &frame, ret_size)) {
        status =
            th_error_set(err, TH_INTERNAL, "geometry_engine", "detail", probe->geos.message, NULL);
    }
    if (common != NULL) {
        GEOSGeom_destroy_r(probe->geos.context, common);
    }
    return status;
}

// With room for the rounding of the measures, far more than they need.
static bool fits(double common_m2, double parcel_m2)
{
    return common_m2 <= parcel_m2 * (1 + 1e-3) + TH_OVERLAP_NOISE_M2;
}

// Common ground is no larger than either parcel; if it comes out larger, one of them is not valid
// and nothing that was found about them holds. Areas that the caller measured along geodesics may
// be smaller than those along straight edges, by which overlaps are measured.
static enum th_status common_check(const struct th_fabric_parcel *other,
                                   const struct th_ground *ground, double area_m2,
                                   struct th_ruler_size *common, struct th_error *err)
{
    double smaller_m2 = area_m2 < other->area_m2 ? area_m2 : other->area_m2;
    if (common->area_m2 <= smaller_m2) {
        return TH_OK;
    }
    if (!fits(common->area_m2, smaller_m2) &&
        !(fits(common->area_m2, th_ruler_ground(ground).area_m2) &&
          fits(common->area_m2, th_ruler_ground(other->ground).area_m2))) {
        char id[24];
        snprintf(id, sizeof(id), "%" PRId64, other->id);
        return th_error_set(err, TH_INTERNAL, "fabric_unsound", "id", id, NULL);
    }
    common->area_m2 = smaller_m2;
    return TH_OK;
}

void th_fabric_findings_clear(struct th_fabric_findings *findings)
{
    free(findings->items);
    free(findings->positions);
    *findings = (struct th_fabric_findings){0};
}

static bool findings_push(struct th_fabric_findings *findings, uint32_t position,
                          const struct th_overlap_finding *finding)
{
    if (findings->n == findings->capacity) {
        size_t capacity = findings->capacity == 0 ? 16 : 2 * findings->capacity;
        struct th_overlap_finding *items = realloc(findings->items, capacity * sizeof(*items));
        if (items == NULL) {
            return false;
        }
        findings->items = items;
        uint32_t *positions = realloc(findings->positions, capacity * sizeof(*positions));
        if (positions == NULL) {
            return false;
        }
        findings->positions = positions;
        findings->capacity = capacity;
    }
    findings->items[findings->n] = *finding;
    findings->positions[findings->n++] = position;
    findings->n_overlaps += finding->kind >= TH_OVERLAP_AREA;
    return true;
}

// What the parcel at `position` has in common with that of the search.
static enum th_status pair_compare(const struct th_fabric_search *search, uint32_t position,
                                   struct th_overlap_finding *ret_finding, struct th_error *err)
{
    const struct th_fabric *fabric = search->fabric;
    const struct th_fabric_parcel *other = &fabric->parcels[position];
    struct th_meet_side other_side = th_fabric_side(fabric, position);
    struct th_ruler_size common;
    struct th_error problem;
    enum th_status status = pair_measure(search->probe, &other_side, other->area_m2, &search->side,
                                         search->area_m2, &common, &problem);
    if (status == TH_OK) {
        status = common_check(other, search->side.ground, search->area_m2, &common, &problem);
    }
    *ret_finding = (struct th_overlap_finding){.other_id = other->id, .kind = TH_OVERLAP_NONE};
    if ((status == TH_INTERNAL || status == TH_LIMIT) && fabric->keeps_unsound) {
        ret_finding->kind = TH_OVERLAP_UNSOUND;
        return TH_OK;
    }
    if (status != TH_OK) {
        if (err != NULL) {
            *err = problem;
        }
        return status;
    }
    if (common.area_m2 >= TH_OVERLAP_NOISE_M2) {
        *ret_finding = th_overlap_classify(&fabric->limits, other->id, common, search->area_m2,
                                           other->area_m2);
    }
    return TH_OK;
}

enum th_status th_fabric_search(const struct th_fabric_search *search,
                                struct th_fabric_findings *findings, struct th_error *err)
{
    const struct th_fabric *fabric = search->fabric;
    struct th_tree_box box = th_tree_box_of(&fabric->tree, search->side.ground);
    struct th_tree_search places;
    uint32_t leaf;
    uint64_t n_tests = 0;
    search->probe->measured = NULL;
    findings->n = 0;
    findings->n_overlaps = 0;
    findings->more = false;
    th_tree_search_begin(&fabric->tree, &box, &places);
    while (th_tree_search_next(&places, &leaf)) {
        uint32_t position = fabric->tree.order[leaf];
        if (position >= search->limit) {
            continue;
        }
        if (findings->n_overlaps == TH_FABRIC_OVERLAPS_MAX) {
            findings->more = true;
            break;
        }
        n_tests++;
        if (n_tests % 1024 == 0 && search->go_on != NULL && !search->go_on(search->context, 1024)) {
            return th_error_set(err, TH_INTERRUPTED, "interrupted", NULL);
        }
        struct th_overlap_finding finding;
        enum th_status status = pair_compare(search, position, &finding, err);
        if (status != TH_OK) {
            return status;
        }
        if (finding.kind != TH_OVERLAP_NONE && !findings_push(findings, position, &finding)) {
            return th_error_no_memory(err);
        }
    }
    if (search->go_on != NULL && !search->go_on(search->context, n_tests % 1024)) {
        return th_error_set(err, TH_INTERRUPTED, "interrupted", NULL);
    }
    return TH_OK;
}

enum th_status th_fabric_test(const struct th_fabric *fabric, struct th_fabric_probe *probe,
                              const struct th_ground *ground, double area_m2,
                              struct th_overlap_finding **ret_findings, size_t *ret_n,
                              bool *ret_more, struct th_error *err)
{
    struct th_meet_index *index = NULL;
    struct th_fabric_findings findings = {0};
    enum th_status status = TH_OK;
    if (ground->n_points > TH_MEET_LARGE) {
        status = th_meet_index_new(ground, &index, err);
        if (status != TH_OK) {
            return status;
        }
    }
    struct th_fabric_search search = {.fabric = fabric,
                                      .probe = probe,
                                      .side = {ground, index},
                                      .area_m2 = area_m2,
                                      .limit = UINT32_MAX};
    status = th_fabric_search(&search, &findings, err);
    if (status == TH_OK) {
        *ret_findings = NULL;
        *ret_n = findings.n;
        *ret_more = findings.more;
        if (findings.n > 0) {
            qsort(findings.items, findings.n, sizeof(*findings.items), th_overlap_finding_compare);
            *ret_findings = findings.items;
            findings.items = NULL;
        }
    }
    th_fabric_findings_clear(&findings);
    th_meet_index_free(index);
    return status;
}
