#include "registry/layer/layer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "gis/reader.h"
#include "gis/surveyor.h"
#include "registry/act.h"
#include "registry/reference.h"
#include "registry/reply.h"
#include "store/ground/layer_store.h"
#include "store/registry_store.h"

enum { NO_FIELD = -1, PROBLEMS_SHOWN = 1000 };

struct shape { // one row that passed; owned
    unsigned char *wkb;
    size_t wkb_size;
    char *code;
    char *name;
};

struct adding {
    struct th_registry *registry;
    const struct th_layer_add_options *options;
    struct th_layer layer;
    struct th_surveyor *surveyor;
    int code_field, name_field;
    struct shape *shapes;
    size_t n;
    size_t capacity;
    int64_t n_read;
    int64_t n_bad;
    struct th_area area;
    struct th_json *problems;
    struct th_json *beside; // layers of the role that hold on some of its days
    char crs[TH_CRS_NAME_SIZE];
};

static void adding_clear(struct adding *a)
{
    for (size_t i = 0; i < a->n; i++) {
        free(a->shapes[i].wkb);
        free(a->shapes[i].code);
        free(a->shapes[i].name);
    }
    free(a->shapes);
    th_surveyor_free(a->surveyor);
    th_json_free(a->problems);
    th_json_free(a->beside);
}

static enum th_status check_options(struct adding *a, struct th_error *err)
{
    static const char *const ROLES[] = {"county", "township", "village", "other_scheme"};
    const struct th_layer_add_options *options = a->options;
    bool known = false;
    for (size_t i = 0; i < sizeof(ROLES) / sizeof(ROLES[0]); i++) {
        known = known || th_text_equals(options->role, ROLES[i]);
    }
    if (!known) {
        return th_error_set(err, TH_USAGE, "layer_role", "role", options->role, NULL);
    }
    bool other = strcmp(options->role, "other_scheme") == 0;
    size_t scheme_size = options->scheme == NULL ? 0 : strlen(options->scheme);
    if (other != (scheme_size > 0) || scheme_size >= sizeof(a->layer.scheme)) {
        return th_error_set(err, TH_USAGE, "layer_scheme", NULL);
    }
    enum th_status status = th_name_check(options->name, err);
    if (status != TH_OK) {
        return status;
    }
    a->layer.from = (struct th_date){1900, 1, 1};
    if (options->from != NULL) {
        status = th_date_parse(options->from, &a->layer.from, err);
    }
    if (status == TH_OK && options->to != NULL) {
        status = th_date_parse(options->to, &a->layer.to, err);
    }
    if (status == TH_OK && options->to != NULL && th_date_compare(a->layer.to, a->layer.from) < 0) {
        status = th_error_set(err, TH_INVALID, "layer_dates", NULL);
    }
    th_text_copy(a->layer.role, sizeof(a->layer.role), options->role);
    th_text_copy(a->layer.name, sizeof(a->layer.name), options->name);
    th_text_copy(a->layer.scheme, sizeof(a->layer.scheme),
                 options->scheme == NULL ? "" : options->scheme);
    return status;
}

static enum th_status find_field(const struct th_reader *reader, const char *given,
                                 const char *const *known, int *ret_field, struct th_error *err)
{
    size_t index = 0;
    *ret_field = NO_FIELD;
    if (given != NULL) {
        struct th_buf names;
        if (th_reader_field_find(reader, given, &index)) {
            *ret_field = (int)index;
            return TH_OK;
        }
        th_buf_init(&names, 64 * 1024);
        for (size_t i = 0; i < th_reader_info(reader)->n_fields; i++) {
            th_buf_printf(&names, "%s%s", i > 0 ? ", " : "", th_reader_field(reader, i));
        }
        enum th_status status = th_error_set(err, TH_INVALID, "layer_field", "field", given,
                                             "fields", th_buf_text(&names), NULL);
        th_buf_clear(&names);
        return status;
    }
    for (size_t i = 0; known[i] != NULL; i++) {
        if (th_reader_field_find(reader, known[i], &index)) {
            *ret_field = (int)index;
            return TH_OK;
        }
    }
    return TH_OK;
}

static enum th_status find_fields(struct adding *a, const struct th_reader *reader,
                                  struct th_error *err)
{
    static const char *const CODES[] = {"code",   "CODE",   "代码",     "区划代码", "XZQDM",
                                        "ZLDWDM", "adcode", "项目编号", "XMBH",     NULL};
    static const char *const NAMES[] = {"name",  "NAME",   "Name",     "名称", "村名",
                                        "XZQMC", "ZLDWMC", "项目名称", "XMMC", NULL};
    enum th_status status = find_field(reader, a->options->code_field, CODES, &a->code_field, err);
    if (status == TH_OK) {
        status = find_field(reader, a->options->name_field, NAMES, &a->name_field, err);
    }
    return status;
}

static enum th_status begin_survey(struct adding *a, const struct th_reader *reader,
                                   struct th_error *err)
{
    const struct th_reader_info *info = th_reader_info(reader);
    struct th_registry_record frame;
    const char *crs = a->options->crs != NULL ? a->options->crs : info->crs;
    if (crs == NULL) {
        return th_error_set(err, TH_DATA_PROBLEM, "crs_missing", NULL);
    }
    enum th_status status = th_registry_record_load(th_registry_store(a->registry), &frame, err);
    if (status != TH_OK) {
        return status;
    }
    const struct th_surveyor_options how = {
        .crs = crs,
        .extent = info->has_extent ? &info->extent : NULL,
        .bounds = {frame.west_deg, frame.south_deg, frame.east_deg, frame.north_deg}};
    status = th_surveyor_new(&how, &a->surveyor, err);
    if (status == TH_OK) {
        const char *code = th_crs_transform_code(th_surveyor_transform(a->surveyor));
        th_text_copy(a->crs, sizeof(a->crs),
                     code[0] != '\0' ? code
                                     : th_crs_transform_name(th_surveyor_transform(a->surveyor)));
    }
    return status;
}

static void problem(struct adding *a, int64_t row, const struct th_error *what)
{
    struct th_buf message;
    struct th_buf hint;
    a->n_bad++;
    if (a->n_bad > PROBLEMS_SHOWN) {
        return;
    }
    th_buf_init(&message, 4096);
    th_buf_init(&hint, 4096);
    struct th_json *json = th_json_object();
    th_json_set_int(json, "row", row);
    th_json_set_text(json, "code", what->key);
    th_json_set_text(json, "severity", "error");
    bool has_hint = false;
    if (a->options->messages != NULL) {
        th_messages_error(a->options->messages, a->options->lang, what, &message);
        has_hint = th_messages_hint(a->options->messages, a->options->lang, what, &hint);
    }
    th_json_set_text(json, "message", message.size > 0 ? th_buf_text(&message) : what->key);
    th_json_set_text(json, "hint", has_hint ? th_buf_text(&hint) : NULL);
    th_json_append(a->problems, json);
    th_buf_clear(&message);
    th_buf_clear(&hint);
}

static char *value_copy(const struct th_reader_row *row, int field)
{
    const char *text = field == NO_FIELD || row->values[field] == NULL ? "" : row->values[field];
    char *copy = th_text_duplicate(text);
    if (copy != NULL) {
        th_text_trim(copy);
    }
    return copy;
}

static enum th_status keep(struct adding *a, const struct th_reader_row *row,
                           const struct th_ground *ground, struct th_error *err)
{
    if (a->n == a->capacity) {
        size_t capacity = a->capacity == 0 ? 32 : 2 * a->capacity;
        struct shape *grown = realloc(a->shapes, capacity * sizeof(*grown));
        if (grown == NULL) {
            return th_error_no_memory(err);
        }
        a->shapes = grown;
        a->capacity = capacity;
    }
    struct shape *shape = &a->shapes[a->n++];
    *shape = (struct shape){.wkb_size = th_ground_wkb_size(ground)};
    shape->wkb = malloc(shape->wkb_size);
    shape->code = value_copy(row, a->code_field);
    shape->name = value_copy(row, a->name_field);
    if (shape->wkb == NULL || shape->code == NULL || shape->name == NULL) {
        return th_error_no_memory(err);
    }
    th_ground_wkb(ground, shape->wkb);
    return TH_OK;
}

static enum th_status take_row(struct adding *a, const struct th_reader_row *row,
                               struct th_error *err)
{
    struct th_survey survey = {0};
    struct th_error what;
    a->n_read++;
    if (a->n_read > TH_LAYER_SHAPES_MAX) {
        (void)th_error_set(err, TH_LIMIT, "layer_too_many", NULL);
        th_error_add_int(err, "limit", TH_LAYER_SHAPES_MAX);
        return TH_LIMIT;
    }
    if (row->lost) {
        (void)th_error_set(&what, TH_DATA_PROBLEM, "row_unreadable", "detail", row->detail, "value",
                           row->value, NULL);
        th_error_add_int(&what, "row", row->row);
        problem(a, row->row, &what);
        return TH_OK;
    }
    enum th_status status = th_survey(a->surveyor, row->wkb, row->wkb_size, &survey, &what);
    if (status == TH_DATA_PROBLEM || status == TH_UNREADABLE) {
        problem(a, row->row, &what);
        return TH_OK;
    }
    if (status != TH_OK) {
        if (err != NULL) {
            *err = what;
        }
        return status;
    }
    status = th_area_add(a->area, survey.measured, &a->area, err);
    if (status == TH_OK) {
        status = keep(a, row, survey.ground, err);
    }
    th_ground_free(survey.ground);
    return status;
}

static enum th_status read_rows(struct adding *a, struct th_reader *reader, struct th_error *err)
{
    struct th_reader_batch *batch = NULL;
    enum th_status status = find_fields(a, reader, err);
    if (status == TH_OK) {
        status = begin_survey(a, reader, err);
    }
    while (status == TH_OK) {
        status = th_reader_next(reader, &batch, err);
        if (status != TH_OK || batch == NULL) {
            break;
        }
        for (size_t i = 0; status == TH_OK && i < batch->n_rows; i++) {
            status = take_row(a, &batch->rows[i], err);
        }
        th_reader_batch_free(batch);
    }
    if (status == TH_OK && a->n_read == 0) {
        status = th_error_set(err, TH_DATA_PROBLEM, "edit_empty", NULL);
    }
    return status == TH_OK ? th_reader_digest(reader, &a->layer.sha256, err) : status;
}

static enum th_status read_source(struct adding *a, const struct th_progress *progress,
                                  struct th_error *err)
{
    const struct th_reader_options how = {
        .layer = a->options->layer, .encoding = a->options->encoding, .progress = progress};
    struct th_reader *reader = NULL;
    enum th_status status = th_reader_open(a->options->source, &how, &reader, err);
    if (status != TH_OK) {
        return status;
    }
    th_text_copy(a->layer.source, sizeof(a->layer.source), th_reader_info(reader)->source_name);
    status = read_rows(a, reader, err);
    th_reader_close(reader);
    return status;
}

struct finding {
    const struct th_layer *layer;
    int64_t layer_id; // 0: none
};

static bool same_layer(void *context, const struct th_layer *layer)
{
    struct finding *f = context;
    if (strcmp(layer->role, f->layer->role) == 0 && strcmp(layer->name, f->layer->name) == 0 &&
        strcmp(layer->scheme, f->layer->scheme) == 0 &&
        memcmp(layer->sha256.bytes, f->layer->sha256.bytes, TH_HASH_SIZE) == 0 &&
        th_date_compare(layer->from, f->layer->from) == 0 && layer->to.year == f->layer->to.year) {
        f->layer_id = layer->layer_id;
    }
    return f->layer_id == 0;
}

static struct th_json *layer_json(const struct th_layer *layer)
{
    char text[TH_DATE_TEXT_SIZE];
    char hex[TH_HASH_HEX_SIZE];
    struct th_json *json = th_json_object();
    th_json_set_int(json, "layer_id", layer->layer_id);
    th_json_set_text(json, "role", layer->role);
    th_json_set_text(json, "name", layer->name);
    th_json_set_text(json, "scheme", layer->scheme[0] == '\0' ? NULL : layer->scheme);
    th_json_set_text(json, "source", layer->source);
    th_json_set_text(json, "sha256", th_hash_hex(&layer->sha256, hex));
    th_json_set_text(json, "from", th_date_format(layer->from, text));
    th_json_set_text(json, "to", layer->to.year == 0 ? NULL : th_date_format(layer->to, text));
    return json;
}

static bool later_of(const struct th_layer *a, const struct th_layer *b, struct th_date *ret_on)
{
    *ret_on = th_date_compare(a->from, b->from) > 0 ? a->from : b->from;
    return (a->to.year == 0 || th_date_compare(*ret_on, a->to) <= 0) &&
           (b->to.year == 0 || th_date_compare(*ret_on, b->to) <= 0);
}

// Of several boundaries the one that was loaded last counts (registry/intake/parcel_bounds.c),
// which nobody would guess. Land under other schemes counts whatever else there is.
static bool tell_beside(void *context, const struct th_layer *layer)
{
    struct adding *a = context;
    struct th_date on;
    struct th_error what;
    struct th_buf words;
    char text[TH_DATE_TEXT_SIZE];
    if (strcmp(layer->role, "other_scheme") == 0 || !later_of(&a->layer, layer, &on)) {
        return true;
    }
    struct th_json *json = layer_json(layer);
    th_json_set_text(json, "on", th_date_format(on, text));
    (void)th_error_set(&what, TH_OK, "layer_beside", "on", text, NULL);
    th_error_add_int(&what, "layer", layer->layer_id);
    th_buf_init(&words, 4096);
    if (a->options->messages != NULL) {
        th_messages_error(a->options->messages, a->options->lang, &what, &words);
    }
    th_json_set_text(json, "message", words.size > 0 ? th_buf_text(&words) : what.key);
    th_json_append(a->beside, json);
    th_buf_clear(&words);
    return true;
}

static enum th_status store_all(struct adding *a, struct th_work *work, struct th_error *err)
{
    struct th_store *store = th_work_store(work);
    struct th_hash sha256;
    enum th_status status = TH_OK;
    if (a->options->document != NULL) {
        status =
            th_document_record(work, a->options->document, &a->layer.document_id, &sha256, err);
    }
    a->layer.seq = th_work_seq(work);
    if (status == TH_OK) {
        status = th_layer_insert(store, &a->layer, &a->layer.layer_id, err);
    }
    for (size_t i = 0; status == TH_OK && i < a->n; i++) {
        int64_t shape_id = 0;
        const struct th_layer_shape shape = {.layer_id = a->layer.layer_id,
                                             .ordinal = (int64_t)i + 1,
                                             .code = a->shapes[i].code,
                                             .name = a->shapes[i].name,
                                             .wkb = a->shapes[i].wkb,
                                             .wkb_size = a->shapes[i].wkb_size};
        status = th_layer_shape_insert(store, &shape, &shape_id, err);
    }
    return status;
}

static struct th_json *reply_json(struct adding *a, bool stored, bool known)
{
    struct th_json *reply = layer_json(&a->layer);
    int64_t n = a->n_read;
    if (a->layer.layer_id == 0) {
        th_json_set(reply, "layer_id", th_json_null());
    }
    th_json_set_int(reply, "read", n);
    th_json_set_int(reply, "accepted", stored ? n : 0);
    th_json_set_int(reply, "rejected", stored || known ? 0 : n);
    th_json_set_int(reply, "unchanged", known ? n : 0);
    th_json_set_cent(reply, "area_m2", th_area_m2_cent(a->area));
    th_json_set_cent(reply, "area_mu", th_area_mu_cent(a->area));
    th_json_set_text(reply, "crs", a->crs);
    th_json_set(reply, "beside", th_json_copy(a->beside));
    th_json_set(reply, "problems", th_json_copy(a->problems));
    return reply;
}

static struct th_json *input_json(const struct th_layer_add_options *options)
{
    const struct {
        const char *key, *value;
    } TEXTS[] = {{"source", options->source},
                 {"role", options->role},
                 {"name", options->name},
                 {"scheme", options->scheme},
                 {"from", options->from},
                 {"to", options->to},
                 {"document", options->document},
                 {"code_field", options->code_field},
                 {"name_field", options->name_field},
                 {"layer", options->layer},
                 {"crs", options->crs},
                 {"encoding", options->encoding}};
    struct th_json *input = th_json_object();
    for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
        th_json_set_text(input, TEXTS[i].key, TEXTS[i].value);
    }
    return input;
}

// In the transaction: a layer that is there already adds nothing, one with problems neither.
static enum th_status publish(struct adding *a, const struct th_request *request,
                              struct th_json **ret_reply, struct th_error *err)
{
    struct th_work *work = NULL;
    struct finding known = {.layer = &a->layer};
    char subject[64];
    struct th_json *input = input_json(a->options);
    const struct th_work_documents documents = {&a->options->document, 1};
    enum th_status status = th_work_begin_reading(a->registry, request, TH_MAY_LAYERS, "layer.add",
                                                  input, &documents, &work, ret_reply, err);
    th_json_free(input);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    status = th_layer_each(th_work_store(work), a->layer.role, same_layer, &known, err);
    if (status == TH_OK && (a->n_bad > 0 || known.layer_id != 0)) {
        a->layer.layer_id = a->n_bad > 0 ? 0 : known.layer_id;
        th_work_cancel(work);
        return th_reply_finish(TH_OK, reply_json(a, false, a->n_bad == 0), ret_reply, err);
    }
    if (status == TH_OK) {
        status = th_layer_each(th_work_store(work), a->layer.role, tell_beside, a, err);
    }
    if (status == TH_OK) {
        status = store_all(a, work, err);
    }
    (void)snprintf(subject, sizeof(subject), "layer:%" PRId64, a->layer.layer_id);
    struct th_json *body = layer_json(&a->layer);
    th_json_set_int(body, "n_shapes", (int64_t)a->n);
    return th_work_end(work, status, subject, body, reply_json(a, true, false), ret_reply, err);
}

enum th_status th_layer_add(struct th_registry *registry, const struct th_request *request,
                            const struct th_layer_add_options *options, struct th_json **ret_reply,
                            struct th_error *err)
{
    struct adding a = {.registry = registry,
                       .options = options,
                       .area = th_area_from_m2_300(0),
                       .problems = th_json_array(),
                       .beside = th_json_array()};
    enum th_status status = check_options(&a, err);
    if (status == TH_OK) {
        status = read_source(&a, request->progress, err);
    }
    if (status == TH_OK) {
        status = publish(&a, request, ret_reply, err);
    }
    adding_clear(&a);
    return status;
}

static bool list_one(void *context, const struct th_layer *layer)
{
    struct th_json *layers = context;
    struct th_json *json = layer_json(layer);
    th_json_set_int(json, "n_shapes", layer->n_shapes);
    if (layer->document_id != 0) {
        th_json_set_int(json, "document_id", layer->document_id);
    } else {
        th_json_set(json, "document_id", th_json_null());
    }
    th_json_set_int(json, "seq", layer->seq);
    th_json_append(layers, json);
    return true;
}

enum th_status th_layer_list(struct th_registry *registry, const char *role,
                             struct th_json **ret_reply, struct th_error *err)
{
    struct th_json *layers = th_json_array();
    enum th_status status = th_layer_each(th_registry_store(registry), role, list_one, layers, err);
    struct th_json *reply = th_json_object();
    th_json_set_int(reply, "n", (int64_t)th_json_size(layers));
    th_json_set(reply, "layers", layers);
    return th_reply_finish(status, reply, ret_reply, err);
}

enum th_status th_layer_withdraw_use(struct th_registry *registry, const struct th_request *request,
                                     int64_t layer_id, const char *reason, const char *on,
                                     struct th_json **ret_reply, struct th_error *err)
{
    struct th_work *work = NULL;
    struct th_date day;
    struct th_layer layer = {0};
    char subject[64];
    enum th_status status = th_act_check_reason(reason, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_json *input = th_json_object();
    th_json_set_int(input, "layer", layer_id);
    th_json_set_text(input, "reason", reason);
    th_json_set_text(input, "on", on);
    status = th_work_begin(registry, request, TH_MAY_LAYERS, "layer.withdraw", input, &work,
                           ret_reply, err);
    th_json_free(input);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    status = th_act_day(work, on, &day, err);
    if (status == TH_OK) {
        status = th_layer_withdraw(th_work_store(work), layer_id, th_date_before(day),
                                   th_work_seq(work), err);
    }
    if (status == TH_OK) {
        status = th_layer_load(th_work_store(work), layer_id, &layer, err);
    }
    struct th_json *reply = layer_json(&layer);
    struct th_json *body = layer_json(&layer);
    th_json_set_text(reply, "reason", reason);
    th_json_set_text(body, "reason", reason);
    (void)snprintf(subject, sizeof(subject), "layer:%" PRId64, layer_id);
    return th_work_end(work, status, subject, body, reply, ret_reply, err);
}
