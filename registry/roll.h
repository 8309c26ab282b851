// Lists to hand back: one row a parcel or garden, written as it comes, as a workbook or as CSV.
//
// Failures of a cell stick: write as you like, ask once (th_roll_check, th_roll_close).
#ifndef TH_REGISTRY_ROLL_H
#define TH_REGISTRY_ROLL_H

#include <stddef.h>
#include <stdint.h>

#include "core/messages.h"
#include "papers/workbook.h"

struct th_roll; // opaque

// A new file, .xlsx or .csv by its name. `columns` are the names of columns, closed by NULL; their
// titles are "roll.<name>" of the catalogue (NULL: the names), and "<name>+" is a wide one whose
// texts run over several lines. TH_USAGE ("roll_format"), errors of th_file_check_new and
// th_workbook_open.
enum th_status th_roll_open(const char *path, const char *title, const char *const *columns,
                            const struct th_messages *messages, enum th_lang lang,
                            struct th_roll **ret_roll, struct th_error *err) TH_MUST_CHECK;
// Begins the next row; of CSV the kind is not seen.
void th_roll_row(struct th_roll *roll, enum th_workbook_row kind);
// The next cell of the row.
void th_roll_text(struct th_roll *roll, const char *text); // NULL or "": empty
void th_roll_int(struct th_roll *roll, int64_t value);
void th_roll_cent(struct th_roll *roll, int64_t hundredths);
// TH_OK, or what went wrong first: errors of th_workbook_check, TH_LIMIT ("buffer_full").
enum th_status th_roll_check(const struct th_roll *roll, struct th_error *err) TH_MUST_CHECK;
// Finishes and publishes the file; frees the list in any case.
enum th_status th_roll_close(struct th_roll *roll, struct th_error *err) TH_MUST_CHECK;
// Drops it without a trace. Accepts NULL.
void th_roll_abort(struct th_roll *roll);

#endif
