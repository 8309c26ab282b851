#include "core/file.h"
#include "core/text.h"
#include "papers/statement_internal.h"

enum th_status th_statement_format(const char *path, bool *ret_pdf, struct th_error *err)
{
    bool pdf = th_text_ends_with(path, ".pdf");
    if (!pdf && !th_text_ends_with(path, ".xlsx")) {
        return th_error_set(err, TH_INVALID, "statement_format", "path", path, NULL);
    }
    *ret_pdf = pdf;
    return TH_OK;
}

struct th_paper_options th_statement_options(const struct th_statement_frame *frame,
                                             const struct th_messages *messages, enum th_lang lang,
                                             const char *title, const char *footer)
{
    return (struct th_paper_options){.about = {.title = title,
                                               .author = frame->registry,
                                               .creator = frame->program,
                                               .date = frame->on},
                                     .messages = messages,
                                     .lang = lang,
                                     .footer = footer};
}

void th_statement_footer(const struct th_statement_frame *frame, struct th_buf *out)
{
    th_buf_init(out, 4096);
    th_buf_printf(out, "%s (%s)  ·  %s  ·  %s", frame->registry, frame->registry_id, frame->on,
                  frame->program);
}

enum th_status th_statement_workbook(const struct th_statement_frame *frame, const char *title,
                                     const char *path, struct th_workbook **ret_workbook,
                                     struct th_error *err)
{
    const struct th_workbook_options options = {.title = title, .program = frame->program};
    return th_workbook_open(path, &options, ret_workbook, err);
}

enum th_status th_statement_finish(enum th_status status, struct th_workbook *workbook,
                                   const char *path, struct th_hash *ret_sha256,
                                   struct th_error *err)
{
    struct th_hash hash;
    if (status != TH_OK) {
        th_workbook_abort(workbook);
        return status;
    }
    status = th_workbook_close(workbook, err);
    if (status == TH_OK) {
        status = th_hash_file(TH_HASH_SHA256, path, &hash, err);
    }
    if (status == TH_OK && ret_sha256 != NULL) {
        *ret_sha256 = hash;
    }
    return status;
}

void th_statement_date_cell(struct th_workbook *workbook, const char *on)
{
    struct th_date date;
    if (th_date_parse(on, &date, NULL) == TH_OK) {
        th_workbook_date(workbook, date);
    } else {
        th_workbook_text(workbook, on);
    }
}
