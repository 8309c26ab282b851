#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/life/parcel_life_internal.h"
#include "store/ground/parcel_life_store.h"

struct merging {
    struct th_work *work;
    const struct th_parcel_merge_options *options;
    struct th_life_parcel *parcels;
    size_t n;
    struct th_life_parcel whole;
    struct th_json *dropped; // names of attributes
    struct th_date on;
    struct th_life_waived waived;
    struct th_life_asked *asked;
};

static enum th_status mixed(const struct merging *m, size_t i, const char *what,
                            struct th_error *err)
{
    (void)th_error_set(err, TH_INVALID, "merge_mixed", "what", what, NULL);
    th_error_add_int(err, "parcel", m->parcels[0].record.parcel_id);
    th_error_add_int(err, "other", m->parcels[i].record.parcel_id);
    return TH_INVALID;
}

static enum th_status load_all(struct merging *m, struct th_error *err)
{
    const struct th_parcel_merge_options *options = m->options;
    enum th_status status = TH_OK;
    m->parcels = calloc(options->n_parcels, sizeof(*m->parcels));
    if (m->parcels == NULL) {
        return th_error_no_memory(err);
    }
    for (m->n = 0; status == TH_OK && m->n < options->n_parcels;) {
        status =
            th_life_load(m->work, options->parcel_ids[m->n], m->on.year, &m->parcels[m->n], err);
        m->n += status == TH_OK ? 1 : 0;
        if (status != TH_OK) {
            break;
        }
        const struct th_parcel_record *first = &m->parcels[0].record;
        const struct th_parcel_record *record = &m->parcels[m->n - 1].record;
        for (size_t i = 0; status == TH_OK && i + 1 < m->n; i++) {
            if (m->parcels[i].record.parcel_id == record->parcel_id) {
                status = th_error_set(err, TH_USAGE, "merge_count", NULL);
            }
        }
        if (status == TH_OK && strcmp(first->village, record->village) != 0) {
            status = mixed(m, m->n - 1, "@merge.village", err);
        }
        if (status == TH_OK && strcmp(first->kind, record->kind) != 0) {
            status = mixed(m, m->n - 1, "@merge.kind", err);
        }
        if (status == TH_OK && (strcmp(first->land_class, record->land_class) != 0 ||
                                strcmp(first->land_scheme, record->land_scheme) != 0)) {
            status = mixed(m, m->n - 1, "@merge.land_class", err);
        }
    }
    return status;
}

static enum th_status join(struct merging *m, struct th_error *err)
{
    struct th_edit *edit = NULL;
    struct th_geometry joined = {0};
    struct th_geometry *shapes = calloc(m->n, sizeof(*shapes));
    enum th_status status = shapes == NULL ? th_error_no_memory(err) : th_edit_new(&edit, err);
    for (size_t i = 0; status == TH_OK && i < m->n; i++) {
        shapes[i] = m->parcels[i].geometry; // borrowed
    }
    if (status == TH_OK) {
        status = th_edit_merge(edit, shapes, m->n, &joined, err);
    }
    if (status == TH_OK) {
        status = th_life_derive(&m->parcels[0], &joined, "merge", m->on, &m->whole, err);
    }
    th_geometry_clear(&joined);
    free(shapes);
    th_edit_free(edit);
    return status;
}

// Ground that two of the parcels had in common was taken off one of them; now it is there once.
static enum th_status common_ground(const struct merging *m, struct th_area *ret_area,
                                    struct th_error *err)
{
    struct th_fabric *fabric = NULL;
    struct th_fabric_pairs pairs = {0};
    struct th_rules rules;
    double sum_m2 = 0;
    struct th_fabric_parcel *parcels = calloc(m->n, sizeof(*parcels));
    if (parcels == NULL) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < m->n; i++) {
        parcels[i] = (struct th_fabric_parcel){.ground = m->parcels[i].ground,
                                               .area_m2 = th_area_m2(m->parcels[i].record.measured),
                                               .id = m->parcels[i].record.parcel_id};
    }
    enum th_status status =
        th_rules_load(th_work_store(m->work), th_work_today(m->work), &rules, err);
    if (status == TH_OK) {
        status = th_fabric_new(parcels, m->n, &rules.overlap, &fabric, err);
    }
    if (status == TH_OK) {
        status = th_fabric_join(fabric, 1, NULL, &pairs, err);
    }
    for (size_t i = 0; i < pairs.n; i++) {
        sum_m2 += pairs.items[i].finding.area_m2;
    }
    free(pairs.items);
    th_fabric_free(fabric);
    free(parcels);
    return status == TH_OK ? th_area_from_m2(sum_m2, ret_area, err) : status;
}

// Of what was taken off a parent, the part that an officer waived for land under other schemes.
static enum th_status waived_of(const struct merging *m, size_t i, int64_t *ret_m2_300,
                                struct th_error *err)
{
    struct th_life_waived own = {0};
    struct th_area area = th_area_from_m2_300(0);
    double area_m2 = 0;
    int64_t sliver = th_area_m2_300(m->parcels[i].record.sliver);
    enum th_status status =
        th_life_waived_load(th_work_store(m->work), &m->parcels[i], 1, &own, err);
    if (status != TH_OK) {
        return status;
    }
    status = th_life_waived_schemes(&own, &m->parcels[i], &area_m2, err);
    if (status == TH_OK) {
        status = th_area_from_m2(area_m2, &area, err);
    }
    th_life_waived_clear(&own);
    if (status == TH_OK) {
        *ret_m2_300 = th_area_m2_300(area) < sliver ? th_area_m2_300(area) : sliver;
    }
    return status;
}

// The whole keeps the waivers of its parents. What lies under another scheme is taken off all of
// it then, and not only off the parent that the waiver was given for.
static enum th_status take_off(struct merging *m, int64_t strips_m2_300, struct th_error *err)
{
    struct th_area schemes = th_area_from_m2_300(0);
    double schemes_m2 = 0;
    enum th_status status = th_life_waived_schemes(&m->waived, &m->whole, &schemes_m2, err);
    if (status == TH_OK) {
        status = th_area_from_m2(schemes_m2, &schemes, err);
    }
    if (status == TH_OK) {
        status = th_area_add(th_area_from_m2_300(strips_m2_300 > 0 ? strips_m2_300 : 0), schemes,
                             &m->whole.record.sliver, err);
    }
    if (status == TH_OK && th_area_m2_300(m->whole.record.sliver) > 0 &&
        th_area_m2_300(m->whole.record.sliver) >= th_area_m2_300(m->whole.record.measured)) {
        status = th_error_set(err, TH_CONFLICT, "overlap_everything", NULL);
    }
    return status;
}

static enum th_status sum_areas(struct merging *m, struct th_error *err)
{
    struct th_parcel_record *whole = &m->whole.record;
    struct th_area common;
    struct th_area sliver = th_area_from_m2_300(0);
    int64_t waived = 0;
    whole->declared = th_area_from_m2_300(0);
    whole->has_declared = true;
    enum th_status status = common_ground(m, &common, err);
    for (size_t i = 0; status == TH_OK && i < m->n; i++) {
        const struct th_parcel_record *record = &m->parcels[i].record;
        whole->has_declared = whole->has_declared && record->has_declared;
        if (record->has_declared) {
            status = th_area_add(whole->declared, record->declared, &whole->declared, err);
        }
        if (status == TH_OK) {
            status = th_area_add(sliver, record->sliver, &sliver, err);
        }
        int64_t own = 0;
        if (status == TH_OK) {
            status = waived_of(m, i, &own, err);
        }
        waived += own;
    }
    if (status != TH_OK) {
        return status;
    }
    return take_off(m, th_area_m2_300(sliver) - waived - th_area_m2_300(common), err);
}

static bool same_value(const struct th_json *a, const struct th_json *b)
{
    char *left = NULL;
    char *right = NULL;
    bool same =
        a != NULL && b != NULL && th_json_dump(a, TH_JSON_CANONICAL, &left, NULL) == TH_OK &&
        th_json_dump(b, TH_JSON_CANONICAL, &right, NULL) == TH_OK && strcmp(left, right) == 0;
    free(left);
    free(right);
    return same;
}

static void drop(struct merging *m, const char *key)
{
    for (size_t i = 0; i < th_json_size(m->dropped); i++) {
        if (strcmp(th_json_text(th_json_at(m->dropped, i)), key) == 0) {
            return;
        }
    }
    th_json_append_text(m->dropped, key);
}

// Keeps of `common` what `text` says as well.
static enum th_status intersect(struct merging *m, struct th_json **common, const char *text,
                                struct th_error *err)
{
    struct th_json *other = NULL;
    struct th_json *kept = th_json_object();
    enum th_status status = th_json_parse(text, strlen(text), &other, err);
    for (void *it = th_json_iter(*common); status == TH_OK && it != NULL;
         it = th_json_iter_next(*common, it)) {
        const char *key = th_json_iter_key(it);
        if (same_value(th_json_iter_value(it), th_json_get(other, key))) {
            th_json_set(kept, key, th_json_copy(th_json_iter_value(it)));
        } else {
            drop(m, key);
        }
    }
    for (void *it = th_json_iter(other); status == TH_OK && it != NULL;
         it = th_json_iter_next(other, it)) {
        if (th_json_get(*common, th_json_iter_key(it)) == NULL) {
            drop(m, th_json_iter_key(it));
        }
    }
    th_json_free(other);
    if (status != TH_OK) {
        th_json_free(kept);
        return status;
    }
    th_json_free(*common);
    *common = kept;
    return TH_OK;
}

static enum th_status join_attributes(struct merging *m, struct th_error *err)
{
    struct th_json *common = NULL;
    char *text = NULL;
    enum th_status status =
        th_json_parse(m->parcels[0].attributes, strlen(m->parcels[0].attributes), &common, err);
    for (size_t i = 1; status == TH_OK && i < m->n; i++) {
        status = intersect(m, &common, m->parcels[i].attributes, err);
    }
    if (status == TH_OK) {
        status = th_json_dump(common, TH_JSON_CANONICAL, &text, err);
    }
    if (status == TH_OK) {
        free(m->whole.attributes);
        m->whole.attributes = text;
    }
    th_json_free(common);
    return status;
}

static enum th_status store_all(struct merging *m, struct th_error *err)
{
    struct th_store *store = th_work_store(m->work);
    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && i < m->n; i++) {
        status =
            th_parcel_retire(store, m->parcels[i].record.parcel_id, m->on, m->options->reason, err);
    }
    if (status == TH_OK) {
        status = th_life_store(m->work, &m->whole, err);
    }
    for (size_t i = 0; status == TH_OK && i < m->n; i++) {
        const struct th_parcel_lineage lineage = {.child_id = m->whole.record.parcel_id,
                                                  .child_version = 1,
                                                  .parent_id = m->parcels[i].record.parcel_id,
                                                  .parent_version = m->parcels[i].record.version};
        status = th_parcel_lineage_insert(store, &lineage, th_work_seq(m->work), err);
    }
    if (status == TH_OK) {
        status = th_life_tenure_hand_on(m->work, m->parcels, m->n, m->on, m->whole.record.parcel_id,
                                        err);
    }
    if (status == TH_OK) {
        status = th_life_waived_hand_on(&m->waived, m->work, &m->whole, err);
    }
    for (size_t i = 0; status == TH_OK && i < m->n; i++) {
        status =
            th_parcel_load(store, m->parcels[i].record.parcel_id, 0, &m->parcels[i].record, err);
    }
    return status;
}

static void tell(struct merging *m, struct th_json *reply, struct th_json *body)
{
    struct th_json *parcels = th_json_array();
    struct th_json *retired = th_json_array();
    struct th_json *parents = th_json_array();
    int64_t sum = 0;
    th_json_append(parcels, th_parcel_record_json(&m->whole.record));
    for (size_t i = 0; i < m->n; i++) {
        th_json_append(retired, th_parcel_record_json(&m->parcels[i].record));
        th_json_append(parents, th_life_facts(&m->parcels[i]));
        sum += th_area_m2_cent(m->parcels[i].record.measured);
    }
    th_life_reply_begin(reply, m->on, m->options->reason);
    th_json_set(reply, "parcels", parcels);
    th_json_set(reply, "retired", retired);
    th_json_set(reply, "attributes_dropped", th_json_copy(m->dropped));
    th_json_set_cent(reply, "area_difference_m2", th_area_m2_cent(m->whole.record.measured) - sum);
    th_life_reply_begin(body, m->on, m->options->reason);
    th_json_set(body, "parents", parents);
    th_json_set(body, "child", th_life_facts(&m->whole));
    th_json_set(body, "attributes_dropped", th_json_copy(m->dropped));
}

static struct th_json *input_json(const struct th_parcel_merge_options *options)
{
    struct th_json *input = th_json_object();
    struct th_json *ids = th_json_array();
    for (size_t i = 0; i < options->n_parcels; i++) {
        th_json_append_int(ids, options->parcel_ids[i]);
    }
    th_json_set(input, "parcels", ids);
    th_json_set_text(input, "number", options->number);
    th_json_set_text(input, "reason", options->reason);
    th_json_set_text(input, "on", options->on);
    return input;
}

static void judged_clear(struct merging *m)
{
    th_life_asked_free(m->asked);
    m->asked = NULL;
    th_life_waived_clear(&m->waived);
    th_life_parcel_clear(&m->whole);
    th_life_parcels_free(m->parcels, m->n);
    m->parcels = NULL;
    m->n = 0;
    th_json_free(m->dropped);
    m->dropped = NULL;
}

static enum th_status judge(void *context, struct th_error *err)
{
    struct merging *m = context;
    judged_clear(m);
    m->dropped = th_json_array();
    const struct th_life_ask ask = {
        .on = m->options->on, .messages = m->options->messages, .lang = m->options->lang};
    enum th_status status = th_act_day(m->work, m->options->on, &m->on, err);
    if (status == TH_OK) {
        status = load_all(m, err);
    }
    if (status == TH_OK) {
        status = th_life_check_number(th_work_store(m->work), m->parcels[0].record.village,
                                      m->options->number, err);
    }
    if (status == TH_OK) {
        status = join(m, err);
    }
    if (status == TH_OK) {
        th_text_copy(m->whole.record.number, sizeof(m->whole.record.number), m->options->number);
    }
    if (status == TH_OK) {
        status = th_life_waived_load(th_work_store(m->work), m->parcels, m->n, &m->waived, err);
    }
    if (status == TH_OK) {
        status = sum_areas(m, err);
    }
    if (status == TH_OK) {
        status = join_attributes(m, err);
    }
    if (status == TH_OK) {
        status = th_life_remark(m->work, &ask, &m->whole, 1, &m->asked, err);
    }
    return status;
}

enum th_status th_parcel_merge(struct th_registry *registry, const struct th_request *request,
                               const struct th_parcel_merge_options *options,
                               struct th_json **ret_reply, struct th_error *err)
{
    struct merging m = {.options = options};
    enum th_status status = th_act_check_reason(options->reason, err);
    if (status != TH_OK) {
        return status;
    }
    if (options->n_parcels < 2 || options->n_parcels > TH_PARCEL_MERGE_MAX) {
        return th_error_set(err, TH_USAGE, "merge_count", NULL);
    }
    if (options->number == NULL) {
        return th_error_set(err, TH_USAGE, "number_needed", NULL);
    }
    struct th_json *input = input_json(options);
    const struct th_work_documents none = {.n = 0};
    status = th_work_begin_looking(registry, request, TH_MAY_REGISTER, "parcel.merge", input, &none,
                                   &m.work, ret_reply, err);
    th_json_free(input);
    if (status == TH_OK && m.work != NULL) {
        status = th_work_settle(&m.work, judge, &m, ret_reply, err);
    }
    if (m.work == NULL) {
        judged_clear(&m);
        return status;
    }
    char subject[64];
    struct th_json *reply = th_json_object();
    struct th_json *body = th_json_object();
    if (status == TH_OK) {
        status = store_all(&m, err);
    }
    if (status == TH_OK) {
        status = th_life_asked_tell(m.asked, reply, err);
    }
    if (status == TH_OK) {
        tell(&m, reply, body);
    }
    (void)snprintf(subject, sizeof(subject), "parcel:%" PRId64, m.whole.record.parcel_id);
    judged_clear(&m);
    return th_work_end(m.work, status, subject, body, reply, ret_reply, err);
}
