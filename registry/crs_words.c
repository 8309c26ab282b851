#include "registry/crs_words.h"

#include <string.h>

#include "core/text.h"

// Behind " / " in names of the register; "{number}" in the words is the meridian or the zone.
static const struct {
    const char *begin, *end, *key;
} ZONES[] = {
    {"3-degree Gauss-Kruger CM ", "E", "crs.name.meridian3"},
    {"3-degree Gauss-Kruger zone ", "", "crs.name.zone3"},
    {"Gauss-Kruger CM ", "E", "crs.name.meridian6"},
    {"Gauss-Kruger zone ", "", "crs.name.zone6"},
};

static const struct {
    const char *name, *words;
} DATUMS[] = {
    {"Beijing 1954", "@crs.datum.beijing54"},
    {"New Beijing", "@crs.datum.new_beijing"},
    {"Xian 1980", "@crs.datum.xian80"},
};

static void datum_take(const char *name, size_t size, struct th_error_arg *datum)
{
    datum->value[0] = '\0';
    if (size < sizeof(datum->value)) {
        memcpy(datum->value, name, size);
        datum->value[size] = '\0';
    }
    for (size_t i = 0; i < sizeof(DATUMS) / sizeof(DATUMS[0]); i++) {
        if (strcmp(datum->value, DATUMS[i].name) == 0) {
            th_text_copy(datum->value, sizeof(datum->value), DATUMS[i].words);
        }
    }
}

void th_crs_words(const struct th_messages *messages, enum th_lang lang, const char *name,
                  struct th_buf *out)
{
    static const char SEPARATOR[] = " / ";
    struct th_error_arg args[2] = {{.name = "datum"}, {.name = "number"}};
    const char *zone = strstr(name, SEPARATOR);
    for (size_t i = 0; zone != NULL && i < sizeof(ZONES) / sizeof(ZONES[0]); i++) {
        const char *number = zone + strlen(SEPARATOR);
        if (!th_text_starts_with(number, ZONES[i].begin)) {
            continue;
        }
        number += strlen(ZONES[i].begin);
        size_t digits = strspn(number, "0123456789");
        if (digits == 0 || digits > 3 || strcmp(number + digits, ZONES[i].end) != 0) {
            continue;
        }
        datum_take(name, (size_t)(zone - name), &args[0]);
        th_text_copy(args[1].value, digits + 1, number);
        th_messages_format(messages, lang, ZONES[i].key, args, 2, out);
        return;
    }
    th_buf_append_str(out, name);
}
