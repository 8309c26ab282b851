// Shared by the statements.
#ifndef TH_PAPERS_STATEMENT_INTERNAL_H
#define TH_PAPERS_STATEMENT_INTERNAL_H

#include "papers/paper_internal.h"
#include "papers/statement.h"
#include "papers/workbook.h"

// Is it a PDF? Else it is a workbook. TH_INVALID ("statement_format" with "path").
enum th_status th_statement_format(const char *path, bool *ret_pdf,
                                   struct th_error *err) TH_MUST_CHECK;
struct th_paper_options th_statement_options(const struct th_statement_frame *frame,
                                             const struct th_messages *messages, enum th_lang lang,
                                             const char *title, const char *footer);
void th_statement_footer(const struct th_statement_frame *frame, struct th_buf *out);
enum th_status th_statement_workbook(const struct th_statement_frame *frame, const char *title,
                                     const char *path, struct th_workbook **ret_workbook,
                                     struct th_error *err) TH_MUST_CHECK;
// Closes the workbook if `status` is TH_OK, else drops it; the digest of the file.
enum th_status th_statement_finish(enum th_status status, struct th_workbook *workbook,
                                   const char *path, struct th_hash *ret_sha256,
                                   struct th_error *err) TH_MUST_CHECK;
// "2021-12-28" as a date, anything else as it is.
void th_statement_date_cell(struct th_workbook *workbook, const char *on);

#endif
