// Yearly data: fertiliser, lime, fuel, sprays, harvest, by parcel and year, brought in from a
// table, listed, shown.
//
// A row of the table is one parcel in one year. A table that says otherwise than the registry makes
// a new version of the record, and the earlier ones stay; quantities that a table has no column for
// stay as they were said before, an empty cell of a column that it has takes a quantity back.
#ifndef TH_REGISTRY_ACTIVITY_H
#define TH_REGISTRY_ACTIVITY_H

#include "registry/records/record.h"

// Reply: read = accepted + rejected + unchanged (rows), changed (of the accepted: new versions),
// repaired (0), problems[{row, number, feature, code, severity, message, hint}], parcel_ids[] of
// the accepted rows, ignored[] (headings that say nothing here), seconds (0: the caller's clock
// knows). A table whose headings leave open what is meant is refused as a whole: TH_INVALID
// ("sheet_columns" with "missing"; "sheet_heading_unit", "sheet_heading_dimension",
// "sheet_heading_ground", "sheet_heading_element" with "heading" and "example";
// "sheet_heading_twice"; "activity_no_quantity"; "year_invalid", "activity_year_future" for the
// option). TH_LIMIT ("sheet_too_long"), errors of th_reader_open, th_sheet_places_new and
// th_work_begin.
enum th_status th_activity_import(struct th_registry *registry, const struct th_request *request,
                                  const struct th_record_options *options,
                                  struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

// Writes an example table to `path` (.csv or .xlsx, must not exist). Reply: file, columns[].
enum th_status th_activity_template(const char *path, const struct th_messages *messages,
                                    enum th_lang lang, struct th_json **ret_reply,
                                    struct th_error *err) TH_MUST_CHECK;

struct th_activity_list_options { // texts are borrowed; NULL: any
    const char *village;          // code or name
    const char *year;
    int64_t parcel_id; // 0: any
};
// Reply: n, records[{parcel_id, number, village, village_name, year, version, quantities{}, source,
// seq}], each in its latest version. quantities are exact texts by key, see
// store/estimate/activity_store.h.
enum th_status th_activity_list(struct th_registry *registry,
                                const struct th_activity_list_options *options,
                                struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;
// One parcel, all years and versions: parcel_id, number, village, village_name, state, lines[{year,
// version, quantity, name, value (exact), about (two decimals of a fraction, else null), unit,
// heading and text of the table, source}] and records[] as above with origins{}. TH_NOT_FOUND
// ("parcel_not_found").
enum th_status th_activity_show(struct th_registry *registry, int64_t parcel_id,
                                const struct th_messages *messages, enum th_lang lang,
                                struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif
