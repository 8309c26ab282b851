// What an export tells of a parcel, and under which names: English ones where names may be long,
// the pinyin of the forest inventory where they must be short.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/csv.h"
#include "core/text.h"
#include "registry/export/export_internal.h"
#include "registry/parcels.h"
#include "registry/table/own_columns.h"

enum { DESCRIPTION_LIMIT = 4096, TITLE_SIZE = 64 };

// GeoPackage, FlatGeobuf, GML, GeoJSON and CSV.
static const enum th_export_column OPEN[] = {
    TH_EXPORT_PARCEL_ID,      TH_EXPORT_VERSION,       TH_EXPORT_NUMBER,
    TH_EXPORT_KIND,           TH_EXPORT_VILLAGE,       TH_EXPORT_VILLAGE_NAME,
    TH_EXPORT_TOWNSHIP,       TH_EXPORT_LAND_CLASS,    TH_EXPORT_AREA_M2,
    TH_EXPORT_AREA_MU,        TH_EXPORT_COUNTED_MU,    TH_EXPORT_COUNTED_M2,
    TH_EXPORT_DECLARED_MU,    TH_EXPORT_SLIVER_M2,     TH_EXPORT_PERIMETER_M,
    TH_EXPORT_STATE,          TH_EXPORT_SOURCE,        TH_EXPORT_SOURCE_LAYER,
    TH_EXPORT_SOURCE_ROW,     TH_EXPORT_SOURCE_IMPORT, TH_EXPORT_SOURCE_OFFSET,
    TH_EXPORT_CONTENT_SOURCE, TH_EXPORT_CONTENT_ROW,   TH_EXPORT_CONTENT_IMPORT,
};
static const enum th_export_column SHAPEFILE[] = {
    TH_EXPORT_PARCEL_ID,     TH_EXPORT_VERSION,         TH_EXPORT_COUNTY,
    TH_EXPORT_TOWNSHIP,      TH_EXPORT_VILLAGE,         TH_EXPORT_VILLAGE_NAME,
    TH_EXPORT_COMPARTMENT,   TH_EXPORT_SUB_COMPARTMENT, TH_EXPORT_KIND,
    TH_EXPORT_LAND_CLASS,    TH_EXPORT_AREA_MU,         TH_EXPORT_AREA_M2,
    TH_EXPORT_COUNTED_MU,    TH_EXPORT_COUNTED_M2,      TH_EXPORT_DECLARED_MU,
    TH_EXPORT_SLIVER_M2,     TH_EXPORT_PERIMETER_M,     TH_EXPORT_STATE,
    TH_EXPORT_SOURCE,        TH_EXPORT_SOURCE_LAYER,    TH_EXPORT_SOURCE_ROW,
    TH_EXPORT_SOURCE_IMPORT, TH_EXPORT_SOURCE_OFFSET,   TH_EXPORT_CONTENT_SOURCE,
    TH_EXPORT_CONTENT_ROW,   TH_EXPORT_CONTENT_IMPORT,
};
static const enum th_export_column KML[] = {
    TH_EXPORT_LABEL,      TH_EXPORT_DESCRIPTION, TH_EXPORT_PARCEL_ID, TH_EXPORT_VERSION,
    TH_EXPORT_NUMBER,     TH_EXPORT_KIND,        TH_EXPORT_VILLAGE,   TH_EXPORT_VILLAGE_NAME,
    TH_EXPORT_LAND_CLASS, TH_EXPORT_AREA_MU,     TH_EXPORT_AREA_M2,   TH_EXPORT_COUNTED_MU,
    TH_EXPORT_COUNTED_M2, TH_EXPORT_DECLARED_MU, TH_EXPORT_SLIVER_M2, TH_EXPORT_STATE,
};
// Areas in mu first: people read this one.
static const enum th_export_column SPREADSHEET[] = {
    TH_EXPORT_PARCEL_ID,      TH_EXPORT_NUMBER,        TH_EXPORT_KIND,
    TH_EXPORT_TOWNSHIP,       TH_EXPORT_VILLAGE_NAME,  TH_EXPORT_VILLAGE,
    TH_EXPORT_LAND_CLASS,     TH_EXPORT_AREA_MU,       TH_EXPORT_COUNTED_MU,
    TH_EXPORT_COUNTED_M2,     TH_EXPORT_DECLARED_MU,   TH_EXPORT_AREA_M2,
    TH_EXPORT_SLIVER_M2,      TH_EXPORT_PERIMETER_M,   TH_EXPORT_STATE,
    TH_EXPORT_VERSION,        TH_EXPORT_SOURCE,        TH_EXPORT_SOURCE_LAYER,
    TH_EXPORT_SOURCE_ROW,     TH_EXPORT_SOURCE_IMPORT, TH_EXPORT_SOURCE_OFFSET,
    TH_EXPORT_CONTENT_SOURCE, TH_EXPORT_CONTENT_ROW,   TH_EXPORT_CONTENT_IMPORT,
};
static const enum th_export_column FIBOA[] = {
    TH_EXPORT_COLLECTION, TH_EXPORT_AREA_M2,    TH_EXPORT_COUNTED_M2, TH_EXPORT_PERIMETER_M,
    TH_EXPORT_METHOD,     TH_EXPORT_DETAILS,    TH_EXPORT_NUMBER,     TH_EXPORT_KIND,
    TH_EXPORT_VILLAGE,    TH_EXPORT_LAND_CLASS,
};

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

const enum th_export_column *th_export_columns_of(const char *format, size_t *ret_n)
{
    static const struct {
        const char *format;
        const enum th_export_column *columns;
        size_t n;
    } SETS[] = {{"shp", SHAPEFILE, COUNT(SHAPEFILE)},
                {"kml", KML, COUNT(KML)},
                {"xlsx", SPREADSHEET, COUNT(SPREADSHEET)},
                {"fiboa", FIBOA, COUNT(FIBOA)}};
    for (size_t i = 0; i < COUNT(SETS); i++) {
        if (strcmp(SETS[i].format, format) == 0) {
            *ret_n = SETS[i].n;
            return SETS[i].columns;
        }
    }
    *ret_n = COUNT(OPEN);
    return OPEN;
}

static const char *words(const struct th_export_options *options, const char *prefix,
                         const char *name, const char *fallback)
{
    char key[TITLE_SIZE];
    (void)snprintf(key, sizeof(key), "%s%s", prefix, name);
    if (options->messages == NULL) {
        return fallback;
    }
    const char *text = th_messages_find(options->messages, options->lang, key);
    return text == NULL ? fallback : text;
}

const char *th_export_title(const struct th_export_options *options, const char *name)
{
    return words(options, "parcels.column.", name, name);
}

void th_export_row_init(struct th_export_row *row)
{
    memset(row, 0, sizeof(*row));
    th_buf_init(&row->description, DESCRIPTION_LIMIT);
    th_buf_init(&row->details, DESCRIPTION_LIMIT);
}

void th_export_row_clear(struct th_export_row *row)
{
    th_buf_clear(&row->description);
    th_buf_clear(&row->details);
    th_json_free(row->attributes);
    row->attributes = NULL;
}

static const char *or_null(const char *text)
{
    return text[0] == '\0' ? NULL : text;
}

// "12-3" is sub-compartment 3 of compartment 12, as an import joins them; another number is left
// whole.
static void split_number(struct th_export_row *row, const char *number)
{
    size_t digits = strspn(number, "0123456789");
    bool both = digits > 0 && number[digits] == '-' && number[digits + 1] != '\0';
    row->values[TH_EXPORT_COMPARTMENT].text = NULL;
    row->values[TH_EXPORT_SUB_COMPARTMENT].text = or_null(number);
    if (!both) {
        return;
    }
    memcpy(row->compartment, number, digits);
    row->compartment[digits] = '\0';
    row->values[TH_EXPORT_COMPARTMENT].text = row->compartment;
    row->values[TH_EXPORT_SUB_COMPARTMENT].text = number + digits + 1;
}

static void describe(struct th_export_row *row, const struct th_export_options *options,
                     const struct th_parcel_record *record, const struct th_export_place *place)
{
    char mu[TH_QUANTITY_TEXT_SIZE];
    char m2[TH_QUANTITY_TEXT_SIZE];
    th_buf_clear(&row->description);
    th_buf_clear(&row->details);
    th_buf_printf(&row->details, "%s · %s · %" PRId64, place->ground->import.source,
                  place->ground->import.layer, place->ground->row);
    if (options->messages == NULL) {
        th_buf_append_str(&row->description, record->village_name);
        return;
    }
    struct th_error args = {0};
    struct th_area counted = th_parcel_counted(record);
    bool apart = th_area_m2_cent(record->sliver) != 0;
    (void)th_error_set(&args, TH_OK, "", "village", record->village_name, "kind",
                       words(options, "parcel.kind.", record->kind, record->kind), "mu",
                       th_cent_format(th_area_mu_cent(counted), mu), "m2",
                       th_cent_format(th_area_m2_cent(counted), m2), NULL);
    if (apart) {
        th_error_add(&args, "measured_m2", th_cent_format(th_area_m2_cent(record->measured), m2));
    }
    th_messages_format(options->messages, options->lang,
                       apart ? "export.description_apart" : "export.description", args.args,
                       args.n_args, &row->description);
}

enum th_status th_export_row_fill(struct th_export_row *row,
                                  const struct th_export_options *options,
                                  const struct th_parcel_record *record,
                                  const struct th_export_place *place, struct th_error *err)
{
    struct th_export_value *values = row->values;
    if (record->number[0] != '\0') {
        th_text_copy(row->label, sizeof(row->label), record->number);
    } else {
        (void)snprintf(row->label, sizeof(row->label), "#%" PRId64, record->parcel_id);
    }
    th_text_copy(row->county, 7, record->village);
    split_number(row, record->number);
    describe(row, options, record, place);
    values[TH_EXPORT_LABEL].text = row->label;
    values[TH_EXPORT_DESCRIPTION].text = th_buf_text(&row->description);
    values[TH_EXPORT_PARCEL_ID].number = record->parcel_id;
    values[TH_EXPORT_VERSION].number = record->version;
    values[TH_EXPORT_NUMBER].text = or_null(record->number);
    values[TH_EXPORT_KIND].text = record->kind;
    values[TH_EXPORT_COUNTY].text = row->county;
    values[TH_EXPORT_TOWNSHIP].text = place->township;
    values[TH_EXPORT_VILLAGE].text = record->village;
    values[TH_EXPORT_VILLAGE_NAME].text = record->village_name;
    values[TH_EXPORT_LAND_CLASS].text = or_null(record->land_class);
    values[TH_EXPORT_AREA_MU].number = th_area_mu_cent(record->measured);
    values[TH_EXPORT_AREA_M2].number = th_area_m2_cent(record->measured);
    values[TH_EXPORT_COUNTED_MU].number = th_area_mu_cent(th_parcel_counted(record));
    values[TH_EXPORT_COUNTED_M2].number = th_area_m2_cent(th_parcel_counted(record));
    values[TH_EXPORT_DECLARED_MU].none = !record->has_declared;
    values[TH_EXPORT_DECLARED_MU].number = th_area_mu_cent(record->declared);
    values[TH_EXPORT_SLIVER_M2].number = th_area_m2_cent(record->sliver);
    values[TH_EXPORT_PERIMETER_M].number = (record->perimeter_mm + 5) / 10;
    values[TH_EXPORT_STATE].text = record->state;
    values[TH_EXPORT_SOURCE].text = place->ground->import.source;
    values[TH_EXPORT_SOURCE_LAYER].text = place->ground->import.layer;
    values[TH_EXPORT_SOURCE_ROW].number = place->ground->row;
    values[TH_EXPORT_SOURCE_IMPORT].number = place->ground->import.import_id;
    values[TH_EXPORT_SOURCE_OFFSET].text = or_null(place->ground->import.offset);
    values[TH_EXPORT_CONTENT_SOURCE].text = place->content->import.source;
    values[TH_EXPORT_CONTENT_ROW].number = place->content->row;
    values[TH_EXPORT_CONTENT_IMPORT].number = place->content->import.import_id;
    values[TH_EXPORT_COLLECTION].text = place->collection;
    // How the boundary was found is not recorded, only what it came from.
    values[TH_EXPORT_METHOD].text = "unknown";
    values[TH_EXPORT_DETAILS].text = th_buf_text(&row->details);
    enum th_status status = th_buf_check(&row->description, err);
    if (status == TH_OK) {
        status = th_buf_check(&row->details, err);
    }
    th_json_free(row->attributes);
    row->attributes = NULL;
    return status == TH_OK
               ? th_json_parse(place->attributes, strlen(place->attributes), &row->attributes, err)
               : status;
}

static void attributes_explain(const struct th_export_options *options,
                               const struct th_export_layout *layout, struct th_buf *out)
{
    struct th_buf meaning;
    struct th_buf full;
    th_buf_init(&meaning, DESCRIPTION_LIMIT);
    th_buf_init(&full, DESCRIPTION_LIMIT);
    for (size_t i = 0; i < layout->n_attributes; i++) {
        const struct th_export_attribute *attribute = &layout->attributes[i];
        bool shortened = attribute->name != NULL && th_own_is_short(attribute->name);
        th_export_attribute_meaning(options, attribute, &meaning);
        th_own_attribute_name(attribute->key, false, 1, false, &full);
        th_csv_cell(out, attribute->name, false);
        th_csv_cell(out, attribute->key, false);
        th_csv_cell(out, th_buf_text(&meaning), false);
        th_csv_cell(out, "", false);
        th_csv_cell(out, shortened ? th_buf_text(&full) : "", true);
    }
    th_buf_clear(&meaning);
    th_buf_clear(&full);
}

void th_export_dictionary(const struct th_export_options *options,
                          const struct th_export_layout *layout, struct th_buf *out)
{
    static const char *const HEADINGS[] = {"field", "name", "meaning", "unit", "full"};
    th_csv_begin(out, true);
    for (size_t i = 0; i < COUNT(HEADINGS); i++) {
        th_csv_cell(out, words(options, "export.dictionary.", HEADINGS[i], HEADINGS[i]),
                    i + 1 == COUNT(HEADINGS));
    }
    for (size_t i = 0; i < layout->n_columns; i++) {
        const struct th_export_column_spec *spec = &th_export_columns[layout->columns[i]];
        th_csv_cell(out, spec->short_name != NULL ? spec->short_name : spec->name, false);
        th_csv_cell(out, th_export_title(options, spec->name), false);
        th_csv_cell(out, words(options, "export.meaning.", spec->name, spec->name), false);
        th_csv_cell(
            out, spec->unit == NULL ? "" : words(options, "export.unit.", spec->unit, spec->unit),
            false);
        th_csv_cell(out, "", true);
    }
    attributes_explain(options, layout, out);
}
