// What the columns of a source mean: which is the number, the village, the kind …, and which are
// attributes.
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/csv.h"
#include "core/text.h"
#include "registry/intake/parcel_internal.h"
#include "registry/table/own_columns.h"

enum { OPTION_SIZE = 1024, ATTRIBUTE_NAME_MAX = 40 };

// Keys of data/fields/parcels.json that are more than an attribute.
static const struct {
    enum th_field_role role;
    const char *key;
} ROLES[] = {
    {TH_FIELD_NUMBER, "number"},
    {TH_FIELD_NUMBER_PREFIX, "compartment"},
    {TH_FIELD_NUMBER_SUFFIX, "fine_compartment"},
    {TH_FIELD_VILLAGE, "village"},
    {TH_FIELD_KIND, "kind"},
    {TH_FIELD_LAND_CLASS, "land_class"},
    {TH_FIELD_DECLARED, "declared_area"},
};
enum { N_ROLES = sizeof(ROLES) / sizeof(ROLES[0]) };

// Keys that help to read another one.
static const char *const HELPING[] = {"county", "township", "land_class_name"};
enum { N_HELPING = sizeof(HELPING) / sizeof(HELPING[0]) };

// What --map is said to take, first of all.
static const char ATTRIBUTES[] =
    "number village kind land_class declared_area household contract planted";

// Fields that GDAL makes up for every placemark: how it is drawn, and when it was shown.
static const char *const KML_FIELDS[] = {"timestamp",  "begin",   "end",        "altitudeMode",
                                         "tessellate", "extrude", "visibility", "drawOrder",
                                         "icon",       NULL};

static bool is_role(const char *key)
{
    for (size_t i = 0; i < N_ROLES; i++) {
        if (strcmp(ROLES[i].key, key) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_helping(const char *key)
{
    for (size_t i = 0; i < N_HELPING; i++) {
        if (strcmp(HELPING[i], key) == 0) {
            return true;
        }
    }
    return false;
}

// Half a number and what only helps to read another column are not chosen by hand.
bool th_field_key_mappable(const struct th_field_map *map, const char *key)
{
    bool part = strcmp(key, "compartment") == 0 || strcmp(key, "fine_compartment") == 0;
    return !part && !is_helping(key) && (is_role(key) || th_field_names_has(map->names, key));
}

bool th_field_key_used(const char *key)
{
    return is_role(key) || is_helping(key);
}

static enum th_status field_missing(const char *field, const struct th_reader *reader,
                                    struct th_error *err)
{
    struct th_buf names;
    th_buf_init(&names, 64 * 1024);
    for (size_t i = 0; i < th_reader_info(reader)->n_fields; i++) {
        if (i > 0) {
            th_buf_append_str(&names, ", ");
        }
        th_buf_append_str(&names, th_reader_field(reader, i));
    }
    enum th_status status = th_error_set(err, TH_INVALID, "map_field_missing", "field", field,
                                         "fields", th_buf_text(&names), NULL);
    th_buf_clear(&names);
    return status;
}

static enum th_status apply_option(struct th_field_map *map, const char *option,
                                   const struct th_reader *reader, struct th_error *err)
{
    const char *equals = strchr(option, '=');
    size_t length = equals == NULL ? 0 : (size_t)(equals - option);
    if (length == 0 || equals[1] == '\0') {
        return th_error_set(err, TH_INVALID, "map_invalid", "map", option, "attributes", ATTRIBUTES,
                            NULL);
    }
    char attribute[ATTRIBUTE_NAME_MAX + 1] = "";
    if (length <= ATTRIBUTE_NAME_MAX) {
        memcpy(attribute, option, length);
    }
    if (!th_field_key_mappable(map, attribute)) {
        char given[OPTION_SIZE] = "";
        memcpy(given, option, length < OPTION_SIZE ? length : OPTION_SIZE - 1);
        return th_error_set(err, TH_USAGE, "map_attribute", "attribute", given, "attributes",
                            ATTRIBUTES, NULL);
    }
    size_t index = 0;
    if (!th_reader_field_find(reader, equals + 1, &index)) {
        return field_missing(equals + 1, reader, err);
    }

    struct th_field *field = &map->fields[index];
    bool repeated = field->mapped;
    for (size_t i = 0; i < map->n; i++) {
        repeated =
            repeated || (map->fields[i].mapped && strcmp(map->fields[i].name, attribute) == 0);
    }
    if (repeated) {
        return th_error_set(err, TH_INVALID, "map_repeated", "map", option, NULL);
    }
    field->mapped = true;
    th_text_copy(field->name, sizeof(field->name), attribute);
    for (size_t i = 0; i < N_ROLES; i++) {
        if (strcmp(ROLES[i].key, attribute) == 0) {
            field->role = ROLES[i].role;
            map->by_role[field->role] = (int)index;
        }
    }
    return TH_OK;
}

static bool key_mapped(void *context, const char *key)
{
    const struct th_field_map *map = context;
    for (size_t i = 0; i < map->n; i++) {
        if (map->fields[i].mapped && strcmp(map->fields[i].name, key) == 0) {
            return true;
        }
    }
    return false;
}

// A compartment belongs before a sub-compartment's number, and only there: not before a number that
// the caller chose, nor before one that the source simply calls so.
static bool numbers_in_parts(const struct th_field_map *map)
{
    int number = map->by_role[TH_FIELD_NUMBER];
    return number != TH_ROW_NO_INDEX && !map->fields[number].mapped &&
           strcasecmp(map->fields[number].column, "number") != 0;
}

static void meaning_take(struct th_field_map *map, size_t index)
{
    struct th_field *field = &map->fields[index];
    const char *key = field->meaning.key;
    for (size_t i = 0; i < N_ROLES; i++) {
        enum th_field_role role = ROLES[i].role;
        bool part = role == TH_FIELD_NUMBER_PREFIX || role == TH_FIELD_NUMBER_SUFFIX;
        if (strcmp(ROLES[i].key, key) == 0 && (!part || numbers_in_parts(map))) {
            field->role = role;
            map->by_role[role] = (int)index;
            return;
        }
    }
    th_text_copy(field->name, sizeof(field->name), key);
    if (strcmp(key, "county") == 0) {
        map->county = (int)index;
    }
    if (strcmp(key, "township") == 0) {
        map->township = (int)index;
    }
    if (strcmp(key, "land_class_name") == 0) {
        map->land_class_name = (int)index;
    }
}

// An export as CSV keeps spreadsheets from running a text by an apostrophe.
static const char *unguarded(const char *text)
{
    return text[0] == '\'' && th_csv_is_formula(text + 1) ? text + 1 : text;
}

// An export of this program that comes back: what the registry keeps itself is dropped, the titles
// of its tables stand for the names of open formats, and attributes go by their keys. A table of
// ids without shapes is what a clerk left of one, and the name of the village may be all that it
// says of it. `taken` are columns whose meaning is settled.
static void take_own(struct th_field_map *map, const char **columns, bool *taken, bool csv,
                     bool shapeless, const struct th_messages *messages)
{
    bool whole = th_own_export(columns, map->n, messages);
    map->own_export = whole;
    for (size_t i = 0; shapeless && i < map->n; i++) {
        map->own_export = map->own_export || th_own_is_id(columns[i], messages);
    }
    map->own_csv = map->own_export && csv;
    for (size_t i = 0; i < map->n; i++) {
        struct th_field *field = &map->fields[i];
        char room[TH_OWN_NAME_SIZE];
        const char *name = NULL;
        taken[i] = field->mapped || field->role != TH_FIELD_ATTRIBUTE;
        if (!taken[i] && map->own_export && th_own_is_id(columns[i], messages)) {
            taken[i] = true;
            map->parcel_id = (int)i;
            field->role = TH_FIELD_DROPPED;
        }
        if (!map->own_export || taken[i] ||
            (!whole && th_own_is_village_name(columns[i], messages))) {
            continue;
        }
        enum th_own_column own =
            th_own_column(map->own_csv ? unguarded(columns[i]) : columns[i], messages, room, &name);
        taken[i] = own != TH_OWN_PARTICULAR && own != TH_OWN_NOT;
        if (own == TH_OWN_PARTICULAR) {
            columns[i] = name;
        }
        if (own == TH_OWN_REPEATED || own == TH_OWN_SHORTENED) {
            field->role = TH_FIELD_DROPPED;
        }
        if (own == TH_OWN_SHORTENED) {
            map->n_shortened++;
        }
        if (own == TH_OWN_ATTRIBUTE || own == TH_OWN_NOT) {
            th_text_copy(field->name, sizeof(field->name), name);
        }
        if (own == TH_OWN_NOT) {
            columns[i] = field->name;
        }
    }
}

// Fields that nobody mapped are known by their names.
static enum th_status recognise(struct th_field_map *map,
                                const struct th_parcel_import_options *options,
                                const struct th_reader *reader, bool shapeless,
                                struct th_error *err)
{
    struct th_field_meaning *meanings = calloc(map->n + 1, sizeof(*meanings));
    const char **columns = calloc(map->n + 1, sizeof(*columns));
    bool *taken = calloc(map->n + 1, sizeof(*taken));
    enum th_status status = TH_OK;
    if (meanings == NULL || columns == NULL || taken == NULL) {
        status = th_error_no_memory(err);
    }
    for (size_t i = 0; status == TH_OK && i < map->n; i++) {
        columns[i] = th_reader_field(reader, i);
    }
    if (status == TH_OK) {
        take_own(map, columns, taken, strcmp(th_reader_info(reader)->driver, "CSV") == 0, shapeless,
                 options->messages);
    }
    if (status == TH_OK) {
        status = th_field_names_assign(map->names, columns, taken, map->n, key_mapped, map,
                                       meanings, err);
    }
    for (size_t i = 0; status == TH_OK && i < map->n; i++) {
        if (map->fields[i].mapped) {
            map->fields[i].meaning.has_unit = th_field_names_unit(
                map->names, columns[i], map->fields[i].name, &map->fields[i].meaning.unit);
        }
    }
    // The number first, since its parts depend on it.
    for (int parts = 0; status == TH_OK && parts < 2; parts++) {
        for (size_t i = 0; i < map->n; i++) {
            bool number = strcmp(meanings[i].key, "number") == 0;
            if (number != (parts == 0) || taken[i]) {
                continue;
            }
            map->fields[i].meaning = meanings[i];
            if (meanings[i].key[0] != '\0') {
                meaning_take(map, i);
            }
        }
    }
    // Where the class has no code, its name is the class.
    if (status == TH_OK && map->by_role[TH_FIELD_LAND_CLASS] == TH_ROW_NO_INDEX &&
        map->land_class_name != TH_ROW_NO_INDEX) {
        map->by_role[TH_FIELD_LAND_CLASS] = map->land_class_name;
        map->fields[map->land_class_name].role = TH_FIELD_LAND_CLASS;
        map->land_class_name = TH_ROW_NO_INDEX;
    }
    free(taken);
    free(columns);
    free(meanings);
    return status;
}

// They would make parcels look changed when only their drawing did.
static void drop_drawing(struct th_field_map *map, const struct th_reader *reader)
{
    const char *driver = th_reader_info(reader)->driver;
    if (strcmp(driver, "LIBKML") != 0 && strcmp(driver, "KML") != 0) {
        return;
    }
    for (size_t i = 0; i < map->n; i++) {
        for (size_t k = 0; KML_FIELDS[k] != NULL; k++) {
            if (map->fields[i].role == TH_FIELD_ATTRIBUTE && !map->fields[i].mapped &&
                strcmp(map->fields[i].column, KML_FIELDS[k]) == 0) {
                map->fields[i].role = TH_FIELD_DROPPED;
            }
        }
    }
}

// Of two columns that are kept under one name only one can hold.
static enum th_status repeats_find(struct th_field_map *map, struct th_error *err)
{
    struct th_json *names = th_json_object();
    if (names == NULL) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < map->n; i++) {
        struct th_field *field = &map->fields[i];
        if (field->role != TH_FIELD_ATTRIBUTE) {
            continue;
        }
        field->repeats = th_json_get(names, field->name) != NULL;
        th_json_set_bool(names, field->name, true);
    }
    enum th_status status = th_json_check(names, err);
    th_json_free(names);
    return status;
}

enum th_status th_field_map_make(const struct th_parcel_import_options *options,
                                 const struct th_reader *reader, bool shapeless,
                                 struct th_field_map *ret_map, struct th_error *err)
{
    struct th_field_map map = {.n = th_reader_info(reader)->n_fields,
                               .county = TH_ROW_NO_INDEX,
                               .township = TH_ROW_NO_INDEX,
                               .land_class_name = TH_ROW_NO_INDEX,
                               .parcel_id = TH_ROW_NO_INDEX};
    map.fields = calloc(map.n + 1, sizeof(*map.fields));
    if (map.fields == NULL) {
        return th_error_no_memory(err);
    }
    for (int i = 0; i < TH_FIELD_N_ROLES; i++) {
        map.by_role[i] = TH_ROW_NO_INDEX;
    }
    for (size_t i = 0; i < map.n; i++) {
        map.fields[i].role = TH_FIELD_ATTRIBUTE;
        th_text_copy(map.fields[i].name, sizeof(map.fields[i].name), th_reader_field(reader, i));
        th_text_copy(map.fields[i].column, sizeof(map.fields[i].column),
                     th_reader_field(reader, i));
    }
    enum th_status status = th_land_codes_new(&map.land_codes, err);
    if (status == TH_OK) {
        status = th_field_names_new(TH_FIELDS_OF_PARCELS, &map.names, err);
    }
    for (size_t i = 0; status == TH_OK && i < options->n_maps; i++) {
        status = apply_option(&map, options->maps[i], reader, err);
    }
    if (status == TH_OK) {
        drop_drawing(&map, reader);
        status = recognise(&map, options, reader, shapeless, err);
    }
    if (status == TH_OK) {
        status = repeats_find(&map, err);
    }
    if (status != TH_OK) {
        th_field_map_clear(&map);
        return status;
    }
    *ret_map = map;
    return TH_OK;
}

void th_field_map_clear(struct th_field_map *map)
{
    th_field_names_free(map->names);
    th_land_codes_free(map->land_codes);
    free(map->fields);
    *map = (struct th_field_map){0};
}

const char *th_field_text(const struct th_field_map *map, const struct th_reader_row *source,
                          size_t index)
{
    const char *text = source->values[index];
    return map->own_csv && text != NULL ? unguarded(text) : text;
}
