// A county's own methodology document: checked as a whole, then kept under its version for ever.
#include <stdio.h>
#include <stdlib.h>

#include "core/file.h"
#include "registry/methodology.h"
#include "registry/methodology_internal.h"
#include "registry/reply.h"
#include "registry/work.h"

enum { DOCUMENT_SIZE_MAX = 1024 * 1024 };

struct linting {
    const struct th_messages *messages;
    enum th_lang lang;
    struct th_json *faults;
};

static void take_fault(void *context, const struct th_error *fault)
{
    const struct linting *linting = context;
    struct th_json *item = th_json_object();
    th_json_set_text(item, "where", th_error_arg_get(fault, "where"));
    const char *reason = th_error_arg_get(fault, "reason");
    th_json_set_text(item, "reason", reason && reason[0] == '@' ? reason + 1 : reason);
    if (linting->messages) {
        struct th_buf text;
        th_buf_init(&text, 16 * 1024);
        th_messages_error(linting->messages, linting->lang, fault, &text);
        th_json_set_text(item, "message", th_buf_text(&text));
        th_buf_clear(&text);
    }
    th_json_append(linting->faults, item);
}

enum th_status th_methodology_lint_file(const char *path, const struct th_messages *messages,
                                        enum th_lang lang, struct th_json **ret_reply,
                                        struct th_error *err)
{
    char *text = NULL;
    size_t size = 0;
    enum th_status status = th_file_read(path, DOCUMENT_SIZE_MAX, &text, &size, err);
    if (status != TH_OK) {
        return status;
    }
    struct linting linting = {messages, lang, th_json_array()};
    size_t n = th_methodology_lint(text, size, take_fault, &linting);
    free(text);
    struct th_json *reply = th_json_object();
    th_json_set_text(reply, "file", path);
    th_json_set_bool(reply, "ok", n == 0);
    th_json_set_int(reply, "n_faults", (int64_t)n);
    th_json_set(reply, "faults", linting.faults);
    return th_reply_finish(TH_OK, reply, ret_reply, err);
}

enum th_status th_methodology_add(struct th_registry *registry, const struct th_request *request,
                                  const char *path, struct th_json **ret_reply,
                                  struct th_error *err)
{
    struct th_work *work = NULL;
    char *text = NULL;
    size_t size = 0;
    char hex[TH_HASH_HEX_SIZE];
    char subject[160] = "";
    struct th_json *body = NULL;
    struct th_json *reply = NULL;
    enum th_status status = th_file_read(path, DOCUMENT_SIZE_MAX, &text, &size, err);
    if (status != TH_OK) {
        return status;
    }
    struct th_hash sha256 = th_hash_bytes(TH_HASH_SHA256, text, size);
    struct th_json *input = th_json_object();
    th_json_set_text(input, "sha256", th_hash_hex(&sha256, hex));
    status = th_work_begin(registry, request, TH_MAY_TERMS, "methodology.add", input, &work,
                           ret_reply, err);
    th_json_free(input);
    if (status == TH_OK && work) {
        struct th_json *added = th_json_array();
        status =
            th_methodology_load_one(th_work_store(work), text, size, th_work_seq(work), added, err);
        if (status == TH_OK && th_json_size(added) == 0) {
            status = th_error_set(err, TH_CONFLICT, "methodology_there", "file", path, NULL);
        }
        if (status == TH_OK) {
            body = th_json_copy(th_json_at(added, 0));
            reply = th_json_copy(body);
            (void)snprintf(subject, sizeof(subject), "methodology:%s@%s",
                           th_json_get_text(body, "id", ""), th_json_get_text(body, "version", ""));
        }
        th_json_free(added);
        status = th_work_end(work, status, subject, body, reply, ret_reply, err);
    }
    free(text);
    return status;
}
