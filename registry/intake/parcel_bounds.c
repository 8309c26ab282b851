// Boundaries: does a row lie where its village is, and which village is it, when nobody says?
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/intake/parcel_internal.h"
#include "registry/intake/province.h"

enum { VILLAGE_DIGITS = 12, TOWNSHIP_DIGITS = 9, COUNTY_DIGITS = 6 };

bool th_import_box(const struct th_import_run *run, bool (*takes)(const struct th_staged_row *row),
                   struct th_box *ret_box)
{
    struct th_box all = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    for (size_t i = 0; i < run->n_rows; i++) {
        if (!takes(&run->rows[i])) {
            continue;
        }
        struct th_box box = th_ground_box(run->rows[i].ground);
        all = (struct th_box){fmin(all.west, box.west), fmin(all.south, box.south),
                              fmax(all.east, box.east), fmax(all.north, box.north)};
    }
    if (all.west > all.east) {
        return false;
    }
    *ret_box = all;
    return true;
}

static enum th_status shapes_weave(const struct th_import_run *run,
                                   const struct th_layers_shape *const *shapes, size_t n,
                                   struct th_fabric_parcel **ret_parcels,
                                   struct th_fabric **ret_fabric, struct th_error *err)
{
    struct th_fabric_parcel *parcels = calloc(n + 1, sizeof(*parcels));
    if (parcels == NULL) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < n; i++) {
        parcels[i] = (struct th_fabric_parcel){
            .ground = shapes[i]->ground, .area_m2 = shapes[i]->area_m2, .id = (int64_t)i};
    }
    enum th_status status = th_fabric_new(parcels, n, &run->rules->overlap, ret_fabric, err);
    if (status != TH_OK) {
        free(parcels);
        return status;
    }
    *ret_parcels = parcels;
    return TH_OK;
}

struct settling {
    struct th_import_run *run;
    struct th_layers_list layer;
    const struct th_layers_shape **shapes;
    int *villages; // of the shapes; TH_ROW_NO_INDEX where the registry does not know it
    struct th_fabric_parcel *parcels;
    struct th_fabric *fabric;
    struct th_fabric_probe *probe;
};

static bool is_open(const struct th_staged_row *row)
{
    return row->village_open && row->ground != NULL;
}

// Codes of the land survey go on behind the village's twelve digits.
static int village_of(const struct th_village_list *villages, const struct th_layers_shape *shape)
{
    char code[VILLAGE_DIGITS + 1];
    th_text_copy(code, sizeof(code), shape->code);
    int found = code[0] == '\0' ? TH_ROW_NO_INDEX : th_village_list_find(villages, code);
    if (found == TH_ROW_NO_INDEX && shape->name[0] != '\0') {
        found = th_village_list_find(villages, shape->name);
    }
    return found;
}

// Loads the boundaries of villages within `box` (NULL: all).
static enum th_status settling_begin(struct settling *s, const struct th_box *box,
                                     struct th_error *err)
{
    struct th_import_run *run = s->run;
    enum th_status status =
        th_layers_load(run->store, "village", box, run->day, run->day, &s->layer, err);
    if (status != TH_OK || s->layer.n == 0) {
        return status;
    }
    s->shapes = calloc(s->layer.n, sizeof(*s->shapes));
    s->villages = calloc(s->layer.n, sizeof(*s->villages));
    if (s->shapes == NULL || s->villages == NULL) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < s->layer.n; i++) {
        s->shapes[i] = &s->layer.items[i];
        s->villages[i] = village_of(&run->villages, &s->layer.items[i]);
    }
    status = shapes_weave(run, s->shapes, s->layer.n, &s->parcels, &s->fabric, err);
    return status == TH_OK ? th_fabric_probe_new(&s->probe, err) : status;
}

static void settling_end(struct settling *s)
{
    th_fabric_free(s->fabric);
    th_fabric_probe_free(s->probe);
    free(s->parcels);
    free(s->villages);
    free(s->shapes);
    th_layers_clear(&s->layer);
}

// The village that holds over half of the row in one layer; of several layers the one that was
// loaded last decides.
static int holder_of(struct settling *s, const struct th_staged_row *row,
                     const struct th_overlap_finding *findings, size_t n)
{
    double half_m2 = th_area_m2(row->measured) / 2;
    int64_t decided_by = 0;
    int holder = TH_ROW_NO_INDEX;
    for (size_t i = 0; i < n; i++) {
        int64_t layer_id = s->shapes[findings[i].other_id]->layer_id;
        int village = s->villages[findings[i].other_id];
        double held_m2 = 0;
        if (layer_id <= decided_by || village == TH_ROW_NO_INDEX) {
            continue;
        }
        for (size_t k = 0; k < n; k++) {
            if (s->shapes[findings[k].other_id]->layer_id == layer_id &&
                s->villages[findings[k].other_id] == village) {
                held_m2 += findings[k].area_m2;
            }
        }
        if (held_m2 <= half_m2) {
            continue;
        }
        holder = village;
        decided_by = layer_id;
    }
    return holder;
}

static enum th_status settle_row(struct settling *s, struct th_staged_row *row,
                                 struct th_error *err)
{
    struct th_overlap_finding *findings = NULL;
    size_t n = 0;
    bool more = false; // with so many villages none holds a half that is not listed
    if (s->fabric == NULL || row->ground == NULL) {
        return TH_OK;
    }
    enum th_status status = th_fabric_test(s->fabric, s->probe, row->ground,
                                           th_area_m2(row->measured), &findings, &n, &more, err);
    if (status == TH_OK) {
        row->village = holder_of(s, row, findings, n);
    }
    free(findings);
    return status;
}

static void settled_tell(struct th_import_run *run, size_t n_settled, size_t n_open)
{
    struct th_detection *detection = th_import_detect(run, "village");
    if (detection == NULL) {
        return;
    }
    th_text_copy(detection->choice, sizeof(detection->choice), "boundary");
    th_text_copy(detection->option, sizeof(detection->option), "--village …");
    struct th_error *item = th_reasons_add(&detection->evidence, "detect.village_boundary");
    th_error_add_int(item, "part", (long long)n_settled);
    th_error_add_int(item, "whole", (long long)n_open);
}

enum th_status th_import_villages_settle(struct th_import_run *run, struct th_error *err)
{
    struct settling s = {.run = run};
    size_t n_open = 0;
    size_t n_settled = 0;
    struct th_box box;
    enum th_status status = TH_OK;
    th_import_undetect(run, "village");
    if (th_import_box(run, is_open, &box)) {
        status = settling_begin(&s, &box, err);
    }
    for (size_t i = 0; status == TH_OK && i < run->n_rows; i++) {
        struct th_staged_row *row = &run->rows[i];
        if (!row->village_open || (row->told_id != 0 && th_import_is_shapeless(run))) {
            continue;
        }
        n_open++;
        status = settle_row(&s, row, err);
        if (status == TH_OK && row->village != TH_ROW_NO_INDEX) {
            n_settled++;
        } else if (status == TH_OK) {
            struct th_error what;
            (void)th_error_set(&what, TH_DATA_PROBLEM, "village_missing", NULL);
            th_problems_add(&run->resolved, row->row, row->feature, TH_PROBLEM_ERROR,
                            "village_unknown", &what);
            row->fate = row->fate == TH_ROW_PENDING ? TH_ROW_REFUSED : row->fate;
        }
    }
    if (status == TH_OK && n_settled > 0) {
        settled_tell(run, n_settled, n_open);
    }
    settling_end(&s);
    return status;
}

// One township or county as ground; with several layers the one that was loaded last.
struct zone {
    char code[TOWNSHIP_DIGITS + 1]; // "": all counties together
    const struct th_layers_shape **shapes;
    size_t n;
    struct th_fabric_parcel *parcels;
    struct th_fabric *fabric;
};

struct bounding {
    struct th_import_run *run;
    struct th_layers_list townships, counties;
    struct zone *zones;
    size_t n_zones;
    const struct zone **by_village; // NULL: none
    struct th_fabric_probe *probe;
};

static bool is_pending(const struct th_staged_row *row)
{
    return row->fate == TH_ROW_PENDING && row->ground != NULL;
}

static bool same_code(const struct th_layers_shape *shape, const char *village, size_t digits)
{
    return strlen(shape->code) >= digits && strncmp(shape->code, village, digits) == 0;
}

static bool list_has(const struct th_layers_list *list, const char *village, size_t digits)
{
    for (size_t i = 0; i < list->n; i++) {
        if (same_code(&list->items[i], village, digits)) {
            return true;
        }
    }
    return false;
}

// Is there a pending row whose village's boundary is not in the list?
static bool lacks_some(const struct bounding *b, const struct th_layers_list *list, size_t digits)
{
    const struct th_import_run *run = b->run;
    int last = TH_ROW_NO_INDEX;
    for (size_t i = 0; i < run->n_rows; i++) {
        const struct th_staged_row *row = &run->rows[i];
        if (!is_pending(row) || row->village == last) {
            continue;
        }
        last = row->village;
        const char *village = run->villages.items[last].code;
        if (!list_has(list, village, digits) &&
            !(list == &b->counties && list_has(&b->townships, village, TOWNSHIP_DIGITS))) {
            return true;
        }
    }
    return false;
}

// What lies about the rows is mostly all that is needed; where a row's own boundary is not among
// it, the row may lie far from it, and all are loaded.
static enum th_status bounds_load(struct bounding *b, const char *role, size_t digits,
                                  const struct th_box *box, struct th_layers_list *list,
                                  struct th_error *err)
{
    struct th_date day = b->run->day;
    enum th_status status = th_layers_load(b->run->store, role, box, day, day, list, err);
    if (status != TH_OK || !lacks_some(b, list, digits)) {
        return status;
    }
    th_layers_clear(list);
    return th_layers_load(b->run->store, role, NULL, day, day, list, err);
}

// Those of `list` that bear the code ("": all), of the newest layer.
static enum th_status zone_make(const struct th_import_run *run, struct zone *zone,
                                const struct th_layers_list *list, const char *code,
                                struct th_error *err)
{
    size_t digits = strlen(code);
    int64_t newest = 0;
    th_text_copy(zone->code, sizeof(zone->code), code);
    zone->shapes = calloc(list->n + 1, sizeof(*zone->shapes));
    if (zone->shapes == NULL) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < list->n; i++) {
        if (same_code(&list->items[i], code, digits) && list->items[i].layer_id > newest) {
            newest = list->items[i].layer_id;
        }
    }
    for (size_t i = 0; i < list->n; i++) {
        if (same_code(&list->items[i], code, digits) &&
            (digits == 0 || list->items[i].layer_id == newest)) {
            zone->shapes[zone->n++] = &list->items[i];
        }
    }
    return shapes_weave(run, zone->shapes, zone->n, &zone->parcels, &zone->fabric, err);
}

// The boundary in which parcels of this village must lie; *ret_zone NULL when nobody loaded one.
static enum th_status zone_find(struct bounding *b, int village, const struct zone **ret_zone,
                                struct th_error *err)
{
    const char *of = b->run->villages.items[village].code;
    char code[TOWNSHIP_DIGITS + 1] = "";
    const struct th_layers_list *list = &b->counties;
    if (list_has(&b->townships, of, TOWNSHIP_DIGITS)) {
        list = &b->townships;
        th_text_copy(code, sizeof(code), of);
    } else if (list_has(&b->counties, of, COUNTY_DIGITS)) {
        th_text_copy(code, COUNTY_DIGITS + 1, of);
    }
    *ret_zone = NULL;
    if (list->n == 0) {
        return TH_OK;
    }
    for (size_t i = 0; i < b->n_zones && *ret_zone == NULL; i++) {
        if (strcmp(b->zones[i].code, code) == 0) {
            *ret_zone = &b->zones[i];
        }
    }
    if (*ret_zone != NULL) {
        return TH_OK;
    }
    struct zone *zone = &b->zones[b->n_zones++];
    *ret_zone = zone;
    return zone_make(b->run, zone, list, code, err);
}

static enum th_status row_bound(struct bounding *b, struct th_staged_row *row,
                                const struct zone *zone, struct th_error *err)
{
    double area_m2 = th_area_m2(row->measured);
    double covered_m2 = 0;
    char buf[TH_QUANTITY_TEXT_SIZE];
    struct th_error what;
    enum th_status status =
        th_fabric_covered(zone->fabric, b->probe, row->ground, area_m2, &covered_m2, &what);
    double outside = 1 - covered_m2 / area_m2;
    if (status == TH_LIMIT) { // too tangled to be measured
        th_problems_add(&b->run->resolved, row->row, row->feature, TH_PROBLEM_ERROR, NULL, &what);
        row->fate = TH_ROW_REFUSED;
        return TH_OK;
    }
    if (status != TH_OK && err != NULL) {
        *err = what;
    }
    if (status != TH_OK || outside <= b->run->rules->outside_remarked_share) {
        return status;
    }
    bool refused = outside > b->run->rules->outside_refused_share;
    const struct th_layers_shape *first = zone->shapes[0];
    (void)th_error_set(&what, TH_DATA_PROBLEM, "outside_county", "percent",
                       th_cent_format((int64_t)(outside * 10000 + 0.5), buf), "layer",
                       zone->n == 1 && first->name[0] != '\0' ? first->name : first->layer_name,
                       NULL);
    th_problems_add(&b->run->resolved, row->row, row->feature,
                    refused ? TH_PROBLEM_ERROR : TH_PROBLEM_WARNING, NULL, &what);
    if (refused) {
        row->fate = TH_ROW_REFUSED;
    }
    return TH_OK;
}

static enum th_status rows_bound(struct bounding *b, struct th_error *err)
{
    struct th_import_run *run = b->run;
    enum th_status status = th_fabric_probe_new(&b->probe, err);
    bool *known = calloc(run->villages.n + 1, sizeof(*known));
    b->by_village = calloc(run->villages.n + 1, sizeof(*b->by_village));
    b->zones = calloc(run->villages.n + 1, sizeof(*b->zones));
    if (status == TH_OK && (known == NULL || b->by_village == NULL || b->zones == NULL)) {
        status = th_error_no_memory(err);
    }
    for (size_t i = 0; status == TH_OK && i < run->n_rows; i++) {
        struct th_staged_row *row = &run->rows[i];
        if (!is_pending(row)) {
            continue;
        }
        if (!known[row->village]) {
            known[row->village] = true;
            status = zone_find(b, row->village, &b->by_village[row->village], err);
        }
        if (status == TH_OK && b->by_village[row->village] != NULL) {
            status = row_bound(b, row, b->by_village[row->village], err);
        }
    }
    free(known);
    return status;
}

static bool has_boundary(const struct settling *s, int village)
{
    for (size_t i = 0; i < s->layer.n; i++) {
        if (s->villages[i] == village) {
            return true;
        }
    }
    return false;
}

// What the boundary of this village holds of a row; of several layers the one that holds most.
static double held_m2(const struct settling *s, const struct th_overlap_finding *findings, size_t n,
                      int village)
{
    double most = 0;
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t k = 0; k < n; k++) {
            if (s->villages[findings[k].other_id] == village &&
                s->shapes[findings[k].other_id]->layer_id ==
                    s->shapes[findings[i].other_id]->layer_id) {
                sum += findings[k].area_m2;
            }
        }
        most = fmax(most, sum);
    }
    return most;
}

// Says so when the row lies, for more than may lie outside, elsewhere than the village it names. A
// village's own boundary is often old, hence a reminder.
static enum th_status row_remind(struct settling *s, const struct th_staged_row *row,
                                 struct th_error *err)
{
    struct th_import_run *run = s->run;
    const struct th_village *villages = run->villages.items;
    struct th_overlap_finding *findings = NULL;
    size_t n = 0;
    bool more = false;
    struct th_error what;
    double area_m2 = th_area_m2(row->measured);
    enum th_status status =
        th_fabric_test(s->fabric, s->probe, row->ground, area_m2, &findings, &n, &more, &what);
    if (status == TH_LIMIT) { // too tangled to be measured; the checks that refuse say so
        return TH_OK;
    }
    if (status != TH_OK) {
        if (err != NULL) {
            *err = what;
        }
        return status;
    }
    double outside = 1 - held_m2(s, findings, n, row->village) / area_m2;
    int other = holder_of(s, row, findings, n);
    double share = other == TH_ROW_NO_INDEX ? outside : held_m2(s, findings, n, other) / area_m2;
    free(findings);
    if (outside <= run->rules->outside_refused_share ||
        (other == TH_ROW_NO_INDEX && !has_boundary(s, row->village))) {
        return TH_OK;
    }
    char buf[TH_QUANTITY_TEXT_SIZE];
    (void)th_error_set(&what, TH_DATA_PROBLEM,
                       other == TH_ROW_NO_INDEX ? "outside_village" : "inside_other_village",
                       "percent", th_cent_format((int64_t)(fmin(share, 1) * 10000 + 0.5), buf),
                       "village", villages[row->village].name, NULL);
    if (other != TH_ROW_NO_INDEX) {
        th_error_add(&what, "other", villages[other].name);
    }
    th_problems_add(&run->resolved, row->row, row->feature, TH_PROBLEM_WARNING, "outside_village",
                    &what);
    return TH_OK;
}

// Ground that stays was told of when it came.
static bool is_new_ground(const struct th_staged_row *row)
{
    return is_pending(row) && !row->ground_kept;
}

// What lies about the rows is mostly all that is needed, as for counties.
static enum th_status villages_load(struct settling *s, const struct th_box *box,
                                    struct th_error *err)
{
    enum th_status status = settling_begin(s, box, err);
    int last = TH_ROW_NO_INDEX;
    bool lacks = false;
    for (size_t i = 0; status == TH_OK && !lacks && i < s->run->n_rows; i++) {
        const struct th_staged_row *row = &s->run->rows[i];
        if (!is_new_ground(row) || row->village == last) {
            continue;
        }
        last = row->village;
        lacks = !has_boundary(s, last);
    }
    if (status != TH_OK || !lacks) {
        return status;
    }
    settling_end(s);
    *s = (struct settling){.run = s->run};
    return settling_begin(s, NULL, err);
}

// The box of a province is generous: what lies beside it is elsewhere.
static void province_remind(struct th_import_run *run)
{
    struct th_box province;
    struct th_error what;
    if (!th_province_box(run->frame.admin_code, &province)) {
        return;
    }
    for (size_t i = 0; i < run->n_rows; i++) {
        const struct th_staged_row *row = &run->rows[i];
        if (!is_new_ground(row)) {
            continue;
        }
        struct th_box box = th_ground_box(row->ground);
        if (box.west <= province.east && box.east >= province.west && box.south <= province.north &&
            box.north >= province.south) {
            continue;
        }
        (void)th_error_set(&what, TH_DATA_PROBLEM, "outside_province", "code",
                           run->frame.admin_code, NULL);
        th_problems_add(&run->resolved, row->row, row->feature, TH_PROBLEM_WARNING, NULL, &what);
    }
}

// Words for rows that are elsewhere as nearly all of their file is: without each row's share, so
// that they read as one.
static const struct {
    const char *key, *of_file;
} ELSEWHERE[] = {
    {"outside_province", "outside_province"},
    {"outside_county", "outside_county_file"},
    {"outside_village", "outside_village_file"},
    {"inside_other_village", "inside_other_village_file"},
};

static const char *elsewhere(const struct th_problem *problem)
{
    for (size_t i = 0; i < sizeof(ELSEWHERE) / sizeof(ELSEWHERE[0]); i++) {
        if (strcmp(problem->key, ELSEWHERE[i].key) == 0) {
            return ELSEWHERE[i].of_file;
        }
    }
    return NULL;
}

// A shift of a map was found already, or else the system is wrong, which its zone mostly is.
static void place_tell(struct th_import_run *run, long long n_elsewhere, long long n_rows)
{
    char option[TH_GUESS_OPTION_SIZE] = "--crs EPSG:…";
    const char *key = "detect.place_system";
    for (size_t i = 0; i < run->n_detections; i++) {
        if (strcmp(run->detections[i].what, "offset") == 0 && run->how.offset == TH_OFFSET_NONE) {
            th_text_copy(option, sizeof(option), run->detections[i].option);
            key = "detect.place_offset";
        }
    }
    struct th_detection *detection = th_import_detect(run, "place");
    if (detection == NULL) {
        return;
    }
    th_text_copy(detection->choice, sizeof(detection->choice), "none");
    th_text_copy(detection->option, sizeof(detection->option), option);
    struct th_error *said = th_reasons_add(&detection->evidence, "detect.place_elsewhere");
    th_error_add_int(said, "part", n_elsewhere);
    th_error_add_int(said, "whole", n_rows);
    th_error_add(th_reasons_add(&detection->evidence, key), "crs",
                 run->source.crs_code[0] != '\0' ? run->source.crs_code : run->source.crs_name);
}

// Where nearly all rows of a file are elsewhere, the file is read wrongly: that is said once.
static void file_remind(struct th_import_run *run)
{
    enum { FILE_ROWS = 5, FILE_PERCENT = 90 };
    long long n_rows = 0;
    long long n_elsewhere = 0;
    int64_t last = 0;
    th_import_undetect(run, "place");
    for (size_t i = 0; i < run->n_rows; i++) {
        n_rows += is_new_ground(&run->rows[i]) ? 1 : 0;
    }
    th_problems_sort(&run->resolved);
    for (size_t i = 0; i < run->resolved.n; i++) {
        if (elsewhere(&run->resolved.items[i]) != NULL && run->resolved.items[i].row != last) {
            last = run->resolved.items[i].row;
            n_elsewhere++;
            n_rows += run->resolved.items[i].severity == TH_PROBLEM_ERROR ? 1 : 0;
        }
    }
    if (n_rows < FILE_ROWS || 100 * n_elsewhere < FILE_PERCENT * n_rows) {
        return;
    }
    place_tell(run, n_elsewhere, n_rows);
    for (size_t i = 0; i < run->resolved.n; i++) {
        struct th_problem *problem = &run->resolved.items[i];
        const char *of_file = elsewhere(problem);
        if (of_file != NULL) {
            th_text_copy(problem->key, sizeof(problem->key), of_file);
        }
    }
}

static enum th_status rows_remind(struct th_import_run *run, struct th_error *err)
{
    struct settling s = {.run = run};
    struct th_box box;
    if (!th_import_box(run, is_new_ground, &box)) {
        return TH_OK;
    }
    province_remind(run);
    enum th_status status = villages_load(&s, &box, err);
    for (size_t i = 0; status == TH_OK && s.fabric != NULL && i < run->n_rows; i++) {
        if (is_new_ground(&run->rows[i])) {
            status = row_remind(&s, &run->rows[i], err);
        }
    }
    settling_end(&s);
    return status;
}

enum th_status th_import_places_remind(struct th_import_run *run, struct th_error *err)
{
    enum th_status status = rows_remind(run, err);
    if (status == TH_OK && run->path != NULL) {
        file_remind(run);
    }
    return status;
}

enum th_status th_import_bounds_check(struct th_import_run *run, struct th_error *err)
{
    struct bounding b = {.run = run};
    struct th_box box;
    if (!th_import_box(run, is_pending, &box)) {
        return TH_OK;
    }
    enum th_status status = bounds_load(&b, "township", TOWNSHIP_DIGITS, &box, &b.townships, err);
    if (status == TH_OK) {
        status = bounds_load(&b, "county", COUNTY_DIGITS, &box, &b.counties, err);
    }
    if (status == TH_OK && b.townships.n + b.counties.n > 0) {
        status = rows_bound(&b, err);
    }
    for (size_t i = 0; i < b.n_zones; i++) {
        th_fabric_free(b.zones[i].fabric);
        free(b.zones[i].parcels);
        free(b.zones[i].shapes);
    }
    free(b.zones);
    free(b.by_village);
    th_fabric_probe_free(b.probe);
    th_layers_clear(&b.townships);
    th_layers_clear(&b.counties);
    return status;
}
