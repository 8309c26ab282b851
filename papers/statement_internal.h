// Shared by the statements.
#ifndef TH_PAPERS_STATEMENT_INTERNAL_H
#define TH_PAPERS_STATEMENT_INTERNAL_H

#include "papers/paper_internal.h"
#include "papers/statement.h"
#include "papers/workbook.h"

// What a statement is made of: as pages, or as a workbook.
struct th_statement_form {
    const char *title; // key of the message
    void (*compose)(void *telling, struct th_paper *paper);
    void (*write_sheets)(const void *telling, struct th_workbook *workbook);
    void *telling; // what both tell
    const struct th_messages *messages;
    enum th_lang lang;
};

// Prints the pages if `path` ends in .pdf, writes the workbook if in .xlsx; the digest of the file,
// NULL if it is not wanted. TH_INVALID ("statement_format" with "path"); errors of th_paper_print
// and of the workbook.
enum th_status th_statement_print(const struct th_statement_frame *frame,
                                  const struct th_statement_form *form, const char *path,
                                  struct th_hash *ret_sha256, struct th_error *err) TH_MUST_CHECK;
// "2021-12-28" as a date, anything else as it is.
void th_statement_date_cell(struct th_workbook *workbook, const char *on);

#endif
