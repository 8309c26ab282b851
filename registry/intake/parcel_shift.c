// Are the rows where a phone's map would show them? A file of GCJ-02 or BD-09 coordinates looks
// like any other; it lies 450 to 1,200 m beside the truth. Three things give it away: it fits
// boundaries and neighbours better once the shift is taken off, and parcels that are registered
// already have the shape of its rows.
//
// The work is bounded, since a registry may hold a million parcels: a sample of the rows is asked
// about, spread over the file, and a number of registered parcels is looked at.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/id_set.h"
#include "core/text.h"
#include "gis/fingerprint.h"
#include "gis/offset.h"
#include "registry/intake/parcel_internal.h"

enum {
    ASKED_MAX = 5000,         // rows whose twin is looked for
    SEARCHED_MAX = 1000,      // rows about which the registry is searched
    NEIGHBOURS_MAX = 20000,   // registered parcels that are looked at
    NEIGHBOURS_OF_ONE = 1000, // of them for one row
    FEW = 200,                // rows that are searched one by one in any case
    MANY_TWINS = 5
};

static const double MANY_SHARE = 0.05; // of the rows asked about
// Of corners near some edge so many lie on one where parcels adjoin; by chance it is every tenth.
static const double ADJOINING_SHARE = 0.2;
static const double REACH_DEG = 0.0165; // beyond the shift of any map, 1.5 km

struct neighbour {
    int64_t parcel_id;
    struct th_ground *ground; // owned
    struct th_fingerprint fingerprint;
};

struct twin {
    size_t row; // position
    struct th_fingerprint_match match;
};

struct shifting {
    struct th_import_run *run;
    size_t *asked; // positions of rows, spread over the file
    size_t n_asked;
    size_t n_rows; // that take part
    struct neighbour *neighbours;
    size_t n_neighbours;
    size_t neighbours_capacity;
    size_t n_looked, look_max;
    struct th_id_set seen;
    struct twin *twins;
    size_t n_twins;
    struct th_offset_finding *finding;
    enum th_status status; // of a visit
    struct th_error err;
};

// Rows that were refused for other reasons may show as well how the file was made.
static bool takes_part(const struct th_staged_row *row)
{
    return row->ground != NULL && (row->fate == TH_ROW_PENDING || row->fate == TH_ROW_REFUSED);
}

// The rows in an order that goes through the whole file again and again: a multiple of a prime that
// is larger than any number of rows meets each of them once.
static enum th_status rows_choose(struct shifting *s, struct th_error *err)
{
    static const uint64_t STRIDE = 2654435761;
    const struct th_import_run *run = s->run;
    size_t *all = calloc(run->n_rows + 1, sizeof(*all));
    size_t n = 0;
    if (all == NULL) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < run->n_rows; i++) {
        if (takes_part(&run->rows[i])) {
            all[n++] = i;
        }
    }
    s->n_rows = n;
    s->n_asked = n < ASKED_MAX ? n : ASKED_MAX;
    s->asked = calloc(s->n_asked + 1, sizeof(*s->asked));
    for (size_t k = 0; s->asked != NULL && k < s->n_asked; k++) {
        s->asked[k] = all[k * STRIDE % n];
    }
    free(all);
    return s->asked == NULL ? th_error_no_memory(err) : TH_OK;
}

static enum th_status neighbour_push(struct shifting *s, const struct th_parcel_record *record,
                                     const void *wkb, size_t wkb_size, struct th_error *err)
{
    if (s->n_neighbours == s->neighbours_capacity) {
        size_t capacity = s->neighbours_capacity == 0 ? 64 : 2 * s->neighbours_capacity;
        struct neighbour *grown = realloc(s->neighbours, capacity * sizeof(*grown));
        if (grown == NULL) {
            return th_error_no_memory(err);
        }
        s->neighbours = grown;
        s->neighbours_capacity = capacity;
    }
    struct neighbour *neighbour = &s->neighbours[s->n_neighbours];
    *neighbour = (struct neighbour){.parcel_id = record->parcel_id};
    enum th_status status = th_ground_from_wkb(wkb, wkb_size, &neighbour->ground, err);
    if (status == TH_UNREADABLE || status == TH_DATA_PROBLEM) {
        return TH_OK; // the comparison names it to the rows beside it
    }
    if (status != TH_OK) {
        return status;
    }
    th_fingerprint_make(neighbour->ground, th_area_m2(record->measured),
                        (double)record->perimeter_mm / 1000, &neighbour->fingerprint);
    s->n_neighbours++;
    return TH_OK;
}

static bool neighbour_visit(void *context, const struct th_parcel_stand *stand)
{
    struct shifting *s = context;
    bool is_new = false;
    s->n_looked++;
    if (stand->until.year != 0) {
        return s->n_looked < s->look_max;
    }
    s->status = th_id_set_add(&s->seen, stand->record.parcel_id, &is_new, &s->err);
    if (s->status == TH_OK && is_new) {
        s->status = neighbour_push(s, &stand->record, stand->wkb, stand->wkb_size, &s->err);
    }
    return s->status == TH_OK && s->n_looked < s->look_max;
}

static enum th_status search(struct shifting *s, struct th_box box, struct th_error *err)
{
    if (s->n_looked >= s->look_max) {
        return TH_OK;
    }
    const struct th_parcel_box there = {box.west, box.south, box.east, box.north, {0}};
    enum th_status status = th_parcel_box_each(s->run->store, &there, neighbour_visit, s, err);
    if (status == TH_OK && s->status != TH_OK) {
        if (err != NULL) {
            *err = s->err;
        }
        status = s->status;
    }
    return status;
}

static struct th_box widen(struct th_box box, double by_deg)
{
    return (struct th_box){box.west - by_deg, box.south - by_deg, box.east + by_deg,
                           box.north + by_deg};
}

// Where the row lies, where it lies when a map's shift is taken off, and where a map would show it.
static enum th_status row_search(struct shifting *s, const struct th_staged_row *row,
                                 struct th_error *err)
{
    static const double about_deg = 0.0012; // others of the same shape within 100 m matter
    struct th_box box = th_ground_box(row->ground);
    struct th_xy middle = row->middle;
    struct th_xy gcj02 = th_offset_from_bd09(middle);
    const struct th_xy places[] = {th_offset_from_gcj02(middle), th_offset_from_gcj02(gcj02),
                                   th_offset_to_gcj02(middle),
                                   th_offset_to_bd09(th_offset_to_gcj02(middle)), middle};
    enum th_status status = TH_OK;
    if (!th_offset_applies(middle)) {
        return TH_OK;
    }
    for (size_t i = 0; status == TH_OK && i < sizeof(places) / sizeof(places[0]); i++) {
        struct th_xy way = {places[i].x - middle.x, places[i].y - middle.y};
        struct th_box there = {box.west + way.x, box.south + way.y, box.east + way.x,
                               box.north + way.y};
        status = search(s, widen(there, about_deg), err);
    }
    return status;
}

static enum th_status neighbours_search(struct shifting *s, struct th_error *err)
{
    int64_t last_parcel = 0;
    int64_t last_version = 0;
    struct th_box box;
    enum th_status status = th_parcel_heads(s->run->store, &last_parcel, &last_version, err);
    if (status != TH_OK || last_parcel == 0) {
        return status;
    }
    s->look_max = s->n_asked < NEIGHBOURS_MAX / NEIGHBOURS_OF_ONE ? s->n_asked * NEIGHBOURS_OF_ONE
                                                                  : NEIGHBOURS_MAX;
    if (s->n_asked > FEW && last_parcel <= NEIGHBOURS_MAX &&
        th_import_box(s->run, takes_part, &box)) {
        return search(s, widen(box, REACH_DEG), err);
    }
    for (size_t i = 0; status == TH_OK && i < s->n_asked && i < SEARCHED_MAX; i++) {
        status = row_search(s, &s->run->rows[s->asked[i]], err);
    }
    return status;
}

static void print_row(const struct th_staged_row *row, struct th_fingerprint *ret_fingerprint)
{
    th_fingerprint_make(row->ground, th_area_m2(row->measured), (double)row->perimeter_mm / 1000,
                        ret_fingerprint);
}

// Rows stand in the index under -(position + 1).
static enum th_status index_fill(struct shifting *s, struct th_fingerprint_index *index,
                                 struct th_error *err)
{
    const struct th_import_run *run = s->run;
    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && i < run->n_rows; i++) {
        struct th_fingerprint fingerprint;
        if (!takes_part(&run->rows[i])) {
            continue;
        }
        print_row(&run->rows[i], &fingerprint);
        status = th_fingerprint_index_add(index, -(int64_t)i - 1, run->rows[i].ground, &fingerprint,
                                          err);
    }
    for (size_t i = 0; status == TH_OK && i < s->n_neighbours; i++) {
        status =
            th_fingerprint_index_add(index, s->neighbours[i].parcel_id, s->neighbours[i].ground,
                                     &s->neighbours[i].fingerprint, err);
    }
    return status;
}

// A right row beside a shifted one of the same file has done nothing wrong, nor has one that brings
// its own parcel back to where it is.
static bool blames_row(const struct shifting *s, size_t row,
                       const struct th_fingerprint_match *match)
{
    if (!match->indexed_shifted) {
        return true;
    }
    return match->id > 0 && match->id != s->run->rows[row].parcel_id;
}

static enum th_status twins_find(struct shifting *s, struct th_error *err)
{
    struct th_fingerprint_index *index = NULL;
    s->twins = calloc(s->n_asked + 1, sizeof(*s->twins));
    if (s->twins == NULL) {
        return th_error_no_memory(err);
    }
    enum th_status status = th_fingerprint_index_new(&index, err);
    if (status == TH_OK) {
        status = index_fill(s, index, err);
    }
    for (size_t i = 0; status == TH_OK && i < s->n_asked; i++) {
        size_t position = s->asked[i];
        const struct th_staged_row *row = &s->run->rows[position];
        struct th_fingerprint fingerprint;
        struct th_fingerprint_match match;
        bool found = false;
        print_row(row, &fingerprint);
        status = th_fingerprint_index_find(index, row->ground, &fingerprint, &found, &match, err);
        if (status == TH_OK && found && blames_row(s, position, &match)) {
            s->twins[s->n_twins++] = (struct twin){position, match};
        }
    }
    th_fingerprint_index_free(index);
    return status;
}

// Boundaries of the one role that says most about this place, of the layer that was loaded last.
static enum th_status boundary_load(struct shifting *s, struct th_layers_list *list,
                                    struct th_error *err)
{
    static const char *const ROLES[] = {"county", "township", "village"};
    struct th_box box;
    enum th_status status = TH_OK;
    if (!th_import_box(s->run, takes_part, &box)) {
        return TH_OK;
    }
    box = widen(box, REACH_DEG);
    for (size_t i = 0; status == TH_OK && list->n == 0 && i < sizeof(ROLES) / sizeof(ROLES[0]);
         i++) {
        status = th_layers_load(s->run->store, ROLES[i], &box, s->run->day, s->run->day, list, err);
    }
    return status;
}

static enum th_status offset_guess(struct shifting *s, const struct th_layers_list *boundary,
                                   struct th_error *err)
{
    const struct th_ground **parcels = calloc(s->n_asked + 1, sizeof(*parcels));
    const struct th_ground **edges = calloc(boundary->n + 1, sizeof(*edges));
    const struct th_ground **neighbours = calloc(s->n_neighbours + 1, sizeof(*neighbours));
    enum th_status status = TH_OK;
    int64_t newest = 0;
    if (parcels == NULL || edges == NULL || neighbours == NULL) {
        status = th_error_no_memory(err);
    }
    for (size_t i = 0; i < boundary->n; i++) {
        newest = boundary->items[i].layer_id > newest ? boundary->items[i].layer_id : newest;
    }
    struct th_offset_input input = {.parcels = parcels,
                                    .n_parcels = s->n_asked,
                                    .boundary = edges,
                                    .neighbours = neighbours,
                                    .n_neighbours = s->n_neighbours};
    for (size_t i = 0; status == TH_OK && i < s->n_asked; i++) {
        parcels[i] = s->run->rows[s->asked[i]].ground;
    }
    for (size_t i = 0; status == TH_OK && i < boundary->n; i++) {
        if (boundary->items[i].layer_id == newest) {
            edges[input.n_boundary++] = boundary->items[i].ground;
        }
    }
    for (size_t i = 0; status == TH_OK && i < s->n_neighbours; i++) {
        neighbours[i] = s->neighbours[i].ground;
    }
    if (status == TH_OK) {
        status = th_guess_offset(&input, s->finding, err);
    }
    free(parcels);
    free(edges);
    free(neighbours);
    return status;
}

// Where a shift would lay the rows upon registered parcels, some corners fall on edges by chance.
// That proves nothing unless so many do as where parcels adjoin.
static void finding_weigh(struct th_offset_finding *finding)
{
    size_t outside = finding->n_parcels - finding->counts[TH_OFFSET_NONE].n_inside;
    size_t left = finding->n_parcels - finding->counts[finding->offset].n_inside;
    bool by_boundary = finding->n_parcels > 0 && outside > 0 && left * 5 <= outside;
    double share = finding->n_corners == 0 ? 0
                                           : (double)finding->counts[finding->offset].n_on_edge /
                                                 (double)finding->n_corners;
    if (finding->verdict < TH_OFFSET_SUSPECTED || by_boundary || share >= ADJOINING_SHARE) {
        return;
    }
    finding->verdict = TH_OFFSET_CLEAR;
    finding->offset = TH_OFFSET_NONE;
}

static const char *offset_option(enum th_offset offset)
{
    return offset == TH_OFFSET_BD09 ? "bd09" : "gcj02";
}

static const char *offset_words(enum th_offset offset)
{
    return offset == TH_OFFSET_BD09 ? "@offset.bd09" : "@offset.gcj02";
}

// Fields of one make stand beside each other by chance; many of one file do not.
static bool twins_prove(const struct shifting *s)
{
    return s->n_twins >= MANY_TWINS && (double)s->n_twins >= MANY_SHARE * (double)s->n_asked;
}

static enum th_offset twins_offset(const struct shifting *s)
{
    size_t n_bd09 = 0;
    for (size_t i = 0; i < s->n_twins; i++) {
        n_bd09 += s->twins[i].match.offset == TH_OFFSET_BD09 ? 1 : 0;
    }
    return 2 * n_bd09 > s->n_twins ? TH_OFFSET_BD09 : TH_OFFSET_GCJ02;
}

static void add_metres(struct th_error *what, const char *name, double metres)
{
    th_error_add_int(what, name, (long long)llround(metres));
}

static void say(struct th_import_run *run, struct th_staged_row *row, bool certain,
                const struct th_error *what)
{
    th_problems_add(&run->resolved, row->row, row->feature,
                    certain ? TH_PROBLEM_ERROR : TH_PROBLEM_WARNING, "gcj02_suspected", what);
    if (certain) {
        row->fate = TH_ROW_REFUSED;
    }
}

static void twin_say(struct shifting *s, const struct twin *twin, bool proved)
{
    const struct th_fingerprint_match *match = &twin->match;
    struct th_staged_row *row = &s->run->rows[twin->row];
    bool by_row = match->id < 0;
    struct th_error what;
    (void)th_error_set(&what, TH_DATA_PROBLEM,
                       match->indexed_shifted ? "gcj02_registered" : "gcj02_suspected",
                       "other_kind", by_row ? "@other.row" : "@other.parcel", "map",
                       offset_words(match->offset), "offset", offset_option(match->offset), NULL);
    th_error_add_int(&what, "other", by_row ? s->run->rows[-match->id - 1].row : match->id);
    if (match->indexed_shifted) {
        add_metres(&what, "distance_m", hypot(match->east_m, match->north_m));
    } else {
        add_metres(&what, "east_m", match->east_m);
        add_metres(&what, "north_m", match->north_m);
    }
    say(s->run, row, proved || match->n_alike == 0, &what);
}

static int compare_twins(const void *a, const void *b)
{
    const struct twin *left = a;
    const struct twin *right = b;
    return (left->row > right->row) - (left->row < right->row);
}

// The whole file lies where a map would show it: every row says so that does not yet.
static void file_say(struct shifting *s)
{
    const struct th_offset_finding *finding = s->finding;
    bool proved = finding->verdict == TH_OFFSET_PROVED;
    size_t next = 0;
    struct th_error what;
    if (finding->verdict < TH_OFFSET_SUSPECTED) {
        return;
    }
    (void)th_error_set(&what, TH_DATA_PROBLEM, proved ? "gcj02_proved" : "gcj02_likely", "map",
                       offset_words(finding->offset), "offset", offset_option(finding->offset),
                       NULL);
    for (size_t i = 0; i < s->run->n_rows; i++) {
        while (next < s->n_twins && s->twins[next].row < i) {
            next++;
        }
        bool told = next < s->n_twins && s->twins[next].row == i;
        if (!told && takes_part(&s->run->rows[i])) {
            say(s->run, &s->run->rows[i], proved, &what);
        }
    }
}

static void detection_tell(const struct shifting *s)
{
    const struct th_offset_finding *finding = s->finding;
    bool by_finding = finding->verdict >= TH_OFFSET_SUSPECTED;
    if (!by_finding && s->n_twins == 0) {
        return;
    }
    struct th_detection *detection = th_import_detect(s->run, "offset");
    if (detection == NULL) {
        return;
    }
    enum th_offset offset = by_finding ? finding->offset : twins_offset(s);
    th_text_copy(detection->choice, sizeof(detection->choice), "none");
    th_text_copy(detection->option, sizeof(detection->option), "--offset ");
    th_text_copy(detection->option + strlen(detection->option),
                 sizeof(detection->option) - strlen(detection->option), offset_option(offset));
    if (by_finding) {
        detection->evidence = finding->evidence;
    }
    if (s->n_twins == 0) {
        return;
    }
    struct th_error *item = th_reasons_add(&detection->evidence, "detect.offset_twins");
    th_error_add_int(item, "part", (long long)s->n_twins);
    th_error_add_int(item, "whole", (long long)s->n_asked);
    th_error_add(item, "offset", offset_words(twins_offset(s)));
}

static enum th_status look(struct shifting *s, struct th_error *err)
{
    struct th_layers_list boundary = {0};
    enum th_status status = neighbours_search(s, err);
    if (status == TH_OK) {
        status = twins_find(s, err);
    }
    if (status == TH_OK) {
        status = boundary_load(s, &boundary, err);
    }
    if (status == TH_OK) {
        status = offset_guess(s, &boundary, err);
    }
    th_layers_clear(&boundary);
    return status;
}

enum th_status th_import_shift_check(struct th_import_run *run, struct th_error *err)
{
    struct shifting s = {.run = run, .status = TH_OK};
    enum th_status status = TH_OK;
    if (run->path != NULL && run->how.offset != TH_OFFSET_NONE) {
        return th_import_shift_claim_check(run, err);
    }
    if (run->path == NULL || run->options->offset != NULL) {
        return TH_OK;
    }
    th_import_undetect(run, "offset");
    s.finding = calloc(1, sizeof(*s.finding));
    if (s.finding == NULL) {
        return th_error_no_memory(err);
    }
    status = rows_choose(&s, err);
    if (status == TH_OK && s.n_asked > 0) {
        status = look(&s, err);
    }
    if (status == TH_OK && s.n_asked > 0) {
        finding_weigh(s.finding);
        if (s.n_twins > 1) {
            qsort(s.twins, s.n_twins, sizeof(*s.twins), compare_twins);
        }
        bool proved = twins_prove(&s);
        for (size_t i = 0; i < s.n_twins; i++) {
            twin_say(&s, &s.twins[i], proved);
        }
        file_say(&s);
        detection_tell(&s);
    }
    for (size_t i = 0; i < s.n_neighbours; i++) {
        th_ground_free(s.neighbours[i].ground);
    }
    free(s.neighbours);
    free(s.asked);
    free(s.twins);
    free(s.finding);
    th_id_set_clear(&s.seen);
    return status;
}
