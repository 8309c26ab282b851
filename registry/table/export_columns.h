// What the columns of an export are called, which we know again when they come back.
#ifndef TH_REGISTRY_EXPORT_COLUMNS_H
#define TH_REGISTRY_EXPORT_COLUMNS_H

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

#endif
