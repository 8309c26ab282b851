#include "gis/guess.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/text.h"
#include "gis/crs.h"

enum {
    TESTED_MAX = 500, // parcels that are placed for each candidate
    WEB_MERCATOR = 3857
};

static const double ENOUGH = 0.9; // of the parcels must agree
// China and what lies around it (degrees, metres north of the equator).
static const struct th_box CHINA_DEG = {70, 15, 140, 56};
static const double NORTH_MIN_M = 1.6e6;
static const double NORTH_MAX_M = 6.3e6;
static const double ZONE_M = 1e6;
static const double EAST_MIN_M = 1e5; // within a zone
static const double EAST_MAX_M = 9e5;
static const struct th_box CHINA_MERCATOR_M = {7.79e6, 1.68e6, 1.559e7, 7.56e6};

// How many parcels have numbers of each kind.
struct tally {
    size_t degrees, degrees_swapped;
    size_t zone[2][64]; // by order of axes and number of the zone
    size_t stripped[2];
    size_t mercator[2];
    size_t other;
};

static bool within(struct th_box box, double x, double y)
{
    return x >= box.west && x <= box.east && y >= box.south && y <= box.north;
}

static struct th_xy middle(struct th_box box)
{
    return (struct th_xy){box.west + (box.east - box.west) / 2,
                          box.south + (box.north - box.south) / 2};
}

static int zone_width(int zone)
{
    if (zone >= th_zone_first(3) && zone <= th_zone_last(3)) {
        return 3;
    }
    return zone >= th_zone_first(6) && zone <= th_zone_last(6) ? 6 : 0;
}

// The zone whose number stands before an easting, or 0.
static int zone_of(double easting, double northing)
{
    if (!(northing >= NORTH_MIN_M && northing <= NORTH_MAX_M) ||
        !(easting >= 13 * ZONE_M && easting < 46 * ZONE_M)) {
        return 0;
    }
    int zone = (int)(easting / ZONE_M);
    double within_m = easting - zone * ZONE_M;
    bool fits = zone_width(zone) != 0 && within_m >= EAST_MIN_M && within_m <= EAST_MAX_M;
    return fits ? zone : 0;
}

static void tally_add(struct tally *tally, struct th_xy at)
{
    bool any = false;
    if (within(CHINA_DEG, at.x, at.y)) {
        tally->degrees++;
        any = true;
    } else if (within(CHINA_DEG, at.y, at.x)) {
        tally->degrees_swapped++;
        any = true;
    }
    for (int swap = 0; swap < 2; swap++) {
        double x = swap ? at.y : at.x;
        double y = swap ? at.x : at.y;
        int zone = zone_of(x, y);
        bool stripped = x >= EAST_MIN_M && x <= EAST_MAX_M && y >= NORTH_MIN_M && y <= NORTH_MAX_M;
        bool mercator = within(CHINA_MERCATOR_M, x, y);
        tally->zone[swap][zone] += zone != 0;
        tally->stripped[swap] += stripped;
        tally->mercator[swap] += mercator;
        any = any || zone != 0 || stripped || mercator;
    }
    tally->other += !any;
}

// How many of a sample of the parcels this system puts into the place.
static enum th_status count_inside(const struct th_guess_input *input, const char *definition,
                                   bool swap, size_t *ret_inside, struct th_error *err)
{
    struct th_crs_transform *transform = NULL;
    enum th_status status = th_crs_transform_new(definition, NULL, &transform, err);
    if (status != TH_OK) {
        return status;
    }
    size_t step = (input->n_boxes + TESTED_MAX - 1) / TESTED_MAX;
    size_t inside = 0;
    for (size_t i = 0; i < input->n_boxes; i += step) {
        struct th_xy at = middle(input->boxes[i]);
        size_t end = 1;
        if (swap) {
            at = (struct th_xy){at.y, at.x};
        }
        struct th_geometry point = {.n_points = 1, .n_rings = 1, .ring_ends = &end};
        point.points = malloc(sizeof(*point.points));
        if (point.points == NULL) {
            status = th_error_no_memory(err);
            break;
        }
        point.points[0] = at;
        if (th_crs_transform_apply(transform, &point, NULL) == TH_OK) {
            inside += within(input->place, point.points[0].x, point.points[0].y);
        }
        free(point.points);
    }
    th_crs_transform_free(transform);
    if (status == TH_OK) {
        *ret_inside = inside;
    }
    return status;
}

static size_t n_tested(const struct th_guess_input *input)
{
    size_t step = (input->n_boxes + TESTED_MAX - 1) / TESTED_MAX;
    return step == 0 ? 0 : (input->n_boxes + step - 1) / step;
}

static bool enough(size_t part, size_t whole)
{
    return whole > 0 && (double)part >= ENOUGH * (double)whole;
}

static void candidate_add(struct th_guess *guess, int epsg, bool swap, size_t n_inside)
{
    if (guess->n_candidates < TH_GUESS_CANDIDATES_MAX) {
        guess->candidates[guess->n_candidates++] =
            (struct th_guess_candidate){epsg, swap, n_inside};
    }
}

static struct th_error *evidence_counted(struct th_guess *guess, const char *key, size_t part,
                                         size_t whole)
{
    struct th_error *item = th_reasons_add(&guess->evidence, key);
    th_error_add_int(item, "part", (long long)part);
    th_error_add_int(item, "whole", (long long)whole);
    return item;
}

static enum th_status candidate_test(const struct th_guess_input *input, struct th_guess *guess,
                                     int epsg, bool swap, bool only_inside, struct th_error *err)
{
    char definition[24];
    size_t inside = 0;
    (void)snprintf(definition, sizeof(definition), "EPSG:%d", epsg);
    enum th_status status = count_inside(input, definition, swap, &inside, err);
    if (status == TH_OK && (!only_inside || enough(inside, guess->n_tested))) {
        candidate_add(guess, epsg, swap, inside);
    }
    return status;
}

// The numbers bear a zone: CGCS2000 first, then the datums with the same zones, which lie at the
// same place as nearly as this question needs.
static enum th_status propose_zone(const struct th_guess_input *input, struct th_guess *guess,
                                   int zone, bool swap, size_t count, struct th_error *err)
{
    int width = zone_width(zone);
    guess->shape = TH_GUESS_ZONE;
    guess->zone = (struct th_zone){TH_ZONE_CGCS2000, width, zone, true};
    struct th_error *item = evidence_counted(guess, "detect.zone_prefix", count, input->n_boxes);
    th_error_add_int(item, "zone", zone);
    th_error_add_int(item, "width", width);
    th_error_add_int(item, "meridian", th_zone_meridian_deg(width, zone));
    enum th_status status = candidate_test(
        input, guess, th_zone_code(TH_ZONE_CGCS2000, width, zone, true), swap, false, err);
    if (status == TH_OK) {
        size_t inside = guess->candidates[guess->n_candidates - 1].n_inside;
        candidate_add(guess, th_zone_code(TH_ZONE_XIAN80, width, zone, true), swap, inside);
        candidate_add(guess, th_zone_code(TH_ZONE_BEIJING54, width, zone, true), swap, inside);
    }
    return status;
}

static const char *place_name(const struct th_guess_input *input)
{
    if (input->place_name != NULL) {
        return input->place_name;
    }
    return input->place_is_county ? "@place.county" : "@place.registry";
}

// "117° EPSG:4548 = EPSG:4509, 120° EPSG:4549": behind the sign of equality the zone of 6 degrees
// on the same meridian.
static void meridians_tell(const struct th_guess_input *input, struct th_guess *guess)
{
    struct th_buf list;
    struct th_error *item = th_reasons_add(&guess->evidence, "detect.zone_meridians");
    th_buf_init(&list, TH_ERROR_VALUE_SIZE);
    for (int i = 0; i < guess->n_candidates; i++) {
        struct th_zone zone;
        if (!th_zone_find(guess->candidates[i].epsg, &zone)) {
            continue;
        }
        int meridian = th_zone_meridian_deg(zone.width_deg, zone.zone);
        th_buf_printf(&list, "%s%d° EPSG:%d", i == 0 ? "" : ", ", meridian,
                      guess->candidates[i].epsg);
        if (zone.width_deg == 3 && (meridian + 3) % 6 == 0) {
            th_buf_printf(&list, " = EPSG:%d",
                          th_zone_code(TH_ZONE_CGCS2000, 6, (meridian + 3) / 6, false));
        }
    }
    th_error_add(item, "place", place_name(input));
    th_error_add(item, "list", th_buf_text(&list));
    th_buf_clear(&list);
}

// The zone was taken off: the place decides. Zones of 6 degrees on a meridian that also has a zone
// of 3 degrees give the same numbers and need no second look.
static enum th_status propose_stripped(const struct th_guess_input *input, struct th_guess *guess,
                                       bool swap, size_t count, struct th_error *err)
{
    enum th_status status = TH_OK;
    guess->shape = TH_GUESS_STRIPPED;
    (void)evidence_counted(guess, "detect.zone_stripped", count, input->n_boxes);
    double reach = 4.5; // degrees from the meridian that eastings of six digits may lie at
    for (int width = 3; status == TH_OK && width <= 6; width += 3) {
        for (int zone = th_zone_first(width); status == TH_OK && zone <= th_zone_last(width);
             zone++) {
            int meridian = th_zone_meridian_deg(width, zone);
            bool near =
                meridian >= input->place.west - reach && meridian <= input->place.east + reach;
            if (near && !(width == 6 && meridian % 3 == 0 && meridian / 3 >= th_zone_first(3))) {
                status =
                    candidate_test(input, guess, th_zone_code(TH_ZONE_CGCS2000, width, zone, false),
                                   swap, true, err);
            }
        }
    }
    // As many as there is room for are all that China has: nobody said where this is.
    if (status == TH_OK && guess->n_candidates == TH_GUESS_CANDIDATES_MAX) {
        guess->n_candidates = 0;
        (void)th_reasons_add(&guess->evidence, "detect.zone_open");
    }
    if (status == TH_OK && guess->n_candidates > 1) {
        meridians_tell(input, guess);
    }
    return status;
}

// Fills shape, candidates and evidence from the numbers alone.
static enum th_status look_at_numbers(const struct th_guess_input *input, struct th_guess *guess,
                                      struct th_error *err)
{
    struct tally tally = {0};
    size_t n = input->n_boxes;
    enum th_status status = TH_OK;
    for (size_t i = 0; i < n; i++) {
        tally_add(&tally, middle(input->boxes[i]));
    }
    if (enough(tally.degrees, n) || enough(tally.degrees_swapped, n)) {
        bool swap = enough(tally.degrees_swapped, n);
        guess->shape = TH_GUESS_DEGREES;
        (void)evidence_counted(guess, swap ? "detect.degrees_swapped" : "detect.degrees",
                               swap ? tally.degrees_swapped : tally.degrees, n);
        return candidate_test(input, guess, 4490, swap, false, err);
    }
    for (int swap = 0; swap < 2; swap++) {
        // Web Mercator's numbers may also look like a zone far in the west; the place tells.
        if (status == TH_OK && enough(tally.mercator[swap], n)) {
            status = candidate_test(input, guess, WEB_MERCATOR, swap, true, err);
            if (status == TH_OK && guess->n_candidates > 0) {
                guess->shape = TH_GUESS_MERCATOR;
                (void)evidence_counted(guess, "detect.mercator", tally.mercator[swap], n);
                return TH_OK;
            }
        }
        for (int zone = th_zone_first(6); status == TH_OK && zone <= th_zone_last(3); zone++) {
            if (enough(tally.zone[swap][zone], n)) {
                return propose_zone(input, guess, zone, swap, tally.zone[swap][zone], err);
            }
        }
        if (status == TH_OK && enough(tally.stripped[swap], n)) {
            return propose_stripped(input, guess, swap, tally.stripped[swap], err);
        }
    }
    if (status == TH_OK) {
        (void)evidence_counted(guess, tally.other == n ? "detect.numbers_strange" : "detect.mixed",
                               tally.other, n);
    }
    return status;
}

// Candidates from the numbers, with what the place says about them.
static enum th_status propose(const struct th_guess_input *input, struct th_guess *guess,
                              struct th_error *err)
{
    enum th_status status = look_at_numbers(input, guess, err);
    if (status != TH_OK || guess->n_candidates == 0) {
        guess->verdict = TH_GUESS_UNKNOWN;
        return status;
    }
    const struct th_guess_candidate *first = &guess->candidates[0];
    guess->verdict = TH_GUESS_ASK;
    guess->confidence = (double)first->n_inside / (double)guess->n_tested;
    bool inside = enough(first->n_inside, guess->n_tested);
    // Of stripped zones each candidate is another place; otherwise they are other datums only.
    bool alone = guess->shape != TH_GUESS_STRIPPED || guess->n_candidates == 1;
    guess->proved = inside && alone && input->place_is_county;
    if (first->swap_axes && guess->shape != TH_GUESS_DEGREES) {
        (void)th_reasons_add(&guess->evidence, "detect.northing_first");
    }
    if (alone) {
        struct th_error *item =
            evidence_counted(guess, "detect.place", first->n_inside, guess->n_tested);
        char code[24];
        (void)snprintf(code, sizeof(code), "EPSG:%d", first->epsg);
        th_error_add(item, "crs", code);
        th_error_add(item, "place", place_name(input));
    }
    if (guess->shape != TH_GUESS_MERCATOR) {
        (void)th_reasons_add(&guess->evidence, "detect.datum_open");
    }
    return TH_OK;
}

// The declared system's number, or 0.
static int declared_code(const char *declared)
{
    struct th_crs_transform *transform = NULL;
    const char *text = "";
    int64_t code = 0;
    if (th_crs_transform_new(declared, NULL, &transform, NULL) == TH_OK) {
        text = th_crs_transform_code(transform);
    } else {
        text = declared; // on a closed datum: its number is enough
    }
    if (!th_text_starts_with(text, "EPSG:") || !th_text_parse_int(text + 5, 1, 999999, &code)) {
        code = 0;
    }
    th_crs_transform_free(transform);
    return (int)code;
}

// A definition that can be placed without parameters, near enough for this question.
static void definition_open(const char *declared, char *text, size_t size)
{
    struct th_zone zone;
    int code = declared_code(declared);
    int open = code;
    if (th_zone_find(code, &zone)) {
        open = th_zone_code(TH_ZONE_CGCS2000, zone.width_deg, zone.zone, zone.prefixed);
    } else if (code == 4610 || code == 4214) {
        open = 4490;
    }
    if (open != code) {
        (void)snprintf(text, size, "EPSG:%d", open);
    } else {
        (void)snprintf(text, size, "%s", declared);
    }
}

static enum th_status judge_declared(const struct th_guess_input *input, struct th_guess *guess,
                                     char *definition, bool *ret_settled, struct th_error *err)
{
    struct th_error unusable = {0};
    size_t inside = 0;
    size_t swapped = 0;
    guess->verdict = TH_GUESS_AGREES;
    enum th_status status = count_inside(input, definition, false, &inside, &unusable);
    if (status == TH_DATA_PROBLEM) { // what th_crs_transform_new says about it is enough
        *ret_settled = true;
        return TH_OK;
    }
    if (status == TH_OK && !enough(inside, guess->n_tested)) {
        status = count_inside(input, definition, true, &swapped, &unusable);
    }
    if (status != TH_OK) {
        if (err != NULL) {
            *err = unusable;
        }
        return status;
    }
    *ret_settled = true;
    if (enough(inside, guess->n_tested)) {
        guess->confidence = (double)inside / (double)guess->n_tested;
        guess->proved = input->place_is_county;
        return TH_OK;
    }
    (void)evidence_counted(guess, "detect.declared_elsewhere", inside, guess->n_tested);
    int code = declared_code(input->declared);
    if (enough(swapped, guess->n_tested) && code != 0) {
        guess->verdict = TH_GUESS_ASK;
        guess->confidence = (double)swapped / (double)guess->n_tested;
        guess->proved = input->place_is_county;
        candidate_add(guess, code, true, swapped);
        (void)evidence_counted(guess, "detect.declared_swapped", swapped, guess->n_tested);
        return TH_OK;
    }
    *ret_settled = false;
    return TH_OK;
}

enum th_status th_guess_crs(const struct th_guess_input *input, struct th_guess *ret_guess,
                            struct th_error *err)
{
    struct th_guess *guess = calloc(1, sizeof(*guess));
    char *definition = NULL;
    bool settled = false;
    bool declared = input->declared != NULL && input->declared[0] != '\0';
    enum th_status status = TH_OK;
    if (guess == NULL) {
        return th_error_no_memory(err);
    }
    guess->n_tested = n_tested(input);
    guess->verdict = declared ? TH_GUESS_AGREES : TH_GUESS_UNKNOWN;
    if (input->n_boxes == 0) {
        goto done;
    }
    if (declared) {
        size_t size = strlen(input->declared) + 24;
        definition = malloc(size);
        if (definition == NULL) {
            status = th_error_no_memory(err);
            goto done;
        }
        definition_open(input->declared, definition, size);
        status = judge_declared(input, guess, definition, &settled, err);
    }
    if (status == TH_OK && !settled) {
        status = propose(input, guess, err);
        // Only what lies where it should can speak against a declaration.
        if (status == TH_OK && declared &&
            !enough(guess->candidates[0].n_inside, guess->n_tested)) {
            guess->verdict = TH_GUESS_UNKNOWN;
            guess->n_candidates = 0;
            guess->confidence = 0;
            guess->evidence.n = 1;
        }
    }
done:
    if (status == TH_OK) {
        *ret_guess = *guess;
    }
    free(definition);
    free(guess);
    return status;
}

void th_guess_option(const struct th_guess_candidate *candidate, char text[TH_GUESS_OPTION_SIZE])
{
    (void)snprintf(text, TH_GUESS_OPTION_SIZE, "--crs EPSG:%d%s", candidate->epsg,
                   candidate->swap_axes ? " --axes yx" : "");
}

void th_guess_options(const struct th_guess *guess, char text[TH_GUESS_OPTION_SIZE])
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < guess->n_candidates; i++) {
        if (i > 0 && guess->shape != TH_GUESS_STRIPPED) {
            break;
        }
        int size = snprintf(text + used, TH_GUESS_OPTION_SIZE - used, "%sEPSG:%d",
                            i == 0 ? "--crs " : "|", guess->candidates[i].epsg);
        used += (size_t)size;
    }
    if (guess->n_candidates > 0 && guess->candidates[0].swap_axes) {
        (void)snprintf(text + used, TH_GUESS_OPTION_SIZE - used, " --axes yx");
    }
}
