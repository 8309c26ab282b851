#include "registry/intake/land_code.h"

#include <stdlib.h>
#include <string.h>

#include "core/embed.h"
#include "core/json.h"
#include "core/text.h"

extern const struct th_embedded_file th_embed_codes[];
extern const size_t th_embed_codes_count;

enum { CODE_SIZE = 16, CODE_DIGITS = 4 };

struct code {
    char code[CODE_SIZE];
    char same_as[CODE_SIZE]; // "": no class of the registry
    char name[TH_LAND_NAME_SIZE];
    char name_en[TH_LAND_NAME_SIZE]; // only without same_as
};

struct th_land_codes {
    char scheme[TH_LAND_SCHEME_SIZE];
    struct code *items;
    size_t n;
};

static enum th_status broken(struct th_error *err)
{
    return th_error_set(err, TH_INTERNAL, "land_classes_broken", NULL);
}

static enum th_status document_read(const struct th_json *document, struct th_land_codes *codes,
                                    struct th_error *err)
{
    const struct th_json *classes = th_json_get(document, "classes");
    size_t n = th_json_size(classes);
    th_text_copy(codes->scheme, sizeof(codes->scheme), th_json_get_text(document, "scheme", ""));
    if (codes->scheme[0] == '\0' || n == 0) {
        return broken(err);
    }
    codes->items = calloc(n, sizeof(*codes->items));
    if (codes->items == NULL) {
        return th_error_no_memory(err);
    }
    for (; codes->n < n; codes->n++) {
        const struct th_json *item = th_json_at(classes, codes->n);
        struct code *code = &codes->items[codes->n];
        th_text_copy(code->code, sizeof(code->code), th_json_get_text(item, "code", ""));
        th_text_copy(code->same_as, sizeof(code->same_as), th_json_get_text(item, "same_as", ""));
        th_text_copy(code->name, sizeof(code->name), th_json_get_text(item, "name_zh", ""));
        th_text_copy(code->name_en, sizeof(code->name_en), th_json_get_text(item, "name_en", ""));
        if (code->code[0] == '\0' || code->name[0] == '\0' ||
            (code->same_as[0] == '\0') == (code->name_en[0] == '\0')) {
            return broken(err);
        }
    }
    return TH_OK;
}

enum th_status th_land_codes_new(struct th_land_codes **ret_codes, struct th_error *err)
{
    struct th_json *document = NULL;
    struct th_land_codes *codes = calloc(1, sizeof(*codes));
    if (codes == NULL) {
        return th_error_no_memory(err);
    }
    enum th_status status = broken(err);
    for (size_t i = 0; i < th_embed_codes_count; i++) {
        const struct th_embedded_file *file = &th_embed_codes[i];
        if (strcmp(file->name, "land_classes_2023.json") != 0) {
            continue;
        }
        status = th_json_parse((const char *)file->data, file->size, &document, err);
        if (status == TH_OK) {
            status = document_read(document, codes, err);
        }
        th_json_free(document);
        break;
    }
    if (status == TH_OK) {
        *ret_codes = codes;
    } else {
        th_land_codes_free(codes);
    }
    return status;
}

void th_land_codes_free(struct th_land_codes *codes)
{
    if (codes == NULL) {
        return;
    }
    free(codes->items);
    free(codes);
}

static const struct th_land_class *class_of(const struct th_land_classes *classes, const char *code)
{
    for (size_t i = 0; i < classes->n; i++) {
        if (strcmp(classes->items[i].code, code) == 0) {
            return &classes->items[i];
        }
    }
    return NULL;
}

static const struct code *newer_of(const struct th_land_codes *codes, const char *code)
{
    for (size_t i = 0; i < codes->n; i++) {
        if (strcmp(codes->items[i].code, code) == 0) {
            return &codes->items[i];
        }
    }
    return NULL;
}

// "竹林" beside 竹林地: files leave the last sign out, or add a remark.
static bool names_agree(const char *written, const char *name)
{
    size_t shorter = strlen(written) < strlen(name) ? strlen(written) : strlen(name);
    const size_t two_hanzi = 6;
    return shorter >= two_hanzi && memcmp(written, name, shorter) == 0;
}

static const struct th_land_class *class_of_name(const struct th_land_codes *codes,
                                                 const struct th_land_classes *classes,
                                                 const char *name)
{
    const struct th_land_class *found = th_land_classes_find(classes, name);
    for (size_t i = 0; found == NULL && i < codes->n; i++) {
        if (strcmp(codes->items[i].name, name) == 0) {
            found = class_of(classes, codes->items[i].same_as);
        }
    }
    return found;
}

static void finding_set(struct th_land_code_finding *finding, enum th_land_code_verdict verdict,
                        const struct th_land_class *found, const char *scheme)
{
    finding->verdict = verdict;
    finding->found = found;
    th_text_copy(finding->scheme, sizeof(finding->scheme), scheme);
}

void th_land_code_find(const struct th_land_codes *codes, const struct th_land_classes *classes,
                       const char *text, const char *name, struct th_land_code_finding *ret_finding)
{
    char code[CODE_SIZE];
    struct th_land_code_finding finding = {.verdict = TH_LAND_CODE_UNKNOWN};
    th_text_copy(code, sizeof(code), text);
    size_t size = strlen(code);
    if (size == CODE_DIGITS + 1 && (code[size - 1] == 'K' || code[size - 1] == 'k')) {
        code[size - 1] = '\0';
    }
    const struct th_land_class *older = class_of(classes, code);
    const struct code *newer_code = newer_of(codes, code);
    const struct th_land_class *newer =
        newer_code == NULL ? NULL : class_of(classes, newer_code->same_as);
    if (older == NULL && newer == NULL) {
        const struct th_land_class *named = class_of_name(codes, classes, text);
        if (named != NULL) {
            finding_set(&finding, TH_LAND_CODE_FOUND, named, "");
        }
    } else if (older != NULL && name[0] != '\0' && names_agree(name, older->name_zh)) {
        finding_set(&finding, TH_LAND_CODE_FOUND, older, older->scheme);
    } else if (newer_code != NULL && name[0] != '\0' && names_agree(name, newer_code->name)) {
        if (newer != NULL) {
            finding_set(&finding, TH_LAND_CODE_FOUND, newer, codes->scheme);
        }
    } else if (older != NULL && newer_code != NULL && older != newer) {
        finding_set(&finding, TH_LAND_CODE_AMBIGUOUS, NULL, "");
        finding.first = older;
        th_text_copy(finding.other_zh, sizeof(finding.other_zh),
                     newer != NULL ? newer->name_zh : newer_code->name);
        th_text_copy(finding.other_en, sizeof(finding.other_en),
                     newer != NULL ? newer->name_en : newer_code->name_en);
    } else {
        finding_set(&finding, name[0] == '\0' ? TH_LAND_CODE_FOUND : TH_LAND_CODE_NAME_DIFFERS,
                    older != NULL ? older : newer, older != NULL ? older->scheme : codes->scheme);
    }
    *ret_finding = finding;
}
