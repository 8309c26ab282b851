// The reference system that a GeoJSON text names, as it stands there.
#include <stdlib.h>
#include <string.h>

#include "gis/reader/geojson_internal.h"
#include "tests/support/support.h"

#define NAMED(name) "{\"type\":\"name\",\"properties\":{\"name\":\"" name "\"}}"

static void crs__is_named_as_it_stands(void **state)
{
    static const struct {
        const char *text;
        const char *name; // NULL: none
    } cases[] = {
        {"{\"type\":\"FeatureCollection\",\"crs\":" NAMED("EPSG:4528") ",\"features\":[]}",
         "EPSG:4528"},
        {"{ \"features\" : [ ] , \"crs\" : " NAMED("CGCS2000_3_Degree_GK_Zone_40") "\n}",
         "CGCS2000_3_Degree_GK_Zone_40"},
        {"{\"crs\":{\"type\":\"EPSG\",\"properties\":{\"code\":4528}}}", "EPSG:4528"},
        {"{\"crs\":{\"type\":\"OGC\",\"properties\":{\"urn\":\"urn:ogc:def:crs:EPSG::4528\"}}}",
         "urn:ogc:def:crs:EPSG::4528"},
        {"{\"crs\":\"EPSG:4528\"}", "EPSG:4528"},
        {"{\"crs\":{\"a\":[{\"b\":\"}\"}]}}", "{\"a\":[{\"b\":\"}\"}]}"},
        {"{\"crs\":4528}", "4528"},
        {"{\"crs\":4528,\"a\":1}", "4528"},
        // None, unknown on purpose, and what is not fetched.
        {"{\"features\":[]}", NULL},
        {"{\"crs\":null,\"features\":[]}", NULL},
        {"{\"crs\":{\"type\":\"link\",\"properties\":{\"href\":\"https://a/b\"}}}", NULL},
        {"{\"crs\":{\"type\":\"name\"", NULL},
        {"{\"crs\":", NULL},
        {"{\"crs\"", NULL},
        {"{\"crs", NULL},
        {"\"crs\":1", NULL},
        {"", NULL},
        // Deeper down, or in a text, it is somebody's attribute.
        {"{\"features\":[{\"properties\":{\"crs\":\"EPSG:4528\"}}]}", NULL},
        {"{\"a\":\"\\\"crs\\\":\",\"b\":\"crs\"}", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct th_error err = {0};
        char *name = NULL;
        // Without a byte behind the end, so that reading beyond it shows.
        size_t size = strlen(cases[i].text);
        char *exact = malloc(size > 0 ? size : 1);
        assert_non_null(exact);
        memcpy(exact, cases[i].text, size);
        assert_ok(th_geojson_crs(exact, size, &name, &err), &err);
        free(exact);
        if ((name == NULL) != (cases[i].name == NULL) ||
            (name != NULL && strcmp(name, cases[i].name) != 0)) {
            fail_msg("%s: %s", cases[i].text, name == NULL ? "none" : name);
        }
        free(name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crs__is_named_as_it_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
