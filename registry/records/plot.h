// Sample plots: stems by diameter, age and species, as a survey found them, brought in from a
// table, listed, shown.
//
// A row of the table is a class of stems on one plot (or one stem); rows of the same village, plot
// number and survey are one plot and stand or fall together. A plot stands for parcels, for a
// stratum, or both. A table that says otherwise than the registry makes a new version of the plot,
// and the earlier ones stay.
#ifndef TH_REGISTRY_PLOT_H
#define TH_REGISTRY_PLOT_H

#include "registry/records/record.h"

// Reply: read = accepted + rejected + unchanged (rows), plots (stored now), changed (of these: new
// versions), repaired (0), problems[{row, number, feature, code, severity, message, hint}] (number
// of the plot), plot_ids[], parcel_ids[] of the plots stored, ignored[] (headings that say nothing
// here), seconds (0: the caller's clock knows). TH_INVALID ("sheet_columns" with "missing",
// "plot_area_column" for a table of stems without the plots' area, "sheet_heading_…" as
// th_activity_import, "year_invalid", "activity_year_future" for the option), TH_LIMIT
// ("sheet_too_long"), errors of th_reader_open, th_sheet_places_new and th_work_begin.
enum th_status th_plot_import(struct th_registry *registry, const struct th_request *request,
                              const struct th_record_options *options, struct th_json **ret_reply,
                              struct th_error *err) TH_MUST_CHECK;

// Writes an example table to `path` (.csv or .xlsx, must not exist). Reply: file, columns[].
enum th_status th_plot_template(const char *path, const struct th_messages *messages,
                                enum th_lang lang, struct th_json **ret_reply,
                                struct th_error *err) TH_MUST_CHECK;

struct th_plot_list_options { // texts are borrowed; NULL: any
    const char *village;      // code or name
    const char *year;         // of the survey
    const char *stratum;
    int64_t parcel_id; // 0: any
};
// Reply: n, plots[{plot_id, village, village_name, number, surveyed, version, stratum, area
// (m², exact text), area_m2 (rounded), parcels[] (ids), stems (number), classes (rows), source,
// seq}], latest versions.
enum th_status th_plot_list(struct th_registry *registry,
                            const struct th_plot_list_options *options, struct th_json **ret_reply,
                            struct th_error *err) TH_MUST_CHECK;
// One version of one plot: the keys above, in_force, and classes[{species, dbh_cm, age, height_m,
// volume_m3 (of one stem), n, row}] in place of their number. TH_NOT_FOUND ("plot_not_found").
enum th_status th_plot_show(struct th_registry *registry, int64_t plot_id,
                            struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif
