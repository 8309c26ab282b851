// The columns of an export, and the two ways to write rows that have no drawing: CSV and XLSX.
#ifndef TH_REGISTRY_EXPORT_INTERNAL_H
#define TH_REGISTRY_EXPORT_INTERNAL_H

#include "core/buf.h"
#include "gis/writer.h"
#include "papers/workbook.h"
#include "registry/export/export.h"
#include "registry/table/export_columns.h"
#include "store/ground/import_store.h"
#include "store/ground/parcel_store.h"

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
