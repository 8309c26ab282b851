// CAD Trust's data dictionary, and sheets that are written by it.
#ifndef TH_TRADING_CADTRUST_INTERNAL_H
#define TH_TRADING_CADTRUST_INTERNAL_H

#include "core/hash.h"
#include "core/json.h"
#include "papers/workbook.h"

struct th_cadtrust_dictionary { // zero before use
    struct th_json *document;   // data/cadtrust/2.0.2.json
    struct th_json *methodologies;
};

// TH_INTERNAL ("cadtrust_dictionary") when what was built in is broken.
enum th_status th_cadtrust_dictionary_load(struct th_cadtrust_dictionary *ret_dictionary,
                                           struct th_error *err) TH_MUST_CHECK;
void th_cadtrust_dictionary_clear(struct th_cadtrust_dictionary *dictionary);

bool th_cadtrust_listed(const struct th_cadtrust_dictionary *dictionary, const char *picklist,
                        const char *value);
// The names of the list that share a word of four letters or more with the text, "a; b"; "" when
// none does. What does not fit is left out.
void th_cadtrust_near(const struct th_cadtrust_dictionary *dictionary, const char *picklist,
                      const char *text, char *buf, size_t size);
// {type, sector, project_type, subtype} of a methodology; never NULL once loaded.
const struct th_json *th_cadtrust_methodology(const struct th_cadtrust_dictionary *dictionary,
                                              const char *id);

// Begins the sheet of a table and remembers its fields.
struct th_cadtrust_sheet { // zero before use
    const struct th_cadtrust_dictionary *dictionary;
    struct th_workbook *workbook;
    const struct th_json *table;
    int64_t n; // records written
};
void th_cadtrust_sheet_begin(struct th_cadtrust_sheet *sheet, size_t table);
// One record, an object by column of the table; takes it. TH_INTERNAL ("cadtrust_field" with
// "table", "column") when a required field is missing, a value is not of its list, or a column is
// none of the table.
enum th_status th_cadtrust_sheet_add(struct th_cadtrust_sheet *sheet, struct th_json *record,
                                     struct th_error *err) TH_MUST_CHECK;

enum { TH_CADTRUST_UUID_SIZE = 37 };
// A UUID (RFC 9562, version 8) from the registry, the table and a key within it: always the same.
const char *th_cadtrust_uuid(const char *registry_id, const char *table, const char *key,
                             char buf[TH_CADTRUST_UUID_SIZE]);

#endif
