#include "gis/crs.h"

#include <ctype.h>
#include <math.h>
#include <proj.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "gis/crs_internal.h"

enum {
    IDENTIFY_CONFIDENCE_MIN = 90, // per cent; PROJ's guesses for local systems are 25 to 70
    DEFINITION_SIZE_MAX = 64 * 1024,
    OPERATION_SIZE = 512,
    CODE_DIGITS_MAX = 6,
    EDGE_POINTS = 21, // per side of a box that is transformed
    ZONE_CODE_FIRST = 4534,
    ZONE_MERIDIAN_FIRST_DEG = 75,
    ZONE_COUNT = 21
};

static const char OWN_CODE[] = "EPSG:4490";
static const char OWN_NAME[] = "China Geodetic Coordinate System 2000";
static const char OWN_OPERATION[] = "EPSG:4490 (identity)";

// In units of the source, mostly metres.
static const double return_tolerance = 1;
static const double return_tolerance_deg = 1e-5; // about a metre, as heights are left out
// A shape of up to this size is near all of its outermost points.
static const double near_span_m = 1e5;
static const double near_span_deg = 1;

struct th_crs_transform {
    PJ_CONTEXT *context;
    PJ *operation;
    PJ *shift; // after it, from the old datum to CGCS2000; NULL where there is none to take off
    PJ_DIRECTION direction;
    bool source_geographic;
    bool identity;
    char code[32];
    char name[TH_CRS_NAME_SIZE];
    char description[OPERATION_SIZE];
};

// What is known of a declared system while the operation is looked for.
struct system {
    PJ *horizontal; // without vertical part
    PJ *geodetic;   // its base
    PJ *datum;
    bool cgcs2000;
    const char *closed; // message key: its parameters are not public; else NULL
    double semi_major_m, inverse_flattening;
};

static void message_drop(void *user_data, int level, const char *message)
{
    (void)user_data;
    (void)level;
    (void)message;
}

static void system_clear(struct system *system)
{
    proj_destroy(system->horizontal);
    proj_destroy(system->geodetic);
    proj_destroy(system->datum);
    *system = (struct system){0};
}

void th_crs_transform_free(struct th_crs_transform *transform)
{
    if (transform == NULL) {
        return;
    }
    proj_destroy(transform->shift);
    proj_destroy(transform->operation);
    proj_context_destroy(transform->context);
    free(transform);
}

static enum th_status unsupported(const char *reason, const char *name, struct th_error *err)
{
    return th_error_set(err, TH_DATA_PROBLEM, "crs_unsupported", "reason", reason, "crs", name,
                        NULL);
}

// Lower-case letters and digits of `text`: "D_Beijing_1954" and "Beijing 1954" become alike.
static void name_fold(const char *text, char *folded, size_t size)
{
    size_t n = 0;
    for (; text != NULL && *text != '\0' && n + 1 < size; text++) {
        if (isalnum((unsigned char)*text)) {
            folded[n++] = (char)tolower((unsigned char)*text);
        }
    }
    folded[n] = '\0';
}

static bool name_has(const PJ *object, const char *const *parts)
{
    char folded[TH_CRS_NAME_SIZE];
    name_fold(object == NULL ? NULL : proj_get_name(object), folded, sizeof(folded));
    for (; *parts != NULL; parts++) {
        if (strstr(folded, *parts) != NULL) {
            return true;
        }
    }
    return false;
}

// Also by the name of the system itself, since a file may name its datum carelessly.
static bool datum_is(const struct system *system, const char *epsg_code, const char *const *names)
{
    const char *authority = system->datum == NULL ? NULL : proj_get_id_auth_name(system->datum, 0);
    if (authority != NULL && strcmp(authority, "EPSG") == 0) {
        return strcmp(proj_get_id_code(system->datum, 0), epsg_code) == 0;
    }
    return name_has(system->datum, names) || name_has(system->geodetic, names) ||
           name_has(system->horizontal, names);
}

// The system of the EPSG register that `crs` is, or NULL.
static PJ *identify(PJ_CONTEXT *context, const PJ *crs)
{
    int *confidences = NULL;
    PJ *found = NULL;
    PJ_OBJ_LIST *list = proj_identify(context, crs, "EPSG", NULL, &confidences);
    // Best first.
    if (list != NULL && proj_list_get_count(list) > 0 && confidences != NULL &&
        confidences[0] >= IDENTIFY_CONFIDENCE_MIN) {
        found = proj_list_get(context, list, 0);
    }
    proj_int_list_destroy(confidences);
    proj_list_destroy(list);
    return found;
}

// Replaces *object by `next`, which may be NULL.
static void object_replace(PJ **object, PJ *next)
{
    proj_destroy(*object);
    *object = next;
}

// Takes away what does not concern places on a map: parameters bound to the system, heights.
static void horizontal_reduce(PJ_CONTEXT *context, PJ **crs)
{
    for (int depth = 0; *crs != NULL && depth < 4; depth++) {
        PJ_TYPE type = proj_get_type(*crs);
        if (type == PJ_TYPE_BOUND_CRS) {
            object_replace(crs, proj_get_source_crs(context, *crs));
        } else if (type == PJ_TYPE_COMPOUND_CRS) {
            object_replace(crs, proj_crs_get_sub_crs(context, *crs, 0));
        } else {
            break;
        }
    }
}

static bool is_geographic(PJ_TYPE type)
{
    return type == PJ_TYPE_GEOGRAPHIC_2D_CRS || type == PJ_TYPE_GEOGRAPHIC_3D_CRS;
}

// NULL when the kind of system can hold parcels, else the key of the reason.
static const char *type_refusal(const PJ *crs)
{
    PJ_TYPE type = proj_get_type(crs);
    if (is_geographic(type) || type == PJ_TYPE_PROJECTED_CRS) {
        return NULL;
    }
    if (type == PJ_TYPE_ENGINEERING_CRS) {
        return "@crs.engineering";
    }
    if (type == PJ_TYPE_VERTICAL_CRS || type == PJ_TYPE_GEOCENTRIC_CRS ||
        type == PJ_TYPE_TEMPORAL_CRS) {
        return "@crs.not_horizontal";
    }
    return "@crs.unknown";
}

static void ellipsoid_read(PJ_CONTEXT *context, struct system *system)
{
    PJ *ellipsoid = proj_get_ellipsoid(context, system->geodetic);
    if (ellipsoid != NULL) {
        proj_ellipsoid_get_parameters(context, ellipsoid, &system->semi_major_m, NULL, NULL,
                                      &system->inverse_flattening);
        proj_destroy(ellipsoid);
    }
}

// Does the system stand on the ellipsoid that belongs to its datum?
static bool stands_on(const struct system *system, double semi_major_m, double inverse_flattening,
                      double tolerance)
{
    return fabs(system->semi_major_m - semi_major_m) < 0.01 &&
           fabs(system->inverse_flattening - inverse_flattening) < tolerance;
}

// NULL when the datum is one that operations may be looked up for, or that the user's parameters
// are meant for (system->closed).
static const char *datum_refusal(PJ_CONTEXT *context, struct system *system, bool parameters)
{
    static const char *const beijing[] = {"beijing1954", "beijing54", "bj54", NULL};
    static const char *const xian[] = {"xian1980", "xian80", NULL};
    static const char *const cgcs2000[] = {"china2000", "cgcs2000", "coordinatesystem2000", NULL};
    ellipsoid_read(context, system);
    bool is_beijing = datum_is(system, "6214", beijing);
    if (is_beijing || datum_is(system, "6610", xian)) {
        system->closed = is_beijing ? "@crs.beijing54" : "@crs.xian80";
        if (!parameters) {
            return system->closed;
        }
        // IAG 1975 is written with 298.257 and with more digits; 1e-4 is 0.1 mm on the ground.
        bool as_named = is_beijing ? stands_on(system, 6378245, 298.3, 1e-4)
                                   : stands_on(system, 6378140, 298.257, 3e-4);
        return as_named ? NULL : "@crs.unknown";
    }
    if (datum_is(system, "1043", cgcs2000)) {
        system->cgcs2000 = stands_on(system, TH_CGCS2000_A_M, TH_CGCS2000_RF, 1e-6);
        return system->cgcs2000 ? NULL : "@crs.unknown";
    }
    if (system->datum != NULL && proj_get_id_code(system->datum, 0) != NULL) {
        return NULL;
    }
    PJ *known = identify(context, system->geodetic);
    if (known == NULL) {
        return "@crs.unknown";
    }
    proj_destroy(known);
    return NULL;
}

static PJ *definition_read(PJ_CONTEXT *context, const char *definition)
{
    char code[32];
    size_t size = strlen(definition);
    if (size > 0 && size <= CODE_DIGITS_MAX && strspn(definition, "0123456789") == size) {
        snprintf(code, sizeof(code), "EPSG:%s", definition);
        definition = code;
    }
    // PROJ would also search its names for any other word, and guess.
    bool is_definition =
        size <= DEFINITION_SIZE_MAX && (definition[0] == '+' || strpbrk(definition, "[{:") != NULL);
    PJ *crs = is_definition ? proj_create(context, definition) : NULL;
    if (crs != NULL && !proj_is_crs(crs)) {
        proj_destroy(crs);
        crs = NULL;
    }
    return crs;
}

// Reads `definition` into *system and names it in *transform.
static enum th_status system_read(struct th_crs_transform *transform, const char *definition,
                                  bool parameters, struct system *system, struct th_error *err)
{
    PJ_CONTEXT *context = transform->context;
    system->horizontal = definition_read(context, definition);
    if (system->horizontal == NULL) {
        return unsupported("@crs.unknown", definition, err);
    }
    th_text_copy(transform->name, sizeof(transform->name), proj_get_name(system->horizontal));
    horizontal_reduce(context, &system->horizontal);
    if (system->horizontal == NULL) {
        return unsupported("@crs.unknown", transform->name, err);
    }
    const char *refusal = type_refusal(system->horizontal);
    if (refusal != NULL) {
        return unsupported(refusal, transform->name, err);
    }
    PJ *known = identify(context, system->horizontal);
    if (known != NULL) {
        object_replace(&system->horizontal, known);
        snprintf(transform->code, sizeof(transform->code), "EPSG:%s", proj_get_id_code(known, 0));
        th_text_copy(transform->name, sizeof(transform->name), proj_get_name(known));
    }
    transform->source_geographic = is_geographic(proj_get_type(system->horizontal));
    system->geodetic = proj_crs_get_geodetic_crs(context, system->horizontal);
    if (system->geodetic == NULL) {
        return unsupported("@crs.unknown", transform->name, err);
    }
    system->datum = proj_crs_get_datum_forced(context, system->geodetic);
    refusal = datum_refusal(context, system, parameters);
    return refusal == NULL ? TH_OK : unsupported(refusal, transform->name, err);
}

// Extent in longitude, latitude of the source's own datum: precise enough to choose by area of use.
static bool extent_locate(PJ_CONTEXT *context, const struct system *system,
                          const struct th_box *extent, struct th_box *ret_box)
{
    if (extent == NULL) {
        return false;
    }
    bool located = false;
    PJ *raw =
        proj_create_crs_to_crs_from_pj(context, system->horizontal, system->geodetic, NULL, NULL);
    PJ *to_degrees = raw == NULL ? NULL : proj_normalize_for_visualization(context, raw);
    struct th_box box;
    if (to_degrees != NULL &&
        proj_trans_bounds(context, to_degrees, PJ_FWD, extent->west, extent->south, extent->east,
                          extent->north, &box.west, &box.south, &box.east, &box.north,
                          EDGE_POINTS) &&
        fabs(box.west) <= 180 && fabs(box.east) <= 180 && fabs(box.south) <= 90 &&
        fabs(box.north) <= 90) {
        *ret_box = box;
        located = true;
    }
    proj_destroy(to_degrees);
    proj_destroy(raw);
    return located;
}

// Where an operation must be of use.
struct reach {
    const struct th_box *area; // degrees; NULL: anywhere
    bool partly;               // in some of it, else in all of it
};

// The best operation between two systems, axes in the order of maps; NULL when there is none.
static PJ *operation_find(PJ_CONTEXT *context, const PJ *source, const PJ *target,
                          bool allow_ballpark, struct reach reach)
{
    PJ *result = NULL;
    PJ_OBJ_LIST *list = NULL;
    PJ_OPERATION_FACTORY_CONTEXT *factory = proj_create_operation_factory_context(context, NULL);
    if (factory == NULL) {
        return NULL;
    }
    proj_operation_factory_context_set_allow_ballpark_transformations(context, factory,
                                                                      allow_ballpark);
    // A grid that is not installed must not be counted on.
    proj_operation_factory_context_set_grid_availability_use(
        context, factory, PROJ_GRID_AVAILABILITY_DISCARD_OPERATION_IF_MISSING_GRID);
    proj_operation_factory_context_set_spatial_criterion(
        context, factory,
        reach.area != NULL && !reach.partly ? PROJ_SPATIAL_CRITERION_STRICT_CONTAINMENT
                                            : PROJ_SPATIAL_CRITERION_PARTIAL_INTERSECTION);
    if (reach.area != NULL) {
        proj_operation_factory_context_set_area_of_interest(context, factory, reach.area->west,
                                                            reach.area->south, reach.area->east,
                                                            reach.area->north);
    }
    list = proj_create_operations(context, source, target, factory);
    for (int i = 0; list != NULL && result == NULL && i < proj_list_get_count(list); i++) {
        PJ *candidate = proj_list_get(context, list, i);
        if (candidate == NULL) {
            continue;
        }
        bool usable =
            allow_ballpark || !proj_coordoperation_has_ballpark_transformation(context, candidate);
        if (usable) {
            result = proj_normalize_for_visualization(context, candidate);
        }
        proj_destroy(candidate);
    }
    proj_list_destroy(list);
    proj_operation_factory_context_destroy(factory);
    return result;
}

static void operation_describe(struct th_crs_transform *transform, bool by_wgs84)
{
    const char *identity = by_wgs84 ? " + EPSG:4326 = EPSG:4490 (identity)" : "";
    PJ_PROJ_INFO info = proj_pj_info(transform->operation);
    const char *name = info.description == NULL ? "" : info.description;
    if (info.accuracy >= 0) {
        snprintf(transform->description, sizeof(transform->description), "%.400s (%g m)%s", name,
                 info.accuracy, identity);
    } else {
        snprintf(transform->description, sizeof(transform->description), "%.400s%s", name,
                 identity);
    }
}

static enum th_status operation_choose(struct th_crs_transform *transform,
                                       const struct system *system, const struct th_box *extent,
                                       struct th_error *err)
{
    PJ_CONTEXT *context = transform->context;
    struct th_box area;
    bool located = !system->cgcs2000 && extent_locate(context, system, extent, &area);
    PJ *target = proj_create(context, system->cgcs2000 ? "EPSG:4490" : "EPSG:4326");
    if (target == NULL) {
        return th_error_set(err, TH_INTERNAL, "crs_database", NULL);
    }
    // On CGCS2000 there is no change of datum to guess: what PROJ calls ballpark is exact then.
    if (located) {
        transform->operation = operation_find(context, system->horizontal, target, system->cgcs2000,
                                              (struct reach){.area = &area});
    }
    // One row far off must not cost the whole file; but where none of it lies no operation is good.
    if (transform->operation == NULL) {
        transform->operation =
            operation_find(context, system->horizontal, target, system->cgcs2000,
                           (struct reach){.area = located ? &area : NULL, .partly = true});
    }
    proj_destroy(target);
    if (transform->operation == NULL) {
        return unsupported("@crs.ballpark", transform->name, err);
    }
    operation_describe(transform, !system->cgcs2000);
    return TH_OK;
}

// By the parameters that the user gave: to degrees on the old datum, and on from there.
static enum th_status operation_by_parameters(struct th_crs_transform *transform,
                                              const struct system *system,
                                              const struct th_crs_datum *datum,
                                              struct th_error *err)
{
    PJ_CONTEXT *context = transform->context;
    struct th_buf text;
    if (system->closed == NULL) {
        return th_error_set(err, TH_INVALID, "datum_needless", "crs", transform->name, NULL);
    }
    // Within one datum there is nothing to guess: what PROJ calls ballpark is exact then.
    transform->operation =
        operation_find(context, system->horizontal, system->geodetic, true, (struct reach){0});
    th_buf_init(&text, 4 * OPERATION_SIZE);
    th_buf_printf(&text,
                  "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad "
                  "+step +proj=cart +a=%.17g +rf=%.17g +step +proj=helmert +x=%.17g +y=%.17g "
                  "+z=%.17g ",
                  system->semi_major_m, system->inverse_flattening, datum->shift_m[0],
                  datum->shift_m[1], datum->shift_m[2]);
    if (datum->kind != TH_CRS_DATUM_SHIFT) {
        const char *convention =
            datum->kind == TH_CRS_DATUM_POSITION_VECTOR ? "position_vector" : "coordinate_frame";
        th_buf_printf(&text, "+rx=%.17g +ry=%.17g +rz=%.17g +s=%.17g +convention=%s ",
                      datum->rotation_arcsec[0], datum->rotation_arcsec[1],
                      datum->rotation_arcsec[2], datum->scale_ppm, convention);
    }
    th_buf_printf(&text,
                  "+step +inv +proj=cart +a=%.17g +rf=%.17g +step +proj=unitconvert +xy_in=rad "
                  "+xy_out=deg",
                  TH_CGCS2000_A_M, TH_CGCS2000_RF);
    enum th_status status = th_buf_check(&text, err);
    if (status == TH_OK) {
        transform->shift = proj_create(context, th_buf_text(&text));
        if (transform->operation == NULL || transform->shift == NULL) {
            status = unsupported("@crs.unknown", transform->name, err);
        }
    }
    th_buf_clear(&text);
    th_buf_init(&text, OPERATION_SIZE);
    th_crs_datum_text(datum, NULL, &text);
    snprintf(transform->description, sizeof(transform->description), "%.120s → CGCS2000: %.360s",
             transform->name, th_buf_text(&text));
    th_buf_clear(&text);
    return status;
}

// Are the source's numbers already the result, bit for bit?
static bool numbers_stay(struct th_crs_transform *transform)
{
    if (!transform->source_geographic || transform->shift != NULL) {
        return false;
    }
    for (int lon = -179; lon < 180; lon += 7) {
        for (int lat = -89; lat < 90; lat += 7) {
            double x = lon + 1 / 3.0;
            double y = lat + 1 / 7.0;
            PJ_COORD out = proj_trans(transform->operation, PJ_FWD, proj_coord(x, y, 0, 0));
            if (!(out.xy.x == x && out.xy.y == y)) {
                return false;
            }
        }
    }
    return true;
}

// The registry's own system by its code: PROJ would take milliseconds to find that nothing is to be
// done, longer than all else that registering one drawn parcel costs.
static enum th_status transform_make_own(struct th_crs_transform **ret_transform,
                                         struct th_error *err)
{
    struct th_crs_transform *transform = calloc(1, sizeof(*transform));
    if (transform == NULL) {
        return th_error_no_memory(err);
    }
    transform->direction = PJ_FWD;
    transform->source_geographic = true;
    transform->identity = true;
    th_text_copy(transform->code, sizeof(transform->code), OWN_CODE);
    th_text_copy(transform->name, sizeof(transform->name), OWN_NAME);
    th_text_copy(transform->description, sizeof(transform->description), OWN_OPERATION);
    *ret_transform = transform;
    return TH_OK;
}

static enum th_status transform_make(const char *definition, const struct th_box *extent,
                                     const struct th_crs_datum *datum, PJ_DIRECTION direction,
                                     struct th_crs_transform **ret_transform, struct th_error *err)
{
    enum th_status status;
    struct system system = {0};
    struct th_crs_transform *transform = NULL;
    if (definition == NULL || definition[0] == '\0') {
        return th_error_set(err, TH_DATA_PROBLEM, "crs_missing", NULL);
    }
    if (strcmp(definition, OWN_CODE) == 0 && datum == NULL && direction == PJ_FWD) {
        return transform_make_own(ret_transform, err);
    }
    transform = calloc(1, sizeof(*transform));
    if (transform == NULL) {
        return th_error_no_memory(err);
    }
    transform->direction = direction;
    transform->context = proj_context_create();
    if (transform->context == NULL) {
        status = th_error_no_memory(err);
        goto done;
    }
    proj_log_func(transform->context, NULL, message_drop);
    proj_context_set_enable_network(transform->context, 0);
    status = system_read(transform, definition, datum != NULL, &system, err);
    if (status != TH_OK) {
        goto done;
    }
    status = datum != NULL ? operation_by_parameters(transform, &system, datum, err)
                           : operation_choose(transform, &system, extent, err);
    if (status != TH_OK) {
        goto done;
    }
    transform->identity = numbers_stay(transform);
    *ret_transform = transform;
    transform = NULL;
done:
    system_clear(&system);
    th_crs_transform_free(transform);
    return status;
}

enum th_status th_crs_transform_new(const char *definition, const struct th_box *extent,
                                    struct th_crs_transform **ret_transform, struct th_error *err)
{
    return transform_make(definition, extent, NULL, PJ_FWD, ret_transform, err);
}

enum th_status th_crs_transform_new_by_datum(const char *definition, const struct th_box *extent,
                                             const struct th_crs_datum *datum,
                                             struct th_crs_transform **ret_transform,
                                             struct th_error *err)
{
    return transform_make(definition, extent, datum, PJ_FWD, ret_transform, err);
}

enum th_status th_crs_transform_new_inverse(const char *definition,
                                            struct th_crs_transform **ret_transform,
                                            struct th_error *err)
{
    return transform_make(definition, NULL, NULL, PJ_INV, ret_transform, err);
}

static bool is_degrees(double x, double y)
{
    return fabs(x) <= 180 && fabs(y) <= 90; // false for NaN and infinity
}

// Numbers far outside a projection come back wrapped into some longitude: they do not return.
static bool returns(struct th_crs_transform *transform, PJ_COORD result, struct th_xy from)
{
    double tolerance = transform->source_geographic ? return_tolerance_deg : return_tolerance;
    if (transform->shift != NULL) {
        result = proj_trans(transform->shift, PJ_INV, result);
    }
    PJ_COORD back = proj_trans(transform->operation, PJ_INV, result);
    return fabs(back.xy.x - from.x) < tolerance && fabs(back.xy.y - from.y) < tolerance;
}

static bool point_go(struct th_crs_transform *transform, struct th_xy point, PJ_COORD *ret_result)
{
    bool forward = transform->direction == PJ_FWD;
    // PROJ would wrap metres that a file passes off as degrees into some longitude.
    if ((!forward || transform->source_geographic) && !is_degrees(point.x, point.y)) {
        return false;
    }
    PJ_COORD result = proj_coord(point.x, point.y, 0, 0);
    if (!transform->identity) {
        result = proj_trans(transform->operation, transform->direction, result);
    }
    if (transform->shift != NULL && is_degrees(result.xy.x, result.xy.y)) {
        result.xyzt.z = 0;
        result = proj_trans(transform->shift, PJ_FWD, result);
    }
    *ret_result = result;
    return isfinite(result.xy.x) && isfinite(result.xy.y) &&
           (!forward || is_degrees(result.xy.x, result.xy.y));
}

static bool must_return(const struct th_crs_transform *transform)
{
    return transform->direction == PJ_FWD &&
           (!transform->source_geographic || transform->shift != NULL);
}

bool th_crs_transform_point(struct th_crs_transform *transform, struct th_xy *point,
                            double *ret_height_m)
{
    PJ_COORD result;
    if (!point_go(transform, *point, &result) ||
        (must_return(transform) && !returns(transform, result, *point))) {
        return false;
    }
    *point = (struct th_xy){result.xy.x, result.xy.y};
    *ret_height_m = transform->identity ? 0 : result.xyz.z;
    return true;
}

enum { OUTERMOST = 4 }; // west, south, east, north

static void outermost_find(const struct th_xy *points, size_t n, size_t at[OUTERMOST])
{
    for (size_t side = 0; side < OUTERMOST; side++) {
        at[side] = 0;
    }
    for (size_t i = 1; i < n; i++) {
        at[0] = points[i].x < points[at[0]].x ? i : at[0];
        at[1] = points[i].y < points[at[1]].y ? i : at[1];
        at[2] = points[i].x > points[at[2]].x ? i : at[2];
        at[3] = points[i].y > points[at[3]].y ? i : at[3];
    }
}

bool th_crs_transform_points(struct th_crs_transform *transform, struct th_xy *points, size_t n,
                             struct th_xy *ret_bad)
{
    size_t at[OUTERMOST] = {0};
    struct th_xy source[OUTERMOST];
    bool some = n > 0 && must_return(transform);
    if (some) {
        outermost_find(points, n, at);
        double span_max = transform->source_geographic ? near_span_deg : near_span_m;
        some = points[at[2]].x - points[at[0]].x <= span_max &&
               points[at[3]].y - points[at[1]].y <= span_max;
        for (size_t side = 0; side < OUTERMOST; side++) {
            source[side] = points[at[side]];
        }
    }
    bool each = !some && must_return(transform);
    for (size_t i = 0; i < n; i++) {
        PJ_COORD result;
        if (!point_go(transform, points[i], &result) ||
            (each && !returns(transform, result, points[i]))) {
            *ret_bad = points[i];
            return false;
        }
        points[i] = (struct th_xy){result.xy.x, result.xy.y};
    }
    for (size_t side = 0; some && side < OUTERMOST; side++) {
        struct th_xy point = points[at[side]];
        if (!returns(transform, proj_coord(point.x, point.y, 0, 0), source[side])) {
            *ret_bad = source[side];
            return false;
        }
    }
    return true;
}

enum th_status th_crs_transform_apply(struct th_crs_transform *transform,
                                      struct th_geometry *geometry, struct th_error *err)
{
    struct th_xy bad;
    struct th_xy *points = malloc((geometry->n_points + 1) * sizeof(*points));
    if (points == NULL) {
        return th_error_no_memory(err);
    }
    if (geometry->n_points > 0) {
        memcpy(points, geometry->points, geometry->n_points * sizeof(*points));
    }
    if (!th_crs_transform_points(transform, points, geometry->n_points, &bad)) {
        char x[32];
        char y[32];
        snprintf(x, sizeof(x), "%.8g", bad.x);
        snprintf(y, sizeof(y), "%.8g", bad.y);
        free(points);
        return th_error_set(err, TH_DATA_PROBLEM, "out_of_bounds", "x", x, "y", y, NULL);
    }
    free(geometry->points);
    geometry->points = points;
    return TH_OK;
}

const char *th_crs_transform_code(const struct th_crs_transform *transform)
{
    return transform->code;
}

const char *th_crs_transform_name(const struct th_crs_transform *transform)
{
    return transform->name;
}

const char *th_crs_transform_operation(const struct th_crs_transform *transform)
{
    return transform->description;
}

bool th_crs_transform_is_identity(const struct th_crs_transform *transform)
{
    return transform->identity;
}

bool th_crs_is_known(const char *definition)
{
    PJ_CONTEXT *context = proj_context_create();
    if (context == NULL || definition == NULL) {
        proj_context_destroy(context);
        return definition != NULL; // whoever uses it next will say that there is no memory
    }
    proj_log_func(context, NULL, message_drop);
    proj_context_set_enable_network(context, 0);
    PJ *crs = definition_read(context, definition);
    bool known = crs != NULL;
    proj_destroy(crs);
    proj_context_destroy(context);
    return known;
}

int th_crs_gauss_kruger_code(double lon_deg)
{
    double zone = round((lon_deg - ZONE_MERIDIAN_FIRST_DEG) / 3);
    if (!(zone > 0)) {
        return ZONE_CODE_FIRST;
    }
    return zone >= ZONE_COUNT ? ZONE_CODE_FIRST + ZONE_COUNT - 1 : ZONE_CODE_FIRST + (int)zone;
}
