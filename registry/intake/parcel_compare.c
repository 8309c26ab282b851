// Whose ground is it already? The rows of a source against each other, against what is registered
// and against land under other schemes. All meetings are found first, on all cores;
// then the rows are decided one after the other in the order of the file, so that the answer does
// not depend on how the meetings were found. Of two rows the later one gives way.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/crew.h"
#include "core/id_set.h"
#include "gis/fabric.h"
#include "gis/validity.h"
#include "registry/intake/parcel_internal.h"
#include "registry/layer/schemes.h"

enum {
    RETIRED_SHOWN = 5,  // of one row
    ASK_EACH_MAX = 5000 // rows up to which the registry is asked about each, beyond about their box
};

// A version of a registered parcel, or land under another scheme, that shares ground with a row.
// Every version claims its ground for its days: rows hold from one day on, so that whatever ended
// after that day, by a new boundary or because the parcel was retired, stands against them.
struct meeting {
    size_t row; // position
    bool over;  // before the day from which the rows hold
    struct th_claim claim;
};

struct comparing {
    struct th_import_run *run;
    struct th_fabric_parcel *parcels; // the rows
    struct th_fabric *fabric;
    struct th_fabric_probe *probe;
    struct th_fabric_pairs pairs; // of rows, in order of the later one
    struct meeting *meetings;     // in order of rows
    size_t n_meetings;
    size_t meetings_capacity;
    struct th_id_set asked;    // versions of registered parcels that were compared
    struct th_id_set replaced; // registered parcels that get a new version by this source
    struct th_schemes schemes;
    struct th_id_set crowded;     // positions + 1 of rows on more such land than was listed
    struct th_validity *validity; // of what is registered
    struct th_claims claims;      // of the row in question
    struct th_claim unsound;      // what the row in question cannot be compared with
    bool is_unsound;
    enum th_status status; // of a visit
    struct th_error err;
};

// Rows stand in the fabric under -(position + 1), registered parcels under their own number.
static int64_t row_id(size_t position)
{
    return -(int64_t)position - 1;
}

static bool takes_part(const struct th_staged_row *row)
{
    return row->fate == TH_ROW_PENDING && row->ground != NULL && !row->ground_kept;
}

static enum th_status fabric_weave(struct comparing *c, struct th_error *err)
{
    const struct th_import_run *run = c->run;
    struct th_fabric_parcel *parcels = calloc(run->n_rows + 1, sizeof(*parcels));
    if (parcels == NULL) {
        return th_error_no_memory(err);
    }
    c->parcels = parcels;
    for (size_t i = 0; i < run->n_rows; i++) {
        const struct th_staged_row *row = &run->rows[i];
        parcels[i] = (struct th_fabric_parcel){.ground = takes_part(row) ? row->ground : NULL,
                                               .area_m2 = th_area_m2(row->measured),
                                               .id = row_id(i)};
    }
    struct th_fabric *fabric = NULL;
    enum th_status status = th_fabric_new(parcels, run->n_rows, &run->rules->overlap, &fabric, err);
    c->fabric = fabric;
    if (status == TH_OK) {
        th_fabric_keep_unsound(fabric);
    }
    if (status == TH_OK) {
        status = th_fabric_probe_new(&c->probe, err);
    }
    if (status == TH_OK) {
        status = th_validity_new(&c->validity, err);
    }
    if (status == TH_OK) {
        status = th_fabric_join(c->fabric, th_crew_cores(), run->progress, &c->pairs, err);
    }
    if (status == TH_OK && c->pairs.cut) {
        status = th_error_set(err, TH_LIMIT, "fabric_too_dense", NULL);
    }
    return status;
}

static enum th_status meeting_push(struct comparing *c, struct meeting meeting,
                                   struct th_error *err)
{
    if (c->n_meetings == c->meetings_capacity) {
        size_t capacity = c->meetings_capacity == 0 ? 64 : 2 * c->meetings_capacity;
        struct meeting *grown = realloc(c->meetings, capacity * sizeof(*grown));
        if (grown == NULL) {
            return th_error_no_memory(err);
        }
        c->meetings = grown;
        c->meetings_capacity = capacity;
    }
    c->meetings[c->n_meetings++] = meeting;
    return TH_OK;
}

static bool is_over(const struct comparing *c, const struct th_parcel_stand *stand)
{
    return stand->until.year != 0 &&
           (th_date_compare(stand->until, c->run->day) <= 0 ||
            th_date_compare(stand->until, stand->record.from) <= 0); // it never held
}

static enum th_status findings_push(struct comparing *c, const struct th_parcel_stand *stand,
                                    const struct th_overlap_finding *findings, size_t n, size_t row,
                                    struct th_error *err)
{
    bool retired = th_date_compare(stand->until, stand->record.retired_on) == 0;
    const char *ended = retired ? "@other.retired" : "@other.earlier";
    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && i < n; i++) {
        bool by_row = findings[i].other_id < 0;
        struct meeting meeting = {.row = by_row ? (size_t)(-findings[i].other_id - 1) : row,
                                  .over = is_over(c, stand),
                                  .claim = {.claimant = TH_CLAIMANT_PARCEL,
                                            .finding = findings[i],
                                            .version = stand->record.version,
                                            .ended = stand->until.year == 0 ? NULL : ended}};
        meeting.claim.finding.other_id = stand->record.parcel_id;
        status = meeting_push(c, meeting, err);
    }
    return status;
}

// A registered parcel under very many rows: each of them is asked about it.
static enum th_status rows_compare(struct comparing *c, const struct th_parcel_stand *stand,
                                   const struct th_ground *ground, struct th_error *err)
{
    const struct th_fabric_parcel parcel = {.ground = ground,
                                            .area_m2 = th_area_m2(stand->record.measured),
                                            .id = stand->record.parcel_id};
    struct th_fabric *fabric = NULL;
    enum th_status status = th_fabric_new(&parcel, 1, &c->run->rules->overlap, &fabric, err);
    for (size_t i = 0; status == TH_OK && i < c->run->n_rows; i++) {
        const struct th_staged_row *row = &c->run->rows[i];
        struct th_overlap_finding *findings = NULL;
        size_t n = 0;
        bool more = false;
        if (!takes_part(row) || !th_ground_boxes_overlap(row->ground, ground)) {
            continue;
        }
        status = th_fabric_test(fabric, c->probe, row->ground, th_area_m2(row->measured), &findings,
                                &n, &more, err);
        if (status == TH_OK) {
            status = findings_push(c, stand, findings, n, i, err);
        }
        free(findings);
    }
    th_fabric_free(fabric);
    return status;
}

// Where a stored shape lies that is not as ground is stored; everywhere when it is no shape at all.
static enum th_status shape_box(const void *wkb, size_t wkb_size, struct th_box *ret_box,
                                struct th_error *err)
{
    struct th_geometry geometry = {0};
    *ret_box = (struct th_box){-180, -90, 180, 90};
    enum th_status status = th_geometry_from_wkb(wkb, wkb_size, &geometry, err);
    if (status == TH_OK && geometry.n_points > 0) {
        *ret_box = th_geometry_box(&geometry);
    }
    th_geometry_clear(&geometry);
    return status == TH_NO_MEMORY ? status : TH_OK;
}

// No overlap with a registered parcel whose boundary is not valid can be believed, nor that there
// is none. So the rows about it are kept out until it is mended, and the others go on.
static enum th_status unsound_meet(struct comparing *c, const struct th_parcel_stand *stand,
                                   const struct th_box *box, struct th_error *err)
{
    const struct th_overlap_finding unsound = {.kind = TH_OVERLAP_UNSOUND};
    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && i < c->run->n_rows; i++) {
        if (!takes_part(&c->run->rows[i])) {
            continue;
        }
        struct th_box row = th_ground_box(c->run->rows[i].ground);
        if (row.west < box->east && box->west < row.east && row.south < box->north &&
            box->south < row.north) {
            status = findings_push(c, stand, &unsound, 1, i, err);
        }
    }
    return status;
}

// Reads stored ground. *ret_sound is false, and *ret_box where it is, when it is none.
static enum th_status registered_read(struct comparing *c, const void *wkb, size_t wkb_size,
                                      struct th_ground **ret_ground, struct th_box *ret_box,
                                      bool *ret_sound, struct th_error *err)
{
    struct th_ground *ground = NULL;
    enum th_status status = th_ground_from_wkb(wkb, wkb_size, &ground, err);
    *ret_sound = status == TH_OK;
    if (status == TH_UNREADABLE || status == TH_DATA_PROBLEM) {
        return shape_box(wkb, wkb_size, ret_box, err);
    }
    if (status == TH_OK) {
        status = th_validity_check_ground(c->validity, ground, err);
    }
    if (status == TH_DATA_PROBLEM) {
        *ret_sound = false;
        *ret_box = th_ground_box(ground);
        status = TH_OK;
    }
    if (status != TH_OK || !*ret_sound) {
        th_ground_free(ground);
        return status;
    }
    *ret_ground = ground;
    return TH_OK;
}

static enum th_status registered_compare(struct comparing *c, const struct th_parcel_stand *stand,
                                         struct th_error *err)
{
    struct th_ground *ground = NULL;
    struct th_overlap_finding *findings = NULL;
    struct th_box box;
    size_t n = 0;
    bool sound = false;
    bool more = false;
    enum th_status status =
        registered_read(c, stand->wkb, stand->wkb_size, &ground, &box, &sound, err);
    if (status == TH_OK && !sound) {
        return unsound_meet(c, stand, &box, err);
    }
    if (status == TH_OK) {
        status = th_fabric_test(c->fabric, c->probe, ground, th_area_m2(stand->record.measured),
                                &findings, &n, &more, err);
    }
    if (status == TH_OK) {
        status = more ? rows_compare(c, stand, ground, err)
                      : findings_push(c, stand, findings, n, 0, err);
    }
    free(findings);
    th_ground_free(ground);
    return status;
}

static bool registered_visit(void *context, const struct th_parcel_stand *stand)
{
    struct comparing *c = context;
    bool is_new = false;
    c->status = th_id_set_add(&c->asked, stand->version_id, &is_new, &c->err);
    if (c->status == TH_OK && is_new) {
        c->status = registered_compare(c, stand, &c->err);
    }
    return c->status == TH_OK;
}

static enum th_status ask_box(struct comparing *c, struct th_box box, struct th_error *err)
{
    const struct th_parcel_box there = {box.west, box.south, box.east, box.north, c->run->day};
    enum th_status status = th_parcel_box_each(c->run->store, &there, registered_visit, c, err);
    if (status == TH_OK && c->status != TH_OK) {
        if (err != NULL) {
            *err = c->err;
        }
        status = c->status;
    }
    return status;
}

static int compare_meetings(const void *a, const void *b)
{
    const struct meeting *left = a;
    const struct meeting *right = b;
    int64_t left_id = left->claim.finding.other_id;
    int64_t right_id = right->claim.finding.other_id;
    if (left->row != right->row) {
        return left->row < right->row ? -1 : 1;
    }
    if (left->claim.claimant != right->claim.claimant) {
        return left->claim.claimant < right->claim.claimant ? -1 : 1;
    }
    if (left_id != right_id) {
        return left_id < right_id ? -1 : 1;
    }
    return (left->claim.version < right->claim.version) -
           (left->claim.version > right->claim.version);
}

// A few rows are asked about one by one, so that a registry of a million parcels answers at once;
// for many it is cheaper to look at everything in their common box.
static enum th_status registered_meet(struct comparing *c, struct th_error *err)
{
    const struct th_import_run *run = c->run;
    struct th_box all;
    size_t n = 0;
    if (!th_import_box(run, takes_part, &all)) {
        return TH_OK;
    }
    for (size_t i = 0; i < run->n_rows; i++) {
        n += takes_part(&run->rows[i]) ? 1 : 0;
    }
    if (n > ASK_EACH_MAX) {
        return ask_box(c, all, err);
    }
    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && i < run->n_rows; i++) {
        if (takes_part(&run->rows[i])) {
            status = ask_box(c, th_ground_box(run->rows[i].ground), err);
        }
    }
    return status;
}

static enum th_status scheme_meet(struct comparing *c, size_t row, struct th_error *err)
{
    const struct th_staged_row *staged = &c->run->rows[row];
    struct th_overlap_finding *findings = NULL;
    size_t n = 0;
    bool more = false;
    bool is_new = false;
    double area_m2 = th_area_m2(staged->measured);
    enum th_status status = th_fabric_test(c->schemes.fabric, c->probe, staged->ground, area_m2,
                                           &findings, &n, &more, err);
    if (status == TH_OK && more) {
        status = th_id_set_add(&c->crowded, (int64_t)row + 1, &is_new, err);
    }
    for (size_t i = 0; status == TH_OK && i < n; i++) {
        const struct th_layers_shape *shape = &c->schemes.list.items[findings[i].other_id];
        struct meeting meeting = {
            .row = row,
            .claim = {.claimant = TH_CLAIMANT_LAYER, .shape = shape, .finding = findings[i]}};
        meeting.claim.finding.other_id = shape->shape_id;
        meeting.claim.finding.share = findings[i].area_m2 / area_m2;
        status = meeting_push(c, meeting, err);
    }
    free(findings);
    return status;
}

// Layers of other schemes count unless they ended before the day from which the rows hold.
static enum th_status schemes_meet(struct comparing *c, struct th_error *err)
{
    const struct th_import_run *run = c->run;
    struct th_box box;
    if (!th_import_box(run, takes_part, &box)) {
        return TH_OK;
    }
    enum th_status status =
        th_schemes_load(run->store, &box, run->day, &run->rules->overlap, &c->schemes, err);
    for (size_t i = 0; status == TH_OK && c->schemes.fabric != NULL && i < run->n_rows; i++) {
        if (takes_part(&run->rows[i])) {
            status = scheme_meet(c, i, err);
        }
    }
    return status;
}

static enum th_status claim_push(struct th_claims *claims, struct th_claim claim,
                                 struct th_error *err)
{
    if (claims->n == claims->capacity) {
        size_t capacity = claims->capacity == 0 ? 64 : 2 * claims->capacity;
        struct th_claim *grown = realloc(claims->items, capacity * sizeof(*grown));
        if (grown == NULL) {
            return th_error_no_memory(err);
        }
        claims->items = grown;
        claims->capacity = capacity;
    }
    claims->items[claims->n++] = claim;
    return TH_OK;
}

// Worst first; what is registered before layers before other rows, each in ascending order.
static int compare_claims(const void *a, const void *b)
{
    const struct th_claim *left = a;
    const struct th_claim *right = b;
    int64_t left_id = left->finding.other_id;
    int64_t right_id = right->finding.other_id;
    if (left->finding.kind != right->finding.kind) {
        return left->finding.kind > right->finding.kind ? -1 : 1;
    }
    if (left->claimant != right->claimant) {
        return left->claimant < right->claimant ? -1 : 1;
    }
    return (left_id > right_id) - (left_id < right_id);
}

static bool covers(const struct th_claim *a, const struct th_claim *b)
{
    return a->finding.kind >= b->finding.kind && a->finding.area_m2 >= b->finding.area_m2;
}

// Versions of one parcel follow each other, so that only one of them holds ground on any day: the
// worst and largest claim counts. Those of a parcel come together. True when none is to be added.
static bool claim_join(struct th_claims *claims, const struct th_claim *claim)
{
    size_t first = claims->n;
    bool covered = false;
    while (first > 0 && claim->claimant == TH_CLAIMANT_PARCEL &&
           claims->items[first - 1].claimant == TH_CLAIMANT_PARCEL &&
           claims->items[first - 1].finding.other_id == claim->finding.other_id) {
        first--;
    }
    size_t n = first;
    for (size_t i = first; i < claims->n; i++) {
        covered = covered || covers(&claims->items[i], claim);
        if (covered || !covers(claim, &claims->items[i])) {
            claims->items[n++] = claims->items[i];
        }
    }
    claims->n = n;
    return covered;
}

static enum th_status claim_take(struct comparing *c, struct th_claim claim, struct th_error *err)
{
    if (claim.finding.kind != TH_OVERLAP_UNSOUND) {
        return claim_join(&c->claims, &claim) ? TH_OK : claim_push(&c->claims, claim, err);
    }
    if (!c->is_unsound) {
        c->unsound = claim;
    }
    c->is_unsound = true;
    return TH_OK;
}

// Where the lists of the row in question begin; rows are asked in order.
struct cursor {
    size_t meeting;
    size_t pair;
};

// Collects what stands against row `position`: registered parcels other than its own earlier
// version and those that get a new version themselves, land under other schemes, and accepted rows
// before it.
static enum th_status claims_collect(struct comparing *c, size_t position, struct cursor *at,
                                     struct th_error *err)
{
    struct th_claims *claims = &c->claims;
    enum th_status status = TH_OK;
    claims->n = 0;
    claims->more = th_id_set_has(&c->crowded, (int64_t)position + 1);
    c->is_unsound = false;
    while (at->meeting < c->n_meetings && c->meetings[at->meeting].row < position) {
        at->meeting++;
    }
    while (at->pair < c->pairs.n && c->pairs.items[at->pair].b < position) {
        at->pair++;
    }
    for (;
         status == TH_OK && at->meeting < c->n_meetings && c->meetings[at->meeting].row == position;
         at->meeting++) {
        const struct meeting *meeting = &c->meetings[at->meeting];
        int64_t other = meeting->claim.finding.other_id;
        bool given_up =
            meeting->claim.claimant == TH_CLAIMANT_PARCEL &&
            (other == c->run->rows[position].parcel_id || th_id_set_has(&c->replaced, other));
        if (!meeting->over && !given_up) {
            status = claim_take(c, meeting->claim, err);
        }
    }
    for (; status == TH_OK && at->pair < c->pairs.n && c->pairs.items[at->pair].b == position;
         at->pair++) {
        const struct th_fabric_pair *pair = &c->pairs.items[at->pair];
        struct th_claim claim = {.claimant = TH_CLAIMANT_ROW, .finding = pair->finding};
        claim.finding.other_id = pair->a;
        claims->more = claims->more || pair->more;
        // A row with too many overlaps to list was not compared with all: each listed one counts.
        if (c->run->rows[pair->a].fate == TH_ROW_ACCEPTED || pair->more) {
            status = claim_take(c, claim, err);
        }
    }
    if (status == TH_OK && claims->n > 1) {
        qsort(claims->items, claims->n, sizeof(*claims->items), compare_claims);
    }
    return status;
}

// Ground that stays takes nothing from anybody: what was taken off it, or off its neighbours, when
// it came is right as it is, and to ask again would take the same strips off both sides.
static void kept_accept(struct th_import_run *run)
{
    for (size_t i = 0; i < run->n_rows; i++) {
        struct th_staged_row *row = &run->rows[i];
        if (row->ground_kept && row->fate == TH_ROW_PENDING && row->ground != NULL) {
            row->fate = TH_ROW_ACCEPTED;
        }
    }
}

// Parcels that a row of this source replaces: their old ground stands in nobody's way.
static enum th_status replaced_collect(struct comparing *c, struct th_error *err)
{
    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && i < c->run->n_rows; i++) {
        const struct th_staged_row *row = &c->run->rows[i];
        bool is_new = false;
        if (takes_part(row) && row->parcel_id != 0) {
            status = th_id_set_add(&c->replaced, row->parcel_id, &is_new, err);
        }
    }
    return status;
}

// Keeps a row out that could not be compared, and says what has to be mended first.
static void unsound_refuse(struct comparing *c, struct th_staged_row *row)
{
    static const char *const KEYS[] = {[TH_CLAIMANT_PARCEL] = "unsound_registered",
                                       [TH_CLAIMANT_LAYER] = "unsound_layer",
                                       [TH_CLAIMANT_ROW] = "unsound_row"};
    const struct th_claim *claim = &c->unsound;
    int64_t other = claim->finding.other_id;
    size_t position = c->run->resolved.n;
    struct th_error what;
    (void)th_error_set(&what, TH_DATA_PROBLEM, KEYS[claim->claimant], NULL);
    if (claim->claimant == TH_CLAIMANT_LAYER) {
        th_error_add(&what, "other", claim->shape->layer_name);
    } else {
        th_error_add_int(&what, "other",
                         claim->claimant == TH_CLAIMANT_ROW ? c->run->rows[other].row : other);
    }
    th_problems_add(&c->run->resolved, row->row, row->feature, TH_PROBLEM_ERROR, NULL, &what);
    th_problems_place(&c->run->resolved, position, row->middle);
    row->compared = true;
    row->fate = TH_ROW_REFUSED;
}

static enum th_status retired_remark(struct comparing *c, struct th_staged_row *row,
                                     size_t first_meeting, struct th_error *err)
{
    size_t position = (size_t)(row - c->run->rows);
    size_t n_before = c->run->resolved.n;
    enum th_status status = TH_OK;
    for (size_t i = first_meeting; status == TH_OK && i < c->n_meetings; i++) {
        const struct meeting *meeting = &c->meetings[i];
        if (meeting->row > position || c->run->resolved.n - n_before >= RETIRED_SHOWN) {
            break;
        }
        if (meeting->row == position && meeting->over &&
            meeting->claim.finding.kind >= TH_OVERLAP_AREA &&
            meeting->claim.finding.kind != TH_OVERLAP_UNSOUND) {
            status = th_import_decide_retired(c->run, row, &meeting->claim.finding, err);
        }
    }
    return status;
}

// One pass over the rows under the assumption that every row in `replaced` is accepted;
// *ret_refused tells whether one of them was not.
static enum th_status decide_all(struct comparing *c, bool *ret_refused, struct th_error *err)
{
    struct th_import_run *run = c->run;
    struct cursor at = {0};
    struct th_id_set kept = {0};
    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && i < run->n_rows; i++) {
        struct th_staged_row *row = &run->rows[i];
        bool is_new = false;
        if (!takes_part(row)) {
            continue;
        }
        status = claims_collect(c, i, &at, err);
        size_t first_meeting = at.meeting;
        while (first_meeting > 0 && c->meetings[first_meeting - 1].row == i) {
            first_meeting--;
        }
        if (status == TH_OK && c->is_unsound) {
            unsound_refuse(c, row);
        } else if (status == TH_OK) {
            status = th_import_decide(run, row, &c->claims, err);
        }
        if (status == TH_OK && row->fate == TH_ROW_ACCEPTED) {
            status = retired_remark(c, row, first_meeting, err);
        }
        if (status == TH_OK && row->fate == TH_ROW_ACCEPTED && row->parcel_id != 0 &&
            th_id_set_has(&c->replaced, row->parcel_id)) {
            status = th_id_set_add(&kept, row->parcel_id, &is_new, err);
        }
    }
    *ret_refused = kept.n < c->replaced.n;
    th_id_set_clear(&c->replaced);
    c->replaced = kept;
    return status;
}

// Undoes what a pass decided.
static void take_back(struct th_import_run *run, size_t n_problems)
{
    th_problems_truncate(&run->resolved, n_problems);
    th_import_findings_clear(run);
    for (size_t i = 0; i < run->n_rows; i++) {
        struct th_staged_row *row = &run->rows[i];
        if (row->ground == NULL || !row->compared) {
            continue;
        }
        row->fate = TH_ROW_PENDING;
        row->compared = false;
        row->sliver = th_area_from_m2_300(0);
    }
}

// A row that gives up its old ground makes room for its neighbours; when it is refused after all,
// the room is gone, so the rows are decided again without it. Each pass loses at least one, and a
// row that is accepted only now makes no room: others would have been refused beside it.
static enum th_status decide(struct comparing *c, struct th_error *err)
{
    size_t n_problems = c->run->resolved.n;
    bool refused = false;
    enum th_status status = decide_all(c, &refused, err);
    while (status == TH_OK && refused) {
        take_back(c->run, n_problems);
        status = decide_all(c, &refused, err);
    }
    return status;
}

enum th_status th_import_compare(struct th_import_run *run, struct th_error *err)
{
    struct comparing c = {.run = run, .status = TH_OK};
    enum th_status status = th_import_shift_check(run, err);
    if (status == TH_OK) {
        status = th_import_bounds_check(run, err);
    }
    if (status == TH_OK) {
        status = th_import_places_remind(run, err);
    }
    if (status == TH_OK) {
        kept_accept(run);
    }
    if (status == TH_OK) {
        status = fabric_weave(&c, err);
    }
    if (status == TH_OK) {
        status = registered_meet(&c, err);
    }
    if (status == TH_OK) {
        status = schemes_meet(&c, err);
    }
    if (status == TH_OK && c.n_meetings > 1) {
        qsort(c.meetings, c.n_meetings, sizeof(*c.meetings), compare_meetings);
    }
    if (status == TH_OK) {
        status = replaced_collect(&c, err);
    }
    if (status == TH_OK) {
        status = decide(&c, err);
    }
    if (status == TH_OK) {
        status = th_import_findings_draw(run, err);
    }
    th_fabric_free(c.fabric);
    th_fabric_probe_free(c.probe);
    th_validity_free(c.validity);
    th_id_set_clear(&c.asked);
    th_id_set_clear(&c.replaced);
    free(c.parcels);
    free(c.pairs.items);
    free(c.meetings);
    free(c.claims.items);
    th_id_set_clear(&c.crowded);
    th_schemes_clear(&c.schemes);
    return status;
}
