// The reference system that a GeoJSON text names: never read beyond the text, and found whenever
// the text is JSON and names one.
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/text.h"
#include "gis/reader/geojson_internal.h"
#include "tests/fuzz/fuzz.h"

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

// What the member must come to, where the text is JSON without signs that are written otherwise.
static void check(const struct th_json *json, const char *name)
{
    const struct th_json *crs =
        th_json_type(json) == TH_JSON_OBJECT ? th_json_get(json, "crs") : NULL;
    if (crs == NULL || th_json_type(crs) == TH_JSON_NULL) {
        assert(name == NULL);
        return;
    }
    if (th_json_type(crs) == TH_JSON_STRING) {
        assert((name == NULL) == is_blank(th_json_text(crs)));
        return;
    }
    bool link = th_json_type(crs) == TH_JSON_OBJECT &&
                strcmp(th_json_get_text(crs, "type", ""), "link") == 0;
    assert(!link || name == NULL);
    assert(th_json_type(crs) == TH_JSON_OBJECT || name != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *name = NULL;
    struct th_json *json = NULL;
    char *text = malloc(size > 0 ? size : 1); // without a byte behind the end
    assert(text != NULL);
    if (size > 0) {
        memcpy(text, data, size);
    }
    enum th_status status = th_geojson_crs(text, size, &name, NULL);
    assert(status == TH_OK);
    assert(name == NULL || (strlen(name) < 200 && th_text_is_utf8(name, strlen(name))));
    if (memchr(text, '\\', size) == NULL && th_json_parse(text, size, &json, NULL) == TH_OK) {
        check(json, name);
    }
    th_json_free(json);
    free(name);
    free(text);
    return 0;
}
