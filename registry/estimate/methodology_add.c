// A county's own methodology document: checked as a whole, then kept under its version for ever.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "core/text.h"
#include "methodology/shipped.h"
#include "registry/estimate/methodology.h"
#include "registry/estimate/methodology_internal.h"
#include "registry/lint.h"
#include "registry/reply.h"
#include "registry/work.h"
#include "store/estimate/methodology_store.h"

enum { DOCUMENT_SIZE_MAX = 1024 * 1024 };

enum th_status th_methodology_lint_file(const char *path, const struct th_messages *messages,
                                        enum th_lang lang, struct th_json **ret_reply,
                                        struct th_error *err)
{
    return th_lint_file(path, th_methodology_lint, messages, lang, ret_reply, err);
}

// A name that comes with the program stays the program's: its next version would otherwise be
// another document than the one that comes with the next program.
static enum th_status check_name(const struct th_json *added, const char *text, size_t size,
                                 struct th_error *err)
{
    bool is_taken = false;
    char prefix[TH_METHODOLOGY_ID_SIZE + 1];
    (void)snprintf(prefix, sizeof(prefix), "%s/", th_json_get_text(added, "id", ""));
    for (size_t i = 0; i < th_methodology_shipped_count(); i++) {
        size_t shipped_size = 0;
        const char *shipped = th_methodology_shipped_text(i, &shipped_size);
        if (shipped_size == size && memcmp(shipped, text, size) == 0) {
            return TH_OK;
        }
        is_taken = is_taken || th_text_starts_with(th_methodology_shipped_name(i), prefix);
    }
    return is_taken ? th_error_set(err, TH_CONFLICT, "methodology_shipped", "methodology",
                                   th_json_get_text(added, "id", ""), NULL)
                    : TH_OK;
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
            status = check_name(th_json_at(added, 0), text, size, err);
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
