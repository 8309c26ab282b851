// The table in which a clerk fills in what a methodology asks of parcels.
#ifndef TH_REGISTRY_METHODOLOGY_FORM_H
#define TH_REGISTRY_METHODOLOGY_FORM_H

#include "core/messages.h"
#include "registry/registry.h"

struct th_methodology_form_options { // texts are borrowed; NULL: not given
    const char *methodology;         // "id" or "id@version"
    const char *village;             // code or name; NULL: all
    const char *path;                // .csv or .xlsx, must not exist
    const struct th_messages *messages;
    enum th_lang lang;
};

// A row for each registered parcel whose kind, land class and area fit the methodology, with what
// is on record, and a column for each input of scope parcel under its title; a workbook offers the
// choices and explains each column. `parcel import PATH --update` takes it back. Reply: file, n,
// methodology, version, columns[]. TH_INVALID ("form_nothing_asked": the methodology asks nothing
// of a parcel), TH_NOT_FOUND ("methodology_not_found", "village_not_found", "form_no_parcels"),
// errors of th_sheet_template.
enum th_status th_methodology_form(struct th_registry *registry,
                                   const struct th_methodology_form_options *options,
                                   struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif
