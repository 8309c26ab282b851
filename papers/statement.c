#include "core/file.h"
#include "core/text.h"
#include "papers/statement_internal.h"

static enum th_status check_format(const char *path, bool *ret_pdf, struct th_error *err)
{
    bool pdf = th_text_ends_with(path, ".pdf");
    if (!pdf && !th_text_ends_with(path, ".xlsx")) {
        return th_error_set(err, TH_INVALID, "statement_format", "path", path, NULL);
    }
    *ret_pdf = pdf;
    return TH_OK;
}

static enum th_status print_paper(const struct th_statement_frame *frame,
                                  const struct th_statement_form *form, const char *title,
                                  const char *path, struct th_hash *ret_sha256,
                                  struct th_error *err)
{
    struct th_buf footer;
    th_buf_init(&footer, 4096);
    th_buf_printf(&footer, "%s (%s)  ·  %s  ·  %s", frame->registry, frame->registry_id, frame->on,
                  frame->program);
    const struct th_paper_options options = {.about = {.title = title,
                                                       .author = frame->registry,
                                                       .creator = frame->program,
                                                       .date = frame->on},
                                             .messages = form->messages,
                                             .lang = form->lang,
                                             .footer = th_buf_text(&footer)};
    enum th_status status =
        th_paper_print(&options, form->compose, form->telling, path, ret_sha256, err);
    th_buf_clear(&footer);
    return status;
}

static enum th_status write_workbook(const struct th_statement_frame *frame,
                                     const struct th_statement_form *form, const char *title,
                                     const char *path, struct th_hash *ret_sha256,
                                     struct th_error *err)
{
    const struct th_workbook_options options = {.title = title, .program = frame->program};
    struct th_workbook *workbook = NULL;
    struct th_hash hash;
    enum th_status status = th_workbook_open(path, &options, &workbook, err);
    if (status == TH_OK) {
        form->write_sheets(form->telling, workbook);
        status = th_workbook_close(workbook, err);
    }
    if (status == TH_OK) {
        status = th_hash_file(TH_HASH_SHA256, path, &hash, err);
    }
    if (status == TH_OK && ret_sha256 != NULL) {
        *ret_sha256 = hash;
    }
    return status;
}

enum th_status th_statement_print(const struct th_statement_frame *frame,
                                  const struct th_statement_form *form, const char *path,
                                  struct th_hash *ret_sha256, struct th_error *err)
{
    const char *title = th_messages_text(form->messages, form->lang, form->title);
    bool pdf = false;
    enum th_status status = check_format(path, &pdf, err);
    if (status != TH_OK) {
        return status;
    }
    return pdf ? print_paper(frame, form, title, path, ret_sha256, err)
               : write_workbook(frame, form, title, path, ret_sha256, err);
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
