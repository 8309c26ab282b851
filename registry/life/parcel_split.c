#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/ratio.h"
#include "core/text.h"
#include "registry/life/parcel_life_internal.h"
#include "registry/parcel_lineage.h"
#include "store/ground/overlap_store.h"
#include "store/ground/parcel_life_store.h"

struct splitting {
    struct th_work *work;
    const struct th_parcel_split_options *options;
    struct th_life_parcel whole;
    struct th_life_parcel *parts;
    size_t n;
    struct th_date on;
    struct th_life_waived waived;
    struct th_life_asked *asked;
    struct th_edit *edit;
    struct th_edit_drawing drawing;
    struct th_hash drawing_sha256;
    double tolerance_m;
};

// The names given, one for each part; '、' and ',' stand between them.
static enum th_status take_numbers(struct splitting *s, struct th_error *err)
{
    size_t n_given = 0;
    const char *at = s->options->numbers;
    while (at != NULL && *at != '\0') {
        char number[TH_PARCEL_NUMBER_SIZE] = "";
        size_t size = strcspn(at, ",");
        const char *other = strstr(at, "、");
        size_t skip = 1;
        if (other != NULL && (size_t)(other - at) < size) {
            size = (size_t)(other - at);
            skip = strlen("、");
        }
        if (size >= sizeof(number)) {
            return th_error_set(err, TH_INVALID, "number_invalid", "number", at, NULL);
        }
        memcpy(number, at, size);
        th_text_trim(number);
        if (n_given < s->n) {
            th_text_copy(s->parts[n_given].record.number, TH_PARCEL_NUMBER_SIZE, number);
        }
        n_given++;
        at += size + (at[size] == '\0' ? 0 : skip);
    }
    if (s->options->numbers != NULL && n_given != s->n) {
        (void)th_error_set(err, TH_USAGE, "split_numbers", NULL);
        th_error_add_int(err, "n", (long long)s->n);
        th_error_add_int(err, "given", (long long)n_given);
        return TH_USAGE;
    }
    return TH_OK;
}

// "12" becomes "12-1", "12-2"; a parcel without a number has parts without.
static enum th_status name_parts(struct splitting *s, struct th_error *err)
{
    enum th_status status = take_numbers(s, err);
    const char *number = s->whole.record.number;
    for (size_t i = 0; status == TH_OK && i < s->n; i++) {
        struct th_parcel_record *part = &s->parts[i].record;
        if (s->options->numbers == NULL && number[0] != '\0') {
            int size = snprintf(part->number, sizeof(part->number), "%s-%zu", number, i + 1);
            if (size < 0 || (size_t)size >= sizeof(part->number)) {
                return th_error_set(err, TH_INVALID, "number_invalid", "number", number, NULL);
            }
        }
        if (part->number[0] != '\0') {
            status = th_life_check_number(th_work_store(s->work), part->village, part->number, err);
        }
        for (size_t k = 0; status == TH_OK && k < i && part->number[0] != '\0'; k++) {
            if (strcmp(s->parts[k].record.number, part->number) == 0) {
                status =
                    th_error_set(err, TH_CONFLICT, "number_taken", "number", part->number, NULL);
            }
        }
    }
    return status;
}

// Who gave up the ground that the whole shares with another parcel?
struct giving {
    int64_t whole_id, other_id;
    bool whole_gave, other_gave; // both are false where either may have given up a part
    bool waived_by_other;
    double other_sliver_m2; // more than this the other cannot have given up
};

static bool waiver_visit(void *context, const struct th_overlap_waiver *waiver)
{
    struct giving *giving = context;
    if (waiver->parcel_id == giving->whole_id && waiver->other_parcel_id == giving->other_id) {
        giving->whole_gave = true;
    }
    if (waiver->parcel_id == giving->other_id && waiver->other_parcel_id == giving->whole_id) {
        giving->waived_by_other = true;
    }
    return !giving->whole_gave;
}

// The whole's waiver tells it, or else the order in which the ground was judged: whichever came
// later gave up what it shares. Parents of one may have been judged before the other and some
// behind; what the other's waiver says of one of them does not hold for the rest.
static enum th_status giving_load(struct splitting *s, int64_t other_id, struct giving *ret_giving,
                                  struct th_error *err)
{
    struct th_store *store = th_work_store(s->work);
    const struct th_parcel_record *whole = &s->whole.record;
    struct giving giving = {.whole_id = whole->parcel_id, .other_id = other_id};
    struct th_parcel_record record;
    struct th_ground_age own;
    struct th_ground_age other;
    enum th_status status =
        th_overlap_waiver_each(store, giving.whole_id, waiver_visit, &giving, err);
    if (status == TH_OK) {
        status = th_ground_age(store, whole->parcel_id, whole->version, &own, err);
    }
    if (status == TH_OK) {
        status = th_ground_age(store, other_id, 0, &other, err);
    }
    if (status == TH_OK) {
        status = th_parcel_load(store, other_id, 0, &record, err);
    }
    if (status != TH_OK) {
        return status;
    }
    giving.other_sliver_m2 = th_area_m2(record.sliver);
    giving.other_gave = !giving.whole_gave && other.first > own.last;
    giving.whole_gave = giving.whole_gave || (!giving.waived_by_other && other.last < own.first);
    *ret_giving = giving;
    return TH_OK;
}

// What the parts can take off in turn, by part: what they share with others beyond all that these
// had taken off themselves; what else they share with those to whom the whole gave way and, where
// an officer let it in, with other schemes; what else with those of whom nobody can say who gave
// way; what is left of them.
enum { TAKEN_OWED, TAKEN_GIVEN, TAKEN_UNSURE, TAKEN_REST, N_TAKEN };

static enum th_status part_shares(struct splitting *s, const struct th_life_around *around,
                                  const struct th_rules *rules, size_t i, int64_t *most[N_TAKEN],
                                  struct th_error *err)
{
    int64_t left = th_area_m2_300(s->parts[i].record.measured);
    struct th_overlap_finding *findings = NULL;
    size_t n = 0;
    double sums_m2[N_TAKEN] = {0};
    struct th_area area = th_area_from_m2_300(0);
    enum th_status status =
        th_life_waived_schemes(&s->waived, &s->parts[i], &sums_m2[TAKEN_GIVEN], err);
    if (status == TH_OK) {
        status = th_life_shared(around, &s->parts[i], rules, &findings, &n, err);
    }
    for (size_t k = 0; status == TH_OK && k < n; k++) {
        struct giving giving;
        status = giving_load(s, findings[k].other_id, &giving, err);
        if (status != TH_OK || giving.other_gave) {
            continue;
        }
        double owed_m2 = fmax(findings[k].area_m2 - giving.other_sliver_m2, 0);
        sums_m2[TAKEN_OWED] += owed_m2;
        sums_m2[giving.whole_gave ? TAKEN_GIVEN : TAKEN_UNSURE] += findings[k].area_m2 - owed_m2;
    }
    free(findings);
    sums_m2[TAKEN_REST] = th_area_m2(s->parts[i].record.measured);
    for (size_t k = 0; status == TH_OK && k < N_TAKEN; k++) {
        status = th_area_from_m2(sums_m2[k], &area, err);
        most[k][i] = th_area_m2_300(area) < left ? th_area_m2_300(area) : left;
        left -= most[k][i];
    }
    return status;
}

// What the whole had taken off, no more and no less, stays off the parts: where it was given up as
// far as that is known, and nothing of it is forgotten, so that no division makes ground count that
// did not before.
static enum th_status share_slivers(struct splitting *s, int64_t *most[N_TAKEN], int64_t *shares,
                                    struct th_error *err)
{
    struct th_life_around around = {0};
    struct th_rules rules;
    const struct th_date now = {0};
    int64_t id = s->whole.record.parcel_id;
    int64_t left = th_area_m2_300(s->whole.record.sliver);
    enum th_status status =
        th_rules_load(th_work_store(s->work), th_work_today(s->work), &rules, err);
    if (status == TH_OK) {
        status = th_life_around_load(th_work_store(s->work), th_geometry_box(&s->whole.geometry),
                                     now, &id, 1, &around, err);
    }
    for (size_t i = 0; status == TH_OK && i < s->n; i++) {
        s->parts[i].record.sliver = th_area_from_m2_300(0);
        status = part_shares(s, &around, &rules, i, most, err);
    }
    th_life_around_clear(&around);
    for (size_t k = 0; status == TH_OK && k < N_TAKEN; k++) {
        int64_t sum = 0;
        for (size_t i = 0; i < s->n; i++) {
            sum += most[k][i];
        }
        int64_t taken = left < sum ? left : sum;
        if (taken <= 0) {
            continue;
        }
        status = th_allocate(taken, most[k], s->n, shares, err);
        for (size_t i = 0; status == TH_OK && i < s->n; i++) {
            struct th_parcel_record *part = &s->parts[i].record;
            part->sliver = th_area_from_m2_300(th_area_m2_300(part->sliver) + shares[i]);
        }
        left -= taken;
    }
    return status;
}

// The parts' declared areas are whole hundredths of a mu, as they are written everywhere; what the
// parcel's own has beyond them goes to the part with the most, so that nothing is lost.
static enum th_status share_declared(struct splitting *s, const int64_t *weights, int64_t *shares,
                                     struct th_error *err)
{
    int64_t whole = th_area_m2_300(s->whole.record.declared);
    int64_t hundredths = whole / TH_AREA_M2_300_PER_MU_CENT;
    enum th_status status = th_allocate(hundredths, weights, s->n, shares, err);
    size_t most = 0;
    for (size_t i = 0; status == TH_OK && i < s->n; i++) {
        shares[i] *= TH_AREA_M2_300_PER_MU_CENT;
        most = shares[i] > shares[most] ? i : most;
    }
    if (status == TH_OK) {
        shares[most] += whole % TH_AREA_M2_300_PER_MU_CENT;
    }
    for (size_t i = 0; status == TH_OK && i < s->n; i++) {
        s->parts[i].record.declared = th_area_from_m2_300(shares[i]);
        s->parts[i].record.has_declared = shares[i] > 0;
    }
    return status;
}

static enum th_status share_areas(struct splitting *s, struct th_error *err)
{
    const struct th_parcel_record *whole = &s->whole.record;
    int64_t *numbers = calloc((1 + N_TAKEN) * s->n, sizeof(*numbers));
    int64_t *most[N_TAKEN];
    if (numbers == NULL) {
        return th_error_no_memory(err);
    }
    for (size_t k = 0; k < N_TAKEN; k++) {
        most[k] = &numbers[(1 + k) * s->n];
    }
    for (size_t i = 0; i < s->n; i++) {
        most[0][i] = th_area_m2_300(s->parts[i].record.measured);
    }
    enum th_status status = TH_OK;
    if (whole->has_declared) {
        status = share_declared(s, most[0], numbers, err);
    }
    if (status == TH_OK && th_area_m2_300(whole->sliver) > 0) {
        status = share_slivers(s, most, numbers, err);
    }
    free(numbers);
    return status;
}

// Before the transaction: how long a file takes to read is not for others to wait.
static enum th_status prepare(struct splitting *s, struct th_error *err)
{
    enum th_status status = th_edit_new(&s->edit, err);
    if (status == TH_OK) {
        status = th_life_tolerance(s->options->tolerance_m, &s->tolerance_m, err);
    }
    return status == TH_OK ? th_life_drawing_read(s->edit, s->options->drawing, s->options->crs,
                                                  &s->drawing, &s->drawing_sha256, err)
                           : status;
}

static enum th_status divide(struct splitting *s, struct th_error *err)
{
    struct th_geometry *shapes = NULL;
    size_t n_shapes = 0;
    enum th_status status = th_edit_split(s->edit, &s->whole.geometry, &s->drawing, s->tolerance_m,
                                          &shapes, &n_shapes, err);
    if (status == TH_OK) {
        s->parts = calloc(n_shapes, sizeof(*s->parts));
        s->n = s->parts == NULL ? 0 : n_shapes;
        status = s->parts == NULL ? th_error_no_memory(err) : TH_OK;
    }
    for (size_t i = 0; status == TH_OK && i < s->n; i++) {
        status = th_life_derive(&s->whole, &shapes[i], "split", s->on, &s->parts[i], err);
        if (status == TH_OK) {
            s->parts[i].record.number[0] = '\0';
        }
    }
    th_edit_parts_free(shapes, n_shapes);
    return status;
}

static enum th_status store_all(struct splitting *s, struct th_error *err)
{
    struct th_store *store = th_work_store(s->work);
    enum th_status status =
        th_parcel_retire(store, s->whole.record.parcel_id, s->on, s->options->reason, err);
    for (size_t i = 0; status == TH_OK && i < s->n; i++) {
        status = th_life_store(s->work, &s->parts[i], err);
        if (status != TH_OK) {
            break;
        }
        const struct th_parcel_lineage lineage = {.child_id = s->parts[i].record.parcel_id,
                                                  .child_version = 1,
                                                  .parent_id = s->whole.record.parcel_id,
                                                  .parent_version = s->whole.record.version};
        status = th_parcel_lineage_insert(store, &lineage, th_work_seq(s->work), err);
        if (status == TH_OK) {
            status = th_life_tenure_hand_on(s->work, &s->whole, 1, s->on,
                                            s->parts[i].record.parcel_id, err);
        }
        if (status == TH_OK) {
            status = th_life_waived_hand_on(&s->waived, s->work, &s->parts[i], err);
        }
    }
    // As it is now, for the reply.
    return status == TH_OK
               ? th_parcel_load(store, s->whole.record.parcel_id, 0, &s->whole.record, err)
               : status;
}

static void tell(const struct splitting *s, struct th_json *reply, struct th_json *body)
{
    struct th_json *parcels = th_json_array();
    struct th_json *retired = th_json_array();
    struct th_json *children = th_json_array();
    int64_t sum = 0;
    char hex[TH_HASH_HEX_SIZE];
    for (size_t i = 0; i < s->n; i++) {
        th_json_append(parcels, th_parcel_record_json(&s->parts[i].record));
        th_json_append(children, th_life_facts(&s->parts[i]));
        sum += th_area_m2_cent(s->parts[i].record.measured);
    }
    th_json_append(retired, th_parcel_record_json(&s->whole.record));
    th_life_reply_begin(reply, s->on, s->options->reason);
    th_json_set(reply, "parcels", parcels);
    th_json_set(reply, "retired", retired);
    th_json_set_cent(reply, "area_difference_m2", sum - th_area_m2_cent(s->whole.record.measured));
    th_life_reply_begin(body, s->on, s->options->reason);
    th_json_set(body, "parent", th_life_facts(&s->whole));
    th_json_set(body, "children", children);
    th_json_set_text(body, "drawing_sha256", th_hash_hex(&s->drawing_sha256, hex));
}

static struct th_json *input_json(const struct th_parcel_split_options *options)
{
    struct th_json *input = th_json_object();
    th_json_set_int(input, "parcel", options->parcel_id);
    th_json_set_text(input, "drawing", options->drawing);
    th_json_set_text(input, "crs", options->crs);
    th_json_set_text(input, "numbers", options->numbers);
    th_json_set_text(input, "tolerance", options->tolerance_m);
    th_json_set_text(input, "reason", options->reason);
    th_json_set_text(input, "on", options->on);
    return input;
}

static void judged_clear(struct splitting *s)
{
    th_life_asked_free(s->asked);
    s->asked = NULL;
    th_life_waived_clear(&s->waived);
    th_life_parcel_clear(&s->whole);
    th_life_parcels_free(s->parts, s->n);
    s->parts = NULL;
    s->n = 0;
}

static enum th_status judge(void *context, struct th_error *err)
{
    struct splitting *s = context;
    judged_clear(s);
    const struct th_life_ask ask = {
        .on = s->options->on, .messages = s->options->messages, .lang = s->options->lang};
    enum th_status status = th_act_day(s->work, s->options->on, &s->on, err);
    if (status == TH_OK) {
        status = th_life_load(s->work, s->options->parcel_id, s->on.year, &s->whole, err);
    }
    if (status == TH_OK) {
        status = divide(s, err);
    }
    if (status == TH_OK) {
        status = name_parts(s, err);
    }
    if (status == TH_OK) {
        status = th_life_waived_load(th_work_store(s->work), &s->whole, 1, &s->waived, err);
    }
    if (status == TH_OK) {
        status = share_areas(s, err);
    }
    if (status == TH_OK) {
        status = th_life_remark(s->work, &ask, s->parts, s->n, &s->asked, err);
    }
    return status;
}

static void drawing_free(struct splitting *s)
{
    th_edit_drawing_clear(&s->drawing);
    th_edit_free(s->edit);
}

enum th_status th_parcel_split(struct th_registry *registry, const struct th_request *request,
                               const struct th_parcel_split_options *options,
                               struct th_json **ret_reply, struct th_error *err)
{
    struct splitting s = {.options = options};
    char subject[64];
    enum th_status status = th_act_check_reason(options->reason, err);
    if (status != TH_OK) {
        return status;
    }
    const struct th_life_act act = {TH_MAY_REGISTER, "parcel.split", input_json(options)};
    bool answered = false;
    status = th_life_ask_first(registry, request, &act, ret_reply, &answered, err);
    if (status == TH_OK && !answered) {
        status = prepare(&s, err);
    }
    const struct th_work_documents none = {.n = 0};
    if (status == TH_OK && !answered) {
        status = th_work_begin_looking(registry, request, act.permission, act.kind, act.input,
                                       &none, &s.work, ret_reply, err);
    }
    th_json_free(act.input);
    if (status == TH_OK && s.work != NULL) {
        status = th_work_settle(&s.work, judge, &s, ret_reply, err);
    }
    drawing_free(&s);
    if (s.work == NULL) {
        judged_clear(&s);
        return status;
    }
    struct th_json *reply = th_json_object();
    struct th_json *body = th_json_object();
    if (status == TH_OK) {
        status = store_all(&s, err);
    }
    if (status == TH_OK) {
        status = th_life_asked_tell(s.asked, reply, err);
    }
    if (status == TH_OK) {
        tell(&s, reply, body);
    }
    (void)snprintf(subject, sizeof(subject), "parcel:%" PRId64, options->parcel_id);
    judged_clear(&s);
    return th_work_end(s.work, status, subject, body, reply, ret_reply, err);
}
