#include "tests/integration/intake_fixture.h"

#include <stdio.h>

struct th_parcel_import_options intake_options(const struct fixture *f, const char *source)
{
    struct th_parcel_import_options options = fixture_options(f, source);
    options.crs = "EPSG:4490";
    options.lang = TH_LANG_ZH;
    return options;
}

const char *intake_table(struct fixture *f, char path[TH_TEST_PATH_SIZE], const char *name,
                         const char *rows)
{
    char text[8192];
    int n = snprintf(text, sizeof(text), "地块号,权利人,WKT\n%s", rows);
    assert_true(n > 0 && (size_t)n < sizeof(text));
    return fixture_file(f, path, name, text);
}

struct th_json *intake_import(struct fixture *f, const char *name, const char *rows)
{
    char path[TH_TEST_PATH_SIZE];
    struct th_parcel_import_options options = intake_options(f, intake_table(f, path, name, rows));
    struct th_json *reply = NULL;
    struct th_error err;
    assert_ok(th_parcel_import(f->registry, &f->request, &options, &reply, &err), &err);
    return reply;
}

static struct th_json *list(struct fixture *f)
{
    const struct th_parcel_list_options options = {.state = "registered"};
    struct th_json *reply = NULL;
    struct th_error err;
    assert_ok(th_parcel_list(f->registry, &options, &reply, &err), &err);
    return reply;
}

int64_t intake_parcels(struct fixture *f)
{
    struct th_json *reply = list(f);
    int64_t n = th_json_get_int(reply, "n", -1);
    th_json_free(reply);
    return n;
}

const char *intake_problem(const struct th_json *reply, int64_t row, const char *code,
                           const char *key)
{
    const struct th_json *problems = th_json_get(reply, "problems");
    const char *found = NULL;
    for (size_t i = 0; i < th_json_size(problems); i++) {
        const struct th_json *problem = th_json_at(problems, i);
        if (th_json_get_int(problem, "row", -1) != row ||
            strcmp(th_json_get_text(problem, "code", ""), code) != 0) {
            continue;
        }
        assert_null(found);
        found = th_json_get_text(problem, key, "");
    }
    if (found == NULL) {
        fail_msg("row %lld has no problem %s", (long long)row, code);
    }
    return found;
}

struct th_json *intake_parcel(struct fixture *f, const char *number)
{
    struct th_json *reply = list(f);
    struct th_json *shown = NULL;
    const struct th_json *parcels = th_json_get(reply, "parcels");
    for (size_t i = 0; i < th_json_size(parcels) && shown == NULL; i++) {
        const struct th_json *parcel = th_json_at(parcels, i);
        struct th_error err;
        if (strcmp(th_json_get_text(parcel, "number", ""), number) == 0) {
            assert_ok(
                th_parcel_show(f->registry, th_json_get_int(parcel, "parcel_id", 0), &shown, &err),
                &err);
        }
    }
    th_json_free(reply);
    if (shown == NULL) {
        fail_msg("no parcel %s", number);
    }
    return shown;
}
