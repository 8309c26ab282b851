// What people type, made into rows.
#include "registry/reference.h"

#include <stdio.h>
#include <string.h>

#include "core/file.h"
#include "core/name.h"
#include "core/text.h"
#include "registry/village_list.h"

enum th_status th_party_resolve(struct th_store *store, const char *reference,
                                struct th_party *ret_party, struct th_error *err)
{
    enum { MANY = 8 };
    int64_t id = 0;
    if (reference == NULL || reference[0] == '\0') {
        return th_error_set(err, TH_USAGE, "party_missing", NULL);
    }
    if (th_text_parse_int(reference, 1, INT64_MAX, &id) && strlen(reference) < 12) {
        return th_party_load(store, id, ret_party, err);
    }
    struct th_party found[MANY];
    size_t n = 0;
    enum th_status status = th_party_find(store, reference, found, MANY, &n, err);
    if (status != TH_OK) {
        return status;
    }
    if (n == 1) {
        *ret_party = found[0];
        return TH_OK;
    }
    if (n == 0) {
        return th_error_set(err, TH_NOT_FOUND, "party_not_found", "party", reference, NULL);
    }
    char ids[128] = "";
    size_t used = 0;
    for (size_t i = 0; i < n && used < sizeof(ids); i++) {
        int written = snprintf(ids + used, sizeof(ids) - used, "%s%lld (%s)", i > 0 ? ", " : "",
                               (long long)found[i].party_id, found[i].kind);
        used += written > 0 ? (size_t)written : sizeof(ids);
    }
    return th_error_set(err, TH_CONFLICT, "party_ambiguous", "party", reference, "ids", ids, NULL);
}

// What the villages of the registry make of a text that is neither code nor name of one alone:
// *what begins as the refusal of it and is made better; TH_OK and *ret_village where it is the
// beginning of one name, if that will do.
static enum th_status look_closer(struct th_store *store, const char *reference, bool by_beginning,
                                  struct th_village *ret_village, struct th_error *what)
{
    struct th_village_list villages = {0};
    const struct th_village *first = NULL;
    char text[TH_ERROR_VALUE_SIZE] = "";
    bool whole = what->status == TH_CONFLICT;
    enum th_status status = th_village_list_read(store, &villages, what);
    if (status != TH_OK) {
        return status;
    }
    size_t n = (whole || by_beginning) && reference[0] != '\0'
                   ? th_village_list_named(&villages, reference, whole, &first, text, sizeof(text))
                   : 0;
    if (n == 1) {
        *ret_village = *first;
    } else if (n > 1) {
        status =
            th_error_set(what, TH_CONFLICT, whole ? "village_ambiguous" : "village_begins_several",
                         "village", reference, "villages", text, NULL);
    } else {
        th_village_list_similar(&villages, reference, text, sizeof(text));
        status = text[0] != '\0' ? th_error_set(what, TH_NOT_FOUND, "village_similar", "value",
                                                reference, "similar", text, NULL)
                                 : what->status;
    }
    th_village_list_clear(&villages);
    return status;
}

static enum th_status find_village(struct th_store *store, const char *reference, bool by_beginning,
                                   struct th_village *ret_village, struct th_error *err)
{
    struct th_error what;
    enum th_status status = th_village_find(store, reference, ret_village, &what);
    if (status == TH_NOT_FOUND || status == TH_CONFLICT) {
        status = look_closer(store, reference, by_beginning, ret_village, &what);
    }
    if (status != TH_OK && err != NULL) {
        *err = what;
    }
    return status;
}

enum th_status th_village_resolve(struct th_store *store, const char *reference,
                                  struct th_village *ret_village, struct th_error *err)
{
    return find_village(store, reference, false, ret_village, err);
}

enum th_status th_village_choose(struct th_store *store, const char *reference,
                                 struct th_village *ret_village, struct th_error *err)
{
    return find_village(store, reference, true, ret_village, err);
}

struct resolve {
    const char *name;
    struct th_package_record found;
    size_t n;
};

static bool resolve_one(void *context, const struct th_package_record *record)
{
    struct resolve *resolve = context;
    if (strcmp(record->name, resolve->name) == 0) {
        resolve->found = *record;
        resolve->n++;
    }
    return true;
}

enum th_status th_package_resolve(struct th_store *store, const char *reference,
                                  struct th_package_record *ret_record, struct th_error *err)
{
    int64_t id = 0;
    if (!reference || reference[0] == '\0') {
        return th_error_set(err, TH_USAGE, "package_missing", NULL);
    }
    if (th_text_parse_int(reference, 1, INT64_MAX, &id)) {
        return th_package_load(store, id, ret_record, err);
    }
    struct resolve resolve = {.name = reference};
    enum th_status status = th_package_each(store, resolve_one, &resolve, err);
    if (status == TH_OK && resolve.n == 0) {
        status = th_error_set(err, TH_NOT_FOUND, "package_not_found", "package", reference, NULL);
    } else if (status == TH_OK && resolve.n > 1) {
        status = th_error_set(err, TH_CONFLICT, "package_ambiguous", "package", reference, NULL);
    }
    if (status == TH_OK) {
        *ret_record = resolve.found;
    }
    return status;
}

enum th_status th_name_check(const char *name, struct th_error *err)
{
    enum th_status status = TH_OK;
    size_t size = name != NULL ? strlen(name) : 0;
    if (size == 0 || strspn(name, " \t\r\n") == size) {
        status = th_error_set(err, TH_INVALID, "name_empty", NULL);
    } else if (!th_text_is_utf8(name, size)) {
        status = th_error_set(err, TH_INVALID, "name_encoding", "name", name, NULL);
    } else if (th_text_has_hidden(name)) {
        status = th_error_set(err, TH_INVALID, "name_hidden", NULL);
    } else if (th_name_has_doubles(name)) {
        status = th_error_set(err, TH_INVALID, "name_doubles", "name", name, NULL);
    } else if (size >= TH_NAME_SIZE) {
        status = th_error_set(err, TH_INVALID, "name_too_long", "name", name, NULL);
        th_error_add_int(err, "limit", TH_NAME_SIZE - 1);
    }
    return status;
}

enum th_status th_document_record(struct th_work *work, const char *path, int64_t *ret_document_id,
                                  struct th_hash *ret_sha256, struct th_error *err)
{
    struct th_hash sha256;
    int64_t size = 0;
    enum th_status status = th_work_document(work, path, &sha256, &size, err);
    if (status == TH_OK) {
        status = th_document_insert(th_work_store(work), &sha256, th_file_base_name(path), size,
                                    th_work_seq(work), ret_document_id, err);
    }
    if (status == TH_OK && ret_sha256 != NULL) {
        *ret_sha256 = sha256;
    }
    return status;
}
