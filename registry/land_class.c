#include "registry/land_class.h"

#include <stdlib.h>
#include <string.h>

#include "core/embed.h"
#include "core/json.h"
#include "core/text.h"

extern const struct th_embedded_file th_embed_codes[];
extern const size_t th_embed_codes_count;

static enum th_status broken(struct th_error *err)
{
    return th_error_set(err, TH_INTERNAL, "land_classes_broken", NULL);
}

// "bamboo", "forest wetland": the kinds of a class as the file keeps them.
static bool join_kinds(const struct th_json *kinds, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < th_json_size(kinds); i++) {
        const char *kind = th_json_text(th_json_at(kinds, i));
        size_t length = strlen(kind);
        if (length == 0 || used + length + 2 > size) {
            return false;
        }
        if (used > 0) {
            out[used++] = ' ';
        }
        memcpy(out + used, kind, length + 1);
        used += length;
    }
    return used > 0;
}

static enum th_status put_class(struct th_store *store, const char *scheme,
                                const struct th_json *item, struct th_error *err)
{
    struct th_land_class land_class = {0};
    th_text_copy(land_class.scheme, sizeof(land_class.scheme), scheme);
    th_text_copy(land_class.code, sizeof(land_class.code), th_json_get_text(item, "code", ""));
    th_text_copy(land_class.name_zh, sizeof(land_class.name_zh),
                 th_json_get_text(item, "name_zh", ""));
    th_text_copy(land_class.name_en, sizeof(land_class.name_en),
                 th_json_get_text(item, "name_en", ""));
    if (land_class.code[0] == '\0' || land_class.name_zh[0] == '\0' ||
        land_class.name_en[0] == '\0' ||
        !join_kinds(th_json_get(item, "kinds"), land_class.kinds, sizeof(land_class.kinds))) {
        return broken(err);
    }
    return th_land_class_put(store, &land_class, err);
}

enum th_status th_land_classes_load(struct th_store *store, struct th_error *err)
{
    for (size_t i = 0; i < th_embed_codes_count; i++) {
        const struct th_embedded_file *file = &th_embed_codes[i];
        if (strcmp(file->name, "land_classes.json") != 0) {
            continue;
        }
        struct th_json *document = NULL;
        enum th_status status = th_json_parse((const char *)file->data, file->size, &document, err);
        if (status != TH_OK) {
            return status;
        }
        const char *scheme = th_json_get_text(document, "scheme", "");
        const struct th_json *classes = th_json_get(document, "classes");
        if (scheme[0] == '\0' || th_json_size(classes) == 0) {
            status = broken(err);
        }
        for (size_t k = 0; status == TH_OK && k < th_json_size(classes); k++) {
            status = put_class(store, scheme, th_json_at(classes, k), err);
        }
        th_json_free(document);
        return status;
    }
    return broken(err);
}

struct collector {
    struct th_land_classes classes;
    bool no_memory;
};

static bool collect(void *context, const struct th_land_class *land_class)
{
    struct collector *into = context;
    struct th_land_class *grown =
        realloc(into->classes.items, (into->classes.n + 1) * sizeof(*grown));
    if (grown == NULL) {
        into->no_memory = true;
        return false;
    }
    into->classes.items = grown;
    into->classes.items[into->classes.n++] = *land_class;
    return true;
}

enum th_status th_land_classes_read(struct th_store *store, struct th_land_classes *ret_classes,
                                    struct th_error *err)
{
    struct collector into = {0};
    enum th_status status = th_land_class_each(store, collect, &into, err);
    if (status == TH_OK && into.no_memory) {
        status = th_error_no_memory(err);
    }
    if (status != TH_OK) {
        th_land_classes_clear(&into.classes);
        return status;
    }
    *ret_classes = into.classes;
    return TH_OK;
}

void th_land_classes_clear(struct th_land_classes *classes)
{
    free(classes->items);
    *classes = (struct th_land_classes){0};
}

const struct th_land_class *th_land_classes_find(const struct th_land_classes *classes,
                                                 const char *code_or_name)
{
    for (size_t i = 0; i < classes->n; i++) {
        const struct th_land_class *item = &classes->items[i];
        if (strcmp(item->code, code_or_name) == 0 || strcmp(item->name_zh, code_or_name) == 0 ||
            strcmp(item->name_en, code_or_name) == 0) {
            return item;
        }
    }
    return NULL;
}

bool th_land_class_agrees(const struct th_land_class *land_class, const char *kind)
{
    size_t length = strlen(kind);
    for (const char *at = land_class->kinds; *at != '\0';) {
        size_t word = strcspn(at, " ");
        if (word == length && memcmp(at, kind, length) == 0) {
            return true;
        }
        at += word;
        at += strspn(at, " ");
    }
    return false;
}
