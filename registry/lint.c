#include "registry/lint.h"

#include <stdlib.h>

#include "core/file.h"
#include "registry/reply.h"

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

enum th_status th_lint_file(
    const char *path,
    size_t (*lint)(const char *text, size_t size,
                   void (*report)(void *context, const struct th_error *fault), void *context),
    const struct th_messages *messages, enum th_lang lang, struct th_json **ret_reply,
    struct th_error *err)
{
    char *text = NULL;
    size_t size = 0;
    enum th_status status = th_file_read(path, DOCUMENT_SIZE_MAX, &text, &size, err);
    if (status != TH_OK) {
        return status;
    }
    struct linting linting = {messages, lang, th_json_array()};
    size_t n = lint(text, size, take_fault, &linting);
    free(text);
    struct th_json *reply = th_json_object();
    th_json_set_text(reply, "file", path);
    th_json_set_bool(reply, "ok", n == 0);
    th_json_set_int(reply, "n_faults", (int64_t)n);
    th_json_set(reply, "faults", linting.faults);
    return th_reply_finish(TH_OK, reply, ret_reply, err);
}
