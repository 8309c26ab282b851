// The columns of an export, and the two ways to write rows that have no drawing: CSV and XLSX.
#ifndef TH_REGISTRY_EXPORT_INTERNAL_H
#define TH_REGISTRY_EXPORT_INTERNAL_H

#include "core/buf.h"
#include "gis/writer.h"
#include "papers/workbook.h"
#include "registry/export/export.h"
#include "store/import_store.h"
#include "store/parcel_store.h"

enum th_export_column {
    TH_EXPORT_LABEL,       // what a map shows: the number, else "#7"
    TH_EXPORT_DESCRIPTION, // village, kind and area in words
    TH_EXPORT_PARCEL_ID,
    TH_EXPORT_VERSION,
    TH_EXPORT_COMPARTMENT,     // 林班, where the number says one
    TH_EXPORT_SUB_COMPARTMENT, // 小班, else the number
    TH_EXPORT_NUMBER,
    TH_EXPORT_KIND,
    TH_EXPORT_COUNTY, // code
    TH_EXPORT_TOWNSHIP,
    TH_EXPORT_VILLAGE,
    TH_EXPORT_VILLAGE_NAME,
    TH_EXPORT_LAND_CLASS,
    TH_EXPORT_AREA_MU,
    TH_EXPORT_AREA_M2,
    TH_EXPORT_COUNTED_MU, // what was taken off is not in it
    TH_EXPORT_COUNTED_M2,
    TH_EXPORT_DECLARED_MU,
    TH_EXPORT_SLIVER_M2,
    TH_EXPORT_PERIMETER_M,
    TH_EXPORT_STATE,
    TH_EXPORT_SOURCE,
    TH_EXPORT_SOURCE_LAYER,
    TH_EXPORT_SOURCE_ROW,
    TH_EXPORT_SOURCE_IMPORT,
    TH_EXPORT_SOURCE_OFFSET,  // of a phone's map, taken off by that import
    TH_EXPORT_CONTENT_SOURCE, // file of particulars and attributes
    TH_EXPORT_CONTENT_ROW,
    TH_EXPORT_CONTENT_IMPORT,
    TH_EXPORT_CRS, // of the ground written as text: tables say it nowhere else
    TH_EXPORT_COLLECTION,
    TH_EXPORT_METHOD,
    TH_EXPORT_DETAILS,
    TH_EXPORT_COLUMNS
};

enum th_export_type { TH_EXPORT_TEXT, TH_EXPORT_INT, TH_EXPORT_CENT };

struct th_export_column_spec {
    const char *name; // in open formats; "parcels.column.<name>" is its title
    enum th_export_type type;
    const char *short_name; // in a Shapefile; NULL: not there
    int width;              // in a Shapefile
    const char *unit;       // "export.unit.<unit>" in the dictionary; NULL: none
};
extern const struct th_export_column_spec th_export_columns[TH_EXPORT_COLUMNS];

struct th_export_value { // by the type of its column
    const char *text;    // NULL: none
    int64_t number;      // whole, or hundredths
    bool none;           // of a number
};

// Which columns a format has, in its order.
const enum th_export_column *th_export_columns_of(const char *format, size_t *ret_n);

// An attribute that came with the source: a column of its own, behind those of the registry.
struct th_export_attribute {
    char *key;    // in the registry; owned
    char *name;   // of the column; owned, NULL where the format has no room for its values
    size_t width; // bytes of the longest value
};

// What a file has columns for.
struct th_export_layout { // zero before use
    const enum th_export_column *columns;
    size_t n_columns;
    struct th_export_attribute *attributes; // in order of their keys, byte by byte; owned
    size_t n_attributes;
};

// Which columns `format` has for the parcels of `filter`: one for each attribute that any of them
// has a value for. The names of attributes are neither those of the registry's own columns nor
// such as an import would take for something else; see th_own_attribute.
enum th_status th_export_layout_make(struct th_store *store, const struct th_parcel_filter *filter,
                                     const struct th_export_options *options,
                                     struct th_export_layout *ret_layout,
                                     struct th_error *err) TH_MUST_CHECK;
void th_export_layout_clear(struct th_export_layout *layout);

// One parcel while it is written.
struct th_export_row {
    struct th_export_value values[TH_EXPORT_COLUMNS];
    struct th_json *attributes; // owned
    char label[TH_PARCEL_NUMBER_SIZE];
    char compartment[TH_PARCEL_NUMBER_SIZE];
    char county[8];
    struct th_buf description;
    struct th_buf details;
};

struct th_export_place { // what is known beside the record
    const char *collection;
    const char *township;
    const struct th_import_source *ground;
    const struct th_import_source *content; // of particulars and attributes
    const char *attributes;
};

void th_export_row_init(struct th_export_row *row);
void th_export_row_clear(struct th_export_row *row);
// Texts are borrowed from the record, the place and the row.
enum th_status th_export_row_fill(struct th_export_row *row,
                                  const struct th_export_options *options,
                                  const struct th_parcel_record *record,
                                  const struct th_export_place *place,
                                  struct th_error *err) TH_MUST_CHECK;

// "parcels.column.<name>" in words, or the name itself when no messages were given.
const char *th_export_title(const struct th_export_options *options, const char *name);

// What a column of an attribute means: which attribute it holds. `out` is cleared first.
void th_export_attribute_meaning(const struct th_export_options *options,
                                 const struct th_export_attribute *attribute, struct th_buf *out);
// Its value in this row; NULL without.
const char *th_export_attribute_text(const struct th_export_row *row,
                                     const struct th_export_attribute *attribute);

// The dictionary beside a Shapefile: short name, title, meaning, unit, and of a shortened name the
// full one, which the reader gives the field again (gis/reader/names.c).
void th_export_dictionary(const struct th_export_options *options,
                          const struct th_export_layout *layout, struct th_buf *out);

// CSV into `out`.
void th_export_csv_begin(const struct th_export_options *options,
                         const struct th_export_layout *layout, struct th_buf *out);
void th_export_csv_row(const struct th_export_options *options, const struct th_export_row *row,
                       const struct th_geometry *geometry, const struct th_export_layout *layout,
                       struct th_buf *out);
// XLSX: one sheet of parcels, one that explains its columns.
enum th_status th_export_sheet_begin(const struct th_export_options *options,
                                     const struct th_export_layout *layout,
                                     struct th_workbook *workbook,
                                     struct th_error *err) TH_MUST_CHECK;
enum th_status
th_export_sheet_row(const struct th_export_options *options, const struct th_export_row *row,
                    const struct th_geometry *geometry, const struct th_export_layout *layout,
                    struct th_workbook *workbook, struct th_error *err) TH_MUST_CHECK;
void th_export_sheet_end(const struct th_export_options *options,
                         const struct th_export_layout *layout, struct th_workbook *workbook);

#endif
