// What a row says in its fields: number, village, kind, land class, declared area, and the rest.
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/text.h"
#include "registry/intake/parcel_internal.h"

enum { VALUE_SIZE = 1024, VILLAGE_DIGITS = 12, KIND_KEY_SIZE = 48 };

// Areas beyond these are slips of the pen: 0.0001 mu and the size of a large province.
static const double DECLARED_MU_MIN = 0.0001;
static const double DECLARED_MU_MAX = 1e9;
static const double M2_300_PER_MU = 200000;

// One row while its fields are taken.
struct taking {
    struct th_import_run *run;
    const struct th_field_map *map;
    const struct th_reader_row *source;
    struct th_staged_row *row;
    struct th_json *attributes;
};

static void problem(struct taking *t, enum th_problem_severity severity, const char *code,
                    const struct th_error *what)
{
    th_problems_add(&t->run->checked, t->row->row, t->row->feature, severity, code, what);
    if (severity == TH_PROBLEM_ERROR) {
        t->row->fate = TH_ROW_REJECTED;
    }
}

static bool field_mapped(const struct taking *t, enum th_field_role role)
{
    int index = t->map->by_role[role];
    return index != TH_ROW_NO_INDEX && t->map->fields[index].mapped;
}

// Trimmed value of a field; false when the source has none.
static bool value_at(const struct taking *t, int index, char out[VALUE_SIZE])
{
    const char *text =
        index == TH_ROW_NO_INDEX ? NULL : th_field_text(t->map, t->source, (size_t)index);
    if (text == NULL) {
        return false;
    }
    th_text_copy(out, VALUE_SIZE, text);
    th_text_trim(out);
    return out[0] != '\0';
}

static bool value_of(const struct taking *t, enum th_field_role role, char out[VALUE_SIZE])
{
    return value_at(t, t->map->by_role[role], out);
}

// `key` is the message; the clerk looks for the column under the name it has in the file.
static void out_of_range(struct taking *t, enum th_field_role role, const char *value,
                         const char *key)
{
    struct th_error what;
    const struct th_field *field = &t->map->fields[t->map->by_role[role]];
    (void)th_error_set(&what, TH_DATA_PROBLEM, key, "field", field->column, "value", value, NULL);
    if (role == TH_FIELD_NUMBER) {
        th_error_add_int(&what, "limit", TH_PARCEL_NUMBER_SIZE - 1);
    }
    problem(t, TH_PROBLEM_ERROR, "attribute_range", &what);
}

// The number with what stands before and behind it; empty when the row has none.
static void number_join(const struct taking *t, struct th_buf *number)
{
    char value[VALUE_SIZE];
    char part[VALUE_SIZE];
    if (!value_of(t, TH_FIELD_NUMBER, value)) {
        return;
    }
    if (value_of(t, TH_FIELD_NUMBER_PREFIX, part)) {
        th_buf_printf(number, "%s-", part);
    }
    th_buf_append_str(number, value);
    if (value_of(t, TH_FIELD_NUMBER_SUFFIX, part)) {
        th_buf_printf(number, "-%s", part);
    }
}

bool th_field_number(const struct th_field_map *map, const struct th_reader_row *source,
                     char number[TH_PARCEL_NUMBER_SIZE])
{
    const struct taking t = {.map = map, .source = source};
    struct th_buf joined;
    th_buf_init(&joined, 4 * VALUE_SIZE);
    number_join(&t, &joined);
    bool fits = joined.size > 0 && !joined.failed && joined.size < TH_PARCEL_NUMBER_SIZE;
    if (fits) {
        th_text_copy(number, TH_PARCEL_NUMBER_SIZE, th_buf_text(&joined));
    }
    th_buf_clear(&joined);
    return fits;
}

static enum th_status take_number(struct taking *t, struct th_error *err)
{
    struct th_buf number;
    th_buf_init(&number, 4 * VALUE_SIZE);
    number_join(t, &number);
    enum th_status status = th_buf_check(&number, err);
    if (status == TH_OK && number.size >= TH_PARCEL_NUMBER_SIZE) {
        out_of_range(t, TH_FIELD_NUMBER, th_buf_text(&number), "number_too_long");
    } else if (status == TH_OK && number.size > 0) {
        t->row->number = th_text_duplicate(th_buf_text(&number));
        if (t->row->number == NULL) {
            status = th_error_no_memory(err);
        }
    }
    th_buf_clear(&number);
    return status;
}

static void take_id(struct taking *t)
{
    char value[VALUE_SIZE];
    struct th_error what;
    if (!value_at(t, t->map->parcel_id, value) ||
        th_text_parse_int(value, 1, INT64_MAX, &t->row->told_id)) {
        return;
    }
    (void)th_error_set(&what, TH_DATA_PROBLEM, "parcel_id_invalid", "value", value, "column",
                       t->map->fields[t->map->parcel_id].column, NULL);
    problem(t, TH_PROBLEM_ERROR, "attribute_range", &what);
}

static bool is_digits(const char *text, size_t least, size_t most)
{
    size_t size = strspn(text, "0123456789");
    return text[size] == '\0' && size >= least && size <= most;
}

// Codes of the land survey have 19 digits and begin with the village's 12. The forest inventory
// counts villages within the township and townships within the county, and spreadsheets take the
// noughts before these numbers away.
static void village_complete(const struct taking *t, char value[VALUE_SIZE])
{
    char county[VALUE_SIZE];
    char township[VALUE_SIZE];
    struct th_buf code;
    if (is_digits(value, VILLAGE_DIGITS + 1, 19)) {
        value[VILLAGE_DIGITS] = '\0';
        return;
    }
    if (!is_digits(value, 1, 3) || !value_at(t, t->map->township, township)) {
        return;
    }
    th_buf_init(&code, VALUE_SIZE);
    if (is_digits(township, 9, 9)) {
        th_buf_printf(&code, "%s%03ld", township, strtol(value, NULL, 10));
    } else if (is_digits(township, 1, 3) && value_at(t, t->map->county, county) &&
               is_digits(county, 6, 6)) {
        th_buf_printf(&code, "%s%03ld%03ld", county, strtol(township, NULL, 10),
                      strtol(value, NULL, 10));
    }
    if (code.size == VILLAGE_DIGITS) {
        th_text_copy(value, VALUE_SIZE, th_buf_text(&code));
    }
    th_buf_clear(&code);
}

static void village_refuse(struct taking *t, const char *value)
{
    const struct th_village_list *villages = &t->run->villages;
    struct th_error what;
    char similar[TH_ERROR_VALUE_SIZE] = "";
    const char *key = "village_unknown";
    if (th_village_list_ambiguous(villages, value)) {
        key = "village_several";
    } else {
        th_village_list_similar(villages, value, similar, sizeof(similar));
        key = similar[0] != '\0' ? "village_similar" : key;
    }
    (void)th_error_set(&what, TH_DATA_PROBLEM, key, "value", value, NULL);
    if (similar[0] != '\0') {
        th_error_add(&what, "similar", similar);
    }
    problem(t, TH_PROBLEM_ERROR, "village_unknown", &what);
}

// A clerk of one village registers nothing in another; the other rows of the file may go on. With a
// drawing there are none, and storing it is refused.
static void village_check_own(struct taking *t)
{
    const struct th_village *village = &t->run->villages.items[t->row->village];
    struct th_error what;
    if (t->run->path == NULL || t->run->own_village[0] == '\0' ||
        strcmp(t->run->own_village, village->code) == 0) {
        return;
    }
    int own = th_village_list_find(&t->run->villages, t->run->own_village);
    (void)th_error_set(
        &what, TH_DATA_PROBLEM, "village_elsewhere", "village", village->name, "own",
        own == TH_ROW_NO_INDEX ? t->run->own_village : t->run->villages.items[own].name, NULL);
    problem(t, TH_PROBLEM_ERROR, "village_not_yours", &what);
}

// The row's own village; where it names none the caller's or the clerk's, and without that a
// boundary may tell later (th_import_villages_settle). Where the row names one that the registry
// does not know, the village that the caller named stands only if the field was not mapped by hand,
// and with a remark; a clerk's own village was not named for it.
static void take_village(struct taking *t)
{
    char value[VALUE_SIZE];
    const struct th_village_list *villages = &t->run->villages;
    int given = t->run->default_village[0] == '\0'
                    ? TH_ROW_NO_INDEX
                    : th_village_list_find(villages, t->run->default_village);
    struct th_error what;
    if (!value_of(t, TH_FIELD_VILLAGE, value)) {
        t->row->village = given;
        t->row->village_open = given == TH_ROW_NO_INDEX;
        return;
    }
    village_complete(t, value);
    t->row->village = th_village_list_find(villages, value);
    if (t->row->village != TH_ROW_NO_INDEX) {
        village_check_own(t);
        return;
    }
    if (given == TH_ROW_NO_INDEX || t->run->options->village == NULL ||
        field_mapped(t, TH_FIELD_VILLAGE)) {
        village_refuse(t, value);
        return;
    }
    t->row->village = given;
    (void)th_error_set(&what, TH_DATA_PROBLEM, "village_assumed", "value", value, "village",
                       villages->items[given].name, NULL);
    problem(t, TH_PROBLEM_WARNING, "village_unknown", &what);
}

static const char *kind_words(int kind, char key[KIND_KEY_SIZE])
{
    static const char PREFIX[] = "@parcel.kind.";
    memcpy(key, PREFIX, sizeof(PREFIX));
    th_text_copy(key + sizeof(PREFIX) - 1, KIND_KEY_SIZE - sizeof(PREFIX) + 1,
                 th_parcel_kinds[kind]);
    return key;
}

// Others head quite another matter "类别": where the caller names the kind and did not map the
// column, what is no kind stays among the attributes, with a remark. false: it was meant.
static bool kind_assume(struct taking *t, const char *value)
{
    const struct th_field *field = &t->map->fields[t->map->by_role[TH_FIELD_KIND]];
    const char *column = field->column;
    char kind[KIND_KEY_SIZE];
    struct th_error what;
    if (t->run->options->kind == NULL || field->mapped || strcasecmp(column, "kind") == 0) {
        return false;
    }
    t->row->kind = t->run->default_kind;
    th_json_set_text(t->attributes, column, value);
    (void)th_error_set(&what, TH_DATA_PROBLEM, "kind_assumed", "value", value, "field", column,
                       "kind", kind_words(t->row->kind, kind), NULL);
    problem(t, TH_PROBLEM_WARNING, "kind_unknown", &what);
    return true;
}

static void take_kind(struct taking *t)
{
    char value[VALUE_SIZE];
    struct th_error what;
    if (!value_of(t, TH_FIELD_KIND, value)) {
        t->row->kind = t->run->default_kind;
        t->row->kind_open = t->row->kind == TH_ROW_NO_INDEX && th_import_is_shapeless(t->run);
        if (t->row->kind == TH_ROW_NO_INDEX && !t->row->kind_open) {
            (void)th_error_set(&what, TH_DATA_PROBLEM, "kind_missing", NULL);
            problem(t, TH_PROBLEM_ERROR, "kind_unknown", &what);
        }
        return;
    }
    t->row->kind = th_parcel_kind_find(value);
    if (t->row->kind == TH_ROW_NO_INDEX && !kind_assume(t, value)) {
        (void)th_error_set(&what, TH_DATA_PROBLEM, "kind_unknown", "value", value, NULL);
        problem(t, TH_PROBLEM_ERROR, NULL, &what);
    }
}

static void land_class_judge(struct taking *t, const struct th_land_code_finding *finding)
{
    const struct th_land_class *found = finding->found;
    t->row->land_class = (int)(found - t->run->classes.items);
    if (t->row->kind == TH_ROW_NO_INDEX ||
        th_land_class_agrees(found, th_parcel_kinds[t->row->kind])) {
        return;
    }
    bool zh = t->run->options->lang == TH_LANG_ZH;
    char kind[KIND_KEY_SIZE];
    struct th_error what;
    (void)th_error_set(&what, TH_DATA_PROBLEM, "land_class_conflict", "code", found->code, "name",
                       zh ? found->name_zh : found->name_en, "kind", kind_words(t->row->kind, kind),
                       NULL);
    problem(t, TH_PROBLEM_ERROR, NULL, &what);
}

// Other schemes use the same field names, so that a class which is not known is an error only where
// the caller mapped the field; otherwise it stays among the attributes with a remark.
static void take_land_class(struct taking *t)
{
    char value[VALUE_SIZE];
    char name[VALUE_SIZE];
    struct th_land_code_finding finding;
    struct th_error what;
    if (!value_of(t, TH_FIELD_LAND_CLASS, value)) {
        return;
    }
    if (!value_at(t, t->map->land_class_name, name)) {
        name[0] = '\0';
    }
    th_land_code_find(t->map->land_codes, &t->run->classes, value, name, &finding);
    bool zh = t->run->options->lang == TH_LANG_ZH;
    bool mapped = field_mapped(t, TH_FIELD_LAND_CLASS);
    if (finding.found == NULL) {
        if (finding.verdict == TH_LAND_CODE_AMBIGUOUS) {
            (void)th_error_set(&what, TH_DATA_PROBLEM, "land_class_ambiguous", "value", value,
                               "first", zh ? finding.first->name_zh : finding.first->name_en,
                               "second", zh ? finding.other_zh : finding.other_en, NULL);
        } else {
            (void)th_error_set(&what, TH_DATA_PROBLEM, "land_class_unknown", "value", value, NULL);
        }
        problem(t, mapped ? TH_PROBLEM_ERROR : TH_PROBLEM_WARNING, "attribute_range", &what);
        th_json_set_text(t->attributes, "land_class_source", value);
        return;
    }
    if (finding.verdict == TH_LAND_CODE_NAME_DIFFERS) {
        (void)th_error_set(&what, TH_DATA_PROBLEM, "land_class_name_differs", "value", value,
                           "written", name, "name",
                           zh ? finding.found->name_zh : finding.found->name_en, NULL);
        problem(t, TH_PROBLEM_WARNING, "land_class_conflict", &what);
    }
    // What the source itself says, where that is another number.
    if (finding.scheme[0] != '\0' && strcmp(finding.scheme, finding.found->scheme) != 0) {
        th_json_set_text(t->attributes, "land_class_source", value);
        th_json_set_text(t->attributes, "land_class_scheme", finding.scheme);
    }
    land_class_judge(t, &finding);
}

bool th_field_declare(struct th_staged_row *row, enum th_area_unit unit)
{
    if (row->written.has_unit) {
        unit = row->written.unit;
    }
    double mu = row->written.value * th_area_unit_m2(unit) / th_area_unit_m2(TH_AREA_UNIT_MU);
    if (!(mu >= DECLARED_MU_MIN && mu <= DECLARED_MU_MAX)) {
        return false;
    }
    row->has_declared = true;
    row->declared = th_area_from_m2_300((int64_t)llround(mu * M2_300_PER_MU));
    return true;
}

static void take_declared(struct taking *t)
{
    char value[VALUE_SIZE];
    if (!value_of(t, TH_FIELD_DECLARED, value)) {
        return;
    }
    const struct th_field *field = &t->map->fields[t->map->by_role[TH_FIELD_DECLARED]];
    enum th_area_unit unit = field->meaning.has_unit ? field->meaning.unit : TH_AREA_UNIT_MU;
    if (!th_area_amount_parse(value, &t->row->written) || !th_field_declare(t->row, unit)) {
        out_of_range(t, TH_FIELD_DECLARED, value, "declared_area_range");
    }
}

// Columns of one name may say the same, or one of them nothing; what it says goes before.
static void take_attribute(struct taking *t, const struct th_field *field, const char *value)
{
    struct th_error what;
    const char *other = field->repeats ? th_json_get_text(t->attributes, field->name, "") : "";
    if (other[0] == '\0') {
        th_json_set_text(t->attributes, field->name, value);
    } else if (value[0] != '\0' && strcmp(value, other) != 0) {
        (void)th_error_set(&what, TH_DATA_PROBLEM, "column_twice", "name", field->name, "first",
                           other, "second", value, NULL);
        problem(t, TH_PROBLEM_ERROR, NULL, &what);
    }
}

static enum th_status take_attributes(struct taking *t, struct th_error *err)
{
    for (size_t i = 0; i < t->map->n; i++) {
        const struct th_field *field = &t->map->fields[i];
        const char *value = th_field_text(t->map, t->source, i);
        // A table has a cell for every parcel and attribute, also where there is nothing to say.
        if (field->role == TH_FIELD_ATTRIBUTE && value != NULL &&
            !(t->map->own_export && value[0] == '\0')) {
            take_attribute(t, field, value);
        }
    }
    char *text = NULL;
    enum th_status status = th_json_dump(t->attributes, TH_JSON_CANONICAL, &text, err);
    if (status != TH_OK) {
        return status;
    }
    if (strlen(text) > TH_PARCEL_ATTRIBUTES_MAX) {
        struct th_error what;
        (void)th_error_set(&what, TH_DATA_PROBLEM, "attributes_too_long", NULL);
        th_error_add_int(&what, "limit", TH_PARCEL_ATTRIBUTES_MAX);
        problem(t, TH_PROBLEM_ERROR, "attribute_range", &what);
        free(text);
        return TH_OK;
    }
    t->row->attributes = text;
    return TH_OK;
}

// The shapes of one table are read in one reference system.
static void check_crs(struct taking *t)
{
    size_t column = t->run->crs_column;
    const char *text = column == 0 ? NULL : t->source->values[column - 1];
    char code[TH_IMPORT_CRS_CODE_SIZE] = "";
    struct th_error what;
    if (text == NULL || text[0] == '\0' ||
        (th_import_crs_code(text, code) && strcmp(code, t->run->source_crs) == 0)) {
        return;
    }
    (void)th_error_set(&what, TH_DATA_PROBLEM, "crs_row_differs", "value", text, "crs",
                       t->run->source_crs, NULL);
    problem(t, TH_PROBLEM_ERROR, NULL, &what);
}

enum th_status th_fields_take(struct th_import_run *run, const struct th_field_map *map,
                              const struct th_reader_row *source, struct th_staged_row *row,
                              struct th_error *err)
{
    struct taking t = {run, map, source, row, th_json_object()};
    if (t.attributes == NULL) {
        return th_error_no_memory(err);
    }
    row->village = row->kind = row->land_class = TH_ROW_NO_INDEX;
    if (source->text_suspect) {
        struct th_error what;
        (void)th_error_set(&what, TH_DATA_PROBLEM, "encoding_suspected", NULL);
        problem(&t, TH_PROBLEM_ERROR, NULL, &what);
    }
    check_crs(&t);
    enum th_status status = take_number(&t, err);
    if (status == TH_OK) {
        take_id(&t);
        take_village(&t);
        take_kind(&t);
        take_land_class(&t);
        take_declared(&t);
        status = take_attributes(&t, err);
    }
    th_json_free(t.attributes);
    return status;
}
