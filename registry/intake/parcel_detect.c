// What was found out about a source while it was read, in sentences: which columns were taken as
// what, which axis is which, what became of its shapes, where it came from.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/text.h"
#include "registry/intake/parcel_internal.h"

struct th_detection *th_import_detect(struct th_import_run *run, const char *what)
{
    struct th_detection *grown =
        realloc(run->detections, (run->n_detections + 1) * sizeof(*run->detections));
    if (grown == NULL) {
        run->checked.no_memory = true;
        return NULL;
    }
    run->detections = grown;
    struct th_detection *detection = &run->detections[run->n_detections++];
    *detection = (struct th_detection){0};
    th_text_copy(detection->what, sizeof(detection->what), what);
    return detection;
}

void th_import_undetect(struct th_import_run *run, const char *what)
{
    size_t n = 0;
    for (size_t i = 0; i < run->n_detections; i++) {
        if (strcmp(run->detections[i].what, what) != 0) {
            run->detections[n++] = run->detections[i];
        }
    }
    run->n_detections = n;
}

void th_import_detect_origin(struct th_import_run *run)
{
    const struct th_fetched_origin *origin = &run->origin;
    if (run->member[0] == '\0' && origin->n_pages == 0) {
        return;
    }
    struct th_detection *detection = th_import_detect(run, "source");
    if (detection == NULL) {
        return;
    }
    th_text_copy(detection->choice, sizeof(detection->choice), run->source.source);
    if (origin->n_pages > 0) {
        char hex[TH_HASH_HEX_SIZE];
        struct th_error *fetched = th_reasons_add(&detection->evidence, "detect.source_fetched");
        th_error_add(fetched, "protocol", origin->protocol);
        th_error_add_int(fetched, "pages", origin->n_pages);
        th_error_add(fetched, "sha256", th_hash_hex(&origin->sha256, hex));
    }
    if (run->member[0] != '\0') {
        th_text_copy(detection->choice, sizeof(detection->choice), run->member);
        th_error_add(th_reasons_add(&detection->evidence, "detect.source_member"), "member",
                     run->member);
    }
}

static const char *axis_sentence(enum th_reader_axis_how how)
{
    switch (how) {
    case TH_AXIS_HEADINGS:
        return "detect.axes_headings";
    case TH_AXIS_NUMBERS:
        return "detect.axes_numbers";
    case TH_AXIS_AGAINST:
        return "detect.axes_against";
    case TH_AXIS_UNDECIDED:
        break;
    }
    return "detect.axes_undecided";
}

// The numbers of a pair have no heading.
static const char *axis_name(const char *heading)
{
    if (strcmp(heading, "1") == 0) {
        return "@detect.axis_first";
    }
    return strcmp(heading, "2") == 0 ? "@detect.axis_second" : heading;
}

void th_import_detect_axes(struct th_import_run *run, const struct th_reader_info *info)
{
    bool tabular = info->axis_east != NULL && info->axis_north != NULL;
    if (!tabular && run->options->axes == NULL) {
        return;
    }
    struct th_detection *detection = th_import_detect(run, "axes");
    if (detection == NULL) {
        return;
    }
    th_text_copy(detection->choice, sizeof(detection->choice), run->how.swap_axes ? "yx" : "xy");
    th_text_copy(detection->option, sizeof(detection->option),
                 run->how.swap_axes ? "--axes xy" : "--axes yx");
    if (tabular) {
        struct th_error *said = th_reasons_add(&detection->evidence, axis_sentence(info->axis_how));
        th_error_add(said, "east", axis_name(info->axis_east));
        th_error_add(said, "north", axis_name(info->axis_north));
    }
    if (run->how.swap_axes) {
        (void)th_reasons_add(&detection->evidence, "detect.axes_swapped");
    }
}

void th_import_detect_ignored(struct th_import_run *run, const struct th_reader_info *info)
{
    struct th_detection *layer = info->n_empty > 0 ? th_import_detect(run, "layer") : NULL;
    if (layer != NULL) {
        th_text_copy(layer->choice, sizeof(layer->choice), info->layer);
        th_text_copy(layer->option, sizeof(layer->option), "--layer …");
        th_error_add_int(th_reasons_add(&layer->evidence, "detect.layer_rows"), "n", info->n_empty);
    }
    struct th_detection *detection = info->n_ignored > 0 ? th_import_detect(run, "ignored") : NULL;
    if (detection == NULL) {
        return;
    }
    (void)snprintf(detection->choice, sizeof(detection->choice), "%lld",
                   (long long)info->n_ignored);
    th_error_add_int(th_reasons_add(&detection->evidence, "detect.ignored"), "n", info->n_ignored);
}

// What was done to a shape, and how it is told.
static const struct {
    unsigned flag;
    const char *problem;  // of the row; NULL: only counted
    const char *sentence; // of the source
} CONVERSIONS[] = {
    {TH_SHAPE_LINEARISED, "curve_linearised", "detect.shape_linearised"},
    {TH_SHAPE_CLOSED_LINES, "lines_closed", "detect.shape_closed"},
    {TH_SHAPE_PARTS_DROPPED, "parts_dropped", "detect.shape_dropped"},
    {TH_SHAPE_FROM_POINTS, NULL, "detect.shape_points"},
    {TH_SHAPE_FLATTENED, NULL, "detect.shape_flattened"},
};
enum { N_CONVERSIONS = sizeof(CONVERSIONS) / sizeof(CONVERSIONS[0]) };
_Static_assert(sizeof(CONVERSIONS) / sizeof(CONVERSIONS[0]) == TH_IMPORT_CONVERSIONS,
               "each has its counter");

static void step_add(const struct th_import_run *run, struct th_error *sentence)
{
    char step[32];
    snprintf(step, sizeof(step), "%.9g", run->rules->curve_step_deg);
    th_error_add(sentence, "step", step);
}

void th_import_note_shape(struct th_import_run *run, const struct th_reader_row *source)
{
    for (size_t i = 0; source->shape != 0 && i < N_CONVERSIONS; i++) {
        struct th_error what;
        if ((source->shape & CONVERSIONS[i].flag) == 0) {
            continue;
        }
        run->n_converted[i]++;
        if (CONVERSIONS[i].problem == NULL) {
            continue;
        }
        (void)th_error_set(&what, TH_DATA_PROBLEM, CONVERSIONS[i].problem, NULL);
        if (CONVERSIONS[i].flag == TH_SHAPE_LINEARISED) {
            step_add(run, &what);
        }
        th_problems_add(&run->checked, source->row, source->feature, TH_PROBLEM_WARNING,
                        "geometry_converted", &what);
    }
}

// The name that GDAL gives a type, "3D Multi Line String": in our words, where it has some.
static void type_tell(const struct th_import_run *run, const char *type, struct th_error *sentence)
{
    static const char *const PREFIXES[] = {"3D ", "Measured "};
    char key[64] = "@shape.type.";
    size_t used = strlen(key);
    const char *plain = type;
    for (size_t i = 0; i < sizeof(PREFIXES) / sizeof(PREFIXES[0]); i++) {
        if (th_text_starts_with(plain, PREFIXES[i])) {
            plain += strlen(PREFIXES[i]);
        }
    }
    for (; *plain != '\0' && used + 1 < sizeof(key); plain++) {
        if (*plain != ' ') {
            key[used++] = (char)tolower((unsigned char)*plain);
        }
    }
    key[used] = '\0';
    bool known = run->options->messages != NULL &&
                 th_messages_find(run->options->messages, run->options->lang, key + 1) != NULL;
    th_error_add(sentence, "type", known ? key : type);
}

static void detect_shapes(struct th_import_run *run, const struct th_reader_info *info)
{
    const char *type = info->geometry_type;
    bool unknown = strcmp(type, "Unknown (any)") == 0;
    bool usual =
        type[0] == '\0' || strcmp(type, "Polygon") == 0 || strcmp(type, "Multi Polygon") == 0;
    bool plain = usual;
    for (size_t i = 0; i < N_CONVERSIONS; i++) {
        plain = plain && run->n_converted[i] == 0;
    }
    struct th_detection *detection = plain ? NULL : th_import_detect(run, "geometry");
    if (detection == NULL) {
        return;
    }
    if (th_import_is_shapeless(run)) {
        (void)th_reasons_add(&detection->evidence, "detect.attributes_alone");
        return;
    }
    th_text_copy(detection->choice, sizeof(detection->choice), "multipolygon");
    if (unknown) {
        (void)th_reasons_add(&detection->evidence, "detect.shape_unknown");
    } else if (!usual) {
        type_tell(run, type, th_reasons_add(&detection->evidence, "detect.shape_type"));
    }
    for (size_t i = 0; i < N_CONVERSIONS; i++) {
        if (run->n_converted[i] == 0) {
            continue;
        }
        struct th_error *sentence = th_reasons_add(&detection->evidence, CONVERSIONS[i].sentence);
        th_error_add_int(sentence, "n", run->n_converted[i]);
        if (CONVERSIONS[i].flag == TH_SHAPE_LINEARISED) {
            step_add(run, sentence);
        }
    }
}

// What a column was taken as, in the words of the key that --map knows.
static const char *field_key(const struct th_field *field)
{
    return field->mapped ? field->name : field->meaning.key;
}

// An attribute as people call it, in the language of the caller; its key without a catalogue.
static const char *attribute_name(const struct th_import_run *run, const char *key)
{
    char name[160];
    (void)snprintf(name, sizeof(name), "value.field.%s", key);
    const char *text = run->options->messages == NULL
                           ? NULL
                           : th_messages_find(run->options->messages, run->options->lang, name);
    return text == NULL ? key : text;
}

static void field_sentences(struct th_detection *detection, const struct th_field *field)
{
    struct th_reasons *evidence = &detection->evidence;
    const struct th_field_meaning *meaning = &field->meaning;
    th_error_add(
        th_reasons_add(evidence, field->mapped ? "detect.field_mapped" : "detect.field_name"),
        "column", field->column);
    if (field->mapped) {
        return;
    }
    if (strcmp(meaning->scheme, "forestry") == 0) {
        (void)th_reasons_add(evidence, "detect.field_forestry");
    }
    if (strcmp(meaning->scheme, "land_survey") == 0) {
        (void)th_reasons_add(evidence, "detect.field_land_survey");
    }
    if (meaning->cut) {
        (void)th_reasons_add(evidence, "detect.field_cut");
    }
    if (meaning->has_unit) {
        th_error_add(th_reasons_add(evidence, "detect.field_unit"), "unit",
                     th_area_unit_message(meaning->unit));
    }
}

// Another column whose name means the same and is not taken; NULL behind the last. The clerk may
// have meant that one.
static const struct th_field *field_alike(const struct th_import_run *run,
                                          const struct th_field *field, size_t *at)
{
    while (*at < run->map.n) {
        const struct th_field *other = &run->map.fields[(*at)++];
        if (!field->mapped && other->meaning.passed_over[0] != '\0' &&
            strcmp(other->meaning.passed_over, field->meaning.key) == 0) {
            return other;
        }
    }
    return NULL;
}

static void alike_sentences(const struct th_import_run *run, struct th_reasons *evidence,
                            const struct th_field *field)
{
    size_t at = 0;
    for (const struct th_field *other = field_alike(run, field, &at); other != NULL;
         other = field_alike(run, field, &at)) {
        const char *key = field->meaning.key;
        struct th_error *said = th_reasons_add(evidence, th_field_key_mappable(&run->map, key)
                                                             ? "detect.field_alike"
                                                             : "detect.field_alike_kept");
        th_error_add(said, "column", other->column);
        th_error_add(said, "key",
                     th_field_key_mappable(&run->map, key) ? key : attribute_name(run, key));
    }
}

// Columns that carry what the registry judges by: one finding each. A column that bears the very
// name of the key is none, unless another means the same.
static void detect_roles(struct th_import_run *run)
{
    for (size_t i = 0; i < run->map.n; i++) {
        const struct th_field *field = &run->map.fields[i];
        size_t at = 0;
        bool same = !field->mapped && strcasecmp(field->column, field_key(field)) == 0 &&
                    field_alike(run, field, &at) == NULL;
        if (field->role >= TH_FIELD_N_ROLES || same) {
            continue;
        }
        struct th_detection *detection = th_import_detect(run, "fields");
        if (detection == NULL) {
            return;
        }
        th_text_copy(detection->choice, sizeof(detection->choice), field_key(field));
        if (th_field_key_mappable(&run->map, field_key(field))) {
            (void)snprintf(detection->option, sizeof(detection->option), "--map %.40s=…",
                           field_key(field));
        }
        field_sentences(detection, field);
        alike_sentences(run, &detection->evidence, field);
    }
}

// The others that are known by their names, as "COLUMN=attribute" in as many sentences as there is
// room for; what does not fit is said to be missing.
static void detect_attributes(struct th_import_run *run)
{
    enum { ROOM = TH_ERROR_VALUE_SIZE - 1 };
    struct th_detection *detection = NULL;
    struct th_error *sentence = NULL;
    char list[TH_ERROR_VALUE_SIZE] = "";
    size_t used = 0;
    for (size_t i = 0; i < run->map.n; i++) {
        const struct th_field *field = &run->map.fields[i];
        char item[320];
        const char *key = field_key(field);
        if (field->role != TH_FIELD_ATTRIBUTE || key[0] == '\0' ||
            strcmp(key, field->column) == 0) {
            continue;
        }
        const char *name = attribute_name(run, key);
        bool same = strcmp(name, field->column) == 0;
        int size = snprintf(item, sizeof(item), "%s%s%s", field->column, same ? "" : "=",
                            same ? "" : name);
        if (detection == NULL) {
            detection = th_import_detect(run, "fields");
        }
        if (detection == NULL || size < 0) {
            return;
        }
        if (sentence == NULL || used + 2 + (size_t)size > ROOM) {
            if (sentence != NULL) {
                th_error_add(sentence, "list", list);
            }
            if (detection->evidence.n == TH_REASONS_MAX - 1) {
                (void)th_reasons_add(&detection->evidence, "detect.fields_more");
                return;
            }
            sentence = th_reasons_add(&detection->evidence, "detect.fields_kept");
            used = 0;
        }
        used +=
            (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", used == 0 ? "" : ", ", item);
    }
    if (sentence != NULL) {
        th_error_add(sentence, "list", list);
    }
}

static void detect_own_export(struct th_import_run *run)
{
    struct th_detection *detection = run->map.own_export ? th_import_detect(run, "fields") : NULL;
    if (detection != NULL) {
        (void)th_reasons_add(&detection->evidence, "detect.own_export");
    }
    if (detection != NULL && run->map.n_shortened > 0) {
        th_error_add_int(th_reasons_add(&detection->evidence, "detect.own_shortened"), "n",
                         run->map.n_shortened);
    }
}

// A number cannot be given later. A row that tells its parcel's id asks for none, and one that
// corrects attributes alone is refused elsewhere.
static void remind_of_numbers(struct th_import_run *run)
{
    int index = run->map.by_role[TH_FIELD_NUMBER];
    struct th_error what;
    if (index == TH_ROW_NO_INDEX || th_import_is_shapeless(run)) {
        return;
    }
    for (size_t i = 0; i < run->n_rows; i++) {
        const struct th_staged_row *row = &run->rows[i];
        if (row->fate != TH_ROW_PENDING || row->number != NULL || row->told_id != 0) {
            continue;
        }
        (void)th_error_set(&what, TH_DATA_PROBLEM, "number_blank", "field",
                           run->map.fields[index].column, NULL);
        th_problems_add(&run->checked, row->row, row->feature, TH_PROBLEM_WARNING, NULL, &what);
    }
}

// Parcels without a number are hard to find again, and mended rows are matched by it.
static void detect_number_missing(struct th_import_run *run)
{
    enum { SHOWN = 6 };
    if (run->map.by_role[TH_FIELD_NUMBER] != TH_ROW_NO_INDEX ||
        run->map.parcel_id != TH_ROW_NO_INDEX) {
        return;
    }
    struct th_detection *detection = th_import_detect(run, "fields");
    if (detection == NULL) {
        return;
    }
    struct th_buf list;
    size_t n = 0;
    th_buf_init(&list, TH_ERROR_VALUE_SIZE);
    for (size_t i = 0; i < run->map.n && n < SHOWN; i++) {
        if (run->map.fields[i].role == TH_FIELD_ATTRIBUTE) {
            th_buf_printf(&list, "%s%s", n++ == 0 ? "" : ", ", run->map.fields[i].column);
        }
    }
    if (n > 0) {
        th_error_add(th_reasons_add(&detection->evidence, "detect.no_number"), "list",
                     th_buf_text(&list));
        th_text_copy(detection->option, sizeof(detection->option), "--map number=…");
    } else {
        (void)th_reasons_add(&detection->evidence, "detect.no_number_column");
    }
    th_buf_clear(&list);
}

// An export of nothing looks like a success otherwise.
static void detect_nothing(struct th_import_run *run)
{
    struct th_detection *detection = run->n_rows > 0 ? NULL : th_import_detect(run, "source");
    if (detection != NULL) {
        (void)th_reasons_add(&detection->evidence, "detect.no_rows");
    }
}

void th_import_detect_rows(struct th_import_run *run, const struct th_reader_info *info)
{
    detect_nothing(run);
    detect_shapes(run, info);
    detect_own_export(run);
    detect_roles(run);
    detect_number_missing(run);
    remind_of_numbers(run);
    detect_attributes(run);
}

static struct th_json *evidence_json(const struct th_import_run *run,
                                     const struct th_reasons *evidence, bool in_words,
                                     struct th_buf *text)
{
    struct th_json *list = th_json_array();
    for (int k = 0; k < evidence->n; k++) {
        const struct th_error *sentence = &evidence->items[k];
        if (in_words && run->options->messages != NULL) {
            th_buf_clear(text);
            th_messages_format(run->options->messages, run->options->lang, sentence->key,
                               sentence->args, sentence->n_args, text);
            th_json_append_text(list, th_buf_text(text));
            continue;
        }
        struct th_json *kept = th_json_object();
        th_json_set_text(kept, "key", sentence->key);
        for (int a = 0; a < sentence->n_args; a++) {
            th_json_set_text(kept, sentence->args[a].name, sentence->args[a].value);
        }
        th_json_append(list, kept);
    }
    return list;
}

struct th_json *th_import_detections_json(const struct th_import_run *run, bool in_words)
{
    struct th_json *list = th_json_array();
    struct th_buf text;
    th_buf_init(&text, 64 * 1024);
    for (size_t i = 0; i < run->n_detections; i++) {
        const struct th_detection *detection = &run->detections[i];
        struct th_json *item = th_json_object();
        th_json_set_text(item, "what", detection->what);
        th_json_set_text(item, "choice", detection->choice[0] == '\0' ? NULL : detection->choice);
        th_json_set(item, "evidence", evidence_json(run, &detection->evidence, in_words, &text));
        th_json_set_text(item, "option", detection->option[0] == '\0' ? NULL : detection->option);
        th_json_append(list, item);
    }
    th_buf_clear(&text);
    return list;
}
