#include "registry/county.h"

#include <string.h>

#include "core/embed.h"
#include "core/json.h"
#include "core/text.h"

extern const struct th_embedded_file th_embed_codes[];
extern const size_t th_embed_codes_count;

enum { COUNTY_DIGITS = 6 };

// The document itself is the table: {"counties": [{"code", "name_zh", "name_en"}]}.
enum th_status th_counties_new(struct th_counties **ret_counties, struct th_error *err)
{
    for (size_t i = 0; i < th_embed_codes_count; i++) {
        const struct th_embedded_file *file = &th_embed_codes[i];
        if (!th_text_equals(file->name, "counties.json")) {
            continue;
        }
        struct th_json *document = NULL;
        enum th_status status = th_json_parse((const char *)file->data, file->size, &document, err);
        if (status == TH_OK) {
            *ret_counties = (struct th_counties *)document;
        }
        return status;
    }
    return th_error_set(err, TH_INTERNAL, "counties_broken", NULL);
}

void th_counties_free(struct th_counties *counties)
{
    th_json_free((struct th_json *)counties);
}

const char *th_counties_name(const struct th_counties *counties, const char *code,
                             enum th_lang lang)
{
    const struct th_json *list = th_json_get((const struct th_json *)counties, "counties");
    for (size_t i = 0; i < th_json_size(list); i++) {
        const struct th_json *county = th_json_at(list, i);
        const char *own = th_json_get_text(county, "code", "");
        if (strlen(own) == COUNTY_DIGITS && strncmp(own, code, COUNTY_DIGITS) == 0) {
            return th_json_get_text(county, lang == TH_LANG_ZH ? "name_zh" : "name_en", NULL);
        }
    }
    return NULL;
}
