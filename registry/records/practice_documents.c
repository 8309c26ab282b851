// Documents of practice limits: which there are, one of them, one in a file.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "core/text.h"
#include "registry/lint.h"
#include "registry/records/practice_internal.h"
#include "registry/reply.h"

enum { DOCUMENT_SIZE_MAX = 1024 * 1024 };

// "id@version, id@version"
static void write_names(char names[TH_ERROR_VALUE_SIZE])
{
    size_t used = 0;
    names[0] = '\0';
    for (size_t i = 0; i < th_practice_shipped_count() && used < TH_ERROR_VALUE_SIZE; i++) {
        char name[128];
        th_text_copy(name, sizeof(name), th_practice_shipped_name(i));
        char *slash = strchr(name, '/');
        char *dot = strrchr(name, '.');
        if (slash && dot) {
            *slash = '@';
            *dot = '\0';
        }
        int n = snprintf(names + used, TH_ERROR_VALUE_SIZE - used, "%s%s", i > 0 ? ", " : "", name);
        used += n > 0 ? (size_t)n : 0;
    }
}

// Takes the newest of what fits; `version` NULL: any.
static enum th_status find(const char *id, size_t id_size, const char *version,
                           struct th_practice **ret_practice, struct th_error *err)
{
    struct th_practice *found = NULL;
    for (size_t i = 0; i < th_practice_shipped_count(); i++) {
        size_t size = 0;
        const char *text = th_practice_shipped_text(i, &size);
        struct th_practice *practice = NULL;
        enum th_status status = th_practice_parse(text, size, &practice, err);
        if (status != TH_OK) {
            th_practice_free(found);
            return status;
        }
        const char *own = th_practice_id(practice);
        bool fits = (!id || (strlen(own) == id_size && strncmp(own, id, id_size) == 0)) &&
                    (!version || th_text_equals(th_practice_version(practice), version)) &&
                    (!found || strtol(th_practice_version(practice), NULL, 10) >
                                   strtol(th_practice_version(found), NULL, 10));
        th_practice_free(fits ? found : practice);
        found = fits ? practice : found;
    }
    *ret_practice = found;
    return TH_OK;
}

enum th_status th_practice_open(const char *reference, struct th_practice **ret_practice,
                                struct th_error *err)
{
    char names[TH_ERROR_VALUE_SIZE];
    struct th_practice *practice = NULL;
    size_t size = strcspn(reference, "@");
    const char *version = reference[size] == '@' ? reference + size + 1 : NULL;
    enum th_status status = find(reference, size, version, &practice, err);
    if (status == TH_OK && !practice) {
        write_names(names);
        return th_error_set(err, TH_NOT_FOUND, "practice_not_found", "practice", reference, "names",
                            names, NULL);
    }
    if (status == TH_OK) {
        *ret_practice = practice;
    }
    return status;
}

enum th_status th_practice_open_file(const char *path, struct th_practice **ret_practice,
                                     struct th_error *err)
{
    char *text = NULL;
    size_t size = 0;
    enum th_status status = th_file_read(path, DOCUMENT_SIZE_MAX, &text, &size, err);
    if (status == TH_OK) {
        status = th_practice_parse(text, size, ret_practice, err);
    }
    free(text);
    return status;
}

enum th_status th_practice_open_only(struct th_practice **ret_practice, struct th_error *err)
{
    char names[TH_ERROR_VALUE_SIZE];
    const char *first = th_practice_shipped_count() > 0 ? th_practice_shipped_name(0) : "";
    size_t size = strcspn(first, "/");
    for (size_t i = 1; i < th_practice_shipped_count(); i++) {
        const char *other = th_practice_shipped_name(i);
        if (strcspn(other, "/") != size || strncmp(first, other, size) != 0) {
            write_names(names);
            return th_error_set(err, TH_INVALID, "practice_needed", "names", names, NULL);
        }
    }
    return find(first, size, NULL, ret_practice, err);
}

const char *th_practice_wanted(const struct th_practice_limit *limit,
                               char buf[TH_PRACTICE_WANTED_SIZE])
{
    char value[TH_RATIO_TEXT_SIZE];
    (void)snprintf(buf, TH_PRACTICE_WANTED_SIZE, "%s %s",
                   limit->test == TH_PRACTICE_AT_LEAST ? "≥" : "≤",
                   th_ratio_format(limit->value, value));
    return buf;
}

static void set_head(struct th_json *object, const struct th_practice *practice)
{
    char hex[TH_HASH_HEX_SIZE];
    const struct th_json *document = th_practice_json(practice);
    th_json_set_text(object, "id", th_practice_id(practice));
    th_json_set_text(object, "version", th_practice_version(practice));
    th_json_set(object, "title", th_json_copy(th_json_get(document, "title")));
    th_json_set(object, "kinds", th_json_copy(th_json_get(document, "kinds")));
    th_json_set_text(object, "sha256", th_hash_hex(th_practice_sha256(practice), hex));
}

enum th_status th_practice_list(struct th_json **ret_reply, struct th_error *err)
{
    struct th_json *list = th_json_array();
    enum th_status status = TH_OK;
    for (size_t i = 0; i < th_practice_shipped_count() && status == TH_OK; i++) {
        size_t size = 0;
        const char *text = th_practice_shipped_text(i, &size);
        struct th_practice *practice = NULL;
        status = th_practice_parse(text, size, &practice, err);
        if (status == TH_OK) {
            struct th_json *item = th_json_object();
            set_head(item, practice);
            th_json_set_int(item, "n_limits", (int64_t)th_practice_n_limits(practice));
            th_json_append(list, item);
        }
        th_practice_free(practice);
    }
    return th_reply_finish_list(status, "practices", list, ret_reply, err);
}

enum th_status th_practice_show(const char *reference, struct th_json **ret_reply,
                                struct th_error *err)
{
    struct th_practice *practice = NULL;
    enum th_status status = th_practice_open(reference, &practice, err);
    if (status != TH_OK) {
        return status;
    }
    const struct th_json *document = th_practice_json(practice);
    const struct th_json *limits = th_json_get(document, "limits");
    struct th_json *list = th_json_array();
    struct th_json *reply = th_json_object();
    set_head(reply, practice);
    th_json_set(reply, "summary", th_json_copy(th_json_get(document, "summary")));
    for (size_t i = 0; i < th_json_size(limits); i++) {
        char wanted[TH_PRACTICE_WANTED_SIZE];
        struct th_json *limit = th_json_copy(th_json_at(limits, i));
        th_json_set_text(limit, "wanted",
                         th_practice_wanted(th_practice_limit(practice, i), wanted));
        th_json_append(list, limit);
    }
    th_json_set(reply, "limits", list);
    th_practice_free(practice);
    return th_reply_finish(TH_OK, reply, ret_reply, err);
}

enum th_status th_practice_lint_file(const char *path, const struct th_messages *messages,
                                     enum th_lang lang, struct th_json **ret_reply,
                                     struct th_error *err)
{
    return th_lint_file(path, th_practice_lint, messages, lang, ret_reply, err);
}
